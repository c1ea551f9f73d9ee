"""Rows and ids at the border: what is sent, and what flows get back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.salesforce.wire import (
    cleaned,
    from_record,
    long_id,
    organization_of,
    time_text,
    to_record,
)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("plain", "plain"),
        ("a\0b\0", "ab"),
        ("line\r\nnext\ttab", "line\r\nnext\ttab"),
        ("ünïcödé 🙂 مرحبا", "ünïcödé 🙂 مرحبا"),
        ("\ud83d\ude42", "🙂"),  # two halves make one character
        ("half \ud83d", "half \ufffd"),
        ("\ude42 half", "\ufffd half"),
        ("\ufeffbom", "\ufeffbom"),
    ],
)
def test_text_is_sent_without_what_the_org_cannot_hold(given_text, stored):
    assert cleaned(given_text) == stored


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_encoded_once_cleaned_and_cleaning_again_changes_nothing(text):
    assert cleaned(cleaned(text)) == cleaned(text)
    assert cleaned(text).encode().decode() == cleaned(text)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))))
def test_text_that_the_org_can_hold_is_left_alone(text):
    assert cleaned(text) == text


def test_a_time_is_written_as_the_org_writes_it():
    two_east = timezone(timedelta(hours=2))
    moment = datetime(2026, 5, 4, 1, 30, 0, 250_000, tzinfo=two_east)
    assert time_text(moment) == "2026-05-03T23:30:00.250+0000"


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        time_text(datetime(2026, 5, 4))  # noqa: DTZ001 -- the missing zone is the point


def test_a_row_becomes_a_typed_record_of_json_values():
    row = {
        "Name": "a\0b",
        "When__c": datetime(2026, 5, 4, tzinfo=UTC),
        "Day__c": date(2026, 5, 4),
        "Score__c": Decimal("4.5"),
        "Seen__c": True,
        "Gone__c": None,
        "Business_Unit__r": {"External_Id__c": "x\0"},
    }
    record = to_record("Trustpilot_Review__c", row)
    assert json.loads(json.dumps(record)) == {
        "attributes": {"type": "Trustpilot_Review__c"},
        "Name": "ab",
        "When__c": "2026-05-04T00:00:00.000+0000",
        "Day__c": "2026-05-04",
        "Score__c": 4.5,
        "Seen__c": True,
        "Gone__c": None,
        "Business_Unit__r": {"External_Id__c": "x"},
    }


def test_a_record_becomes_a_row_without_attributes_at_any_depth():
    record = {
        "attributes": {"type": "Order", "url": "/x"},
        "Id": "801",
        "BillToContact": {"attributes": {"type": "Contact"}, "Account": {"attributes": {}, "N": 1}},
        "ShipToContact": None,
        "OrderItems": {"totalSize": 1, "records": [{"attributes": {}, "Id": "802"}]},
    }
    assert from_record(record) == {
        "Id": "801",
        "BillToContact": {"Account": {"N": 1}},
        "ShipToContact": None,
        "OrderItems": {"totalSize": 1, "records": [{"Id": "802"}]},
    }


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("0017e00001W4GYR", "0017e00001W4GYRAA3"),  # recorded: cci_collections_upsert_email
        ("0057e00000RmwSW", "0057e00000RmwSWAAZ"),  # recorded: cci_organization
        ("00D000000000062", "00D000000000062EAA"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaAAA"),
        ("AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA555"),
    ],
)
def test_a_short_id_gets_its_checksum(short, long):
    assert long_id(short) == long


@pytest.mark.parametrize("text", ["", "0017e00001W4GYRAA3", "too short", "with blanks 123"])
def test_what_is_no_short_id_is_left_alone(text):
    assert long_id(text) == text


@pytest.mark.parametrize(
    ("url", "organization"),
    [
        (
            "https://login.salesforce.com/id/00D000000000062EAA/005000000000001AAA",
            "00D000000000062EAA",
        ),
        ("https://test.salesforce.com/id/00D000000000062/005000000000001", "00D000000000062EAA"),
        ("https://login.salesforce.com/id/00D000000000062EAA", ""),
        ("https://login.salesforce.com/id/short/005", ""),
        ("", ""),
        (None, ""),
        (17, ""),
    ],
)
def test_the_org_is_read_from_the_identity_url(url, organization):
    assert organization_of(url) == organization
