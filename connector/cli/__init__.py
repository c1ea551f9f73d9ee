"""What people type: click commands that gather arguments, call wiring and print a report."""

from __future__ import annotations

from importlib.metadata import version

import click

from connector.cli.demo import demo
from connector.cli.emulator import emulator
from connector.cli.invitations import invitations
from connector.cli.org.deploy import deploy
from connector.cli.org.doctor import doctor
from connector.cli.privacy import erase
from connector.cli.products import products
from connector.cli.replies import replies
from connector.cli.reviews.backfill import import_reviews
from connector.cli.reviews.group import reviews
from connector.cli.rules import rules
from connector.cli.run.once import run
from connector.cli.run.status import status
from connector.cli.validate import validate

__all__ = ["main"]


_EPILOG = """\b
Try it without an account:   connector demo
Check a configuration:       connector validate
Do one pass:                 connector run
"""


@click.group(context_settings={"help_option_names": ["--help", "-h"]}, epilog=_EPILOG)
@click.version_option(version("connector"), prog_name="connector")
def main() -> None:
    """Connect Trustpilot and Salesforce: reviews in, invitations and replies out."""


for command in (
    demo,
    validate,
    deploy,
    doctor,
    run,
    import_reviews,
    reviews,
    products,
    rules,
    invitations,
    replies,
    status,
    erase,
    emulator,
):
    main.add_command(command)
