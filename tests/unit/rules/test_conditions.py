"""Plain conditions hold or not; what the org hides is no answer."""

import pytest

from connector.core.rules.conditions import as_text, unmet, unreadable
from connector.core.rules.grammar import FieldCondition

WEB = FieldCondition("Origin", ("Web", "Phone"))
NOT_SMALL = FieldCondition("Account.Size__c", ("Small",), negated=True)
RECORD = {"Origin": " web ", "Account": {"Size__c": "Large"}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (3.0, "3"),  # the org writes every number of a formula with decimals
        (3.5, "3.5"),
        (3, "3"),
        (" GROẞ ", "gross"),
    ],
)
def test_a_value_is_compared_without_capitals_and_outer_blanks(value, text):
    assert as_text(value) == text


def test_conditions_that_all_hold_leave_none_unmet():
    assert unmet([WEB, NOT_SMALL], RECORD, ()) is None


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({**RECORD, "Origin": "Chat"}, WEB),
        ({**RECORD, "Origin": None}, WEB),
        ({**RECORD, "Account": {"Size__c": "SMALL"}}, NOT_SMALL),
        ({"Origin": "Chat", "Account": {"Size__c": "Small"}}, WEB),  # the first one is told
        ({**RECORD, "Account": None}, None),  # nothing is not Small
    ],
)
def test_the_first_condition_that_does_not_hold_is_told(record, expected):
    assert unmet([WEB, NOT_SMALL], record, ()) is expected


def test_a_hidden_field_neither_holds_nor_fails():
    assert unmet([WEB], {}, {"Origin"}) is None
    assert unreadable([NOT_SMALL, WEB], {"Origin"}) is WEB
    assert unreadable([NOT_SMALL, WEB], ()) is None


def test_an_empty_word_asks_for_an_empty_field():
    empty = FieldCondition("Origin", ("",))
    assert unmet([empty], {"Origin": None}, ()) is None
    assert unmet([empty], RECORD, ()) is empty
