"""`connector run`: one pass over all flows; what cron calls."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from connector.cli.options import (
    config_option,
    json_option,
    leave,
    settings_from,
    speaking_errors,
)
from connector.core.errors import ConnectorError
from connector.flows.engine import FLOWS, RunRequest
from connector.flows.engine import run as one_pass
from connector.flows.ports import Reporter
from connector.report.logs import LogReporter
from connector.report.progress import TerminalReporter
from connector.report.run_text import as_json as run_as_json
from connector.report.run_text import as_text, code_of, stopped_as_json
from connector.wiring import connect, new_run_id, run_policy

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
@click.option("--dry-run", is_flag=True, help="Show what would be done; write to neither side.")
@json_option
def run(config_path: Path, only: tuple[str, ...], dry_run: bool, as_json: bool) -> None:  # noqa: FBT001  click passes options by name
    """Do one pass: erasures, replies, tags and due invitations out, reviews in, summary.

    Safe to run twice and side by side. Ends with a summary; when the output is not a terminal,
    the last line is one JSON object. Exit codes: docs/exit-codes.md.
    """
    run_id = new_run_id()
    in_json = as_json or not sys.stdout.isatty()
    with speaking_errors(), errors_on_standard_output(run_id, wanted=in_json):
        settings = settings_from(config_path)
        with reporter_for(run_id) as reporter:
            report = one_pass(
                connect(settings, reporter), run_policy(settings), RunRequest(run_id, only, dry_run)
            )
        if not as_json:
            click.echo(as_text(report))
        if in_json:
            click.echo(run_as_json(report))
        leave(code_of(report))


@contextmanager
def errors_on_standard_output(run_id: str, *, wanted: bool) -> Iterator[None]:
    """Whoever reads the last line finds JSON there too when the run could not begin."""
    try:
        yield
    except ConnectorError as error:
        if wanted:
            click.echo(stopped_as_json(run_id, error))
        raise


@contextmanager
def reporter_for(run_id: str) -> Iterator[Reporter]:
    """Progress bars on a terminal, JSON log lines on standard error elsewhere."""
    if not sys.stderr.isatty():
        yield LogReporter(sys.stderr, run_id)
        return
    with TerminalReporter(Console(stderr=True)) as reporter:
        yield reporter
