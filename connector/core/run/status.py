"""How things stand in the org, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class IssueLine:
    """One open issue, as it stands in the org."""

    code: str
    message: str
    next_step: str
    record: str
    attempts: int


@dataclass(frozen=True)
class StatusReport:
    """How things stand at `at` (the org's time).

    `marks` maps streams (`service_reviews:<unit id>`) to how far each has been read;
    `unit_names` maps Trustpilot's ids of business units to the names on their records;
    `counts` says how many invitations and replies wait or need a look;
    `salesforce_usage` is (used, allowed) API calls in 24 hours, None where the org does not tell.
    """

    at: datetime
    last_run: datetime | None
    marks: Mapping[str, datetime]
    counts: Mapping[str, int]
    issues: tuple[IssueLine, ...]
    unit_names: Mapping[str, str]
    salesforce_usage: tuple[int, int] | None = None

    @property
    def needs_a_look(self) -> bool:
        """True when a person should look at something."""
        return bool(self.issues) or any(
            self.counts[word] for word in ("invitations_unknown", "replies_conflict")
        )
