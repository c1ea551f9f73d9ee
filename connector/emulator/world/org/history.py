"""Lives the changes of a world in the emulated org, each at its own moment.

The emulator's clock is moved to the past and back, so that records, stage histories and time
stamps are as old as they should be.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.emulator.clock import EmulatorClock
from connector.emulator.salesforce.org import Org
from connector.emulator.world.org.changes import Change, Ref


def live(org: Org, clock: EmulatorClock, changes: Iterable[Change], *, user: str) -> dict[str, str]:
    """Save all changes as a user in order of time; return the record id of each key.

    Call it before anybody uses the org: the clock runs through the past meanwhile.
    """
    history = _History(org, user)
    machine = _TimeMachine(clock)
    try:
        for change in sorted(changes, key=lambda change: change.at):
            machine.go(change.at)
            history.save(change)
    finally:
        machine.come_back()
    return history.ids


class _History:
    """Saves changes and remembers which record each key became."""

    def __init__(self, org: Org, user: str) -> None:
        self._org = org
        self._user = user
        self.ids: dict[str, str] = {}

    def save(self, change: Change) -> None:
        values = self._resolved(change.values)
        record_id = self.ids.get(change.key)
        if record_id is None:
            made = self._org.insert(change.sobject, values, user=self._user)
            self.ids[change.key] = made
        else:
            self._org.update(change.sobject, record_id, values, user=self._user)

    def _resolved(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: self._looked_up(value) if isinstance(value, Ref) else value
            for name, value in values.items()
        }

    def _looked_up(self, ref: Ref) -> Any:
        record_id = self.ids[ref.key]
        if ref.field == "Id":
            return record_id
        sobject = self._org.sobject_of(record_id).name
        return self._org.retrieve(sobject, record_id, [ref.field])[ref.field]


class _TimeMachine:
    """Moves a clock to other moments and gives it back its own time."""

    def __init__(self, clock: EmulatorClock) -> None:
        self._clock = clock
        self._gone = timedelta()

    def go(self, moment: datetime) -> None:
        step = moment - self._clock.now()
        self._clock.advance(step)
        self._gone += step

    def come_back(self) -> None:
        self._clock.advance(-self._gone)
