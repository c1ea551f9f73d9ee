"""What comparing says of each review: what the day's counts, the report and its issues rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from connector.core.reviews.comparison import StoreReview


class Verdict(StrEnum):
    """What was found of a review that was compared with the org."""

    NEW = "new"
    DIFFERENT = "different"
    FILTERED = "filtered"
    UNCHANGED = "unchanged"

    @property
    def is_settled(self) -> bool:
        """True where nothing has to be written, now or later."""
        return self in (Verdict.FILTERED, Verdict.UNCHANGED)


def verdicts(
    review_ids: Iterable[str], stores: Collection[StoreReview], filtered: Collection[str]
) -> dict[str, Verdict]:
    """What was found of each of these reviews: first those to be written, then those left out."""
    found = {store.id: Verdict.NEW if store.is_new else Verdict.DIFFERENT for store in stores}
    found |= dict.fromkeys(filtered, Verdict.FILTERED)
    rest = (review_id for review_id in review_ids if review_id not in found)
    return found | dict.fromkeys(rest, Verdict.UNCHANGED)
