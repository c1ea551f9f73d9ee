"""`connector erase`: what both sides hold about one e-mail address goes, on request."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from connector.cli.options import config_option, leave, settings_from, speaking_errors
from connector.cli.session import desk_of
from connector.core.terms.errors import SafetyStop
from connector.flows.privacy.person import erase_person
from connector.report.privacy import erasure_as_text, erasure_code

_EPILOG = """\b
Examples:
  connector erase --email jane@customer.example --dry-run
  connector erase --email jane@customer.example
"""

_QUESTION = "Erase this address in the org and at Trustpilot? Nothing brings it back."


def _address(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """Refuse what is no address, without repeating it: it may be half of one."""
    name, _, domain = given.strip().rpartition("@")
    if not name or "." not in domain or any(char.isspace() for char in given.strip()):
        raise click.BadParameter("this is no e-mail address.")
    return given.strip()


@click.command(epilog=_EPILOG)
@config_option
@click.option(
    "--email", required=True, metavar="ADDRESS", callback=_address, help="Whom to forget."
)
@click.option("--dry-run", is_flag=True, help="Show which records; write to neither side.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is there.")
def erase(config_path: Path, email: str, dry_run: bool, yes: bool) -> None:  # noqa: FBT001  click passes options by name
    """Erase what the org and Trustpilot hold about an e-mail address.

    Reviews with this address are anonymised, invitations to it lose their recipient, and one
    that still waits is cancelled. Trustpilot forgets its invitation data. What it did is told
    by record ids, never by the address.
    """
    with speaking_errors():
        settings = settings_from(config_path)
        if not (dry_run or yes):
            _confirm()
        with desk_of(settings) as desk:
            org, trustpilot = desk.world.org, desk.world.trustpilot
            report = erase_person(org, trustpilot, desk.policy, email, dry_run=dry_run)
        click.echo(erasure_as_text(report))
        leave(erasure_code(report))


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise SafetyStop("Nothing was erased: nobody could be asked.", next_step="Add --yes.")
    if not click.confirm(_QUESTION):
        raise SafetyStop("Nothing was erased.")
