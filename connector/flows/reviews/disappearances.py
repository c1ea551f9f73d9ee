"""Reviews that the org holds and Trustpilot no longer lists: asked for one by one, and marked.

A review can be hidden, moved or deleted; which of them, Trustpilot's lists of deletions tell
(Trustpilot 5.7). So nothing is erased from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from connector.core.reviews.comparison import KEY
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.errors import NotFound, VendorAnswerUnreadable
from connector.core.terms.instants import instant
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Condition, Row, Select
from connector.core.terms.reviews import ReviewPage, Unreadable
from connector.flows.reviews.listing import Listing
from connector.flows.reviews.store import ReviewStore
from connector.flows.reviews.told import FLOW
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

MOST_ASKED_FOR = 100
"""Reviews asked for by id in one re-scan; the others wait for the next one."""

FEW = 20
"""So many may be missing whatever their share; beyond it, more than half is a safety stop."""

USUAL = 10
"""So many reviews in the time before make an empty list suspicious."""

TOO_MANY = "many_reviews_missing"
NONE_LISTED = "no_reviews_listed"

_FIELDS = ("Id", KEY, "Review_Created__c")


def check_missing(context: RunContext, listing: Listing, store: ReviewStore) -> None:
    """Compare what the org holds of a window with what was listed; mark what is gone.

    Where most of it is missing, something else is wrong: an issue says so, and nothing is marked.
    Needs a listing with `keep_ids`.
    """
    held = _held(context, listing, store.tally)
    missing = [row for row in held if row[KEY] not in listing.ids]
    for row in missing:
        if created := instant(row.get("Review_Created__c")):
            listing.tell(created, "gone")
    if len(missing) > FEW and len(missing) * 2 > len(held):
        store.tally.issues.append(_too_many(listing, len(missing), len(held)))
        return
    _close(context, TOO_MANY, listing, store.tally)
    gone = [row for row in missing[:MOST_ASKED_FOR] if _is_gone(context, listing, row, store)]
    store.flush()
    _mark(context, gone, store.tally)


def mark_missing(context: RunContext, review_ids: Sequence[str], tally: Tally) -> None:
    """Mark those of these reviews that the org holds: Trustpilot does not show them any more."""
    if not review_ids:
        return
    where = (
        Condition(KEY, "in", tuple(review_ids)),
        Condition("Missing_Since__c", "=", None),
        Condition("Deleted__c", "=", False),  # noqa: FBT003 -- a value to compare with
    )
    (answer,) = context.org.read([Select(REVIEW, _FIELDS, where)])
    _mark(context, answer.rows, tally)


def _mark(context: RunContext, gone: Sequence[Row], tally: Tally) -> None:
    tally.actions += [Action("mark as missing", str(row[KEY])) for row in gone]
    if context.dry_run or not gone:
        return
    rows = [{"Id": row["Id"], "Missing_Since__c": context.now} for row in gone]
    for row, result in zip(gone, context.org.update(REVIEW, rows), strict=True):
        if result.error is None:
            tally.counts["reviews_missing"] += 1
        else:
            tally.notes.append(f"Review {row[KEY]} was not marked: {result.error.code}.")


def _held(context: RunContext, listing: Listing, tally: Tally) -> Sequence[Row]:
    """What the org holds of the window; an empty list is held against the time before as well."""
    in_window = Select(REVIEW, _FIELDS, _shown(listing, listing.start, listing.end))
    if listing.count:
        _close(context, NONE_LISTED, listing, tally)
        (answer,) = context.org.read([in_window])
        return answer.rows
    length = listing.end - listing.start
    before = _shown(listing, listing.start - length, listing.start - timedelta(seconds=1))
    answer, counted = context.org.read([in_window, Select(REVIEW, where=before, count=True)])
    if (usual := int(counted.rows[0]["total"])) >= USUAL:
        tally.issues.append(_none_listed(listing, usual))
    return answer.rows


def _shown(listing: Listing, start: datetime, end: datetime) -> tuple[Condition, ...]:
    return (
        Condition("Business_Unit__c", "=", listing.unit.record_id),
        Condition("Type__c", "=", listing.review_type.value),
        Condition("Review_Created__c", ">=", start),
        Condition("Review_Created__c", "<=", end),
        Condition("Missing_Since__c", "=", None),
    )


def _is_gone(context: RunContext, listing: Listing, row: Row, store: ReviewStore) -> bool:
    """Ask for the review itself; one that is still there is stored as it is now."""
    review_id = str(row[KEY])
    try:
        page = ReviewPage((context.trustpilot.review(listing.review_type, review_id),))
    except NotFound:
        return True  # Trustpilot 5.7: also where it is hidden or moved, so it is only marked
    except VendorAnswerUnreadable as error:
        page = ReviewPage((), (Unreadable(review_id, error.message),))
    again = Listing(listing.unit, listing.review_type, listing.start, listing.end)
    store.take(again, page)
    return False


def _close(context: RunContext, code: str, listing: Listing, tally: Tally) -> None:
    tally.passed += context.opening.still_open([issue_key(code, listing.unit.id)])


def _too_many(listing: Listing, missing: int, held: int) -> Issue:
    return Issue(
        TOO_MANY,
        f"Trustpilot lists {held - missing} of {held} reviews that the org holds of "
        f"{listing.start:%Y-%m-%d} to {listing.end:%Y-%m-%d}; nothing was marked as missing.",
        "Look at the business unit at Trustpilot: was it merged, or does the account see less?",
        FLOW,
        listing.unit.id,
        listing.unit.id,
    )


def _none_listed(listing: Listing, usual: int) -> Issue:
    return Issue(
        NONE_LISTED,
        f"Trustpilot lists none of the {listing.review_type.lower()} reviews of "
        f"{listing.start:%Y-%m-%d} to {listing.end:%Y-%m-%d}; the time before has {usual}.",
        "Look at the business unit at Trustpilot: was it merged, or does the account see less?",
        FLOW,
        listing.unit.id,
        listing.unit.id,
    )
