"""Trustpilot's spelling: its JSON to our values, our values to its request bodies.

Nothing here sends. One bad item of a list never costs the others: it becomes `Unreadable`,
with the names of the fields that do not fit and never with their content.
Shapes: https://developers.trustpilot.com/service-reviews-api, /product-reviews-api.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from connector.core.email_invitation import EmailInvitation
from connector.core.reviews import (
    BusinessUnitProfile,
    Comment,
    Review,
    ReviewPage,
    ReviewType,
    Unreadable,
)
from connector.gateways.trustpilot_json import (
    Count,
    MaybeMoment,
    Moment,
    Number,
    Text,
    Wire,
    or_unreadable,
    wire_time,
    without_nulls,
)

_BUSINESS_AUTHOR = "businessuser"


class _Named(Wire):
    id: Text | None = None
    name: Text | None = None


class _Consumer(Wire):
    id: Text | None = None
    name: Text | None = Field(None, validation_alias=AliasChoices("displayName", "name"))
    display_location: Text | None = None
    number_of_reviews: Count | None = None
    email: Text | None = None


class _CompanyReply(Wire):
    text: Text | None = None
    created_at: MaybeMoment = None
    updated_at: MaybeMoment = None
    author_business_user_id: Text | None = None
    author_business_user_name: Text | None = None


class _ReportData(Wire):
    reason: Text | None = None
    reasons: Annotated[tuple[Text, ...], BeforeValidator(without_nulls)] = ()
    review_visibility: Text | None = None


class _Tag(Wire):
    value: Text | None = None


class _ServiceReview(Wire):
    id: Text = Field(min_length=1)
    created_at: Moment
    stars: Count | None = None
    title: Text | None = None
    text: Text | None = None
    language: Text | None = None
    updated_at: MaybeMoment = None
    experienced_at: MaybeMoment = None
    consumer: _Consumer | None = None
    business_unit: _Named | None = None
    location: _Named | None = None
    company_reply: _CompanyReply | None = None
    is_verified: bool | None = None
    review_verification_level: Text | None = None
    source: Text | None = None
    number_of_likes: Count | None = None
    status: Text | None = None
    report_data: _ReportData | None = None
    compliance_labels: Annotated[tuple[Text, ...], BeforeValidator(without_nulls)] = ()
    referral_email: Text | None = None
    reference_id: Text | None = None
    tags: Annotated[tuple[_Tag, ...], BeforeValidator(without_nulls)] = ()

    def as_review(self, unit_id: str) -> Review:
        consumer = self.consumer or _Consumer()
        reply = self.company_reply or _CompanyReply()
        report = self.report_data or _ReportData()
        return Review(
            id=self.id,
            type=ReviewType.SERVICE,
            business_unit_id=(self.business_unit and self.business_unit.id) or unit_id,
            created_at=self.created_at,
            stars=self.stars,
            title=self.title,
            text=self.text,
            language=self.language,
            updated_at=self.updated_at,
            experienced_at=self.experienced_at,
            consumer_id=consumer.id,
            consumer_name=consumer.name,
            consumer_location=consumer.display_location,
            consumer_review_count=consumer.number_of_reviews,
            invited_email=self.referral_email,
            reference_number=self.reference_id,
            source=self.source,
            status=self.status,
            is_verified=self.is_verified,
            verification_level=self.review_verification_level,
            like_count=self.number_of_likes,
            tags=tuple(tag.value for tag in self.tags if tag.value),
            compliance_labels=self.compliance_labels,
            location_name=self.location.name if self.location else None,
            report_reason=report.reason or ", ".join(report.reasons) or None,
            report_visibility=report.review_visibility,
            reply_text=reply.text,
            reply_created_at=reply.created_at,
            reply_updated_at=reply.updated_at,
            reply_author=reply.author_business_user_name or reply.author_business_user_id,
        )


class _Product(Wire):
    id: Text | None = None
    name: Text | None = None
    sku: Text | None = None
    product_url: Text | None = None


class _AttributeRating(Wire):
    attribute_id: Text | None = None
    attribute_name: Text | None = None
    rating: int | float | Text | None = None


class _ProductReview(Wire):
    id: Text = Field(min_length=1)
    created_at: Moment
    updated_at: MaybeMoment = None
    business_unit_id: Text | None = None
    stars: Count | None = None
    content: Text | None = None
    product: _Product | None = None
    consumer: _Consumer | None = None
    reference_id: Text | None = None
    language: Text | None = None
    state: Text | None = None
    conversation_id: Text | None = None
    attribute_ratings: Annotated[tuple[_AttributeRating, ...], BeforeValidator(without_nulls)] = ()

    def as_review(self, unit_id: str) -> Review:
        consumer = self.consumer or _Consumer()
        product = self.product or _Product()
        return Review(
            id=self.id,
            type=ReviewType.PRODUCT,
            business_unit_id=self.business_unit_id or unit_id,
            created_at=self.created_at,
            stars=self.stars,
            text=self.content,
            language=self.language,
            updated_at=self.updated_at,
            consumer_id=consumer.id,
            consumer_name=consumer.name,
            consumer_email=consumer.email,
            reference_number=self.reference_id,
            status=self.state,
            product_id=product.id,
            product_name=product.name,
            product_sku=product.sku,
            product_url=product.product_url,
            attributes=tuple(
                (rated.attribute_name or rated.attribute_id or "", rated.rating)
                for rated in self.attribute_ratings
            ),
            conversation_id=self.conversation_id,
        )


_SHAPES: dict[ReviewType, type[_ServiceReview | _ProductReview]] = {
    ReviewType.SERVICE: _ServiceReview,
    ReviewType.PRODUCT: _ProductReview,
}


def review(item: object, review_type: ReviewType, unit_id: str = "") -> Review | Unreadable:
    """Return the review in one JSON item, or why it cannot be read; never raises.

    `unit_id` is used where the item does not name its business unit.
    """
    shape = _SHAPES[review_type]
    return or_unreadable(item, lambda: shape.model_validate(item).as_review(unit_id))


def review_page(items: Iterable[object], review_type: ReviewType, unit_id: str) -> ReviewPage:
    """Return one page of a list: what could be read, and what could not; never raises."""
    read = [review(item, review_type, unit_id) for item in items]
    return ReviewPage(
        tuple(one for one in read if isinstance(one, Review)),
        tuple(one for one in read if isinstance(one, Unreadable)),
    )


class _NumberOfReviews(Wire):
    total: Count | None = None
    one_star: Count | None = None
    two_stars: Count | None = None
    three_stars: Count | None = None
    four_stars: Count | None = None
    five_stars: Count | None = None

    def by_stars(self) -> dict[int, int]:
        counts = (
            self.one_star,
            self.two_stars,
            self.three_stars,
            self.four_stars,
            self.five_stars,
        )
        return {stars: n for stars, n in enumerate(counts, start=1) if n is not None}


class _Score(Wire):
    trust_score: Number | None = None
    stars: Number | None = None


class _Name(Wire):
    identifying: Text | None = None


class _BusinessUnit(Wire):
    id: Text = Field(min_length=1)
    display_name: Text | None = None
    name: _Name | None = None
    website_url: Text | None = None
    country: Text | None = None
    number_of_reviews: _NumberOfReviews | None = None
    status: Text | None = None
    score: _Score | None = None

    def as_profile(self) -> BusinessUnitProfile:
        numbers = self.number_of_reviews or _NumberOfReviews()
        score = self.score or _Score()
        domain = (self.name and self.name.identifying) or ""
        return BusinessUnitProfile(
            id=self.id,
            name=self.display_name or domain,
            domain=domain,
            trust_score=score.trust_score,
            stars=score.stars,
            review_count=numbers.total,
            reviews_by_stars=MappingProxyType(numbers.by_stars()),
            country=self.country,
            status=self.status,
            website_url=self.website_url,
        )


def profile(item: object) -> BusinessUnitProfile | Unreadable:
    """Return the business unit in a JSON object, or why it cannot be read; never raises."""
    return or_unreadable(item, lambda: _BusinessUnit.model_validate(item).as_profile())


class _Author(Wire):
    type: Text | None = None


class _Comment(Wire):
    id: Text = Field(validation_alias=AliasChoices("id", "commentId"), min_length=1)
    content: Text | None = None
    created_at: MaybeMoment = None
    author: _Author | None = None

    def as_comment(self) -> Comment:
        kind = (self.author and self.author.type) or ""
        return Comment(
            self.id, self.content or "", kind.lower() == _BUSINESS_AUTHOR, self.created_at
        )


class _Conversation(Wire):
    comments: Annotated[tuple[_Comment, ...], BeforeValidator(without_nulls)] = ()


def comments(item: object) -> tuple[Comment, ...] | Unreadable:
    """Return the comments of a conversation, oldest first, or why they cannot be read.

    All or nothing: a comment that is overlooked would be written a second time.
    """
    found = or_unreadable(item, lambda: _Conversation.model_validate(item))
    if isinstance(found, Unreadable):
        return found
    latest = datetime.max.replace(tzinfo=UTC)
    return tuple(
        sorted(
            (one.as_comment() for one in found.comments),
            key=lambda comment: comment.created_at or latest,
        )
    )


def reply_body(text: str, acting_user_id: str) -> dict[str, Any]:
    """Return the body that publishes a reply; the author is left out where none is set."""
    return _filled({"authorBusinessUserId": acting_user_id, "message": text})


def comment_body(text: str) -> dict[str, Any]:
    """Return the body that adds a comment to a conversation."""
    return {"content": text}


def tags_body(values: Iterable[str]) -> dict[str, Any]:
    """Return the body that names tags, all in the only group that Trustpilot's portal shows."""
    return {"tags": [{"group": "generic", "value": value} for value in values]}


def invitation_body(invitation: EmailInvitation) -> dict[str, Any]:
    """Return the body that asks for one e-mail invitation to a service review.

    What is empty is left out: then the account's defaults apply.
    Shape: https://developers.trustpilot.com/invitation-api.
    """
    service = _filled(
        {
            "templateId": invitation.template_id,
            "preferredSendTime": wire_time(invitation.send_at),
            "redirectUri": invitation.redirect_url,
            "tags": list(invitation.tags),
        }
    )
    return _filled(
        {
            "type": "email",
            "referenceNumber": invitation.reference_number,
            "consumerName": invitation.name,
            "consumerEmail": invitation.email,
            "locale": invitation.locale,
            "senderName": invitation.sender_name,
            "senderEmail": invitation.sender_email,
            "replyTo": invitation.reply_to,
            "serviceReviewInvitation": service,
        }
    )


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value}
