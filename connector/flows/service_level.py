"""Says on the review that its answer is late: once its due time has passed, and only then.

What is to be looked at comes with the run's opening, so a run in which nothing is due costs no
call for it. An answer that comes later does not take the flag away.
"""

from __future__ import annotations

from typing import Any

from connector.core.issues import Issue, issue_key
from connector.core.objects import REVIEW
from connector.core.records import Condition, RowError, Select
from connector.core.run_report import Action
from connector.core.service_level import CHECK_FIELDS, judged_row
from connector.flows.context import RunContext
from connector.flows.tally import Tally

REFUSED = "response_check_refused"

_FLOW = "replies_out"
_DELETED = "ENTITY_IS_DELETED"


def judge_responses(context: RunContext, tally: Tally) -> None:
    """Settle every review whose response is due: late, or answered in time.

    One read and one update where any is due. Call it before replies are published, because an
    answer that is edited looks like one that was written then.
    """
    judged = _judged(context)
    late = {name for name, row in judged if row.get("Response_Breached__c")}
    tally.actions += [Action("flag late response", name) for name in sorted(late)]
    if context.dry_run or not judged:
        return
    results = context.org.update(REVIEW, [row for _, row in judged])
    for (name, _), result in zip(judged, results, strict=True):
        if result.error is None:
            tally.counts["reviews_late"] += name in late
            key = issue_key(REFUSED, name)
            tally.passed += [key] if key in context.opening.issues else []
        elif result.error.code != _DELETED:
            tally.issues.append(_refused(name, result.error))


def _judged(context: RunContext) -> list[tuple[str, dict[str, Any]]]:
    """What is to be written about each due review, by the review's id.

    The records are read again: an earlier flow of this run may have erased one.
    """
    rows = context.opening.response_checks
    due = tuple(str(row["Id"]) for row in rows if judged_row(row, context.now))
    if not due:
        return []
    (answer,) = context.org.read([Select(REVIEW, CHECK_FIELDS, (Condition("Id", "in", due),))])
    return [
        (str(row["External_Id__c"]), settled)
        for row in answer.rows
        if (settled := judged_row(row, context.now))
    ]


def _refused(review_id: str, error: RowError) -> Issue:
    fields = f" ({', '.join(error.fields)})" if error.fields else ""
    return Issue(
        code=REFUSED,
        message=f"The org refused to record whether the answer was in time: {error.code}{fields}.",
        next_step="Correct the org's validation; the next run tries again.",
        flow=_FLOW,
        record=review_id,
    )
