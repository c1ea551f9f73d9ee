"""The connector beside the page: its own process, every few seconds and at the push of a button.

It types `connector run`, as cron does, and remembers one line of what came of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_SECONDS = 6.0


class Background:
    """Runs the connector in processes of its own, one at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._one_at_a_time = threading.Lock()
        self._is_over = threading.Event()
        self._runs = 0
        self._said = "The connector has not run yet"

    @property
    def is_running(self) -> bool:
        """Return whether a run is under way."""
        return self._one_at_a_time.locked()

    @property
    def runs(self) -> int:
        """Return how many runs have ended."""
        return self._runs

    @property
    def said(self) -> str:
        """Return one line about the last run."""
        return self._said

    def run(self) -> None:
        """Type `connector run` and wait for its end."""
        with self._one_at_a_time:
            done = subprocess.run(
                [sys.executable, "-m", "connector", "run", "--json"],
                env=self._environment,
                capture_output=True,
                text=True,
                check=False,
            )
        self._said = _line(done.stdout, done.returncode)
        self._runs += 1

    @contextmanager
    def every_few_seconds(self, *, wanted: bool = True) -> Iterator[None]:
        """Run again and again until the block ends; a run under way is waited for."""
        thread = threading.Thread(target=self._go_on, name="connector-runs", daemon=True)
        if wanted:
            thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            if wanted:
                thread.join()

    def _go_on(self) -> None:
        while not self._is_over.is_set():
            self.run()
            self._is_over.wait(_SECONDS)


def _line(output: str, code: int) -> str:
    try:
        report = json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        return f"Last run ended with {code}"
    if "did_something" not in report:
        return f"Last run ended with {code}"
    return "Last run had work to do" if report["did_something"] else "Last run: nothing to do"
