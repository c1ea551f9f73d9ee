"""Log lines: one JSON object a line, with ids, counts and codes, never with personal data."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import structlog

PERSONAL = frozenset({"email", "name", "text", "title", "reply", "body", "message", "url", "link"})
"""Keys that no log line may carry; a flow that logs one is corrected, and nothing leaks."""


class LogReporter:
    """Writes each event as one JSON line to a stream; progress only every so often."""

    def __init__(self, stream: TextIO, run_id: str) -> None:
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(stream),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                drop_personal,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        ).bind(run_id=run_id)
        self._said: dict[str, int] = {}

    def event(self, name: str, **facts: object) -> None:
        """Write one line."""
        self._log.msg(name, **facts)

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Write a line for every further thousand."""
        if done // 1000 > self._said.get(what, 0):
            self._said[what] = done // 1000
            self._log.msg("progress", what=what, done=done, total=total)


def drop_personal(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Take out of a log line whatever could tell who a customer is or what they wrote."""
    return {key: value for key, value in line.items() if key not in _matching(line)}


def _matching(keys: Iterable[str]) -> set[str]:
    return {key for key in keys if key.casefold() in PERSONAL}
