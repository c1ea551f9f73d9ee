"""What is shown of a rule, in the words of the configuration."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.rules.grammar import (
    Channel,
    FieldCondition,
    Rule,
    TriggerObject,
    parse_duration,
    parse_recipient,
)
from connector.core.rules.shown import condition_text, delay_text, duration_text, rule_facts


def a_rule(**changes):
    usual = {
        "name": "orders",
        "on": TriggerObject.ORDER,
        "stage_field": "Status",
        "stages": ("Activated", "Shipped"),
        "to": (parse_recipient("bill_to"), parse_recipient("field Account.PersonEmail")),
        "after": timedelta(days=7),
        "channel": Channel.EMAIL,
        "business_unit": "shop",
    }
    return Rule(**{**usual, **changes})


@pytest.mark.parametrize(
    "text", ["0", "90 seconds", "1 minute", "36 hours", "1 day", "7 days", "3650 days"]
)
def test_a_length_of_time_is_written_as_the_configuration_reads_it(text):
    assert duration_text(parse_duration(text)) == text


def test_weeks_are_written_as_days():
    assert duration_text(parse_duration("2 weeks")) == "14 days"


def test_business_days_are_the_delay_where_there_are_any():
    assert delay_text(a_rule()) == "7 days"
    assert delay_text(a_rule(after=timedelta(0), business_days=1)) == "1 business day"
    assert delay_text(a_rule(after=timedelta(0), business_days=5)) == "5 business days"


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (FieldCondition("Type", ("Web", "Shop")), "Type is Web or Shop"),
        (FieldCondition("Type", ("Web",), negated=True), "Type is not Web"),
        (FieldCondition("Type", ("",)), "Type is empty"),
    ],
)
def test_a_condition_is_a_few_words(condition, text):
    assert condition_text(condition) == text


def test_facts_say_what_the_rule_says():
    facts = rule_facts(a_rule(active_from=datetime(2026, 11, 1, tzinfo=UTC), enabled=False))
    assert facts["to"] == ["bill_to", "field Account.PersonEmail"]
    assert (facts["enabled"], facts["active_from"]) == (False, "2026-11-01")
    assert facts["because"] is None
    assert rule_facts(a_rule(business_unit="", business_unit_field="Region__c"))[
        "business_unit"
    ] == ("field Region__c")


def test_the_version_changes_with_the_rule():
    assert rule_facts(a_rule())["version"] == rule_facts(a_rule())["version"]
    assert rule_facts(a_rule())["version"] != rule_facts(a_rule(sample=2))["version"]
