"""`connector replies`: look at replies, and try again what was refused."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.options import (
    config_option,
    json_option,
    leave,
    limit_option,
    status_option,
)
from connector.cli.session import say_list, say_stories, session
from connector.core.terms.objects import ReplyStatus
from connector.flows.replies.look import UNDER_WAY, Wanted, list_replies, show
from connector.flows.replies.retry import retry
from connector.report.replies import (
    list_as_json,
    list_sentence,
    list_table,
    stories_as_json,
    story_as_text,
    told_as_json,
    told_as_text,
)
from connector.report.run.shown import told_code

_EPILOG = """\b
Examples:
  connector replies list --status Conflict
  connector replies show TR-000042
  connector replies retry --dry-run
"""


@click.group(epilog=_EPILOG)
def replies() -> None:
    """Look at replies to reviews, and try again what was refused."""


_LIST_EPILOG = """\b
Examples:
  connector replies list
  connector replies list --status Failed --status Blocked --json
"""


@replies.command("list", epilog=_LIST_EPILOG)
@config_option
@status_option(ReplyStatus)
@click.option("--business-unit", "unit", default="", metavar="NAME", help="Only of this unit.")
@limit_option
@json_option
def list_command(
    config_path: Path, statuses: tuple[str, ...], *, unit: str, limit: int, as_json: bool
) -> None:
    """List replies, the latest change first.

    Without --status: those that wait, and those that need a look. No text is shown.
    """
    with session(config_path, as_json=as_json) as opened:
        wanted = Wanted(statuses or UNDER_WAY, unit, limit)
        found = list_replies(opened.world.org, opened.policy, wanted)
    table, sentence, line = list_table(found), list_sentence(found), list_as_json(found)
    say_list(found, table, sentence, line, as_json=as_json)


_SHOW_EPILOG = """\b
Examples:
  connector replies show TR-000042
  connector replies show 5f1e9f0c2ad42a0001a0b1c2 --json
"""


@replies.command("show", epilog=_SHOW_EPILOG)
@config_option
@click.argument("review", metavar="REVIEW")
@json_option
def show_command(config_path: Path, review: str, *, as_json: bool) -> None:
    """Show a reply with its texts, who queued it, and how it differs from what is live now.

    REVIEW is the review's number (TR-000042), its record id or its id at Trustpilot.
    """
    with session(config_path, as_json=as_json) as opened:
        world = opened.world
        stories = show(world.org, world.trustpilot, opened.policy, review)
    unknown = "No review is known by this.\n  Next: connector replies list"
    texts = [story_as_text(each) for each in stories]
    say_stories(texts, stories_as_json(stories), unknown, as_json=as_json)


_RETRY_EPILOG = """\b
Examples:
  connector replies retry --dry-run
  connector replies retry TR-000042 TR-000043
"""


@replies.command("retry", epilog=_RETRY_EPILOG)
@config_option
@click.argument("reviews", metavar="[REVIEW]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Show texts and differences; change nothing.")
@json_option
def retry_command(
    config_path: Path, reviews: tuple[str, ...], *, dry_run: bool, as_json: bool
) -> None:
    """Queue replies again that were refused: status Failed or Blocked, all or the named ones.

    The next run posts them like every queued reply. Exit code 0 when all are queued, 1 when one
    is not.
    """
    with session(config_path, as_json=as_json, dry_run=dry_run) as opened:
        world = opened.world
        told = retry(world.org, opened.policy, reviews, dry_run=dry_run)
        queued = [each.record for each in told if dry_run and not each.refused and not as_json]
        stories = [show(world.org, world.trustpilot, opened.policy, name) for name in queued]
    if as_json:
        click.echo(told_as_json(told, dry_run=dry_run))
    else:
        click.echo(told_as_text(told))
        for story in stories:
            click.echo("\n" + "\n\n".join(map(story_as_text, story)))
    leave(told_code(told))
