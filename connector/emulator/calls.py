"""What the emulated vendors received: the other side's count of the connector's calls.

Kept in memory only: queries hold personal data.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Call:
    """One call that reached a door; `status` is None when it was dropped before processing.

    `counted` tells whether the vendor takes it from the customer's allowance; `fault` names the
    fault that struck it, or is empty.
    """

    at: datetime
    vendor: str
    method: str
    path: str
    query: str
    status: int | None
    counted: bool
    fault: str = ""


class CallLog:
    """Holds every call in the order of its answer; safe between threads."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Append one call."""
        with self._lock:
            self._calls.append(call)

    def all(self, vendor: str = "*", method: str = "*", path: str = "*") -> list[Call]:
        """Return the calls that match three shell patterns, oldest first."""
        with self._lock:
            calls = list(self._calls)
        return [
            call
            for call in calls
            if fnmatchcase(call.vendor, vendor)
            and fnmatchcase(call.method, method)
            and fnmatchcase(call.path, path)
        ]

    def counts(self, vendor: str = "*", method: str = "*", path: str = "*") -> int:
        """Return how many matching calls arrived, faulty ones included."""
        return len(self.all(vendor, method, path))

    def counted(self, vendor: str = "*") -> int:
        """Return how many calls the vendor took from the customer's allowance."""
        return sum(call.counted for call in self.all(vendor))

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()


def counts_toward_allowance(vendor: str, path: str, status: int | None) -> bool:
    """Tell whether a vendor counts such a call.

    Trustpilot counts calls on its API host, failed ones too unless the failure is its own, but
    neither deletions nor invitations (developers.trustpilot.com, rate limiting). Salesforce
    counts data API calls, not sign-ins.
    """
    if vendor == "salesforce":
        return path.startswith("/services/data/v")
    if vendor != "trustpilot" or status is None or status >= 500:  # noqa: PLR2004 - HTTP's classes
        return False
    return path.startswith("/v1/") and not path.startswith("/v1/oauth/") and "deletions" not in path
