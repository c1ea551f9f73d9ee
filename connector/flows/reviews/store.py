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

from connector.core.cases.plan import CASE_FIELDS, LOOKUP_FIELDS, WantedCase, wanted_case
from connector.core.copies.rows import review_hash
from connector.core.mapping.rows import map_review
from connector.core.matching.evidence import Evidence, evidence_of
from connector.core.reviews.plan import (
    EDIT_FIELDS,
    KEY,
    STORED_FIELDS,
    MappedReview,
    ReviewsPlan,
    StoreReview,
    is_seen,
    plan_reviews,
    with_conversations,
    with_edits,
)
from connector.core.reviews.verdicts import Verdict, verdicts
from connector.core.terms.errors import ConnectorError
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Condition, Row, Select
from connector.core.terms.reviews import Review, ReviewPage
from connector.core.terms.units import Unit
from connector.flows.matching import Matches, match_reviews
from connector.flows.reviews.conversations import read_conversations
from connector.flows.reviews.listing import Listing
from connector.flows.reviews.told import action, refused_issue, retried_keys, unreadable_issue
from connector.flows.reviews.writes import Batch, Pending, Written, write_reviews
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

COMPARED = 1_700
"""Reviews compared together: as many ids as one call to the org can ask for."""

MATCHED = 3_000
"""New reviews connected together: enough that the questions about them fill their calls."""

WRITTEN = 5_000
"""Reviews written together: large enough for one bulk job, small enough to hold."""

FEW = 200
"""So many reviews are compared and connected with the same calls; of more, only the new ones."""

ACTIONS_KEPT = 1_000
"""Actions that a run keeps of what it does; a dry run, which shows them, keeps all."""


@dataclass(frozen=True)
class _Listed:
    """A review that was listed and mapped, and the listing that it came from."""

    review: Review
    mapped: MappedReview
    listing: Listing


@dataclass(frozen=True)
class _Waiting:
    """A write that waits, the listing that its review came from, and how much of it was cut."""

    pending: Pending
    listing: Listing
    texts_cut: int


@dataclass
class ReviewStore:
    """Takes reviews as they are listed; `flush` brings to the org what still waits.

    What keeps a batch from being dealt with is raised, and every listing with a review in it is
    `spoiled`: its mark must not move. `counts` are words and numbers by business unit id.
    """

    context: RunContext
    tally: Tally
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _listed: list[_Listed] = field(default_factory=list)
    _pending: dict[str, _Waiting] = field(default_factory=dict)
    _matches: Matches = field(default_factory=Matches)
    _unmatched: list[Evidence] = field(default_factory=list)
    _cases: list[WantedCase] = field(default_factory=list)

    def take(self, listing: Listing, page: ReviewPage) -> None:
        """Take one page; compare and write where enough has come together."""
        self.tally.issues += [unreadable_issue(item, listing) for item in page.unreadable]
        for review in page.reviews:
            self._take_one(listing, review)
        if len(self._listed) >= COMPARED:
            self._compare()
        if len(self._unmatched) >= MATCHED and not self.context.dry_run:
            self._match()
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
            self._listed.append(_Listed(review, mapped, listing))

    def _compare(self) -> None:
        """Find out which of the reviews that were listed must be written."""
        listed = {each.review.id: each for each in self._listed}
        self._listed = []
        if not listed:
            return
        with _spoiling(each.listing for each in listed.values()):
            stored, matches = self._ask(listed)
            plan = plan_reviews((each.mapped for each in listed.values()), stored)
            new = (listed[store.id].review for store in plan.stores)
            plan = with_conversations(plan, read_conversations(self.context, new), stored)
            stores = with_edits(plan, self._edited(plan))
            self._note_plan(listed, stores, plan.filtered)
            self._queue(listed, stores, stored, matches)

    def _ask(self, listed: Mapping[str, _Listed]) -> tuple[dict[str, Row], Matches]:
        """Ask what the org holds of these reviews and, of a few, at once what they are about."""
        is_few = len(listed) <= FEW and not self.context.dry_run
        evidence = [evidence_of(each.review) for each in listed.values()] if is_few else []
        fields: tuple[str, ...] = STORED_FIELDS
        if self.context.policy.case_rules:
            fields = tuple(dict.fromkeys((*STORED_FIELDS, *CASE_FIELDS, *LOOKUP_FIELDS)))
        select = Select(REVIEW, fields, (Condition(KEY, "in", tuple(listed)),))
        matches, (answer,) = match_reviews(self.context, evidence, select)
        return {row[KEY]: row for row in answer.rows}, matches

    def _edited(self, plan: ReviewsPlan) -> dict[str, Row]:
        """What the org holds of the words of reviews that changed."""
        known = tuple(store.id for store in plan.stores if not store.is_new)
        if not known:
            return {}
        select = Select(REVIEW, EDIT_FIELDS, (Condition(KEY, "in", known),))
        (answer,) = self.context.org.read([select])
        return {row[KEY]: row for row in answer.rows}

    def _note_plan(
        self,
        listed: Mapping[str, _Listed],
        stores: Sequence[StoreReview],
        filtered: Sequence[str],
    ) -> None:
        for review_id, verdict in verdicts(listed, stores, filtered).items():
            self._note_verdict(listed[review_id], verdict)
        actions = [action(store, listed[store.id].review) for store in stores]
        room = max(ACTIONS_KEPT - len(self.tally.actions), 0)
        self.tally.actions += actions if self.context.dry_run else actions[:room]

    def _note_verdict(self, each: _Listed, verdict: Verdict) -> None:
        each.listing.tell_verdict(each.review.created_at, verdict)
        if verdict.is_settled:
            self._count(each.listing, f"reviews_{verdict}")
            self._settle(each.listing, each.review.id)

    def _queue(
        self,
        listed: Mapping[str, _Listed],
        stores: Sequence[StoreReview],
        stored: Mapping[str, Row],
        matches: Matches,
    ) -> None:
        new = {store.id for store in stores if store.is_new}
        self._matches = self._matches.joined(matches.only(new))
        self._unmatched += [evidence_of(listed[name].review) for name in new - matches.keys()]
        for store in stores:
            each = listed[store.id]
            pending = Pending(store, each.review, each.listing.unit, stored.get(store.id))
            self._pending[store.id] = _Waiting(pending, each.listing, each.mapped.texts_cut)
        for review_id, row in stored.items():
            each = listed[review_id]
            case = wanted_case(row, each.review, each.listing.unit.name)
            self._cases += [case] if case else []

    def _match(self) -> None:
        """Connect new reviews while lists are still being read."""
        unmatched, self._unmatched = self._unmatched, []
        with _spoiling(each.listing for each in self._pending.values()):
            found, _ = match_reviews(self.context, unmatched)
        self._matches = self._matches.joined(found)

    def _write(self) -> None:
        """Write what waits, in one go; what the org refuses becomes an issue."""
        waiting, cases, matches = list(self._pending.values()), self._cases, self._matches
        unmatched, self._unmatched = self._unmatched, []
        self._pending, self._cases, self._matches = {}, [], Matches()
        if not (waiting or cases):
            return
        with _spoiling(each.listing for each in waiting):
            batch = Batch([each.pending for each in waiting], cases, matches, unmatched)
            written = write_reviews(self.context, batch, self.tally)
        if self.context.dry_run:
            return
        for each in waiting:
            self._note_written(each, written)

    def _note_written(self, each: _Waiting, written: Written) -> None:
        store, listing = each.pending.store, each.listing
        if store.id in written.refused or store.id in written.uncopied:
            listing.refused.add(store.id)
        if error := written.refused.get(store.id):
            listing.tell(each.pending.review.created_at, "refused")
            self.tally.issues.append(refused_issue(store.id, listing, error))
        else:
            self._count(listing, "reviews_new" if store.is_new else "reviews_changed")
            self.tally.counts["texts_cut"] += each.texts_cut
            self._settle(listing, store.id)

    def _settle(self, listing: Listing, review_id: str) -> None:
        """The review needs nothing more: close what earlier runs could not do about it."""
        keys = retried_keys(listing.review_type, review_id)
        self.tally.passed += [key for key in keys if key in self.context.opening.issues]

    def _count(self, listing: Listing, word: str) -> None:
        self.tally.counts[word] += 1
        self.counts[listing.unit.id][word] += 1

    def _mapped(self, unit: Unit, review: Review) -> MappedReview:
        policy = self.context.policy
        mapped = map_review(policy.mapping(review.type), policy.schema, review)
        return MappedReview(
            {**mapped.row, "Business_Unit__c": unit.record_id or None},
            review_hash(mapped.row, review, policy.copies, policy.schema),
            wanted=policy.filter_of(unit.name).lets_in(review),
            texts_cut=len(mapped.cut),
        )


@contextmanager
def _spoiling(listings: Iterable[Listing]) -> Iterator[None]:
    """Mark the listings of a batch that could not be dealt with; the failure goes on its way."""
    try:
        yield
    except ConnectorError:
        for listing in listings:
            listing.spoiled = True
        raise
