"""What commands that ask both sides share: the way in, somebody who reports, the way out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from connector.cli.options import leave, settings_from, speaking_errors
from connector.cli.stopping import Signals, leave_calls_behind
from connector.config import Settings
from connector.core.policy import RunPolicy
from connector.core.run.exit_codes import ExitCode
from connector.core.run.report import RunReport
from connector.core.run.shown import Listing
from connector.core.terms.errors import ConnectorError
from connector.flows.engine import RunRequest, World
from connector.flows.ports import NeverStopping, Reporter, Stopping
from connector.report.logs import LogReporter
from connector.report.progress import TerminalReporter
from connector.report.run.report import as_json as run_as_json
from connector.report.run.report import as_text, code_of, stopped_as_json
from connector.wiring import connect, new_run_id, run_policy


@dataclass(frozen=True)
class Desk:
    """Where a command works: the configuration, somebody who reports, an id for its rows.

    `stopping` says whether its run is to end before its end.
    """

    settings: Settings
    reporter: Reporter
    run_id: str
    stopping: Stopping = field(default_factory=NeverStopping, kw_only=True)

    @cached_property
    def world(self) -> World:
        """Both sides; nothing is sent before the first question."""
        return connect(self.settings, self.reporter, stopping=self.stopping)

    @cached_property
    def policy(self) -> RunPolicy:
        """What the configuration asks of a run."""
        return run_policy(self.settings)


@dataclass(frozen=True)
class Session(Desk):
    """The same for a run, and which run is wanted."""

    request: RunRequest


@contextmanager
def desk_of(settings: Settings, run_id: str = "") -> Iterator[Desk]:
    """What a command works with, as long as somebody reports; with an id of its own if need be."""
    own = run_id or new_run_id()
    with reporter_for(own) as reporter:
        yield Desk(settings, reporter, own)


@contextmanager
def session(
    config_path: Path, *, as_json: bool, only: tuple[str, ...] = (), dry_run: bool = False
) -> Iterator[Session]:
    """Open what a run needs; an error ends the command with a sentence and its exit code.

    Ctrl-C and SIGTERM interrupt until the run has begun; then they let it end in order.
    """
    run_id, signals = new_run_id(), Signals()
    with (
        speaking_errors(),
        _errors_on_standard_output(run_id, wanted=_in_json(as_json)),
        signals.listening(),
        desk_of(settings_from(config_path), run_id) as desk,
    ):
        request = RunRequest(run_id, only, dry_run)
        yield Session(desk.settings, desk.reporter, run_id, request, stopping=signals)


@contextmanager
def opened_desk(config_path: Path) -> Iterator[Desk]:
    """Open both sides for a command that is no run; an error ends it with a sentence."""
    with speaking_errors(), desk_of(settings_from(config_path)) as desk:
        yield desk


def conclude(report: RunReport, *, as_json: bool) -> NoReturn:
    """Print what a run did and end with its exit code."""
    tell(
        lambda: click.echo(as_text(report, texts=sys.stdout.isatty())),
        run_as_json(report),
        as_json=as_json,
    )
    leave_calls_behind(code_of(report))


def tell(say: Callable[[], object], line: str, *, as_json: bool) -> None:
    """Say it to a person unless JSON is wanted alone; the JSON line comes last where it is read."""
    if not as_json:
        say()
    if _in_json(as_json):
        click.echo(line)


def say_list(found: Listing, table: Table, sentence: str, line: str, *, as_json: bool) -> None:
    """Print a list of records: as a table with a sentence, or as the JSON line alone."""
    if as_json:
        click.echo(line)
        return
    if found.records:
        Console().print(table)
    click.echo(sentence)


def say_stories(texts: Sequence[str], line: str, unknown: str, *, as_json: bool) -> NoReturn:
    """Print what is known of the records that a word names; with none, say so and need a look."""
    if as_json:
        click.echo(line)
    elif texts:
        click.echo("\n\n".join(texts))
    else:
        click.echo(unknown, err=True)
    leave(ExitCode.DONE if texts else ExitCode.NEEDS_A_LOOK)


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
