"""A run that somebody stops while it sends: nothing begins any more, and everything is told."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import Terminated
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault, meanwhile
from in_process import Button

SEND = {"vendor": "invitations", "method": "POST", "path": "*/email-invitations"}
DUE = 40


@pytest.fixture
def due(started):
    """Forty e-mail invitations about cases that are due."""
    contact = started.contact
    for _ in range(DUE):
        started.emulator.org.insert("Case", {"ContactId": contact, "Status": "Closed"})
    started.run()
    started.emulator.clock.advance(timedelta(days=1, minutes=1))
    started.emulator.calls.clear()


@pytest.fixture
def stopped_run(one_run):
    """Do a pass that this button can stop; all flows, or only some."""

    def run(button, only=("invitations_out",), **options):
        return one_run(only, stopping=button, **options)

    return run


def outcomes(scene):
    rows = scene.soql("SELECT Outcome__c FROM Trustpilot_Send_Attempt__c")
    found = [row["Outcome__c"] for row in rows]
    return {outcome: found.count(outcome) for outcome in set(found)}


def statuses(scene):
    found = [row["Status__c"] for row in scene.rows()]
    return {status: found.count(status) for status in set(found)}


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize("at", [0, 1, 5, 6, 20, 38])
def test_wherever_it_is_stopped_trustpilot_and_the_ledger_agree(scene, stopped_run, at):
    button = Button()
    scene.emulator.faults.add(meanwhile(button.press, skip=at, **SEND))
    report = stopped_run(button)
    sent = len(scene.received)
    assert at < sent <= min(at + 4, DUE)
    assert statuses(scene) == {"Accepted": sent, "Scheduled": DUE - sent}
    assert outcomes(scene).keys() <= {"Accepted", "Not Sent"}
    assert report.count("invitations_sent") == sent
    assert report.count("invitations_waiting") == DUE - sent
    assert scene.exit_code(report) is ExitCode.INTERRUPTED
    assert scene.run().count("invitations_sent") == DUE - sent
    assert len({mail.reference for mail in scene.received}) == len(scene.received) == DUE


@pytest.mark.usefixtures("due")
def test_what_gets_no_answer_in_time_is_unknown_and_the_others_are_given_back(scene, stopped_run):
    button, over = Button(), threading.Event()
    button.has_patience = False

    class StuckDoor(InProcessDoor):
        """Keeps the fifth invitation until the run is over, and lets somebody press the button."""

        turns = 0

        def send(self, request, *args, **options):
            if "email-invitations" in request.url:
                self.turns += 1
                if self.turns == 5:
                    button.press()
                    over.wait(20)
            return super().send(request, *args, **options)

    report = stopped_run(button, door=StuckDoor(scene.emulator))
    unknown = [row for row in scene.rows() if row["Status__c"] == "Unknown"]
    over.set()
    assert 1 <= len(unknown) <= 4
    assert all("no answer came in the time" in row["Reason__c"] for row in unknown)
    assert outcomes(scene).keys() <= {"Accepted", "Not Sent", "Unknown"}
    assert report.count("invitations_unknown") == len(unknown)
    assert {code for code, _ in scene.issues()} == {"invitation_unknown"}


@pytest.mark.usefixtures("due")
def test_no_flow_begins_after_a_stop(scene, stopped_run, reporter):
    button = Button(Terminated)
    scene.emulator.faults.add(meanwhile(button.press, skip=2, **SEND))
    report = stopped_run(button, only=())
    assert reporter.of("flow_started")[-1] == {"flow": "invitations_out"}
    assert "reviews_in" not in [flow.flow for flow in report.flows]
    assert scene.exit_code(report) is ExitCode.TERMINATED


@pytest.mark.usefixtures("due")
def test_a_stop_during_the_look_takes_no_right(scene, stopped_run):
    button = Button()
    look = Fault("salesforce", method="POST", path="*/composite", times=1, skip=1)
    scene.emulator.faults.add(
        Fault(look.vendor, look.method, look.path, look.times, look.skip, meanwhile=button.press)
    )
    report = stopped_run(button)
    assert outcomes(scene) == {}
    assert report.count("invitations_waiting") == DUE


def test_a_stopped_run_leaves_its_row_and_the_marks_as_far_as_they_are_true(
    scene, stopped_run, differences
):
    unit = scene.world.business_unit_id
    for _ in range(250):
        scene.emulator.trustpilot.add_service_review(unit, stars=4)
    button = Button()
    scene.emulator.faults.add(
        meanwhile(button.press, vendor="trustpilot", path="*/reviews", skip=1)
    )
    report = stopped_run(button, only=("reviews_in",))
    assert scene.exit_code(report) is ExitCode.INTERRUPTED
    (row,) = scene.soql("SELECT Exit_Code__c FROM Trustpilot_Run__c")
    assert row["Exit_Code__c"] == ExitCode.INTERRUPTED
    scene.run()
    scene.one_run(["reviews_in"])
    assert differences() == []


def test_a_stop_at_the_very_end_is_told_all_the_same(scene, stopped_run):
    button = Button()
    last = meanwhile(button.press, vendor="trustpilot", path="/v1/business-units/*")
    scene.emulator.faults.add(last)
    report = stopped_run(button, only=("summary",))
    assert scene.exit_code(report) is ExitCode.INTERRUPTED
