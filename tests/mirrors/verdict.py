"""What is wrong with the list of modules that wait for a mirror; it reads no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def problems(gaps: Mapping[str, str], waiting: Mapping[str, Any]) -> list[str]:
    """Say every problem, one sentence each; [] means that list and tests agree.

    Args:
        gaps: What its mirror misses, for every module of the core; "" for a covered one.
        waiting: The list: the names in `modules`, and in `most` how many there may be.

    """
    return [*_of_modules(gaps, waiting["modules"]), *_of_length(waiting)]


def _of_modules(gaps: Mapping[str, str], listed: list[str]) -> Iterator[str]:
    for module in sorted({*listed, *gaps}):
        if module not in gaps:
            yield f"{module}: there is no such module; take it off the list."
        elif module in listed and not gaps[module]:
            yield f"{module}: its mirror covers it now; take it off the list, and lower `most`."
        elif gaps[module] and module not in listed:
            yield (
                f"{module}: its mirror misses {gaps[module]}; "
                "write that test. Nothing is added to the list."
            )


def _of_length(waiting: Mapping[str, Any]) -> Iterator[str]:
    listed, most = waiting["modules"], waiting["most"]
    if listed != sorted(set(listed)):
        yield "The list is not in order, or names a module twice."
    if len(listed) > most:
        yield f"The list holds {len(listed)} modules, {most} are allowed. It can only shrink."
    if len(listed) < most:
        yield f"The list holds {len(listed)} modules: lower `most` to that."
