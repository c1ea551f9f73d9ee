"""Waits that somebody hears of: before a long one it is said for whom, how long and why.

A program that stands still for minutes without a word looks broken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from connector.gateways.http.clock import Clock

UNSAID = 2.0
"""Seconds that nobody needs to hear of."""


AGAIN = 120.0
"""Seconds after which a wait that goes on is said once more."""


class Why(StrEnum):
    """What a call waits for."""

    RATE = "rate"  # the vendor allows no further call yet
    REPEAT = "repeat"  # the call failed and will be made again


@dataclass(frozen=True)
class Wait:
    """A wait that is about to begin or goes on; `seconds` are those that are left."""

    vendor: str
    seconds: float
    why: Why


OnWait = Callable[[Wait], None]


class Patience:
    """Waits on behalf of one vendor's calls. Thread-safe."""

    def __init__(
        self,
        vendor: str,
        clock: Clock,
        on_wait: OnWait | None = None,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        self._vendor = vendor
        self._clock = clock
        self._on_wait = on_wait or (lambda _wait: None)
        self._heed = heed

    def sleep(self, seconds: float, why: Why) -> None:
        """Return after so many seconds; a long wait is said before it begins, and again.

        Raises what `heed` raises, before it sleeps and when it wakes up.
        """
        self._heed()
        while seconds > AGAIN:
            self._on_wait(Wait(self._vendor, seconds, why))
            self._clock.sleep(AGAIN)
            self._heed()
            seconds -= AGAIN
        if seconds > UNSAID:
            self._on_wait(Wait(self._vendor, seconds, why))
        self._clock.sleep(seconds)
        self._heed()
