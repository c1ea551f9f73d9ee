"""Says on the review that its answer is late: once its due time has passed, and only then.

What is to be looked at comes with the run's opening, so a run in which nothing is due costs no
call for it. An answer that comes later does not take the flag away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.replies.late_tasks import WantedTask
from connector.core.replies.service_level import (
    CHECK_FIELDS,
    is_to_judge,
    judged_row,
    looked_at_again,
)
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import GONE, Condition, Row, RowError, Select
from connector.flows.replies.late_tasks import make_tasks
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

REFUSED = "response_check_refused"

_FLOW = "replies_out"


@dataclass(frozen=True)
class _Judged:
    """A due review as the org holds it, and the row that settles it."""

    before: Row
    row: dict[str, Any]

    @property
    def review_id(self) -> str:
        return str(self.before["External_Id__c"])

    @property
    def is_newly_late(self) -> bool:
        is_late = bool(self.row.get("Response_Breached__c"))
        return is_late and not self.before.get("Response_Breached__c")

    @property
    def wants_task(self) -> bool:
        is_late = bool(self.row.get("Response_Breached__c"))
        return is_late and not self.before.get("Live_Reply__c")


def judge_responses(context: RunContext, tally: Tally) -> None:
    """Settle every review whose response is due: late, or answered in time.

    One read and one update where any is due, and tasks where they are asked for. Call it before
    replies are published, because an answer that is edited looks like one that was written then.
    """
    tally.passed += _over(context)
    judged = _judged(context)
    late = [each.review_id for each in judged if each.is_newly_late]
    tally.actions += [Action("flag late response", name) for name in sorted(late)]
    if context.dry_run or not judged:
        return
    waiting = _without_task(context, judged, tally)
    rows = [looked_at_again(e.row) if e.review_id in waiting else e.row for e in judged]
    results = context.org.update(REVIEW, rows)
    for each, result in zip(judged, results, strict=True):
        if result.error is None:
            tally.counts["reviews_late"] += each.is_newly_late
            tally.passed += context.opening.still_open([issue_key(REFUSED, each.review_id)])
        elif result.error.code != GONE:
            tally.issues.append(_refused(each.review_id, result.error))


def _over(context: RunContext) -> list[str]:
    """The issues about reviews that need no look any more, such as erased ones."""
    looked_at = (str(row["External_Id__c"]) for row in context.opening.response_checks)
    return context.opening.about_others(REFUSED, looked_at)


def _judged(context: RunContext) -> list[_Judged]:
    """What is to be written about each due review.

    The records are read again: an earlier flow of this run may have erased one.
    """
    rows = context.opening.response_checks
    due = tuple(str(row["Id"]) for row in rows if is_to_judge(row, context.now))
    if not due:
        return []
    (answer,) = context.org.read([Select(REVIEW, CHECK_FIELDS, (Condition("Id", "in", due),))])
    settled = ((row, judged_row(row, context.now)) for row in answer.rows)
    return [_Judged(before, row) for before, row in settled if row]


def _without_task(context: RunContext, judged: Sequence[_Judged], tally: Tally) -> frozenset[str]:
    """The late reviews whose task could not be made yet; the next run looks at them again."""
    task_for = context.policy.replies.late_task
    wanted = [
        WantedTask(str(e.before["Id"]), e.review_id, str(e.before.get("OwnerId") or ""))
        for e in judged
        if e.wants_task
    ]
    if task_for is None or not wanted:
        return frozenset()
    settled: set[str] = set()
    with tally.going_on():
        settled |= make_tasks(context, wanted, task_for, tally)
    return frozenset(each.review_id for each in wanted) - settled


def _refused(review_id: str, error: RowError) -> Issue:
    return Issue(
        code=REFUSED,
        message=f"The org refused to record whether the answer was in time: {error.reason}.",
        next_step="Correct the org's validation; the next run tries again.",
        flow=_FLOW,
        record=review_id,
    )
