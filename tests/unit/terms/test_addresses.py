"""Addresses are compared however they are written, and keyed without being shown."""

import re

import pytest

from connector.core.terms.addresses import address, address_key

ANNA = "anna@example.com"


@pytest.mark.parametrize("written", ["Anna@Example.COM", "  anna@example.com\n"])
def test_capitals_and_outer_blanks_make_no_other_address(written):
    assert address(written) == ANNA
    assert address_key(written) == address_key(ANNA)


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_an_empty_field_is_no_address(nothing):
    assert address(nothing) == ""


def test_a_key_does_not_show_its_address():
    assert re.fullmatch("[0-9a-f]{64}", address_key(ANNA))
    assert address_key(ANNA) != address_key("ben@example.org")
