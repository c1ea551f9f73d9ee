"""The *Import reviews* request that a super user ticks on a business unit in Salesforce."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.terms.objects import BUSINESS_UNIT
from connector.core.terms.units import Unit
from connector.flows.run.context import RunContext


def report_import(
    context: RunContext, unit: Unit, counts: Mapping[str, int], *, complete: bool
) -> None:
    """Say on the business unit's record what came of its request; the tick goes when it is done.

    `counts` are the words and numbers of this unit alone. An import that is not complete keeps
    its tick, and the next run goes on: what is stored costs no write.
    """
    said = (
        f"{context.now:%Y-%m-%d %H:%M} UTC, {unit.import_days} days: "
        f"{counts.get('reviews_read', 0)} read, {counts.get('reviews_new', 0)} new, "
        f"{counts.get('reviews_changed', 0)} changed."
    )
    row = {
        "Id": unit.record_id,
        "Import_Reviews__c": not complete,
        "Import_Result__c": said if complete else f"{said} Not complete: the next run goes on.",
    }
    (result,) = context.org.update(BUSINESS_UNIT, [row])
    context.reporter.event(
        "import_request",
        business_unit=unit.id,
        complete=complete,
        refused=result.error.code if result.error else None,
    )
