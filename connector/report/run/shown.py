"""Single records for a person who looks, and what became of his wishes: as table, text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from connector.core.run.exit_codes import ExitCode
from connector.core.run.shown import Listing, Told


def list_table(found: Listing, words: Sequence[str]) -> Table:
    """The list as a table of these words, a row each."""
    table = Table(*words, box=SIMPLE, pad_edge=False)
    for each in found.records:
        table.add_row(*(cell(each.get(word)) for word in words))
    return table


def told_code(told: Sequence[Told]) -> ExitCode:
    """The exit code: what was refused needs a look."""
    return ExitCode.NEEDS_A_LOOK if any(each.refused for each in told) else ExitCode.DONE


def told_as_text(told: Sequence[Told]) -> str:
    """A line for each wish, and the next step where one was refused."""
    return "\n".join(line for each in told for line in _lines(each))


def told_as_documents(told: Sequence[Told]) -> list[Mapping[str, Any]]:
    """The same as JSON holds it."""
    return [{**asdict(each), "refused": each.refused} for each in told]


def cell(value: object) -> str:
    """A value as a cell or a line shows it; nothing where there is none."""
    return "" if value is None else str(value)


def _lines(told: Told) -> Iterator[str]:
    if told.refused:
        yield f"{told.record}: {told.sentence}" if told.record else told.sentence
        yield f"  Next: {told.next_step}"
    elif told.before == told.after:
        yield f"{told.record}: {told.after} already"
    else:
        yield f"{told.record}: {told.before} -> {told.after}"
