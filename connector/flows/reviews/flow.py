"""Reviews in: list what is new since the mark, store what changed, move the mark.

The mark moves only when everything behind it is stored or recorded as an issue. Once a day the
window reaches further back: the re-scan finds edits, replies written at Trustpilot, tag and
visibility changes, and what has disappeared, because lists filter by creation time only
(Trustpilot 5.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from connector.core.reviews.comparison import seen_text
from connector.core.run.report import FlowReport, Mark
from connector.core.terms.errors import NotFound, VendorAnswerUnreadable
from connector.core.terms.reviews import ReviewPage, ReviewType, Unreadable
from connector.core.terms.units import Unit
from connector.flows.cases.retries import has_cases_to_retry, retry_cases
from connector.flows.matching import rematch
from connector.flows.reviews.conversations import look_at_conversations
from connector.flows.reviews.disappearances import check_missing, mark_missing
from connector.flows.reviews.import_request import report_import
from connector.flows.reviews.listing import Listing, pages
from connector.flows.reviews.store import ReviewStore
from connector.flows.reviews.told import FLOW, RETRIED, WITHOUT_ID
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

RESCAN = "_rescan"
"""What the name of a stream ends with when its mark tells of the last re-scan."""


def run(context: RunContext) -> FlowReport:
    """Bring every configured business unit's reviews up to date."""
    tally = Tally(FLOW)
    store = ReviewStore(context, tally)
    listings: list[Listing] = []
    with tally.until_allowance():
        for unit in context.units:
            for review_type in ReviewType:
                with tally.going_on():
                    listings.append(_listing(context, unit, review_type))
                    read(context, store, listings[-1])
    with tally.until_allowance():
        _settle(context, store, listings)
    if not tally.is_stopped:
        with tally.until_allowance():
            _look_back(context, store, listings)
    if not any(tally.counts[word] for word in ("reviews_new", "reviews_changed")):
        tally.notes.append("No review is new or changed.")
    return tally.report()


def refresh(context: RunContext, wanted: Iterable[tuple[ReviewType, str]]) -> FlowReport:
    """Fetch single reviews by id and store each as it is now; one that is gone is marked.

    What a webhook or a person names is a hint: nothing of it is believed but the id.
    """
    tally = Tally(FLOW)
    store = ReviewStore(context, tally)
    gone: list[str] = []
    with tally.until_allowance():
        for review_type, review_id in dict.fromkeys(wanted):
            with tally.going_on():
                gone += _fetch(context, store, review_type, review_id)
    with tally.until_allowance(), tally.going_on():
        store.flush()
        mark_missing(context, gone, tally)
    return tally.report()


def read(context: RunContext, store: ReviewStore, listing: Listing) -> None:
    """List a window and hand its reviews to the store; one that breaks off is spoiled."""
    complete = False
    try:
        for page in pages(context, listing):
            store.take(listing, page)
        complete = True
    finally:
        listing.spoiled |= not complete


def report_days(context: RunContext, listing: Listing) -> None:
    """Say on which days the two sides did not agree before this run healed what it could."""
    for day in listing.checked_days():
        if not day.agrees:
            context.reporter.event(
                "day_differed",
                stream=listing.stream,
                business_unit=listing.unit.id,
                day=day.day.isoformat(),
                listed=day.listed,
                missing=day.missing,
                different=day.different,
                gone=day.gone,
                refused=day.refused,
            )


def _listing(context: RunContext, unit: Unit, review_type: ReviewType) -> Listing:
    """The window that this run has to read of one stream."""
    # Creation times are Trustpilot's: where its clock is behind the org's, the window ends there.
    end = min(context.now, context.trustpilot.now())
    listing = Listing(
        unit, review_type, end, end, remember_from=end - context.policy.reviews.overlap
    )
    before = context.opening.marks.get(listing.mark.key)
    listing.expected_before = before - context.policy.reviews.overlap if before else None
    listing.start = listing.expected_before or end - context.policy.reviews.first_run
    listing.keep_ids = before is not None and _rescan_is_due(context, listing)
    if listing.keep_ids:
        listing.start = min(listing.start, end - context.policy.reviews.rescan)
    else:
        listing.known = context.opening.seen.get(listing.mark.key, {})
    if unit.import_days:
        listing.start = min(listing.start, end - timedelta(days=unit.import_days))
    return listing


def _settle(context: RunContext, store: ReviewStore, listings: Iterable[Listing]) -> None:
    """Write what still waits; then the marks of what was read and dealt with completely."""
    with store.tally.going_on():
        store.flush()
    for listing in listings:
        if listing.spoiled:
            continue
        store.tally.marks.append(replace(listing.mark, seen=seen_text(listing.held())))
        if listing.mark.key not in context.opening.marks:  # a first import counts as a re-scan
            store.tally.marks.append(_rescan_mark(listing))


def _look_back(context: RunContext, store: ReviewStore, listings: list[Listing]) -> None:
    """What a run does besides reading on: disappearances, requests, retries, second tries."""
    tally = store.tally
    rescanned = [listing for listing in listings if listing.keep_ids and not listing.spoiled]
    for listing in rescanned:
        with tally.going_on():
            check_missing(context, listing, store)
            look_at_conversations(context, listing.conversations, tally)
            tally.marks.append(_rescan_mark(listing))
            report_days(context, listing)
    _answer_requests(context, store, listings)
    _retry_issues(context, store)
    if rescanned:
        with tally.going_on():
            rematch(context, tally)
    if has_cases_to_retry(context) or (rescanned and context.policy.case_rules):
        with tally.going_on():
            retry_cases(context, tally)


def _answer_requests(context: RunContext, store: ReviewStore, listings: list[Listing]) -> None:
    for unit in context.units:
        if unit.import_days and not context.dry_run:
            ours = [listing for listing in listings if listing.unit is unit]
            complete = len(ours) == len(ReviewType) and not any(each.spoiled for each in ours)
            with store.tally.going_on():
                report_import(context, unit, store.counts[unit.id], complete=complete)


def _rescan_mark(listing: Listing) -> Mark:
    return Mark(f"{listing.stream}{RESCAN}", listing.unit.id, listing.end)


def _rescan_is_due(context: RunContext, listing: Listing) -> bool:
    """True when the last re-scan is long enough ago."""
    last = context.opening.marks.get(_rescan_mark(listing).key)
    return last is None or listing.end - last >= context.policy.reviews.rescan_every


def _retry_issues(context: RunContext, store: ReviewStore) -> None:
    """Fetch again, by id, the reviews that an earlier run could not read or store."""
    tally = store.tally
    settled = set(tally.passed) | {issue.key for issue in tally.issues}
    for issue in context.opening.issues.values():
        if issue.dropped or issue.key in settled or issue.code not in RETRIED:
            continue
        known = any(unit.id == issue.business_unit_id for unit in context.units)
        if not known or issue.record == WITHOUT_ID:
            continue
        with tally.going_on():
            if _fetch(context, store, RETRIED[issue.code], issue.record, issue.business_unit_id):
                tally.notes.append(f"Review {issue.record} is gone at Trustpilot.")
                tally.passed.append(issue.key)
    with tally.going_on():
        store.flush()


def _fetch(
    context: RunContext,
    store: ReviewStore,
    review_type: ReviewType,
    review_id: str,
    unit_id: str = "",
) -> list[str]:
    """Hand one review to the store as it is now; return its id where it is gone."""
    page = ReviewPage(())
    try:
        review = context.trustpilot.review(review_type, review_id)
    except NotFound:
        return [review_id]
    except VendorAnswerUnreadable as error:
        page = ReviewPage((), (Unreadable(review_id, error.message),))
    else:
        unit_id = unit_id or review.business_unit_id
        page = ReviewPage((review,))
    unit = next((each for each in context.units if each.id == unit_id), None)
    if unit is None:
        store.tally.notes.append(f"Review {review_id} is of no business unit of this run.")
    else:
        store.take(Listing(unit, review_type, context.now, context.now), page)
    return []
