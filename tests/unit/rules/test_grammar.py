"""The small grammar of rules: lengths of time, recipients, field paths; and a rule's version."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.rules.grammar import (
    RECIPIENT_WORDS,
    REFERENCE_FIELDS,
    STAGE_FIELDS,
    Channel,
    Delay,
    FieldCondition,
    QuietHours,
    Recipient,
    Rule,
    TriggerObject,
    parse_delay,
    parse_duration,
    parse_field_path,
    parse_recipient,
    parse_sample,
    parse_time_of_day,
)
from connector.core.terms.unknown_words import UnknownWord

UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}

RULE = Rule(
    name="orders",
    on=TriggerObject.ORDER,
    stage_field="Status",
    stages=("Activated",),
    to=(Recipient("bill_to"),),
    after=timedelta(days=7),
    channel=Channel.EMAIL,
    business_unit="shop",
)


@given(st.integers(min_value=0, max_value=500), st.sampled_from(sorted(UNITS)))
def test_a_written_length_of_time_is_read_back_exactly(number, unit):
    assert parse_duration(f"{number} {unit}") == number * UNITS[unit]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", timedelta(0)),  # at once
        ("1 day", timedelta(days=1)),  # singular
        (" 2  Hours ", timedelta(hours=2)),  # blanks and capitals
        ("3650 days", timedelta(days=3650)),  # the longest
    ],
)
def test_a_length_of_time_may_be_written_as_people_do(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("7", "is not a length of time"),  # no unit
        ("seven days", "is not a length of time"),
        ("-1 days", "is not a length of time"),
        ("1.5 hours", "is not a length of time"),
        ("", "is not a length of time"),
        ("7 dayz", "`dayz` is not a unit of time"),
        ("9999999 weeks", "longer than ten years"),  # would leave the calendar
        ("2 business days", "is not a length of time"),
    ],
)
def test_a_length_of_time_that_is_none_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", Delay()),  # at once
        ("7 days", Delay(after=timedelta(days=7))),
        ("5 business days", Delay(business_days=5)),
        (" 1  Business Day ", Delay(business_days=1)),  # singular, blanks and capitals
        ("0 business days", Delay()),
    ],
)
def test_a_delay_is_a_length_of_time_or_business_days(text, expected):
    assert parse_delay(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5 business hours", "is not a length of time"),
        ("business days", "`days` is not a unit of time|is not a length of time"),
        ("-5 business days", "is not a length of time"),
        ("2601 business days", "longer than ten years"),
    ],
)
def test_a_delay_that_is_none_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse_delay(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("all", 1), ("every 1st", 1), ("every 2nd", 2), ("every  3rd", 3), ("every 1000th", 1000)],
)
def test_a_sample_is_every_so_many(text, expected):
    assert parse_sample(text) == expected


@pytest.mark.parametrize("text", ["", "every 3", "3rd", "every 0th", "every 1001st", "none"])
def test_a_sample_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="sample"):
        parse_sample(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("00:00", time(0)), ("08:30", time(8, 30)), ("23:59", time(23, 59))]
)
def test_a_time_of_day_is_what_a_clock_shows(text, expected):
    assert parse_time_of_day(text) == expected


@pytest.mark.parametrize("text", ["24:00", "8:00", "08:60", "08:00:00", "8 pm", ""])
def test_a_time_of_day_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="A time of day is written like"):
        parse_time_of_day(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bill_to", Recipient("bill_to")),
        ("contact_role Decision Maker", Recipient("contact_role", "Decision Maker")),
        ("field Account.Billing_Email__c", Recipient("field", "Account.Billing_Email__c")),
    ],
)
def test_a_recipient_is_a_kind_and_its_value(text, expected):
    assert parse_recipient(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bil_to", "`bil_to` is not a recipient"),
        ("contact_role", "needs a role"),
        ("field", "needs a field"),
        ("field a-b", "is not a field"),
        ("bill_to now", "stands alone"),
    ],
)
def test_a_recipient_that_is_none_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse_recipient(text)


@pytest.mark.parametrize("text", ["someone@example.com", "field someone@example.com"])
def test_an_address_written_as_recipient_is_not_repeated(text):
    with pytest.raises(ValueError, match="is not a") as refusal:
        parse_recipient(text)

    assert "someone" not in str(refusal.value)


def test_a_misspelled_recipient_is_suggested():
    with pytest.raises(UnknownWord) as refusal:
        parse_recipient("bil_to")

    assert refusal.value.hint == "Did you mean `bill_to`?"


@pytest.mark.parametrize("path", ["Type", "Account.Industry", "A__r.B__r.C__r.D__r.E__r.F__c"])
def test_a_path_leads_through_at_most_five_parents(path):
    assert parse_field_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "Type, (SELECT Id FROM Contacts)",  # a query inside
        "Type FROM Account",
        "Name'",
        "A.B.C.D.E.F.G",  # six parents
        "Account.",
        ".Type",
        "Type\n",
        "",
    ],
)
def test_nothing_but_a_field_path_reaches_a_query(path):
    with pytest.raises(ValueError, match="is not a field"):
        parse_field_path(path)


@pytest.mark.parametrize("on", TriggerObject)
def test_every_object_has_a_stage_field_a_reference_and_recipients(on):
    assert STAGE_FIELDS[on]
    assert REFERENCE_FIELDS[on]
    assert "field" in RECIPIENT_WORDS[on]


def test_a_rule_without_reference_field_takes_the_one_of_its_object():
    assert RULE.reference_field == "OrderNumber"
    assert replace(RULE, reference_field="Po__c").reference_field == "Po__c"


@pytest.mark.parametrize(
    "change",
    [
        {"after": timedelta(days=8)},
        {"stages": ("Activated", "Shipped")},
        {"to": (Recipient("ship_to"),)},
        {"channel": Channel.BUSINESS_GENERATED_LINK},
        {"active_from": datetime(2026, 11, 1, tzinfo=UTC)},
        {"template": "0123456789abcdef01234567"},
        {"tags": ("Type",)},
        {"only_if": (FieldCondition("Type", ("Web",)),)},
        {"quiet_hours": QuietHours(time(20), time(8))},
        {"business_days": 2},
        {"holidays": (date(2026, 12, 25),)},
        {"templates": (("en-GB", "one"),)},
        {"because": "Another reason."},
    ],
)
def test_every_change_of_a_rule_gives_it_another_version(change):
    assert replace(RULE, **change).version != RULE.version


def test_the_version_of_a_rule_is_twelve_hex_digits_and_stable():
    assert RULE.version == replace(RULE).version
    assert len(RULE.version) == 12
    assert int(RULE.version, 16) >= 0
