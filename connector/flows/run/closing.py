"""The end of a run: issues first, then marks and heartbeat, then the run's own row.

Issues come before marks, so that no mark moves past something that is recorded nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.core.run.exit_codes import exit_code
from connector.core.run.issues import Issue, closing_rows, issue_rows
from connector.core.run.report import STREAMS, FlowReport, Mark
from connector.core.terms.errors import ConnectorError
from connector.core.terms.instants import to_the_second
from connector.core.terms.objects import BUSINESS_UNIT, CHECKPOINT, RUN
from connector.core.terms.records import RowError, RowResult, Upsert
from connector.flows.run.context import RunContext
from connector.flows.run.issues import demand, write_issues

HEARTBEAT = "heartbeat:"

SUMMARY_REFUSED = "summary_refused"
"""The issue about a business unit whose record the org did not take."""


def record_end(
    context: RunContext,
    flows: Sequence[FlowReport],
    calls: Mapping[str, Mapping[str, int]],
    complete: Mapping[str, datetime],
) -> FlowReport:
    """Write issues; then, in one call, marks, heartbeat, business units and the run's own row.

    A business unit that the org refuses is an issue in the report. Raises `RequestRefused` when
    it refuses one of the connector's own rows; without its issues no mark has moved.
    """
    known, now = context.opening.issues, context.now
    found = issue_rows((i for flow in flows for i in flow.issues), known, now, context.run_id)
    again = {row["Key__c"] for row in found}
    passed = (key for flow in flows for key in flow.passed if key not in again)
    write_issues(context, [*found, *closing_rows(passed, known, now, context.run_id)])
    marks = (_mark_row(mark, context) for flow in flows for mark in flow.marks)
    upserts = [Upsert(CHECKPOINT, "Key__c", (*marks, _heartbeat_row(context)))]
    if any(flow.did_something for flow in flows):
        upserts.append(Upsert(RUN, "Run_Id__c", (_run_row(context, flows, calls, complete),)))
        upserts += _business_units(context, flows, complete)
    refused: tuple[Issue, ...] = ()
    for upsert, results in zip(upserts, context.org.upsert_together(upserts), strict=True):
        if upsert.object == BUSINESS_UNIT:
            refused = _refused_units(upsert, results)
        else:
            demand(upsert.object, results)
    write_issues(context, issue_rows(refused, known, now, context.run_id))
    return FlowReport("closing", issues=refused)


def _refused_units(upsert: Upsert, results: Iterable[RowResult]) -> tuple[Issue, ...]:
    found = {
        str(row["External_Id__c"]): _refused_unit(str(row["External_Id__c"]), result.error)
        for row, result in zip(upsert.rows, results, strict=True)
        if result.error is not None
    }
    return tuple(found.values())


def _business_units(
    context: RunContext, flows: Iterable[FlowReport], complete: Mapping[str, datetime]
) -> list[Upsert]:
    """What the summary found, and how far each business unit is complete; one row each."""
    rows = {str(row["External_Id__c"]): row for flow in flows for row in flow.unit_rows}
    for unit in context.units:
        if unit.record_id and unit.name in complete:
            # Salesforce 6.1: else it never equals what the org holds.
            through = {"Complete_Through__c": to_the_second(complete[unit.name])}
            known = rows.get(unit.id, {"External_Id__c": unit.id})
            rows[unit.id] = {**known, **through}
    return [Upsert(BUSINESS_UNIT, "External_Id__c", tuple(rows.values()))] if rows else []


def _refused_unit(unit_id: str, error: RowError) -> Issue:
    """The issue about a business unit whose record the org did not take."""
    return Issue(
        code=SUMMARY_REFUSED,
        message=f"The org refused the business unit's summary: {error.reason}.",
        next_step="Correct the org's validation; the next run tries again.",
        flow="summary",
        record=unit_id,
        business_unit_id=unit_id,
    )


def complete_through(context: RunContext, flows: Iterable[FlowReport]) -> dict[str, datetime]:
    """For each business unit: the time before which no review is missing in the org."""
    marks = dict(context.opening.marks)
    if not context.dry_run:
        marks |= {mark.key: mark.at for flow in flows for mark in flow.marks}
    found: dict[str, datetime] = {}
    for unit in context.units:
        times = [marks.get(f"{stream}:{unit.id}") for stream in STREAMS.values()]
        known = [time for time in times if time is not None]
        if len(known) == len(times):
            found[unit.name] = min(known)
    return found


def _run_row(
    context: RunContext,
    flows: Sequence[FlowReport],
    calls: Mapping[str, Mapping[str, int]],
    complete: Mapping[str, datetime],
) -> dict[str, Any]:
    def total(word: str) -> int:
        return sum(flow.counts.get(word, 0) for flow in flows)

    failures = [failure for flow in flows for failure in flow.failures]
    issues = sum(len(flow.issues) for flow in flows)
    return {
        "Run_Id__c": context.run_id,
        "Started_At__c": context.now,
        "Finished_At__c": context.org.now(),
        "Flows__c": ", ".join(flow.flow for flow in flows)[:255],
        "Outcome__c": _outcome(failures, issues)[:80],
        "Exit_Code__c": exit_code(failures, issues=issues),
        "Counts__c": json.dumps({flow.flow: dict(flow.counts) for flow in flows}, sort_keys=True),
        "Reviews_Written__c": total("reviews_new") + total("reviews_changed"),
        "Invitations_Claimed__c": total("invitations_claimed"),
        "Invitations_Sent__c": total("invitations_sent"),
        "Links_Made__c": total("links_made"),
        "Replies_Published__c": total("replies_published"),
        "Issues__c": issues,
        "Salesforce_Calls__c": sum(part.get("Salesforce", 0) for part in calls.values()),
        "Trustpilot_Calls__c": sum(part.get("Trustpilot", 0) for part in calls.values()),
        "Complete_Through__c": to_the_second(min(complete.values())) if complete else None,
    }


def _outcome(failures: Sequence[ConnectorError], issues: int) -> str:
    if failures:
        return f"stopped in part: {type(failures[0]).__name__}"
    return "done, something needs a look" if issues else "done"


def _mark_row(mark: Mark, context: RunContext) -> dict[str, Any]:
    return {
        "Key__c": mark.key,
        "Stream__c": mark.stream,
        "Business_Unit_Id__c": mark.business_unit_id or None,
        "Mark__c": to_the_second(mark.at),
        "Seen__c": mark.seen or None,
        "Run_Id__c": context.run_id,
    }


def _heartbeat_row(context: RunContext) -> dict[str, Any]:
    return {
        "Key__c": HEARTBEAT,
        "Stream__c": HEARTBEAT.rstrip(":"),
        "Heartbeat__c": context.now,
        "Run_Id__c": context.run_id,
    }
