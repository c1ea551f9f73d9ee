"""Decides what becomes of a due invitation, before and after it is sent.

The right to send is a row with a unique key (claim and attempt): whoever inserts it may send,
nobody else ever may. An answer that never came back makes the invitation `Unknown`;
it is shown to a person and never repeated silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core.invitations.kinds import SERVICE_ONLY, AskedFor, kind_of
from connector.core.invitations.recipients import Person
from connector.core.invitations.sending.due import DueInvitation, Stop, stop_row
from connector.core.products.bought import Products
from connector.core.rules.grammar import Rule, Send
from connector.core.terms.addresses import address_key
from connector.core.terms.attempts import (
    LONGEST_SEND,
    OUTCOME_OF,
    outcome_row,
    persons_stop,
    refusal_reason,
    unknown_reason,
    with_fix,
)
from connector.core.terms.instants import instant
from connector.core.terms.objects import AttemptOutcome, InvitationStatus
from connector.core.terms.outcomes import SendOutcome
from connector.core.terms.records import Row
from connector.core.terms.units import Unit

_STATUS_AFTER = {
    AttemptOutcome.ACCEPTED: InvitationStatus.ACCEPTED,
    AttemptOutcome.FAILED: InvitationStatus.FAILED,
    AttemptOutcome.NOT_SENT: InvitationStatus.SCHEDULED,
    AttemptOutcome.UNKNOWN: InvitationStatus.UNKNOWN,
}

OUTCOME_UNKNOWN = "outcome_unknown"
"""The reason code of an invitation that nobody knows to be sent or not."""

_REASON_AFTER = {
    AttemptOutcome.FAILED: "refused",
    AttemptOutcome.NOT_SENT: "try_later",
    AttemptOutcome.UNKNOWN: OUTCOME_UNKNOWN,
}


_TELLING = {AttemptOutcome.FAILED: refusal_reason, AttemptOutcome.UNKNOWN: unknown_reason}
"""What tells the reason of an end from the status of the answer and its words."""

PERSONS_REASONS = {
    InvitationStatus.CANCELLED: ("cancelled_by_person", "A person cancelled it before it went."),
    InvitationStatus.ON_HOLD: ("held_by_person", "A person holds it."),
}
"""Code and sentence of an invitation that a person stopped."""


def what_to_ask(due: DueInvitation, rule: Rule | None, lines: Products) -> AskedFor | Stop:
    """What goes out: the products on the invitation count before those on the record's lines."""
    kind = kind_of(due.row, rule)
    if kind is Send.SERVICE:
        return SERVICE_ONLY
    products = due.products or lines
    if kind is Send.BOTH:
        return AskedFor(products=products, note="" if products else _NO_PRODUCTS)
    if not products:
        return Stop(
            InvitationStatus.SKIPPED, "no_products", "The record has no product with a SKU."
        )
    return AskedFor(service=False, products=products)


_NO_PRODUCTS = "The record has no product with a SKU: only the service review is asked for."


@dataclass(frozen=True)
class Ready:
    """A due invitation that passed every check: whom to ask for what, for which business unit.

    `write_link_to` is the field of the record that gets the link, `template_id` is Trustpilot's;
    both are empty for none.
    """

    due: DueInvitation
    unit: Unit
    person: Person
    asked: AskedFor = SERVICE_ONLY
    write_link_to: str = ""
    template_id: str = ""


def link_row(ready: Ready, link: str, link_id: str = "") -> dict[str, Any]:
    """The row that stores a link on its invitation."""
    row: dict[str, Any] = {
        "Id": ready.due.id,
        "Status__c": InvitationStatus.LINK_READY.value,
        "Link__c": link,
        "Reason_Code__c": None,
        "Reason__c": ready.asked.note or None,
    }
    if link_id:
        row["Review_Link_Id__c"] = link_id[:64]
    return row | _went_out(ready.asked)


def refused_link_row(due: DueInvitation, status: int | None, sentence: str) -> dict[str, Any]:
    """The row of an invitation whose link Trustpilot will not make, as `sentence` tells."""
    return stop_row(due, Stop(InvitationStatus.FAILED, "refused", with_fix(sentence, status)))


def _went_out(asked: AskedFor) -> dict[str, Any]:
    return {"Skus__c": asked.products.text} if asked.products else {}


def attempt_row(due: DueInvitation, now: datetime, run_id: str) -> dict[str, Any]:
    """The row whose insertion is the right to send."""
    return {
        "Attempt_Key__c": due.attempt_key,
        "Invitation__c": due.id,
        "Attempt__c": due.attempt,
        "Started_At__c": now,
        "Run_Id__c": run_id,
    }


def recipient_row(ready: Ready) -> dict[str, Any]:
    """What of the row must change so that it names who is really asked; empty where it does."""
    due, person = ready.due, ready.person
    wanted = {
        "Contact__c": person.contact_id,
        "Recipient_Id__c": person.contact_id,
        "Recipient_Email__c": person.email,
        "Recipient_Name__c": person.name[:255],
        "Cooldown_Key__c": address_key(person.email),
    }
    changed = {name: value or None for name, value in wanted.items() if due.text(name) != value}
    if not changed.keys() - {"Recipient_Name__c"}:
        return {}  # a name alone is no reason for a write of its own
    return {"Id": due.id, **changed}


@dataclass(frozen=True)
class Settled:
    """What is written after a send: the attempt's row, and the invitation's."""

    attempt: dict[str, Any]
    invitation: dict[str, Any]
    outcome: AttemptOutcome


def settle(
    due: DueInvitation,
    attempt_id: str,
    outcome: SendOutcome,
    now: datetime,
    asked: AskedFor = SERVICE_ONLY,
) -> Settled:
    """Turn Trustpilot's answer into rows; what was not sent stays scheduled for a new attempt."""
    result = OUTCOME_OF[outcome.verdict]
    attempt = outcome_row(attempt_id, outcome, now)
    invitation = _after(due, result, attempt, now)
    if result is AttemptOutcome.ACCEPTED:
        invitation["Reason__c"] = asked.note or None
    if result in (AttemptOutcome.ACCEPTED, AttemptOutcome.UNKNOWN):
        invitation |= _went_out(asked)
    return Settled(attempt, invitation, result)


def settle_foreign(due: DueInvitation, attempt: Row, now: datetime) -> dict[str, Any] | None:
    """What to write when another run took the right before us; None while it may be sending.

    Its outcome is copied where it left one. Where it left none and is gone, nobody knows.
    A right that a person took stops the invitation as that person wanted.
    """
    wanted = persons_stop(attempt)
    if wanted is not None:
        code, reason = PERSONS_REASONS[wanted]
        return stop_row(due, Stop(wanted, code, reason)) | {"Attempts__c": due.attempt}
    if attempt.get("Outcome__c"):
        outcome, at = AttemptOutcome(attempt["Outcome__c"]), instant(attempt.get("Outcome_At__c"))
        return _after(due, outcome, attempt, at or now)
    started = instant(attempt.get("Started_At__c"))
    if started is not None and now - started < LONGEST_SEND:
        if due.row.get("Status__c") == InvitationStatus.SENDING.value:
            return None
        # The outcome may be recorded in this very moment. With the number of attempts that this
        # row goes with, the next run still asks for the same right and finds that outcome.
        return {
            "Id": due.id,
            "Attempts__c": due.attempt - 1,
            "Status__c": InvitationStatus.SENDING.value,
        }
    detail = "The run that was sending it stopped before it could say what happened."
    return _after(due, AttemptOutcome.UNKNOWN, {"Detail__c": detail}, now)


def _after(
    due: DueInvitation, outcome: AttemptOutcome, attempt: Row, now: datetime
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "Id": due.id,
        "Attempts__c": due.attempt,
        "Status__c": _STATUS_AFTER[outcome].value,
    }
    if outcome is AttemptOutcome.ACCEPTED:
        return row | {"Sent_At__c": now, "Reason_Code__c": None, "Reason__c": None}
    said, answered = attempt.get("Detail__c"), attempt.get("Http_Status__c")
    status = None if answered is None else int(answered)
    reason = _TELLING[outcome](status, said) if outcome in _TELLING else said
    return row | {"Reason_Code__c": _REASON_AFTER[outcome], "Reason__c": reason}
