"""Ctrl-C and SIGTERM: the first lets what is under way end, the second ends at once.

A signal's handler only sets a flag here: whatever it locked could be locked already.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from connector.core.run.exit_codes import ExitCode, exit_code
from connector.core.terms.errors import Stopped, Terminated

PATIENCE = 20.0
"""Seconds that what is under way has left after the first signal."""

_SAME_PRESS = 0.5
"""Seconds in which a second signal is the first one again: `uv run` and others pass it on."""

_FIRST = b"\nStopping: what is under way ends, 20 seconds at most. Ctrl-C once more ends at once.\n"
_SECOND = b"\nEnded at once: what was being sent becomes Unknown if no answer was recorded.\n"

_SIGNALS = {signal.SIGINT: Stopped, signal.SIGTERM: Terminated}


class EarlyEnd(KeyboardInterrupt):
    """A signal that came when there was nothing to bring to an end yet; `code` is for the exit."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__()
        self.code = code


class Signals:
    """What the signals of this process say of a run; the `Stopping` of the flows."""

    def __init__(self) -> None:
        self._by: type[Stopped] | None = None
        self._at = 0.0
        self._held = False

    def wanted(self) -> Stopped | None:
        """Say which signal wants the run to end; None where none came."""
        return self._by() if self._by is not None else None

    def is_over(self) -> bool:
        """True when what is under way had its 20 seconds."""
        return self._by is not None and time.monotonic() - self._at > PATIENCE

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Meanwhile the first signal is a wish; before and afterwards it interrupts."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the signals as long as this lasts; one that is ignored stays ignored."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may
            return
        heard = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
        before = {each: signal.signal(each, self._hear) for each in heard}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        by = _SIGNALS[signal.Signals(number)]
        if not self._held:
            raise EarlyEnd(exit_code([by()]))
        now = time.monotonic()
        if self._by is None:
            self._by, self._at = by, now
            os.write(2, _FIRST)
        elif now - self._at > _SAME_PRESS:
            os.write(2, _SECOND)
            os._exit(exit_code([by()]))


def leave_calls_behind(code: int) -> NoReturn:
    """End the process, without waiting for calls that a stopped run gave up."""
    if any(each.name.startswith("abreast") for each in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code))
    raise SystemExit(int(code))
