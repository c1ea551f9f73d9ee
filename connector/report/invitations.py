"""Invitations as tables and sentences for people, and as one line of JSON for machines.

The recipient stands in no line that did not get him from the flow, which reads him on request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from connector.core.invitations.desk import Told
from connector.core.invitations.portal_changes import DeliveryReport
from connector.core.invitations.shown import InvitationList, InvitationStory
from connector.core.run.exit_codes import ExitCode

_COLUMNS = ("number", "status", "channel", "rule", "record", "due_at", "sent_at", "reason_code")
_PERSONAL = ("email", "name")
_MOST_LINES = 20
"""More faulty lines than these are only counted; the JSON names them all."""


def list_table(found: InvitationList) -> Table:
    """The list as a table, a row each."""
    first = found.invitations[0] if found.invitations else {}
    words = (*_COLUMNS, *(word for word in _PERSONAL if word in first))
    table = Table(*words, box=SIMPLE, pad_edge=False)
    for each in found.invitations:
        table.add_row(*(_cell(each.get(word)) for word in words))
    return table


def list_sentence(found: InvitationList) -> str:
    """How many there are."""
    count = len(found.invitations)
    return (
        f"{count} invitation(s); there are more, see --limit."
        if found.more
        else f"{count} invitation(s)."
    )


def list_as_json(found: InvitationList) -> str:
    """The list on one line."""
    return _json({"invitations": list(found.invitations), "more": found.more})


def story_as_text(story: InvitationStory) -> str:
    """Every fact of an invitation on a line of its own; empty ones are left out."""
    lines = [f"{word}: {_cell(value)}" for word, value in story.facts.items() if value is not None]
    lines.append(f"has_link: {'yes' if story.has_link else 'no'}")
    for attempt in story.attempts:
        said = ", ".join(f"{word} {_cell(value)}" for word, value in attempt.items() if value)
        lines.append(f"try: {said}" if attempt.get("outcome") else f"try: {said}, no outcome")
    lines += [f"open issue: {code}" for code in story.issues]
    return "\n".join(lines)


def stories_as_json(stories: Sequence[InvitationStory]) -> str:
    """All invitations that a word names, on one line."""
    found = [
        {
            **each.facts,
            "has_link": each.has_link,
            "attempts": list(each.attempts),
            "open_issues": list(each.issues),
        }
        for each in stories
    ]
    return _json({"invitations": found})


def desk_code(told: Sequence[Told]) -> ExitCode:
    """The exit code: what was refused needs a look."""
    return ExitCode.NEEDS_A_LOOK if any(each.refused for each in told) else ExitCode.DONE


def desk_as_text(told: Sequence[Told]) -> str:
    """A line for each invitation, and the next step where one was refused."""
    return "\n".join(line for each in told for line in _desk_lines(each))


def _desk_lines(told: Told) -> Iterator[str]:
    if told.refused:
        yield f"{told.record}: {told.sentence}" if told.record else told.sentence
        yield f"  Next: {told.next_step}"
    elif told.before == told.after:
        yield f"{told.record}: {told.after} already"
    else:
        yield f"{told.record}: {told.before} -> {told.after}"


def desk_as_json(told: Sequence[Told]) -> str:
    """The same on one line."""
    found = [{**asdict(each), "refused": each.refused} for each in told]
    return _json({"exit_code": desk_code(told).value, "invitations": found})


def delivery_code(report: DeliveryReport) -> ExitCode:
    """The exit code: a line that was left out or refused needs a look."""
    return ExitCode.NEEDS_A_LOOK if report.faults or report.refused else ExitCode.DONE


def delivery_as_text(report: DeliveryReport) -> str:
    """The report as a few lines; lines of the file by number, never by their words."""
    lines = ["Dry run: nothing was written."] if report.dry_run else []
    lines.append(
        f"{report.updated} invitation(s) updated, {report.added} added, "
        f"{report.unchanged} unchanged"
    )
    lines += [f"  {status}: {count}" for status, count in sorted(report.statuses.items())]
    bad = [f"Line {fault.line}: {fault.message}" for fault in report.faults]
    bad += [f"Line {line}: the org refused it ({code})." for line, code in report.refused]
    lines += bad[:_MOST_LINES]
    if len(bad) > _MOST_LINES:
        lines.append(f"{len(bad) - _MOST_LINES} more lines were left out; --json names them all.")
    return "\n".join(lines)


def delivery_as_json(report: DeliveryReport) -> str:
    """The same on one line."""
    document: dict[str, Any] = {
        "exit_code": delivery_code(report).value,
        "dry_run": report.dry_run,
        "updated": report.updated,
        "added": report.added,
        "unchanged": report.unchanged,
        "statuses": dict(report.statuses),
        "faults": [asdict(fault) for fault in report.faults],
        "refused": [{"line": line, "code": code} for line, code in report.refused],
    }
    return _json(document)


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _cell(value: object) -> str:
    return "" if value is None else str(value)
