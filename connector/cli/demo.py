"""`connector demo`: both vendors emulated here, the whole job, a report; needs no account."""

from __future__ import annotations

import threading
from typing import Any

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from connector.cli.options import emulator_installed, speaking_errors
from connector.core.terms.errors import ConfigurationError, Problem

_EPILOG = """\b
Examples:
  connector demo
  connector demo --browser
"""


_SHORT = {
    "opening": "open",
    "erasure": "erase",
    "replies_out": "reply",
    "tags_out": "tags",
    "invitations_out": "invite",
    "reviews_in": "review",
    "summary": "score",
    "closing": "close",
}
"""Headings of the table of calls: so that it fits a terminal of 80 columns."""


@click.command(epilog=_EPILOG)
@click.option("--browser", is_flag=True, help="Serve the Salesforce app on a local page.")
@click.option("--port", default=8600, show_default=True, help="With --browser: its port; 0: any.")
@click.option("--no-open", is_flag=True, help="With --browser: do not open a browser.")
def demo(*, browser: bool, port: int, no_open: bool) -> None:
    """Watch the whole job on emulated vendors; needs no account and no network.

    Reviews arrive, stages change, invitations go out, a link is opened, a reply is published.
    The connector runs as in production: its own process, HTTPS, a configuration file.

    With --browser you do it yourself: the components of the Salesforce package on a local page,
    and the connector running beside it. Ends with Ctrl-C.
    """
    with speaking_errors(), emulator_installed():
        if browser:
            _serve(port, opens=not no_open)
        else:
            _tell()


def _tell() -> None:
    # Here and not above: only the demo needs the `emulator` extra.
    from connector.demo.stage import open_stage  # noqa: PLC0415
    from connector.demo.story import tell  # noqa: PLC0415

    with open_stage() as stage:
        runs = tell(stage, click.echo)
    click.echo("\nAPI calls (Salesforce + Trustpilot), sign-in included")
    Console().print(_calls_table(runs))


def _serve(port: int, *, opens: bool) -> None:
    from connector.demo.browser.show import open_show  # noqa: PLC0415  the same

    try:
        with open_show(port=port) as show:
            click.echo(f"The Salesforce app is at {show.url}")
            click.echo("The connector runs every few seconds. Ctrl-C ends everything.")
            if opens:
                click.launch(show.url)
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("Ended. Everything was emulated; nothing is left.")
    except OSError as error:
        raise ConfigurationError(
            [Problem(f"Port {port} cannot be opened: {error.strerror or error}.")],
            next_step="Choose another one: connector demo --browser --port 0",
        ) from error


def _calls_table(runs: list[tuple[str, dict[str, Any]]]) -> Table:
    parts = list(dict.fromkeys(part for _, run in runs for part in run["calls"]))
    titles = [_SHORT.get(part, part) for part in parts]
    table = Table("run", *titles, "all", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for title, run in runs:
        cells = [_cell(run["calls"].get(part, {})) for part in parts]
        table.add_row(title, *cells, _cell(run["calls_total"]))
    return table


def _cell(calls: dict[str, int]) -> str:
    return f"{calls.get('Salesforce', 0)}+{calls.get('Trustpilot', 0)}"
