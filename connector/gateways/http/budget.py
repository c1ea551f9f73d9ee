"""A vendor's allowance: how many calls in how long, and how many in one run.

It waits or refuses; what to do without the calls is for the flows to decide.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from connector.core.terms.errors import AllowanceExhausted
from connector.gateways.http.clock import Clock
from connector.gateways.http.waits import OnWait, Patience, Why

_SHORTEST_SLEEP = 0.01  # floats round: without it a wait of nothing could repeat for ever


@dataclass(frozen=True)
class Rate:
    """So many calls in any stretch of so many seconds."""

    calls: int
    seconds: int


TRUSTPILOT_RATES = (Rate(833, 300), Rate(10_000, 3600))
"""What is allowed (Trustpilot 10.1): https://documentation-apidocumentation.trustpilot.com/get-started/rate-limiting."""


class ClockedStorage(MemoryStorage):
    """Remembers when calls were made, by our clock (the library's own storage asks `time.time`)."""

    STORAGE_SCHEME = ["clocked"]  # noqa: RUF012 -- the library's registry reads it from the class

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._made: dict[str, deque[float]] = {}

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Record so many calls now and return True, or return False where that is too many."""
        if self.get_moving_window(key, limit, expiry)[1] + amount > limit:
            return False
        self._made.setdefault(key, deque()).extend([self._clock.monotonic()] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002 -- the library's signature
        """Return when the oldest call that still counts was made, and how many count."""
        now = self._clock.monotonic()
        made = self._made.get(key, deque())
        while made and made[0] <= now - expiry:
            made.popleft()
        return (made[0], len(made)) if made else (now, 0)


class Budget:
    """Keeps the calls to one vendor within its rates, and a run within its ceiling.

    `longest_wait` is in seconds: one call never waits longer for its turn. Whoever waits raises
    what `heed` raises. Thread-safe.
    """

    def __init__(  # noqa: PLR0913 -- all but two are named, and wiring gives them once
        self,
        vendor: str,
        clock: Clock,
        *,
        rates: tuple[Rate, ...] = TRUSTPILOT_RATES,
        at_most: int | None = None,
        longest_wait: float = 600.0,
        on_wait: OnWait | None = None,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        self._vendor = vendor
        self._clock = clock
        self._rates = tuple(RateLimitItemPerSecond(rate.calls, rate.seconds) for rate in rates)
        self._limiter = MovingWindowRateLimiter(ClockedStorage(clock))
        self._at_most = at_most
        self._longest_wait = longest_wait
        self._patience = Patience(vendor, clock, on_wait, heed)
        self._used = 0
        self._lock = threading.Lock()

    @property
    def used(self) -> int:
        """How many calls were granted so far."""
        return self._used

    def acquire(self) -> None:
        """Return when one call may be made, and count it.

        Raises:
            AllowanceExhausted: the run's ceiling is reached, or the wait would be too long.
        """
        waited = 0.0
        while (wait := self._take_or_wait()) > 0:
            waited += wait
            self._refuse_longer_than(waited)
            self._patience.sleep(max(wait, _SHORTEST_SLEEP), Why.RATE)

    def acquire_now(self) -> None:
        """Count one call that is made at once.

        Raises:
            AllowanceExhausted: the run's ceiling is reached, or the call would have to wait.
        """
        if self._take_or_wait() > 0:
            raise AllowanceExhausted(
                self._vendor,
                f"The rate that {self._vendor} allows is used up for now.",
                next_step="Nothing is lost: the next run resumes.",
            )

    def await_room(self, most: int) -> int:
        """Return how many calls, `most` at most, can be made now without waiting; not counted yet.

        It waits until there is room for `most`, or for as many as the rates ever allow at once.

        Raises:
            AllowanceExhausted: the run's ceiling is reached, or the wait would be too long.
        """
        calls = min(most, *(rate.amount for rate in self._rates))
        waited = 0.0
        while (wait := self._until_room(calls)) > 0:
            waited += wait
            self._refuse_longer_than(waited)
            self._patience.sleep(wait, Why.RATE)
        return calls if self._at_most is None else min(calls, self._at_most - self._used)

    def _until_room(self, calls: int) -> float:
        with self._lock:
            self._refuse_above_ceiling()
            full = [rate for rate in self._rates if not self._limiter.test(rate, cost=calls)]
            # When the oldest call is forgotten there may still be too little: then it waits again.
            return max((max(_SHORTEST_SLEEP, self._until_free(rate)) for rate in full), default=0.0)

    def _take_or_wait(self) -> float:
        """Take one call and return 0, or return the seconds until one may come free."""
        with self._lock:
            self._refuse_above_ceiling()
            full = [rate for rate in self._rates if not self._limiter.test(rate)]
            if full:
                return max(_SHORTEST_SLEEP, *(self._until_free(rate) for rate in full))
            for rate in self._rates:
                self._limiter.hit(rate)
            self._used += 1
            return 0.0

    def _until_free(self, rate: RateLimitItemPerSecond) -> float:
        return self._limiter.get_window_stats(rate).reset_time - self._clock.monotonic()

    def _refuse_longer_than(self, waited: float) -> None:
        if waited > self._longest_wait:
            raise AllowanceExhausted(
                self._vendor,
                f"The rate that {self._vendor} allows is used up for more than "
                f"{self._longest_wait:.0f} seconds.",
                next_step="Nothing is lost: the next run resumes.",
            )

    def _refuse_above_ceiling(self) -> None:
        if self._at_most is not None and self._used >= self._at_most:
            raise AllowanceExhausted(
                self._vendor,
                f"This run may make {self._at_most} calls to {self._vendor}, and made them.",
                next_step="Nothing is lost: the next run resumes.",
            )
