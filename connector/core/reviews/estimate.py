"""Says from when an import reads, and what it will cost before it starts.

An estimate is a range: Trustpilot tells only how many service reviews there are in all, and
nothing about a window or about product reviews.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from connector.core.terms.errors import ConfigurationError, Problem

EARLIEST = date(2000, 1, 1)
"""No review is older; an import that asks for more begins here."""

# Trustpilot 5.1: the most that a page holds.
_PER_PAGE = 100
_COMPARED_PER_CALL = 1_700
_CONNECTED_PER_CALL = 700
# Salesforce 4.2: rows that a call writes. Salesforce 5: beyond the next number a job does.
_PER_COLLECTION = 200
_MOST_BY_COLLECTIONS = 2_000
_PER_JOB = 5_000
_CALLS_PER_JOB = 11
"""Making, filling, starting, looking about five times, two files, removing (Salesforce 5.1)."""


@dataclass(frozen=True)
class ImportRange:
    """The first day of an import: a number of days back, or a date; days begin at 0:00 UTC."""

    days: int | None = None
    since: date | None = None

    def start(self, now: datetime) -> datetime:
        """The moment to read from. Raises `ConfigurationError` where it lies in the future."""
        day = max(self.since or (now - timedelta(days=self.days or 0)).date(), EARLIEST)
        start = datetime.combine(day, time(), UTC)
        if start > now:
            raise ConfigurationError(
                [Problem(f"An import cannot begin on {day}, which has not come yet.")],
                next_step="Name an earlier day.",
            )
        return start


@dataclass(frozen=True)
class Expected:
    """What is known of one business unit's reviews in the window before they are listed.

    `service_held` and `product_held` are those that the org holds already; `service_total` are
    all service reviews that Trustpilot shows of this unit, None where it does not say.
    """

    service_held: int
    product_held: int
    service_total: int | None


@dataclass(frozen=True)
class ImportEstimate:
    """The calls that an import will cost: at least, if nothing is new, and at most.

    The upper ends hold where Trustpilot has no more product reviews than the org.
    `at_most_known` is false where Trustpilot gave no total, so that nothing bounds the list.
    """

    start: datetime
    trustpilot: tuple[int, int]
    salesforce: tuple[int, int]
    at_most_known: bool


def estimate_import(start: datetime, units: Iterable[Expected]) -> ImportEstimate:
    """Estimate the calls from what is known of each business unit.

    Lists are read one by one; comparing and writing take the reviews of all lists together.
    """
    known = list(units)
    fewest = [count for unit in known for count in (unit.service_held, unit.product_held)]
    most = [count for unit in known for count in (_most_service(unit), unit.product_held)]
    return ImportEstimate(
        start,
        (_lists(fewest), _lists(most)),
        (_comparing(sum(fewest)), _storing(sum(most))),
        at_most_known=all(unit.service_total is not None for unit in known),
    )


def _most_service(unit: Expected) -> int:
    return max(unit.service_total or 0, unit.service_held)


def _lists(counts: Iterable[int]) -> int:
    return sum(max(1, _parts(count, _PER_PAGE)) for count in counts)


def _storing(count: int) -> int:
    return _comparing(count) + _parts(count, _CONNECTED_PER_CALL) + _writing(count)


def _comparing(count: int) -> int:
    return _parts(count, _COMPARED_PER_CALL)


def _writing(count: int) -> int:
    full, rest = divmod(count, _PER_JOB)
    by_job = rest > _MOST_BY_COLLECTIONS
    return full * _CALLS_PER_JOB + (_CALLS_PER_JOB if by_job else _parts(rest, _PER_COLLECTION))


def _parts(count: int, size: int) -> int:
    return -(-count // size)
