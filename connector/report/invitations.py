"""Invitations as tables and sentences for people, and as one line of JSON for machines.

The recipient stands in no line that did not get him from the flow, which reads him on request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from connector.core.invitations.portal_changes import DeliveryReport
from connector.core.invitations.shown import InvitationStory
from connector.core.run.exit_codes import ExitCode
from connector.core.run.shown import Listing, Told
from connector.report.run.line import as_line
from connector.report.run.shown import cell, told_as_documents, told_code
from connector.report.run.shown import list_table as table_of

_COLUMNS = ("number", "status", "channel", "rule", "record", "due_at", "sent_at", "reason_code")
_PERSONAL = ("email", "name")
_MOST_LINES = 20
"""More faulty lines than these are only counted; the JSON names them all."""


def list_table(found: Listing) -> Table:
    """The list as a table; the recipient stands in it where the flow told him."""
    first = found.records[0] if found.records else {}
    return table_of(found, (*_COLUMNS, *(word for word in _PERSONAL if word in first)))


def list_sentence(found: Listing) -> str:
    """How many there are."""
    count = len(found.records)
    return (
        f"{count} invitation(s); there are more, see --limit."
        if found.more
        else f"{count} invitation(s)."
    )


def list_as_json(found: Listing) -> str:
    """The list on one line."""
    return as_line({"invitations": list(found.records), "more": found.more})


def story_as_text(story: InvitationStory) -> str:
    """Every fact of an invitation on a line of its own; empty ones are left out."""
    lines = [f"{word}: {cell(value)}" for word, value in story.facts.items() if value is not None]
    lines.append(f"has_link: {'yes' if story.has_link else 'no'}")
    for attempt in story.attempts:
        said = ", ".join(f"{word} {cell(value)}" for word, value in attempt.items() if value)
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
    return as_line({"invitations": found})


def desk_as_json(told: Sequence[Told]) -> str:
    """What became of the wishes, on one line."""
    return as_line({"exit_code": told_code(told).value, "invitations": told_as_documents(told)})


def unclear_table(found: Listing) -> Table:
    """What is known of each invitation whose end is not."""
    return table_of(found, ("number", "reference_number", "tried_at", "http_status", "rule"))


def resolved_as_json(told: Sequence[Told], known: Listing) -> str:
    """What became of the wishes and what was known before, on one line."""
    document = {"exit_code": told_code(told).value, "invitations": told_as_documents(told)}
    return as_line({**document, "known": list(known.records)})


def unclear_as_json(known: Listing) -> str:
    """What is known where nothing was resolved, on one line."""
    return as_line(
        {"exit_code": ExitCode.DONE.value, "dry_run": True, "known": list(known.records)}
    )


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
    return as_line(document)
