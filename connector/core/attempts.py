"""The right to do something once: an attempt, whose unique key only one run can insert.

An attempt without an outcome belongs to a run that is still at it, or that is gone.
A person who stops an invitation takes its right too, so that no run can have it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connector.core.objects import AttemptOutcome, InvitationStatus
from connector.core.outcomes import SendOutcome, Verdict
from connector.core.records import Row

ATTEMPT_FIELDS = (
    "Id",
    "Attempt_Key__c",
    "Run_Id__c",
    "Started_At__c",
    "Outcome__c",
    "Outcome_At__c",
    "Detail__c",
)
"""What is read of an attempt that somebody made before us."""

LONGEST_SEND = timedelta(minutes=5)
"""After this long an attempt without an outcome belongs to a run that is gone."""

OUTCOME_OF = {
    Verdict.ACCEPTED: AttemptOutcome.ACCEPTED,
    Verdict.REFUSED: AttemptOutcome.FAILED,
    Verdict.UNKNOWN: AttemptOutcome.UNKNOWN,
    Verdict.TRY_LATER: AttemptOutcome.NOT_SENT,
}
"""What an answer of Trustpilot means for the attempt."""


def outcome_row(attempt_id: str, outcome: SendOutcome, now: datetime) -> dict[str, Any]:
    """The row that records on an attempt what Trustpilot said."""
    words = " ".join(part for part in (outcome.code, outcome.detail) if part)
    return {
        "Id": attempt_id,
        "Outcome__c": OUTCOME_OF[outcome.verdict].value,
        "Outcome_At__c": now,
        "Http_Status__c": outcome.status,
        "Detail__c": words[:255] or None,
    }


_PERSONS_STOPS = {InvitationStatus.CANCELLED: "cancel", InvitationStatus.ON_HOLD: "hold"}


def person_run(status: InvitationStatus, run_id: str) -> str:
    """The `Run_Id__c` of a right that a person took, to cancel or to hold."""
    return f"{_PERSONS_STOPS[status]}:{run_id}"[:40]


def persons_stop(attempt: Row) -> InvitationStatus | None:
    """The status that a person wanted who took this right; None where a run took it."""
    taken_by = str(attempt.get("Run_Id__c") or "").partition(":")[0]
    return next((each for each, word in _PERSONS_STOPS.items() if word == taken_by), None)
