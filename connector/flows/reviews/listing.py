"""Lists one kind of review of one business unit over a stretch of time, page by page.

It keeps what became of each review, for the mark, the re-scan and the daily comparison. It stores
nothing and moves no mark.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise

from connector.core.reviews.reconciliation import DayCheck, day_checks
from connector.core.reviews.verdicts import Verdict
from connector.core.run.report import STREAMS, Mark
from connector.core.terms.reviews import Review, ReviewPage, ReviewType
from connector.core.terms.units import Unit
from connector.flows.run.context import RunContext
from connector.flows.run.read_ahead import read_ahead

PAGES_AHEAD = 30
"""Pages read while the org is busy: as many as come in while it takes a batch."""


@dataclass
class Listing:
    """One window (both ends count) of one list, and what became of the reviews in it.

    `known` are content hashes that the org is known to hold: those are not asked about.
    Whatever was created before `expected_before` should have come in with an earlier run.
    `seen` are the hashes of reviews created from `remember_from` on, as they were listed;
    `ids` are all that were listed, and `conversations` their conversations by review id, kept only
    where `keep_ids` asks for it.
    `days` count by creation day, in the words of `core.reviews.reconciliation.DayCheck`.
    `refused` are ids that the org did not take; `spoiled` is true where a part of what was
    listed was not dealt with at all.
    """

    unit: Unit
    review_type: ReviewType
    start: datetime
    end: datetime
    known: Mapping[str, str] = field(default_factory=dict)
    expected_before: datetime | None = None
    remember_from: datetime | None = None
    keep_ids: bool = False
    count: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    conversations: dict[str, str] = field(default_factory=dict)
    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    refused: set[str] = field(default_factory=set)
    spoiled: bool = False

    @property
    def stream(self) -> str:
        """The name of the stream, as marks and reports spell it."""
        return STREAMS[self.review_type]

    @property
    def mark(self) -> Mark:
        """The mark of this stream at the window's end, without what was seen."""
        return Mark(self.stream, self.unit.id, self.end)

    def note(self, review: Review, content_hash: str) -> None:
        """Take note of one review that was listed."""
        self.count += 1
        self.tell(review.created_at, "listed")
        if self.keep_ids:
            self.ids.add(review.id)
            if review.conversation_id:
                self.conversations[review.id] = review.conversation_id
        if self.remember_from and review.created_at >= self.remember_from:
            self.seen[review.id] = content_hash

    def tell(self, created_at: datetime, word: str) -> None:
        """Count a word for the day on which a review was created."""
        self.days[created_at.astimezone(UTC).date()][word] += 1

    def tell_verdict(self, created_at: datetime, verdict: Verdict) -> None:
        """Count what comparing found; a new review that should have been there is missing."""
        if verdict is Verdict.NEW and self.expected_before and created_at < self.expected_before:
            self.tell(created_at, "missing")
        elif verdict is not Verdict.UNCHANGED:
            self.tell(created_at, verdict)

    def checked_days(self) -> tuple[DayCheck, ...]:
        """What comparing this window with the org has found, day by day."""
        return tuple(day_checks(self.unit.name, self.review_type, self.days))

    def held(self) -> dict[str, str]:
        """The hashes of what was seen and stands in the org."""
        return {name: each for name, each in self.seen.items() if name not in self.refused}


def pages(context: RunContext, listing: Listing) -> Iterator[ReviewPage]:
    """Yield the window's pages, reading ahead, each one told to whoever watches."""
    listed = 0
    for page in read_ahead(_asked(context, listing), items=PAGES_AHEAD):
        listed += len(page.reviews)
        context.reporter.progress(f"{listing.unit.name}: {listing.stream}", listed)
        yield page
    context.reporter.event(
        "stream_read", stream=listing.stream, business_unit=listing.unit.id, reviews=listed
    )


def _asked(context: RunContext, listing: Listing) -> Iterator[ReviewPage]:
    unit_id, start = listing.unit.id, listing.start
    if listing.review_type is ReviewType.SERVICE:
        yield from context.trustpilot.service_reviews(unit_id, start, listing.end)
        return
    # Trustpilot 6.1: this list cannot be asked for dates.
    for page in context.trustpilot.product_reviews(unit_id):
        recent = tuple(review for review in page.reviews if review.created_at >= start)
        yield ReviewPage(recent, page.unreadable)
        if _is_past(page, start):
            return


def _is_past(page: ReviewPage, start: datetime) -> bool:
    """True when a list that runs from new to old has left the window.

    No order is documented for product reviews (Trustpilot 6.1): a page in any other ends nothing.
    """
    times = [review.created_at for review in page.reviews]
    newest_first = all(one >= other for one, other in pairwise(times))
    # A page of one moment (an import of old reviews) tells no order either.
    ordered = len(times) == 1 or times[:1] != times[-1:]
    return newest_first and ordered and bool(times) and times[-1] < start
