"""Check: compare a stretch of Trustpilot's lists with the org, day by day, and heal it.

The nightly re-scan of a run does the same for its own window; this one is for a person who wants
to see it. It moves no mark.
"""

from __future__ import annotations

from datetime import datetime

from connector.core.reviews.reconciliation import Reconciliation
from connector.core.run.report import FlowReport
from connector.core.terms.reviews import ReviewType
from connector.flows.reviews.disappearances import check_missing
from connector.flows.reviews.flow import read
from connector.flows.reviews.listing import Listing
from connector.flows.reviews.store import ReviewStore
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

FLOW = "check_reviews"


def run(context: RunContext, start: datetime) -> tuple[FlowReport, Reconciliation]:
    """Compare both kinds of every business unit from `start` to now; what differs is healed.

    A list that could not be read completely is a failure, and its days are left out.
    """
    tally = Tally(FLOW)
    store = ReviewStore(context, tally)
    listings: list[Listing] = []
    with tally.until_allowance():
        for unit in context.units:
            for review_type in ReviewType:
                with tally.going_on():
                    end = min(context.now, context.trustpilot.now())
                    listing = Listing(unit, review_type, start, end, keep_ids=True)
                    if before := context.opening.marks.get(listing.mark.key):
                        listing.expected_before = before - context.policy.reviews.overlap
                    listings.append(listing)
                    read(context, store, listing)
    with tally.until_allowance(), tally.going_on():
        store.flush()
    with tally.until_allowance():
        for listing in listings:
            if not listing.spoiled:
                with tally.going_on():
                    check_missing(context, listing, store)
    days = (day for each in listings if not each.spoiled for day in each.checked_days())
    return tally.report(), Reconciliation(start, tuple(days))
