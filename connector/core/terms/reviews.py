"""Reviews and business units as the connector speaks of them, free of vendor spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ReviewType(StrEnum):
    """Which of the two kinds a review is; the values are the picklist's."""

    SERVICE = "Service"
    PRODUCT = "Product"


@dataclass(frozen=True)
class Reply:
    """The business's public answer to a review, as it is live at Trustpilot; no text means none.

    `comment_id` is filled where the answer is a comment on a product review.
    """

    text: str
    created_at: datetime | None = None
    updated_at: datetime | None = None
    author: str = ""
    author_id: str = ""
    comment_id: str = ""


NO_REPLY = Reply("")
"""What is live where nobody has answered."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review, service or product, as Trustpilot shows it now.

    Times are aware and UTC. What Trustpilot left out or sent as null is None (or empty).
    `tags` are plain values; `attributes` are a product review's (name, rating) pairs;
    `business_unit_history` and `attachments` are lines for people to read.
    `find_reviewer_*` is the latest question to the consumer who they are, and
    `consumer_response_*` the latest answer to one: typed by the consumer, personal, no proof.
    The field names are the words that `mappings/*.yaml` may use on its right-hand side.
    """

    id: str
    type: ReviewType
    # Trustpilot 14: a review can move to another business unit, so its id alone is the key.
    business_unit_id: str
    created_at: datetime
    public_url: str | None = None
    stars: int | None = None
    title: str | None = None
    text: str | None = None
    language: str | None = None
    locale: str | None = None
    # Trustpilot 14: uncertain: a company reply leaves this as it is; edits fill it.
    updated_at: datetime | None = None
    experienced_at: datetime | None = None
    consumer_id: str | None = None
    consumer_name: str | None = None
    consumer_location: str | None = None
    consumer_review_count: int | None = None
    # Trustpilot 6.1: of product reviews only.
    consumer_email: str | None = None
    # Trustpilot 5.4: of service reviews that somebody was invited to.
    invited_email: str | None = None
    invitation_business_unit_id: str | None = None
    # Trustpilot 5.4: a hint: consumers can type it themselves.
    reference_number: str | None = None
    # Trustpilot 5.4: an open set, like the status and the level of verification.
    source: str | None = None
    status: str | None = None
    is_verified: bool | None = None
    verification_level: str | None = None
    like_count: int | None = None
    tags: tuple[str, ...] = ()
    compliance_labels: tuple[str, ...] = ()
    counts_towards_trust_score: bool | None = None
    counts_towards_location_trust_score: bool | None = None
    has_moderation_history: bool | None = None
    business_unit_history: str | None = None
    location_id: str | None = None
    location_external_id: str | None = None
    location_name: str | None = None
    report_source: str | None = None
    report_comment: str | None = None
    report_created_at: datetime | None = None
    report_reason: str | None = None
    report_reasons: tuple[str, ...] = ()
    report_visibility: str | None = None
    find_reviewer_eligible: bool | None = None
    find_reviewer_id: str | None = None
    find_reviewer_created_at: datetime | None = None
    find_reviewer_status: str | None = None
    find_reviewer_message: str | None = None
    consumer_response_reference_number: str | None = None
    consumer_response_name: str | None = None
    consumer_response_email: str | None = None
    consumer_response_phone: str | None = None
    consumer_response_address: str | None = None
    consumer_response_message: str | None = None
    consumer_response_at: datetime | None = None
    product_id: str | None = None
    product_name: str | None = None
    product_sku: str | None = None
    product_url: str | None = None
    product_image_url: str | None = None
    product_gtin: str | None = None
    product_mpn: str | None = None
    product_brand: str | None = None
    attributes: tuple[tuple[str, float | int | str | None], ...] = ()
    attachments: str | None = None
    # Trustpilot 6.1: none until a business answers.
    conversation_id: str | None = None
    reply_text: str | None = None
    reply_created_at: datetime | None = None
    reply_updated_at: datetime | None = None
    reply_author: str | None = None
    reply_author_id: str | None = None

    @property
    def reply(self) -> Reply:
        """The live reply of a service review."""
        return Reply(
            self.reply_text or "",
            self.reply_created_at,
            self.reply_updated_at,
            self.reply_author or "",
            self.reply_author_id or "",
        )


@dataclass(frozen=True)
class BusinessUnitProfile:
    """What Trustpilot shows publicly about a business unit: its score and its totals.

    `reviews_by_stars` maps 1..5 to counts. Totals exist only here (Trustpilot 4).
    """

    id: str
    name: str
    domain: str
    trust_score: float | None = None
    stars: float | None = None
    review_count: int | None = None
    reviews_by_stars: Mapping[int, int] = field(default_factory=dict)
    country: str | None = None
    status: str | None = None
    website_url: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """One item of a vendor's list that could not be understood: which, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class ReviewPage:
    """One page of a review list: what could be read, and what could not."""

    reviews: tuple[Review, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True)
class Comment:
    """One comment in the conversation below a product review."""

    id: str
    text: str
    by_business: bool
    created_at: datetime | None = None
    updated_at: datetime | None = None
    author_id: str = ""

    @property
    def reply(self) -> Reply:
        """The comment as the business's answer."""
        return Reply(
            self.text,
            self.created_at,
            self.updated_at,
            author_id=self.author_id,
            comment_id=self.id,
        )


@dataclass(frozen=True)
class Conversation:
    """What is said below one product review, oldest first; `state` is public or private."""

    id: str
    state: str = ""
    comments: tuple[Comment, ...] = ()
