"""Tasks about late reviews: whom they are for, and when one may be made."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.replies.late_tasks import (
    SUBJECT,
    TRIES,
    WantedTask,
    parse_task_for,
    plan_tasks,
    task_row,
    tasks_look,
    tasks_selects,
)
from connector.core.replies.service_level import TaskFor

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONE = WantedTask("a01", "r1", "005A")


def right(number, minutes_ago=6.0, review="r1", **fields):
    started = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    return {"Attempt_Key__c": f"task:{review}:{number}", "Started_At__c": started, **fields}


def planned(tasks=(), rights=()):
    return plan_tasks([ONE], tasks_look(tasks, rights, ()), NOW, "run-1")


@pytest.mark.parametrize(
    ("text", "username"),
    [("owner", ""), (" owner ", ""), ("user  jo@shop.example", "jo@shop.example")],
)
def test_a_task_is_for_the_owner_or_for_a_user(text, username):
    assert parse_task_for(text) == TaskFor(username)


@pytest.mark.parametrize(
    "text", ["", "Owner", "queue Reviews", "user", "user jo", "jo@shop.example", "True"]
)
def test_nobody_else_can_get_one(text):
    with pytest.raises(ValueError, match="`owner`"):
        parse_task_for(text)


def test_the_first_right_is_the_first_try():
    ((wanted, row),) = planned().rights
    assert wanted is ONE
    assert row["Attempt_Key__c"] == "task:r1:1"
    assert (row["Attempt__c"], row["Run_Id__c"], row["Started_At__c"]) == (1, "run-1", NOW)


def test_a_task_that_is_there_needs_nothing():
    plan = planned(tasks=[{"WhatId": "a01"}], rights=[right(1, 0)])
    assert (plan.rights, plan.waiting, plan.given_up) == ((), frozenset(), frozenset())


def test_a_fresh_right_belongs_to_a_run_that_is_at_it():
    assert planned(rights=[right(1, 4)]).waiting == {"r1"}


def test_a_right_that_led_to_nothing_is_followed_by_another():
    ((_, row),) = planned(rights=[right(1, 5)]).rights
    assert row["Attempt_Key__c"] == "task:r1:2"


def test_after_the_last_try_a_person_has_to_look():
    assert planned(rights=[right(number) for number in TRIES]).given_up == {"r1"}


def test_a_right_of_another_review_does_not_count():
    assert len(planned(rights=[right(1, 0, review="r2")]).rights) == 1


def test_the_user_is_asked_for_only_where_one_is_named():
    assert len(tasks_selects([ONE], TaskFor())) == 2
    assert tasks_selects([ONE], TaskFor("jo@shop.example"))[-1].object == "User"


def test_a_task_holds_nothing_about_the_customer():
    assert task_row(ONE, tasks_look((), (), ()), NOW) == {
        "Subject": SUBJECT,
        "WhatId": "a01",
        "OwnerId": "005A",
        "ActivityDate": NOW.date(),
    }
    assert task_row(ONE, tasks_look((), (), [{"Id": "005B"}]), NOW)["OwnerId"] == "005B"


@given(st.lists(st.floats(0, 20), max_size=5), st.booleans())
def test_each_wanted_task_has_one_fate(ages, is_there):
    rights = [right(number, age) for number, age in enumerate(ages, start=1)]
    plan = planned([{"WhatId": "a01"}] if is_there else [], rights)
    fates = len(plan.rights) + len(plan.waiting) + len(plan.given_up)
    assert fates == (0 if is_there else 1)
