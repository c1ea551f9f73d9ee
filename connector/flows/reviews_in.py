"""Reviews in: list what is new since the mark, map, compare, write what changed, move the mark.

The mark moves only when everything behind it is stored or recorded as an issue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
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
    is_seen,
    plan_reviews,
    seen_text,
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
    if not tally.actions:
        tally.notes.append("No review is new or changed.")
    return tally.report()


def _read_stream(context: RunContext, unit: Unit, review_type: ReviewType, tally: Tally) -> None:
    # Creation times are Trustpilot's: where its clock is behind the org's, the window ends there.
    mark = Mark(STREAMS[review_type], unit.id, min(context.now, context.trustpilot.now()))
    before = context.opening.marks.get(mark.key)
    start = before - context.policy.overlap if before else mark.at - context.policy.first_run
    known = context.opening.seen.get(mark.key, {})
    read = 0
    overlapping: dict[str, str] = {}
    for reviews, unreadable in _batches(_pages(context, unit, review_type, start, mark.at)):
        read += len(reviews)
        context.reporter.progress(f"{unit.name}: {STREAMS[review_type]}", read)
        tally.issues += [_unreadable_issue(item, review_type, unit) for item in unreadable]
        held = _store(context, unit, reviews, tally, known)
        overlapping |= {
            review.id: held[review.id]
            for review in reviews
            if review.id in held and review.created_at >= mark.at - context.policy.overlap
        }
    context.reporter.event("stream_read", stream=mark.stream, business_unit=unit.id, reviews=read)
    tally.marks.append(replace(mark, seen=seen_text(overlapping)))


def _pages(
    context: RunContext, unit: Unit, review_type: ReviewType, start: datetime, end: datetime
) -> Iterator[ReviewPage]:
    if review_type is ReviewType.SERVICE:
        yield from context.trustpilot.service_reviews(unit.id, start, end)
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


def _store(
    context: RunContext,
    unit: Unit,
    reviews: Sequence[Review],
    tally: Tally,
    seen: Mapping[str, str],
) -> dict[str, str]:
    """Map, compare, write one batch; return the content hashes of what the org now holds.

    Reviews that are `seen` unchanged are not asked about.
    """
    types = {review.id: review.type for review in reviews}
    mapped = {review.id: _mapped(context, unit, review) for review in reviews}
    asked = [review for review in mapped.values() if not is_seen(review, seen)]
    plan = plan_reviews(asked, _stored(context, [review.id for review in asked]))
    tally.counts["reviews_read"] += len(reviews)
    tally.counts["reviews_unchanged"] += len(mapped) - len(plan.stores)
    tally.actions += [_action(store, types) for store in plan.stores]
    refused = set() if context.dry_run else _write(context, unit, plan.stores, types, tally)
    to_store = {store.id for store in plan.stores}
    for review_id in types.keys() - refused - (to_store if context.dry_run else set()):
        _settle(context, types[review_id], review_id, tally)
    return {name: each.content_hash for name, each in mapped.items() if name not in refused}


def _write(
    context: RunContext,
    unit: Unit,
    stores: Sequence[StoreReview],
    types: Mapping[str, ReviewType],
    tally: Tally,
) -> set[str]:
    """Write the reviews and return the ids of those that the org refused."""
    if not stores:
        return set()
    refused: set[str] = set()
    results = context.org.upsert(REVIEW, KEY, [store.row for store in stores])
    for store, result in zip(stores, results, strict=True):
        if result.error is None:
            tally.counts["reviews_new" if store.is_new else "reviews_changed"] += 1
        else:
            refused.add(store.id)
            tally.issues.append(_refused_issue(store.id, types[store.id], unit, result.error))
    return refused


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
        if issue.dropped or issue.key in seen or issue.code not in _RETRIED:
            continue
        unit = next((one for one in context.units if one.id == issue.business_unit_id), None)
        if unit is None or issue.record == _WITHOUT_ID:
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
        _store(context, unit, [review], tally, {})


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
