"""Decides which experiences are claimed, for whom, by which rule, due when.

A claim's key is a hash of org, business unit and experience (one order, opportunity or case),
so two rules on one experience collide on purpose: nobody is asked twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connector.core.invitations.checks import CheckResult, Effect, choose, unit_matches
from connector.core.invitations.facts import Experience, OtherInvitation
from connector.core.invitations.kinds import kind_fields
from connector.core.invitations.locales import known_locale, template_for
from connector.core.invitations.recipients import Person, RecipientFacts
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import Channel, Rule, TriggerObject
from connector.core.terms.addresses import address_key
from connector.core.terms.instants import to_the_second
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row, in_one_line, value_at
from connector.core.terms.units import Unit

_REFUSED_IN_REFERENCES = str.maketrans(dict.fromkeys('#*+"%&', "-"))
"""Trustpilot's help page 201949187 lists the characters a reference number must not hold."""

CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.EMAIL: "Email",
    Channel.BUSINESS_GENERATED_LINK: "Business Generated Link",
    Channel.INVITATION_LINK: "Invitation Link",
}
"""The picklist's word for each channel."""

EXPERIENCE_LOOKUPS: Mapping[TriggerObject, str] = {
    TriggerObject.OPPORTUNITY: "Opportunity__c",
    TriggerObject.ORDER: "Order__c",
    TriggerObject.CASE: "Case__c",
}
"""The invitation's lookup to the experience it is about."""


@dataclass(frozen=True)
class Claim:
    """Insert this row: the experience is ours to ask about, or is skipped for a reason."""

    row: Mapping[str, Any]
    entry: Entry

    @property
    def key(self) -> str:
        """The unique claim key."""
        return str(self.row["Claim_Key__c"])

    @property
    def skipped(self) -> bool:
        """True when the claim only records why nobody is asked."""
        return bool(self.row["Status__c"] == InvitationStatus.SKIPPED.value)


@dataclass(frozen=True)
class Held:
    """A rule that could not be judged for an entry, and why: the entry must come again."""

    entry: Entry
    rule: Rule
    reason: str
    code: str = ""


@dataclass(frozen=True)
class ClaimPlan:
    """Rows to insert, entries that must come again, and sentences on what was left alone.

    `judged` are the names of the rules that could be judged for every entry of theirs.
    """

    claims: tuple[Claim, ...] = ()
    held: tuple[Held, ...] = ()
    notes: tuple[str, ...] = ()
    judged: frozenset[str] = frozenset()


def unit_for(rule: Rule, record: Row, units: Iterable[Unit]) -> Unit | None:
    """The business unit that a rule asks for: by its name, or by what the record holds."""
    if not rule.business_unit_field:
        return next((unit for unit in units if unit.name == rule.business_unit), None)
    written = value_at(record, rule.business_unit_field)
    return next((unit for unit in units if unit_matches(written, unit.name, unit.domain)), None)


def plan_claims(experiences: Iterable[Experience]) -> ClaimPlan:
    """The claims to make; of several entries or rules on one experience the first one decides.

    Entries count in the order of time, rules of one entry in the order they come in. Of two
    experiences of one person within a cooldown the earlier entry is asked.
    """
    deciding, planned = Deciding(), _Planned()
    for experience in in_order(experiences):
        planned.add(experience, deciding.decide(experience))
    return planned.plan()


def in_order(experiences: Iterable[Experience]) -> list[Experience]:
    """The experiences in the order in which they are decided, whatever order they were read in."""
    return sorted(experiences, key=lambda it: turn(it.entry))


def turn(entry: Entry) -> tuple[datetime, str, str, str]:
    """What entries are put in order by."""
    return entry.entered_at, entry.object.value, entry.record_id, entry.new_stage


@dataclass(frozen=True)
class Earlier:
    """Nothing was left to decide: `rule` had the experience before, or is `held` on its record."""

    rule: str
    held: bool = False


Decision = Claim | CheckResult | Earlier
"""What becomes of one rule looking at one entry."""


class Deciding:
    """Decides experiences one after the other, in order; each counts for those that follow.

    What it keeps of an experience is a few hashes, so that it can go through years of them.
    """

    def __init__(self) -> None:
        self._decided: dict[str, str] = {}
        self._held: dict[str, str] = {}
        self._planned: dict[str, tuple[OtherInvitation, ...]] = {}

    def decide(self, it: Experience) -> Decision:
        """What becomes of one more experience."""
        if it.key in self._decided:
            return Earlier(self._decided[it.key])
        if it.entry.record_id in self._held:
            return Earlier(self._held[it.entry.record_id], held=True)
        result = plan_claim(replace(it, around=replace(it.around, planned=self._planned)))
        self._remember(it, result)
        return result

    def _remember(self, it: Experience, result: Claim | CheckResult) -> None:
        if isinstance(result, Claim):
            self._decided[result.key] = it.rule.name
            self._expect(it, result)
        elif result.effect is Effect.HELD:
            # A later rule must not ask where this one might have: it stands first in the file.
            self._held[it.entry.record_id] = it.rule.name
        elif result.effect is Effect.LEFT:
            self._decided[it.key] = it.rule.name

    def _expect(self, it: Experience, claim: Claim) -> None:
        if claim.skipped:
            return
        person = str(claim.row["Cooldown_Key__c"])
        at = it.around.goes_at(claim.row["Due_At__c"])
        asked = OtherInvitation(claim.key, at, waiting=True)
        self._planned[person] = (*self._planned.get(person, ()), asked)


def plan_claim(it: Experience) -> Claim | CheckResult:
    """The claim that this rule makes for this entry, or the check that says it makes none."""
    chosen = choose(it)
    if not isinstance(chosen, CheckResult):
        return Claim(_row(it) | _scheduled(chosen.person), it.entry)
    if chosen.effect is not Effect.SKIPPED:
        return chosen
    reason = {
        "Status__c": InvitationStatus.SKIPPED.value,
        "Reason_Code__c": chosen.code,
        "Reason__c": chosen.sentence[:255],
    }
    return Claim(_row(it) | reason, it.entry)


class _Planned:
    """What the decisions come to so far: the parts of a plan."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.held: list[Held] = []
        self.left: Counter[str] = Counter()
        self.judged: set[str] = set()
        self._decided: set[str] = set()
        self._gone: set[str] = set()

    def add(self, it: Experience, decision: Decision) -> None:
        """Take one more decision into the plan."""
        if isinstance(decision, Earlier):
            return
        self.judged.add(it.rule.name)
        if isinstance(decision, Claim):
            self.claims.append(decision)
            self._decided.add(decision.key)
            if it.rule.locale_field and not _locale(it)[1]:
                self.left[f"hold no locale that Trustpilot knows (rule {it.rule.name})."] += 1
        elif decision.effect is Effect.HELD:
            self.held.append(Held(it.entry, it.rule, decision.sentence, decision.code))
        else:
            self._leave(decision, it)

    def plan(self) -> ClaimPlan:
        """Everything together."""
        notes = tuple(f"{count} record(s) {what}" for what, count in self._told().items())
        judged = frozenset(self.judged - {each.rule.name for each in self.held})
        return ClaimPlan(tuple(self.claims), tuple(self.held), notes, judged)

    def _told(self) -> Mapping[str, int]:
        """What was left alone, as ends of sentences, and how often."""
        gone = len(self._gone - self._decided)
        left = {"were in a rule's stage and have left it: nobody is asked.": gone} if gone else {}
        return left | self.left

    def _leave(self, result: CheckResult, it: Experience) -> None:
        if result.effect is Effect.LEFT:
            self._decided.add(it.key)
        if result.code == "left_stage":
            self._gone.add(it.key)
        if result.code == "not_canary":
            self.left["were left alone: nobody on them is on the canary list."] += 1
        if result.code == "condition_not_met":
            self.left[f"did not meet the conditions of the rule {it.rule.name}."] += 1


def _row(it: Experience) -> dict[str, Any]:
    entry, rule, locale = it.entry, it.rule, _locale(it)[0]
    return {
        "Claim_Key__c": it.key,
        "Business_Unit__c": (it.unit.record_id if it.unit else "") or None,
        "Rule__c": rule.name[:80],
        "Rule_Version__c": rule.version,
        "Trigger_Object__c": entry.object.value,
        "Trigger_Record_Id__c": entry.record_id,
        EXPERIENCE_LOOKUPS[entry.object]: entry.record_id,
        "Old_Stage__c": entry.old_stage or None,
        "New_Stage__c": entry.new_stage,
        "Entered_At__c": to_the_second(entry.entered_at),
        "Evidence__c": entry.evidence,
        "Channel__c": CHANNEL_WORDS[rule.channel],
        "If_Left__c": rule.if_left.value,
        "Consent__c": rule.consent.value,
        "Due_At__c": to_the_second(it.due_at),
        "Reference_Number__c": reference_number(rule, it.facts),
        "Locale__c": locale or None,
        "Template_Id__c": template_for(rule, locale) or None,
        "Tags__c": ", ".join(_tags(rule, it.facts))[:255] or None,
        "Attempts__c": 0,
        **kind_fields(rule),
    }


def _scheduled(person: Person) -> dict[str, Any]:
    return {
        "Status__c": InvitationStatus.SCHEDULED.value,
        "Contact__c": person.contact_id or None,
        "Recipient_Id__c": person.contact_id or None,
        "Recipient_Email__c": person.email,
        "Recipient_Name__c": person.name[:255] or None,
        "Cooldown_Key__c": address_key(person.email),
    }


def reference_number(rule: Rule, facts: RecipientFacts) -> str:
    """The reference number of the experience, without what Trustpilot refuses in one."""
    value = value_at(facts.record, rule.reference_field)
    return clean_reference("" if value is None else str(value)) or str(facts.record["Id"])


def clean_reference(text: str) -> str:
    """The text without what Trustpilot refuses in a reference number."""
    return text.translate(_REFUSED_IN_REFERENCES).strip()[:255]


def _locale(it: Experience) -> tuple[str, bool]:
    """The locale, and whether the record named one; else it is the rule's."""
    found = known_locale(value_at(it.facts.record, it.rule.locale_field or "-"), it.rule.locale)
    return found or it.rule.locale, bool(found)


def _tags(rule: Rule, facts: RecipientFacts) -> list[str]:
    values = (value_at(facts.record, path) for path in rule.tags)
    tags = (in_one_line(str(value).replace(",", " ")) for value in values if value is not None)
    return [tag for tag in tags if tag]
