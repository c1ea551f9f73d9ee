"""`connector products`: what the org sells, as Trustpilot's product catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from connector.cli.options import config_option, json_option
from connector.cli.session import conclude, session
from connector.config import Settings
from connector.core.products.mapping import ProductPush
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.unknown_words import did_you_mean, quoted
from connector.flows.engine import push_products as bring_in_line

_EPILOG = """\b
Examples:
  connector products push
"""

_PUSH_EPILOG = """\b
Examples:
  connector products push --dry-run
  connector products push --business-unit shop --json
"""


@click.group(epilog=_EPILOG)
def products() -> None:
    """Keep Trustpilot's product catalogue in line with the products in Salesforce."""


@products.command("push", epilog=_PUSH_EPILOG)
@config_option
@click.option("--business-unit", metavar="NAME", help="Only the catalogue of this business unit.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; write to neither side.")
@json_option
def push(
    config_path: Path,
    business_unit: str | None,
    dry_run: bool,  # noqa: FBT001  click passes options by name
    as_json: bool,  # noqa: FBT001  click passes options by name
) -> None:
    """Send the products of Salesforce to Trustpilot's catalogue, only what changed.

    Compares with what Trustpilot holds, by SKU, and takes nothing out of the catalogue. Safe to
    run twice. Exit codes: docs/exit-codes.md.
    """
    with session(config_path, as_json=as_json, dry_run=dry_run) as opened:
        wanted = _wanted(opened.settings, business_unit)
        report = bring_in_line(opened.world, opened.policy, opened.request, wanted)
    conclude(report, as_json=as_json)


def _wanted(settings: Settings, business_unit: str | None) -> ProductPush:
    """What the configuration asks for, or the one business unit that was typed."""
    if settings.products is None:
        raise ConfigurationError(
            [Problem("The configuration does not say which products go to Trustpilot.")],
            next_step=f"Add `products: {{mapping: mappings/product.yaml}}` to {settings.file}, "
            "then type: connector products push --dry-run",
        )
    if business_unit is None:
        return settings.products
    known = settings.products.units or tuple(unit.name for unit in settings.business_units)
    if business_unit not in known:
        message = f"{quoted(business_unit)} is not a business unit that products go to."
        raise ConfigurationError(
            [Problem(message, settings.file, hint=did_you_mean(business_unit, known))]
        )
    return replace(settings.products, units=(business_unit,))
