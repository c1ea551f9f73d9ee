"""Reads what the checks of invitations look at, for new entries and for due invitations.

It decides nothing itself and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from connector.core.invitations.checks import is_triggered, needs_people
from connector.core.invitations.claims import ClaimPlan, plan_claims, unit_for
from connector.core.invitations.facts import (
    Courtesy,
    Experience,
    Surroundings,
    asked_by_person,
    claim_key,
)
from connector.core.invitations.recipients import (
    People,
    RecipientFacts,
    contact_ids,
    typed_addresses,
)
from connector.core.rules.delays import due_at, zone_for
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import ConsentSource, Rule, TriggerObject
from connector.core.terms.addresses import address
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import Condition, Row, Select, value_at
from connector.flows.invitations.people import (
    PeopleQuestions,
    asked_question,
    read_people,
    with_consent,
)
from connector.flows.invitations.records import Records, read_records
from connector.flows.rules.marks import canary_held_until
from connector.flows.run.context import RunContext


def plan_entries(
    context: RunContext, entries: Iterable[Entry], floors: Mapping[str, datetime]
) -> ClaimPlan:
    """The plan for these entries; rules count none before their floor, given by their names."""
    around = replace(surroundings(context), now=context.org.now())
    triggered = [
        it
        for entry in entries
        for it in experiences(context, entry, floors, around)
        if is_triggered(it)
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


def surroundings(context: RunContext) -> Surroundings:
    """What holds for every decision of a run, before other invitations were read."""
    policy = context.policy
    courtesy = Courtesy(policy.cooldown, policy.latest, policy.consent, policy.leads)
    return Surroundings(
        context.org.organization_id,
        policy.reach,
        courtesy=courtesy,
        left_out_until=canary_held_until(context),
    )


def experiences(
    context: RunContext, entry: Entry, floors: Mapping[str, datetime], around: Surroundings
) -> Iterable[Experience]:
    """One for each rule in the order of the file, before anything was read."""
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
    """The same experiences, with what is known of everybody whom they may ask.

    Two calls: the contacts that records name, then everybody who has their addresses, with the
    invitations that went there.
    """
    open_ones = [it for it in seen if needing(it)]
    named = (
        each for it in open_ones for each in contact_ids(it.rule, it.facts.record, it.facts.roles)
    )
    consent = any(it.rule.consent is ConsentSource.SALESFORCE for it in open_ones)
    contacts, _ = read_people(context.org, PeopleQuestions(tuple(dict.fromkeys(named))))
    typed = (each for it in open_ones for each in typed_addresses(it.rule, it.facts.record))
    emails = [*(address(row.get("Email")) for row in contacts.contacts.values()), *typed]
    addresses = tuple(dict.fromkeys(each for each in emails if each))
    asked = asked_question(addresses) if any(it.rule.cooldown for it in open_ones) else []
    questions = PeopleQuestions((), addresses, any(it.rule.leads for it in open_ones))
    found, others = read_people(context.org, questions, *asked)
    people = replace(found, contacts=contacts.contacts, unreadable=_together(contacts, found))
    people = with_consent(context.org, people) if consent else people
    rows = [row for answer in others for row in answer.rows]
    return [
        replace(
            it,
            facts=replace(it.facts, people=people),
            around=replace(it.around, asked=asked_by_person(rows, it.around.now)),
        )
        for it in seen
    ]


def _together(*people: People) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in people for name in each.unreadable))
