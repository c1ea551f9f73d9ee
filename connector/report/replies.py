"""Replies as tables and sentences for people, and as one line of JSON for machines.

Texts of replies stand in what somebody asked to see of single ones, and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from rich.box import SIMPLE
from rich.table import Table

from connector.core.invitations.desk import Told
from connector.core.run.exit_codes import ExitCode

_COLUMNS = ("number", "review", "type", "stars", "status", "changed_at")


class ReplyList(Protocol):
    """A list of replies, as the flow returns it."""

    @property
    def replies(self) -> Sequence[Mapping[str, Any]]:
        """The facts of each."""
        ...

    @property
    def more(self) -> bool:
        """True where the limit left some out."""
        ...


class ReplyStory(Protocol):
    """A single reply, as the flow returns it."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the record says."""
        ...

    @property
    def history(self) -> Sequence[Mapping[str, Any]]:
        """Who set which status when."""
        ...

    @property
    def live_now(self) -> str | None:
        """What is live; None where it is not known."""
        ...

    @property
    def difference(self) -> Sequence[str]:
        """From what is live to what the agent wrote."""
        ...

    @property
    def trouble(self) -> str:
        """Why it is not known what is live."""
        ...


def list_table(found: ReplyList) -> Table:
    """The list as a table, a row each."""
    table = Table(*_COLUMNS, box=SIMPLE, pad_edge=False)
    for each in found.replies:
        table.add_row(*(_cell(each.get(word)) for word in _COLUMNS))
    return table


def list_sentence(found: ReplyList) -> str:
    """How many there are."""
    more = "; there are more, see --limit." if found.more else "."
    return f"{len(found.replies)} {'reply' if len(found.replies) == 1 else 'replies'}{more}"


def list_as_json(found: ReplyList) -> str:
    """The list on one line."""
    return _json({"replies": list(found.replies), "more": found.more})


def story_as_text(story: ReplyStory) -> str:
    """Every fact of a reply, its texts, and the difference to what is live."""
    lines: list[str] = []
    for word, value in story.facts.items():
        if value is not None:
            lines += _text_lines(word, _cell(value))
    lines += [f"{_cell(each['status'])} at {each['at']} by {each['by']}" for each in story.history]
    if story.trouble:
        lines.append(f"What is live is not known: {story.trouble}")
    elif story.live_now is not None:
        lines.append("from what is live to the reply:" if story.difference else "live as written")
        lines += [f"  {line}" for line in story.difference]
    return "\n".join(lines)


def stories_as_json(stories: Sequence[ReplyStory]) -> str:
    """All replies that a word names, on one line."""
    found = [
        {
            **each.facts,
            "history": list(each.history),
            "live_now": each.live_now,
            "difference": list(each.difference),
            "trouble": each.trouble,
        }
        for each in stories
    ]
    return _json({"replies": found})


def told_code(told: Sequence[Told]) -> ExitCode:
    """The exit code: what was not queued needs a look."""
    return ExitCode.NEEDS_A_LOOK if any(each.refused for each in told) else ExitCode.DONE


def told_as_text(told: Sequence[Told]) -> str:
    """A line for each reply, and the next step where one was not queued."""
    lines: list[str] = []
    for each in told:
        if each.refused:
            lines.append(f"{each.record}: {each.sentence}" if each.record else each.sentence)
            lines.append(f"  Next: {each.next_step}")
        elif each.before == each.after:
            lines.append(f"{each.record}: {each.after} already")
        else:
            lines.append(f"{each.record}: {each.before} -> {each.after}")
    return "\n".join(lines) or "Nothing was refused: there is nothing to try again."


def told_as_json(told: Sequence[Told], *, dry_run: bool) -> str:
    """The same on one line."""
    found = [{**asdict(each), "refused": each.refused} for each in told]
    return _json({"exit_code": told_code(told).value, "dry_run": dry_run, "replies": found})


def _text_lines(word: str, value: str) -> list[str]:
    if "\n" not in value:
        return [f"{word}: {value}"]
    return [f"{word}:", *(f"  {line}" for line in value.splitlines())]


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _cell(value: object) -> str:
    return "" if value is None else str(value)
