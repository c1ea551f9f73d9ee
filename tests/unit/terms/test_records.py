"""Values are found in the org's rows, and a question tells what it compares."""

import pytest

from connector.core.terms.records import (
    AnyOf,
    Condition,
    RowError,
    RowResult,
    Select,
    in_one_line,
    value_at,
)

ROW = {"Id": "k1", "Contact": {"Email": "anna@example.com", "Account": None}, "Amount__c": 0}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Id", "k1"),
        ("contact.EMAIL", "anna@example.com"),  # the org answers in capitals of its own
        ("AMOUNT__c", 0),
        ("Contact.Account.Name", None),  # an empty lookup
        ("Contact.Phone", None),
        ("Id.Name", None),
        ("Owner.Name", None),
    ],
)
def test_a_value_is_found_by_its_path_whatever_the_capitals(path, value):
    assert value_at(ROW, path) == value


def test_a_question_names_every_field_that_it_compares():
    either = AnyOf((Condition("Email", "=", "a"), Condition("Account.Name", "in", ("b",))))
    asked = Select("Contact", ("Id",), (Condition("IsDeleted", "=", value=False), either))
    assert asked.compared == ("IsDeleted", "Email", "Account.Name")
    assert Select("Contact").compared == ()


def test_a_row_is_well_unless_the_org_refused_it():
    assert RowResult("k1", created=True).ok
    assert not RowResult(error=RowError("REQUIRED_FIELD_MISSING", "Name is missing")).ok


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ((), "STRING_TOO_LONG"),
        (("Name",), "STRING_TOO_LONG (Name)"),
        (("Name", "Email"), "STRING_TOO_LONG (Name, Email)"),
    ],
)
def test_the_reason_of_a_refused_row_names_fields_and_repeats_no_value(fields, reason):
    error = RowError("STRING_TOO_LONG", "data value too large: anna@example.com", fields)
    assert error.reason == reason


@pytest.mark.parametrize("text", [" a b ", "\u00a0a\tb\n", "a\ufeffb", "a\u202fb"])
def test_a_text_in_one_line_has_plain_blanks_only(text):
    assert in_one_line(text) == "a b"
