"""Faults on demand: what a vendor or the network may do to a call, armed by tests and the demo.

A `Fault` strikes one HTTP call at a door; a `RowFault` strikes one row inside the emulated org.
This module only keeps and hands out faults: the doors and the org act on them.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Generic, Literal, TypedDict, TypeVar, Unpack

HTML_PAGE = "<!doctype html><html><head><title>Error</title></head><body>Error</body></html>"
CUT_JSON = '{"links": [], "reviews": [{"id": "'


@dataclass(frozen=True)
class Fault:
    """What happens to the next `times` matching calls after `skip` matching calls passed.

    `vendor` is a door's name (salesforce, trustpilot, invitations); vendor, method and path are
    shell patterns, the path without its query. A fault with a status, a body or `html` answers
    instead of the vendor, so nothing is processed. All other faults let the vendor process the
    call first, except `drop="before"`. `times=None` strikes until the faults are cleared.
    `meanwhile` runs just before the call is processed: what somebody does in the middle of a run.
    """

    vendor: str
    method: str = "*"
    path: str = "*"
    times: int | None = 1
    skip: int = 0
    status: int | None = None
    body: str | dict[str, Any] | list[Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0
    drop: Literal["before", "after"] | None = None
    truncate: bool = False
    html: bool = False
    meanwhile: Callable[[], object] | None = None
    name: str = ""

    @property
    def answers_itself(self) -> bool:
        """Tell whether the fault answers in the vendor's place."""
        return self.drop is None and (self.status is not None or self.body is not None or self.html)

    def strikes(self, vendor: str, method: str, path: str) -> bool:
        """Tell whether a call matches the three patterns."""
        return (
            fnmatchcase(vendor, self.vendor)
            and fnmatchcase(method, self.method)
            and fnmatchcase(path, self.path)
        )


@dataclass(frozen=True)
class RowFault:
    """What the emulated org says about the next `times` rows of an object.

    `operation` is a pattern over insert, update, upsert and delete.
    """

    sobject: str
    status_code: str
    message: str
    fields: tuple[str, ...] = ()
    times: int | None = 1
    skip: int = 0
    operation: str = "*"

    def strikes(self, sobject: str, operation: str) -> bool:
        """Tell whether a row matches the object's and the operation's pattern."""
        return fnmatchcase(sobject.lower(), self.sobject.lower()) and fnmatchcase(
            operation, self.operation
        )


_AnyFault = TypeVar("_AnyFault", Fault, RowFault)


@dataclass
class _Armed(Generic[_AnyFault]):
    fault: _AnyFault
    to_skip: int
    remaining: int | None

    def use(self) -> bool:
        """Count one matching call and tell whether the fault strikes it."""
        if self.to_skip:
            self.to_skip -= 1
            return False
        if self.remaining is None:
            return True
        self.remaining -= 1
        return self.remaining >= 0


class Faults:
    """Holds the armed faults and hands each out as often as it asked; safe between threads."""

    def __init__(self) -> None:
        self._calls: list[_Armed[Fault]] = []
        self._rows: list[_Armed[RowFault]] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault | RowFault) -> None:
        """Arm a fault; faults strike in the order in which they were added."""
        with self._lock:
            if isinstance(fault, Fault):
                self._calls.append(_Armed(fault, fault.skip, fault.times))
            else:
                self._rows.append(_Armed(fault, fault.skip, fault.times))

    def clear(self) -> None:
        """Disarm every fault."""
        with self._lock:
            self._calls.clear()
            self._rows.clear()

    def take(self, vendor: str, method: str, path: str) -> Fault | None:
        """Return the fault that strikes this call, and count it as used."""
        with self._lock:
            for armed in self._calls:
                if armed.fault.strikes(vendor, method, path) and armed.use():
                    return armed.fault
        return None

    def take_row(self, sobject: str, operation: str) -> RowFault | None:
        """Return the fault that strikes this row (insert, update, upsert, delete), used once."""
        with self._lock:
            for armed in self._rows:
                if armed.fault.strikes(sobject, operation) and armed.use():
                    return armed.fault
        return None


class Where(TypedDict, total=False):
    """Which calls a named fault strikes; the keys of `Fault`."""

    vendor: str
    method: str
    path: str
    times: int | None
    skip: int


_PRIVATE_PATHS = {"salesforce": "/services/data/*"}
_EXPIRED: dict[str, dict[str, Any] | list[Any]] = {
    "salesforce": [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"},
    ],
    "trustpilot": {
        "fault": {
            "faultstring": "Access Token expired",
            "detail": {"errorcode": "oauth.v2.InvalidAccessToken"},
        }
    },
}


def _everywhere(where: Where) -> Where:
    return {"vendor": "*", **where}


def expired_session(**where: Unpack[Where]) -> Fault:
    """Return a 401 as a vendor gives it for a session or token that is no longer good."""
    vendor = where.setdefault("vendor", "salesforce")
    where.setdefault("path", _PRIVATE_PATHS.get(vendor, "/v1/private/*"))
    body = _EXPIRED.get(vendor, _EXPIRED["trustpilot"])
    return Fault(status=401, body=body, name="expired session", **where)


def too_many_requests(retry_after: str | int | None = None, **where: Unpack[Where]) -> Fault:
    """Return a 429, with a Retry-After header (seconds or a date) if one is given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"message": "Too many requests"}
    return Fault(
        status=429, headers=headers, body=body, name="too many requests", **_everywhere(where)
    )


def html_page(status: int = 503, **where: Unpack[Where]) -> Fault:
    """Return an HTML page with this status, as a proxy or a firewall sends it."""
    return Fault(status=status, html=True, name="html page", **_everywhere(where))


def drop_before(**where: Unpack[Where]) -> Fault:
    """Return a connection closed before the vendor processed the call."""
    return Fault(drop="before", name="drop before", **_everywhere(where))


def drop_after(**where: Unpack[Where]) -> Fault:
    """Return a call that is processed and whose answer is then dropped."""
    return Fault(drop="after", name="drop after", **_everywhere(where))


def truncated_json(**where: Unpack[Where]) -> Fault:
    """Return a processed call whose answer breaks off in the middle of its body."""
    return Fault(truncate=True, name="truncated", **_everywhere(where))


def unreadable_json(**where: Unpack[Where]) -> Fault:
    """Return a complete 200 answer whose JSON text ends too early."""
    return Fault(status=200, body=CUT_JSON, name="unreadable", **_everywhere(where))


def slow(seconds: float, **where: Unpack[Where]) -> Fault:
    """Return a vendor that takes this long for every call, until the faults are cleared.

    The in-process door moves the emulator's clock, the HTTPS doors truly wait. One fault strikes a
    call: one that shall strike a slow vendor is armed before it, with its own `delay_seconds`.
    """
    where.setdefault("times", None)
    return Fault(delay_seconds=seconds, name="slow", **_everywhere(where))


def meanwhile(act: Callable[[], object], **where: Unpack[Where]) -> Fault:
    """Return a call that is answered as ever, after somebody has acted in the vendor's system."""
    return Fault(meanwhile=act, name="meanwhile", **_everywhere(where))


def row_lock(sobject: str, *, times: int | None = 1, skip: int = 0) -> RowFault:
    """Return the row error for a record that another transaction holds."""
    message = "unable to obtain exclusive access to this record"
    return RowFault(sobject, "UNABLE_TO_LOCK_ROW", message, times=times, skip=skip)


def custom_row_error(
    sobject: str, status_code: str, message: str, *, fields: tuple[str, ...] = (), rows: int = 1
) -> RowFault:
    """Return the row error that a trigger or validation rule of the org would give."""
    return RowFault(sobject, status_code, message, fields=fields, times=rows)
