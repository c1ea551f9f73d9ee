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
from connector.core.rules.grammar import ConsentSource, Rule
from connector.core.terms.addresses import address_keys
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
    "LastModifiedDate",
)
"""What is read of the invitations to the people who are about to be asked."""

WENT_OUT = frozenset(
    {
        InvitationStatus.SENDING,
        InvitationStatus.ACCEPTED,
        InvitationStatus.LINK_READY,
        InvitationStatus.UNKNOWN,
        InvitationStatus.REVIEWED,
        InvitationStatus.DELIVERED,
    }
)
"""An invitation with one of these reached the person, or may have."""

ASKED_STATUSES = (
    InvitationStatus.SCHEDULED.value,
    *(each.value for each in InvitationStatus if each in WENT_OUT),
)
"""An invitation with one of these counts for the cooldown."""


@dataclass(frozen=True)
class OtherInvitation:
    """An invitation that a person got at `at`, or is about to get then while it is `waiting`.

    `due_at` and `id` put those that wait in order.
    """

    claim_key: str
    at: datetime
    waiting: bool
    due_at: datetime | None = None
    id: str = ""


@dataclass(frozen=True)
class Courtesy:
    """How people are treated: by a rule, or by the configuration where there is no rule.

    Nobody is asked twice within the `cooldown`, nor later than `latest` after the due time (zero
    is no limit). `consent` says what must be readable before somebody is asked, `leads` whether
    the opt-outs of leads belong to it.
    """

    cooldown: timedelta = timedelta(0)
    latest: timedelta = timedelta(0)
    consent: ConsentSource = ConsentSource.FLAGS
    leads: bool = True


def courtesy_of(rule: Rule) -> Courtesy:
    """How a rule treats people."""
    return Courtesy(rule.cooldown, rule.latest, rule.consent, rule.leads)


@dataclass(frozen=True)
class Surroundings:
    """What holds for every decision of a run.

    `asked` are the invitations in the org by their key of the address, `planned` those that are
    being planned. `courtesy` is that of invitations without a rule. `now` is when it is decided;
    None where the past is told, in which everything was in time. `left_out_until` is when a run
    last had a canary list, where there is none now.
    """

    organization_id: str
    reach: Reach = EVERYBODY
    asked: Mapping[str, tuple[OtherInvitation, ...]] = field(default_factory=dict)
    courtesy: Courtesy = Courtesy()
    planned: Mapping[str, tuple[OtherInvitation, ...]] = field(default_factory=dict)
    now: datetime | None = None
    left_out_until: datetime | None = None

    def others(self, email: str) -> tuple[OtherInvitation, ...]:
        """All invitations of whoever has this address, however old their key is."""
        return tuple(
            each
            for key in address_keys(email)
            for found in (self.asked, self.planned)
            for each in found.get(key, ())
        )

    def goes_at(self, due_at: datetime) -> datetime:
        """When something that is due then really goes out: what is overdue goes now."""
        return due_at if self.now is None else max(due_at, self.now)

    def is_too_late(self, due_at: datetime, courtesy: Courtesy) -> bool:
        """True when what was due then is not to be sent any more."""
        if self.now is None or not courtesy.latest:
            return False
        return self.now - due_at > courtesy.latest


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

    When it goes out only what really went out before counts; what waits still, does not.
    """

    candidate: Candidate
    around: Surroundings
    at: datetime
    key: str
    courtesy: Courtesy = Courtesy()
    waiting_counts: bool = True

    @cached_property
    def others(self) -> tuple[OtherInvitation, ...]:
        """The other invitations of this person."""
        every = self.around.others(self.candidate.email)
        return tuple(each for each in every if each.claim_key != self.key)


def claim_key(organization_id: str, unit_id: str, entry: Entry) -> str:
    """64 hex characters that stand for one experience with one business unit."""
    experience = f"{organization_id}|{unit_id}|{entry.object.value}|{entry.record_id}"
    return hashlib.sha256(experience.encode()).hexdigest()


def asked_by_person(
    rows: Iterable[Row], now: datetime | None = None
) -> dict[str, tuple[OtherInvitation, ...]]:
    """The invitations of each person, from rows with `ASKED_FIELDS`.

    What waits and is overdue `now` goes now, so it counts from now.
    """
    found: dict[str, tuple[OtherInvitation, ...]] = {}
    for row in rows:
        other = _other(row, now)
        if other is not None:
            person = str(row.get("Cooldown_Key__c") or "")
            found[person] = (*found.get(person, ()), other)
    return found


def _other(row: Row, now: datetime | None) -> OtherInvitation | None:
    key, status = str(row.get("Claim_Key__c") or ""), row.get("Status__c")
    due_at = instant(row.get("Due_At__c"))
    if status == InvitationStatus.SCHEDULED.value and due_at is not None:
        at = due_at if now is None else max(due_at, now)
        return OtherInvitation(key, at, waiting=True, due_at=due_at, id=str(row["Id"]))
    # A link, and what may have gone out, has no time of sending: its row was last changed then.
    at_last = instant(row.get("Sent_At__c")) or instant(row.get("LastModifiedDate")) or due_at
    if status not in WENT_OUT or at_last is None:
        return None
    return OtherInvitation(key, at_last, waiting=False)
