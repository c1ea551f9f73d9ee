"""Trustpilot's JSON becomes values, whatever it looks like, and values become its bodies."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.invitations.sending.outgoing import EmailInvitation, LinkRequest, ReviewLink
from connector.core.terms.reviews import (
    BusinessUnitProfile,
    Comment,
    Conversation,
    Review,
    ReviewType,
    Unreadable,
)
from connector.gateways.trustpilot import wire
from connector.gateways.trustpilot.values import instant, wire_time

SERVICE = {
    "id": "5f1a2b3c4d5e6f7a8b9c0d1e",
    "links": [{"href": "https://trustpilot.example/r", "method": "GET", "rel": "self"}],
    "consumer": {
        "id": "c1",
        "displayName": "Ann",
        "displayLocation": "Oslo, NO",
        "numberOfReviews": 7,
    },
    "businessUnit": {"id": "unit-1", "identifyingName": "example.com"},
    "location": {"id": "8", "name": "Harbour", "urlFormattedName": "harbour"},
    "stars": 4,
    "title": "Good \U0001f600",
    "text": "Came in time.",
    "language": "en",
    "createdAt": "2026-02-01T10:11:12.135569Z",
    "experiencedAt": "2026-01-30T00:00:00",
    "updatedAt": "2026-02-03T08:00:00Z",
    "companyReply": {
        "text": "Thanks!",
        "authorBusinessUserId": "u1",
        "authorBusinessUserName": "Ada Agent",
        "createdAt": "2026-02-02T08:00:00Z",
        "updatedAt": None,
    },
    "isVerified": True,
    "reviewVerificationLevel": "invited",
    "source": "InvitationApi",
    "numberOfLikes": 2,
    "status": "active",
    "reportData": {
        "reasons": ["sensitiveInformation"],
        "reason": "consumer_is_competitor",
        "reviewVisibility": "hidden",
    },
    "complianceLabels": ["a", None],
    "countsTowardsTrustScore": True,
    "invitation": {"businessUnitId": "unit-1"},
    "referralEmail": "ann@example.com",
    "referenceId": "#1001",
    "tags": [{"group": "generic", "value": "vip"}, {"group": "generic", "value": None}],
}

PRODUCT = {
    "id": "p1",
    "createdAt": "2026-02-01T10:11:12Z",
    "updatedAt": None,
    "businessUnitId": "unit-1",
    "stars": 5,
    "content": "Sits well.",
    "product": {
        "id": "pr1",
        "productUrl": "https://example.com/chair",
        "name": "Chair",
        "sku": "ch-1",
    },
    "consumer": {"id": "c2", "email": "bo@example.com", "name": "Bo"},
    "referenceId": "1002",
    "locale": "en-US",
    "language": "en",
    "state": "published",
    "conversationId": "conv-1",
    "attributeRatings": [
        {"attributeId": "a.q", "attributeName": "Quality", "rating": 4},
        {"attributeId": "a.c", "attributeName": None, "rating": None},
    ],
}


def service(**changes):
    return wire.review({**SERVICE, **changes}, ReviewType.SERVICE, "unit-1")


def product(**changes):
    return wire.review({**PRODUCT, **changes}, ReviewType.PRODUCT, "unit-1")


def test_a_service_review_arrives_with_everything_it_holds():
    assert service() == Review(
        id="5f1a2b3c4d5e6f7a8b9c0d1e",
        type=ReviewType.SERVICE,
        business_unit_id="unit-1",
        created_at=datetime(2026, 2, 1, 10, 11, 12, 135569, tzinfo=UTC),
        stars=4,
        title="Good \U0001f600",
        text="Came in time.",
        language="en",
        updated_at=datetime(2026, 2, 3, 8, tzinfo=UTC),
        experienced_at=datetime(2026, 1, 30, tzinfo=UTC),
        consumer_id="c1",
        consumer_name="Ann",
        consumer_location="Oslo, NO",
        consumer_review_count=7,
        invited_email="ann@example.com",
        reference_number="#1001",
        source="InvitationApi",
        status="active",
        is_verified=True,
        verification_level="invited",
        like_count=2,
        tags=("vip",),
        compliance_labels=("a",),
        public_url="https://www.trustpilot.com/reviews/5f1a2b3c4d5e6f7a8b9c0d1e",
        invitation_business_unit_id="unit-1",
        counts_towards_trust_score=True,
        location_id="8",
        location_name="Harbour",
        report_reason="consumer_is_competitor",
        report_reasons=("sensitiveInformation",),
        report_visibility="hidden",
        reply_text="Thanks!",
        reply_created_at=datetime(2026, 2, 2, 8, tzinfo=UTC),
        reply_author="Ada Agent",
        reply_author_id="u1",
    )


def test_a_product_review_arrives_with_everything_it_holds():
    assert product() == Review(
        id="p1",
        type=ReviewType.PRODUCT,
        business_unit_id="unit-1",
        created_at=datetime(2026, 2, 1, 10, 11, 12, tzinfo=UTC),
        stars=5,
        text="Sits well.",
        language="en",
        locale="en-US",
        consumer_id="c2",
        consumer_name="Bo",
        consumer_email="bo@example.com",
        reference_number="1002",
        status="published",
        product_id="pr1",
        product_name="Chair",
        product_sku="ch-1",
        product_url="https://example.com/chair",
        attributes=(("Quality", 4), ("a.c", None)),
        conversation_id="conv-1",
    )


@pytest.mark.parametrize("make", [service, product])
def test_an_id_and_a_time_are_enough_for_a_review(make):
    bare = {"id": "r1", "createdAt": "2026-02-01T10:11:12Z"}
    kind = ReviewType.SERVICE if make is service else ReviewType.PRODUCT
    read = wire.review(bare, kind, "unit-9")
    page = "https://www.trustpilot.com/reviews/r1" if make is service else None
    assert read == Review("r1", kind, "unit-9", datetime(2026, 2, 1, 10, 11, 12, tzinfo=UTC), page)


@pytest.mark.parametrize("name", [name for name in SERVICE if name not in {"id", "createdAt"}])
def test_every_other_field_of_a_service_review_may_be_null(name):
    assert isinstance(service(**{name: None}), Review)


@pytest.mark.parametrize("name", [name for name in PRODUCT if name not in {"id", "createdAt"}])
def test_every_other_field_of_a_product_review_may_be_null(name):
    assert isinstance(product(**{name: None}), Review)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": None}, "id"),
        ({"id": ""}, "id"),
        ({"id": ["r1"]}, "id"),
        ({"createdAt": None}, "createdAt"),
        ({"createdAt": "last week"}, "createdAt"),
        ({"createdAt": 1770000000}, "createdAt"),
        ({"stars": 4.5}, "stars"),
        ({"stars": True}, "stars"),  # true is not one star
        ({"stars": "four"}, "stars"),
        ({"text": {"html": "x"}}, "text"),
        ({"title": ["x"]}, "title"),
        ({"consumer": "Ann"}, "consumer"),
        ({"consumer": {"id": []}}, "consumer.id"),  # else an erasure would not find the review
        ({"companyReply": "Thanks!"}, "companyReply"),  # else a colleague's words look deleted
        ({"companyReply": {"text": ["x"]}}, "companyReply.text"),
    ],
)
def test_nonsense_in_what_a_review_stands_on_makes_the_item_unreadable(change, field):
    read = service(**change)
    assert isinstance(read, Unreadable)
    assert field in read.reason


def test_the_reason_names_fields_and_never_their_content():
    read = service(consumer="ann@example.com", text=["secret text"])
    assert read == Unreadable(SERVICE["id"], "cannot be read: consumer, text")


@pytest.mark.parametrize(
    ("changes", "attribute", "value"),
    [
        ({"stars": "5"}, "stars", 5),
        ({"stars": 5.0}, "stars", 5),
        ({"numberOfLikes": "12"}, "like_count", 12),
        ({"referenceId": 1001}, "reference_number", "1001"),
        ({"id": 42}, "id", "42"),
        ({"isVerified": "true"}, "is_verified", True),
        ({"updatedAt": ""}, "updated_at", None),
    ],
)
def test_numbers_and_texts_are_taken_for_one_another_where_nothing_is_lost(
    changes, attribute, value
):
    assert getattr(service(**changes), attribute) == value


def test_half_an_emoji_does_not_cost_a_review():
    cut = json.loads('"so good \\ud83d"')
    assert service(text=cut).text == "so good \ufffd"
    service(text=cut).text.encode()


def test_several_report_reasons_are_listed_where_no_single_one_is_given():
    read = service(reportData={"reasons": ["a", None, "b"], "reason": None})
    assert read.report_reason == "a, b"


def test_a_review_that_moved_says_where_it_is_now():
    assert service(businessUnit={"id": "unit-2"}).business_unit_id == "unit-2"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2013-09-07T13:37:00", datetime(2013, 9, 7, 13, 37, tzinfo=UTC)),
        ("2013-09-07T13:37:44.000Z", datetime(2013, 9, 7, 13, 37, 44, tzinfo=UTC)),
        ("2022-07-08T22:41:48Z", datetime(2022, 7, 8, 22, 41, 48, tzinfo=UTC)),
        ("2018-10-02T09:58:35.1Z", datetime(2018, 10, 2, 9, 58, 35, 100000, tzinfo=UTC)),
        ("2018-10-02T09:58:35.135569Z", datetime(2018, 10, 2, 9, 58, 35, 135569, tzinfo=UTC)),
        ("2018-10-02T09:58:35.1355697Z", datetime(2018, 10, 2, 9, 58, 35, 135569, tzinfo=UTC)),
        ("2018-10-02T09:58:35.1355697", datetime(2018, 10, 2, 9, 58, 35, 135569, tzinfo=UTC)),
        ("2018-10-02T11:58:35+02:00", datetime(2018, 10, 2, 9, 58, 35, tzinfo=UTC)),
        ("2013-09-07", datetime(2013, 9, 7, tzinfo=UTC)),
    ],
)
def test_every_spelling_of_a_time_is_read_as_utc(text, moment):
    assert instant(text) == moment
    assert instant(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize("junk", ["", "now", 5, None, [], "0001-01-01T00:00:00+05:00"])
def test_what_is_no_time_is_refused(junk):
    with pytest.raises(ValueError, match=r"time|isoformat|calendar"):
        instant(junk)


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1)),  # noqa: DTZ001 -- made aware below
    st.integers(0, 7),
    st.booleans(),
)
def test_a_time_survives_any_of_its_spellings(moment, digits, zulu):
    fraction = f"{moment.microsecond:06d}0"[:digits]
    text = moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if digits else "")
    kept = int(fraction.ljust(6, "0")[:6] or 0)
    assert instant(text + "Z" * zulu) == moment.replace(microsecond=kept, tzinfo=UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(sorted(SERVICE)), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(ReviewType))
def test_no_json_makes_the_parser_raise(item, kind):
    assert isinstance(wire.review(item, kind), Review | Unreadable)
    assert isinstance(wire.profile(item), BusinessUnitProfile | Unreadable)
    assert isinstance(wire.conversation(item, "c"), Conversation | Unreadable)


@given(st.sampled_from([SERVICE, PRODUCT]), st.data())
def test_one_field_of_any_kind_never_raises_and_gives_only_contract_types(shape, data):
    name = data.draw(st.sampled_from(sorted(shape)))
    kind = ReviewType.SERVICE if shape is SERVICE else ReviewType.PRODUCT
    read = wire.review({**shape, name: data.draw(JSON)}, kind, "unit-1")
    if isinstance(read, Unreadable):
        return
    for field in fields(read):
        value = getattr(read, field.name)
        assert value is None or isinstance(value, str | int | float | tuple | datetime), field.name
        assert not isinstance(value, datetime) or value.tzinfo is UTC


@given(st.lists(JSON, max_size=6), st.data())
def test_no_readable_item_is_lost_among_others(junk, data):
    good = [{**SERVICE, "id": f"good-{number}"} for number in range(4)]
    items = data.draw(st.permutations([*good, *junk]))
    page = wire.review_page(items, ReviewType.SERVICE, "unit-1")
    assert {item["id"] for item in good} <= {review.id for review in page.reviews}
    assert len(page.reviews) + len(page.unreadable) == len(items)


def test_a_page_keeps_trustpilots_order():
    items = [{**SERVICE, "id": name} for name in "zay"]
    page = wire.review_page(items, ReviewType.SERVICE, "unit-1")
    assert [review.id for review in page.reviews] == ["z", "a", "y"]


UNIT = {
    "id": "unit-1",
    "displayName": "Example",
    "name": {"identifying": "example.com", "referring": ["www.example.com"]},
    "websiteUrl": "https://example.com",
    "country": "NO",
    "numberOfReviews": {
        "total": 15,
        "usedForTrustScoreCalculation": 14,
        "oneStar": 1,
        "twoStars": 2,
        "threeStars": 3,
        "fourStars": 4,
        "fiveStars": 5,
    },
    "status": "active",
    "score": {"trustScore": 3.7, "stars": 3.5},
    "badFit": False,
}


def test_a_business_unit_arrives_with_score_and_totals():
    read = wire.profile(UNIT)
    assert (read.id, read.name, read.domain) == ("unit-1", "Example", "example.com")
    assert (read.trust_score, read.stars, read.review_count) == (3.7, 3.5, 15)
    assert dict(read.reviews_by_stars) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    assert (read.country, read.status, read.website_url) == ("NO", "active", "https://example.com")


def test_a_business_unit_without_reviews_has_no_score():
    read = wire.profile({"id": "unit-1", "score": None, "numberOfReviews": {"total": "0"}})
    assert (read.trust_score, read.review_count, dict(read.reviews_by_stars)) == (None, 0, {})


def test_comments_are_oldest_first_and_say_whose_they_are():
    conversation = {
        "id": "conv-1",
        "state": "public",
        "comments": [
            {
                "commentId": "2",
                "createdAt": "2026-02-02T00:00:00Z",
                "author": {"type": "BusinessUser"},
                "content": "We are sorry.",
            },
            {
                "id": "1",
                "createdAt": "2026-02-01T00:00:00Z",
                "author": {"id": "c", "type": "consumer"},
                "content": "It broke.",
            },
        ],
    }
    first, second = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)
    assert wire.conversation(conversation, "conv-1") == Conversation(
        "conv-1",
        "public",
        (
            Comment("1", "It broke.", by_business=False, created_at=first, author_id="c"),
            Comment("2", "We are sorry.", by_business=True, created_at=second),
        ),
    )


def test_one_comment_that_cannot_be_read_makes_the_conversation_unreadable():
    conversation = {"comments": [{"id": "1", "content": "ours"}, {"content": "no id"}]}
    assert isinstance(wire.conversation(conversation, "c"), Unreadable)


def test_a_conversation_without_comments_is_empty():
    item = {"id": "conv-1", "comments": None, "state": []}
    assert wire.conversation(item, "conv-1") == Conversation("conv-1")


SEND_AT = datetime(2026, 3, 9, 11, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))


def test_a_minimal_invitation_leaves_the_defaults_to_the_account():
    body = wire.invitation_body(EmailInvitation("ann@example.com", "Ann", "1001", SEND_AT))
    assert body == {
        "type": "email",
        "referenceNumber": "1001",
        "consumerName": "Ann",
        "consumerEmail": "ann@example.com",
        "serviceReviewInvitation": {"preferredSendTime": "2026-03-09T09:30:15"},
    }


def test_a_full_invitation_uses_trustpilots_names():
    body = wire.invitation_body(
        EmailInvitation(
            "ann@example.com",
            "Ann",
            "1001",
            SEND_AT,
            locale="nb-NO",
            template_id="t1",
            tags=("vip",),
            sender_name="Shop",
            sender_email="shop@example.com",
            reply_to="help@example.com",
            redirect_url="https://example.com/thanks",
        )
    )
    assert body["serviceReviewInvitation"] == {
        "preferredSendTime": "2026-03-09T09:30:15",
        "templateId": "t1",
        "redirectUri": "https://example.com/thanks",
        "tags": ["vip"],
    }
    assert (body["locale"], body["replyTo"]) == ("nb-NO", "help@example.com")
    assert (body["senderName"], body["senderEmail"]) == ("Shop", "shop@example.com")


def test_every_field_of_an_invitation_reaches_its_body():
    marks = {field.name: f"<{field.name}>" for field in fields(EmailInvitation)}
    plain = {"send_at": SEND_AT, "tags": ("<tags>",), "service": True, "product_skus": ()}
    products = ({"sku": "<products>"},)
    body = wire.invitation_body(EmailInvitation(**{**marks, **plain, "products": products}))
    sent = json.dumps(body)
    for name, mark in marks.items():
        assert mark in sent or name in {"send_at", "service", "product_skus"}, name


@pytest.fixture
def asked():
    return EmailInvitation("kim@example.com", "Kim", "A-1", SEND_AT, template_id="t1", tags=("a",))


def test_an_invitation_to_both_asks_for_the_service_first_and_tags_only_that(asked):
    body = wire.invitation_body(replace(asked, product_skus=("TENT", "tent")))
    assert body["serviceReviewInvitation"] == {
        "templateId": "t1",
        "preferredSendTime": "2026-03-09T09:30:15",
        "tags": ["a"],
    }
    assert body["productReviewInvitation"] == {
        "preferredSendTime": "2026-03-09T09:31:15",
        "productSkus": ["TENT", "tent"],
    }


def test_an_invitation_to_products_alone_has_no_service_part(asked):
    product = {"sku": "TENT", "name": "Tent"}
    body = wire.invitation_body(replace(asked, service=False, products=(product,)))
    assert "serviceReviewInvitation" not in body
    assert body["productReviewInvitation"] == {
        "templateId": "t1",
        "preferredSendTime": "2026-03-09T09:30:15",
        "products": [product],
    }


@pytest.mark.parametrize(
    "change",
    [{"service": False}, {"products": ({"sku": "A"},), "product_skus": ("A",)}],
    ids=["about nothing", "products and SKUs"],
)
def test_an_invitation_that_trustpilot_cannot_take_is_never_made(asked, change):
    with pytest.raises(ValueError, match=r"invitation|exclude"):
        replace(asked, **change)


def test_a_link_names_its_consumer_where_trustpilot_wants_it():
    link = LinkRequest("kim@example.com", "Kim", "A-1", "da-DK", ("a",), "https://x.example")
    assert wire.service_link_body(link) == {
        "referenceId": "A-1",
        "email": "kim@example.com",
        "name": "Kim",
        "locale": "da-DK",
        "tags": ["a"],
        "redirectUri": "https://x.example",
    }
    assert wire.product_link_body(replace(link, products=({"sku": "TENT"},))) == {
        "consumer": {"email": "kim@example.com", "name": "Kim"},
        "referenceId": "A-1",
        "locale": "da-DK",
        "redirectUri": "https://x.example",
        "products": [{"sku": "TENT"}],
    }


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"id": "a1", "url": "https://x.example/1"}, ReviewLink("https://x.example/1", "a1")),
        (
            {"reviewLinkId": "a1", "reviewUrl": "https://x.example/1"},
            ReviewLink("https://x.example/1", "a1"),
        ),
        ({"url": "https://x.example/1"}, ReviewLink("https://x.example/1")),
        ({"url": "https://x.example/1", "id": None}, ReviewLink("https://x.example/1")),
        ({"url": "https://x.example/1", "id": 5}, ReviewLink("https://x.example/1", "5")),
    ],
)
def test_a_link_is_read_in_either_spelling_with_or_without_an_id(answer, found):
    assert wire.review_link(answer) == found


@pytest.mark.parametrize(
    "answer",
    [None, [], "https://x.example", {}, {"id": "a1"}, {"url": ""}, {"url": "javascript:alert(1)"}],
)
def test_an_answer_without_an_address_is_no_link(answer):
    assert isinstance(wire.review_link(answer), Unreadable)


def test_a_reply_names_its_author_only_where_one_is_set():
    assert wire.reply_body("Thanks!", "u1") == {
        "authorBusinessUserId": "u1",
        "message": "Thanks!",
    }
    assert wire.reply_body("Thanks!", "") == {"message": "Thanks!"}


def test_times_in_requests_have_no_zone_and_no_fraction():
    assert wire_time(SEND_AT) == "2026-03-09T09:30:15"
