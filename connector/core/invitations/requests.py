"""Decides about invitations that agents and Flows ask for by a row of their own.

A request becomes a claim like any other: it gets its unique key, so that an experience that is
claimed already is refused by the org, and waits until it is due. Its attempts begin at none:
where two runs take up the same request, the second one meets the right that the first one took.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.core.invitations.checks import OF_PERSON, CheckResult, Effect, first_objection
from connector.core.invitations.claims import (
    CHANNEL_WORDS,
    EXPERIENCE_LOOKUPS,
    clean_reference,
)
from connector.core.invitations.facts import Asking, Surroundings, claim_key
from connector.core.invitations.reach import HELD_BY_CANARY, HELD_REASON
from connector.core.invitations.recipients import (
    Candidate,
    People,
    Person,
    address_candidate,
    contact_candidate,
)
from connector.core.invitations.sending.due import Stop, Wait
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import REFERENCE_FIELDS, Channel, Send, TriggerObject
from connector.core.terms.addresses import address, address_key, address_keys
from connector.core.terms.instants import instant, to_the_second
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row
from connector.core.terms.units import Unit

EVIDENCE = "Requested"

_ANY_TIME = datetime.min.replace(tzinfo=UTC)
"""A key does not hold when something was asked for."""

EXPERIENCE_NUMBERS = {
    each: (EXPERIENCE_LOOKUPS[each], REFERENCE_FIELDS[each])
    for each in (TriggerObject.ORDER, TriggerObject.CASE)
}
"""Objects whose records have a number: the lookup that leads to one, and the number's field."""

REQUEST_FIELDS = ("Name", *EXPERIENCE_LOOKUPS.values(), "Send__c", "CreatedDate")
"""What is read of a request beyond what is read of a due invitation."""

EARLIER_FIELDS = (
    "Id",
    "Claim_Key__c",
    "Cooldown_Key__c",
    "Business_Unit__c",
    "Send__c",
    "Status__c",
)
"""What is read of earlier requests without a record, by the same people."""

_WAITS = frozenset({InvitationStatus.SCHEDULED, InvitationStatus.SENDING, InvitationStatus.ON_HOLD})


def is_request(row: Row) -> bool:
    """True for what somebody asks for, and for what somebody scheduled by hand.

    Without a key nobody could tell two runs apart, so such a row is never sent as it is.
    """
    waits = row.get("Status__c") in (InvitationStatus.SCHEDULED, InvitationStatus.SENDING)
    keyless = waits and not row.get("Claim_Key__c")
    return bool(keyless or row.get("Status__c") == InvitationStatus.REQUESTED)


@dataclass(frozen=True)
class Request:
    """One request: its row, what is known of people, numbers by record id.

    `earlier` are requests without a record that were taken up before, of all people of a run,
    with `EARLIER_FIELDS`.
    """

    row: Row
    people: People = field(default_factory=People)
    numbers: Mapping[str, str] = field(default_factory=dict)
    earlier: tuple[Row, ...] = ()

    @property
    def id(self) -> str:
        """The record id of the invitation."""
        return str(self.row["Id"])

    @property
    def experience(self) -> tuple[TriggerObject, str] | None:
        """The record it is about; of several, the order, then the opportunity, then the case."""
        for trigger in (TriggerObject.ORDER, TriggerObject.OPPORTUNITY, TriggerObject.CASE):
            found = self.row.get(EXPERIENCE_LOOKUPS[trigger])
            if found:
                return trigger, str(found)
        return None

    @property
    def candidate(self) -> Candidate | None:
        """The contact it names, else the address it holds, with all that is known of them."""
        contact = str(self.row.get("Contact__c") or "")
        if contact:
            return contact_candidate(contact, self.people, EVIDENCE)
        email = str(self.row.get("Recipient_Email__c") or "").strip()
        person = Person(email, str(self.row.get("Recipient_Name__c") or ""))
        return address_candidate(EVIDENCE, person, self.people) if email else None

    @property
    def contact_gone(self) -> bool:
        """True when the contact was deleted whose address alone is left on the request.

        The lookup is emptied by the deletion and tells no more whom it was for, so a deleted
        contact with the address counts: unless it was gone before somebody asked, and unless
        somebody else has the address.
        """
        email = address(self.row.get("Recipient_Email__c"))
        if self.row.get("Contact__c") or not email or email in self.people.by_address:
            return False
        return any(
            address(row.get("Email")) == email and self._outlived_by(row)
            for row in self.people.former.values()
        )

    def _outlived_by(self, former: Row) -> bool:
        asked_at = instant(self.row.get("CreatedDate"))
        gone_at = instant(former.get("SystemModstamp"))
        was_there = asked_at is None or gone_at is None or asked_at <= gone_at
        return bool(former.get("IsDeleted")) and not former.get("MasterRecordId") and was_there

    @property
    def send(self) -> str:
        """What is asked for: the service review where it does not say."""
        return str(self.row.get("Send__c") or Send.SERVICE.value)

    def of_same_kind(self, unit: Unit, person: Person) -> tuple[Row, ...]:
        """The earlier requests by the same person, to the same business unit, for the same."""
        keys = address_keys(person.email)
        return tuple(
            row
            for row in self.earlier
            if row.get("Cooldown_Key__c") in keys
            and row.get("Business_Unit__c") == (unit.record_id or None)
            and (row.get("Send__c") or Send.SERVICE.value) == self.send
            and row["Id"] != self.id
        )

    @property
    def reference(self) -> str:
        """The reference number asked for, else that of the record, else the invitation's own."""
        _, record_id = self.experience or ("", "")
        number = self.numbers.get(record_id) or record_id
        wanted = str(self.row.get("Reference_Number__c") or "")
        return clean_reference(wanted) or clean_reference(number) or str(self.row.get("Name") or "")


@dataclass(frozen=True)
class TakeUp:
    """Update the request so: it is claimed, and waits until it is due."""

    row: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The unique claim key that it gets."""
        return str(self.row["Claim_Key__c"])


def unit_of(row: Row, units: tuple[Unit, ...], known: frozenset[str]) -> Unit | Wait | Stop:
    """The business unit that a request is for; `known` are Trustpilot's ids of all in the org.

    Where the request names none, it must be the only one of the whole org: another connector may
    look after another one.
    """
    wanted = row.get("Business_Unit__c")
    if wanted:
        found = next((unit for unit in units if unit.record_id == wanted), None)
        return found or Wait("Requests wait: their business unit is not in the configuration.")
    if len(units) == 1 and known <= {units[0].id}:
        return units[0]
    return Stop(
        InvitationStatus.FAILED,
        "no_unit",
        "There are several business units: fill in Business Unit and request it again.",
    )


def plan_request(
    request: Request, unit: Unit, around: Surroundings, now: datetime
) -> TakeUp | Wait | Stop:
    """The request as a claim, or why it waits or ends here."""
    due_at = instant(request.row.get("Due_At__c")) or now
    candidate = request.candidate
    if candidate is None:
        reason = "The request names neither a contact nor an address."
        return Stop(InvitationStatus.SKIPPED, "no_recipient", reason)
    stop = _ended_before(request, unit, around, due_at)
    if stop is not None:
        return stop
    person = candidate.person
    key = str(request.row.get("Claim_Key__c") or "") or _key(request, unit, around, person)
    asking = Asking(candidate, around, around.goes_at(due_at), key, around.courtesy)
    objection = first_objection(OF_PERSON, asking)
    if objection is not None:
        return _declined(objection)
    send = request.send
    if send not in {each.value for each in Send}:
        words = ", ".join(Send)
        return Stop(InvitationStatus.FAILED, "unknown_send", f"Send must be one of: {words}.")
    trigger, record_id = request.experience or (None, None)
    return TakeUp(
        {
            "Id": request.id,
            "Claim_Key__c": key,
            "Business_Unit__c": unit.record_id or None,
            "Trigger_Object__c": trigger.value if trigger else None,
            "Trigger_Record_Id__c": record_id,
            "Entered_At__c": to_the_second(now),
            "Evidence__c": EVIDENCE,
            "Channel__c": request.row.get("Channel__c") or CHANNEL_WORDS[Channel.EMAIL],
            "Send__c": send,
            "Due_At__c": to_the_second(due_at),
            "Reference_Number__c": request.reference,
            "Recipient_Id__c": person.contact_id or None,
            "Recipient_Email__c": person.email,
            "Recipient_Name__c": person.name[:255] or None,
            "Cooldown_Key__c": address_key(person.email),
            "Status__c": InvitationStatus.SCHEDULED.value,
            "Attempts__c": 0,
            "Reason_Code__c": None,
            "Reason__c": None,
        }
    )


def _declined(objection: CheckResult) -> Wait | Stop:
    if objection.effect is Effect.HELD:
        return Wait(f"Requests wait: {objection.sentence}", objection.code)
    if objection.effect is Effect.LEFT:
        return Stop(InvitationStatus.ON_HOLD, HELD_BY_CANARY, HELD_REASON)
    return Stop(InvitationStatus.SKIPPED, objection.code, objection.sentence)


def _ended_before(
    request: Request, unit: Unit, around: Surroundings, due_at: datetime
) -> Stop | None:
    """Why a request ends before anything about its person is asked; None where it goes on."""
    if request.contact_gone:
        reason = "The contact was deleted after the invitation was requested."
        return Stop(InvitationStatus.CANCELLED, "contact_gone", reason)
    if around.is_too_late(due_at, around.courtesy):
        reason = f"It was due {due_at:%Y-%m-%d}, which is too long ago."
        return Stop(InvitationStatus.SKIPPED, "too_late", reason)
    candidate = request.candidate
    if request.experience or candidate is None:
        return None
    waiting = [
        row
        for row in request.of_same_kind(unit, candidate.person)
        if row.get("Status__c") in _WAITS
    ]
    if not waiting:
        return None
    reason = f"Invitation {waiting[0]['Id']} waits for the same person already."
    return Stop(InvitationStatus.SKIPPED, "already_claimed", reason)


def _key(request: Request, unit: Unit, around: Surroundings, person: Person) -> str:
    if request.experience:
        trigger, record_id = request.experience
        entry = Entry(trigger, record_id, "", "", _ANY_TIME, EVIDENCE)
        return claim_key(around.organization_id, unit.id, entry)
    # What has ended is in the key, so that a person can be asked again; while one of them waits,
    # every run comes to the same key, and the org takes it once.
    ended = sorted(str(row["Id"]) for row in request.of_same_kind(unit, person))
    parts = (
        around.organization_id,
        unit.id,
        "request",
        address_key(person.email),
        request.send,
        *ended,
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def already_claimed(request_id: str, other_id: str) -> dict[str, Any]:
    """The row that ends a request whose experience another invitation holds."""
    reason = f"Invitation {other_id} is about the same experience."
    stop = Stop(InvitationStatus.SKIPPED, "already_claimed", reason)
    return {"Id": request_id, **_ending(stop)}


def refused_request_row(request: Request, stop: Stop) -> dict[str, Any]:
    """The row that ends a request which cannot be taken up."""
    return {"Id": request.id, **_ending(stop)}


def _ending(stop: Stop) -> dict[str, Any]:
    return {
        "Status__c": stop.status.value,
        "Reason_Code__c": stop.code,
        "Reason__c": stop.reason[:255],
    }
