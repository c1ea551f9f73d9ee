"""Claims experiences: from stage entries to rows in the ledger, inserted on a unique key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector.core.entries import Entry, has_left
from connector.core.issues import Issue
from connector.core.objects import INVITATION
from connector.core.plan_claims import Claim, claim_key, plan_claim, rules_for
from connector.core.records import Condition, RowResult, Select
from connector.core.rules import Rule, TriggerObject
from connector.core.run_report import Action
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.entry_marks import Refused, counting_from, new_marks, watches
from connector.flows.people import Records, contacts_for, read_contacts, read_records
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
    watched = watches(context, context.policy.rules)
    found = read_entries(context.org, context.policy.rules, watched)
    tally.notes += found.notes
    claims = _plan(context, _candidates(context, found.entries), tally)
    inserted, refused = _insert(context, claims, tally)
    tally.marks += new_marks(context, watched, found.sights, refused)
    return inserted


def _candidates(context: RunContext, entries: list[Entry]) -> list[_Candidate]:
    """Every rule that an entry triggers, in the order of the entries and of the file."""
    floors = counting_from(context, context.policy.rules)
    found: list[_Candidate] = []
    for entry in entries:
        for rule in rules_for(entry, context.policy.rules, floors):
            unit = context.unit_named(rule.business_unit)
            key = claim_key(context.org.organization_id, unit.id, entry)
            found.append(_Candidate(entry, rule, unit, key))
    return found


def _plan(
    context: RunContext, candidates: list[_Candidate], tally: Tally
) -> list[tuple[Entry, Claim]]:
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
    free = _still_there(
        [
            each
            for each in candidates
            if each.key not in taken and each.entry.record_id in records.by_id
        ],
        records,
        tally,
    )
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


def _still_there(candidates: list[_Candidate], records: Records, tally: Tally) -> list[_Candidate]:
    """One candidate per experience, the first whose record has not left; of rules, the first."""
    chosen: dict[str, _Candidate] = {}
    left: set[str] = set()
    for each in candidates:
        if has_left(each.entry, records.by_id[each.entry.record_id], each.rule):
            left.add(each.key)
        else:
            chosen.setdefault(each.key, each)
    if gone := left - set(chosen):
        tally.notes.append(
            f"{len(gone)} records were in a rule's stage and have left it: nobody is asked."
        )
    return list(chosen.values())


def _insert(
    context: RunContext, claims: list[tuple[Entry, Claim]], tally: Tally
) -> tuple[list[dict[str, Any]], list[Refused]]:
    tally.actions += [_action(claim) for _, claim in claims]
    if context.dry_run or not claims:
        return [], []
    results = context.org.insert(INVITATION, [claim.row for _, claim in claims])
    inserted: list[dict[str, Any]] = []
    refused: list[Refused] = []
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
            refused.append((entry.object, entry.record_id, entry.entered_at))
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
