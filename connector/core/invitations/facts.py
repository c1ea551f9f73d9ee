"""What the checks of an invitation look at: an experience, and a person about to be asked.

Facts only; nothing is decided here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from connector.core.invitations.reach import EVERYBODY, Reach
from connector.core.invitations.recipients import Candidate, RecipientFacts, candidates
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import Rule
from connector.core.terms.addresses import address_key
from connector.core.terms.instants import instant
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row
from connector.core.terms.units import Unit

ASKED_FIELDS = (
    "Id",
    "Cooldown_Key__c",
    "Claim_Key__c",
    "Status__c",
    "Due_At__c",
    "Sent_At__c",
    "CreatedDate",
)
"""What is read of the invitations to the people who are about to be asked."""

ASKED_STATUSES = tuple(
    status.value
    for status in (
        InvitationStatus.SCHEDULED,
        InvitationStatus.SENDING,
        InvitationStatus.ACCEPTED,
        InvitationStatus.LINK_READY,
        InvitationStatus.UNKNOWN,
        InvitationStatus.REVIEWED,
        InvitationStatus.DELIVERED,
    )
)
"""An invitation with one of these reached the person, or may."""


@dataclass(frozen=True)
class OtherInvitation:
    """An invitation that a person got, or is about to get, at `at`.

    `waiting` ones give way to those whose `turn` (when and as what they were claimed) is earlier.
    """

    claim_key: str
    at: datetime
    waiting: bool
    turn: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Surroundings:
    """What holds for every decision of a run.

    `asked` are the invitations in the org by `address_key`, `planned` those that are being planned.
    `cooldown` is that of invitations without a rule.
    """

    organization_id: str
    reach: Reach = EVERYBODY
    asked: Mapping[str, tuple[OtherInvitation, ...]] = field(default_factory=dict)
    cooldown: timedelta = timedelta(0)
    planned: Mapping[str, tuple[OtherInvitation, ...]] = field(default_factory=dict)

    def others(self, email: str) -> tuple[OtherInvitation, ...]:
        """All invitations of whoever has this address."""
        person = address_key(email)
        return (*self.asked.get(person, ()), *self.planned.get(person, ()))


@dataclass(frozen=True)
class Experience:
    """One rule looking at one entry: everything that the decision rests on.

    `unit` is None where the record names none that the configuration has. Rules without
    `active_from` count no entry before `floor`. `taken` when the claim key is in the org, by the
    rule `taken_by` where it was a rule.
    """

    entry: Entry
    rule: Rule
    facts: RecipientFacts
    unit: Unit | None
    around: Surroundings
    due_at: datetime
    floor: datetime | None = None
    taken: bool = False
    taken_by: str = ""

    @cached_property
    def key(self) -> str:
        """The claim key: without a business unit it is one that no other experience has."""
        unit_id = self.unit.id if self.unit else ""
        return claim_key(self.around.organization_id, unit_id, self.entry)

    @cached_property
    def ladder(self) -> tuple[Candidate, ...]:
        """Everybody whom the rule may ask, in order."""
        return candidates(self.rule, self.facts)


@dataclass(frozen=True)
class Asking:
    """One person about to be asked at `at`, for the claim `key`.

    No other invitation may be nearer in time than the `cooldown`.
    """

    candidate: Candidate
    around: Surroundings
    at: datetime
    key: str
    cooldown: timedelta

    @cached_property
    def others(self) -> tuple[OtherInvitation, ...]:
        """The other invitations of this person that have precedence over this one."""
        every = self.around.others(self.candidate.email)
        own = next((each.turn for each in every if each.claim_key == self.key), None)
        return tuple(
            each
            for each in every
            if each.claim_key != self.key
            and not (each.waiting and own is not None and own < each.turn)
        )


def claim_key(organization_id: str, unit_id: str, entry: Entry) -> str:
    """64 hex characters that stand for one experience with one business unit."""
    experience = f"{organization_id}|{unit_id}|{entry.object.value}|{entry.record_id}"
    return hashlib.sha256(experience.encode()).hexdigest()


def asked_by_person(rows: Iterable[Row]) -> dict[str, tuple[OtherInvitation, ...]]:
    """The invitations of each person, from rows with `ASKED_FIELDS`."""
    found: dict[str, tuple[OtherInvitation, ...]] = {}
    for row in rows:
        at = instant(row.get("Sent_At__c")) or instant(row.get("Due_At__c"))
        if at is None or row.get("Status__c") not in ASKED_STATUSES:
            continue
        waiting = row["Status__c"] == InvitationStatus.SCHEDULED.value
        turn = (str(row.get("CreatedDate") or ""), str(row["Id"]))
        each = OtherInvitation(str(row.get("Claim_Key__c") or ""), at, waiting, turn)
        person = str(row.get("Cooldown_Key__c") or "")
        found[person] = (*found.get(person, ()), each)
    return found
