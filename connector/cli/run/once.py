"""`connector run`: one pass over all flows; what cron calls."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.options import config_option, dry_run_option, json_option
from connector.cli.session import conclude, session
from connector.flows.engine import FLOWS
from connector.flows.engine import run as one_pass

_EPILOG = """\b
Examples:
  connector run
  connector run --dry-run
  connector run --only reviews_in --only summary --json
"""


@click.command(epilog=_EPILOG)
@config_option
@click.option(
    "--only", multiple=True, type=click.Choice(FLOWS), help="Only this flow; may be repeated."
)
@dry_run_option
@json_option
def run(config_path: Path, only: tuple[str, ...], dry_run: bool, as_json: bool) -> None:  # noqa: FBT001  click passes options by name
    """Do one pass: erasures, replies, tags and due invitations out, reviews in, summary.

    Safe to run twice and side by side. Ends with a summary; when the output is not a terminal,
    the last line is one JSON object. Exit codes: docs/exit-codes.md.
    """
    with session(config_path, as_json=as_json, only=only, dry_run=dry_run) as opened:
        report = one_pass(opened.world, opened.policy, opened.request)
    conclude(report, as_json=as_json)
