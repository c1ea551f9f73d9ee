"""Trustpilot's spelling: its JSON to our values, our values to its request bodies.

Nothing here sends. One bad item of a list never costs the others: it becomes `Unreadable`,
with the names of the fields that do not fit and never with their content.
The two shapes of a review have modules of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from connector.core.invitations.sending.outgoing import (
    EmailInvitation,
    LinkRequest,
    ReviewLink,
    Template,
)
from connector.core.terms.reviews import (
    BusinessUnitProfile,
    Comment,
    Conversation,
    Review,
    ReviewPage,
    ReviewType,
    Unreadable,
)
from connector.gateways.trustpilot.product_wire import ProductReview
from connector.gateways.trustpilot.service_wire import ServiceReview
from connector.gateways.trustpilot.values import (
    Count,
    Maybe,
    MaybeMoment,
    Number,
    Text,
    Wire,
    or_unreadable,
    wire_time,
    without_nulls,
)

# Trustpilot 6.2: uncertain: the word for a consumer; whatever is not this one is not us.
_BUSINESS_AUTHOR = "businessuser"


_SHAPES: dict[ReviewType, type[ServiceReview | ProductReview]] = {
    ReviewType.SERVICE: ServiceReview,
    ReviewType.PRODUCT: ProductReview,
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
            # Trustpilot 4: totals stand only here, lists of reviews have none.
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
    id: Maybe[Text] = None
    type: Text | None = None


class _Comment(Wire):
    # Trustpilot 6.2: the answer to a new comment says `commentId`.
    id: Text = Field(validation_alias=AliasChoices("id", "commentId"), min_length=1)
    content: Text | None = None
    created_at: MaybeMoment = None
    updated_at: MaybeMoment = None
    author: _Author | None = None

    def as_comment(self) -> Comment:
        author = self.author or _Author()
        return Comment(
            self.id,
            self.content or "",
            (author.type or "").lower() == _BUSINESS_AUTHOR,
            self.created_at,
            self.updated_at,
            author.id or "",
        )


class _Conversation(Wire):
    state: Maybe[Text] = None
    comments: Annotated[tuple[_Comment, ...], BeforeValidator(without_nulls)] = ()


def conversation(item: object, conversation_id: str) -> Conversation | Unreadable:
    """Return a conversation with its comments, oldest first, or why it cannot be read.

    All or nothing: a comment that is overlooked would be written a second time.
    """
    found = or_unreadable(item, lambda: _Conversation.model_validate(item))
    if isinstance(found, Unreadable):
        return found
    latest = datetime.max.replace(tzinfo=UTC)
    comments = sorted(
        (one.as_comment() for one in found.comments),
        key=lambda comment: comment.created_at or latest,
    )
    return Conversation(conversation_id, found.state or "", tuple(comments))


class _Template(Wire):
    id: Text
    name: Text | None = None
    is_default_template: bool | None = None


class _Templates(Wire):
    templates: Annotated[tuple[_Template, ...], BeforeValidator(without_nulls)]


def templates(item: object) -> tuple[Template, ...] | Unreadable:
    """Return the invitation templates of a business unit.

    Shape: https://developers.trustpilot.com/invitation-api.
    """
    found = or_unreadable(item, lambda: _Templates.model_validate(item))
    if isinstance(found, Unreadable):
        return found
    return tuple(
        Template(one.id, one.name or "", bool(one.is_default_template)) for one in found.templates
    )


def reply_body(text: str, acting_user_id: str) -> dict[str, Any]:
    """Return the body that publishes a reply; the author is left out where none is set."""
    # Trustpilot 5.5: with client credentials a reply needs its author.
    return _filled({"authorBusinessUserId": acting_user_id, "message": text})


def comment_body(text: str) -> dict[str, Any]:
    """Return the body that adds a comment to a conversation."""
    return {"content": text}


def tags_body(values: Iterable[str]) -> dict[str, Any]:
    """Return the body that names tags, all in the only group that Trustpilot's portal shows."""
    # Trustpilot 5.6: a webhook may write this group `Generic`.
    return {"tags": [{"group": "generic", "value": value} for value in values]}


_AFTER_SERVICE = timedelta(minutes=1)
"""The service review must be asked for before the product reviews (Trustpilot 7.2)."""


def invitation_body(invitation: EmailInvitation) -> dict[str, Any]:
    """Return the body that asks for one e-mail invitation.

    What is empty is left out: then the account's defaults apply (Trustpilot 7.2). Where both kinds
    of review are asked for, the template is that of the service review: templates are made for one
    kind.
    Shape: https://developers.trustpilot.com/invitation-api.
    """
    return _filled(
        {
            "type": "email",
            # Trustpilot 7.5: `referenceId` in links and reviews, the same number.
            "referenceNumber": invitation.reference_number,
            "consumerName": invitation.name,
            "consumerEmail": invitation.email,
            "locale": invitation.locale,
            "senderName": invitation.sender_name,
            "senderEmail": invitation.sender_email,
            "replyTo": invitation.reply_to,
            "serviceReviewInvitation": _service_part(invitation),
            "productReviewInvitation": _product_part(invitation),
        }
    )


def _service_part(invitation: EmailInvitation) -> dict[str, Any]:
    if not invitation.service:
        return {}
    return _filled(
        {
            "templateId": invitation.template_id,
            # Trustpilot 7.2: uncertain: what a missing time means, so there always is one.
            "preferredSendTime": wire_time(invitation.send_at),
            "redirectUri": invitation.redirect_url,
            # Trustpilot 7.2: plain texts; reviews have groups and values.
            "tags": list(invitation.tags),
        }
    )


def _product_part(invitation: EmailInvitation) -> dict[str, Any]:
    if not (invitation.products or invitation.product_skus):
        return {}
    wait = _AFTER_SERVICE if invitation.service else timedelta(0)
    return _filled(
        {
            "templateId": "" if invitation.service else invitation.template_id,
            "preferredSendTime": wire_time(invitation.send_at + wait),
            "redirectUri": invitation.redirect_url,
            # Trustpilot 7.2: products or SKUs, never both.
            "products": [dict(product) for product in invitation.products],
            "productSkus": list(invitation.product_skus),
        }
    )


def service_link_body(link: LinkRequest) -> dict[str, Any]:
    """Return the body that asks for a link to a service review."""
    return _filled(
        {
            "referenceId": link.reference_number,
            "email": link.email,
            "name": link.name,
            "locale": link.locale,
            "tags": list(link.tags),
            "redirectUri": link.redirect_url,
        }
    )


def product_link_body(link: LinkRequest) -> dict[str, Any]:
    """Return the body that asks for a link to product reviews."""
    return _filled(
        {
            "consumer": {"email": link.email, "name": link.name},
            "referenceId": link.reference_number,
            "locale": link.locale,
            "redirectUri": link.redirect_url,
            # Trustpilot 6.3: never `productIds` beside it.
            "products": [dict(product) for product in link.products],
        }
    )


class _ReviewLink(Wire):
    url: Text = Field(validation_alias=AliasChoices("url", "reviewUrl"), pattern=r"^https://\S+$")
    id: Text | None = Field(None, validation_alias=AliasChoices("id", "reviewLinkId"))


def review_link(item: object) -> ReviewLink | Unreadable:
    """Return the link in an answer, or why it cannot be read; never raises.

    How the answer about products names them is uncertain (Trustpilot 6.3): both spellings are read.
    """
    found = or_unreadable(item, lambda: _ReviewLink.model_validate(item))
    if isinstance(found, Unreadable):
        return found
    return ReviewLink(found.url, found.id or "")


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value}
