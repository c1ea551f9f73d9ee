"""Decides which due invitations are looked at together, and how many the line can take.

A batch is of one kind of record and one channel, so that one look of two calls is enough. Where a
cooldown counts, only the oldest of a person is in it: whether another goes depends on what becomes
of that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.core.invitations.sending.due import DueInvitation
from connector.core.invitations.sending.second_look import Known, known_of

LOOK_HOLDS = timedelta(seconds=14)
"""So long a look counts: 15 seconds are promised, and the org's clock tells whole seconds."""

MOST_AT_ONCE = 200
"""What one write to the org carries; a killed run leaves at most so many ends unknown."""

MOST_LOOKS = 8
"""An invitation whose record leads to somebody else at every look waits for the next run."""

_GROWTH = 5


@dataclass(frozen=True)
class Turn:
    """A due invitation in its place, whom the next look asks about, and the looks it had.

    `spaced` where a cooldown keeps it from older ones of the same person.
    """

    due: DueInvitation
    known: Known
    spaced: bool = True
    looks: int = 0

    @property
    def kind(self) -> tuple[str, str]:
        """What a batch has in common: the object of the record, and the channel."""
        return self.due.text("Trigger_Object__c"), self.due.text("Channel__c")

    def again(self, known: Known) -> Turn:
        """The same invitation for another look, which asks about these people."""
        return replace(self, known=known, looks=self.looks + 1)


def turn_of(due: DueInvitation, *, spaced: bool = True) -> Turn:
    """The place of an invitation that nobody looked at yet."""
    return Turn(due, known_of(due), spaced)


def in_turn(turns: Iterable[Turn]) -> list[Turn]:
    """The oldest first: by when they are due, then by their ids."""
    return sorted(turns, key=lambda each: (each.due.due_at is None, each.due.due_at, each.due.id))


def next_batch(waiting: Sequence[Turn], most: int) -> tuple[Turn, ...]:
    """Up to `most` invitations of the first one's kind, in order.

    No spaced one is in it while an older one of the same person waits, of whatever kind.
    """
    batch: list[Turn] = []
    spoken_for: set[str] = set()
    for turn in waiting:
        people = turn.known.addresses or turn.known.contacts
        is_second = turn.spaced and people & spoken_for
        if len(batch) < most and turn.kind == waiting[0].kind and not is_second:
            batch.append(turn)
        if len(batch) == most:
            break
        spoken_for |= people
    return tuple(batch)


@dataclass(frozen=True)
class Line:
    """How well the line to Trustpilot is over all batches of a run, and how many go at once.

    The first batch of a run is one, because the account may not be allowed to send. More are
    taken each time, so that a run which dies early leaves few, and never more than the line does
    while a look counts.
    """

    most: int = 1
    unanswered: int = 0

    def after(self, begun: int, returned: int, took: timedelta) -> Line:
        """The line after a batch: `begun` calls took so long, `returned` ones found no time."""
        grown = min(self.most * _GROWTH, MOST_AT_ONCE)
        if returned:
            grown = max(1, begun)
        if begun and took:
            # A third of the time is for the look, for taking the rights, and for slower calls.
            grown = min(grown, max(1, int(begun * (LOOK_HOLDS * 2 / 3) / took)))
        return replace(self, most=grown)


def deadline(looked_at: datetime) -> datetime:
    """Until when calls may begin that rest on a look begun then."""
    return looked_at + LOOK_HOLDS
