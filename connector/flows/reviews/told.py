"""What is told of reviews: actions, issues, and which issues a stored review closes.

It makes values only: who counts and gathers them is the store.
"""

from __future__ import annotations

from connector.core.reviews.comparison import StoreReview
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.records import RowError
from connector.core.terms.reviews import Review, ReviewType, Unreadable
from connector.flows import copies
from connector.flows.reviews.listing import Listing

FLOW = "reviews_in"

REFUSED = {
    ReviewType.SERVICE: "service_review_refused",
    ReviewType.PRODUCT: "product_review_refused",
}
UNREADABLE = {
    ReviewType.SERVICE: "service_review_unreadable",
    ReviewType.PRODUCT: "product_review_unreadable",
}
RETRIED = {
    code: kind for codes in (REFUSED, UNREADABLE, copies.REFUSED) for kind, code in codes.items()
}
"""Issues that are tried again by fetching the review, and its type."""

WITHOUT_ID = "without id"


def action(store: StoreReview, review: Review) -> Action:
    """What a run says that it does with a review."""
    what = "store review" if store.is_new else "update review"
    return Action(what, store.id, {"type": review.type.value, "stars": store.row.get("Stars__c")})


def refused_issue(review_id: str, listing: Listing, error: RowError) -> Issue:
    """The issue of a review that the org did not take."""
    fields = f" ({', '.join(error.fields)})" if error.fields else ""
    return Issue(
        code=REFUSED[listing.review_type],
        message=f"The org refused the review: {error.code}{fields}.",
        next_step="Correct the mapping or the org's validation; the next run tries again.",
        flow=FLOW,
        record=review_id,
        business_unit_id=listing.unit.id,
    )


def unreadable_issue(item: Unreadable, listing: Listing) -> Issue:
    """The issue of a review that Trustpilot sent and nobody can read."""
    return Issue(
        code=UNREADABLE[listing.review_type],
        message=f"Trustpilot sent a review that could not be read: {item.reason}",
        next_step="Look at the review at Trustpilot; report it if it looks right there.",
        flow=FLOW,
        record=item.id or WITHOUT_ID,
        business_unit_id=listing.unit.id,
    )


def retried_keys(kind: ReviewType, review_id: str) -> tuple[str, ...]:
    """The keys of all issues that are over once this review needs nothing more."""
    return tuple(issue_key(code, review_id) for code in RETRIED if RETRIED[code] is kind)
