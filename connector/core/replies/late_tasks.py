"""Tasks for people about reviews that were not answered in time: for whom, and once each.

A task is made by right: a row whose unique key only one run can insert. A task can be read back,
so a right that led to nothing may be followed by another one, a few times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connector.core.replies.comment_rights import comment_right_is_spent
from connector.core.replies.service_level import TaskFor
from connector.core.terms.attempts import ATTEMPT_FIELDS, right_row
from connector.core.terms.objects import SEND_ATTEMPT
from connector.core.terms.records import Condition, Row, Select

TASK = "Task"
SUBJECT = "Answer the Trustpilot review: its time is over"
"""The subject of every such task; it holds nothing about anybody."""

TRIES = range(1, 4)
"""The numbers of the tries to make a task; after them a person has to look."""


@dataclass(frozen=True)
class WantedTask:
    """A late review by its record, its id at Trustpilot and its owner."""

    record_id: str
    review_id: str
    owner_id: str


@dataclass(frozen=True)
class TasksPlan:
    """What becomes of wanted tasks.

    `rights` are the rows to insert for the tasks to make; `waiting` are reviews that another run
    may be at work on, `given_up` those that were tried too often.
    """

    rights: tuple[tuple[WantedTask, Row], ...] = ()
    waiting: frozenset[str] = frozenset()
    given_up: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TasksLook:
    """What the org says before tasks are made: the user who gets them, tasks, earlier rights."""

    owner_id: str = ""
    done: frozenset[str] = frozenset()
    rights: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)


def parse_task_for(text: str) -> TaskFor:
    """Return whom `owner` or `user jo@shop.example` means. Raises ValueError."""
    found = re.fullmatch(r"\s*(?:owner|user\s+(?P<name>[^@\s]+@[^@\s]+\.[^@\s.]+))\s*", text)
    if not found:
        raise ValueError("A task goes to the `owner` of the review or to `user jo@shop.example`.")
    return TaskFor(found["name"] or "")


def tasks_selects(wanted: Sequence[WantedTask], task_for: TaskFor) -> tuple[Select, ...]:
    """The questions before tasks are made: tasks that are there, earlier rights, the user."""
    records = tuple(each.record_id for each in wanted)
    keys = tuple(_right_key(each.review_id, number) for each in wanted for number in TRIES)
    of_user = (
        Condition("IsActive", "=", value=True),
        Condition("Username", "=", task_for.username),
    )
    return (
        Select(
            TASK,
            ("Id", "WhatId"),
            (Condition("Subject", "=", SUBJECT), Condition("WhatId", "in", records)),
        ),
        Select(SEND_ATTEMPT, ATTEMPT_FIELDS, (Condition("Attempt_Key__c", "in", keys),)),
        *([Select("User", ("Id",), of_user)] if task_for.username else []),
    )


def tasks_look(tasks: Iterable[Row], rights: Iterable[Row], users: Iterable[Row]) -> TasksLook:
    """What the answers to `tasks_selects` say."""
    by_review: dict[str, tuple[Row, ...]] = {}
    for row in rights:
        review_id = str(row["Attempt_Key__c"]).split(":")[1]
        by_review[review_id] = (*by_review.get(review_id, ()), row)
    owner_id = next((str(row["Id"]) for row in users), "")
    return TasksLook(owner_id, frozenset(str(row["WhatId"]) for row in tasks), by_review)


def plan_tasks(
    wanted: Iterable[WantedTask], look: TasksLook, now: datetime, run_id: str
) -> TasksPlan:
    """Decide which tasks to make now; what has its task already needs nothing."""
    rights: list[tuple[WantedTask, Row]] = []
    waiting: set[str] = set()
    given_up: set[str] = set()
    for each in wanted:
        earlier = look.rights.get(each.review_id, ())
        if each.record_id in look.done:
            continue
        if not all(comment_right_is_spent(row, now) for row in earlier):
            waiting.add(each.review_id)
        elif len(earlier) >= len(TRIES):
            given_up.add(each.review_id)
        else:
            number = len(earlier) + 1
            key = _right_key(each.review_id, number)
            rights.append((each, right_row(key, number, now, run_id)))
    return TasksPlan(tuple(rights), frozenset(waiting), frozenset(given_up))


def task_row(wanted: WantedTask, look: TasksLook, now: datetime) -> dict[str, Any]:
    """The row of a task; what is left out is the org's to choose."""
    return {
        "Subject": SUBJECT,
        "WhatId": wanted.record_id,
        "OwnerId": look.owner_id or wanted.owner_id,
        "ActivityDate": now.astimezone(UTC).date(),
    }


def _right_key(review_id: str, number: int) -> str:
    return f"task:{review_id}:{number}"
