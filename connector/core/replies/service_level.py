"""Until when a review should be answered, and whether it was: open hours, due time, breach.

Only open time counts: from a review's creation the clock of its business unit runs while the
business is open and stands still otherwise. Zones come in as values. Whom to tell is not for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from connector.core.terms.instants import instant, to_the_second
from connector.core.terms.records import Row

CHECK_FIELDS = (
    "Id",
    "External_Id__c",
    "Business_Unit__c",
    "Response_Due_At__c",
    "Response_Check_At__c",
    "Response_Breached__c",
    "Live_Reply__c",
    "Live_Reply_At__c",
    "Deleted__c",
    "Missing_Since__c",
    "OwnerId",
)
"""What must be read of a review before it is judged."""

LONGEST_TARGET = timedelta(days=90)

_YEARS = range(1900, 3900)  # far inside of what dates and the org can hold
_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)


class Weekday(StrEnum):
    """A day of the week as an admin writes it, Monday first."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


@dataclass(frozen=True)
class Opening:
    """The hours of a business day; an `until` of 00:00 is the end of the day."""

    start: time = time.min
    until: time = time.min

    @property
    def is_whole_day(self) -> bool:
        """True where the business never closes on such a day."""
        return self.start == self.until == time.min


@dataclass(frozen=True)
class OpenHours:
    """When a business unit answers: the hours of which days, by the clock of which zone.

    `days` are those of the week on which it is open; on a holiday it is closed.
    """

    zone: tzinfo = UTC
    opening: Opening = Opening()
    days: frozenset[Weekday] = frozenset(Weekday)
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True)
class ResponseTarget:
    """So much open time after its creation a review should be answered.

    An empty `stars` or `business_units` fits every review.
    """

    within: timedelta
    stars: tuple[int, ...] = ()
    business_units: tuple[str, ...] = ()
    hours: OpenHours = OpenHours()

    def fits(self, stars: int | None, unit_name: str) -> bool:
        """Say whether the target is for such a review of this business unit."""
        return (not self.stars or stars in self.stars) and (
            not self.business_units or unit_name in self.business_units
        )


@dataclass(frozen=True)
class TaskFor:
    """Who gets a task about a late review: a user by name, or the owner where that is empty."""

    username: str = ""


@dataclass(frozen=True)
class Arrival:
    """What of a review that has just come in decides about its due time.

    `answered_at` is None where nobody has answered, or nobody says when.
    """

    created_at: datetime
    stars: int | None
    unit_name: str
    answered: bool = False
    answered_at: datetime | None = None


def parse_opening(text: str) -> Opening:
    """Return the hours that `09:00-17:00` names; `24:00` is the end. Raises ValueError."""
    found = re.fullmatch(r"\s*([0-9]{2}):([0-9]{2})\s*-\s*([0-9]{2}):([0-9]{2})\s*", text)
    try:
        start = time(int(found[1]), int(found[2])) if found else None
        end = found[3] == "24" and found[4] == "00" if found else False
        until = time.min if end or not found else time(int(found[3]), int(found[4]))
    except ValueError:
        start = None
    if start is None:
        raise ValueError("Open hours are written like `09:00-17:00`.")
    if not end and until <= start:
        raise ValueError("Open hours end later on the same day; the end of the day is `24:00`.")
    return Opening(start, until)


def due_at(created_at: datetime, target: ResponseTarget) -> datetime:
    """Return when the open time of a target is over, in UTC and without a fraction of a second.

    A review that is created later is never due earlier. `created_at` must be aware.
    """
    moment, left = created_at.astimezone(UTC), target.within
    for opens, closes in _spans(target.hours, moment):
        start = max(opens, moment)
        if closes - start >= left:
            return to_the_second(start + left)
        left -= max(closes - start, _NO_TIME)
        moment = max(closes, moment)  # a zone that leaps over a day shows its hours but once
    raise AssertionError("The days never end.")  # pragma: no cover -- they do not


def arrival_fields(
    targets: Sequence[ResponseTarget], arrival: Arrival, now: datetime
) -> dict[str, Any]:
    """What the row of a new review says about its target; empty where it has none.

    The first target that fits counts. What is not answered and not late is looked at again.
    """
    target = next((each for each in targets if each.fits(arrival.stars, arrival.unit_name)), None)
    if target is None or arrival.created_at.year not in _YEARS:
        return {}
    due = due_at(arrival.created_at, target)
    answered_late = arrival.answered_at is not None and arrival.answered_at > due
    return {
        "Response_Due_At__c": due,
        "Response_Breached__c": answered_late if arrival.answered else due <= now,
        "Response_Check_At__c": None if arrival.answered or due <= now else due,
    }


def is_to_judge(row: Row, now: datetime) -> bool:
    """True where it is time to look whether a review was answered."""
    check = instant(row.get("Response_Check_At__c"))
    return check is not None and check <= now


def judged_row(row: Row, now: datetime) -> dict[str, Any] | None:
    """The row that says whether the answer came in time; None where it is too early to tell.

    `row` holds `CHECK_FIELDS`. A review that is gone is left as it is and not looked at again.
    """
    if not is_to_judge(row, now):
        return None
    settled: dict[str, Any] = {"Id": row["Id"], "Response_Check_At__c": None}
    due = instant(row.get("Response_Due_At__c"))
    if due is None or row.get("Deleted__c") or row.get("Missing_Since__c"):
        return settled
    answered_at = instant(row.get("Live_Reply_At__c"))
    answered = bool(row.get("Live_Reply__c"))
    breached = answered_at is not None and answered_at > due if answered else True
    return {**settled, "Response_Breached__c": breached}


def looked_at_again(settled: Row) -> dict[str, Any]:
    """The row of `judged_row` for a review that the next run must still do something about."""
    return {name: value for name, value in settled.items() if name != "Response_Check_At__c"}


def _spans(hours: OpenHours, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch of open time from the day of `moment` on, in UTC."""
    weekdays = list(Weekday)
    # A day earlier, because a clock that was turned back can show yesterday again.
    day = moment.astimezone(hours.zone).date() - _DAY
    while True:
        if weekdays[day.weekday()] in hours.days and day not in hours.holidays:
            until = hours.opening.until
            last = day + _DAY if until == time.min else day
            yield _first(day, hours.opening.start, hours.zone), _first(last, until, hours.zone)
        day += _DAY


def _first(day: date, clock: time, zone: tzinfo) -> datetime:
    """The first moment at which a clock shows this; an hour that it leaps over comes after it."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
