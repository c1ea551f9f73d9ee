"""One try at a time may comment, and a right that is spent makes room for the next one."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.replies.comment_rights import (
    COMMENT_TRIES,
    comment_right_is_spent,
    comment_right_key,
    comment_right_row,
)
from connector.core.terms.attempts import LONGEST_SEND

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


def begun(ago, outcome=None):
    return {"Started_At__c": f"{NOW - ago:%Y-%m-%dT%H:%M:%S.000+0000}", "Outcome__c": outcome}


def test_every_try_at_every_review_has_a_key_of_its_own():
    keys = {comment_right_key(review, n) for review in ("r1", "r11") for n in COMMENT_TRIES}
    assert len(keys) == 2 * len(COMMENT_TRIES)


def test_the_row_says_whose_right_it_is_since_when():
    assert comment_right_row("r1", 2, NOW, "run-1") == {
        "Attempt_Key__c": "comment:r1:2",
        "Attempt__c": 2,
        "Started_At__c": NOW,
        "Run_Id__c": "run-1",
    }


@pytest.mark.parametrize(
    ("attempt", "spent"),
    [
        (begun(MOMENT), False),  # somebody is at it
        (begun(LONGEST_SEND - MOMENT), False),
        (begun(LONGEST_SEND), True),  # whoever it was is gone
        (begun(MOMENT, "Not Sent"), True),
        (begun(MOMENT, "Failed"), True),
        (begun(MOMENT, "Unknown"), False),
        ({"Started_At__c": None}, True),
    ],
)
def test_a_right_is_spent_when_nobody_can_be_commenting_by_it(attempt, spent):
    assert comment_right_is_spent(attempt, NOW) is spent
