"""Claims experiences: from stage entries to rows in the ledger, inserted on a unique key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.core.invitations.claims import Claim, ClaimPlan, Held
from connector.core.rules.entries import Entry
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import TAKEN, RowResult
from connector.flows.invitations.decisions import plan_entries
from connector.flows.rules.entries import read_entries
from connector.flows.rules.marks import canary_marks, counting_from, new_marks, watches
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

FLOW = "invitations_out"


def claim_entries(context: RunContext, tally: Tally) -> list[dict[str, Any]]:
    """Claim every experience that entered a stage since the mark; return the new rows with Id."""
    tally.marks += canary_marks(context)
    rules = context.policy.rules
    watched = watches(context, rules)
    found = read_entries(context.org, rules, watched)
    plan = plan_entries(context, found.entries, counting_from(context, rules))
    tally.notes += [*found.notes, *plan.notes]
    inserted, refused = _insert(context, plan.claims, tally)
    again = [*refused, *_hold(context, plan, tally)]
    tally.marks += new_marks(context, watched, found.sights, again)
    return inserted


def _insert(
    context: RunContext, claims: Sequence[Claim], tally: Tally
) -> tuple[list[dict[str, Any]], list[Entry]]:
    """Insert the claims; return the new rows with Id, and the entries whose row was refused."""
    tally.actions += [_action(claim) for claim in claims]
    if context.dry_run or not claims:
        return [], []
    results = context.org.insert(INVITATION, [claim.row for claim in claims])
    inserted: list[dict[str, Any]] = []
    refused: list[Entry] = []
    for claim, result in zip(claims, results, strict=True):
        entry = claim.entry
        if result.ok:
            tally.counts["invitations_skipped" if claim.skipped else "invitations_claimed"] += 1
            tally.passed.append(f"claim_refused:{entry.record_id}")
            inserted.append({**claim.row, "Id": result.id})
            context.reporter.event(
                "claimed", rule=claim.row["Rule__c"], record=entry.record_id, invitation=result.id
            )
        elif not _taken(result):
            refused.append(entry)
            tally.issues.append(_refused(entry, result))
    return inserted, refused


def _hold(context: RunContext, plan: ClaimPlan, tally: Tally) -> list[Entry]:
    """Tell of the rules that could not be judged, and close what is told of the others."""
    held = {(each.rule.name, each.code): each for each in plan.held}
    tally.issues += [_unreadable(each) for each in held.values()]
    codes = ("rule_unreadable", "consent_unreadable")
    told = (issue_key(code, name) for name in sorted(plan.judged) for code in codes)
    tally.passed += [key for key in told if key in context.opening.issues]
    return [each.entry for each in plan.held]


def _unreadable(held: Held) -> Issue:
    return Issue(
        code="consent_unreadable" if held.code == "consent_unreadable" else "rule_unreadable",
        message=f"The rule {held.rule.name} asks nobody: {held.reason}",
        next_step="Give the connector's user read access to it (connector deploy brings the "
        "permission set), or change the rule; the entries since then are looked at again.",
        flow=FLOW,
        record=held.rule.name,
    )


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
