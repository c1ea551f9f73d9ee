"""What all flow tests share: a small business at both vendors, and whole runs against it.

A test says `one_run()` and gets the report of one pass, made by fresh gateways through the
in-process door, as a new process would make it. Time stands still unless a test, or a gateway
that waits, moves `emulator.clock`. A module that wants another world overrides `world`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

import in_process
from connector.config import Settings, load_settings
from connector.core.run.report import RunReport
from connector.emulator.app import Emulator
from connector.emulator.calls import Call
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import InProcessDoor
from connector.emulator.ready_config import ready_config
from connector.emulator.trustpilot.reviews.service import Bounds
from connector.emulator.world import World, seed
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.flows.ports import Stopping
from connector.wiring import Transports, connect, run_policy
from in_process import IN_PROCESS, START, Door, FollowingClock, Killed, without_limits


@dataclass
class RecordingReporter:
    """Keeps every event and progress of the runs it is given to."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    steps: list[tuple[str, int, int | None]] = field(default_factory=list)

    def event(self, name: str, **facts: object) -> None:
        self.events.append((name, facts))

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        self.steps.append((what, done, total))

    def of(self, name: str) -> list[dict[str, Any]]:
        """The facts of every event of this name."""
        return [facts for event, facts in self.events if event == name]


def _as_kept(text: str | None) -> str | None:
    """What the org is to keep of a text: all but outer blanks, and one kind of line break."""
    return (text or "").replace("\r\n", "\n").strip() or None


def _last_comment(state: Any, review: dict[str, Any]) -> str | None:
    """The last word of the business below a product review; of old ones it is not read."""
    if review["createdAt"] < START - timedelta(days=30):
        return None
    thread = state.product.conversations.get(review.get("conversationId"))
    said = (
        [one.content for one in thread.comments if one.author_type == "businessUser"]
        if thread
        else []
    )
    return said[-1] if said else None


def what_differs(emulator: Emulator, since: datetime) -> list[str]:
    """Say how the org's reviews differ from those Trustpilot got since then: [] means not at all.

    Trustpilot's side is read from its own state, the org's by a query: no code of ours between.
    """
    state = emulator.trustpilot
    expected = {
        review["id"]: (
            "Service",
            review.get("stars", 5),
            _as_kept(review.get("text")),
            (review.get("companyReply") or {}).get("text"),
        )
        for unit_id in state.units
        for review in state.service.of_unit(unit_id, Bounds(since, None))
    } | {
        review["id"]: (
            "Product",
            review.get("stars", 5),
            _as_kept(review.get("content")),
            _last_comment(state, review),
        )
        for review in state.product.reviews.values()
        if review["createdAt"] >= since
    }
    rows = emulator.org.query(
        "SELECT External_Id__c, Type__c, Stars__c, Text__c, Live_Reply__c FROM Trustpilot_Review__c"
    )
    found = [
        (
            row["External_Id__c"],
            (row["Type__c"], row["Stars__c"], row["Text__c"], row["Live_Reply__c"]),
        )
        for row in rows
    ]
    ids = [review_id for review_id, _ in found]
    said = [f"{review_id} is lost" for review_id in expected.keys() - set(ids)]
    said += [f"{review_id} is there twice" for review_id in set(ids) if ids.count(review_id) > 1]
    said += [
        f"{review_id} is {values}, should be {expected.get(review_id)}"
        for review_id, values in found
        if values != expected.get(review_id)
    ]
    return sorted(said)


@pytest.fixture
def bare() -> Emulator:
    """Both vendors with nothing in them, at START on a clock that only tests move."""
    return Emulator(clock=EmulatorClock(frozen_at=START))


@pytest.fixture
def world_without_reviews(bare) -> World:
    """A few customers, three records in an early stage, a business unit without any review."""
    return seed(bare, service_reviews=0, product_reviews=0, people=3)


@pytest.fixture
def world(world_without_reviews) -> World:
    """What is at both vendors before a test begins."""
    return world_without_reviews


@pytest.fixture
def emulator(bare, world) -> Emulator:
    """The emulator with `world` in it."""
    assert world.business_unit_id in bare.trustpilot.units
    return bare


@pytest.fixture(scope="session")
def loaded(tmp_path_factory):
    """Load a configuration text, each text once: reading YAML and metadata takes its time."""
    known: dict[str, Settings] = {}

    def load(text: str, environ: dict[str, str]) -> Settings:
        if text not in known:
            path = tmp_path_factory.mktemp("configuration") / "config.yaml"
            path.write_text(text, encoding="utf-8")
            known[text] = load_settings(path, environ, require_secrets=True)
        return known[text]

    return load


@pytest.fixture
def configured(emulator, loaded):
    """Load the emulator's ready configuration, without limits, after `change(text) -> text`."""

    def load(change=lambda text: text) -> Settings:
        text, environ = ready_config(IN_PROCESS, emulator.credentials)
        return loaded(change(without_limits(text)), environ)

    return load


@pytest.fixture
def settings(configured) -> Settings:
    """The ready configuration without limits."""
    return configured()


@pytest.fixture
def reporter() -> RecordingReporter:
    """Hears everything that `one_run` reports: `reporter.of("claimed")`, `reporter.events`."""
    return RecordingReporter()


@pytest.fixture
def clock(emulator) -> FollowingClock:
    """The clock of every `one_run`; `clock.slept` are the waits in seconds."""
    return FollowingClock(emulator)


@pytest.fixture
def passes_on(reporter):
    """Make a `one_run` for any emulator: for tests that need many worlds."""

    def make(emulator: Emulator, usual: Settings, clock: FollowingClock | None = None):
        numbers, ticking = count(1), clock or FollowingClock(emulator)

        def one_run(
            only: Iterable[str] = (),
            *,
            dry_run: bool = False,
            settings: Settings = usual,
            door: InProcessDoor | None = None,
            stopping: Stopping | None = None,
        ) -> RunReport:
            carrier = door or InProcessDoor(emulator)
            carriers = Transports(carrier, carrier, ticking)
            world = connect(settings, reporter, carriers, stopping)
            request = RunRequest(f"run-{next(numbers)}", tuple(only), dry_run)
            return engine_run(world, run_policy(settings), request)

        return one_run

    return make


@pytest.fixture
def one_run(passes_on, emulator, settings, clock):
    """Do one pass as a process of its own would: fresh gateways, fresh sign-in.

    `one_run(only=(), dry_run=False, settings=..., door=..., stopping=...)`; raises what the
    engine raises.
    """
    return passes_on(emulator, settings, clock)


@pytest.fixture
def dying_door(emulator):
    """Make a door that kills the run: `one_run(door=dying_door(3, after=True))` -> `Killed`."""
    usual = emulator

    def make(at: int, *, after: bool, emulator: Emulator = usual) -> Door:
        return in_process.dying_door(emulator, at, after=after)

    return make


@pytest.fixture
def killed() -> type[Killed]:
    """What a dying door raises (test folders are no packages to import from)."""
    return Killed


@pytest.fixture
def writes(emulator):
    """The calls that wanted to change something at a vendor: `writes("salesforce")`.

    Sign-ins and Salesforce's composite queries are POSTs, but no writes.
    """

    def of(vendor: str) -> list[Call]:
        doors = ("salesforce",) if vendor == "salesforce" else ("trustpilot", "invitations")
        return [
            call
            for call in emulator.calls.all()
            if call.vendor in doors
            and call.method != "GET"
            and not call.path.endswith("/composite")
            and "/oauth" not in call.path
        ]

    return of


@pytest.fixture
def soql(emulator):
    """Ask the org as a person would: `soql("SELECT Id FROM Contact WHERE Name = '{}'", name)`."""
    return lambda query, *values: emulator.org.query(query.format(*values))


@pytest.fixture
def differences(emulator):
    """How the org's reviews differ from Trustpilot's last 30 days before START; [] is right."""

    def of(some: Emulator = emulator, since: datetime = START - timedelta(days=30)) -> list[str]:
        return what_differs(some, since)

    return of
