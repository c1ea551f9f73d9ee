"""Measures sending 10,000 due e-mail invitations: calls, waiting, and an idle run beside it.

A call to Trustpilot takes 100 ms, a write of rows to the org a second, every other call 200 ms;
calls that are made side by side wait side by side, as they do over a network, and so ten thousand
take about ten minutes. Waits for the rate cost no time. What this machine computes counts, so the
times are too long, never too short. How many links one core makes in a minute is told apart.
Type: .venv/bin/python benchmarks/send_ten_thousand.py (or with a smaller number behind it)
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from connector.config import Settings, load_settings
from connector.core.invitations.sending.links import LinkPayload, business_generated_link
from connector.core.run.report import RunReport
from connector.core.terms.units import LinkKeys
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import (
    INVITATIONS_URL,
    SALESFORCE_URL,
    TRUSTPILOT_URL,
    InProcessDoor,
)
from connector.emulator.ready_config import ready_config
from connector.emulator.world import seed
from connector.flows.engine import RunRequest, run
from connector.wiring import Transports, connect, run_policy

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
INVITATIONS = int(sys.argv[1]) if sys.argv[1:] else 10_000
LINKS = 20_000
TRUSTPILOT, COLLECTION, OTHER = 0.1, 1.0, 0.2
"""Seconds that a call takes, on the clock of the vendors."""
FLOW = ("invitations_out",)


@dataclass(frozen=True)
class InProcess:
    """The emulator's addresses; nothing listens there."""

    salesforce_url: str = SALESFORCE_URL
    trustpilot_url: str = TRUSTPILOT_URL
    invitations_url: str = INVITATIONS_URL
    ca_file: str = ""


class RunningClock(EmulatorClock):
    """The vendors' time, which runs as this machine's does and can be pushed forward."""

    def __init__(self) -> None:
        super().__init__()
        self._began, self._ahead = time.monotonic(), timedelta(0)

    def now(self) -> datetime:
        """Return the time of both vendors."""
        ran = timedelta(seconds=time.monotonic() - self._began)
        return START + ran + self._ahead

    def advance(self, by: timedelta | float) -> None:
        """Let time pass that nobody waits for."""
        self._ahead += by if isinstance(by, timedelta) else timedelta(seconds=by)


@dataclass
class Following:
    """The vendors' clock as the connector's."""

    emulator: Emulator
    waited: float = 0.0

    def now(self) -> datetime:
        """Return the emulated time."""
        return self.emulator.clock.now()

    def monotonic(self) -> float:
        """Return the emulated seconds since the beginning."""
        return (self.now() - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let emulated time pass at once: nobody else does anything meanwhile."""
        self.waited += seconds
        self.emulator.clock.advance(seconds)


class LatentDoor(InProcessDoor):
    """The way to both vendors, which takes its time."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        """Wait as long as the vendor would, then hand the request over."""
        time.sleep(_seconds(str(request.url)))
        return super().send(request, *args, **options)


def _seconds(url: str) -> float:
    if not url.startswith(SALESFORCE_URL):
        return TRUSTPILOT
    return COLLECTION if "/composite/sobjects" in url else OTHER


@dataclass
class Silent:
    """A reporter that keeps nothing."""

    events: Counter[str] = field(default_factory=Counter)

    def event(self, name: str, **_facts: object) -> None:
        """Count the event."""
        self.events[name] += 1

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Say nothing."""


@dataclass
class Stage:
    """One emulator with closed cases, and the configuration of a connector in front of it."""

    emulator: Emulator
    settings: Settings
    clock: Following
    runs: int = 0

    def run(self) -> RunReport:
        """Do one pass, with a door and session of its own, as another process would."""
        self.runs += 1
        door = LatentDoor(self.emulator)
        world = connect(self.settings, Silent(), Transports(door, door, self.clock))
        policy = run_policy(self.settings)
        rules = tuple(replace(rule, after=timedelta(hours=1)) for rule in policy.rules)
        request = RunRequest(f"benchmark-{self.runs}", FLOW)
        report = run(world, replace(policy, rules=rules), request)
        if report.failures:
            raise report.failures[0]
        return report


def main() -> None:
    """Print what claiming, sending and idling cost, and how fast links are made."""
    stage = _stage()
    measured("claiming", stage, "invitations_claimed")
    stage.emulator.clock.advance(timedelta(hours=1, minutes=1))
    measured("sending", stage, "invitations_sent")
    received = stage.emulator.trustpilot.mailbox.received
    if len({mail.reference for mail in received}) != len(received) or len(received) != INVITATIONS:
        raise SystemExit("Not everybody was invited exactly once.")
    stage.emulator.clock.advance(timedelta(hours=1))
    measured("idle", stage, "invitations_sent")
    _say(f"links: {links_in_a_minute():,.0f} a minute on one core")


def measured(name: str, stage: Stage, word: str) -> None:
    """Print what one run did, its calls, and the time that passed for it."""
    before, waited, computing = stage.clock.monotonic(), stage.clock.waited, time.perf_counter()
    report = stage.run()
    totals = Counter[str]()
    for calls in report.calls.values():
        totals.update(calls)
    _say(
        f"{name}: {report.count(word)} {word}\n"
        f"  calls: {dict(totals)}\n"
        f"  emulated time: {stage.clock.monotonic() - before:.1f} s, of which "
        f"{stage.clock.waited - waited:.1f} s waiting\n"
        f"  computing, emulator included: {time.perf_counter() - computing:.1f} s"
    )


def links_in_a_minute() -> float:
    """Return how many business-generated links this machine makes in a minute."""
    keys = LinkKeys(os.urandom(32), os.urandom(32))
    began = time.perf_counter()
    for number in range(LINKS):
        payload = LinkPayload(
            "fielding@example.com", "Maya Fielding", f"{number:08d}", ("TENT-2P-GRN",), ("web",)
        )
        business_generated_link(
            "https://www.trustpilot.com", "shop.example", keys, payload, os.urandom(16)
        )
    return LINKS / (time.perf_counter() - began) * 60


def _stage() -> Stage:
    emulator = Emulator(clock=RunningClock())
    seed(emulator, service_reviews=0, product_reviews=0, people=3)
    text, environ = ready_config(InProcess(), emulator.credentials)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        # Three customers have ten thousand cases, and each is asked about.
        defaults = "invitations:\n  defaults: {cooldown: 0}\n"
        path.write_text(text.replace("invitations:\n", defaults, 1), encoding="utf-8")
        settings = load_settings(path, {**os.environ, **environ}, require_secrets=True)
    stage = Stage(emulator, settings, Following(emulator))
    stage.run()
    emulator.clock.advance(timedelta(minutes=1))
    contacts = emulator.org.query("SELECT Id FROM Contact WHERE Email != null ORDER BY Id")
    for number in range(INVITATIONS):
        contact = contacts[number % len(contacts)]["Id"]
        emulator.org.insert("Case", {"ContactId": contact, "Status": "Closed"})
    return stage


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
