"""Claims experiences: from stage entries to rows in the ledger, inserted on a unique key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core.entries import Entry
from connector.core.issues import Issue
from connector.core.objects import INVITATION
from connector.core.plan_claims import Claim, claim_key, plan_claim, rules_for
from connector.core.records import Condition, RowResult, Select
from connector.core.rules import Rule, TriggerObject
from connector.core.run_report import Action, Mark
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.people import contacts_for, read_contacts, read_records
from connector.flows.stage_entries import read_entries
from connector.flows.tally import Tally

FLOW = "invitations_out"
TAKEN = "DUPLICATE_VALUE"
"""The org's word for a unique key that somebody inserted before us."""


@dataclass(frozen=True)
class _Candidate:
    """An entry, the first rule it triggers, and the business unit that rule asks for."""

    entry: Entry
    rule: Rule
    unit: Unit
    key: str


def claim_entries(context: RunContext, tally: Tally) -> list[dict[str, Any]]:
    """Claim every experience that entered a stage since the mark; return the new rows with Id."""
    rules = [rule for rule in context.policy.rules if rule.enabled]
    since = {rule.on: _since(context, rule.on) for rule in rules}
    entries, notes = read_entries(context.org, rules, since)
    tally.notes += notes
    candidates = _candidates(context, entries)
    claims = _plan(context, candidates)
    inserted, refused_at = _insert(context, claims, tally)
    for trigger in since:
        at = min([context.now, *(at for on, at in refused_at if on is trigger)])
        tally.marks.append(Mark(_stream(trigger), "", at))
        if _beginning(context, trigger) is None:
            tally.marks.append(Mark(_stream_begin(trigger), "", context.now))
    tally.marks += _unwatched(context, set(since))
    return inserted


def _unwatched(context: RunContext, watched: set[TriggerObject]) -> list[Mark]:
    """Marks of objects that have no rule now: one switched on later does not look back to then."""
    marks = (Mark(_stream(trigger), "", context.now) for trigger in TriggerObject)
    return [
        mark
        for trigger, mark in zip(TriggerObject, marks, strict=True)
        if trigger not in watched and mark.key in context.opening.marks
    ]


def _stream(trigger: TriggerObject) -> str:
    return f"{trigger.value.lower()}_entries"


def _stream_begin(trigger: TriggerObject) -> str:
    return f"{_stream(trigger)}_begin"


def _beginning(context: RunContext, trigger: TriggerObject) -> datetime | None:
    """When the first run watched this object; unlike the mark it never moves."""
    return context.opening.marks.get(Mark(_stream_begin(trigger), "", context.now).key)


def _since(context: RunContext, trigger: TriggerObject) -> datetime:
    """The mark less the overlap; before the first run, when the earliest rule became active."""
    mark = context.opening.marks.get(Mark(_stream(trigger), "", context.now).key)
    if mark is not None:
        return mark - context.policy.overlap
    starts = [rule.active_from for rule in context.policy.rules if rule.on is trigger]
    return min([context.now, *(start for start in starts if start)])


def _candidates(context: RunContext, entries: list[Entry]) -> list[_Candidate]:
    """One candidate per experience: of two rules on one, the first in the file wins."""
    found: dict[str, _Candidate] = {}
    for entry in entries:
        # The overlap of the second run reaches back before the first one.
        floor = _beginning(context, entry.object) or context.now
        for rule in rules_for(entry, context.policy.rules, floor):
            unit = context.unit_named(rule.business_unit)
            key = claim_key(context.org.organization_id, unit.id, entry)
            found.setdefault(key, _Candidate(entry, rule, unit, key))
    return list(found.values())


def _plan(context: RunContext, candidates: list[_Candidate]) -> list[tuple[Entry, Claim]]:
    """The claims still to be made, after one look at what is claimed already."""
    if not candidates:
        return []
    wanted: dict[TriggerObject, list[str]] = {}
    for each in candidates:
        wanted.setdefault(each.entry.object, []).append(each.entry.record_id)
    keys = tuple(each.key for each in candidates)
    known = Select(INVITATION, ("Claim_Key__c",), (Condition("Claim_Key__c", "in", keys),))
    records, (claimed,) = read_records(context.org, wanted, context.policy.rules, known)
    taken = {row["Claim_Key__c"] for row in claimed.rows}
    free = [
        each
        for each in candidates
        if each.key not in taken and each.entry.record_id in records.by_id
    ]
    pairs = [(each.rule, each.entry.record_id) for each in free]
    contacts = read_contacts(context.org, contacts_for(pairs, records))
    return [
        (
            each.entry,
            plan_claim(
                each.entry,
                each.rule,
                each.unit,
                records.facts(each.entry.record_id, contacts),
                context.org.organization_id,
            ),
        )
        for each in free
    ]


def _insert(
    context: RunContext, claims: list[tuple[Entry, Claim]], tally: Tally
) -> tuple[list[dict[str, Any]], list[tuple[TriggerObject, datetime]]]:
    tally.actions += [_action(claim) for _, claim in claims]
    if context.dry_run or not claims:
        return [], []
    results = context.org.insert(INVITATION, [claim.row for _, claim in claims])
    inserted: list[dict[str, Any]] = []
    refused: list[tuple[TriggerObject, datetime]] = []
    for (entry, claim), result in zip(claims, results, strict=True):
        if result.ok:
            tally.counts["invitations_skipped" if claim.skipped else "invitations_claimed"] += 1
            tally.passed.append(f"claim_refused:{entry.record_id}")
            inserted.append({**claim.row, "Id": result.id})
            context.reporter.event(
                "claimed", rule=claim.row["Rule__c"], record=entry.record_id, invitation=result.id
            )
        elif not _taken(result):
            # The mark stays before this entry, so that the next run finds it again.
            refused.append((entry.object, entry.entered_at))
            tally.issues.append(_refused(entry, result))
    return inserted, refused


def _taken(result: RowResult) -> bool:
    return result.error is not None and result.error.code == TAKEN


def _action(claim: Claim) -> Action:
    row = claim.row
    facts = {
        "rule": row["Rule__c"],
        "channel": row["Channel__c"],
        "stage": row["New_Stage__c"],
        "evidence": row["Evidence__c"],
        "due": row["Due_At__c"],
        "contact": row.get("Contact__c"),
        "reason": row.get("Reason_Code__c"),
    }
    what = "skip invitation" if claim.skipped else "claim invitation"
    return Action(what, row["Trigger_Record_Id__c"], facts)


def _refused(entry: Entry, result: RowResult) -> Issue:
    code = result.error.code if result.error else ""
    return Issue(
        code="claim_refused",
        message=f"The org refused the invitation's row: {code}.",
        next_step="Correct the record or the org's validation; the next run tries again.",
        flow=FLOW,
        record=entry.record_id,
    )
