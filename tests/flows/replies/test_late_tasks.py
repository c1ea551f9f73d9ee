"""Tasks about late reviews: one for each, whatever crashes or runs at the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault, custom_row_error, drop_after, drop_before

REVIEW = "Trustpilot_Review__c"
LEVEL = """\
replies:
  service_level:
    targets: [{within: 4 hours}]
    task: owner
"""


class BeforeTheInsert(InProcessDoor):
    """Lets somebody do something right before records of an object are inserted."""

    def __init__(self, emulator, does, of="Task"):
        super().__init__(emulator)
        self.does, self.of = does, f'"{of}"'

    def send(self, request, *args, **options):
        if request.method == "POST" and self.of in str(request.body) and self.does:
            does, self.does = self.does, None
            does()
        return super().send(request, *args, **options)


@pytest.fixture
def settings(configured):
    """A target of four hours, and a task for the owner of a review that is late."""
    return configured(lambda text: text + LEVEL)


@pytest.fixture
def late(desk):
    """The ids of reviews whose due time has just passed."""

    def some(number=1):
        unit = desk.world.business_unit_id
        ids = [
            desk.trustpilot.add_service_review(unit, text="Hm.", stars=1)["id"]
            for _ in range(number)
        ]
        desk.import_reviews()
        desk.emulator.clock.advance(timedelta(hours=5))
        return ids

    return some


@pytest.fixture
def tasks(soql):
    query = "SELECT Subject, WhatId, OwnerId, ActivityDate, Status FROM Task"
    return lambda: [{k: v for k, v in row.items() if k != "attributes"} for row in soql(query)]


@pytest.fixture
def settled(soql):
    """Whether the review is marked as late, and needs no other look."""

    def of(review_id):
        query = (
            "SELECT Response_Breached__c, Response_Check_At__c FROM Trustpilot_Review__c "
            "WHERE External_Id__c = '{}'"
        )
        (row,) = soql(query, review_id)
        return row["Response_Breached__c"], row["Response_Check_At__c"] is None

    return of


def test_a_late_review_brings_one_task_for_its_owner(late, desk, tasks, soql, settled):
    (review,) = late()
    report = desk.run()
    (owner,) = {row["OwnerId"] for row in soql("SELECT OwnerId FROM Trustpilot_Review__c")}
    assert tasks() == [
        {
            "Subject": "Answer the Trustpilot review: its time is over",
            "WhatId": desk.row(review)["Id"],
            "OwnerId": owner,
            "ActivityDate": "2026-03-02",
            "Status": "Not Started",
        }
    ]
    assert report.count("reviews_tasked") == 1
    assert settled(review) == (True, True)
    for _ in range(2):
        desk.run()
    assert len(tasks()) == 1


def test_nobody_gets_a_task_where_none_is_asked_for(late, desk, tasks, configured, settled):
    (review,) = late()
    settings = configured(lambda text: text + LEVEL.replace("    task: owner\n", ""))
    desk.run(settings=settings)
    assert tasks() == []
    assert settled(review) == (True, True)


def test_a_review_that_was_answered_late_brings_no_task(late, desk, tasks, settled):
    (review,) = late()
    desk.emulator.org.update(
        REVIEW,
        desk.row(review)["Id"],
        {"Live_Reply__c": "Sorry.", "Live_Reply_At__c": "2026-03-02T13:30:00Z"},
    )
    desk.run()
    assert tasks() == []
    assert settled(review) == (True, True)


def test_a_named_user_gets_the_task(late, desk, tasks, configured, soql):
    late()
    user = soql("SELECT Id, Username FROM User WHERE IsActive = true")[-1]
    line = f"    task: user {user['Username']}\n"
    settings = configured(lambda text: text + LEVEL.replace("    task: owner\n", line))
    desk.run(settings=settings)
    assert [task["OwnerId"] for task in tasks()] == [user["Id"]]


def test_a_user_who_is_not_there_is_an_issue_until_somebody_corrects_it(
    late, desk, tasks, configured
):
    late()
    line = "    task: user nobody@shop.example\n"
    wrong = configured(lambda text: text + LEVEL.replace("    task: owner\n", line))
    desk.run(settings=wrong)
    assert (tasks(), desk.issues()) == ([], ["response_task_refused"])
    desk.run()
    assert (len(tasks()), desk.issues()) == (1, [])


@pytest.mark.parametrize("before", ["Trustpilot_Send_Attempt__c", "Task"])
def test_two_connectors_at_once_make_one_task(before, late, desk, tasks, settled):
    ids = late(2)
    door = BeforeTheInsert(desk.emulator, desk.run, before)
    desk.run(door=door)
    assert door.does is None
    desk.run()
    assert len(tasks()) == 2
    assert [settled(review) for review in ids] == [(True, True)] * 2


@pytest.mark.parametrize("after", [False, True])
def test_runs_that_are_killed_at_any_call_make_one_task(after, late, desk, tasks, run_on):
    late()
    run_on(after)
    for _ in range(3):
        desk.emulator.clock.advance(timedelta(minutes=6))
        desk.run()
    assert len(tasks()) == 1


@pytest.mark.parametrize("lost", [drop_after, drop_before])
def test_a_lost_answer_is_settled_by_looking(lost, late, desk, tasks, settled):
    (review,) = late()

    def lose():
        desk.emulator.faults.add(
            lost(vendor="salesforce", method="POST", path="*/composite/sobjects")
        )

    desk.run(door=BeforeTheInsert(desk.emulator, lose))
    assert settled(review) == (True, False)
    for _ in range(3):
        desk.emulator.clock.advance(timedelta(minutes=6))
        desk.run()
    assert len(tasks()) == 1
    assert settled(review) == (True, True)


def test_a_task_that_the_org_refuses_keeps_no_other_back_and_is_not_tried_for_ever(
    late, desk, tasks, settled
):
    ids = late(2)
    desk.emulator.faults.add(custom_row_error("Task", "SOME_RULE", "no", rows=1))
    desk.run()
    assert len(tasks()) == 1
    assert sorted(settled(review) for review in ids) == [(True, False), (True, True)]
    desk.emulator.faults.add(custom_row_error("Task", "SOME_RULE", "no", rows=99))
    for _ in range(5):
        desk.emulator.clock.advance(timedelta(minutes=6))
        desk.run()
    assert desk.issues() == ["response_task_refused"]
    assert [settled(review) for review in ids] == [(True, True)] * 2
    rights = desk.soql("SELECT Attempt_Key__c FROM Trustpilot_Send_Attempt__c")
    assert len(rights) == 4


def test_a_refused_task_stays_an_issue_until_it_is_there(late, desk, tasks):
    late()
    desk.emulator.faults.add(custom_row_error("Task", "SOME_RULE", "no"))
    for _ in range(3):  # the right of the first run is not spent yet
        desk.run()
        assert desk.issues() == ["response_task_refused"]
    desk.emulator.clock.advance(timedelta(minutes=6))
    desk.run()
    assert (len(tasks()), desk.issues()) == (1, [])


def test_a_mark_of_lateness_is_counted_once_while_its_task_waits(late, desk):
    late()
    desk.emulator.faults.add(custom_row_error("Task", "SOME_RULE", "no", rows=9))
    assert [desk.run().count("reviews_late") for _ in range(3)] == [1, 0, 0]


def test_tasks_that_cannot_be_asked_about_keep_neither_marks_nor_replies_back(late, desk, settled):
    (review,) = late()
    desk.emulator.faults.add(
        Fault(vendor="salesforce", method="POST", path="*/composite", status=500, skip=2, times=4)
    )
    desk.queue(review, "Sorry!")
    desk.run()
    assert desk.live(review) == "Sorry!"
    assert settled(review)[0] is True
