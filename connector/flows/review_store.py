"""Stores reviews in the org: map, compare, match, write what changed, note what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.core.copies import Arrived, review_hash
from connector.core.issues import Issue, issue_key
from connector.core.mapping import lookup_values, map_review
from connector.core.objects import REVIEW
from connector.core.plan_reviews import (
    EDIT_FIELDS,
    HASH,
    KEY,
    STORED_FIELDS,
    MappedReview,
    StoreReview,
    is_seen,
    plan_reviews,
    with_edits,
)
from connector.core.records import Condition, Row, RowError, Select
from connector.core.reviews import Review, ReviewType, Unreadable
from connector.core.run_report import Action
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.copies import write_copies
from connector.flows.matching import match_reviews, tell_invitations
from connector.flows.tally import Tally

FLOW = "reviews_in"

REFUSED = {
    ReviewType.SERVICE: "service_review_refused",
    ReviewType.PRODUCT: "product_review_refused",
}
UNREADABLE = {
    ReviewType.SERVICE: "service_review_unreadable",
    ReviewType.PRODUCT: "product_review_unreadable",
}
RETRIED = {code: kind for codes in (REFUSED, UNREADABLE) for kind, code in codes.items()}
WITHOUT_ID = "without id"


def store_reviews(
    context: RunContext,
    unit: Unit,
    reviews: Sequence[Review],
    tally: Tally,
    seen: Mapping[str, str],
) -> dict[str, str]:
    """Map, compare, match, write one batch; return the hashes of what the org now holds.

    Reviews that are `seen` unchanged are not asked about.
    """
    batch = {review.id: review for review in reviews}
    mapped = {review.id: _mapped(context, unit, review) for review in reviews}
    stores = _plan(context, [one for one in mapped.values() if not is_seen(one, seen)])
    tally.counts["reviews_read"] += len(reviews)
    tally.counts["reviews_unchanged"] += len(mapped) - len(stores)
    tally.actions += [_action(store, batch[store.id]) for store in stores]
    to_store = {store.id for store in stores}
    stored, uncopied = _write(context, unit, stores, batch, tally)
    for review_id in batch.keys() - (to_store - stored.keys()):
        _settle(context, batch[review_id].type, review_id, tally)
    refused = set() if context.dry_run else (to_store - stored.keys()) | uncopied
    return {name: each.content_hash for name, each in mapped.items() if name not in refused}


def _plan(context: RunContext, mapped: Sequence[MappedReview]) -> tuple[StoreReview, ...]:
    plan = plan_reviews(mapped, _read(context, STORED_FIELDS, [one.id for one in mapped]))
    known = [store.id for store in plan.stores if not store.is_new]
    return with_edits(plan, _read(context, EDIT_FIELDS, known))


def _write(
    context: RunContext,
    unit: Unit,
    stores: Sequence[StoreReview],
    batch: Mapping[str, Review],
    tally: Tally,
) -> tuple[dict[str, str], frozenset[str]]:
    """Write copies, then reviews, the new ones connected; a dry run writes nothing.

    Returns the record ids of what was stored, and the reviews whose copy was refused.
    """
    if not stores or context.dry_run:
        return {}, frozenset()
    matches = match_reviews(context, [batch[store.id] for store in stores if store.is_new])
    arrived = [
        Arrived(batch[store.id], {**store.row, **matches.get(store.id, {})}) for store in stores
    ]
    uncopied = write_copies(context, arrived, tally)
    rows = [_with_own_lookups(context, each, uncopied) for each in arrived]
    stored: dict[str, str] = {}
    for store, result in zip(stores, context.org.upsert(REVIEW, KEY, rows), strict=True):
        if result.error is None:
            stored[store.id] = result.id or ""
            tally.counts["reviews_new" if store.is_new else "reviews_changed"] += 1
        else:
            issue = _refused_issue(store.id, batch[store.id].type, unit, result.error)
            tally.issues.append(issue)
    tell_invitations(context, matches, stored, tally)
    return stored, uncopied


def _with_own_lookups(
    context: RunContext, arrived: Arrived, uncopied: frozenset[str]
) -> dict[str, Any]:
    """The row with the lookups that its mapping adds; without a hash where a copy was refused."""
    row = {
        **arrived.row,
        **lookup_values(context.policy.mapping(arrived.review.type), arrived.row),
    }
    return {**row, HASH: None} if arrived.review.id in uncopied else row


def _settle(context: RunContext, review_type: ReviewType, review_id: str, tally: Tally) -> None:
    """The review stands in the org: close what earlier runs could not do about it."""
    keys = (issue_key(codes[review_type], review_id) for codes in (REFUSED, UNREADABLE))
    tally.passed += [key for key in keys if key in context.opening.issues]


def _read(
    context: RunContext, fields: tuple[str, ...], review_ids: Sequence[str]
) -> dict[str, Row]:
    if not review_ids:
        return {}
    (answer,) = context.org.read(
        [Select(REVIEW, fields, (Condition(KEY, "in", tuple(review_ids)),))]
    )
    return {row[KEY]: row for row in answer.rows}


def _mapped(context: RunContext, unit: Unit, review: Review) -> MappedReview:
    policy = context.policy
    row = map_review(policy.mapping(review.type), policy.schema, review).row
    return MappedReview(
        {**row, "Business_Unit__c": unit.record_id or None},
        review_hash(row, review, policy.copies, policy.schema),
    )


def _action(store: StoreReview, review: Review) -> Action:
    what = "store review" if store.is_new else "update review"
    return Action(what, store.id, {"type": review.type.value, "stars": store.row.get("Stars__c")})


def _refused_issue(review_id: str, review_type: ReviewType, unit: Unit, error: RowError) -> Issue:
    fields = f" ({', '.join(error.fields)})" if error.fields else ""
    return Issue(
        code=REFUSED[review_type],
        message=f"The org refused the review: {error.code}{fields}.",
        next_step="Correct the mapping or the org's validation; the next run tries again.",
        flow=FLOW,
        record=review_id,
        business_unit_id=unit.id,
    )


def unreadable_issue(item: Unreadable, review_type: ReviewType, unit: Unit) -> Issue:
    """The issue about a review that Trustpilot sent and nobody can read."""
    return Issue(
        code=UNREADABLE[review_type],
        message=f"Trustpilot sent a review that could not be read: {item.reason}",
        next_step="Look at the review at Trustpilot; report it if it looks right there.",
        flow=FLOW,
        record=item.id or WITHOUT_ID,
        business_unit_id=unit.id,
    )
