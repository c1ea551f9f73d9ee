"""`connector doctor`: credentials, permissions, fields, keys and limits, on both sides."""

from __future__ import annotations

import sys
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
from connector.cli.session import reporter_for
from connector.flows.org.doctor import examine
from connector.report.org.doctor import doctor_as_json, print_doctor
from connector.wiring import connect, examination_of, new_run_id

_EPILOG = """\b
Examples:
  connector doctor
  connector doctor --json
"""

_WIDE = 160
"""Columns where no terminal says how many there are: fewer would break sentences for a file."""


@click.command(epilog=_EPILOG)
@config_option
@json_option
def doctor(config_path: Path, as_json: bool) -> None:  # noqa: FBT001  click passes options by name
    """Check credentials, permissions, fields, keys and limits; say how to mend each.

    Asks both sides and writes to neither. What each code means: docs/org/doctor.md.
    Exit code 0 when all is well, 1 when something needs a look, else that of the worst failure.
    """
    with speaking_errors():
        settings = settings_from(config_path, require_secrets=False)
        with reporter_for(new_run_id()) as reporter:
            world = connect(settings, reporter)
            report = examine(world.org, world.trustpilot, examination_of(settings), world.calls)
        if as_json:
            click.echo(doctor_as_json(report))
        else:
            print_doctor(report, Console(width=None if sys.stdout.isatty() else _WIDE))
        leave(report.exit_code)
