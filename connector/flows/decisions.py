"""Reads what the checks of invitations look at, for new entries and for due invitations.

It decides nothing itself and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.core.asking import Asked, Experience, Surroundings, claim_key
from connector.core.checks import is_triggered, needs_people
from connector.core.entries import Entry
from connector.core.objects import INVITATION
from connector.core.plan_claims import ClaimPlan, due_at, plan_claims, unit_for
from connector.core.plan_sends import (
    DueInvitation,
    SecondLook,
    Stop,
    Wait,
    candidate_of,
    recheck,
)
from connector.core.recipients import (
    Candidate,
    People,
    Person,
    RecipientFacts,
    contact_ids,
    typed_addresses,
)
from connector.core.records import Condition, Select
from connector.core.rules import ConsentSource, Rule, TriggerObject
from connector.flows.context import RunContext
from connector.flows.people import Records, read_asked, read_people, read_records


def plan_entries(
    context: RunContext, entries: Iterable[Entry], floors: Mapping[TriggerObject, datetime]
) -> ClaimPlan:
    """The plan for these entries; rules without `active_from` count none before the floors."""
    triggered = [
        it for entry in entries for it in _experiences(context, entry, floors) if is_triggered(it)
    ]
    if not triggered:
        return ClaimPlan()
    seen = _with_records(context, triggered)
    return plan_claims(_with_people(context, seen))


def look_again(
    context: RunContext, invitations: Sequence[DueInvitation]
) -> list[Person | Wait | Stop]:
    """What the second look says about each due invitation, in their order."""
    rules = {rule.name: rule for rule in context.policy.rules}
    known = [(due, rules.get(due.text("Rule__c"))) for due in invitations]
    asking = [(due, rule) for due, rule in known if rule is not None]
    wanted: dict[TriggerObject, list[str]] = {}
    for due, _ in asking:
        wanted.setdefault(due.trigger, []).append(due.trigger_id)
    records, _ = read_records(context.org, wanted, context.policy.rules)
    people = _people_of(context, known)
    people_asked = [
        candidate_of(due, rule, records.by_id.get(due.trigger_id), people) for due, rule in asking
    ]
    around = _around(context, _asked(context, [rule for _, rule in asking], people_asked))
    now = context.org.now()
    return [
        recheck(due, rule, SecondLook(records.by_id.get(due.trigger_id), people, around, now))
        for due, rule in known
    ]


def _experiences(
    context: RunContext, entry: Entry, floors: Mapping[TriggerObject, datetime]
) -> Iterable[Experience]:
    """One for each rule in the order of the file, before anything was read."""
    nothing = RecipientFacts({"Id": entry.record_id})
    for rule in context.policy.rules:
        due = due_at(entry.entered_at, rule)
        floor = floors.get(entry.object)
        yield Experience(entry, rule, nothing, None, _around(context), due, floor)


def _with_records(context: RunContext, triggered: Sequence[Experience]) -> list[Experience]:
    """The experiences whose record is there, with it, the business unit, and what is claimed."""
    wanted: dict[TriggerObject, list[str]] = {}
    for it in triggered:
        wanted.setdefault(it.entry.object, []).append(it.entry.record_id)
    keys = tuple(dict.fromkeys(key for it in triggered for key in _possible_keys(context, it)))
    known = Select(INVITATION, ("Claim_Key__c",), (Condition("Claim_Key__c", "in", keys),))
    records, (claimed,) = read_records(context.org, wanted, context.policy.rules, known)
    taken = {row["Claim_Key__c"] for row in claimed.rows}
    found = (
        _with_record(context, it, records)
        for it in triggered
        if it.entry.record_id in records.by_id
    )
    return [replace(it, taken=it.key in taken) for it in found]


def _with_record(context: RunContext, it: Experience, records: Records) -> Experience:
    facts = records.facts(it.entry.object, it.entry.record_id)
    return replace(it, facts=facts, unit=unit_for(it.rule, facts.record, context.units))


def _possible_keys(context: RunContext, it: Experience) -> list[str]:
    """The claim keys that the experience can have, as long as its record was not read."""
    by_field = bool(it.rule.business_unit_field)
    ids = [unit.id for unit in context.units if by_field or unit.name == it.rule.business_unit]
    organization_id = it.around.organization_id
    return [claim_key(organization_id, unit_id, it.entry) for unit_id in (*ids, "")]


def _with_people(context: RunContext, seen: Sequence[Experience]) -> list[Experience]:
    """The same experiences, with what is known of everybody whom they may ask."""
    open_ones = [it for it in seen if needs_people(it)]
    ids = (
        each for it in open_ones for each in contact_ids(it.rule, it.facts.record, it.facts.roles)
    )
    typed = (each for it in open_ones for each in typed_addresses(it.rule, it.facts.record))
    people = read_people(context.org, ids, typed, consent=_consent(it.rule for it in open_ones))
    known = [replace(it, facts=replace(it.facts, people=people)) for it in seen]
    candidates = [each for it in known if needs_people(it) for each in it.ladder]
    around = _around(context, _asked(context, [it.rule for it in open_ones], candidates))
    return [replace(it, around=around) for it in known]


def _people_of(context: RunContext, known: Sequence[tuple[DueInvitation, Rule | None]]) -> People:
    ids = [due.text("Contact__c") for due, _ in known if due.text("Contact__c")]
    typed = [
        due.text("Recipient_Email__c").lower()
        for due, _ in known
        if not due.text("Contact__c") and due.text("Recipient_Email__c")
    ]
    return read_people(context.org, ids, typed, consent=_consent(rule for _, rule in known if rule))


def _asked(
    context: RunContext, rules: Iterable[Rule], candidates: Iterable[Candidate]
) -> Mapping[str, tuple[Asked, ...]]:
    """The other invitations of these people; not asked for where no rule has a cooldown."""
    return read_asked(context.org, candidates) if any(rule.cooldown for rule in rules) else {}


def _around(
    context: RunContext, asked: Mapping[str, tuple[Asked, ...]] | None = None
) -> Surroundings:
    return Surroundings(context.org.organization_id, context.policy.reach, asked or {})


def _consent(rules: Iterable[Rule]) -> bool:
    return any(rule.consent is ConsentSource.SALESFORCE for rule in rules)
