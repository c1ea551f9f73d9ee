"""What comparing a stretch of Trustpilot's lists with the org found, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from connector.core.terms.reviews import ReviewType


@dataclass(frozen=True)
class DayCheck:
    """One day (UTC, by creation) of one kind of review of one business unit.

    `listed` are Trustpilot's reviews of the day and `held` those of them that stood in the org
    already; `missing`, `different` and `gone` (in the org, no longer at Trustpilot) are what did
    not agree before anything was healed; `new` came too late for earlier runs, so no run missed
    them; `filtered` are not wanted; `refused` could not be healed.
    """

    unit: str
    review_type: ReviewType
    day: date
    listed: int = 0
    held: int = 0
    new: int = 0
    missing: int = 0
    different: int = 0
    gone: int = 0
    filtered: int = 0
    refused: int = 0

    @property
    def agrees(self) -> bool:
        """True when there was nothing to heal."""
        return not (self.missing or self.different or self.gone or self.refused)


@dataclass(frozen=True)
class Reconciliation:
    """A check from `start` until now: its days in order."""

    start: datetime
    days: tuple[DayCheck, ...]

    @property
    def differing(self) -> tuple[DayCheck, ...]:
        """The days on which the two sides did not agree."""
        return tuple(day for day in self.days if not day.agrees)


def day_checks(
    unit: str, review_type: ReviewType, days: Mapping[date, Mapping[str, int]]
) -> Iterator[DayCheck]:
    """The days that were counted, in order; `days` maps each to counts by `DayCheck`'s words."""
    for day in sorted(days):
        words = days[day]
        known = {name: words.get(name, 0) for name in _WORDS}
        held = known["listed"] - known["missing"] - known["new"] - known["filtered"]
        yield DayCheck(unit, review_type, day, held=held, **known)


_WORDS = ("listed", "new", "missing", "different", "gone", "filtered", "refused")
