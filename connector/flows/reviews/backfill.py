"""Import: read a stretch of time again, whatever the marks say, and store it as a run does.

It moves no mark: what it stores is compared by content like everything else, so an import that
was killed, or is typed twice, writes only what is still missing.
"""

from __future__ import annotations

from datetime import datetime

from connector.core.reviews.estimate import Expected, ImportEstimate, estimate_import
from connector.core.run.report import FlowReport
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Condition, Select
from connector.core.terms.reviews import ReviewType
from connector.core.terms.units import Unit
from connector.flows.reviews.flow import read
from connector.flows.reviews.listing import Listing
from connector.flows.reviews.store import ReviewStore
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

FLOW = "import_reviews"


def estimate(context: RunContext, start: datetime) -> ImportEstimate:
    """Say what the import will cost: from Trustpilot's totals and from what the org holds."""
    held = iter(context.org.read([_held(*each, start) for each in _streams(context)]))
    expected = [
        Expected(
            service_held=int(next(held).rows[0]["total"]),
            product_held=int(next(held).rows[0]["total"]),
            service_total=context.trustpilot.business_unit(unit.id).review_count,
        )
        for unit in context.units
    ]
    return estimate_import(start, expected)


def run(context: RunContext, start: datetime) -> FlowReport:
    """Read both kinds of reviews of every business unit from `start` to now, and store them."""
    tally = Tally(FLOW)
    store = ReviewStore(context, tally)
    with tally.until_allowance():
        for unit, review_type in _streams(context):
            with tally.going_on():
                end = min(context.now, context.trustpilot.now())
                listing = Listing(unit, review_type, start, end)
                read(context, store, listing)
                if not listing.count:
                    tally.notes.append(f"{unit.name}: Trustpilot lists no {listing.stream} since.")
    with tally.until_allowance(), tally.going_on():
        store.flush()
    if tally.failures:
        tally.notes.append("The import is not complete. Type it again: what is stored is skipped.")
    return tally.report()


def _streams(context: RunContext) -> list[tuple[Unit, ReviewType]]:
    return [(unit, kind) for unit in context.units for kind in ReviewType]


def _held(unit: Unit, review_type: ReviewType, start: datetime) -> Select:
    where = (
        Condition("Business_Unit__c", "=", unit.record_id or None),
        Condition("Type__c", "=", review_type.value),
        Condition("Review_Created__c", ">=", start),
    )
    return Select(REVIEW, where=where, count=True)
