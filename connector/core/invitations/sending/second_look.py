"""The second look: whether a due invitation may go now, and to whom, by what is true now.

It is asked a few seconds before the call and after every wait. What cannot be seen is not taken
for a yes; what is odd is held, and shown to a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connector.core.invitations.checks import (
    OF_PERSON,
    CheckResult,
    Effect,
    first_objection,
    not_of_its_own,
)
from connector.core.invitations.facts import Asking, Courtesy, Surroundings, courtesy_of
from connector.core.invitations.reach import HELD_BY_CANARY, HELD_REASON
from connector.core.invitations.recipients import (
    Candidate,
    Person,
    RecipientFacts,
    address_candidate,
    candidates,
    contact_candidate,
)
from connector.core.invitations.sending.due import DueInvitation, Stop, Wait
from connector.core.rules.entries import has_left
from connector.core.rules.grammar import Rule
from connector.core.terms.addresses import address, address_keys
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row

RECIPIENT_CHANGED = "recipient_changed"
"""The reason code of an invitation that is held because its row names somebody else now."""

PAUSED = Wait("Invitations wait: their business unit is paused in Salesforce.")

GOES_FIRST = Wait("Invitations wait: an older one of the same person goes first.")

_ITS_TURN = timedelta(minutes=15)
"""So long another run may need for an older invitation; after that it waits for something else."""


@dataclass(frozen=True)
class Known:
    """Whom the org was asked about for one invitation: ids of contacts, and addresses.

    Nobody beyond them is judged: their opt-outs and other invitations were not read.
    """

    contacts: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def covers(self, candidate: Candidate) -> bool:
        """True when everything about this candidate was asked for."""
        known = not candidate.contact_id or candidate.contact_id in self.contacts
        return known and (not candidate.email or address(candidate.email) in self.addresses)

    def with_(self, candidate: Candidate) -> Known:
        """The same, and this candidate as far as it is known by now."""
        ids = {candidate.contact_id} - {""}
        emails = {address(candidate.email)} - {""}
        return Known(self.contacts | ids, self.addresses | emails)


def known_of(due: DueInvitation) -> Known:
    """Whom the row of an invitation names."""
    ids = {due.text("Contact__c"), due.text("Recipient_Id__c")} - {""}
    return Known(frozenset(ids), frozenset({address(due.text("Recipient_Email__c"))} - {""}))


@dataclass(frozen=True)
class Again:
    """It leads to somebody who was not asked about: the next look asks about these as well."""

    known: Known


@dataclass(frozen=True)
class SecondLook:
    """What was read for one due invitation: its `record` is None where it is gone.

    `facts` are those of its rule's ladder, with the people who were read for it. Where it has no
    rule they hold nothing but these people.
    """

    record: Row | None
    facts: RecipientFacts
    around: Surroundings
    now: datetime
    known: Known = field(default_factory=Known)
    paused: bool = False


Decision = Person | Wait | Stop | Again


def switched_off(rule_name: str) -> Wait:
    """What is said of the invitations of a rule that is not on."""
    return Wait(f"The rule {rule_name} is switched off or gone.")


def still_waiting(row: Row | None) -> bool:
    """True unless somebody has stopped the invitation since it was read; `row` is how it is now."""
    wanted = (InvitationStatus.SCHEDULED.value, InvitationStatus.SENDING.value)
    return row is not None and row.get("Status__c") in wanted


def _is_released(due: DueInvitation) -> bool:
    """True once a person let it go after it was held for its recipient: it is meant as it is."""
    return due.text("Reason_Code__c") == RECIPIENT_CHANGED


def recheck(due: DueInvitation, rule: Rule | None, look: SecondLook) -> Decision:
    """Look again at the due moment: still in the stage, still willing, rule still on, not too late.

    The conditions of a rule are checked at the entry only; everything about the person counts
    now. What only the canary list forbids is held until a person releases it. An invitation that
    somebody asked for has no rule and no stage.
    """
    if look.paused:
        return PAUSED
    if due.text("Rule__c"):
        objection = _of_rule(due, rule, look)
        if objection is not None:
            return objection
    courtesy = courtesy_of(rule) if rule else look.around.courtesy
    if due.due_at is not None and look.around.is_too_late(due.due_at, courtesy):
        reason = f"It was due {due.due_at:%Y-%m-%d}, which is too long ago."
        return Stop(InvitationStatus.SKIPPED, "too_late", reason)
    found = _recipients(due, rule, look)
    if isinstance(found, Stop):
        return found
    return _first_willing(due, found, look, courtesy)


def _of_rule(due: DueInvitation, rule: Rule | None, look: SecondLook) -> Wait | Stop | None:
    if rule is None or not rule.enabled:
        return switched_off(due.text("Rule__c"))
    if look.record is None:
        return Stop(InvitationStatus.CANCELLED, "record_gone", "The record was deleted.")
    if has_left(due.text("New_Stage__c"), look.record, rule):
        stage = look.record.get(rule.stage_field)
        return Stop(
            InvitationStatus.CANCELLED, "left_stage", f"The record has left the stage for {stage}."
        )
    reason = not_of_its_own(due.trigger, look.record, rule.include)
    return Stop(InvitationStatus.CANCELLED, "no_own_experience", reason) if reason else None


def _recipients(
    due: DueInvitation, rule: Rule | None, look: SecondLook
) -> tuple[Candidate, ...] | Stop:
    """Who may be asked, in order: whom the row names, or whom the record has named since."""
    ladder = candidates(rule, look.facts) if rule else ()
    if due.text("Recipient_Id__c") or due.text("Contact__c"):
        return _by_contact(due, ladder, look)
    return _by_address(due, rule, ladder, look)


def _by_contact(
    due: DueInvitation, ladder: tuple[Candidate, ...], look: SecondLook
) -> tuple[Candidate, ...] | Stop:
    """A lookup that was emptied is no consent to write to the address that was left behind."""
    present, people = due.text("Contact__c"), look.facts.people
    meant = (present if _is_released(due) else "") or due.text("Recipient_Id__c") or present
    if not present:
        former = people.former.get(meant)
        if former is not None and not former.get("IsDeleted"):
            return _HELD_WITHOUT_CONTACT
        heir = _heir(meant, look)
        return _as_named(due, heir, ladder, look) if heir else _CONTACT_GONE
    named = {each.contact_id for each in ladder}
    if present != meant and present not in named and _heir(meant, look) != present:
        return _HELD_FOR_ANOTHER
    return _as_named(due, present, ladder, look)


def _as_named(
    due: DueInvitation, contact_id: str, ladder: tuple[Candidate, ...], look: SecondLook
) -> tuple[Candidate, ...]:
    """The contact; where the record leads to others now, those on the ladder instead."""
    own = next((each for each in ladder if each.contact_id == contact_id), None)
    if due.text("Rule__c") and own is None:
        return ladder
    return (own or contact_candidate(contact_id, look.facts.people, due.text("Rule__c")),)


def _by_address(
    due: DueInvitation, rule: Rule | None, ladder: tuple[Candidate, ...], look: SecondLook
) -> tuple[Candidate, ...] | Stop:
    email = due.text("Recipient_Email__c")
    key = due.text("Cooldown_Key__c")
    if key and key not in address_keys(email) and not _is_released(due):
        return _HELD_FOR_ANOTHER
    if rule is None:
        person = Person(email, due.text("Recipient_Name__c"))
        return (address_candidate("", person, look.facts.people),)
    typed = (each for each in ladder if not each.contact_id)
    own = next((each for each in typed if address(each.email) == address(email)), None)
    return (own,) if own else ladder


def _heir(contact_id: str, look: SecondLook) -> str:
    """The contact that another one was merged into, through however many merges."""
    former = look.facts.people.former
    seen: set[str] = set()
    while contact_id not in seen and contact_id in former:
        seen.add(contact_id)
        master = str(former[contact_id].get("MasterRecordId") or "")
        if not master:
            return "" if former[contact_id].get("IsDeleted") else contact_id
        contact_id = master
    return contact_id if seen else ""


def _first_willing(
    due: DueInvitation, found: Iterable[Candidate], look: SecondLook, courtesy: Courtesy
) -> Decision:
    """The first of them against whom nothing speaks, as the plan of a claim chooses."""
    objections: list[CheckResult] = []
    for candidate in found:
        if not look.known.covers(candidate):
            return Again(look.known.with_(candidate))
        asking = Asking(candidate, look.around, look.now, due.text("Claim_Key__c"), courtesy)
        objection = first_objection(OF_PERSON, replace(asking, waiting_counts=False))
        if objection is None:
            return GOES_FIRST if _is_second(due, asking) else candidate.person
        if objection.effect is Effect.HELD:
            return Wait(f"Invitations wait: {objection.sentence}", objection.code)
        objections.append(objection)
    if not objections:
        return Stop(InvitationStatus.SKIPPED, "no_recipient", "The record names nobody to invite.")
    return _declined(min(objections, key=lambda each: each.effect is not Effect.SKIPPED))


def _declined(objection: CheckResult) -> Stop:
    if objection.effect is Effect.LEFT:
        return Stop(InvitationStatus.ON_HOLD, HELD_BY_CANARY, HELD_REASON)
    if objection.code == "contact_unreadable":
        return _CONTACT_GONE
    return Stop(InvitationStatus.SKIPPED, objection.code, objection.sentence)


def _is_second(due: DueInvitation, asking: Asking) -> bool:
    """True while an older invitation of the person is due, which another run may be sending."""
    now, own_turn = asking.at, (due.due_at, due.id)
    return bool(asking.courtesy.cooldown) and any(
        each.waiting
        and each.due_at is not None
        and now - _ITS_TURN < each.due_at <= now
        and (each.due_at, each.id) < own_turn
        for each in asking.others
    )


_CONTACT_GONE = Stop(InvitationStatus.CANCELLED, "contact_gone", "The contact was deleted.")
_HELD_WITHOUT_CONTACT = Stop(
    InvitationStatus.ON_HOLD,
    RECIPIENT_CHANGED,
    "Somebody emptied Contact. Release it after filling it in, or cancel it.",
)
_HELD_FOR_ANOTHER = Stop(
    InvitationStatus.ON_HOLD,
    RECIPIENT_CHANGED,
    "The row names somebody whom its record does not lead to. Check the recipient, then release "
    "or cancel it.",
)
