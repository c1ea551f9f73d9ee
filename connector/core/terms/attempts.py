"""The right to do something once: an attempt, whose unique key only one run can insert.

An attempt without an outcome belongs to a run that is still at it, or that is gone.
A person who stops an invitation takes its right too, so that no run can have it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connector.core.terms.objects import AttemptOutcome, InvitationStatus
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.records import Row

ATTEMPT_FIELDS = (
    "Id",
    "Attempt_Key__c",
    "Run_Id__c",
    "Started_At__c",
    "Outcome__c",
    "Outcome_At__c",
    "Http_Status__c",
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


def right_row(key: str, number: int, now: datetime, run_id: str) -> dict[str, Any]:
    """The row whose insertion is the n-th right to do something, under its unique key."""
    return {
        "Attempt_Key__c": key,
        "Attempt__c": number,
        "Started_At__c": now,
        "Run_Id__c": run_id,
    }


def outcome_row(attempt_id: str, outcome: SendOutcome, now: datetime) -> dict[str, Any]:
    """The row that records on an attempt what Trustpilot said."""
    return {
        "Id": attempt_id,
        "Outcome__c": OUTCOME_OF[outcome.verdict].value,
        "Outcome_At__c": now,
        "Http_Status__c": outcome.status,
        "Detail__c": outcome.words[:255] or None,
    }


_PERSONS_STOPS = {InvitationStatus.CANCELLED: "cancel", InvitationStatus.ON_HOLD: "hold"}


def person_run(status: InvitationStatus, run_id: str) -> str:
    """The `Run_Id__c` of a right that a person took, to cancel or to hold."""
    return f"{_PERSONS_STOPS[status]}:{run_id}"[:40]


def persons_stop(attempt: Row) -> InvitationStatus | None:
    """The status that a person wanted who took this right; None where a run took it."""
    taken_by = str(attempt.get("Run_Id__c") or "").partition(":")[0]
    return next((each for each, word in _PERSONS_STOPS.items() if word == taken_by), None)


# Trustpilot 10.2: what a status is about. Trustpilot 3.5: 403 has several causes.
_FIXES = {
    400: "Correct the recipient, template, sender, reference number or products.",
    401: "Check the API key and secret.",
    403: "Check the plan, the acting user's role and the business unit.",
    404: "Check that the business unit is in this account.",
    415: "Report this: the request was not understood.",
}
_FIX = "Look at status.trustpilot.com, then ask Trustpilot's support."
_REASON_LENGTH = 255


def refusal_reason(status: int | None, detail: str | None) -> str:
    """What Trustpilot said to a try, as a sentence, and what to do about it."""
    said = ", ".join(part for part in (str(status or ""), (detail or "").rstrip(".")) if part)
    return with_fix(f"Trustpilot refused it ({said})" if said else "Trustpilot refused it", status)


def unknown_reason(status: int | None, detail: str | None) -> str:
    """Why nobody knows what became of a try; never empty, whatever was said or was not."""
    if status is None:
        return detail or "No answer came back: it may have been sent."
    said = ", ".join(part for part in (str(status), (detail or "").rstrip(".")) if part)
    why = "The answer does not tell whether it was sent"
    return f"{why} ({said[: _REASON_LENGTH - len(why) - 4]})."


def with_fix(sentence: str, status: int | None) -> str:
    """A sentence about a refusal with what to do about it, as long as the ledger has room."""
    fix = _FIXES.get(status or 0, _FIX)
    return f"{sentence.rstrip('.')[: _REASON_LENGTH - len(fix) - 2]}. {fix}"
