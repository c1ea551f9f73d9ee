"""A check of the reviews as a table for people and as one line of JSON for machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from rich.box import SIMPLE
from rich.table import Table

from connector.core.reviews.reconciliation import DayCheck, Reconciliation
from connector.core.run.exit_codes import ExitCode
from connector.core.run.report import RunReport
from connector.report.run.line import as_line
from connector.report.run.report import as_document, code_of

_COLUMNS = ("listed", "held", "new", "missing", "different", "gone", "filtered", "refused")


def check_code(report: RunReport, found: Reconciliation) -> ExitCode:
    """The exit code of a check: what a dry run found to differ still needs a look."""
    code = code_of(report)
    left = report.dry_run and found.differing
    return ExitCode.NEEDS_A_LOOK if left and code is ExitCode.DONE else code


def check_table(found: Reconciliation) -> Table:
    """The days that differed, a row each, and a row of sums over all days."""
    table = Table("business unit", "kind", "day", *_COLUMNS, box=SIMPLE, pad_edge=False)
    for day in found.differing:
        table.add_row(day.unit, day.review_type.value, day.day.isoformat(), *_cells([day]))
    table.add_row("all", "", f"{len(found.days)} checked", *_cells(found.days))
    return table


def check_sentence(report: RunReport, found: Reconciliation) -> str:
    """What the table comes down to, in one sentence."""
    if not found.differing:
        return f"Since {found.start:%Y-%m-%d} both sides agree on every day."
    done = "Nothing was written" if report.dry_run else "What could be healed is healed"
    return f"{len(found.differing)} of {len(found.days)} days differed. {done}."


def check_as_json(report: RunReport, found: Reconciliation) -> str:
    """The run's report, with every day under `days`."""
    days = [{**asdict(day), "day": day.day.isoformat(), "agrees": day.agrees} for day in found.days]
    document = as_document(report) | {"exit_code": check_code(report, found).value, "days": days}
    return as_line(document)


def _cells(days: Iterable[DayCheck]) -> list[str]:
    every = list(days)
    return [str(sum(getattr(day, word) for day in every)) for word in _COLUMNS]
