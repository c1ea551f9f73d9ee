"""A shop at both vendors, everybody who may act there, and every way for a run to end early."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from connector.config import Settings
from connector.core.reviews.estimate import ImportRange
from connector.core.terms.errors import ConnectorError
from connector.core.terms.reviews import ReviewType
from connector.emulator.app import Emulator
from connector.emulator.doors import InProcessDoor
from connector.emulator.salesforce.rows.errors import RowError
from connector.flows import engine
from connector.flows.engine import RunRequest
from connector.wiring import Transports, connect, run_policy
from in_process import Door, FollowingClock, Killed, Quiet


@dataclass
class Shop:
    """Both vendors, the settings that reach them, and processes of every kind between them."""

    emulator: Emulator
    settings: Settings
    unit_id: str
    people: list[dict[str, Any]]
    numbers: Any = field(default_factory=lambda: count(1))
    hidden: set[tuple[str, str]] = field(default_factory=set)

    @property
    def state(self) -> Any:
        """Trustpilot's own state."""
        return self.emulator.trustpilot

    def ask(self, soql: str) -> list[dict[str, Any]]:
        """Ask the org as somebody would who sees every field."""
        self._see(self.hidden, shown=True)
        try:
            return self.emulator.org.query(soql)
        finally:
            self._see(self.hidden, shown=False)

    def change(self, sobject: str, record_id: str, **fields: Any) -> bool:
        """Change a row as a person would; False where the org refuses it to anybody."""
        try:
            self.emulator.org.update(sobject, record_id, fields)
        except RowError:
            return False
        return True

    def hide_field(self, sobject: str, name: str) -> None:
        """Take a field away from the connector's user."""
        self.hidden.add((sobject, name))
        self._see(self.hidden, shown=False)

    def calm(self) -> None:
        """End every fault, and show every field."""
        self.emulator.faults.clear()
        self._see(self.hidden, shown=True)
        self.hidden.clear()

    def _see(self, fields: Iterable[tuple[str, str]], *, shown: bool) -> None:
        org = self.emulator.org
        for each in fields:
            (org.show_field if shown else org.hide_field)(*each)

    def process(self, word: str = "run", door: InProcessDoor | None = None, **how: Any) -> Any:
        """Do what one command does, as a process of its own: fresh gateways, fresh sign-in."""
        carrier = door or InProcessDoor(self.emulator)
        transports = Transports(carrier, carrier, FollowingClock(self.emulator))
        world = connect(self.settings, Quiet(), transports)
        policy, run_id = run_policy(self.settings), f"run-{next(self.numbers)}"
        request = RunRequest(run_id, how.get("only", ()), how.get("dry_run", False))
        days = ImportRange(days=10)
        match word:
            case "import":
                return engine.import_since(world, policy, request, days, lambda _estimate: None)
            case "check":
                return engine.check_since(world, policy, request, days)[0]
            case "refresh":
                wanted = [(ReviewType(kind), name) for kind, name in how["wanted"]]
                return engine.refresh(world, policy, request, wanted)
        return engine.run(world, policy, request)

    def attempt(self, word: str = "run", door: InProcessDoor | None = None, **how: Any) -> None:
        """The same, where trouble may end it: in our own words, or by a kill, or not at all."""
        with suppress(ConnectorError, Killed):
            self.process(word, door, **how)

    def door(self, **acts: Any) -> Door:
        """A door for one process: `meets={3: act}`, `dies_before=3`, `dies_after=3`."""
        return Door(self.emulator, **acts)

    def two_at_once(self, one_at: int, other_at: int) -> None:
        """Let two runs overlap in one way of many, the same each time.

        One run halts at a call; another one starts, in a thread of its own, and halts at a call
        as well; then the first goes on to its end, and after it the other.
        """
        halted, go_on = threading.Event(), threading.Event()

        def halt() -> None:
            halted.set()
            go_on.wait(30)

        def other_run() -> None:
            try:
                self.attempt(door=self.door(meets={other_at: halt}))
            finally:
                halted.set()

        thread = threading.Thread(target=other_run)

        def start_other() -> None:
            thread.start()
            halted.wait(30)

        self.attempt(door=self.door(meets={one_at: start_other}))
        go_on.set()
        if thread.ident is not None:
            thread.join(30)
            assert not thread.is_alive()
