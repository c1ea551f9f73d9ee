"""Which requests may be sent again, and after how long.

The one danger in here is a second invitation or comment: a request that is not safe to repeat
is repeated only when it provably never left this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

import requests
from tenacity import RetryCallState
from tenacity.wait import wait_base, wait_exponential_jitter
from urllib3.exceptions import NewConnectionError, SSLError


class Repeat(Enum):
    """May this request be sent again when its outcome is unknown?"""

    SAFE = "safe"  # reads, and writes that say the same thing twice
    NEVER = "never"  # creates something: a second one would be seen by people
    NOW = "now"  # like NEVER, and not a moment later: what allowed it may have changed meanwhile


@dataclass(frozen=True)
class NoAnswer:
    """A request that got no complete answer: why, and whether it can have been processed."""

    reason: str
    left: bool = True
    worth_repeating: bool = True


def no_answer(error: Exception) -> NoAnswer:
    """Say what a transport error means, without a word of its text (it holds whole URLs)."""
    if _is_certificate_error(error):
        return NoAnswer("its TLS certificate is not trusted", left=False, worth_repeating=False)
    if _never_left(error):
        return NoAnswer("no connection could be made", left=False)
    if isinstance(error, requests.Timeout):
        return NoAnswer("no answer came in time")
    if isinstance(
        error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError
    ):
        return NoAnswer("the answer broke off")
    return NoAnswer("the connection broke")


def _never_left(error: Exception) -> bool:
    # urllib3 reports a proxy error only while it has no tunnel yet, so nothing has been sent.
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    return isinstance(_urllib3_reason(error), NewConnectionError)


def _is_certificate_error(error: Exception) -> bool:
    reason = _urllib3_reason(error)
    return isinstance(reason, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason)


def _urllib3_reason(error: Exception) -> object:
    first = error.args[0] if error.args else None
    return getattr(first, "reason", None) or first


Outcome = requests.Response | NoAnswer
"""What one attempt came to."""


def may_repeat(repeat: Repeat, outcome: Outcome) -> bool:
    """Say whether another attempt is allowed and has a chance."""
    if isinstance(outcome, NoAnswer):
        harmless = repeat is Repeat.SAFE or (repeat is Repeat.NEVER and not outcome.left)
        return outcome.worth_repeating and harmless
    return repeat is Repeat.SAFE and is_transient(outcome.status_code)


def is_transient(status: int) -> bool:
    """Say whether a status asks for patience: 429, or any 5xx."""
    # Trustpilot 10.2: 500 and 501 only, but its clients meet 503 too. Salesforce 4.7: any 5xx.
    too_many_requests, server_errors = 429, range(500, 600)
    return status == too_many_requests or status in server_errors


class PatientWait(wait_base):
    """Waits as long as `Retry-After` asks, else exponentially with jitter; never beyond a cap."""

    def __init__(self, longest: float, now: Callable[[], datetime]) -> None:
        self._longest = longest
        self._now = now
        self._backoff = wait_exponential_jitter(initial=1, max=30, jitter=1)

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the seconds to wait before the next attempt."""
        outcome = retry_state.outcome.result() if retry_state.outcome else None
        asked = None
        if isinstance(outcome, requests.Response):
            # Trustpilot 10.1, Salesforce 12: the header is not promised; it counts where it comes.
            asked = retry_after(outcome.headers.get("Retry-After", ""), self._now())
        return min(self._backoff(retry_state) if asked is None else asked, self._longest)


def retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, or None without a usable one.

    The header is a number of seconds or a date (RFC 9110, 10.2.3); `now` is the server's time.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = http_date(text)
    return None if until is None else max(0.0, (until - now).total_seconds())


def http_date(header: str) -> datetime | None:
    """Return the time an HTTP date names, aware and UTC, or None when it is none."""
    try:
        moment = parsedate_to_datetime(header)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
