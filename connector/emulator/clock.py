"""The emulator's own clock, which tests and the demo push forward.

It tells the time of both emulated vendors; nothing here sleeps.
"""

import threading
from datetime import UTC, datetime, timedelta


class EmulatorClock:
    """Tells aware UTC time: the machine's time plus what was advanced, or a frozen start plus it.

    Safe to share between threads.
    """

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the present moment of the emulated world."""
        with self._lock:
            return (self._frozen_at or datetime.now(UTC)) + self._offset

    def advance(self, by: timedelta | float) -> datetime:
        """Move the emulated world forward by a timedelta or a number of seconds."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        with self._lock:
            self._offset += step
        return self.now()
