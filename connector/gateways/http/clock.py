"""The machine's clock, as a thing that can be handed over.

Waiting and timing in the gateways go through it; it must not decide anything.
"""

from __future__ import annotations

import time
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


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the machine's time, aware and UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's stopwatch in seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread for so many seconds."""
        time.sleep(seconds)
