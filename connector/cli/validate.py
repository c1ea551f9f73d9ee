"""`connector validate`: configuration, mappings and rules, without the network."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.options import config_option, settings_from, speaking_errors

_EPILOG = """\b
Examples:
  connector validate
  connector validate --config /etc/connector/config.yaml
"""


@click.command(epilog=_EPILOG)
@config_option
def validate(config_path: Path) -> None:
    """Check configuration, mappings and rules offline.

    Every problem is named with file, line and column. Secrets that are not set here are
    mentioned, and no problem: the machine that runs needs them, not the one that checks.
    """
    with speaking_errors():
        settings = settings_from(config_path, require_secrets=False)
        for missing in settings.missing_secrets:
            click.echo(f"Note: {missing}")
        rules = settings.invitations.rules
        switched_on = sum(rule.enabled for rule in rules)
        click.echo(
            f"{settings.file} is valid: {len(settings.business_units)} business unit(s), "
            f"{len(settings.reviews.service_mapping.fields)} service and "
            f"{len(settings.reviews.product_mapping.fields)} product review fields, "
            f"{len(settings.reviews.copies)} copy document(s), "
            f"{len(rules)} rule(s), {switched_on} switched on."
        )
