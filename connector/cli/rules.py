"""`connector rules`: what there is, what a rule would do, why a record is asked about, what was."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from connector.cli.options import config_option, json_option, settings_from, speaking_errors
from connector.cli.session import opened_desk
from connector.core.terms.errors import ConfigurationError, Problem
from connector.flows.engine import looking
from connector.flows.insight.explanation import explain_record
from connector.flows.insight.report import Stretch, last_claims, read_report
from connector.flows.insight.simulation import Trial
from connector.flows.insight.simulation import simulate as simulate_rule
from connector.report.insight import (
    explanation_as_json,
    explanation_as_text,
    simulation_as_json,
    simulation_as_text,
)
from connector.report.rules import (
    list_as_json,
    list_as_text,
    report_as_csv,
    report_as_json,
    report_as_text,
)

USUAL_MONTHS = 12
"""What a report covers where nothing is said."""

_EPILOG = """\b
Examples:
  connector rules list
  connector rules simulate delivered-orders --days 90
  connector rules explain 801000000000001AAA
  connector rules report --months 6
"""


@click.group(epilog=_EPILOG)
def rules() -> None:
    """Look at rules: what they ask, would ask, did ask, and why.

    Nothing is written to either side.
    """


_LIST_EPILOG = """\b
Examples:
  connector rules list
  connector rules list --claimed --json
"""


@rules.command("list", epilog=_LIST_EPILOG)
@config_option
@click.option(
    "--claimed", is_flag=True, help="Also ask the org when each rule last made an invitation."
)
@json_option
def list_command(config_path: Path, *, claimed: bool, as_json: bool) -> None:
    """List the rules of the configuration, in its order.

    Needs neither network nor secrets, unless --claimed is given.
    """
    last = None
    if claimed:
        with opened_desk(config_path) as desk:
            found, last = desk.policy.rules, last_claims(desk.world.org, desk.policy)
    else:
        with speaking_errors():
            found = settings_from(config_path, require_secrets=False).invitations.rules
    click.echo(list_as_json(found, last) if as_json else list_as_text(found, last))


_SIMULATE_EPILOG = """\b
Examples:
  connector rules simulate delivered-orders --days 90
  connector rules simulate delivered-orders --days 30 --limit 200 --personal --json
"""


@rules.command("simulate", epilog=_SIMULATE_EPILOG)
@config_option
@click.argument("name", metavar="NAME")
@click.option(
    "--days",
    default=90,
    show_default=True,
    type=click.IntRange(1, 3650),
    help="How far back entries are read.",
)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(0, 2000),
    help="Tell of so many entries one by one, the latest.",
)
@click.option("--personal", is_flag=True, help="Also show the recipients' addresses and names.")
@json_option
def simulate(  # noqa: PLR0913  click passes options by name
    config_path: Path, name: str, *, days: int, limit: int, personal: bool, as_json: bool
) -> None:
    """Show what a rule would have done, had it been on for so many days.

    Who would be asked and when, collisions with other rules, why others would not, and the calls
    it would cost. Reads what a run reads and writes nothing; the rule may be switched off.
    Recipients are shown as contact ids, unless --personal is given.
    """
    with opened_desk(config_path) as desk:
        trial = Trial(name, days, limit, personal)
        report = simulate_rule(
            looking(desk.world, desk.policy, desk.run_id),
            trial,
            lambda: desk.world.calls()["Salesforce"],
        )
    click.echo(simulation_as_json(report) if as_json else simulation_as_text(report))


_EXPLAIN_EPILOG = """\b
Examples:
  connector rules explain 801000000000001AAA
  connector rules explain TI-000042 --json
"""


@rules.command("explain", epilog=_EXPLAIN_EPILOG)
@config_option
@click.argument("record", metavar="RECORD_ID")
@json_option
def explain(config_path: Path, record: str, *, as_json: bool) -> None:
    """Say why the customer of one record was asked, will be asked, or not.

    RECORD_ID is the id of an opportunity, order or case, with 15 or 18 characters; the id, number
    or reference number of an invitation stands for its record. Every rule and every check is
    told, in order, as a run would decide now. An invitation that waits is looked at as the run
    will do that sends it.
    """
    with opened_desk(config_path) as desk:
        told = explain_record(looking(desk.world, desk.policy, desk.run_id), record)
    click.echo(explanation_as_json(told) if as_json else explanation_as_text(told))


_REPORT_EPILOG = """\b
Examples:
  connector rules report --months 6
  connector rules report --since 2026-01-01 --csv rules.csv
"""


@rules.command("report", epilog=_REPORT_EPILOG)
@config_option
@click.option(
    "--months",
    metavar="N",
    type=click.IntRange(1, 120),
    help="So many calendar months (UTC), this one included; 12 if nothing is said.",
)
@click.option(
    "--since",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    help="From this day (UTC) instead.",
)
@click.option(
    "--csv",
    "csv_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the counts to this file, which is replaced.",
)
@json_option
def report(
    config_path: Path,
    *,
    months: int | None,
    since: datetime | None,
    csv_file: Path | None,
    as_json: bool,
) -> None:
    """Count what rules did, by month: eligible, invited, and why not.

    The org counts its invitations. Sampling and conditions of every rule are named beside it.
    """
    if months is not None and since is not None:
        raise click.UsageError("Name the first month once: either --months or --since.")
    stretch = Stretch(months or USUAL_MONTHS, since.date() if since else None)
    with opened_desk(config_path) as desk:
        found = read_report(desk.world.org, desk.policy, stretch)
        if csv_file is not None:
            _write(csv_file, report_as_csv(found))
    click.echo(report_as_json(found) if as_json else report_as_text(found))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as refused:
        problem = Problem(f"The file cannot be written: {refused.strerror}.", str(file))
        raise ConfigurationError([problem], next_step="Name another file.") from refused
