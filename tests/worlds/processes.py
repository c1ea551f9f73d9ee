"""Processes of the connector that tests start and kill, and an emulator in one of its own."""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from connector.emulator.faults import Fault

NURSERY = Path(__file__).parent / "nursery.py"
PATIENCE = 120
"""Seconds after which a process that says nothing hangs."""


@dataclass(frozen=True)
class Rehearsal:
    """A running `connector emulator`: its control door, and the environment of its clients."""

    control_url: str
    environ: dict[str, str]
    session: requests.Session

    @property
    def config(self) -> Path:
        return Path(self.environ["CONNECTOR_CONFIG"])

    def ask(self, verb: str, path: str, /, **body: Any) -> Any:
        answer = self.session.request(verb, self.control_url + path, json=body)
        assert answer.ok, answer.text
        return answer.json()

    def soql(self, query: str) -> list[dict[str, Any]]:
        return list(self.ask("POST", "/salesforce/soql", q=query)["records"])

    def insert(self, sobject: str, rows: list[dict[str, Any]]) -> list[str]:
        return list(self.ask("POST", "/salesforce/rows", object=sobject, rows=rows)["ids"])

    def pass_time(self, seconds: float) -> None:
        self.ask("POST", "/clock", advance_seconds=seconds)

    def arm(self, fault: Fault) -> None:
        self.ask("POST", "/faults", **asdict(fault))

    def disarm(self) -> None:
        self.ask("DELETE", "/faults")


@contextmanager
def rehearsal(folder: Path) -> Iterator[Rehearsal]:
    """`connector emulator` as a process of its own; it is gone afterwards."""
    command = [sys.executable, "-m", "connector", "emulator", "--folder", "here", "--reviews", "0"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        last = next(line for line in process.stdout if "Ctrl-C" in line)
        lines = (folder / "here" / "environment.sh").read_text(encoding="utf-8").splitlines()
        exports = (shlex.split(line)[1].partition("=") for line in lines)
        environ = {name: value for name, _, value in exports}
        with requests.Session() as session:
            session.trust_env = False  # the machine's own certificates and proxies
            session.verify = environ["REQUESTS_CA_BUNDLE"]
            yield Rehearsal(last.split()[-4], environ, session)
    finally:
        process.kill()
        process.communicate()


class Place:
    """Where `connector` processes live, one at a time, until they end or are killed."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.environ = environ
        self.is_busy = False
        self.pid = 0
        with log.open("a") as errors:
            self.nursery = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, str(NURSERY)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def start(self, *arguments: str) -> None:
        order = {"arguments": arguments, "environ": self.environ}
        self.nursery.stdin.write(json.dumps(order) + "\n")
        self.nursery.stdin.flush()
        self.pid, self.is_busy = int(self.nursery.stdout.readline()), True

    def has_ended(self, within: float = 0) -> bool:
        """True when no process is here any more, or none after so many seconds."""
        return not self.is_busy or bool(select.select([self.nursery.stdout], [], [], within)[0])

    def end(self) -> int:
        """Wait for the end of the process; its exit code, or minus the signal it died of."""
        assert self.has_ended(within=PATIENCE), "it hangs"
        self.is_busy = False
        return int(self.nursery.stdout.readline())

    def kill(self) -> int:
        """Kill the process and tell how it ended: it may have been faster."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.end()

    def close(self) -> None:
        if self.is_busy:
            self.kill()
        self.nursery.communicate()


@contextmanager
def places(number: int, environ: dict[str, str], log: Path) -> Iterator[list[Place]]:
    """So many places for processes; whoever is there in the end is killed."""
    opened: list[Place] = []
    try:
        opened.extend(Place(environ, log) for _ in range(number))
        yield opened
    finally:
        for place in opened:
            place.close()
