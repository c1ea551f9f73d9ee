"""Product reviews as Trustpilot keeps them (reference 6.1), some with a conversation.

Pure and lazy like `service`. A product review has `content` instead of title and text,
and its consumer's e-mail address is visible.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.emulator.world.catalogue import BRAND, Product
from connector.emulator.world.languages import Language, language
from connector.emulator.world.reviews import chatter
from connector.emulator.world.reviews.rare_facts import RareProductFacts
from connector.emulator.world.reviews.writing import Company, Guests, Invitee, Writing, between
from connector.emulator.world.streams import Stream, happens, object_id, recurs, stream

_STARS = (5, 5, 5, 4, 4, 3, 2, 1)
_ATTRIBUTES = ("Quality", "Value", "Fit", "Comfort")


@dataclass(frozen=True)
class ProductReview:
    """A review and the comments below it, oldest first; no comments, no conversation."""

    fields: dict[str, Any]
    comments: tuple[dict[str, Any], ...] = ()


def product_reviews(
    seed: int,
    company: Company,
    writing: Writing,
    invitees: Sequence[Invitee],
    products: Sequence[Product],
) -> Iterator[ProductReview]:
    """Yield product reviews in order of creation; every one follows an invitation.

    Two of three rate attributes, one of five older ones has a conversation; now and then the
    product has no page, is not in the catalogue, or the text is missing.
    """
    chance = stream(seed, "product reviews")
    guests = Guests(chance, invitees)
    rare = RareProductFacts(seed)
    for index, at in enumerate(writing.moments(chance)):
        guest = guests.at(at)
        spoken = language(guest.language)
        stars = chance.choice(_STARS)
        fields: dict[str, Any] = {
            "id": object_id(chance),
            "createdAt": at,
            "stars": stars,
            "content": _content(chance, index, spoken, stars),
            "product": _product(chance, index, chance.choice(products)),
            "consumer": {"id": object_id(chance), "email": guest.email, "name": guest.name},
            "referenceId": guest.reference,
            "locale": spoken.locale,
            "language": spoken.code,
            "attributeRatings": _ratings(chance, index, stars),
        }
        if happens(chance, 0.1):
            fields["updatedAt"] = between(chance, at, writing.now)
            fields["hasModerationHistory"] = recurs(index, 2, at=0)
        fields |= rare.of(index, fields)
        yield ProductReview(fields, _comments(chance, fields, company, writing.now))


def _content(chance: Stream, index: int, spoken: Language, stars: int) -> str | None:
    if recurs(index, 19, at=6):
        return None
    written = chatter.long_text if recurs(index, 43, at=10) else chatter.product_text
    return written(chance, spoken, stars)


def _product(chance: Stream, index: int, product: Product) -> dict[str, Any]:
    no_page = recurs(index, 13, at=4)
    return {
        "id": object_id(stream(0, product.sku)),
        "name": product.name,
        "sku": f"OLD-{chance.randint(100, 999)}" if recurs(index, 17, at=8) else product.sku,
        "productUrl": None if no_page else product.url,
        "productImages": [] if no_page else [{"url": product.image_url}],
        "gtin": product.gtin,
        "mpn": None,
        "brand": BRAND,
    }


def _ratings(chance: Stream, index: int, stars: int) -> list[dict[str, Any]]:
    if recurs(index, 3, at=0):
        return []
    return [
        {
            "attributeId": f"attributes.default.{name.lower()}",
            "attributeName": name,
            "attributeType": "range_1to5",
            "attributeOptions": None,
            "rating": min(5, max(1, stars + chance.randint(-1, 1))),
        }
        for name in chance.sample(_ATTRIBUTES, chance.randint(1, len(_ATTRIBUTES)))
    ]


def _comments(
    chance: Stream, review: dict[str, Any], company: Company, now: datetime
) -> tuple[dict[str, Any], ...]:
    at: datetime = review["createdAt"]
    if now - at < timedelta(days=1) or not happens(chance, 0.2):
        return ()
    answered = between(chance, at, at + timedelta(hours=20))
    spoken, consumer = language(review["language"]), review["consumer"]
    answer = {
        "content": chatter.reply(chance, spoken, consumer["name"]),
        "createdAt": answered,
        "author": {"id": company.user_id, "type": "businessUser"},
    }
    if not happens(chance, 0.3):
        return (answer,)
    thanks = {
        "content": chatter.product_text(chance, spoken, 5),
        "createdAt": between(chance, answered, now),
        "author": {"id": consumer["id"], "type": "consumer"},
    }
    return (answer, thanks)
