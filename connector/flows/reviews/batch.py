"""Reviews on their way to the org: listed, to be written, and gathered for one write.

Values only: what a stage makes of them is a new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from connector.core.cases.plan import WantedCase
from connector.core.matching.evidence import Evidence
from connector.core.reviews.comparison import MappedReview, StoreReview
from connector.core.terms.records import Row
from connector.core.terms.reviews import Review
from connector.core.terms.units import Unit
from connector.flows.matching import Matches
from connector.flows.reviews.listing import Listing


@dataclass(frozen=True)
class Listed:
    """A review that was listed and mapped, and the listing that it came from."""

    review: Review
    mapped: MappedReview
    listing: Listing


@dataclass(frozen=True)
class Pending:
    """A review that is to be written.

    `before` is its row in the org, None for a new one.
    """

    store: StoreReview
    listed: Listed
    before: Row | None = None

    @property
    def review(self) -> Review:
        """The review as Trustpilot listed it."""
        return self.listed.review

    @property
    def unit(self) -> Unit:
        """The business unit that the review is about."""
        return self.listed.listing.unit


@dataclass(frozen=True)
class Batch:
    """Reviews to be written together, by id, and cases that are still to be made.

    New reviews are in `matches`, or their evidence is among the `unmatched`.
    """

    pending: Mapping[str, Pending] = field(default_factory=dict)
    cases: tuple[WantedCase, ...] = ()
    matches: Matches = field(default_factory=Matches)
    unmatched: tuple[Evidence, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to write."""
        return not (self.pending or self.cases)

    @property
    def listings(self) -> Iterator[Listing]:
        """The listings that the reviews came from."""
        return (each.listed.listing for each in self.pending.values())

    def joined(self, later: Batch) -> Batch:
        """This and what came later, which wins where a review comes twice."""
        return Batch(
            {**self.pending, **later.pending},
            self.cases + later.cases,
            self.matches.joined(later.matches),
            self.unmatched + later.unmatched,
        )

    def without(self, review_ids: Collection[str]) -> Batch:
        """The batch without the writes of these reviews."""
        pending = {name: e for name, e in self.pending.items() if name not in review_ids}
        return replace(self, pending=pending)
