"""Decides what becomes of a due invitation, before and after it is sent.

The right to send is a row with a unique key (claim and attempt): whoever inserts it may send,
nobody else ever may. An answer that never came back makes the invitation `Unknown`;
it is shown to a person and never repeated silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core.invitations.checks import OF_PERSON, Effect, first_objection
from connector.core.invitations.facts import Asking, Surroundings
from connector.core.invitations.kinds import SERVICE_ONLY, AskedFor, is_held_by_trustpilot, kind_of
from connector.core.invitations.recipients import (
    Candidate,
    People,
    Person,
    address_candidate,
    contact_candidate,
    flags_of,
)
from connector.core.products.bought import Products, stored_products
from connector.core.rules.entries import has_left
from connector.core.rules.grammar import Rule, Send, TriggerObject
from connector.core.terms.attempts import (
    LONGEST_SEND,
    OUTCOME_OF,
    outcome_row,
    persons_stop,
    refusal_reason,
    with_fix,
)
from connector.core.terms.instants import instant
from connector.core.terms.objects import AttemptOutcome, InvitationStatus
from connector.core.terms.outcomes import SendOutcome
from connector.core.terms.records import Row
from connector.core.terms.units import Unit

DUE_FIELDS = (
    "Id",
    "Claim_Key__c",
    "Business_Unit__c",
    "Rule__c",
    "Trigger_Object__c",
    "Trigger_Record_Id__c",
    "New_Stage__c",
    "Contact__c",
    "Recipient_Email__c",
    "Recipient_Name__c",
    "Channel__c",
    "Due_At__c",
    "Status__c",
    "Reference_Number__c",
    "Locale__c",
    "Template_Id__c",
    "Tags__c",
    "Attempts__c",
    "Send__c",
    "Skus__c",
    "Products__c",
    "Hold__c",
)
"""What is read of an invitation before it is decided."""

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


PERSONS_REASONS = {
    InvitationStatus.CANCELLED: ("cancelled_by_person", "A person cancelled it before it went."),
    InvitationStatus.ON_HOLD: ("held_by_person", "A person holds it."),
}
"""Code and sentence of an invitation that a person stopped."""


@dataclass(frozen=True)
class DueInvitation:
    """An invitation whose time has come, as the org remembers it."""

    row: Row

    @property
    def id(self) -> str:
        """The record id of the invitation."""
        return str(self.row["Id"])

    @property
    def trigger(self) -> TriggerObject:
        """Which kind of record led to it."""
        return TriggerObject(self.row["Trigger_Object__c"])

    @property
    def trigger_id(self) -> str:
        """The record that led to it."""
        return str(self.row["Trigger_Record_Id__c"])

    @property
    def is_link(self) -> bool:
        """True when a link is wanted, not an e-mail."""
        return self.is_own_link or bool(self.row["Channel__c"] == "Invitation Link")

    @property
    def is_own_link(self) -> bool:
        """True when the link is made here, with the keys of the business unit."""
        return bool(self.row["Channel__c"] == "Business Generated Link")

    @property
    def is_held_by_trustpilot(self) -> bool:
        """True when it goes out before it is due, and Trustpilot keeps it until then."""
        return is_held_by_trustpilot(self.row)

    @property
    def due_at(self) -> datetime | None:
        """When the customer is to be asked."""
        value = self.row.get("Due_At__c")
        return value if isinstance(value, datetime) else instant(value)

    @property
    def products(self) -> Products:
        """The products that stand on the invitation itself."""
        return stored_products(self.text("Skus__c"), self.text("Products__c"))

    @property
    def attempt(self) -> int:
        """The number that the next attempt has."""
        return int(self.row.get("Attempts__c") or 0) + 1

    @property
    def attempt_key(self) -> str:
        """The unique key of the right to send this time."""
        return f"{self.row['Claim_Key__c']}:{self.attempt}"

    def text(self, field: str) -> str:
        """A text field of the invitation, empty where it is not set."""
        return str(self.row.get(field) or "")

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that the review will carry."""
        return tuple(tag.strip() for tag in self.text("Tags__c").split(",") if tag.strip())


@dataclass(frozen=True)
class Wait:
    """Leave the invitation as it is; `reason` is a sentence for the run's notes."""

    reason: str


@dataclass(frozen=True)
class Stop:
    """The invitation ends here: its status, a reason code and a sentence."""

    status: InvitationStatus
    code: str
    reason: str


def still_waiting(row: Row | None) -> bool:
    """True unless somebody has stopped the invitation since it was read; `row` is how it is now."""
    wanted = (InvitationStatus.SCHEDULED.value, InvitationStatus.SENDING.value)
    return row is not None and row.get("Status__c") in wanted


@dataclass(frozen=True)
class SecondLook:
    """What was read again for one due invitation; `record` is None where it is gone."""

    record: Row | None
    people: People
    around: Surroundings
    now: datetime


def recheck(due: DueInvitation, rule: Rule | None, look: SecondLook) -> Person | Wait | Stop:
    """Look again at the due moment: still in the stage, still willing, rule still on.

    The conditions of a rule are checked at the entry only; everything about the person counts
    now. What only the canary list forbids waits until the list is gone. An invitation that
    somebody asked for has no rule and no stage.
    """
    if not due.text("Rule__c"):
        return _person(due, None, look)
    if rule is None or not rule.enabled:
        return Wait(f"The rule {due.text('Rule__c')} is switched off or gone.")
    if look.record is None:
        return Stop(InvitationStatus.CANCELLED, "record_gone", "The record was deleted.")
    if has_left(due.text("New_Stage__c"), look.record, rule):
        stage = look.record.get(rule.stage_field)
        return Stop(
            InvitationStatus.CANCELLED, "left_stage", f"The record has left the stage for {stage}."
        )
    return _person(due, rule, look)


def candidate_of(
    due: DueInvitation, rule: Rule | None, record: Row | None, people: People
) -> Candidate:
    """The person of a due invitation with all that is known now; a contact's present address."""
    if due.text("Contact__c"):
        return contact_candidate(due.text("Contact__c"), people, due.text("Rule__c"))
    person = Person(due.text("Recipient_Email__c"), due.text("Recipient_Name__c"))
    flags = flags_of(rule, record or {}, person.email) if rule else ()
    return address_candidate(due.text("Rule__c"), person, people, *flags)


def _person(due: DueInvitation, rule: Rule | None, look: SecondLook) -> Person | Wait | Stop:
    candidate = candidate_of(due, rule, look.record, look.people)
    if not candidate.readable:
        return Stop(InvitationStatus.CANCELLED, "contact_gone", "The contact was deleted.")
    cooldown = rule.cooldown if rule else look.around.cooldown
    asking = Asking(candidate, look.around, look.now, due.text("Claim_Key__c"), cooldown)
    objection = first_objection(OF_PERSON, asking)
    if objection is None:
        return candidate.person
    if objection.effect is Effect.LEFT:
        return Wait("Invitations wait: their recipients are not on the canary list.")
    return Stop(InvitationStatus.SKIPPED, objection.code, objection.sentence)


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


def stop_row(due: DueInvitation, stop: Stop) -> dict[str, Any]:
    """The row that ends an invitation without sending."""
    return {
        "Id": due.id,
        "Status__c": stop.status.value,
        "Reason_Code__c": stop.code,
        "Reason__c": stop.reason[:255],
    }


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
    reason = attempt.get("Detail__c")
    if outcome is AttemptOutcome.FAILED:
        status = attempt.get("Http_Status__c")
        reason = refusal_reason(None if status is None else int(status), reason)
    return row | {"Reason_Code__c": _REASON_AFTER[outcome], "Reason__c": reason}
