"""Queues suggested replies whose time has come, as many a day as the configuration allows.

A queued one goes out like any other reply, with the next run: checked, and compared with what is
live. Nothing is posted from here, and what somebody has begun to answer is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from connector.core.replies.automatic import (
    AUTOMATIC_FIELDS,
    AutomaticPlan,
    free_places,
    is_due,
    place_keys,
    plan_automatic,
    postponed_row,
    queued_row,
    withdrawn_row,
)
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import GONE, TAKEN, Condition, Row, RowError, Select
from connector.core.terms.units import Unit
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

REFUSED = "auto_reply_refused"

_FLOW = "replies_out"


@dataclass(frozen=True)
class _Write:
    """One row to write, which review it is about, and the word that it counts under."""

    review_id: str
    row: dict[str, Any]
    counted: str


def queue_automatic(context: RunContext, tally: Tally) -> None:
    """Queue what is due, or leave it to people; one read and one update where anything is due.

    The records are read again right before, because people may have begun to write.
    """
    due = [row for row in context.opening.automatic if is_due(row, context.now)]
    tally.passed += _over(context, due)
    by_unit = _by_unit(context, due, tally)
    if not by_unit:
        return
    plans = _plans(context, by_unit)
    writes = [write for plan in plans for write in _writes(context, plan)]
    tally.actions += [
        Action("queue automatic reply", each.review_id)
        for each in writes
        if each.counted == "replies_automatic"
    ]
    if writes and not context.dry_run:
        _record(context, writes, tally)


def _over(context: RunContext, due: Sequence[Row]) -> list[str]:
    """The issues about replies that nobody wants to go out by themselves any more."""
    return context.opening.about_others(REFUSED, (str(row["External_Id__c"]) for row in due))


def _by_unit(
    context: RunContext, due: Sequence[Row], tally: Tally
) -> list[tuple[Unit, tuple[str, ...]]]:
    """The due reviews of each business unit that is configured and not paused."""
    by_unit: list[tuple[Unit, tuple[str, ...]]] = []
    for unit in context.units:
        ours = tuple(str(row["Id"]) for row in due if row.get("Business_Unit__c") == unit.record_id)
        if ours and unit.replies_paused:
            tally.notes.append(f"Replies of {unit.name} are paused on its record in Salesforce.")
        elif ours:
            by_unit.append((unit, ours))
    return by_unit


def _plans(
    context: RunContext, by_unit: Sequence[tuple[Unit, tuple[str, ...]]]
) -> list[AutomaticPlan]:
    """Ask for the reviews as they are now and for the day's places, and decide."""
    policy = context.policy.replies.automatic
    day = context.now.astimezone(UTC).date()
    ids = tuple(record_id for _, those in by_unit for record_id in those)
    keys = {unit.id: place_keys(unit.id, day, policy.per_day) for unit, _ in by_unit}
    selects = [Select(REVIEW, AUTOMATIC_FIELDS, (Condition("Id", "in", ids),))]
    for own in keys.values():
        where = (Condition("Auto_Reply_Key__c", "in", tuple(own)),)
        selects.append(Select(REVIEW, ("Auto_Reply_Key__c",), where))
    reviews, *places = context.org.read(selects)
    latest = {str(row["Id"]): row for row in reviews.rows if is_due(row, context.now)}
    plans: list[AutomaticPlan] = []
    for (unit, those), answer in zip(by_unit, places, strict=True):
        taken = {str(row["Auto_Reply_Key__c"]) for row in answer.rows}
        rows = [latest[record_id] for record_id in those if record_id in latest]
        plans.append(plan_automatic(policy, unit.name, rows, free_places(keys[unit.id], taken)))
    return plans


def _writes(context: RunContext, plan: AutomaticPlan) -> list[_Write]:
    def write(row: Row, values: dict[str, Any], counted: str) -> _Write:
        return _Write(str(row["External_Id__c"]), values, counted)

    queued = [write(e.row, queued_row(e), "replies_automatic") for e in plan.queue]
    left = [write(e, withdrawn_row(e), "replies_left") for e in plan.withdrawn]
    later = [write(e, postponed_row(e, context.now), "replies_postponed") for e in plan.postponed]
    return [*queued, *left, *later]


def _record(context: RunContext, writes: Sequence[_Write], tally: Tally) -> None:
    results = context.org.update(REVIEW, [each.row for each in writes])
    for each, result in zip(writes, results, strict=True):
        if result.error is None:
            tally.counts[each.counted] += 1
            tally.passed += context.opening.still_open([issue_key(REFUSED, each.review_id)])
        # Salesforce 4.8: of two runs that want one key the second is refused.
        elif result.error.code == TAKEN:
            tally.notes.append("Another run took a day's place; the next run looks again.")
        elif result.error.code != GONE:
            tally.issues.append(_refused(each.review_id, result.error))


def _refused(review_id: str, error: RowError) -> Issue:
    return Issue(
        code=REFUSED,
        message=f"The org refused to queue the automatic reply: {error.reason}.",
        next_step="Correct the org's validation, or empty Automatic Reply At of the review.",
        flow=_FLOW,
        record=review_id,
    )
