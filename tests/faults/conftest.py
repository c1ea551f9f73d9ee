"""A shop that only invites, at both emulated vendors, and ways to end a run before its time.

The world is tiny and reused within a test: every round adds new experiences to it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from connector.config import Settings, load_settings
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import InProcessDoor
from connector.emulator.ready_config import ready_config
from connector.emulator.salesforce.rest.settings import ConnectedApp
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.wiring import Transports, connect, run_policy
from in_process import IN_PROCESS, START, Door, FollowingClock, Killed, Quiet, dying_door

LEASE = timedelta(minutes=6)
"""Longer than a run may be silent before its rights count as abandoned."""

RULES = """\
  defaults: {cooldown: 0, latest: 0}
  rules:
    - name: solved
      on: Case
      becomes: {Status: Closed}
      to: contact
      after: 1 hour
      as: email
    - name: escalated
      on: Case
      becomes: {Status: Escalated}
      to: contact
      after: 1 hour
      as: business_generated_link
    - name: won
      on: Opportunity
      becomes: {StageName: Closed Won}
      to: primary_contact
      after: 0
      as: email
"""


@dataclass
class Shop:
    """The emulator, the settings that reach it, and everything a test does to both."""

    emulator: Emulator
    settings: Settings
    contact: str
    account: str
    made: list[str] = field(default_factory=list)
    numbers: Iterable[int] = field(default_factory=lambda: count(1))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *, door: InProcessDoor | None = None, only: tuple[str, ...] = ()):
        """Do one pass as a process of its own would; `Killed` ends it like `kill -9`."""
        carrier = door or InProcessDoor(self.emulator)
        world = connect(
            self.settings, Quiet(), Transports(carrier, carrier, FollowingClock(self.emulator))
        )
        with self.lock:
            run_id = f"run-{next(self.numbers)}"
        return engine_run(world, run_policy(self.settings), RunRequest(run_id, only))

    def killed(self, at: int, *, after: bool) -> Door:
        return dying_door(self.emulator, at, after=after)

    def two_at_once(self, one_at: int, other_at: int, only: tuple[str, ...]) -> None:
        """Let two runs overlap in one way of many, the same each time.

        One run halts at a call; the other starts and halts at a call of its own; then the one
        goes on to its end, and after it the other.
        """
        halted, go_on = threading.Event(), threading.Event()

        def halt() -> None:
            halted.set()
            go_on.wait(30)

        def other_run() -> None:
            self.run(door=Door(self.emulator, meets={other_at: halt}), only=only)
            halted.set()

        thread = threading.Thread(target=other_run)

        def start_other() -> None:
            thread.start()
            halted.wait(30)

        self.run(door=Door(self.emulator, meets={one_at: start_other}), only=only)
        go_on.set()
        thread.join()

    def case(self, status: str) -> None:
        """Somebody opens a case and brings it into this status at once."""
        values = {"ContactId": self.contact, "Status": status}
        self.made.append(self.emulator.org.insert("Case", values))

    def opportunity(self) -> None:
        """Somebody wins an opportunity with a primary contact."""
        org = self.emulator.org
        values = {"Name": "O", "StageName": "Closed Won", "CloseDate": "2026-03-02"}
        made = org.insert("Opportunity", {**values, "AccountId": self.account})
        role = {"OpportunityId": made, "ContactId": self.contact, "IsPrimary": True}
        org.insert("OpportunityContactRole", role)
        self.made.append(made)

    def pass_time(self, by: timedelta = LEASE) -> None:
        self.emulator.clock.advance(by)

    def received(self) -> Counter[str]:
        """How often each reference number arrived at the emulated Trustpilot."""
        return Counter(mail.reference for mail in self.emulator.trustpilot.mailbox.received)

    def assert_never_twice(self) -> Counter[str]:
        """Every experience ended once, the mail's end matches what arrived; count the ends."""
        received = self.received()
        assert max(received.values(), default=0) <= 1, received.most_common(3)
        rows = self.emulator.org.query(
            "SELECT Id, Trigger_Record_Id__c, Status__c, Channel__c, Reference_Number__c "
            "FROM Trustpilot_Invitation__c"
        )
        assert sorted(row["Trigger_Record_Id__c"] for row in rows) == sorted(self.made)
        told = {
            row["Record__c"]
            for row in self.emulator.org.query(
                "SELECT Record__c FROM Trustpilot_Issue__c "
                "WHERE Status__c = 'Open' AND Code__c = 'invitation_unknown'"
            )
        }
        for row in rows:
            status, arrived = row["Status__c"], received[row["Reference_Number__c"]]
            if row["Channel__c"] == "Email":
                assert status in ("Accepted", "Unknown"), row
                assert arrived == 1 or status == "Unknown", row
            else:
                assert status == "Link Ready", row
            assert (row["Id"] in told) is (status == "Unknown"), row
        return Counter(row["Status__c"] for row in rows)


@pytest.fixture
def shop_of(tmp_path):
    """Open a shop on an emulator, reached by the given addresses."""

    def opened(emulator: Emulator, addresses: Any = IN_PROCESS) -> Shop:
        state = emulator.trustpilot
        state.add_business_unit("shop.example.com", display_name="Shop")
        state.switches.calls_per_five_minutes = state.switches.calls_per_hour = None
        app = ConnectedApp("client", "secret", run_as="integration@example.com")
        emulator.salesforce.settings.connected_apps.append(app)
        org = emulator.org
        for sobject in ("Contact", "Lead"):  # as the connector's permission set does
            org.show_field(sobject, "HasOptedOutOfEmail")
        account = org.insert("Account", {"Name": "Example Customer"})
        person = {"LastName": "Fielding", "Email": "fielding@example.com", "AccountId": account}
        text, environ = ready_config(addresses, emulator.credentials)
        head, _, _ = text.partition("  rules:\n")
        path = tmp_path / "config.yaml"
        path.write_text(head + RULES, encoding="utf-8")
        settings = load_settings(path, environ, require_secrets=True)
        return Shop(emulator, settings, org.insert("Contact", person), account)

    return opened


@pytest.fixture
def shop(shop_of):
    """A shop behind the in-process door, on a clock that only tests and waiting gateways move."""
    return shop_of(Emulator(clock=EmulatorClock(frozen_at=START)))


@pytest.fixture
def killed():
    """What a dying door raises (test folders are no packages to import from)."""
    return Killed
