"""Stores reviews in the org: map, compare, match, write what changed, note what was refused.

Reviews of every stream go through one store, so that a run with a few of each costs the calls of
one. What arrives is compared in small batches while lists are still being read, and written in
large ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from connector.core.errors import ConnectorError
from connector.core.issues import Issue, issue_key
from connector.core.mapping import content_hash, map_review
from connector.core.objects import REVIEW
from connector.core.plan_reviews import (
    EDIT_FIELDS,
    KEY,
    STORED_FIELDS,
    MappedReview,
    StoreReview,
    is_seen,
    plan_reviews,
    with_edits,
)
from connector.core.records import Condition, Row, RowError, Select
from connector.core.reviews import Review, ReviewPage, ReviewType, Unreadable
from connector.core.run_report import Action
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.listing import Listing
from connector.flows.matching import Matches, match_reviews, tell_invitations
from connector.flows.tally import Tally

FLOW = "reviews_in"

COMPARED = 1_700
"""Reviews compared together: as many ids as one call to the org can ask for."""

WRITTEN = 5_000
"""Reviews written together: large enough for one bulk job, small enough to hold."""

ACTIONS_KEPT = 1_000
"""Actions that a run keeps of what it does; a dry run, which shows them, keeps all."""

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


@dataclass(frozen=True)
class _Arrived:
    """A review that was listed and mapped, and the listing that it came from."""

    review: Review
    mapped: MappedReview
    listing: Listing


@dataclass(frozen=True)
class _Pending:
    """A write that waits: the row as it will be sent, and what must be told of its end."""

    store: StoreReview
    row: Row
    created_at: datetime
    listing: Listing


@dataclass
class ReviewStore:
    """Takes reviews as they are listed; `flush` brings to the org what still waits.

    What keeps a batch from being dealt with is raised, and every listing with a review in it is
    `spoiled`: its mark must not move. `counts` are words and numbers by business unit id.
    """

    context: RunContext
    tally: Tally
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _arrived: list[_Arrived] = field(default_factory=list)
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _led: dict[str, str] = field(default_factory=dict)

    def take(self, listing: Listing, page: ReviewPage) -> None:
        """Take one page; compare and write where enough has come together."""
        self.tally.issues += [_unreadable_issue(item, listing) for item in page.unreadable]
        for review in page.reviews:
            self._take_one(listing, review)
        if len(self._arrived) >= COMPARED:
            self._compare()
        if len(self._pending) >= WRITTEN:
            self._write()

    def flush(self) -> None:
        """Compare and write everything that waits."""
        self._compare()
        self._write()

    def _take_one(self, listing: Listing, review: Review) -> None:
        mapped = self._mapped(listing.unit, review)
        listing.note(review, mapped.content_hash)
        self._count(listing, "reviews_read")
        if is_seen(mapped, listing.known):
            self._count(listing, "reviews_unchanged")
            self._settle(listing, review.id)
        else:
            self._arrived.append(_Arrived(review, mapped, listing))

    def _compare(self) -> None:
        """Find out which of the reviews that arrived must be written, and connect the new ones."""
        arrived = {each.review.id: each for each in self._arrived}
        self._arrived = []
        if not arrived:
            return
        with _spoiling(each.listing for each in arrived.values()):
            mapped = [each.mapped for each in arrived.values()]
            plan = plan_reviews(mapped, self._read(STORED_FIELDS, list(arrived)))
            known = [store.id for store in plan.stores if not store.is_new]
            stores = with_edits(plan, self._read(EDIT_FIELDS, known))
            self._note_plan(arrived, stores, plan.filtered)
            if not self.context.dry_run:
                self._queue(arrived, stores)

    def _note_plan(
        self,
        arrived: Mapping[str, _Arrived],
        stores: Sequence[StoreReview],
        filtered: Sequence[str],
    ) -> None:
        for store in stores:
            each = arrived[store.id]
            if store.is_new:
                each.listing.tell_new(each.review.created_at)
            else:
                each.listing.tell(each.review.created_at, "different")
            if self.context.dry_run or len(self.tally.actions) < ACTIONS_KEPT:
                self.tally.actions.append(_action(store, each.review))
        for review_id in filtered:
            each = arrived[review_id]
            each.listing.tell(each.review.created_at, "filtered")
            self._count(each.listing, "reviews_filtered")
        for review_id in arrived.keys() - {store.id for store in stores}:
            self._settle(arrived[review_id].listing, review_id)
            if review_id not in filtered:
                self._count(arrived[review_id].listing, "reviews_unchanged")

    def _queue(self, arrived: Mapping[str, _Arrived], stores: Sequence[StoreReview]) -> None:
        new = [arrived[store.id].review for store in stores if store.is_new]
        matches = match_reviews(self.context, new) if new else Matches({}, {})
        self._led = matches.led | self._led
        for store in stores:
            each = arrived[store.id]
            row = {**store.row, **matches.get(store.id, {})}
            self._pending[store.id] = _Pending(store, row, each.review.created_at, each.listing)

    def _write(self) -> None:
        """Write what waits, in one go; what the org refuses becomes an issue."""
        pending, led = list(self._pending.values()), self._led
        self._pending, self._led = {}, {}
        if not pending:
            return
        with _spoiling(each.listing for each in pending):
            results = self.context.org.upsert(REVIEW, KEY, [each.row for each in pending])
            stored: dict[str, str] = {}
            for each, result in zip(pending, results, strict=True):
                if result.error is None:
                    stored[each.store.id] = result.id or ""
                    word = "reviews_new" if each.store.is_new else "reviews_changed"
                    self._count(each.listing, word)
                    self._settle(each.listing, each.store.id)
                else:
                    self._refuse(each, result.error)
            tell_invitations(self.context, led, stored, self.tally)

    def _refuse(self, each: _Pending, error: RowError) -> None:
        each.listing.refused.add(each.store.id)
        each.listing.tell(each.created_at, "refused")
        self.tally.issues.append(_refused_issue(each.store.id, each.listing, error))

    def _settle(self, listing: Listing, review_id: str) -> None:
        """The review needs nothing more: close what earlier runs could not do about it."""
        codes = (REFUSED[listing.review_type], UNREADABLE[listing.review_type])
        keys = (issue_key(code, review_id) for code in codes)
        self.tally.passed += [key for key in keys if key in self.context.opening.issues]

    def _count(self, listing: Listing, word: str) -> None:
        self.tally.counts[word] += 1
        self.counts[listing.unit.id][word] += 1

    def _read(self, fields: tuple[str, ...], review_ids: Sequence[str]) -> dict[str, Row]:
        if not review_ids:
            return {}
        (answer,) = self.context.org.read(
            [Select(REVIEW, fields, (Condition(KEY, "in", tuple(review_ids)),))]
        )
        return {row[KEY]: row for row in answer.rows}

    def _mapped(self, unit: Unit, review: Review) -> MappedReview:
        policy = self.context.policy
        is_service = review.type is ReviewType.SERVICE
        mapping = policy.service_mapping if is_service else policy.product_mapping
        row = map_review(mapping, policy.schema, review)
        whole = row | {"Business_Unit__c": unit.record_id or None}
        return MappedReview(whole, content_hash(row), wanted=unit.filter.lets_in(review))


@contextmanager
def _spoiling(listings: Iterable[Listing]) -> Iterator[None]:
    """Mark the listings of a batch that could not be dealt with; the failure goes on its way."""
    try:
        yield
    except ConnectorError:
        for listing in listings:
            listing.spoiled = True
        raise


def _action(store: StoreReview, review: Review) -> Action:
    what = "store review" if store.is_new else "update review"
    return Action(what, store.id, {"type": review.type.value, "stars": store.row.get("Stars__c")})


def _refused_issue(review_id: str, listing: Listing, error: RowError) -> Issue:
    fields = f" ({', '.join(error.fields)})" if error.fields else ""
    return Issue(
        code=REFUSED[listing.review_type],
        message=f"The org refused the review: {error.code}{fields}.",
        next_step="Correct the mapping or the org's validation; the next run tries again.",
        flow=FLOW,
        record=review_id,
        business_unit_id=listing.unit.id,
    )


def _unreadable_issue(item: Unreadable, listing: Listing) -> Issue:
    return Issue(
        code=UNREADABLE[listing.review_type],
        message=f"Trustpilot sent a review that could not be read: {item.reason}",
        next_step="Look at the review at Trustpilot; report it if it looks right there.",
        flow=FLOW,
        record=item.id or WITHOUT_ID,
        business_unit_id=listing.unit.id,
    )
