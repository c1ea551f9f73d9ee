"""The one HTTP layer below both vendors: timeouts, repeats, budget, counting, the vendor's time.

It knows no vendor's bodies and judges no status; it must not pass on the text of a transport
error, because that holds whole URLs and so personal data.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt
from urllib3.exceptions import HTTPError as Urllib3Error

from connector.core.terms.errors import CallFacts, VendorUnreachable
from connector.gateways.http.budget import Budget
from connector.gateways.http.clock import Clock
from connector.gateways.http.redaction import silence_libraries
from connector.gateways.http.repeats import (
    NoAnswer,
    Outcome,
    PatientWait,
    Repeat,
    http_date,
    may_repeat,
    no_answer,
)
from connector.gateways.http.waits import OnWait, Patience, Why

__all__ = ["CallEvent", "HttpSettings", "Repeat", "VendorHttp"]


@dataclass(frozen=True)
class CallEvent:
    """One attempt at one request, for logs and sums; the path has no query.

    `status` is None when no complete answer came. `counted` is False when the request
    never left this machine. `seconds` runs from sending to the last byte of the body.
    """

    vendor: str
    method: str
    path: str
    status: int | None
    seconds: float
    attempt: int
    counted: bool


@dataclass(frozen=True)
class HttpSettings:
    """How patient the HTTP layer is; times in seconds, `attempts` includes the first."""

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    attempts: int = 4
    longest_wait: float = 120.0
    user_agent: str = f"connector/{version('connector')}"


class VendorHttp:
    """All requests to one vendor, whichever of its hosts they go to. Thread-safe.

    The sessions are shared by all threads: they keep no cookies and no credentials, nothing of
    them is changed after this, and connections come from a pool that locks.

    Every request gets a timeout and its whole body is read; what may be repeated is repeated.
    A response that came back after the last attempt is returned as it is, whatever its status.
    Without one, `VendorUnreachable` is raised from inside the session's call.
    Redirects are not followed: they would carry credentials to another host.
    What `heed` raises keeps every attempt from beginning, and ends every wait.
    """

    def __init__(  # noqa: PLR0913 -- all but the first are named, and wiring gives them once
        self,
        vendor: str,
        *,
        clock: Clock,
        settings: HttpSettings = HttpSettings(),
        adapter: BaseAdapter | None = None,
        budget: Budget | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
        on_wait: OnWait | None = None,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        silence_libraries()
        self._vendor = vendor
        self._clock = clock
        self._settings = settings
        self._inner = adapter or HTTPAdapter()
        self._budget = budget
        self._patience = Patience(vendor, clock, on_wait, heed)
        self._heed = heed
        self._on_call = on_call or (lambda _event: None)
        self._lock = threading.Lock()
        self._calls = 0
        self._dated: tuple[datetime, float] | None = None
        self._sessions = {repeat: self.equip(_Session(), repeat) for repeat in Repeat}

    @property
    def vendor(self) -> str:
        """The vendor's name, as it stands in errors and events."""
        return self._vendor

    @property
    def clock(self) -> Clock:
        """The clock that this layer waits by."""
        return self._clock

    @property
    def settings(self) -> HttpSettings:
        """How patient this layer is."""
        return self._settings

    @property
    def calls(self) -> int:
        """How many requests left this machine: every attempt, all sessions."""
        return self._calls

    def session(self, repeat: Repeat) -> requests.Session:
        """Return the session for requests of this kind; always the same one."""
        return self._sessions[repeat]

    def equip(self, session: requests.Session, repeat: Repeat) -> requests.Session:
        """Put this layer below a session that a library made, and return that session."""
        session.headers["User-Agent"] = self._settings.user_agent
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Without an auth of its own, requests lets a ~/.netrc replace our Authorization header.
        session.auth = session.auth or _leave_headers_alone
        for scheme in ("https://", "http://"):
            session.mount(scheme, _RepeatingAdapter(self, repeat))
        return session

    def await_room(self, most: int) -> int:
        """Return how many requests can be sent now without waiting for a turn; `most` at most.

        Raises `AllowanceExhausted` like a request would.
        """
        self._heed()
        return most if self._budget is None else self._budget.await_room(most)

    def pause(self, seconds: float) -> None:
        """Wait so many seconds before something is asked again."""
        self._patience.sleep(seconds, Why.REPEAT)

    def server_time(self) -> datetime:
        """Return the vendor's time: its last `Date` header and what has passed since.

        Before any answer this is the clock's own time.
        """
        # Salesforce 6.1: what was changed since when is a question to the server's clock.
        if self._dated is None:
            return self._clock.now()
        date, at = self._dated
        return date + timedelta(seconds=self._clock.monotonic() - at)

    def close(self) -> None:
        """Give all connections back; the sessions can still be used afterwards."""
        self._inner.close()

    def send(
        self, request: requests.PreparedRequest, repeat: Repeat, options: dict[str, Any]
    ) -> requests.Response:
        """Send one request as often as its kind allows; the sessions call this.

        Raises:
            VendorUnreachable: no complete answer came back.
            AllowanceExhausted: the budget allows no further call.
            Stopped: the run is to end; this request was not sent.
        """
        outcomes: list[Outcome] = []
        retrying = Retrying(
            stop=stop_after_attempt(self._settings.attempts),
            wait=PatientWait(self._settings.longest_wait, self.server_time),
            retry=retry_if_result(lambda outcome: may_repeat(repeat, outcome)),
            retry_error_callback=_last_outcome,
            sleep=self.pause,
        )
        take_turn = self._turn(repeat)
        outcome = retrying(self._attempt, request, options, outcomes, take_turn)
        if isinstance(outcome, NoAnswer):
            raise self._unreachable(request, outcome, outcomes)
        return outcome

    def _turn(self, repeat: Repeat) -> Callable[[], None]:
        """What counts a call against the budget: it waits, but for a call that must not."""
        if self._budget is None:
            return lambda: None
        return self._budget.acquire_now if repeat is Repeat.NOW else self._budget.acquire

    def _attempt(
        self,
        request: requests.PreparedRequest,
        options: dict[str, Any],
        outcomes: list[Outcome],
        take_turn: Callable[[], None],
    ) -> Outcome:
        self._heed()
        take_turn()
        started = self._clock.monotonic()
        outcome = self._exchange(request, options)
        outcomes.append(outcome)
        self._note(request, outcome, len(outcomes), self._clock.monotonic() - started)
        return outcome

    def _exchange(self, request: requests.PreparedRequest, options: dict[str, Any]) -> Outcome:
        # Salesforce 3.2: simple-salesforce passes no timeout on with a write, so it is set below.
        patience = (self._settings.connect_timeout, self._settings.read_timeout)
        try:
            response = self._inner.send(request, **{**options, "timeout": patience})
            # Read here, so that an answer that breaks off is repeated like one that never came.
            response.content  # noqa: B018 -- reading is the effect
        except (requests.RequestException, Urllib3Error) as error:
            return no_answer(error)
        return response

    def _note(
        self, request: requests.PreparedRequest, outcome: Outcome, attempt: int, seconds: float
    ) -> None:
        response = outcome if isinstance(outcome, requests.Response) else None
        counted = not isinstance(outcome, NoAnswer) or outcome.left
        with self._lock:
            self._calls += counted
            if response is not None:
                self._remember_date(response)
        self._on_call(
            CallEvent(
                vendor=self._vendor,
                method=request.method or "",
                path=_path(request),
                status=None if response is None else response.status_code,
                seconds=seconds,
                attempt=attempt,
                counted=counted,
            )
        )

    def _remember_date(self, response: requests.Response) -> None:
        date = http_date(response.headers.get("Date", ""))
        if date is not None:
            self._dated = (date, self._clock.monotonic())

    def _unreachable(
        self, request: requests.PreparedRequest, last: NoAnswer, outcomes: list[Outcome]
    ) -> VendorUnreachable:
        facts = CallFacts(self._vendor, request.method or "", _path(request))
        times = "once" if len(outcomes) == 1 else f"{len(outcomes)} times"
        return VendorUnreachable(
            f"{self._vendor} was asked {times} for {facts.method} {facts.path}: {last.reason}.",
            facts,
            maybe_processed=facts.method not in _READS
            and any(not isinstance(outcome, NoAnswer) or outcome.left for outcome in outcomes),
            next_step=_ADVICE.get(last.reason, "Check the connection and try again later."),
        )


_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ADVICE = {
    # Salesforce 3.2: this variable wins over whatever a session was told.
    "its TLS certificate is not trusted": (
        "Set REQUESTS_CA_BUNDLE to the file with your certificate authority."
    )
}


class _Session(requests.Session):
    """A session that stays on the host it was sent to."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 -- requests' signature
        return None


class _RepeatingAdapter(BaseAdapter):
    """Hands every request of a session to its `VendorHttp`."""

    def __init__(self, http: VendorHttp, repeat: Repeat) -> None:
        super().__init__()
        self._http = http
        self._repeat = repeat

    def send(  # type: ignore[override]  # requests passes all of these by name
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        return self._http.send(request, self._repeat, options)

    def close(self) -> None:
        self._http.close()


def _leave_headers_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _last_outcome(state: RetryCallState) -> Outcome:
    if state.outcome is None:  # pragma: no cover -- tenacity calls back only after an attempt
        raise AssertionError
    outcome: Outcome = state.outcome.result()
    return outcome


def _path(request: requests.PreparedRequest) -> str:
    return urlsplit(request.url or "").path
