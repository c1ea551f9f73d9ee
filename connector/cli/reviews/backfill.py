"""`connector import`: bring in the reviews of the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from connector.cli.options import config_option, dry_run_option, json_option
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


def range_options(command: _Command) -> Callable[..., Any]:
    """Give a command `--days N` and `--since YYYY-MM-DD`, of which it gets the range as `wanted`.

    A usage error unless exactly one of them is given.
    """

    @click.option(
        "--days",
        metavar="N",
        type=click.IntRange(1, 36_500),
        help="From so many days ago until now.",
    )
    @click.option(
        "--since",
        metavar="YYYY-MM-DD",
        type=click.DateTime(["%Y-%m-%d"]),
        help="From this day, which begins at 0:00 UTC, until now.",
    )
    @wraps(command)
    def with_range(*, days: int | None, since: datetime | None, **asked: Any) -> None:
        if (days is None) == (since is None):
            raise click.UsageError("Name the first day: either --days or --since.")
        command(wanted=ImportRange(days, since.date() if since else None), **asked)

    return with_range


@click.command("import", epilog=_EPILOG)
@config_option
@range_options
@dry_run_option
@json_option
def import_reviews(config_path: Path, *, wanted: ImportRange, dry_run: bool, as_json: bool) -> None:
    """Bring in the reviews of the past: both kinds, from a day until now.

    Says first what it will cost. Moves no mark and writes only what is missing or different, so
    an import that was stopped is resumed by typing it again. Exit codes: docs/exit-codes.md.
    """
    with session(config_path, as_json=as_json, dry_run=dry_run) as opened:
        report = import_since(
            opened.world,
            opened.policy,
            opened.request,
            wanted,
            lambda estimate: None if as_json else click.echo(estimate_text(estimate)),
        )
    conclude(report, as_json=as_json)
