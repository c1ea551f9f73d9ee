"""Tags out: add to reviews at Trustpilot what agents, Flows and connected records ask for.

Adding a tag again changes nothing, so a run that stops anywhere is made good by the next one.
It never removes a tag at Trustpilot (Trustpilot 5.6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from connector.core.replies.failures import Deed, failed
from connector.core.replies.tags import (
    LATEST_FIELDS,
    TagsPlan,
    added_row,
    gone_row,
    plan_tags,
    stopped_row,
)
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action, FlowReport
from connector.core.terms.errors import (
    AccessDenied,
    ConnectorError,
    VendorError,
)
from connector.core.terms.objects import REVIEW
from connector.core.terms.outcomes import Verdict
from connector.core.terms.records import Condition, Row, RowError, Select
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

FLOW = "tags_out"
AT_A_TIME = 200
"""Reviews in one run: one collection (Salesforce 4.2), and an import leaves something of
Trustpilot's allowance."""

PATIENCE = 3
"""After so many failures the vendor is to blame, and the remaining reviews wait."""

REFUSED = "tags_refused"
NOT_RECORDED = "tags_record_refused"

# Trustpilot 5.7: uncertain: 410.
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(frozen=True)
class _Result:
    """What became of one plan: the row to write once the record was read again, and a word."""

    plan: TagsPlan
    row: Callable[[Row], dict[str, object]]
    counted: str
    amount: int = 1
    issue: Issue | None = None
    note: str = ""


def run(context: RunContext) -> FlowReport:
    """Add the tags of every review that asks for some, those that people typed first."""
    tally = Tally(FLOW)
    try:
        plans = _plans(context, tally)
        tally.actions += [_action(plan) for plan in plans]
        if plans and not context.dry_run:
            _record(context, _apply(context, plans, tally), tally)
    except ConnectorError as failure:
        tally.failures.append(failure)
    return tally.report()


def _plans(context: RunContext, tally: Tally) -> list[TagsPlan]:
    rows = [row for row in context.opening.tagged if plan_tags(row, ()) is not None]
    ready = [row for row in rows if context.unit_of_record(str(row.get("Business_Unit__c") or ""))]
    if len(ready) < len(rows):
        tally.notes.append("Tags wait: their business unit is not in the configuration.")
    ready.sort(key=lambda row: not row.get("Tags_To_Add__c"))
    if len(ready) > AT_A_TIME:
        tally.notes.append(f"{len(ready) - AT_A_TIME} more reviews wait for their tags.")
    paths = context.policy.reviews.write_tags
    planned = (plan_tags(row, paths) for row in _with_values(context, ready[:AT_A_TIME], tally))
    return [plan for plan in planned if plan is not None]


def _with_values(context: RunContext, rows: Sequence[Row], tally: Tally) -> list[Row]:
    """The rows, those that are ticked with what the configured fields say."""
    paths = context.policy.reviews.write_tags
    ticked = tuple(str(row["Id"]) for row in rows if row.get("Tags_Wanted__c"))
    if not ticked or not paths:
        if ticked:
            tally.notes.append("Tags are wanted, but reviews.write_tags names no field.")
        return list(rows)
    where = (Condition("Id", "in", ticked),)
    (answer,) = context.org.read([Select(REVIEW, ("Id", *paths), where, optional=True)])
    if answer.missing_fields:
        tally.failures.append(_hidden(answer.missing_fields))
        return [{**row, "Tags_Wanted__c": False} for row in rows]  # the ticks wait
    values = {str(row["Id"]): row for row in answer.rows}
    return [{**values.get(str(row["Id"]), {}), **row} for row in rows]


def _action(plan: TagsPlan) -> Action:
    if plan.refusal:
        return Action("refuse tags of", plan.review_id)
    return Action("add tags to", plan.review_id, {"tags": len(plan.missing)})


def _apply(context: RunContext, plans: Sequence[TagsPlan], tally: Tally) -> list[_Result]:
    results: list[_Result] = []
    failed = 0
    for plan in plans:
        try:
            results.append(_add(context, plan))
        except ConnectorError as failure:
            tally.failures.append(failure)
            failed += 1
            # One odd review must not keep the others waiting; what is no VendorError strikes all.
            if failed == PATIENCE or not isinstance(failure, VendorError):
                break
    return results


def _add(context: RunContext, plan: TagsPlan) -> _Result:
    """Add the tags; whatever is raised from here, the record stays as it is for the next run."""
    if plan.refusal:
        return _stopped(plan, plan.refusal, "Empty Tags To Add.")
    if not plan.missing:
        return _Result(plan, partial(added_row, plan), "tags_settled")
    outcome = context.trustpilot.add_tags(plan.review_id, plan.missing)
    context.reporter.event("tags", review=plan.review_id, verdict=outcome.verdict.value)
    if outcome.verdict is Verdict.ACCEPTED:
        return _Result(plan, partial(added_row, plan), "tags_added", len(plan.missing))
    if outcome.status in _GONE:
        row = partial(gone_row, plan, why="The review is gone at Trustpilot.")
        note = f"Tags were dropped: the review {plan.review_id} is gone at Trustpilot."
        return _Result(plan, row, "tags_stopped", note=note)
    if outcome.verdict is Verdict.REFUSED and not outcome.refuses_account:
        why = f"Trustpilot refused them ({outcome.words or outcome.status})."
        return _stopped(plan, why, "Correct Tags To Add, or tick Write tags to try again.")
    raise failed(_deed(plan), outcome)


def _deed(plan: TagsPlan) -> Deed:
    return Deed(
        verb="tag",
        rights="Check the plan and trustpilot.acting_user_id, "
        "then type: connector run --only tags_out",
        later="add the tags",
        lost=f"Trustpilot gave no answer to the tags of {plan.review_id}; they wait.",
        again="The next run adds them; a tag that is there already stays one.",
        method="PUT",
        path="tags",
    )


def _record(context: RunContext, results: Sequence[_Result], tally: Tally) -> None:
    """Write what happened beside what people typed meanwhile; an erased record stays blank."""
    if not results:
        return
    where = (Condition("Id", "in", tuple(result.plan.record_id for result in results)),)
    (answer,) = context.org.read([Select(REVIEW, LATEST_FIELDS, where)])
    latest = {str(row["Id"]): row for row in answer.rows if not row.get("Deleted__c")}
    still = [result for result in results if result.plan.record_id in latest]
    rows = [result.row(latest[result.plan.record_id]) for result in still]
    for result, written in zip(still, context.org.update(REVIEW, rows), strict=True):
        tally.counts[result.counted] += result.amount
        if written.error is not None:
            tally.issues.append(_not_recorded(result.plan, written.error))
            continue
        tally.issues += [result.issue] if result.issue else []
        tally.notes += [result.note] if result.note else []
        passed = (NOT_RECORDED,) if result.issue else (NOT_RECORDED, REFUSED)
        keys = (issue_key(code, result.plan.record_id) for code in passed)
        tally.passed += context.opening.still_open(keys)


def _stopped(plan: TagsPlan, why: str, next_step: str) -> _Result:
    message, step = f"Tags were not added. {why}", f"Open the review in Salesforce. {next_step}"
    issue = Issue(REFUSED, message, step, FLOW, plan.record_id)
    row = stopped_row(plan, f"{why} {next_step}")
    return _Result(plan, lambda _latest: row, "tags_stopped", issue=issue)


def _not_recorded(plan: TagsPlan, error: RowError) -> Issue:
    return Issue(
        NOT_RECORDED,
        f"The org refused to record what became of the tags: {error.reason}.",
        "Correct the org's validation; the next run adds the tags again, which changes nothing.",
        FLOW,
        plan.record_id,
    )


def _hidden(fields: Sequence[str]) -> AccessDenied:
    return AccessDenied(
        "Salesforce",
        f"The org does not show {', '.join(fields)} to the connector's user; tags from there wait.",
        next_step="Correct reviews.write_tags or let the user read the field, "
        "then type: connector run --only tags_out",
    )
