"""The end of a run: issues first, then marks and heartbeat, then the run's own row.

Issues come before marks, so that no mark moves past something that is recorded nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.core.errors import CallFacts, ConnectorError, RequestRefused
from connector.core.exit_codes import exit_code
from connector.core.instants import to_the_second
from connector.core.issues import closing_rows, issue_rows
from connector.core.objects import BUSINESS_UNIT, CHECKPOINT, ISSUE, RUN
from connector.core.records import RowResult, Upsert
from connector.core.run_report import FlowReport, Mark
from connector.flows.context import RunContext
from connector.flows.listing import STREAMS

HEARTBEAT = "heartbeat:"


def record_end(
    context: RunContext,
    flows: Sequence[FlowReport],
    calls: Mapping[str, Mapping[str, int]],
    complete: Mapping[str, datetime],
) -> None:
    """Write issues; then marks, heartbeat and, of a run that did something, what people look at.

    Raises `RequestRefused` when the org refuses one of these rows; without its issues no mark
    has moved.
    """
    known = context.opening.issues
    found = issue_rows(
        (issue for flow in flows for issue in flow.issues), known, context.now, context.run_id
    )
    again = {row["Key__c"] for row in found}
    passed = (key for flow in flows for key in flow.passed if key not in again)
    issues = [*found, *closing_rows(passed, known, context.now, context.run_id)]
    if issues:
        _demand(ISSUE, context.org.upsert(ISSUE, "Key__c", issues))
    marks = (_mark_row(mark, context) for flow in flows for mark in flow.marks)
    upserts = [Upsert(CHECKPOINT, "Key__c", (*marks, _heartbeat_row(context)))]
    if any(flow.did_something for flow in flows):
        upserts += _seen_by_people(context, flows, calls, complete)
    for upsert, results in zip(upserts, context.org.upsert_together(upserts), strict=True):
        _demand(upsert.object, results)


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


def _seen_by_people(
    context: RunContext,
    flows: Sequence[FlowReport],
    calls: Mapping[str, Mapping[str, int]],
    complete: Mapping[str, datetime],
) -> list[Upsert]:
    """How far each business unit is complete, and the row that shows the run in Salesforce."""
    units = tuple(
        {"External_Id__c": unit.id, "Complete_Through__c": to_the_second(complete[unit.name])}
        for unit in context.units
        if unit.record_id and unit.name in complete
    )
    run = Upsert(RUN, "Run_Id__c", (_run_row(context, flows, calls, complete),))
    return [Upsert(BUSINESS_UNIT, "External_Id__c", units), run] if units else [run]


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


def _demand(object_name: str, results: Iterable[RowResult]) -> None:
    for result in results:
        if result.error is not None:
            raise RequestRefused(
                f"The org refuses the connector's own {object_name}: {result.error.code} "
                f"({', '.join(result.error.fields)}).",
                CallFacts("Salesforce", "PATCH", object_name, code=result.error.code),
                next_step="Deploy salesforce/ again and assign Trustpilot_Connector, "
                "then type: connector status",
            )
