"""When an invitation is due: a length of time, then business days, then out of quiet hours.

Everything here keeps the order of entries: a later entry is never due earlier, whatever the
clocks of a time zone do. Zones come in as values; where they are known from is no matter here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from connector.core.rules.grammar import QuietHours, Rule

Zones = Callable[[str], tzinfo | None]
"""Finds a time zone by its IANA name; None for a name there is not."""

_DAY = timedelta(days=1)
_DAYS_OF_WORK = 5  # Monday to Friday


def only_utc(name: str) -> tzinfo | None:
    """Return UTC, the one time zone that needs no files, and None for every other name."""
    return UTC if name == "UTC" else None


def zone_for(rule: Rule, written: object, zones: Zones) -> tzinfo:
    """Return the zone in which a rule counts days and hours for one customer.

    `written` is what the record holds in `quiet_hours.zone_field`. Where that is no zone, the
    rule's own zone counts; without quiet hours it is UTC.
    """
    if rule.quiet_hours is None:
        return UTC
    found = zones(written.strip()) if isinstance(written, str) and written.strip() else None
    return found or zones(rule.quiet_hours.zone) or UTC


def due_at(entered_at: datetime, rule: Rule, zone: tzinfo = UTC) -> datetime:
    """Return when the invitation for an entry is due, in UTC.

    It is never before `entered_at` and `after`, never inside the quiet hours of `zone`, and a
    later entry is never due before an earlier one. `entered_at` must be aware.
    """
    moment = entered_at.astimezone(UTC) + rule.after
    if rule.business_days:
        moment = _business_days_later(moment, rule, zone)
    return _out_of(rule.quiet_hours, moment, zone) if rule.quiet_hours else moment


def _business_days_later(moment: datetime, rule: Rule, zone: tzinfo) -> datetime:
    """The same time of day, so many business days later; a day off counts from its end."""
    wall = _highest_clock(moment, zone)
    day, clock = wall.date(), wall.time()
    if not _is_business_day(day, rule):
        day, clock = _next_business_day(day, rule), time.min
    for _ in range(rule.business_days):
        day = _next_business_day(day, rule)
    return _first_moment(datetime.combine(day, clock), zone)


def _is_business_day(day: date, rule: Rule) -> bool:
    return day.weekday() < _DAYS_OF_WORK and day not in rule.holidays


def _next_business_day(day: date, rule: Rule) -> date:
    following = day + _DAY
    while not _is_business_day(following, rule):
        following += _DAY
    return following


def _out_of(quiet: QuietHours, moment: datetime, zone: tzinfo) -> datetime:
    """The moment itself, or the first one after it that is not quiet."""
    if not _is_quiet(quiet, moment, zone):
        return moment
    ends = (each for each in _possible_ends(quiet, moment, zone) if each >= moment)
    return min(each for each in ends if not _is_quiet(quiet, each, zone))


def _is_quiet(quiet: QuietHours, moment: datetime, zone: tzinfo) -> bool:
    clock = moment.astimezone(zone).time()
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


def _possible_ends(quiet: QuietHours, moment: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Every moment of the next days at which quiet hours can end: by the clock, or by its change.

    The days go on until the third, because a clock may leap over one end.
    """
    today = moment.astimezone(zone).date()
    for day in (today, today + _DAY, today + 2 * _DAY):
        for fold in (0, 1):
            yield datetime.combine(day, quiet.end, zone).replace(fold=fold).astimezone(UTC)
    later = moment + 2 * _DAY
    if _offset(moment, zone) != _offset(later, zone):
        yield _change(moment, later, zone)


def _highest_clock(moment: datetime, zone: tzinfo) -> datetime:
    """What a clock shows that stands still, instead of going back, until time catches up."""
    local = moment.astimezone(zone)
    wall = local.replace(tzinfo=None)
    if not local.fold:
        return wall
    before = local.replace(fold=0).astimezone(UTC)
    change = _change(before, moment, zone)
    return change.replace(tzinfo=None) + _offset(before, zone)


def _first_moment(wall: datetime, zone: tzinfo) -> datetime:
    """The first moment at which a clock shows `wall`, or leaps over it."""
    local = wall.replace(tzinfo=zone)
    one, other = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    # In a gap the rules of Python read the clock as before the leap (fold 0), or as after it.
    return _change(other, one, zone) if one > other else one


def _change(earlier: datetime, later: datetime, zone: tzinfo) -> datetime:
    """The first second at which a zone has the offset that it has at `later`."""
    low, high = math.floor(earlier.timestamp()), math.ceil(later.timestamp())
    new = _offset(later, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, UTC), zone) == new:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
