"""Four processes work off 2,000 due invitations side by side, with faults, and some are killed.

Real `connector run` processes, over HTTPS, against `connector emulator` in a process of its own.
What counts is what the emulated Trustpilot received.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    expired_session,
    html_page,
    too_many_requests,
    truncated_json,
)
from processes import Place, Rehearsal, places, rehearsal

SEEDS = os.environ.get("CRASH_SEEDS", "1").split()
"""One story for each of these numbers."""

DUE = 2_000
PROCESSES = 4
MOST_ROUNDS = 20
KILLS = (2, 1, 1)
"""So many processes are killed in the first rounds, and started again."""

COMMAND = ("run", "--only", "invitations_out")
READ_TIMEOUT = 15
LEASE = 6 * 60
"""Seconds; longer than a run may be silent before its rights count as abandoned."""

MAILS = {"vendor": "invitations", "method": "POST"}
ROWS = {"vendor": "salesforce", "path": "/services/data/*"}
INSERTS = {"vendor": "salesforce", "method": "POST", "path": "*/composite/sobjects"}
ON_MAILS = (
    replace(drop_before(**MAILS), name="mail dropped before"),
    replace(drop_after(**MAILS), name="mail dropped after"),
    replace(truncated_json(**MAILS), name="mail truncated"),
    replace(html_page(**MAILS), name="mail and HTML"),
    Fault(**MAILS, status=500, body="", name="mail 500"),
    replace(too_many_requests(1, **MAILS), name="mail 429"),
)
ON_ROWS = (
    replace(drop_before(**ROWS), name="rows dropped before"),
    replace(drop_after(**ROWS), name="rows dropped after"),
    replace(truncated_json(**ROWS), name="rows truncated"),
    replace(html_page(**ROWS), name="rows and HTML"),
    replace(expired_session(), name="rows and no session"),
    Fault(**ROWS, status=500, body="", name="rows 500"),
)
ON_INSERTS = (
    replace(drop_before(**INSERTS), name="insert dropped before"),
    replace(drop_after(**INSERTS), name="insert dropped after"),
)
AMONG = ((ON_MAILS, 600), (ON_ROWS, 60), (ON_INSERTS, 8))
"""Faults, and among how many calls of their kind each of them strikes one."""

TOO_LATE = Fault(**MAILS, skip=50, delay_seconds=READ_TIMEOUT + 1, name="mail too late")
"""Once is enough: who waits for it waits for real."""

SAID_NOT_SENT = "mail 429"
"""Of all faults of a mail this one says that nothing was sent, so another try may follow."""


@dataclass
class Crowd:
    """Four places with a process in each, on one org with 2,000 experiences."""

    vendors: Rehearsal
    places: list[Place]
    rng: random.Random
    cases: dict[str, str]
    killed: int = 0

    def one_run(self) -> None:
        self.places[0].start(*COMMAND)
        assert self.places[0].end() == 0

    def customers_come(self) -> None:
        """So many customers have a case, which is closed."""
        names = [f"customer{number}" for number in range(DUE)]
        people = [{"LastName": name, "Email": f"{name}@example.com"} for name in names]
        contacts = self.vendors.insert("Contact", people)
        closed = [{"ContactId": contact, "Status": "Closed"} for contact in contacts]
        made = set(self.vendors.insert("Case", closed))
        rows = self.vendors.soql("SELECT Id, CaseNumber FROM Case")
        self.cases = {row["Id"]: row["CaseNumber"] for row in rows if row["Id"] in made}

    def bad_luck(self) -> None:
        """Faults of every kind lie in wait, at calls that nobody chose."""
        for faults, calls in AMONG:
            for fault in self.rng.sample(faults, len(faults)):
                self.vendors.arm(replace(fault, skip=self.rng.randrange(calls)))

    def round(self, kills: int) -> set[int]:
        """All start, some are killed and start again, all end; how those ended that were not."""
        for place in self.places:
            place.start(*COMMAND)
        for _ in range(kills):
            time.sleep(self.rng.uniform(0.5, 3))
            self.kill_one()
        return {place.end() for place in self.places if place.is_busy}

    def kill_one(self) -> None:
        busy = [place for place in self.places if not place.has_ended()]
        if busy:
            place = self.rng.choice(busy)
            self.killed += place.kill() == -signal.SIGKILL
            place.start(*COMMAND)

    def work(self) -> set[int]:
        """Rounds with faults and kills, then rounds without, until nothing is left to do."""
        codes: set[int] = set()
        self.vendors.arm(TOO_LATE)
        for number in range(MOST_ROUNDS):
            if number < len(KILLS):
                self.bad_luck()
            codes |= self.round(KILLS[number] if number < len(KILLS) else 0)
            self.vendors.disarm()
            self.vendors.pass_time(LEASE)
            if not self.waiting() and number >= len(KILLS):
                return codes
        raise AssertionError(f"{self.waiting()} invitations wait after {MOST_ROUNDS} rounds")

    def waiting(self) -> int:
        """How many invitations some run still has to deal with."""
        rows = self.vendors.soql("SELECT Status__c FROM Trustpilot_Invitation__c")
        return sum(row["Status__c"] in ("Scheduled", "Sending") for row in rows)


@pytest.fixture(scope="module", params=SEEDS)
def ended(request, tmp_path_factory) -> Crowd:
    """The crowd after everything; whoever looks at it says with which seed it happened."""
    folder = tmp_path_factory.mktemp("crowd")
    with rehearsal(folder) as vendors, _places(vendors, folder) as four:
        crowd = Crowd(vendors, four, random.Random(request.param), {})  # noqa: S311 - dice
        crowd.one_run()
        vendors.pass_time(3600)
        crowd.customers_come()
        crowd.one_run()
        vendors.pass_time(25 * 3600)
        codes = crowd.work()
        assert codes <= {0, 1, 3, 5}, f"CRASH_SEEDS={request.param}"
        yield crowd


def _places(vendors: Rehearsal, folder: Path) -> Any:
    with vendors.config.open("a", encoding="utf-8") as config:
        config.write(f"limits: {{timeouts: {{read: {READ_TIMEOUT} seconds}}}}\n")
    return places(PROCESSES, vendors.environ, folder / "log")


LEDGER = (
    "SELECT Id, Trigger_Record_Id__c, Status__c, Reason_Code__c, Reference_Number__c "
    "FROM Trustpilot_Invitation__c"
)
TOLD = (
    "SELECT Record__c FROM Trustpilot_Issue__c "
    "WHERE Status__c = 'Open' AND Code__c = 'invitation_unknown'"
)
SILENT = "SELECT Run_Id__c FROM Trustpilot_Send_Attempt__c WHERE Outcome__c = null"


def test_of_two_thousand_none_is_received_twice_and_none_is_lost(ended):
    rows = ended.vendors.soql(LEDGER)
    received = Counter(
        mail["reference"] for mail in ended.vendors.ask("GET", "/received")["invitations"]
    )
    assert received.most_common(1)[0][1] == 1
    assert Counter(row["Trigger_Record_Id__c"] for row in rows) == Counter(ended.cases.keys())
    assert len(rows) == DUE
    assert received.keys() <= set(ended.cases.values())
    for row in rows:
        arrived = received[ended.cases[row["Trigger_Record_Id__c"]]]
        assert (row["Status__c"], arrived) in {
            ("Accepted", 1),
            ("Unknown", 0),
            ("Unknown", 1),
            ("Failed", 0),
        }, row
        assert row["Reason_Code__c"] or row["Status__c"] == "Accepted", row


def test_every_unknown_one_is_told_to_a_person_and_has_a_lost_answer_or_a_killed_run(ended):
    rows = ended.vendors.soql(LEDGER)
    unknown = {row["Id"] for row in rows if row["Status__c"] == "Unknown"}
    assert {row["Record__c"] for row in ended.vendors.soql(TOLD)} == unknown
    struck = Counter(call["fault"] for call in ended.vendors.ask("GET", "/calls")["calls"])
    faults = [fault.name for fault in (*ON_MAILS, TOO_LATE) if fault.name != SAID_NOT_SENT]
    lost = sum(struck[name] for name in faults)
    silent = ended.vendors.soql(SILENT)
    assert len({row["Run_Id__c"] for row in silent}) <= ended.killed
    assert 0 < lost <= len(unknown) <= lost + len(silent)
    assert sum(row["Status__c"] == "Accepted" for row in rows) > DUE / 2


def test_every_fault_struck_and_processes_died(ended):
    struck = {call["fault"] for call in ended.vendors.ask("GET", "/calls")["calls"]}
    armed = [TOO_LATE, *(fault for faults, _ in AMONG for fault in faults)]
    assert {fault.name for fault in armed} <= struck
    assert ended.killed > 1
