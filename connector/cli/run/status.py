"""`connector status`: how things stand, read from the org."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.options import config_option, json_option, leave, settings_from, speaking_errors
from connector.cli.session import desk_of
from connector.flows.run.status import read_status
from connector.report.run.status import status_as_json, status_as_text, status_code

_EPILOG = """\b
Examples:
  connector status
  connector status --json
"""


@click.command(epilog=_EPILOG)
@config_option
@json_option
def status(config_path: Path, as_json: bool) -> None:  # noqa: FBT001  click passes options by name
    """Show how far reviews are read, what waits, what failed, and the Salesforce calls used.

    Exit code 0 when all is well, 1 when something needs a look.
    """
    with speaking_errors():
        with desk_of(settings_from(config_path)) as desk:
            found = read_status(desk.world.org, desk.policy)
        click.echo(status_as_json(found) if as_json else status_as_text(found))
        leave(status_code(found))
