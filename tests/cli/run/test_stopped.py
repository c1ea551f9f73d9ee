"""Ctrl-C and SIGTERM at real processes that send: what went out, and what the ledger says of it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

import connector
from connector.emulator.app import Emulator
from connector.emulator.faults import Fault, slow
from connector.emulator.https_doors import HttpsDoors
from connector.emulator.world import seed

SENDS = {"vendor": "invitations", "method": "POST", "path": "*/email-invitations"}
DUE = 40


def until(holds, patience=20.0):
    """Wait until it holds."""
    over = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < over, "it never came to that"
        time.sleep(0.02)


class Shop:
    """A desk with forty due invitations, each about a case of its own."""

    def __init__(self, desk):
        self.desk, self.emulator = desk, desk.emulator
        case = self.emulator.org.retrieve("Case", desk.world.case_id, ["ContactId"])
        desk.type("run")
        self.emulator.clock.advance(3600)
        for _ in range(DUE):
            values = {"ContactId": case["ContactId"], "Status": "Closed"}
            self.emulator.org.insert("Case", values)
        desk.type("run")
        self.emulator.clock.advance(90_000)
        self.emulator.calls.clear()

    @property
    def received(self):
        return [mail.reference for mail in self.emulator.trustpilot.mailbox.received]

    def statuses(self):
        rows = self.emulator.org.query(
            "SELECT Reference_Number__c, Status__c, Reason__c FROM Trustpilot_Invitation__c"
        )
        return {row["Reference_Number__c"]: row["Status__c"] for row in rows}

    def outcomes(self):
        rows = self.emulator.org.query("SELECT Outcome__c FROM Trustpilot_Send_Attempt__c")
        return Counter(row["Outcome__c"] for row in rows)


@pytest.fixture
def served():
    """Both vendors behind HTTPS for one test: what one stops is not left to the next."""
    emulator = Emulator()
    world = seed(emulator, service_reviews=4, product_reviews=0, people=3)
    with HttpsDoors(emulator) as doors:
        yield emulator, world, doors


@pytest.fixture
def shop(desk):
    return Shop(desk)


@pytest.fixture
def started(command, desk):
    """Start a command as a process of its own; it is gone after the test."""
    running = []

    def start(*arguments):
        here = str(Path(connector.__file__).parents[1])
        process = subprocess.Popen(  # noqa: S603  our own module
            [*command, *arguments],
            env={**desk.process_environ(), "PYTHONPATH": here},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("number", "code", "by"),
    [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")],
)
def test_a_stopped_send_leaves_nothing_unknown_and_the_next_sends_the_rest(
    shop, started, number, code, by
):
    shop.emulator.faults.add(slow(0.4, **SENDS))
    process = started("run", "--only", "invitations_out", "--json")
    until(lambda: len(shop.received) >= 10)

    process.send_signal(number)
    shown, said = process.communicate(timeout=30)

    sent = len(shop.received)
    assert process.returncode == code, said
    assert sent < DUE
    told = json.loads(shown)
    (failure,) = told["failures"]
    assert told["exit_code"] == code
    assert failure["message"] == (
        f"Stopped by {by}: {sent} sent, {DUE - sent} wait for the next run."
    )
    accepted = {ref for ref, status in shop.statuses().items() if status == "Accepted"}
    assert accepted == set(shop.received)
    assert Counter(shop.statuses().values()) == {"Accepted": sent, "Scheduled": DUE - sent}
    assert shop.outcomes().keys() <= {"Accepted", "Not Sent"}
    (row,) = shop.emulator.org.query(
        f"SELECT Exit_Code__c FROM Trustpilot_Run__c WHERE Run_Id__c = '{told['run_id']}'"  # noqa: S608
    )
    assert row["Exit_Code__c"] == code
    shop.emulator.faults.clear()
    shop.desk.type("run", "--only", "invitations_out")
    assert len(shop.received) == DUE
    assert len(set(shop.received)) == DUE


def test_a_person_reads_what_was_sent_and_what_waits(shop, started):
    shop.emulator.faults.add(slow(0.4, **SENDS))
    process = started("run", "--only", "invitations_out")
    until(lambda: len(shop.received) >= 7)

    process.send_signal(signal.SIGINT)
    shown, said = process.communicate(timeout=30)

    sent = len(shop.received)
    assert "Stopping: what is under way ends" in said
    assert f"Stopped by Ctrl-C: {sent} sent, {DUE - sent} wait for the next run." in shown
    assert "Exit 130: Stopped by Ctrl-C; the next run resumes." in shown
    assert "Traceback" not in said


def test_a_second_ctrl_c_ends_at_once(shop, started):
    shop.emulator.faults.add(slow(15, **SENDS))
    process = started("run", "--only", "invitations_out", "--json")
    until(lambda: shop.received)

    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    shown, said = process.communicate(timeout=10)

    assert process.returncode == 130
    assert time.monotonic() - began < 5
    assert "Ended at once" in said
    assert shown == ""


def test_a_signal_passed_on_twice_is_one_signal(shop, started):
    shop.emulator.faults.add(slow(0.4, **SENDS))
    process = started("run", "--only", "invitations_out", "--json")
    until(lambda: len(shop.received) >= 7)

    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=30)

    assert process.returncode == json.loads(shown)["exit_code"] == 130
    assert None not in shop.outcomes()


def test_a_wait_for_a_rate_ends_with_the_signal(shop, started):
    limited = shop.desk.text + "\nlimits: {trustpilot: {per_5_minutes: 12}}\n"
    shop.desk.write(limited)
    process = started("run", "--only", "invitations_out", "--json")
    until(lambda: shop.received)
    time.sleep(2)
    assert process.poll() is None
    assert process.poll() is None

    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=30)

    assert time.monotonic() - began < 10
    assert json.loads(shown)["exit_code"] == process.returncode == 130
    assert None not in shop.outcomes()


def test_reviews_come_with_the_next_run_where_one_was_stopped(desk, started):
    unit = desk.world.business_unit_id
    state = desk.emulator.trustpilot
    added = {state.add_service_review(unit, stars=4)["id"] for _ in range(250)}
    desk.emulator.faults.add(Fault("trustpilot", path="*/reviews", skip=1, delay_seconds=3))
    desk.emulator.calls.clear()
    process = started("run", "--json")
    until(lambda: desk.emulator.calls.counts("trustpilot", path="*/reviews"))

    process.send_signal(signal.SIGTERM)
    shown, said = process.communicate(timeout=40)

    assert process.returncode == json.loads(shown)["exit_code"] == 143, said
    desk.type("run")
    stored = desk.emulator.org.query("SELECT External_Id__c FROM Trustpilot_Review__c")
    assert added <= {row["External_Id__c"] for row in stored}


def test_after_twenty_seconds_nothing_is_waited_for_and_what_had_no_answer_is_unknown(
    shop, started
):
    shop.emulator.faults.add(slow(50, **SENDS))
    process = started("run", "--only", "invitations_out", "--json")
    until(lambda: shop.received)

    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    shown, said = process.communicate(timeout=45)

    assert 19 < time.monotonic() - began < 35
    assert process.returncode == json.loads(shown)["exit_code"] == 143, said
    assert Counter(shop.statuses().values()) == {"Unknown": 1, "Scheduled": DUE - 1}
    assert shop.outcomes() == {"Unknown": 1}
    assert len(shop.received) == 1
