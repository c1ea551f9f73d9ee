"""The seeded product reviews: attributes, conversations and gaps."""

from datetime import datetime

import pytest


def test_there_are_as_many_as_asked_for(product):
    assert len(product) == 60
    assert len({review["id"] for review in product}) == 60


@pytest.mark.parametrize(
    ("what", "holds", "at_least"),
    [
        ("attribute ratings", lambda r: r["attributeRatings"], 30),
        ("no attribute ratings", lambda r: not r["attributeRatings"], 15),
        ("a conversation", lambda r: r["conversationId"], 5),
        ("no conversation", lambda r: r["conversationId"] is None, 30),
        ("no text", lambda r: r["content"] is None, 3),
        ("exactly 5,000 characters", lambda r: len(r["content"] or "") == 5000, 1),
        ("no product page", lambda r: r["product"]["productUrl"] is None, 3),
        ("a SKU that the shop no longer has", lambda r: r["product"]["sku"].startswith("OLD-"), 3),
        ("an edit", lambda r: r["updatedAt"], 2),
        ("an attachment", lambda r: r["attachments"], 5),
        ("a manufacturer's number", lambda r: r["product"]["mpn"], 5),
        ("an e-mail address of the consumer", lambda r: r["consumer"]["email"], 60),
    ],
)
def test_enough_reviews_have(product, what, holds, at_least):
    assert sum(bool(holds(review)) for review in product) >= at_least, what


def test_each_review_has_every_field_that_trustpilot_documents(product):
    documented = [
        "id",
        "createdAt",
        "updatedAt",
        "businessUnitId",
        "stars",
        "content",
        "product",
        "consumer",
        "referenceId",
        "locale",
        "language",
        "redirectUri",
        "state",
        "hasModerationHistory",
        "conversationId",
        "attributeRatings",
        "attachments",
    ]

    assert all(sorted(review) == sorted(documented) for review in product)


def test_attachments_come_in_every_shape_that_may_be_meant(product):
    shapes = {
        tuple(one) if isinstance(one, dict) else "" for r in product for one in r["attachments"]
    }

    assert shapes == {"", ("id", "url"), ("files",)}


def test_ratings_of_attributes_are_between_one_and_five(product):
    ratings = [one for review in product for one in review["attributeRatings"]]

    assert all(1 <= one["rating"] <= 5 for one in ratings)
    assert len({one["attributeName"] for one in ratings}) == 4


def test_a_conversation_starts_with_the_business_and_belongs_to_its_review(
    product, emulator, world
):
    conversations = emulator.trustpilot.product.conversations
    answered = [review for review in product if review["conversationId"]]

    assert len(conversations) == len(answered)
    for review in answered:
        conversation = conversations[review["conversationId"]]
        first = conversation.comments[0]
        assert conversation.review_id == review["id"]
        assert (first.author_id, first.author_type) == (world.acting_user_id, "businessUser")
        assert first.created_at >= datetime.fromisoformat(review["createdAt"])


def test_some_consumers_answer_back(emulator):
    conversations = emulator.trustpilot.product.conversations.values()
    authors = [[c.author_type for c in conversation.comments] for conversation in conversations]

    assert ["businessUser"] in authors
    assert ["businessUser", "consumer"] in authors


def test_reviewed_products_are_in_the_catalogue_and_in_the_org(product, emulator, world, query):
    catalogue = emulator.trustpilot.units[world.business_unit_id].skus
    org = {row["StockKeepingUnit"] for row in query("SELECT StockKeepingUnit FROM Product2")}
    reviewed = {r["product"]["sku"] for r in product if not r["product"]["sku"].startswith("OLD-")}

    assert reviewed <= catalogue
    assert catalogue == org


def test_two_articles_differ_only_in_the_case_of_their_sku(emulator, world):
    catalogue = emulator.trustpilot.units[world.business_unit_id].skus

    assert {"STOVE-01", "stove-01"} <= catalogue
