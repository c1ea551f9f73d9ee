"""Replies as tables and sentences for people, and as one line of JSON for machines.

Texts of replies stand in what somebody asked to see of single ones, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich.table import Table

from connector.core.run.shown import Listing, Told
from connector.report.run.line import as_line
from connector.report.run.shown import cell, told_as_documents, told_code
from connector.report.run.shown import list_table as table_of
from connector.report.run.shown import told_as_text as lines_of

_COLUMNS = ("number", "review", "type", "stars", "status", "changed_at")


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


def list_table(found: Listing) -> Table:
    """The list as a table, a row each."""
    return table_of(found, _COLUMNS)


def list_sentence(found: Listing) -> str:
    """How many there are."""
    more = "; there are more, see --limit." if found.more else "."
    return f"{len(found.records)} {'reply' if len(found.records) == 1 else 'replies'}{more}"


def list_as_json(found: Listing) -> str:
    """The list on one line."""
    return as_line({"replies": list(found.records), "more": found.more})


def story_as_text(story: ReplyStory) -> str:
    """Every fact of a reply, its texts, and the difference to what is live."""
    lines: list[str] = []
    for word, value in story.facts.items():
        if value is not None:
            lines += _text_lines(word, cell(value))
    lines += [f"{cell(each['status'])} at {each['at']} by {each['by']}" for each in story.history]
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
    return as_line({"replies": found})


def told_as_text(told: Sequence[Told]) -> str:
    """A line for each reply, and the next step where one was not queued."""
    return lines_of(told) or "Nothing was refused: there is nothing to try again."


def told_as_json(told: Sequence[Told], *, dry_run: bool) -> str:
    """The same on one line."""
    code = told_code(told).value
    return as_line({"exit_code": code, "dry_run": dry_run, "replies": told_as_documents(told)})


def _text_lines(word: str, value: str) -> list[str]:
    if "\n" not in value:
        return [f"{word}: {value}"]
    return [f"{word}:", *(f"  {line}" for line in value.splitlines())]
