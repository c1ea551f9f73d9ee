"""What `connector doctor` found, as a table for people and as one line of JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.core.org.findings import DoctorReport, Finding, Level, Side
from connector.core.run.exit_codes import MEANINGS
from connector.report.run.line import as_line

_STYLES = {Level.PASS: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def print_doctor(report: DoctorReport, console: Console) -> None:
    """Print a table for each side, and what the examination cost.

    Words carry the level as well as colours, which the console leaves out where none are wanted.
    """
    for side in Side:
        console.print(_table(side, [each for each in report.findings if each.check.side is side]))
    for line in _ending(report):
        console.print(Text(line))


def doctor_as_json(report: DoctorReport) -> str:
    """What was found, as one JSON object with the same keys every time."""
    document = {
        "exit_code": report.exit_code.value,
        "checks": [
            {
                "code": finding.check.value,
                "level": finding.level.value,
                "what": finding.what,
                "fix": finding.fix,
                "place": finding.place,
            }
            for finding in report.findings
        ],
        "calls": dict(report.calls),
    }
    return as_line(document)


def _table(side: Side, findings: list[Finding]) -> Table:
    # The title stands in the head: a title of its own would be centred over a ragged table.
    table = Table("", side.value, "", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for finding in findings:
        level = Text(finding.level.value, _STYLES[finding.level])
        table.add_row(level, Text(finding.check.value), Text("\n".join(_said(finding))))
    return table


def _said(finding: Finding) -> Iterator[str]:
    yield finding.what
    if finding.place:
        yield f"At: {finding.place}"
    if finding.fix:
        yield f"Fix: {finding.fix}"


def _ending(report: DoctorReport) -> Iterator[str]:
    counts = {
        level: sum(each.level is level for each in report.findings) for level in reversed(Level)
    }
    calls = " and ".join(f"{number} to {vendor}" for vendor, number in report.calls.items())
    yield f"{counts[Level.PASS]} passed, {counts[Level.WARN]} warned, {counts[Level.FAIL]} failed."
    yield f"API calls: {calls}; nothing was written."
    yield f"Exit {report.exit_code.value}: {MEANINGS[report.exit_code]}"
