"""Progress on a terminal: one moving line per kind of work, gone when the work is done."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
)

_WAITING = {
    "rate": "waiting {seconds:.0f} s: {vendor}'s rate",
    "repeat": "waiting {seconds:.0f} s: then {vendor} is asked again",
}


class TerminalReporter:
    """Shows progress bars and waits on a terminal and keeps other log events to itself."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._wait: TaskID | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def event(self, name: str, **facts: object) -> None:
        """Show a wait until anything else happens; a person reads the rest in the summary."""
        words = _WAITING.get(str(facts.get("reason"))) if name == "waiting" else None
        self._show_wait(words.format_map(facts) if words else None)

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Move the bar of this kind of work; as long as no total is known, it only pulses."""
        self._show_wait(None)
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        # A total may be told later, or grow; None leaves it as it is.
        self._progress.update(self._tasks[what], completed=done, total=total)

    def _show_wait(self, words: str | None) -> None:
        """Replace the line that tells of a wait; calls of several threads wait at once."""
        with self._lock:
            if self._wait is None and words is None:
                return
            if self._wait is not None:
                self._progress.remove_task(self._wait)
            self._wait = self._progress.add_task(words, total=None) if words else None
        self._progress.refresh()
