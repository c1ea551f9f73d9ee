"""The shape of a product review in Trustpilot's JSON, and what our words for its parts are.

What a review stands on (its id and time, stars and text, its consumer, its conversation) must fit:
without its conversation a second one would be opened. Everything else that does not fit is taken
for missing. How attachments look is uncertain (Trustpilot 6.1): their addresses are found anyway.
Shape: https://developers.trustpilot.com/product-reviews-api.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from connector.core.terms.reviews import Review, ReviewType
from connector.gateways.trustpilot.values import (
    Count,
    Maybe,
    Moment,
    Readable,
    Text,
    Wire,
    whole_text,
)


class _Consumer(Wire):
    id: Text | None = None
    name: Maybe[Text] = None
    # Trustpilot 6.1: here it is told; service reviews name no address of their consumer.
    email: Maybe[Text] = None


class _Product(Wire):
    id: Maybe[Text] = None
    name: Maybe[Text] = None
    sku: Maybe[Text] = None
    gtin: Maybe[Text] = None
    mpn: Maybe[Text] = None
    brand: Maybe[Text] = None
    product_url: Maybe[Text] = None
    product_images: Any = None


class _AttributeRating(Wire):
    attribute_id: Maybe[Text] = None
    attribute_name: Maybe[Text] = None
    rating: Maybe[int | float | Text] = None


class ProductReview(Wire):
    """One product review as Trustpilot spells it."""

    id: Text = Field(min_length=1)
    created_at: Moment
    updated_at: Maybe[Moment] = None
    business_unit_id: Maybe[Text] = None
    stars: Count | None = None
    content: Text | None = None
    # Trustpilot 6.1: may be missing.
    product: Maybe[_Product] = None
    consumer: _Consumer | None = None
    reference_id: Maybe[Text] = None
    locale: Maybe[Text] = None
    language: Maybe[Text] = None
    # Trustpilot 6.1: uncertain: which words there are besides `published`.
    state: Maybe[Text] = None
    has_moderation_history: Maybe[bool] = None
    # Trustpilot 6.1: null until a business answers.
    conversation_id: Text | None = None
    attribute_ratings: Readable[_AttributeRating] = ()
    attachments: Any = None

    def as_review(self, unit_id: str) -> Review:
        """Return it in our words; `unit_id` is used where it does not name its business unit."""
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
            locale=self.locale,
            updated_at=self.updated_at,
            consumer_id=consumer.id,
            consumer_name=consumer.name,
            consumer_email=consumer.email,
            reference_number=self.reference_id,
            status=self.state,
            has_moderation_history=self.has_moderation_history,
            product_id=product.id,
            product_name=product.name,
            product_sku=product.sku,
            product_gtin=product.gtin,
            product_mpn=product.mpn,
            product_brand=product.brand,
            product_url=product.product_url,
            product_image_url=next(_addresses(product.product_images), None),
            attributes=tuple(
                (rated.attribute_name or rated.attribute_id or "", rated.rating)
                for rated in self.attribute_ratings
            ),
            attachments=_lines(self.attachments),
            conversation_id=self.conversation_id,
        )


def _lines(items: object) -> str | None:
    """Return one line for each item, or for each address in it."""
    found = items if isinstance(items, list) else ()
    lines = [line for item in found for line in _shown(item)]
    return "\n".join(lines) or None


def _shown(item: object) -> list[str]:
    if item is None:
        return []
    if isinstance(item, str):
        return [whole_text(item)]
    return list(dict.fromkeys(_addresses(item))) or _compact(item)


def _addresses(item: object) -> Iterator[str]:
    """Yield every web address in a JSON value, the outer ones first."""
    waiting = deque([item])
    while waiting:
        each = waiting.popleft()
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, str) and each.startswith(("http://", "https://")):
            yield whole_text(each)


def _compact(item: object) -> list[str]:
    try:
        return [whole_text(json.dumps(item, ensure_ascii=False, separators=(",", ":")))]
    except RecursionError:  # nested too deep to be meant for reading
        return []
