"""`connector deploy`: the Salesforce package into the org."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.options import (
    INTERRUPTED,
    config_option,
    json_option,
    leave,
    settings_from,
    speaking_errors,
)
from connector.cli.session import desk_of
from connector.core.org.deployment import DeployReport
from connector.flows.org.deploy import deploy as deploy_package
from connector.report.org.deploy import deploy_as_json, deploy_as_text
from connector.wiring import org_to_deploy_to, package_to_deploy

_EPILOG = """\b
Examples:
  connector deploy --check
  connector deploy
"""


@click.command(epilog=_EPILOG)
@config_option
@click.option("--check", is_flag=True, help="Let the org validate the package; change nothing.")
@json_option
def deploy(
    config_path: Path,
    check: bool,  # noqa: FBT001  click passes options by name
    as_json: bool,  # noqa: FBT001  click passes options by name
) -> None:
    """Send the Salesforce package to the org, or let the org check it.

    Adds what is missing, changes what differs, deletes nothing; all of it or, where one component
    is refused, none. Gives nobody access: it says which permission sets to assign.
    Exit code 0 when all is well, 1 for warnings, 2 when the org refused the package.
    """
    with speaking_errors():
        report = _deployed(config_path, check_only=check)
        click.echo(deploy_as_json(report) if as_json else deploy_as_text(report))
        leave(report.exit_code)


def _deployed(config_path: Path, *, check_only: bool) -> DeployReport:
    settings = settings_from(config_path, require_secrets=False)
    package = package_to_deploy()
    try:
        with desk_of(settings) as desk:
            org = org_to_deploy_to(settings, desk.reporter)
            return deploy_package(org, desk.policy, package, desk.reporter, check_only=check_only)
    except KeyboardInterrupt:
        click.echo(
            "Stopped watching. A deployment that has begun goes on in the org: see Setup > "
            "Deployment Status.",
            err=True,
        )
        leave(INTERRUPTED)
