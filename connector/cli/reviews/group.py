"""`connector reviews`: look whether the org holds every review, and fetch single ones anew."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from connector.cli.options import config_option, dry_run_option, json_option, leave
from connector.cli.reviews.backfill import range_options
from connector.cli.session import conclude, session, tell
from connector.core.reviews.estimate import ImportRange
from connector.core.terms.reviews import ReviewType
from connector.flows.engine import check_since
from connector.flows.engine import refresh as refresh_reviews
from connector.report.reviews.reconciliation import (
    check_as_json,
    check_code,
    check_sentence,
    check_table,
)
from connector.report.run.report import as_text

_EPILOG = """\b
Examples:
  connector reviews check --days 30
  connector reviews refresh 5f1a2b3c4d5e6f7a8b9c0d1e
"""

_CHECK_EPILOG = """\b
Examples:
  connector reviews check --days 30
  connector reviews check --since 2026-01-01 --dry-run --json
"""

_REFRESH_EPILOG = """\b
Examples:
  connector reviews refresh 5f1a2b3c4d5e6f7a8b9c0d1e
  connector reviews refresh --product 5f1a2b3c4d5e6f7a8b9c0d1e
"""


@click.group(epilog=_EPILOG)
def reviews() -> None:
    """Compare the reviews of both sides, or fetch single ones anew."""


@reviews.command("check", epilog=_CHECK_EPILOG)
@config_option
@range_options
@click.option("--dry-run", is_flag=True, help="Show what differs; write to neither side.")
@json_option
def check(config_path: Path, *, wanted: ImportRange, dry_run: bool, as_json: bool) -> None:
    """Compare day by day what Trustpilot lists with what the org holds, and heal it.

    Prints the days that differed. Exit code 0 when both sides agree now, 1 when something needs
    a look; a dry run ends with 1 when anything differs.
    """
    with session(config_path, as_json=as_json, dry_run=dry_run) as opened:
        report, found = check_since(opened.world, opened.policy, opened.request, wanted)

    def say() -> None:
        Console().print(check_table(found))
        click.echo(check_sentence(report, found))
        click.echo(as_text(report))

    tell(say, check_as_json(report, found), as_json=as_json)
    leave(check_code(report, found))


@reviews.command("refresh", epilog=_REFRESH_EPILOG)
@config_option
@click.argument("review_ids", metavar="REVIEW_ID...", nargs=-1, required=True)
@click.option("--product", is_flag=True, help="The ids are those of product reviews.")
@dry_run_option
@json_option
def refresh(
    config_path: Path,
    review_ids: tuple[str, ...],
    *,
    product: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Fetch single reviews from Trustpilot by id and store them as they are now.

    One that Trustpilot no longer shows is marked with the day.
    """
    kind = ReviewType.PRODUCT if product else ReviewType.SERVICE
    with session(config_path, as_json=as_json, dry_run=dry_run) as opened:
        report = refresh_reviews(
            opened.world,
            opened.policy,
            opened.request,
            [(kind, review_id) for review_id in review_ids],
        )
    conclude(report, as_json=as_json)
