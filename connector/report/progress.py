"""Progress on a terminal: one moving line per kind of work, gone when the work is done."""

from __future__ import annotations

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


class TerminalReporter:
    """Shows progress bars on a terminal and keeps log events to itself."""

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
        """Say nothing: a person watches the bars and reads the summary."""

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Move the bar of this kind of work; as long as no total is known, it only pulses."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        # A total may be told later, or grow; None leaves it as it is.
        self._progress.update(self._tasks[what], completed=done, total=total)
