"""`connector import`: bring in the reviews of the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from connector.cli.options import config_option, json_option
from connector.cli.session import conclude, session
from connector.core.reviews.estimate import ImportRange
from connector.flows.engine import import_since
from connector.report.reviews.estimate import estimate_text

_Command = TypeVar("_Command", bound=Callable[..., Any])

_EPILOG = """\b
Examples:
  connector import --days 30
  connector import --since 2024-01-01 --dry-run
"""


def range_options(command: _Command) -> _Command:
    """Give a command `--days N` and `--since YYYY-MM-DD`."""
    days = click.option(
        "--days",
        metavar="N",
        type=click.IntRange(1, 36_500),
        help="From so many days ago until now.",
    )
    since = click.option(
        "--since",
        metavar="YYYY-MM-DD",
        type=click.DateTime(["%Y-%m-%d"]),
        help="From this day, which begins at 0:00 UTC, until now.",
    )
    return days(since(command))


def wanted_range(days: int | None, since: datetime | None) -> ImportRange:
    """The stretch that was asked for. Raises a usage error unless exactly one option is given."""
    if (days is None) == (since is None):
        raise click.UsageError("Name the first day: either --days or --since.")
    return ImportRange(days, since.date() if since else None)


@click.command("import", epilog=_EPILOG)
@config_option
@range_options
@click.option("--dry-run", is_flag=True, help="Show what would be done; write to neither side.")
@json_option
def import_reviews(
    config_path: Path,
    days: int | None,
    since: datetime | None,
    dry_run: bool,  # noqa: FBT001  click passes options by name
    as_json: bool,  # noqa: FBT001  click passes options by name
) -> None:
    """Bring in the reviews of the past: both kinds, from a day until now.

    Says first what it will cost. Moves no mark and writes only what is missing or different, so
    an import that was stopped is resumed by typing it again. Exit codes: docs/exit-codes.md.
    """
    wanted = wanted_range(days, since)
    with session(config_path, as_json=as_json, dry_run=dry_run) as opened:
        report = import_since(
            opened.world,
            opened.policy,
            opened.request,
            wanted,
            lambda estimate: None if as_json else click.echo(estimate_text(estimate)),
        )
    conclude(report, as_json=as_json)
