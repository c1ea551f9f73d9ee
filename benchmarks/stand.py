"""Both vendors in a process of their own, and commands measured as processes against them.

Not a benchmark itself: the programs beside it use it. What a command needs (seconds, memory,
calls) is measured from outside: by the clock, by the operating system, at the emulator.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from connector.config import Settings, load_settings
from connector.emulator.app import Emulator
from connector.emulator.https_doors import HttpsDoors
from connector.emulator.ready_config import ready_config
from connector.emulator.world import seed

LATENCY = 0.1
"""Seconds that every call of either vendor takes on top of what the emulator computes."""

_AT_WORK = 100
"""Cases that are worked on at once before the oldest is closed."""


@dataclass(frozen=True)
class World:
    """How much of a business to make up."""

    service: int
    product: int
    days: int = 365
    people: int = 40


@dataclass(frozen=True)
class Measured:
    """What one command took: wall time in seconds, peak memory in MiB, calls, its own report.

    `processor` are the seconds that the command itself computed.
    `computing` are the seconds beyond the latency that the emulated org took for its answers: what
    it computes, and a real one does in its own time.
    """

    seconds: float
    computing: float
    memory: float
    calls: Counter[tuple[str, bool]]
    report: Mapping[str, Any]
    processor: float = 0.0

    def counted(self, vendor: str) -> int:
        """Calls that count toward the vendor's allowance."""
        return self.calls[vendor, True]

    def free(self, vendor: str) -> int:
        """Calls that do not: sign-in, the list of versions, lists of deletions, invitations."""
        return self.calls[vendor, False]


class Stand:
    """Serves an emulated world until it is closed; `with Stand(World(...)) as stand:`."""

    def __init__(self, world: World, *, latency: float = LATENCY) -> None:
        self._world = world
        self._latency = latency
        self._folder = tempfile.TemporaryDirectory()
        self._process: subprocess.Popen[str] | None = None
        self._told: dict[str, Any] = {}

    def __enter__(self) -> Self:
        words = (self._world.service, self._world.product, self._world.days, self._world.people)
        self._process = subprocess.Popen(  # noqa: S603  this very file
            [sys.executable, __file__, *map(str, words)],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        self._told = json.loads(line)
        self.config.write_text(self._told["config"], encoding="utf-8")
        if self._latency:
            self.control("POST", "/faults", vendor="*", delay_seconds=self._latency, times=None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    @property
    def config(self) -> Path:
        """The configuration of this world."""
        return Path(self._folder.name) / "config.yaml"

    @property
    def environ(self) -> dict[str, str]:
        """What a command needs in its environment."""
        told: dict[str, str] = self._told["environ"]
        return {**os.environ, **told, "CONNECTOR_CONFIG": str(self.config)}

    @property
    def settings(self) -> Settings:
        """The settings of this world, for what is measured inside this process."""
        return load_settings(self.config, self.environ, require_secrets=True)

    def control(self, method: str, path: str, **body: object) -> Any:
        """Ask the control door."""
        answer = requests.request(
            method,
            self._told["control"] + path,
            json=body or None,
            verify=self._told["ca"],
            timeout=600,
        )
        answer.raise_for_status()
        return answer.json()

    def tell(self, **order: object) -> Any:
        """Have the serving process do something to its world."""
        if not (self._process and self._process.stdin and self._process.stdout):
            raise SystemExit("Nothing is served.")
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def type(self, *arguments: str) -> Measured:
        """Run a command and measure it; ends this program where the command fails."""
        self.control("DELETE", "/calls")
        with (Path(self._folder.name) / "log").open("w+", encoding="utf-8") as log:
            began = time.perf_counter()
            process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", "connector", *arguments, "--json"],
                env=self.environ,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            said = process.stdout.read() if process.stdout else ""
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            log.seek(0)
            computing = sum(_beyond_latency(line, self._latency) for line in log)
        if status:
            raise SystemExit(f"connector {' '.join(arguments)} ended with {status >> 8}: {said}")
        calls = Counter(
            (call["vendor"], call["counted"]) for call in self.control("GET", "/calls")["calls"]
        )
        processor = used.ru_utime + used.ru_stime
        return Measured(
            seconds, computing, used.ru_maxrss / 1024, calls, json.loads(said), processor
        )


def _beyond_latency(line: str, latency: float) -> float:
    told = json.loads(line)
    is_ours = told["event"] == "call" and told["vendor"] == "Salesforce"
    return max(0.0, told["seconds"] - latency) if is_ours else 0.0


def say(line: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _serve(world: World) -> None:
    emulator = Emulator()
    seeded = seed(
        emulator,
        service_reviews=world.service,
        product_reviews=world.product,
        days=world.days,
        people=world.people,
    )
    with HttpsDoors(emulator) as doors:
        text, environ = ready_config(doors, emulator.credentials)
        told = {
            "config": text,
            "environ": environ,
            "control": doors.control_url,
            "ca": environ["REQUESTS_CA_BUNDLE"],
        }
        say(json.dumps(told))
        for line in sys.stdin:
            say(json.dumps(_obey(emulator, seeded.business_unit_id, json.loads(line))))


def _obey(emulator: Emulator, unit_id: str, order: dict[str, int]) -> dict[str, str]:
    """Let reviews arrive, agents answer so many reviews, or people work on cases of the past."""
    if "cases" in order:
        _work(emulator, **order)
        return {}
    if "replies" in order:
        return {"queued_at": _queue(emulator, order["replies"], order.get("comments", 0))}
    _arrive(emulator, unit_id, **order)
    return {}


def _queue(emulator: Emulator, replies: int, comments: int) -> str:
    """Queue replies to reviews that nobody has answered, and return when."""
    for kind, count in (("Service", replies), ("Product", comments)):
        rows = emulator.org.query(
            f"SELECT Id FROM Trustpilot_Review__c WHERE Type__c = '{kind}' "  # noqa: S608  two words
            "AND Reply_Status__c = null AND Live_Reply_At__c = null AND Conversation_Id__c = null "
            f"LIMIT {count or 1}"
        )
        for row in rows[:count]:
            values = {"Reply__c": f"Thank you! {row['Id']}", "Reply_Status__c": "Queued"}
            emulator.org.update("Trustpilot_Review__c", row["Id"], values)
    return datetime.now(UTC).isoformat()


def _work(emulator: Emulator, cases: int, contacts: int, days: int) -> None:
    """Cases of the past: each is opened, worked on and closed, evenly over so many days.

    Two changes of status each, in the order of time; the clock visits the past meanwhile.
    """
    org, clock = emulator.salesforce.org, emulator.clock
    people = [
        org.insert("Contact", {"LastName": f"Person {i}", "Email": f"person{i}@example.org"})
        for i in range(contacts)
    ]
    clock.advance(timedelta(days=-days))
    step, under_way = timedelta(days=days) / cases, deque[str]()
    for i in range(cases):
        contact, origin = people[i % contacts], "Web" if i % 2 else "Phone"
        values = {"ContactId": contact, "Status": "New", "Origin": origin}
        under_way.append(org.insert("Case", values))
        org.update("Case", under_way[-1], {"Status": "Working"})
        if len(under_way) > _AT_WORK or i == cases - 1:
            while len(under_way) > (_AT_WORK if i < cases - 1 else 0):
                org.update("Case", under_way.popleft(), {"Status": "Closed"})
        clock.advance(step)


def _arrive(emulator: Emulator, unit_id: str, service: int, product: int) -> None:
    """New reviews of the last minute: of real orders, by invited people, about known products."""
    state, now = emulator.trustpilot, datetime.now(UTC)
    orders = emulator.org.query(
        "SELECT OrderNumber, BillToContact.Email FROM Order WHERE BillToContactId != null LIMIT 50"
    )
    skus = [
        row["StockKeepingUnit"]
        for row in emulator.org.query(
            "SELECT StockKeepingUnit FROM Product2 WHERE StockKeepingUnit != null"
        )
    ]
    for i in range(service):
        order = orders[i % len(orders)]
        state.add_service_review(
            unit_id,
            createdAt=now - timedelta(seconds=i % 50),
            text="Arrived in time.",
            referenceId=order["OrderNumber"],
            referralEmail=order["BillToContact"]["Email"],
        )
    for i in range(product):
        state.add_product_review(
            unit_id,
            createdAt=now - timedelta(seconds=i % 50),
            content="Does what it should.",
            product={"sku": skus[i % len(skus)], "name": "A tent"},
        )


if __name__ == "__main__":
    _serve(World(*map(int, sys.argv[1:])))
