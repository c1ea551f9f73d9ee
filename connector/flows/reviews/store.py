"""Carries reviews to the org: map, compare, match, write what changed, note what was refused.

Reviews of every stream go through one store, so that a run with a few of each costs the calls of
one. What arrives is compared in small batches while lists are still being read, and written in
large ones. The stages stand in modules of their own, `mapped`, `compared` and `writes`, and take
and return values; here is only what must change: what waits, what is counted, what is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from connector.core.reviews.comparison import is_seen
from connector.core.reviews.verdicts import Verdict
from connector.core.terms.errors import ConnectorError
from connector.core.terms.reviews import Review, ReviewPage
from connector.flows.reviews.batch import Batch, Listed, Pending
from connector.flows.reviews.compared import Compared, compare
from connector.flows.reviews.listing import Listing
from connector.flows.reviews.mapped import mapped_review
from connector.flows.reviews.told import action, refused_issue, retried_keys, unreadable_issue
from connector.flows.reviews.writes import Written, connected, write_reviews
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

COMPARED = 1_700
"""Reviews compared together: as many ids as one call to the org can ask for."""

MATCHED = 3_000
"""New reviews connected together: enough that the questions about them fill their calls."""

WRITTEN = 5_000
"""Reviews written together: large enough for one bulk job, small enough to hold."""

ACTIONS_KEPT = 1_000
"""Actions that a run keeps of what it does; a dry run, which shows them, keeps all."""


@dataclass
class ReviewStore:
    """Takes reviews as they are listed; `flush` brings to the org what still waits.

    What keeps a batch from being dealt with is raised, and every listing with a review in it is
    `spoiled`: its mark must not move. Such a batch is dropped, never tried again: each stage lets
    go of what it takes before it calls anybody.
    `counts` are words and numbers by business unit id.
    """

    context: RunContext
    tally: Tally
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _listed: list[Listed] = field(default_factory=list)
    _batch: Batch = field(default_factory=Batch)

    def take(self, listing: Listing, page: ReviewPage) -> None:
        """Take one page; compare and write where enough has come together."""
        self.tally.issues += [unreadable_issue(item, listing) for item in page.unreadable]
        for review in page.reviews:
            self._take_one(listing, review)
        if len(self._listed) >= COMPARED:
            self._compare()
        if len(self._batch.unmatched) >= MATCHED and not self.context.dry_run:
            self._match()
        if len(self._batch.pending) >= WRITTEN:
            self._write()

    def flush(self) -> None:
        """Compare and write everything that waits."""
        self._compare()
        self._write()

    def _take_one(self, listing: Listing, review: Review) -> None:
        mapped = mapped_review(self.context.policy, listing.unit, review)
        listing.note(review, mapped.content_hash)
        self._count(listing, "reviews_read")
        if is_seen(mapped, listing.known):
            self._count(listing, "reviews_unchanged")
            self._settle(listing, review.id)
        else:
            self._listed.append(Listed(review, mapped, listing))

    def _compare(self) -> None:
        """Find out which of the reviews that were listed must be written."""
        listed = {each.review.id: each for each in self._listed}
        self._listed = []
        if not listed:
            return
        with _spoiling(each.listing for each in listed.values()):
            compared = compare(self.context, listed)
            self._note_compared(compared)
            self._batch = self._batch.joined(compared.batch)

    def _match(self) -> None:
        """Connect new reviews while lists are still being read."""
        batch, self._batch = self._batch, replace(self._batch, unmatched=())
        with _spoiling(batch.listings):
            self._batch = connected(self.context, batch)

    def _write(self) -> None:
        """Write what waits, in one go; what the org refuses becomes an issue."""
        batch, self._batch = self._batch, Batch()
        if batch.is_empty:
            return
        with _spoiling(batch.listings):
            written = write_reviews(self.context, batch, self.tally)
        if self.context.dry_run:
            return
        for each in batch.pending.values():
            self._note_written(each, written)

    def _note_compared(self, compared: Compared) -> None:
        for review_id, verdict in compared.verdicts.items():
            self._note_verdict(compared.listed[review_id], verdict)
        actions = [action(each.store, each.review) for each in compared.batch.pending.values()]
        room = max(ACTIONS_KEPT - len(self.tally.actions), 0)
        self.tally.actions += actions if self.context.dry_run else actions[:room]

    def _note_verdict(self, each: Listed, verdict: Verdict) -> None:
        each.listing.tell_verdict(each.review.created_at, verdict)
        if verdict is Verdict.FILTERED:
            self._count(each.listing, "reviews_filtered")
        elif verdict is Verdict.UNCHANGED:
            self._count(each.listing, "reviews_unchanged")
        if verdict.is_settled:
            self._settle(each.listing, each.review.id)

    def _note_written(self, each: Pending, written: Written) -> None:
        store, listing = each.store, each.listed.listing
        if store.id in written.refused or store.id in written.uncopied:
            listing.refused.add(store.id)
        if error := written.refused.get(store.id):
            listing.tell(each.review.created_at, "refused")
            self.tally.issues.append(refused_issue(store.id, listing, error))
        else:
            self._count(listing, "reviews_new" if store.is_new else "reviews_changed")
            self.tally.counts["texts_cut"] += each.listed.mapped.texts_cut
            self._settle(listing, store.id)

    def _settle(self, listing: Listing, review_id: str) -> None:
        """The review needs nothing more: close what earlier runs could not do about it."""
        keys = retried_keys(listing.review_type, review_id)
        self.tally.passed += [key for key in keys if key in self.context.opening.issues]

    def _count(self, listing: Listing, word: str) -> None:
        self.tally.counts[word] += 1
        self.counts[listing.unit.id][word] += 1


@contextmanager
def _spoiling(listings: Iterable[Listing]) -> Iterator[None]:
    """Mark the listings of a batch that could not be dealt with; the failure goes on its way."""
    try:
        yield
    except ConnectorError:
        for listing in listings:
            listing.spoiled = True
        raise
