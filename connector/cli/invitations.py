"""`connector invitations`: look at single invitations, stop them, let them go, say what became."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from connector.cli.options import (
    config_option,
    json_option,
    leave,
    limit_option,
    status_option,
)
from connector.cli.session import Desk, opened_desk, say_list, say_stories
from connector.core.invitations.desk import DeskAction
from connector.core.invitations.portal_export import PortalExport, read_export
from connector.core.run.shown import Listing
from connector.core.terms.errors import ConfigurationError, Problem, SafetyStop
from connector.core.terms.objects import InvitationStatus
from connector.flows.invitations.desk import act
from connector.flows.invitations.look import Wanted, list_invitations, show
from connector.flows.invitations.portal_import import Sides, import_export
from connector.flows.invitations.unclear import Chosen, Unclear, unclear
from connector.report.invitations import (
    delivery_as_json,
    delivery_as_text,
    delivery_code,
    desk_as_json,
    list_as_json,
    list_sentence,
    list_table,
    resolved_as_json,
    stories_as_json,
    story_as_text,
    unclear_as_json,
    unclear_table,
)
from connector.report.run.shown import told_as_text, told_code

_Command = TypeVar("_Command", bound=Callable[..., Any])

_EPILOG = """\b
Examples:
  connector invitations list --status Unknown
  connector invitations show TI-000042
  connector invitations cancel TI-000042 TI-000043
"""


@click.group(epilog=_EPILOG)
def invitations() -> None:
    """Look at single invitations, stop them, let them go, say what became of them."""


def _personal_option(command: _Command) -> _Command:
    return click.option(
        "--personal", is_flag=True, help="Also show the recipient's e-mail address and name."
    )(command)


_ids_argument = click.argument("ids", metavar="ID...", nargs=-1, required=True)

_LIST_EPILOG = """\b
Examples:
  connector invitations list --status Unknown --status Failed
  connector invitations list --rule delivered-orders --limit 200 --json
"""


@invitations.command("list", epilog=_LIST_EPILOG)
@config_option
@status_option(InvitationStatus)
@click.option("--rule", default="", metavar="NAME", help="Only those of this rule.")
@click.option("--business-unit", default="", metavar="NAME", help="Only those of this unit.")
@limit_option
@_personal_option
@json_option
def list_command(config_path: Path, *, as_json: bool, **asked: Any) -> None:
    """List invitations, newest first.

    The recipient's e-mail address and name are left out, unless --personal is given.
    """
    wanted = Wanted(
        asked["statuses"], asked["rule"], asked["business_unit"], asked["limit"], asked["personal"]
    )
    with opened_desk(config_path) as desk:
        found = list_invitations(desk.world.org, desk.policy, wanted)
    table, sentence, line = list_table(found), list_sentence(found), list_as_json(found)
    say_list(found, table, sentence, line, as_json=as_json)


_SHOW_EPILOG = """\b
Examples:
  connector invitations show TI-000042
  connector invitations show 00000104 --personal --json
"""


@invitations.command("show", epilog=_SHOW_EPILOG)
@config_option
@click.argument("invitation", metavar="ID")
@_personal_option
@json_option
def show_command(config_path: Path, invitation: str, *, personal: bool, as_json: bool) -> None:
    """Show everything about an invitation, with its tries.

    ID is the record id, the number (TI-000042), the claim key or the reference number. The
    recipient's e-mail address and name are left out, unless --personal is given; a link is never
    shown, only whether there is one.
    """
    with opened_desk(config_path) as desk:
        stories = show(desk.world.org, desk.policy, invitation, personal=personal)
    unknown = "No invitation is known by this.\n  Next: connector invitations list"
    texts = [story_as_text(each) for each in stories]
    say_stories(texts, stories_as_json(stories), unknown, as_json=as_json)


def _act(config_path: Path, action: DeskAction, ids: Sequence[str], *, as_json: bool) -> None:
    with opened_desk(config_path) as desk:
        told = act(desk.world.org, desk.policy, action, ids, desk.run_id)
    click.echo(desk_as_json(told) if as_json else told_as_text(told))
    leave(told_code(told))


def _desk_command(action: DeskAction, said: str, examples: str) -> None:
    """Add the command by which a person wants this of invitations."""

    @invitations.command(action.value, help=said, epilog=f"\b\n{examples}")
    @config_option
    @_ids_argument
    @json_option
    def _command(config_path: Path, ids: tuple[str, ...], *, as_json: bool) -> None:
        _act(config_path, action, ids, as_json=as_json)


_desk_command(
    DeskAction.CANCEL,
    """Cancel invitations that have not gone out.

    One that a run is sending, or that Trustpilot has, is left as it is and told of. Exit code 0
    when all are cancelled, 1 when one is not.
    """,
    """Examples:
  connector invitations cancel TI-000042
  connector invitations cancel a01000000000001AAA a01000000000002AAA
""",
)
_desk_command(
    DeskAction.HOLD,
    """Hold invitations back until they are released.

    One that a run is sending, or that Trustpilot has, is left as it is and told of. Exit code 0
    when all are held, 1 when one is not.
    """,
    """Example:
  connector invitations hold TI-000042
""",
)
_desk_command(
    DeskAction.RELEASE,
    "Let invitations go that are on hold; those that are due go with the next run.",
    """Example:
  connector invitations release TI-000042
""",
)


_RESOLVE_EPILOG = """\b
Examples:
  connector invitations resolve TI-000042 --sent
  connector invitations resolve TI-000042 --resend
  connector invitations resolve --rule delivered-orders --dry-run
"""

_ASKED_ABOVE = 20
"""So many are resolved without a question."""


@invitations.command("resolve", epilog=_RESOLVE_EPILOG)
@config_option
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--run", default="", metavar="RUN_ID", help="All that this run left Unknown.")
@click.option("--rule", default="", metavar="NAME", help="All of this rule; with --run of both.")
@click.option(
    "--sent", "action", flag_value=DeskAction.SENT.value, help="It was sent: it becomes Accepted."
)
@click.option(
    "--resend",
    "action",
    flag_value=DeskAction.RESEND.value,
    help="It was not sent: the next run sends it, with the same reference number.",
)
@click.option("--dry-run", is_flag=True, help="Show what is known of each; write nothing.")
@click.option("--yes", is_flag=True, help="Ask no question, however many there are.")
@json_option
def resolve(  # noqa: PLR0913  click passes options by name
    config_path: Path,
    ids: tuple[str, ...],
    *,
    run: str,
    rule: str,
    action: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Say what became of invitations whose status is Unknown.

    Look for the reference numbers at Trustpilot first. What you say is written on the invitation
    and its last try, and its issue is closed. Shows first what is known of each, and asks before
    it resolves more than 20.
    """
    chosen = Chosen(ids, run, rule)
    if not (ids or chosen.is_wide):
        raise click.UsageError("Name invitations by their ids, or by --run or --rule.")
    if action is None and not dry_run:
        raise click.UsageError("Say --sent or --resend.")
    with opened_desk(config_path) as desk:
        found = unclear(desk.world.org, desk.policy, chosen)
        if not as_json:
            _say_known(found.known)
        if action is None or dry_run:
            if as_json:
                click.echo(unclear_as_json(found.known))
            return
        if not yes:
            _confirm(len(found.known.records), chosen)
        _resolve(desk, DeskAction(action), ids, found, as_json=as_json)


def _say_known(known: Listing) -> None:
    if known.records:
        Console().print(unclear_table(known))
    click.echo(f"{len(known.records)} invitation(s) are Unknown.")


def _confirm(count: int, chosen: Chosen) -> None:
    """Ask before many are resolved; raise `SafetyStop` without a yes."""
    if count <= _ASKED_ABOVE:
        return
    if sys.stdin.isatty():
        if not click.confirm(f"Resolve {count} invitations?", err=True):
            raise SafetyStop("Nothing was resolved.")
    elif chosen.is_wide:
        raise SafetyStop("Nothing was resolved: nobody could be asked.", next_step="Add --yes.")


def _resolve(
    desk: Desk, action: DeskAction, ids: Sequence[str], found: Unclear, *, as_json: bool
) -> None:
    """Resolve what is chosen; of a named one that is not Unknown it is told why not."""
    words = [*ids, *found.taken_in]
    told = act(desk.world.org, desk.policy, action, words, desk.run_id)
    click.echo(resolved_as_json(told, found.known) if as_json else told_as_text(told))
    leave(told_code(told))


_IMPORT_EPILOG = """\b
Examples:
  connector invitations import-status invitations.csv --dry-run
  connector invitations import-status invitations.csv --business-unit shop --json
"""


@invitations.command("import-status", epilog=_IMPORT_EPILOG)
@config_option
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--business-unit", default="", metavar="NAME", help="Whose export it is, if there are several."
)
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@json_option
def import_status(
    config_path: Path, file: Path, *, business_unit: str, dry_run: bool, as_json: bool
) -> None:
    """Read what Trustpilot's portal exports about invitations, a CSV file, into the org's list.

    Invitations become Delivered or Not Delivered; those that did not come from Salesforce are
    added. The same file twice changes nothing. Exit code 1 when a line was left out: lines are
    named by number.
    """
    with opened_desk(config_path) as desk:
        sides = Sides(desk.world.org, desk.world.trustpilot)
        export = _export(file)
        report = import_export(sides, desk.policy, export, business_unit, dry_run=dry_run)
    click.echo(delivery_as_json(report) if as_json else delivery_as_text(report))
    leave(delivery_code(report))


def _export(file: Path) -> PortalExport:
    try:
        export = read_export(file.read_bytes())
    except OSError as unreadable:
        problem = Problem(f"The file cannot be read: {unreadable.strerror}.", str(file))
        raise ConfigurationError([problem], next_step="Check the path.") from unreadable
    if export.lacking:
        lacking = ", ".join(export.lacking)
        problem = Problem(f"The first line has no column {lacking}.", str(file), 1)
        step = "Export the list under Manage invitations at Trustpilot, and read that file."
        raise ConfigurationError([problem], next_step=step)
    return export
