"""Decides what becomes of an invitation that a person wants to cancel, hold, release or resolve.

Nothing is claimed that may not be true: what Trustpilot may have already is refused, and what
a run may be sending right now is stopped by taking the right to send.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.core.invitations.sending.due import DueInvitation
from connector.core.invitations.sending.sends import OUTCOME_UNKNOWN, PERSONS_REASONS, attempt_row
from connector.core.terms.addresses import address_key
from connector.core.terms.attempts import person_run
from connector.core.terms.instants import to_the_second
from connector.core.terms.objects import AttemptOutcome, InvitationStatus
from connector.core.terms.records import Row

_S = InvitationStatus


class DeskAction(StrEnum):
    """What a person can want of an invitation, in the words that are typed."""

    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    SENT = "resolve --sent"
    RESEND = "resolve --resend"


@dataclass(frozen=True)
class Change:
    """The invitation gets this status; with `takes_right` only who gets the right may write it."""

    status: InvitationStatus
    code: str
    reason: str
    takes_right: bool = False


@dataclass(frozen=True)
class AsWished:
    """The invitation stands where it is wanted already."""

    status: InvitationStatus


@dataclass(frozen=True)
class Refusal:
    """It cannot be done: a sentence, and what to do instead."""

    sentence: str
    next_step: str


Decision = Change | AsWished | Refusal

_FROM = {
    DeskAction.CANCEL: {_S.REQUESTED, _S.SCHEDULED, _S.ON_HOLD},
    DeskAction.HOLD: {_S.REQUESTED, _S.SCHEDULED},
    DeskAction.RELEASE: {_S.ON_HOLD},
    DeskAction.SENT: {_S.UNKNOWN},
    DeskAction.RESEND: {_S.UNKNOWN},
}

_ALREADY = {
    DeskAction.CANCEL: {_S.CANCELLED},
    DeskAction.HOLD: {_S.ON_HOLD},
    DeskAction.RELEASE: {_S.REQUESTED, _S.SCHEDULED},
    DeskAction.SENT: {_S.ACCEPTED, _S.DELIVERED, _S.NOT_DELIVERED, _S.REVIEWED},
    DeskAction.RESEND: {_S.SCHEDULED},
}

_BECOMES = {
    DeskAction.CANCEL: (_S.CANCELLED, *PERSONS_REASONS[_S.CANCELLED]),
    DeskAction.HOLD: (_S.ON_HOLD, *PERSONS_REASONS[_S.ON_HOLD]),
    DeskAction.RELEASE: (_S.SCHEDULED, "", ""),
    DeskAction.SENT: (_S.ACCEPTED, "resolved_sent", "A person found that it was sent."),
    DeskAction.RESEND: (_S.SCHEDULED, "resolved_resend", "A person wants it sent once more."),
}

_AT_TRUSTPILOT = Refusal(
    "Trustpilot has it already.",
    "Trustpilot's portal can cancel its queued invitations, all of them together.",
)
_ENDED = Refusal("It has ended: nothing goes out.", "Read why: connector invitations show {id}")
_NOT_SENT_YET = Refusal("It has not been sent.", "A run sends it when it is due.")
_REFUSALS = {
    _S.REQUESTED: _NOT_SENT_YET,
    _S.SCHEDULED: _NOT_SENT_YET,
    _S.ON_HOLD: Refusal("It is on hold.", "Let it go: connector invitations release {id}"),
    _S.SENDING: Refusal(
        "A run holds the right to send it.",
        "Wait for the next run, then look: connector invitations show {id}",
    ),
    _S.ACCEPTED: _AT_TRUSTPILOT,
    _S.LINK_READY: Refusal("Its link is made.", "Leave the link out of what you send."),
    _S.DELIVERED: _AT_TRUSTPILOT,
    _S.NOT_DELIVERED: _AT_TRUSTPILOT,
    _S.CANCELLED: Refusal(
        "It is cancelled.", "To ask after all, set its status to Scheduled in Salesforce."
    ),
    _S.SKIPPED: _ENDED,
    _S.FAILED: _ENDED,
    _S.UNKNOWN: Refusal(
        "It may have been sent.",
        "Look for its reference number at Trustpilot, then type: "
        "connector invitations resolve {id} --sent (or --resend)",
    ),
    _S.REVIEWED: _AT_TRUSTPILOT,
}
RIGHT_TAKEN = _REFUSALS[_S.SENDING]
"""What is said where a run was faster than the person."""

_NO_STATUS = Refusal("It has no status.", "Set its status to Requested in Salesforce.")


def decide(row: Row, action: DeskAction) -> Decision:
    """What a wish comes to, by the status of the invitation."""
    try:
        status = _S(row.get("Status__c") or "")
    except ValueError:
        return _NO_STATUS
    if status in _ALREADY[action]:
        return AsWished(status)
    if status not in _FROM[action]:
        return _REFUSALS[status]
    wanted, code, reason = _BECOMES[action]
    if action is DeskAction.RELEASE and not row.get("Claim_Key__c"):
        wanted = _S.REQUESTED  # a run gives it its key first
    return Change(wanted, code, reason, takes_right=_needs_right(row, action))


def _needs_right(row: Row, action: DeskAction) -> bool:
    """True where a run may be about to send; a link is made without a right and sent by nobody."""
    stops = action in (DeskAction.CANCEL, DeskAction.HOLD)
    return stops and bool(row.get("Claim_Key__c")) and not DueInvitation(row).is_link


def right_row(row: Row, change: Change, now: datetime, run_id: str) -> dict[str, Any]:
    """The attempt whose insertion keeps every run from sending this time."""
    return attempt_row(DueInvitation(row), now, person_run(change.status, run_id)) | {
        "Outcome__c": AttemptOutcome.NOT_SENT.value,
        "Outcome_At__c": now,
        "Detail__c": change.reason,
    }


def change_row(
    row: Row, change: Change, sent_at: datetime | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """The update of the invitation; `sent_at` is kept where it says nothing of its own.

    What a person lets go after its due time is due `now`, so that it is not too late, and is
    meant for whomever its row names.
    """
    changed: dict[str, Any] = {
        "Id": row["Id"],
        "Status__c": change.status.value,
        "Reason_Code__c": change.code or None,
        "Reason__c": change.reason or None,
    }
    if change.takes_right:
        changed["Attempts__c"] = DueInvitation(row).attempt
    if change.status is _S.ACCEPTED and not row.get("Sent_At__c"):
        changed["Sent_At__c"] = sent_at
    if change.status is _S.SCHEDULED:
        changed |= _let_go(row, now)
    return changed


def _let_go(row: Row, now: datetime | None) -> dict[str, Any]:
    due = DueInvitation(row)
    adopted = {"Recipient_Id__c": due.text("Contact__c") or None}
    if not due.text("Contact__c") and due.text("Recipient_Email__c"):
        adopted["Cooldown_Key__c"] = address_key(due.text("Recipient_Email__c"))
    overdue = now is not None and due.due_at is not None and due.due_at < now
    return adopted | ({"Due_At__c": to_the_second(now)} if overdue and now else {})


FOUND_SENT_FIELDS = ("Reason_Code__c", "Sent_At__c")
"""What is read of an invitation, beyond the fields of a due one, to know what was found sent."""


def is_found_sent(row: Row) -> bool:
    """True for an unknown invitation that a person set to Accepted in Salesforce.

    Only the connector writes reason codes, and it takes this one away when it writes Accepted.
    """
    return row.get("Status__c") == _S.ACCEPTED and row.get("Reason_Code__c") == OUTCOME_UNKNOWN


def found_sent_row(row: Row, sent_at: datetime) -> dict[str, Any]:
    """The update that records it; the status stays, for it may have risen since."""
    change = Change(*_BECOMES[DeskAction.SENT])
    return {k: v for k, v in change_row(row, change, sent_at).items() if k != "Status__c"}


def last_attempt_key(row: Row) -> str:
    """The key of the attempt whose outcome the invitation tells."""
    return f"{row.get('Claim_Key__c')}:{int(row.get('Attempts__c') or 0)}"


def sent_attempt_row(attempt: Row, now: datetime) -> dict[str, Any]:
    """The update that says on an attempt that it was accepted, as a person found."""
    return {
        "Id": attempt["Id"],
        "Outcome__c": AttemptOutcome.ACCEPTED.value,
        "Outcome_At__c": attempt.get("Outcome_At__c") or now,
        "Detail__c": "A person found that it was sent.",
    }
