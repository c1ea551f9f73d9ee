"""The machine's clock, as a thing that can be handed over.

Waiting and timing in the gateways go through it; it must not decide anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a gateway needs of time: the date, a stopwatch, and patience."""

    def now(self) -> datetime:
        """Return the current time, aware and UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after this many seconds."""
        ...


_SLICE = 0.1
"""Seconds after which a sleeper looks whether there is time left to sleep."""

_NAP = 0.5
"""Seconds that are slept all the same by whoever is in a hurry."""


class SystemClock:
    """The clock of this machine. Once it is `hurried`, whoever sleeps wakes up."""

    def __init__(self, hurried: Callable[[], bool] = lambda: False) -> None:
        self._hurried = hurried

    def now(self) -> datetime:
        """Return the machine's time, aware and UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's stopwatch in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread for so many seconds; in a hurry for a nap at most."""
        if self._hurried():
            time.sleep(min(seconds, _NAP))
            return
        until = time.monotonic() + seconds
        # A signal's handler may only set a flag: an event that it sets could be locked already.
        while (left := until - time.monotonic()) > 0 and not self._hurried():
            time.sleep(min(left, _SLICE))
