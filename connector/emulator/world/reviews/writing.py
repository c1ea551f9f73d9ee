"""Who writes reviews, about whom and when: what service and product reviews have in common.

Pure values; times are aware, cut to milliseconds as Trustpilot cuts them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.emulator.world.streams import Stream

NEWEST_AGE = timedelta(minutes=4)


@dataclass(frozen=True)
class Company:
    """The reviewed business at Trustpilot: its unit and the user who answers."""

    unit_id: str
    user_id: str
    user_name: str


@dataclass(frozen=True)
class Invitee:
    """Somebody who was asked for a review, about one experience."""

    email: str
    name: str
    reference: str
    language: str
    since: datetime


@dataclass(frozen=True)
class Writing:
    """How many reviews are written until when: `count` over `days`, the last one minutes ago."""

    count: int
    days: float
    now: datetime

    def moments(self, chance: Stream) -> Iterator[datetime]:
        """Yield `count` ascending times, evenly spread with some play."""
        start = self.now - timedelta(days=self.days)
        step = (self.now - NEWEST_AGE - start) / max(self.count, 1)
        for index in range(1, self.count):
            yield whole(start + step * (index - chance.random()))
        if self.count:
            yield whole(self.now - NEWEST_AGE)


class Guests:
    """Hands out invitees: each experience once when it is a day old, else an older reference.

    The older references belong to orders of which the org no longer knows.
    """

    def __init__(self, chance: Stream, invitees: Sequence[Invitee]) -> None:
        self._chance = chance
        self._invitees = sorted(invitees, key=lambda guest: guest.since)
        self._next = 0
        self._old = 0

    def __bool__(self) -> bool:
        return bool(self._invitees)

    def at(self, moment: datetime) -> Invitee:
        """Return who writes a review at a moment."""
        waiting = self._invitees[self._next : self._next + 1]
        if waiting and waiting[0].since + timedelta(days=1) <= moment:
            self._next += 1
            return waiting[0]
        person = self._chance.choice(self._invitees or [_stranger(moment)])
        self._old += 1
        since = whole(moment - timedelta(days=self._chance.randint(5, 40)))
        return Invitee(person.email, person.name, f"A-{self._old:07d}", person.language, since)


def _stranger(moment: datetime) -> Invitee:
    return Invitee("guest@example.com", "Guest G.", "", "en", moment)


def between(chance: Stream, start: datetime, end: datetime) -> datetime:
    """Return a moment between two others."""
    return max(start, whole(start + (end - start) * chance.random()))


def whole(moment: datetime) -> datetime:
    """Return a moment cut to milliseconds."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
