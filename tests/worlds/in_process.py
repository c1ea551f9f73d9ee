"""What worlds behind the in-process door share: a clock, addresses, and doors that end a run.

Tests and their `conftest.py` import it by name; it opens no world itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from requests import PreparedRequest, Response

from connector.core.terms.errors import Stopped
from connector.emulator.app import Emulator
from connector.emulator.doors import (
    INVITATIONS_URL,
    SALESFORCE_URL,
    TRUSTPILOT_URL,
    InProcessDoor,
)

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)

NO_LIMITS = "  defaults: {cooldown: 0, latest: 0}\n"
"""A section of `invitations` with which one person is asked about everything, however late."""


def without_limits(text: str) -> str:
    """The ready configuration for worlds whose few customers are asked again and again."""
    return text.replace("invitations:\n", f"invitations:\n{NO_LIMITS}", 1)


class Killed(BaseException):
    """The process ends here, as by `kill -9`: nothing of ours may catch it."""


class Door(InProcessDoor):
    """Lets something else happen before its n-th call (from 0), or ends the process there.

    What other threads of a dead process began goes on to its end; nothing new leaves it.
    """

    def __init__(
        self,
        emulator: Emulator,
        *,
        meets: Mapping[int, Callable[[], object]] | None = None,
        dies_before: int | None = None,
        dies_after: int | None = None,
    ) -> None:
        super().__init__(emulator)
        self.meets = meets or {}
        self.dies_before, self.dies_after = dies_before, dies_after
        self.turns = count()

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        turn = next(self.turns)  # several threads of one run call at once
        self.meets.get(turn, lambda: None)()
        if _is_over(self.dies_before, turn) or _is_over(self.dies_after, turn - 1):
            raise Killed
        answer = super().send(request, *args, **options)
        if turn == self.dies_after:
            raise Killed
        return answer


def _is_over(last: int | None, turn: int) -> bool:
    return last is not None and 0 <= last <= turn


def dying_door(emulator: Emulator, at: int, *, after: bool) -> Door:
    """A door that kills its run at a call, before or after the vendor processed it; -1: never."""
    return Door(emulator, dies_after=at) if after else Door(emulator, dies_before=at)


@dataclass
class FollowingClock:
    """The machine's clock in step with the emulator's: sleeping moves both and costs nothing."""

    emulator: Emulator
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.emulator.clock.now()

    def monotonic(self) -> float:
        return (self.emulator.clock.now() - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.emulator.clock.advance(seconds)


class Quiet:
    """A reporter that keeps nothing."""

    def event(self, name: str, **facts: object) -> None:
        """Say nothing."""

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Say nothing."""


class Button:
    """The `Stopping` of a test: pressed in the middle of a call, with or without patience."""

    def __init__(self, by=Stopped):
        self.by, self.is_pressed, self.has_patience = by, False, True

    def press(self):
        self.is_pressed = True

    def wanted(self):
        return self.by() if self.is_pressed else None

    def is_over(self):
        return self.is_pressed and not self.has_patience

    def heeded(self):
        return nullcontext()


@dataclass(frozen=True)
class InProcess:
    """Addresses that a ready configuration needs; nothing listens there."""

    salesforce_url: str = SALESFORCE_URL
    trustpilot_url: str = TRUSTPILOT_URL
    invitations_url: str = INVITATIONS_URL
    ca_file: str = ""


IN_PROCESS = InProcess()
