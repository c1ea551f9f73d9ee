"""Makes a task for each review that was not answered in time, where the configuration asks for it.

One read, one insert of rights and one of tasks; a task that is there is never made again.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.core.replies.late_tasks import (
    TASK,
    TasksLook,
    TasksPlan,
    WantedTask,
    plan_tasks,
    task_row,
    tasks_look,
    tasks_selects,
)
from connector.core.replies.service_level import TaskFor
from connector.core.run.issues import Issue, issue_key
from connector.core.terms.objects import SEND_ATTEMPT
from connector.core.terms.records import TAKEN, Row, RowError
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

REFUSED = "response_task_refused"

_FLOW = "replies_out"
_SETTINGS = "settings"


def make_tasks(
    context: RunContext, wanted: Sequence[WantedTask], task_for: TaskFor, tally: Tally
) -> frozenset[str]:
    """Make the tasks of these reviews and return the ids of those that need nothing more.

    Raises `VendorUnreachable` with `maybe_processed` where the answer to an insert is lost: the
    next look finds the tasks that are there, and makes the others once the right is spent.
    """
    answers = context.org.read(tasks_selects(wanted, task_for))
    tasks, rights, *users = (answer.rows for answer in answers)
    look = tasks_look(tasks, rights, users[0] if users else ())
    if task_for.username and not look.owner_id:
        tally.issues.append(_issue(_SETTINGS, "the org has no such active user"))
        return frozenset()
    plan = plan_tasks(wanted, look, context.org.now(), context.run_id)
    tally.issues += [
        _issue(review_id, "it was tried too often") for review_id in sorted(plan.given_up)
    ]
    waiting = plan.waiting | _make(context, plan, look, tally)
    settled = frozenset(each.review_id for each in wanted) - waiting
    keys = [issue_key(REFUSED, name) for name in (_SETTINGS, *sorted(settled - plan.given_up))]
    tally.passed += context.opening.still_open(keys)
    return settled


def _make(context: RunContext, plan: TasksPlan, look: TasksLook, tally: Tally) -> frozenset[str]:
    """Insert the tasks whose right can be had; return the reviews of the others."""
    if not plan.rights:
        return frozenset()
    rights = context.org.insert(SEND_ATTEMPT, [row for _, row in plan.rights])
    ours: list[WantedTask] = []
    waiting: set[str] = set()
    for (each, _), right in zip(plan.rights, rights, strict=True):
        if right.error is None:
            ours.append(each)
            continue
        waiting.add(each.review_id)
        if right.error.code != TAKEN:
            tally.issues.append(_refused(each, right.error))
    rows: list[Row] = [task_row(each, look, context.now) for each in ours]
    for each, task in zip(ours, context.org.insert(TASK, rows) if rows else [], strict=True):
        if task.error is None:
            tally.counts["reviews_tasked"] += 1
        else:
            waiting.add(each.review_id)
            tally.issues.append(_refused(each, task.error))
    return frozenset(waiting)


def _refused(each: WantedTask, error: RowError) -> Issue:
    return _issue(each.review_id, f"the org refused it: {error.reason}")


def _issue(record: str, why: str) -> Issue:
    return Issue(
        code=REFUSED,
        message=f"No task was made for a review that is late: {why}.",
        next_step="Correct replies.service_level.task or the rights of the connector's user, "
        "and answer the review.",
        flow=_FLOW,
        record=record,
    )
