"""What commands that ask both sides share: the way in, somebody who reports, the way out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from connector.cli.options import leave, settings_from, speaking_errors
from connector.config import Settings
from connector.core.policy import RunPolicy
from connector.core.run.report import RunReport
from connector.core.terms.errors import ConnectorError
from connector.flows.engine import RunRequest, World
from connector.flows.ports import Reporter
from connector.report.logs import LogReporter
from connector.report.progress import TerminalReporter
from connector.report.run.report import as_json as run_as_json
from connector.report.run.report import as_text, code_of, stopped_as_json
from connector.wiring import connect, new_run_id, run_policy


@dataclass(frozen=True)
class Session:
    """The configuration, both sides, what it asks of a run, and which run is wanted."""

    settings: Settings
    world: World
    policy: RunPolicy
    request: RunRequest


@contextmanager
def session(
    config_path: Path, *, as_json: bool, only: tuple[str, ...] = (), dry_run: bool = False
) -> Iterator[Session]:
    """Open what a run needs; an error ends the command with a sentence and its exit code."""
    run_id = new_run_id()
    with speaking_errors(), _errors_on_standard_output(run_id, wanted=_in_json(as_json)):
        settings = settings_from(config_path)
        with reporter_for(run_id) as reporter:
            yield Session(
                settings,
                connect(settings, reporter),
                run_policy(settings),
                RunRequest(run_id, only, dry_run),
            )


@dataclass(frozen=True)
class Desk:
    """Where a command about single things works: both sides, the policy, an id for its rows."""

    world: World
    policy: RunPolicy
    run_id: str


@contextmanager
def opened_desk(config_path: Path) -> Iterator[Desk]:
    """Open both sides for a command that is no run; an error ends it with a sentence."""
    with speaking_errors():
        settings = settings_from(config_path)
        run_id = new_run_id()
        with reporter_for(run_id) as reporter:
            yield Desk(connect(settings, reporter), run_policy(settings), run_id)


def conclude(report: RunReport, *, as_json: bool) -> NoReturn:
    """Print what a run did and end with its exit code."""
    tell(
        lambda: click.echo(as_text(report, texts=sys.stdout.isatty())),
        run_as_json(report),
        as_json=as_json,
    )
    leave(code_of(report))


def tell(say: Callable[[], object], line: str, *, as_json: bool) -> None:
    """Say it to a person unless JSON is wanted alone; the JSON line comes last where it is read."""
    if not as_json:
        say()
    if _in_json(as_json):
        click.echo(line)


@contextmanager
def reporter_for(run_id: str) -> Iterator[Reporter]:
    """Progress bars on a terminal, JSON log lines on standard error elsewhere."""
    if not sys.stderr.isatty():
        yield LogReporter(sys.stderr, run_id)
        return
    with TerminalReporter(Console(stderr=True)) as reporter:
        yield reporter


@contextmanager
def _errors_on_standard_output(run_id: str, *, wanted: bool) -> Iterator[None]:
    """Whoever reads the last line finds JSON there too when the run could not begin."""
    try:
        yield
    except ConnectorError as error:
        if wanted:
            click.echo(stopped_as_json(run_id, error))
        raise


def _in_json(as_json: bool) -> bool:  # noqa: FBT001  one word, said by its name
    return as_json or not sys.stdout.isatty()
