"""The right to comment on a product review: one try at a time, because comments add up.

A comment can be read back, so a right that led to nothing may be followed by another one;
an invitation's may not (`core.invitations.sending.sends`).
"""

from __future__ import annotations

from datetime import datetime

from connector.core.terms.attempts import LONGEST_SEND
from connector.core.terms.instants import instant
from connector.core.terms.objects import AttemptOutcome
from connector.core.terms.records import Row

COMMENT_TRIES = range(1, 51)
"""The numbers of the tries to comment on one review; beyond them a person has to look."""


def comment_right_key(review_id: str, number: int) -> str:
    """The unique key of the n-th right to comment on a product review."""
    return f"comment:{review_id}:{number}"


def comment_right_row(review_id: str, number: int, now: datetime, run_id: str) -> dict[str, object]:
    """The row whose insertion is the right to comment."""
    return {
        "Attempt_Key__c": comment_right_key(review_id, number),
        "Attempt__c": number,
        "Started_At__c": now,
        "Run_Id__c": run_id,
    }


def comment_right_is_spent(attempt: Row, now: datetime) -> bool:
    """True when nobody can be commenting by this right any more.

    A comment can be read back: what is not there long after the try was not added.
    """
    if attempt.get("Outcome__c") in (AttemptOutcome.NOT_SENT, AttemptOutcome.FAILED):
        return True
    started = instant(attempt.get("Started_At__c"))
    return started is None or now - started >= LONGEST_SEND
