"""Product reviews and the conversations in which a business answers them.

Reference 6. A repeated comment adds a second one and none can be deleted: that is the vendor's
rule, and the trap that clients must avoid.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Review = dict[str, Any]

_DEFAULTS: Review = {
    "updatedAt": None,
    "stars": 5,
    "content": "",
    "product": None,
    "referenceId": None,
    "locale": "en-US",
    "language": "en",
    "redirectUri": None,
    "state": "published",
    "hasModerationHistory": False,
    "conversationId": None,
    "attributeRatings": [],
    "attachments": [],
}
FIELDS = frozenset(_DEFAULTS) | {"id", "createdAt", "consumer"}
_PRODUCT: dict[str, Any] = {
    "id": None,
    "productUrl": None,
    "productImages": [],
    "name": None,
    "sku": None,
    "gtin": None,
    "mpn": None,
    "brand": None,
}


@dataclass
class Comment:
    """One comment; `author_type` is businessUser for the business, anything else is not."""

    id: str
    content: str
    author_id: str | None
    created_at: datetime
    author_type: str = "businessUser"
    integration_id: str | None = None
    updated_at: datetime | None = None

    def json(self) -> dict[str, Any]:
        """Return the vendor's JSON."""
        return {
            "commentId": self.id,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "author": {"id": self.author_id, "type": self.author_type},
            "content": self.content,
            "integrationId": self.integration_id,
        }


@dataclass
class Conversation:
    """The public thread below one product review."""

    id: str
    business_unit_id: str
    consumer_id: str
    review_id: str
    state: str = "public"
    comments: list[Comment] = field(default_factory=list)

    def comment(self, comment_id: str) -> Comment | None:
        """Return a comment by id."""
        return next((one for one in self.comments if one.id == comment_id), None)

    def json(self) -> dict[str, Any]:
        """Return the vendor's JSON."""
        return {
            "id": self.id,
            "businessUnitId": self.business_unit_id,
            "consumerId": self.consumer_id,
            "source": "Product reviews",
            "sourceId": self.review_id,
            "state": self.state,
            "comments": [comment.json() for comment in self.comments],
        }


@dataclass
class ProductReviews:
    """Holds the live product reviews of every business unit and all conversations."""

    reviews: dict[str, Review] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)

    def of_unit(self, unit_id: str, *, newest_first: bool) -> list[Review]:
        """Return a unit's reviews in order of creation."""
        rows = [review for review in self.reviews.values() if review["businessUnitId"] == unit_id]
        return sorted(rows, key=lambda review: review["createdAt"], reverse=newest_first)

    def of_consumer(self, consumer_id: str) -> list[str]:
        """Return the ids of a consumer's reviews."""
        return [r["id"] for r in self.reviews.values() if r["consumer"]["id"] == consumer_id]


def json_of(review: Review) -> dict[str, Any]:
    """Return the vendor's JSON of a kept product review."""
    product = review.get("product")
    return {
        **_DEFAULTS,
        **review,
        "product": {**_PRODUCT, **product} if product else None,
        "consumer": {"email": None, "name": None, **review["consumer"]},
    }
