"""Reviews in: list what is new since the mark, map, compare, write what changed, move the mark.

The mark moves only when everything behind it is stored or recorded as an issue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from connector.core.errors import AllowanceExhausted, NotFound, VendorAnswerUnreadable
from connector.core.issues import Issue, OpenIssue, issue_key
from connector.core.mapping import content_hash, map_review
from connector.core.objects import REVIEW
from connector.core.plan_reviews import (
    KEY,
    STORED_FIELDS,
    MappedReview,
    StoreReview,
    plan_reviews,
)
from connector.core.records import Condition, Row, RowError, Select
from connector.core.reviews import Review, ReviewPage, ReviewType, Unreadable
from connector.core.run_report import Action, FlowReport, Mark
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.tally import Tally

FLOW = "reviews_in"
STREAMS = {ReviewType.SERVICE: "service_reviews", ReviewType.PRODUCT: "product_reviews"}

_BATCH = 1000
"""Reviews compared and written together: five collections of 200, one read."""


def run(context: RunContext) -> FlowReport:
    """Bring every configured business unit's reviews up to date."""
    tally = Tally(FLOW)
    try:
        for unit in context.units:
            for review_type in ReviewType:
                with tally.going_on():
                    _read_stream(context, unit, review_type, tally)
        _retry_issues(context, tally)
    except AllowanceExhausted as stop:
        tally.failures.append(stop)
    if not any(tally.counts[word] for word in ("reviews_new", "reviews_changed")):
        tally.notes.append("No review is new or changed.")
    return tally.report()


def _read_stream(context: RunContext, unit: Unit, review_type: ReviewType, tally: Tally) -> None:
    mark = Mark(STREAMS[review_type], unit.id, context.now)
    before = context.opening.marks.get(mark.key)
    start = before - context.policy.overlap if before else context.now - context.policy.first_run
    pages = _pages(context, unit, review_type, start)
    seen = 0
    for reviews, unreadable in _batches(pages):
        seen += len(reviews)
        context.reporter.progress(f"{unit.name}: {STREAMS[review_type]}", seen)
        tally.issues += [_unreadable_issue(item, review_type, unit) for item in unreadable]
        _store(context, unit, reviews, tally)
    context.reporter.event("stream_read", stream=mark.stream, business_unit=unit.id, reviews=seen)
    tally.marks.append(mark)


def _pages(
    context: RunContext, unit: Unit, review_type: ReviewType, start: datetime
) -> Iterator[ReviewPage]:
    if review_type is ReviewType.SERVICE:
        yield from context.trustpilot.service_reviews(unit.id, start, context.now)
        return
    for page in context.trustpilot.product_reviews(unit.id):
        recent = tuple(review for review in page.reviews if review.created_at >= start)
        yield ReviewPage(recent, page.unreadable)
        if _is_past(page, start):
            return


def _is_past(page: ReviewPage, start: datetime) -> bool:
    """True when a list that runs from new to old has left the window.

    Trustpilot documents no order for product reviews: a page in any other order ends nothing.
    """
    times = [review.created_at for review in page.reviews]
    newest_first = all(one >= other for one, other in pairwise(times))
    # A page of one moment (an import of old reviews) tells no order either.
    ordered = len(times) == 1 or times[:1] != times[-1:]
    return newest_first and ordered and bool(times) and times[-1] < start


def _batches(pages: Iterable[ReviewPage]) -> Iterator[tuple[list[Review], list[Unreadable]]]:
    reviews: list[Review] = []
    unreadable: list[Unreadable] = []
    for page in pages:
        reviews += page.reviews
        unreadable += page.unreadable
        if len(reviews) >= _BATCH:
            yield reviews, unreadable
            reviews, unreadable = [], []
    if reviews or unreadable:
        yield reviews, unreadable


def _store(context: RunContext, unit: Unit, reviews: Sequence[Review], tally: Tally) -> None:
    """Map, compare, write: one batch."""
    types = {review.id: review.type for review in reviews}
    plan = plan_reviews(
        (_mapped(context, unit, review) for review in reviews), _stored(context, list(types))
    )
    tally.counts["reviews_read"] += len(reviews)
    tally.counts["reviews_unchanged"] += plan.unchanged
    tally.actions += [_action(store, types) for store in plan.stores]
    to_store = {store.id for store in plan.stores}
    for review_id in types.keys() - to_store:
        _settle(context, types[review_id], review_id, tally)
    if context.dry_run or not plan.stores:
        return
    results = context.org.upsert(REVIEW, KEY, [store.row for store in plan.stores])
    for store, result in zip(plan.stores, results, strict=True):
        if result.error is None:
            tally.counts["reviews_new" if store.is_new else "reviews_changed"] += 1
            _settle(context, types[store.id], store.id, tally)
        else:
            tally.issues.append(_refused_issue(store.id, types[store.id], unit, result.error))


def _settle(context: RunContext, review_type: ReviewType, review_id: str, tally: Tally) -> None:
    """The review stands in the org: close what earlier runs could not do about it."""
    keys = (issue_key(codes[review_type], review_id) for codes in (_REFUSED, _UNREADABLE))
    tally.passed += [key for key in keys if key in context.opening.issues]


def _stored(context: RunContext, review_ids: Sequence[str]) -> dict[str, Row]:
    if not review_ids:
        return {}
    (answer,) = context.org.read(
        [Select(REVIEW, STORED_FIELDS, (Condition(KEY, "in", tuple(review_ids)),))]
    )
    return {row[KEY]: row for row in answer.rows}


def _mapped(context: RunContext, unit: Unit, review: Review) -> MappedReview:
    policy = context.policy
    is_service = review.type is ReviewType.SERVICE
    mapping = policy.service_mapping if is_service else policy.product_mapping
    row = map_review(mapping, policy.schema, review)
    return MappedReview(row | {"Business_Unit__c": unit.record_id or None}, content_hash(row))


def _retry_issues(context: RunContext, tally: Tally) -> None:
    """Fetch again, by id, the reviews that an earlier run could not read or store."""
    seen = set(tally.passed) | {issue.key for issue in tally.issues}
    for issue in context.opening.issues.values():
        if issue.key in seen or issue.code not in _RETRIED or issue.record == _WITHOUT_ID:
            continue
        unit = next((one for one in context.units if one.id == issue.business_unit_id), None)
        if unit is None:
            continue
        with tally.going_on():
            _retry(context, unit, issue, tally)


def _retry(context: RunContext, unit: Unit, issue: OpenIssue, tally: Tally) -> None:
    review_type = _RETRIED[issue.code]
    try:
        review = context.trustpilot.review(review_type, issue.record)
    except NotFound:
        tally.notes.append(f"Review {issue.record} is gone at Trustpilot.")
        tally.passed.append(issue.key)
    except VendorAnswerUnreadable as error:
        still = Unreadable(issue.record, error.message)
        tally.issues.append(_unreadable_issue(still, review_type, unit))
    else:
        _store(context, unit, [review], tally)


_REFUSED = {
    ReviewType.SERVICE: "service_review_refused",
    ReviewType.PRODUCT: "product_review_refused",
}
_UNREADABLE = {
    ReviewType.SERVICE: "service_review_unreadable",
    ReviewType.PRODUCT: "product_review_unreadable",
}
_RETRIED = {code: kind for codes in (_REFUSED, _UNREADABLE) for kind, code in codes.items()}
_WITHOUT_ID = "without id"


def _action(store: StoreReview, types: dict[str, ReviewType]) -> Action:
    what = "store review" if store.is_new else "update review"
    return Action(
        what, store.id, {"type": types[store.id].value, "stars": store.row.get("Stars__c")}
    )


def _refused_issue(review_id: str, review_type: ReviewType, unit: Unit, error: RowError) -> Issue:
    fields = f" ({', '.join(error.fields)})" if error.fields else ""
    return Issue(
        code=_REFUSED[review_type],
        message=f"The org refused the review: {error.code}{fields}.",
        next_step="Correct the mapping or the org's validation; the next run tries again.",
        flow=FLOW,
        record=review_id,
        business_unit_id=unit.id,
    )


def _unreadable_issue(item: Unreadable, review_type: ReviewType, unit: Unit) -> Issue:
    return Issue(
        code=_UNREADABLE[review_type],
        message=f"Trustpilot sent a review that could not be read: {item.reason}",
        next_step="Look at the review at Trustpilot; report it if it looks right there.",
        flow=FLOW,
        record=item.id or _WITHOUT_ID,
        business_unit_id=unit.id,
    )
