"""The rate limits per application: calls in five minutes and in an hour, and token requests.

Judges by the emulator's clock; the numbers are switches.
"""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from connector.emulator.switches import Switches

FIVE_MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)


class Rates:
    """Remembers when each application called; a refused call is not remembered."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._calls: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._tokens: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def admits_call(self, api_key: str, now: datetime) -> bool:
        """Count an API call, or return False where one of the two limits is reached."""
        limits = (
            (FIVE_MINUTES, self._switches.calls_per_five_minutes),
            (HOUR, self._switches.calls_per_hour),
        )
        return _admits(self._calls[api_key], limits, now)

    def admits_token(self, api_key: str, now: datetime) -> bool:
        """Count a token request, or return False where their limit is reached."""
        limits = ((HOUR, self._switches.token_requests_per_hour),)
        return _admits(self._tokens[api_key], limits, now)


def _admits(
    times: deque[datetime], limits: tuple[tuple[timedelta, int | None], ...], now: datetime
) -> bool:
    while times and now - times[0] >= HOUR:
        times.popleft()
    for window, limit in limits:
        # The window is full when its limit-th newest call is still inside it.
        if limit is not None and (
            limit == 0 or (len(times) >= limit and now - times[-limit] < window)
        ):
            return False
    times.append(now)
    return True
