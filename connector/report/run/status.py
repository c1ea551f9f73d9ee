"""How things stand, as text for people and as one line of JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connector.core.invitations.reach import CANARY_LIST
from connector.core.run.exit_codes import ExitCode
from connector.core.run.status import StatusReport
from connector.report.run.line import as_line

_WORDS = {
    "invitations_scheduled": "invitations scheduled",
    "invitations_due": "invitations due now",
    "invitations_sending": "invitations being sent",
    "invitations_unknown": "invitations whose outcome is unknown",
    "replies_queued": "replies queued",
    "replies_conflict": "replies in conflict",
}


def status_code(status: StatusReport) -> ExitCode:
    """The exit code of `connector status`."""
    return ExitCode.NEEDS_A_LOOK if status.needs_a_look else ExitCode.DONE


def status_as_text(status: StatusReport) -> str:
    """How things stand, in a few lines."""
    return "\n".join(_lines(status))


def _lines(status: StatusReport) -> Iterator[str]:
    if status.last_run is None:
        yield "No run has finished yet. Type: connector run"
    else:
        yield f"Last run: {status.last_run:%Y-%m-%d %H:%M} UTC"
    for key, at in sorted(status.marks.items()):
        stream, _, unit_id = key.partition(":")
        # When counting began, or a canary list held: no progress that a person follows.
        if stream.endswith("_begin") or stream == CANARY_LIST:
            continue
        unit = f"{status.unit_names.get(unit_id, unit_id)}: " if unit_id else ""
        yield f"{unit}{stream.replace('_', ' ')} read through {at:%Y-%m-%d %H:%M} UTC"
    for word, text in _WORDS.items():
        yield f"{status.counts[word]} {text}"
    if status.salesforce_usage:
        used, allowed = status.salesforce_usage
        yield f"Salesforce API calls: {used} of {allowed} used in 24 hours"
    for issue in status.issues:
        yield f"Issue {issue.code} ({issue.record}, seen {issue.attempts} time(s)): {issue.message}"
        yield f"  Next: {issue.next_step}"
    if not status.issues:
        yield "No open issue."


def status_as_json(status: StatusReport) -> str:
    """How things stand, as one JSON object with the same keys every time."""
    document: dict[str, Any] = {
        "at": _text(status.at),
        "last_run": _text(status.last_run),
        "marks": {key: _text(at) for key, at in sorted(status.marks.items())},
        "counts": dict(status.counts),
        "issues": [
            {
                "code": issue.code,
                "record": issue.record,
                "attempts": issue.attempts,
                "message": issue.message,
                "next": issue.next_step,
            }
            for issue in status.issues
        ],
        "salesforce_usage": status.salesforce_usage,
        "exit_code": status_code(status).value,
    }
    return as_line(document)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
