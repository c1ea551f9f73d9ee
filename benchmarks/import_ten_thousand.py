"""Measures a first import of 10,000 reviews: calls, and time beside the Trustpilot reads alone.

Every call takes 100 ms on the emulator's clock, which the connector waits by; what this
machine needs to compute is told apart. Type: .venv/bin/python benchmarks/import_ten_thousand.py
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.config import Settings, load_settings
from connector.core.plan_import import ImportEstimate, ImportRange
from connector.core.run_report import RunReport
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import (
    INVITATIONS_URL,
    SALESFORCE_URL,
    TRUSTPILOT_URL,
    InProcessDoor,
)
from connector.emulator.faults import Fault
from connector.emulator.ready_config import ready_config
from connector.emulator.world import World as Seeded
from connector.emulator.world import seed
from connector.flows.engine import RunRequest, World, import_since
from connector.wiring import Transports, connect, run_policy

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
SERVICE, PRODUCT, DAYS = 9_000, 1_000, 365
LATENCY = 0.1


@dataclass(frozen=True)
class InProcess:
    """The emulator's addresses; nothing listens there."""

    salesforce_url: str = SALESFORCE_URL
    trustpilot_url: str = TRUSTPILOT_URL
    invitations_url: str = INVITATIONS_URL
    ca_file: str = ""


@dataclass
class Following:
    """The emulator's clock as the connector's: waits and latencies add up there."""

    emulator: Emulator
    waited: float = 0.0

    def now(self) -> datetime:
        """Return the emulated time."""
        return self.emulator.clock.now()

    def monotonic(self) -> float:
        """Return the emulated seconds since the beginning."""
        return (self.now() - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let emulated time pass."""
        self.waited += seconds
        self.emulator.clock.advance(seconds)


@dataclass
class Silent:
    """A reporter that keeps nothing."""

    events: Counter[str] = field(default_factory=Counter)

    def event(self, name: str, **_facts: object) -> None:
        """Count the event."""
        self.events[name] += 1

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Stage:
    """One emulator with its reviews, a connector in front of it, and the clock of both."""

    emulator: Emulator
    seeded: Seeded
    settings: Settings
    world: World
    clock: Following


def main() -> None:
    """Print what an import and a repeat of it cost."""
    stage = _stage()
    reads = _reads_alone(stage)
    _say(f"Trustpilot reads alone: {reads:.1f} s")
    for name in ("first import", "the same again"):
        before, waited, computing = stage.clock.monotonic(), stage.clock.waited, time.perf_counter()
        report, estimate = _import(stage)
        seconds = stage.clock.monotonic() - before
        _say(
            f"{name}: {report.count('reviews_new')} new, "
            f"{report.count('reviews_unchanged')} unchanged\n"
            f"  estimate: Trustpilot {estimate.trustpilot}, Salesforce {estimate.salesforce}\n"
            f"  calls: {_calls(report)}\n"
            f"  emulated time: {seconds:.1f} s, of which {stage.clock.waited - waited:.1f} s "
            f"waiting; {seconds / reads:.2f} x the reads alone\n"
            f"  computing, emulator included: {time.perf_counter() - computing:.1f} s"
        )


def _stage() -> Stage:
    emulator = Emulator(clock=EmulatorClock(frozen_at=START))
    seeded = seed(emulator, service_reviews=SERVICE, product_reviews=PRODUCT, days=DAYS)
    text, environ = ready_config(InProcess(), emulator.credentials)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(text, encoding="utf-8")
        settings = load_settings(path, {**os.environ, **environ}, require_secrets=True)
    clock = Following(emulator)
    door = InProcessDoor(emulator)
    world = connect(settings, Silent(), Transports(door, door, clock))
    emulator.faults.add(Fault("*", delay_seconds=LATENCY, times=None))
    return Stage(emulator, seeded, settings, world, clock)


def _reads_alone(stage: Stage) -> float:
    """Return the emulated seconds that the lists of both kinds take by themselves."""
    trustpilot, unit = stage.world.trustpilot, stage.seeded.business_unit_id
    began = stage.clock.monotonic()
    start, end = START - timedelta(days=DAYS + 1), stage.clock.now()
    pages = [*trustpilot.service_reviews(unit, start, end), *trustpilot.product_reviews(unit)]
    if sum(len(page.reviews) for page in pages) < SERVICE + PRODUCT:
        raise SystemExit("The lists are not complete.")
    return stage.clock.monotonic() - began


def _import(stage: Stage) -> tuple[RunReport, ImportEstimate]:
    announced: list[ImportEstimate] = []
    # Another door and session, as another process would have: sign-ins are part of the cost.
    door = InProcessDoor(stage.emulator)
    world = connect(stage.settings, Silent(), Transports(door, door, stage.clock))
    request = RunRequest(f"benchmark-{stage.clock.monotonic()}")
    policy = run_policy(stage.settings)
    report = import_since(world, policy, request, ImportRange(days=DAYS + 1), announced.append)
    if report.failures:
        raise report.failures[0]
    return report, announced[0]


def _calls(report: RunReport) -> str:
    return "; ".join(
        f"{part} " + ", ".join(f"{vendor} {count}" for vendor, count in calls.items())
        for part, calls in report.calls.items()
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
