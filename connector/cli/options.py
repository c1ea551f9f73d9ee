"""What commands share: the configuration option, loading it, and ending with an exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from connector.cli.stopping import EarlyEnd
from connector.config import Settings, load_settings
from connector.core.run.exit_codes import ExitCode, exit_code
from connector.core.terms.errors import ConfigurationError, ConnectorError, Problem
from connector.report.errors import defect_report, sentence

INTERRUPTED = ExitCode.INTERRUPTED
"""What shells say of a command that was ended by Ctrl-C."""

DEFECT = 70
"""An error inside the connector itself (EX_SOFTWARE of sysexits)."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def config_option(command: _Command) -> _Command:
    """Give a command `--config FILE`; `CONNECTOR_CONFIG` names it as well."""
    return click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("config.yaml"),
        show_default=True,
        envvar="CONNECTOR_CONFIG",
        help="The configuration file; also read from CONNECTOR_CONFIG.",
    )(command)


def json_option(command: _Command) -> _Command:
    """Give a command `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object on one line."
    )(command)


def dry_run_option(command: _Command) -> _Command:
    """Give a command of both sides `--dry-run`."""
    return click.option(
        "--dry-run", is_flag=True, help="Show what would be done; write to neither side."
    )(command)


def status_option(statuses: type[StrEnum]) -> Callable[[_Command], _Command]:
    """Give a list `--status`, which may be repeated, with the words of these statuses."""
    return click.option(
        "--status",
        "statuses",
        multiple=True,
        metavar="STATUS",
        type=click.Choice([each.value for each in statuses], case_sensitive=False),
        help="Only those that stand so; may be repeated.",
    )


def limit_option(command: _Command) -> _Command:
    """Give a list `--limit`."""
    return click.option(
        "--limit",
        default=50,
        show_default=True,
        type=click.IntRange(1, 2000),
        help="At most so many.",
    )(command)


def settings_from(path: Path, *, require_secrets: bool = True) -> Settings:
    """The settings in this file and this environment. Raises `ConfigurationError`."""
    return load_settings(path, os.environ, require_secrets=require_secrets)


@contextmanager
def speaking_errors() -> Iterator[None]:
    """End the command with a sentence and the exit code of what went wrong."""
    try:
        yield
    except ConnectorError as error:
        click.echo(sentence(error), err=True)
        leave(exit_code([error]))
    except KeyboardInterrupt as stop:
        click.echo("Stopped. Nothing is lost: the next run resumes.", err=True)
        leave(stop.code if isinstance(stop, EarlyEnd) else INTERRUPTED)
    except Exception as defect:  # noqa: BLE001  whatever it is, its text may hold personal data
        click.echo(defect_report(defect), err=True)
        leave(DEFECT)


@contextmanager
def emulator_installed() -> Iterator[None]:
    """Say what to install when a library of the `emulator` extra is missing."""
    try:
        yield
    except ModuleNotFoundError as missing:
        raise ConfigurationError(
            [Problem(f"The emulator needs {missing.name}, which is not installed.")],
            next_step="Type: pip install 'connector[emulator]'",
        ) from missing


def leave(code: int) -> NoReturn:
    """End the process with this exit code."""
    raise SystemExit(int(code))
