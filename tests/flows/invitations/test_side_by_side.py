"""E-mails go out side by side: what that costs, and what stops all of them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault, drop_after, too_many_requests

SEND = {"vendor": "invitations", "method": "POST", "path": "*/email-invitations"}
DAY = timedelta(days=1, minutes=1)


@pytest.fixture
def due(started):
    """Claim so many e-mail invitations about cases, and wait until they are due."""

    def make(count):
        contact = started.contact
        for _ in range(count):
            started.emulator.org.insert("Case", {"ContactId": contact, "Status": "Closed"})
        started.run()
        started.emulator.clock.advance(DAY)
        started.emulator.calls.clear()

    return make


def statuses(scene):
    found = [row["Status__c"] for row in scene.rows()]
    return {status: found.count(status) for status in sorted(set(found))}


class CountingDoor(InProcessDoor):
    """Keeps every invitation until others are under way, and counts how many are at once."""

    def __init__(self, emulator, together):
        super().__init__(emulator)
        self.lock, self.under_way, self.most = threading.Lock(), 0, 0
        self.meeting = threading.Barrier(together)

    def send(self, request, *args, **options):
        if "email-invitations" not in request.url:
            return super().send(request, *args, **options)
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            alone = not self._emulator.trustpilot.mailbox.received
        try:
            if not alone:
                self.meeting.wait(10)
            return super().send(request, *args, **options)
        finally:
            with self.lock:
                self.under_way -= 1


def test_the_first_goes_out_alone_and_the_others_four_side_by_side(scene, due):
    due(5)
    door = CountingDoor(scene.emulator, together=4)
    assert scene.run(door=door).count("invitations_sent") == 5
    assert door.most == 4
    assert statuses(scene) == {"Accepted": 5}


def test_four_hundred_due_invitations_take_a_handful_of_calls(scene, due):
    due(400)
    report = scene.run()
    assert report.count("invitations_sent") == len(scene.received) == 400
    # 1, 5, 25, 125, 200 and 44 rights; each batch an insert and its outcomes.
    assert scene.emulator.calls.counts("salesforce", "POST", "*/composite/sobjects") == 6
    # and each batch two calls for the look.
    assert scene.emulator.calls.counts("salesforce", "*", "*/composite*") <= 28
    attempts = scene.soql("SELECT Outcome__c FROM Trustpilot_Send_Attempt__c")
    assert [row["Outcome__c"] for row in attempts] == ["Accepted"] * 400
    assert statuses(scene) == {"Accepted": 400}


def test_an_outage_in_the_middle_leaves_no_more_unknown_than_were_under_way(scene, due):
    due(30)
    scene.emulator.faults.add(Fault(**SEND, skip=10, times=None, status=503, body=""))
    report = scene.run()
    assert scene.exit_code(report) is ExitCode.UNREACHABLE
    found = statuses(scene)
    assert found["Accepted"] == 10
    assert 3 <= found["Unknown"] <= 4 + 2
    assert found["Scheduled"] == 30 - 10 - found["Unknown"]
    scene.emulator.faults.clear()
    scene.run()
    assert max(_references(scene).values()) == 1
    assert statuses(scene)["Accepted"] == 30 - found["Unknown"]


def test_after_an_unanswered_one_it_is_one_at_a_time_until_an_answer_comes(scene, due):
    due(9)
    scene.emulator.faults.add(drop_after(**SEND, times=2))
    assert scene.run().count("invitations_sent") == 7
    assert statuses(scene) == {"Accepted": 7, "Unknown": 2}
    assert sorted(_references(scene).values()) == [1] * 9


STOPS = {
    "a 429": (too_many_requests(**SEND, skip=10), ExitCode.ALLOWANCE),
    "a 403": (Fault(**SEND, skip=10, status=403, times=None), ExitCode.SIGN_IN),
}


@pytest.mark.parametrize("stop", STOPS)
def test_what_is_under_way_ends_and_nothing_else_is_sent(scene, due, stop):
    fault, code = STOPS[stop]
    due(30)
    scene.emulator.faults.add(fault)
    report = scene.run()
    assert scene.exit_code(report) is code
    assert scene.emulator.calls.counts(**SEND) <= 10 + 4
    found = statuses(scene)
    assert set(found) == {"Accepted", "Scheduled"}
    assert found["Accepted"] == len(scene.received)
    scene.emulator.faults.clear()
    scene.run()
    assert statuses(scene) == {"Accepted": 30}
    assert sorted(_references(scene).values()) == [1] * 30


def test_a_run_waits_for_its_turn_before_it_takes_rights(scene, due, configured, clock):
    due(12)
    slow = configured(lambda text: text + "limits: {trustpilot: {per_5_minutes: 5}}\n")
    report = scene.run(settings=slow)
    assert scene.exit_code(report) is ExitCode.DONE
    assert sum(clock.slept) >= 600
    attempts = scene.soql("SELECT Started_At__c, Outcome_At__c FROM Trustpilot_Send_Attempt__c")
    for row in attempts:
        held = scene.when(row["Outcome_At__c"]) - scene.when(row["Started_At__c"])
        assert held < timedelta(minutes=1)
    assert statuses(scene) == {"Accepted": 12}


def test_more_than_a_page_of_waiting_invitations_does_not_keep_back_what_is_behind(scene, due):
    due(3)
    (known, *_) = scene.rows()
    values = {
        **{name: known[name] for name in ("Trigger_Object__c", "Channel__c", "Status__c")},
        "Trigger_Record_Id__c": known["Trigger_Record_Id__c"],
        "Due_At__c": "2026-03-01T00:00:00.000+0000",
        "Rule__c": "a rule that is gone",
    }
    for number in range(2001):
        row = {**values, "Claim_Key__c": f"old {number}"}
        scene.emulator.org.insert("Trustpilot_Invitation__c", row)
    scene.emulator.calls.clear()
    report = scene.run()
    assert report.count("invitations_waiting") == 2001
    assert report.count("invitations_sent") == len(scene.received) == 3


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [0, 1, 5, 20])
def test_a_run_killed_among_many_sends_invites_nobody_twice(  # noqa: PLR0913, PLR0917 -- fixtures
    scene, due, dying_door, killed, at, after
):
    due(30)
    first = _calls_before_sending(scene)
    with pytest.raises(killed):
        scene.run(door=dying_door(first + at, after=after))
    scene.emulator.clock.advance(timedelta(minutes=6))
    scene.run()
    scene.run()
    found = statuses(scene)
    assert set(found) <= {"Accepted", "Unknown"}
    references = _references(scene)
    assert max(references.values()) == 1
    for row in scene.rows():
        assert row["Status__c"] == "Unknown" or references[row["Reference_Number__c"]] == 1


def _calls_before_sending(scene):
    """The position of the first mail among the calls of a run; a dry run makes no mail."""
    scene.run(dry_run=True)
    calls = scene.emulator.calls.counts()
    scene.emulator.calls.clear()
    return calls + 1  # the token


def _references(scene):
    found = [mail.reference for mail in scene.received]
    return {reference: found.count(reference) for reference in found}
