"""Service reviews: their store in order of creation, and their private and public JSON.

A review is kept as a sparse dict of the vendor's fields (reference 5.4); what was never set has
the defaults below. Filtering and paging stand in `listing`.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from connector.emulator.trustpilot.business_units import BusinessUnit

API = "https://api.trustpilot.com/v1"

Review = dict[str, Any]

DEFAULT_STARS = 5
_DEFAULTS: Review = {
    "stars": DEFAULT_STARS,
    "title": None,
    "text": None,
    "language": "en",
    "location": None,
    "experiencedAt": None,
    "updatedAt": None,
    "companyReply": None,
    "isVerified": False,
    "reviewVerificationLevel": None,
    "source": "trustpilot",
    "numberOfLikes": 0,
    "status": "active",
    "reportData": None,
    "complianceLabels": [],
    "countsTowardsTrustScore": True,
    "countsTowardsLocationTrustScore": None,
    "invitation": None,
    "businessUnitHistory": [],
    "referralEmail": None,
    "referenceId": None,
    "tags": [],
    "findReviewer": {"isEligible": False, "requests": []},
}
FIELDS = frozenset(_DEFAULTS) | {"id", "createdAt", "consumer"}
_PRIVATE = ("referralEmail", "referenceId", "tags", "findReviewer")


class ServiceReviews:
    """Holds the live service reviews of every business unit."""

    def __init__(self) -> None:
        self._by_id: dict[str, Review] = {}
        self._shelves: defaultdict[str, _Shelf] = defaultdict(_Shelf)

    def get(self, review_id: str) -> Review | None:
        """Return a live review as it is kept."""
        return self._by_id.get(review_id)

    def add(self, unit_id: str, review: Review) -> None:
        """Put a review (with id, createdAt, consumer) on its unit's shelf."""
        review["businessUnitId"] = unit_id
        self._by_id[review["id"]] = review
        self._shelves[unit_id].add(review)

    def change(self, review: Review, fields: Review) -> None:
        """Overwrite fields of a review that is here."""
        shelf = self._shelves[review["businessUnitId"]]
        shelf.stars[stars_of(review)] -= 1
        review.update(fields)
        shelf.stars[stars_of(review)] += 1
        shelf.disordered = shelf.disordered or "createdAt" in fields

    def remove(self, review_id: str) -> Review | None:
        """Take a review away and return it, or None where there is none."""
        review = self._by_id.pop(review_id, None)
        if review is not None:
            self._shelves[review["businessUnitId"]].remove(review)
        return review

    def of_consumer(self, consumer_id: str) -> list[str]:
        """Return the ids of a consumer's reviews."""
        return [r["id"] for r in self._by_id.values() if r["consumer"]["id"] == consumer_id]

    def of_unit(self, unit_id: str, bounds: "Bounds") -> list[Review]:
        """Return the unit's reviews created inside the bounds, oldest first."""
        return self._shelves[unit_id].between(bounds)

    def stars(self, unit_id: str) -> Counter[int]:
        """Return how many live reviews of the unit have how many stars."""
        return self._shelves[unit_id].stars


class Bounds:
    """A stretch of creation times; None is open, each end may or may not belong to it."""

    def __init__(
        self,
        start: datetime | None,
        end: datetime | None,
        *,
        with_start: bool = True,
        with_end: bool = True,
    ) -> None:
        self._start = start
        self._end = end
        self._cut_start = bisect_left if with_start else bisect_right
        self._cut_end = bisect_right if with_end else bisect_left

    def slice(self, times: list[datetime]) -> slice:
        """Return the part of an ascending list of times that lies inside."""
        low = 0 if self._start is None else self._cut_start(times, self._start)
        high = len(times) if self._end is None else self._cut_end(times, self._end)
        return slice(low, high)


class _Shelf:
    """One unit's reviews in order of creation; sorted again only when read after a change."""

    def __init__(self) -> None:
        self._reviews: list[Review] = []
        self._times: list[datetime] = []
        self.stars: Counter[int] = Counter()
        self.disordered = False

    def add(self, review: Review) -> None:
        self._reviews.append(review)
        self.stars[stars_of(review)] += 1
        self.disordered = True

    def remove(self, review: Review) -> None:
        self._reviews.remove(review)
        self.stars[stars_of(review)] -= 1
        self.disordered = True

    def between(self, bounds: Bounds) -> list[Review]:
        if self.disordered:
            self._reviews.sort(key=lambda review: review["createdAt"])
            self._times = [review["createdAt"] for review in self._reviews]
            self.disordered = False
        return self._reviews[bounds.slice(self._times)]


def stars_of(review: Review) -> int:
    """Return the stars of a kept review."""
    return int(review["stars"]) if "stars" in review else DEFAULT_STARS


def private_json(review: Review, unit: BusinessUnit) -> dict[str, Any]:
    """Return the vendor's JSON of a review with the fields only its business may see."""
    return {
        **_DEFAULTS,
        **{name: value for name, value in review.items() if name != "businessUnitId"},
        "links": _links(f"/reviews/{review['id']}", "reviews"),
        "consumer": {
            "links": _links(f"/consumers/{review['consumer']['id']}", "consumers"),
            "displayName": None,
            "displayLocation": None,
            "numberOfReviews": 1,
            **review["consumer"],
        },
        "businessUnit": {
            "links": _links(f"/business-units/{unit.id}", "business-units"),
            "id": unit.id,
            "identifyingName": unit.domain,
            "displayName": unit.display_name,
        },
    }


def public_json(review: Review, unit: BusinessUnit) -> dict[str, Any]:
    """Return the vendor's JSON of a review as everybody may see it."""
    full = {k: v for k, v in private_json(review, unit).items() if k not in _PRIVATE}
    if reply := full["companyReply"]:
        full["companyReply"] = {k: v for k, v in reply.items() if not k.startswith("author")}
    return full


def _links(path: str, rel: str) -> list[dict[str, str]]:
    return [{"href": f"{API}{path}", "method": "GET", "rel": rel}]
