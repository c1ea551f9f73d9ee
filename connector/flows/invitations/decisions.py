"""Reads what the checks of invitations look at, for new entries and for due invitations.

It decides nothing itself and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from connector.core.invitations.checks import is_triggered, needs_people
from connector.core.invitations.claims import ClaimPlan, plan_claims, unit_for
from connector.core.invitations.facts import Experience, Surroundings, claim_key
from connector.core.invitations.recipients import (
    Candidate,
    People,
    Person,
    RecipientFacts,
    contact_ids,
    typed_addresses,
)
from connector.core.invitations.sending.sends import (
    DueInvitation,
    SecondLook,
    Stop,
    Wait,
    candidate_of,
    recheck,
    still_waiting,
)
from connector.core.rules.delays import due_at, zone_for
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import ConsentSource, Rule, TriggerObject
from connector.core.terms.addresses import address
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import Answer, Condition, Row, Select, value_at
from connector.flows.invitations.people import Records, read_asked, read_people, read_records
from connector.flows.run.context import RunContext


def plan_entries(
    context: RunContext, entries: Iterable[Entry], floors: Mapping[str, datetime]
) -> ClaimPlan:
    """The plan for these entries; rules count none before their floor, given by their names."""
    triggered = [
        it for entry in entries for it in experiences(context, entry, floors) if is_triggered(it)
    ]
    return plan_claims(with_facts(context, triggered))


def with_facts(
    context: RunContext,
    looking: Sequence[Experience],
    needing: Callable[[Experience], bool] = needs_people,
) -> list[Experience]:
    """The same experiences with all that deciding about them needs, read from the org.

    Those whose record is not there are left out. People are read for those `needing` them.
    """
    if not looking:
        return []
    return _with_people(context, _with_records(context, looking), needing)


@dataclass(frozen=True)
class Looked:
    """A due invitation that still waits, its rule if it has one, and what the second look says."""

    due: DueInvitation
    rule: Rule | None
    decision: Person | Wait | Stop


def look_again(
    context: RunContext, invitations: Sequence[DueInvitation], *besides: Select
) -> tuple[list[Looked], list[Answer]]:
    """The second look at what nobody stopped, in order; and the answers to `besides`."""
    rules = {rule.name: rule for rule in context.policy.rules}
    wanted: dict[TriggerObject, list[str]] = {}
    for due in invitations:
        if due.text("Rule__c") in rules:
            wanted.setdefault(due.trigger, []).append(due.trigger_id)
    own = Select(
        INVITATION, ("Id", "Status__c"), (Condition("Id", "in", tuple(d.id for d in invitations)),)
    )
    records, (now, *answers) = read_records(
        context.org, wanted, context.policy.rules, own, *besides
    )
    stands = {str(row["Id"]): row for row in now.rows}
    waiting = [
        (due, rules.get(due.text("Rule__c")), records.by_id.get(due.trigger_id))
        for due in invitations
        if still_waiting(stands.get(due.id))
    ]
    looks = _second_looks(context, waiting)
    return [
        Looked(due, rule, recheck(due, rule, look))
        for (due, rule, _), look in zip(waiting, looks, strict=True)
    ], answers


_Waiting = tuple[DueInvitation, Rule | None, Row | None]
"""A due invitation, its rule, and its record."""


def _second_looks(context: RunContext, waiting: Sequence[_Waiting]) -> list[SecondLook]:
    """What recheck needs beside the record: people, and their other invitations."""
    people = _people_of(context, waiting)
    cooldowns = [_cooldown(context, due, rule) for due, rule, _ in waiting]
    candidates = [candidate_of(due, rule, record, people) for due, rule, record in waiting]
    around = surroundings(context, cooldowns, candidates)
    now = context.org.now()
    return [SecondLook(record, people, around, now) for _, _, record in waiting]


def _cooldown(context: RunContext, due: DueInvitation, rule: Rule | None) -> timedelta:
    """That of the rule; what somebody asked for has the default, a rule that is gone none."""
    if rule is not None:
        return rule.cooldown
    return timedelta(0) if due.text("Rule__c") else context.policy.cooldown


def surroundings(
    context: RunContext, cooldowns: Iterable[timedelta] = (), candidates: Iterable[Candidate] = ()
) -> Surroundings:
    """What holds for every decision; other invitations are read only where a cooldown counts."""
    asked = read_asked(context.org, candidates) if any(cooldowns) else {}
    policy = context.policy
    return Surroundings(context.org.organization_id, policy.reach, asked, policy.cooldown)


def experiences(
    context: RunContext, entry: Entry, floors: Mapping[str, datetime]
) -> Iterable[Experience]:
    """One for each rule in the order of the file, before anything was read."""
    around = surroundings(context)
    nothing = RecipientFacts({"Id": entry.record_id})
    for rule in context.policy.rules:
        yield Experience(
            entry,
            rule,
            nothing,
            None,
            around,
            due_at(entry.entered_at, rule),
            floors.get(rule.name),
        )


def _with_records(context: RunContext, triggered: Sequence[Experience]) -> list[Experience]:
    """The experiences whose record is there, with it, the business unit, and what is claimed."""
    wanted: dict[TriggerObject, list[str]] = {}
    for it in triggered:
        wanted.setdefault(it.entry.object, []).append(it.entry.record_id)
    keys = tuple(dict.fromkeys(key for it in triggered for key in _possible_keys(context, it)))
    claims = ("Claim_Key__c", "Rule__c")
    known = Select(INVITATION, claims, (Condition("Claim_Key__c", "in", keys),))
    records, (claimed,) = read_records(context.org, wanted, context.policy.rules, known)
    taken = {row["Claim_Key__c"]: str(row.get("Rule__c") or "") for row in claimed.rows}
    found = (
        _with_record(context, it, records)
        for it in triggered
        if it.entry.record_id in records.by_id
    )
    return [replace(it, taken=it.key in taken, taken_by=taken.get(it.key, "")) for it in found]


def _with_record(context: RunContext, it: Experience, records: Records) -> Experience:
    facts = records.facts(it.entry.object, it.entry.record_id)
    zone = _zone(context, it.rule, facts.record)
    return replace(
        it,
        facts=facts,
        unit=unit_for(it.rule, facts.record, context.units),
        due_at=due_at(it.entry.entered_at, it.rule, zone),
    )


def _zone(context: RunContext, rule: Rule, record: Row) -> tzinfo:
    """The time zone of the customer, as far as the record tells it."""
    field = rule.quiet_hours.zone_field if rule.quiet_hours else ""
    return zone_for(rule, value_at(record, field) if field else None, context.policy.zones)


def _possible_keys(context: RunContext, it: Experience) -> list[str]:
    """The claim keys that the experience can have, as long as its record was not read."""
    by_field = bool(it.rule.business_unit_field)
    ids = [unit.id for unit in context.units if by_field or unit.name == it.rule.business_unit]
    if by_field or not ids:
        ids.append("")
    organization_id = it.around.organization_id
    return [claim_key(organization_id, unit_id, it.entry) for unit_id in ids]


def _with_people(
    context: RunContext, seen: Sequence[Experience], needing: Callable[[Experience], bool]
) -> list[Experience]:
    """The same experiences, with what is known of everybody whom they may ask."""
    open_ones = [it for it in seen if needing(it)]
    ids = (
        each for it in open_ones for each in contact_ids(it.rule, it.facts.record, it.facts.roles)
    )
    typed = (each for it in open_ones for each in typed_addresses(it.rule, it.facts.record))
    people = read_people(context.org, ids, typed, consent=_consent(it.rule for it in open_ones))
    known = [replace(it, facts=replace(it.facts, people=people)) for it in seen]
    candidates = [each for it in known if needing(it) for each in it.ladder]
    around = surroundings(context, [it.rule.cooldown for it in open_ones], candidates)
    return [replace(it, around=around) for it in known]


def _people_of(context: RunContext, waiting: Sequence[_Waiting]) -> People:
    ids = [due.text("Contact__c") for due, _, _ in waiting if due.text("Contact__c")]
    typed = [
        address(due.text("Recipient_Email__c"))
        for due, _, _ in waiting
        if not due.text("Contact__c") and due.text("Recipient_Email__c")
    ]
    rules = (rule for _, rule, _ in waiting if rule)
    return read_people(context.org, ids, typed, consent=_consent(rules))


def _consent(rules: Iterable[Rule]) -> bool:
    return any(rule.consent is ConsentSource.SALESFORCE for rule in rules)
