"""Automatic replies: which review gets one, when, and in which of the day's places.

Each automatic reply of a business unit takes one of the day's numbered places. The place's key is
unique in the org, so the cap holds however many connectors are at work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connector.core.terms.instants import instant, to_the_second
from connector.core.terms.objects import ReplyStatus
from connector.core.terms.records import Row
from connector.core.terms.reviews import Review

AUTOMATIC_FIELDS = (
    "Id",
    "External_Id__c",
    "Business_Unit__c",
    "Stars__c",
    "Reply__c",
    "Reply_Status__c",
    "Suggested_Reply__c",
    "Auto_Reply_At__c",
    "Auto_Reply_Key__c",
    "Live_Reply__c",
    "Deleted__c",
    "Missing_Since__c",
)
"""What must be read of a review before its automatic reply is decided."""

MOST_A_DAY = 500

OLDEST = timedelta(days=3)
"""A review that comes in later than this after it was written is left to people."""

_DAY = timedelta(days=1)
_SIGNS_OF_LIFE = (
    "Reply__c",
    "Reply_Status__c",
    "Live_Reply__c",
    "Auto_Reply_Key__c",  # it was answered automatically once
    "Deleted__c",
    "Missing_Since__c",
)


@dataclass(frozen=True)
class AutoReply:
    """Which reviews are answered with their suggested reply unless somebody is first.

    Without `stars` none is. An empty `business_units` means all; `per_day` counts for each of
    them, in days of UTC.
    """

    stars: tuple[int, ...] = ()
    business_units: tuple[str, ...] = ()
    delay: timedelta = _DAY
    per_day: int = 20

    def is_for(self, stars: int | None, unit_name: str) -> bool:
        """Say whether such a review of this business unit is answered automatically."""
        return stars in self.stars and (not self.business_units or unit_name in self.business_units)


@dataclass(frozen=True)
class Planned:
    """A review whose automatic reply is due, and the key of the place that it takes."""

    row: Row
    key: str


@dataclass(frozen=True)
class AutomaticPlan:
    """What becomes of the due automatic replies of one business unit.

    `queue` takes a place; `withdrawn` is left to people; `postponed` waits for tomorrow's places.
    """

    queue: tuple[Planned, ...] = ()
    withdrawn: tuple[Row, ...] = ()
    postponed: tuple[Row, ...] = ()


def automatic_at(
    policy: AutoReply, review: Review, unit_name: str, now: datetime
) -> datetime | None:
    """When a review that has just come in is answered automatically; None where it is not."""
    if not policy.is_for(review.stars, unit_name) or now - review.created_at > OLDEST:
        return None
    return to_the_second(review.created_at.astimezone(UTC) + policy.delay)


def is_due(row: Row, now: datetime) -> bool:
    """True where the automatic reply of a review was planned for now or earlier."""
    at = instant(row.get("Auto_Reply_At__c"))
    return at is not None and at <= now


def is_untouched(row: Row) -> bool:
    """True where nobody has begun to answer, and there is a review to answer."""
    return not any(row.get(name) for name in _SIGNS_OF_LIFE)


def place_keys(unit_id: str, day: date, per_day: int) -> list[str]:
    """The keys of the places that a business unit has on one day, in their order."""
    return [f"{unit_id}:{day.isoformat()}:{number}" for number in range(1, per_day + 1)]


def plan_automatic(
    policy: AutoReply, unit_name: str, due: Sequence[Row], free: Iterable[str]
) -> AutomaticPlan:
    """Give the day's free places to the reviews that have waited longest.

    `due` are rows with `AUTOMATIC_FIELDS` of one business unit, `free` the keys of its places
    that nobody has.
    """
    wanted = [row for row in due if _is_wanted(policy, unit_name, row)]
    wanted.sort(key=lambda row: (str(row["Auto_Reply_At__c"]), str(row["Id"])))
    queue = tuple(Planned(row, key) for row, key in zip(wanted, free, strict=False))
    kept = {row["Id"] for row in wanted}
    withdrawn = tuple(row for row in due if row["Id"] not in kept)
    return AutomaticPlan(queue, withdrawn, tuple(wanted[len(queue) :]))


def queued_row(planned: Planned) -> dict[str, Any]:
    """The row that queues the suggested reply, as a person would, and says that none did."""
    return {
        "Id": planned.row["Id"],
        "Reply__c": planned.row["Suggested_Reply__c"],
        "Reply_Status__c": ReplyStatus.QUEUED.value,
        "Automatic_Reply__c": True,
        "Auto_Reply_Key__c": planned.key,
        "Auto_Reply_At__c": None,
    }


def withdrawn_row(row: Row) -> dict[str, Any]:
    """The row that leaves a review to people."""
    return {"Id": row["Id"], "Auto_Reply_At__c": None}


def postponed_row(row: Row, now: datetime) -> dict[str, Any]:
    """The row that lets a review wait until there are places again."""
    tomorrow = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    return {"Id": row["Id"], "Auto_Reply_At__c": tomorrow}


def free_places(keys: Sequence[str], taken: Collection[str]) -> list[str]:
    """Those of the day's places that no review has."""
    return [key for key in keys if key not in taken]


def _is_wanted(policy: AutoReply, unit_name: str, row: Row) -> bool:
    stars = row.get("Stars__c")
    return (
        is_untouched(row)
        and bool(row.get("Suggested_Reply__c"))
        and policy.is_for(int(stars) if stars else None, unit_name)
    )
