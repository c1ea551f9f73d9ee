"""The parts of a review: what each becomes, and that nonsense in one never costs the review."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.terms.reviews import Review, ReviewType
from connector.gateways.trustpilot import wire

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "trustpilot"

RESPONSE = {
    "referenceId": "# 77",
    "name": "Ann Other",
    "email": "ann@example.com",
    "phoneNumber": "+44 1632 960001",
    "address": "1 Sample Street",
    "message": "It was me.",
    "submittedAt": "2026-02-05T10:00:00.1234567",
}
REQUEST = {
    "id": "f1",
    "created": "2026-02-04T10:00:00",
    "status": "complete",
    "businessUserMessage": "Which order was it?",
    "consumerResponse": RESPONSE,
}
SERVICE = {
    "id": "r1",
    "createdAt": "2026-02-01T10:11:12Z",
    "stars": 4,
    "title": "Good",
    "text": "Came in time.",
    "language": "en",
    "updatedAt": "2026-02-03T08:00:00Z",
    "experiencedAt": "2026-01-30T00:00:00",
    "businessUnit": {"id": "unit-1"},
    "location": {"id": "8", "name": "Harbour", "externalId": "STORE-8"},
    "isVerified": True,
    "reviewVerificationLevel": "invited",
    "source": "InvitationApi",
    "numberOfLikes": 2,
    "status": "active",
    "reportData": {
        "source": "Trustpilot",
        "publicComment": "Holds a name.",
        "createdAt": "2026-02-02T08:00:00",
        "reasons": ["sensitiveInformation", "consumerIsCompetitor"],
        "reason": "consumer_is_competitor",
        "reviewVisibility": "hidden",
    },
    "complianceLabels": ["a"],
    "countsTowardsTrustScore": True,
    "countsTowardsLocationTrustScore": False,
    "invitation": {"businessUnitId": "unit-2"},
    "businessUnitHistory": [
        {
            "businessUnitId": "unit-0",
            "identifyingName": "old.example.com",
            "displayName": "Old Shop",
            "changeDate": "2026-01-15T13:37:00",
        }
    ],
    "referralEmail": "ann@example.com",
    "referenceId": "1001",
    "tags": [{"group": "generic", "value": "vip"}],
    "findReviewer": {"isEligible": True, "requests": [REQUEST]},
}
PRODUCT = {
    "id": "p1",
    "createdAt": "2026-02-01T10:11:12Z",
    "stars": 5,
    "content": "Sits well.",
    "updatedAt": "2026-02-02T10:11:12Z",
    "businessUnitId": "unit-1",
    "product": {
        "id": "pr1",
        "name": "Chair",
        "sku": "ch-1",
        "gtin": 4012345678901,
        "mpn": "M-1",
        "brand": "Example Trail",
        "productUrl": "https://www.example.com/chair",
        "productImages": [{"url": "https://www.example.com/chair.jpg"}, {"url": "second"}],
    },
    "referenceId": "1002",
    "locale": "en-GB",
    "language": "en",
    "redirectUri": None,
    "state": "published",
    "hasModerationHistory": True,
    "attributeRatings": [{"attributeName": "Quality", "rating": 4}],
    "attachments": ["https://www.example.com/a.jpg"],
}
REQUIRED = {"id", "createdAt", "stars", "title", "text", "content"}


def service(**changes):
    return wire.review({**SERVICE, **changes}, ReviewType.SERVICE, "unit-9")


def product(**changes):
    return wire.review({**PRODUCT, **changes}, ReviewType.PRODUCT, "unit-9")


def found(*requests):
    return service(findReviewer={"isEligible": True, "requests": list(requests)})


def test_a_report_arrives_with_all_it_holds():
    read = service()
    assert (read.report_source, read.report_comment) == ("Trustpilot", "Holds a name.")
    assert read.report_created_at == datetime(2026, 2, 2, 8, tzinfo=UTC)
    assert read.report_reason == "consumer_is_competitor"
    assert read.report_reasons == ("sensitiveInformation", "consumerIsCompetitor")
    assert read.report_visibility == "hidden"


def test_place_scores_and_invitation_arrive():
    read = service()
    assert (read.location_id, read.location_external_id) == ("8", "STORE-8")
    assert read.location_name == "Harbour"
    assert read.counts_towards_trust_score is True
    assert read.counts_towards_location_trust_score is False
    assert (read.business_unit_id, read.invitation_business_unit_id) == ("unit-1", "unit-2")


def test_the_question_to_the_reviewer_and_the_answer_arrive():
    read = service()
    assert (read.find_reviewer_eligible, read.find_reviewer_id) == (True, "f1")
    assert read.find_reviewer_created_at == datetime(2026, 2, 4, 10, tzinfo=UTC)
    assert read.find_reviewer_status == "Complete"
    assert read.find_reviewer_message == "Which order was it?"
    assert read.consumer_response_reference_number == "# 77"
    assert read.consumer_response_name == "Ann Other"
    assert read.consumer_response_email == "ann@example.com"
    assert read.consumer_response_phone == "+44 1632 960001"
    assert read.consumer_response_address == "1 Sample Street"
    assert read.consumer_response_message == "It was me."
    assert read.consumer_response_at == datetime(2026, 2, 5, 10, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("PENDING", "Pending"),
        ("accepted", "Accepted"),
        ("Declined", "Declined"),
        ("comPlete", "Complete"),
        ("timedOut", "timedOut"),  # a word that the vendor added
        (None, None),
    ],
)
def test_a_known_status_is_read_in_any_capitals(sent, read):
    assert found({**REQUEST, "status": sent}).find_reviewer_status == read


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_requests_the_latest_counts_wherever_it_stands(turned):
    later = {**REQUEST, "id": "f2", "created": "2026-02-09T10:00:00Z", "status": "pending"}
    requests = [REQUEST, {**later, "consumerResponse": {**RESPONSE, "name": "Later"}}]
    read = found(*(reversed(requests) if turned else requests))
    assert (read.find_reviewer_id, read.find_reviewer_status) == ("f2", "Pending")
    assert read.consumer_response_name == "Later"


def test_a_new_request_without_an_answer_keeps_the_last_answer():
    later = {**REQUEST, "id": "f2", "created": "2026-02-09T10:00:00Z", "consumerResponse": None}
    read = found(later, REQUEST)
    assert (read.find_reviewer_id, read.consumer_response_name) == ("f2", "Ann Other")


def test_a_request_without_a_time_is_older_than_one_with_a_time():
    read = found(REQUEST, {**REQUEST, "id": "f2", "created": None})
    assert read.find_reviewer_id == "f1"


@pytest.mark.parametrize(
    ("earlier", "line"),
    [
        (SERVICE["businessUnitHistory"][0], "2026-01-15 Old Shop (old.example.com)"),
        ({"businessUnitId": "unit-0", "changeDate": "2026-01-15"}, "2026-01-15 unit-0"),
        ({"identifyingName": "old.example.com", "changeDate": "soon"}, "(old.example.com)"),
        ({}, None),
        (None, None),
    ],
)
def test_an_earlier_business_unit_is_a_line_with_what_there_is(earlier, line):
    assert service(businessUnitHistory=[earlier]).business_unit_history == line


def test_several_earlier_business_units_are_several_lines():
    moves = [{"displayName": "One"}, {"displayName": "Two"}]
    assert service(businessUnitHistory=moves).business_unit_history == "One\nTwo"


def test_the_author_of_a_reply_is_known_by_id_where_the_name_is_missing():
    read = service(companyReply={"text": "Thanks!", "authorBusinessUserId": "u1"})
    assert (read.reply_author, read.reply_author_id) == (None, "u1")
    assert (read.reply.author, read.reply.author_id) == ("", "u1")


def test_the_public_page_holds_the_id_escaped_and_only_service_reviews_have_one():
    assert service(id="a/b ?é").public_url == "https://www.trustpilot.com/reviews/a%2Fb%20%3F%C3%A9"
    assert product().public_url is None


def test_a_product_arrives_with_all_that_names_it():
    read = product()
    assert (read.product_gtin, read.product_mpn) == ("4012345678901", "M-1")
    assert (read.product_brand, read.locale) == ("Example Trail", "en-GB")
    assert read.product_image_url == "https://www.example.com/chair.jpg"
    assert read.has_moderation_history is True


@pytest.mark.parametrize(
    ("images", "address"),
    [
        (["https://www.example.com/1.jpg", "https://www.example.com/2.jpg"], "1.jpg"),
        ([None, {"type": "100pxWide", "url": "https://www.example.com/3.jpg"}], "3.jpg"),
        ("https://www.example.com/4.jpg", "4.jpg"),
        (["no address"], None),
        ([], None),
        (7, None),
    ],
)
def test_the_first_image_is_found_in_any_shape(images, address):
    read = product(product={"productImages": images})
    assert read.product_image_url == (address and f"https://www.example.com/{address}")


@pytest.mark.parametrize(
    ("attachments", "lines"),
    [
        (["https://www.example.com/a.jpg", "a note"], "https://www.example.com/a.jpg\na note"),
        ([{"id": "1", "url": "https://www.example.com/a.jpg"}], "https://www.example.com/a.jpg"),
        (
            [{"files": [{"href": "http://example.com/s"}, {"href": "http://example.com/l"}]}],
            "http://example.com/s\nhttp://example.com/l",
        ),
        ([{"a": "http://example.com/s", "b": "http://example.com/s"}], "http://example.com/s"),
        ([{"id": "é", "state": None}, 5, None], '{"id":"é","state":null}\n5'),
        ([], None),
        (None, None),
        ({"id": "1"}, None),
        ("nonsense", None),
    ],
)
def test_attachments_are_lines_of_addresses_or_else_compact_json(attachments, lines):
    assert product(attachments=attachments).attachments == lines


def test_attachments_nested_beyond_reading_do_not_cost_the_review():
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    read = product(attachments=[nested, "kept"])
    assert read.attachments == "kept"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(sorted({*SERVICE, *PRODUCT, *REQUEST, *RESPONSE, "reasons", "url"})),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def places(item, path=()):
    """Every place in a JSON object, as the keys that lead there; whole parts as well."""
    for key, value in item.items() if isinstance(item, dict) else enumerate(item):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def changed(item, path, value):
    if not path:
        return value
    copy = item.copy()
    copy[path[0]] = changed(item[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize(("shape", "kind"), [(SERVICE, "Service"), (PRODUCT, "Product")])
@given(data=st.data())
def test_any_json_in_any_optional_place_leaves_the_review_readable(shape, kind, data):
    optional = [path for path in places(shape) if path[0] not in REQUIRED]
    path = data.draw(st.sampled_from(optional))
    read = wire.review(changed(shape, path, data.draw(JSON)), ReviewType(kind), "unit-9")
    assert isinstance(read, Review)
    assert (read.id, read.stars) == (shape["id"], shape["stars"])
    assert (read.title, read.text) == (shape.get("title"), shape.get("text", shape.get("content")))
    for field in fields(read):
        value = getattr(read, field.name)
        assert value is None or isinstance(value, str | int | float | tuple | datetime), field.name
        if isinstance(value, str):
            value.encode()  # no half of an emoji is left


def test_nonsense_in_one_place_costs_only_this_place():
    whole = service()
    read = service(
        findReviewer={"isEligible": "?", "requests": [5, REQUEST]},
        tags=[7, {"value": "vip"}],
        reportData=["?"],
        updatedAt="soon",
    )
    assert read.find_reviewer_eligible is None
    assert read.consumer_response_email == whole.consumer_response_email
    assert (read.tags, read.report_reasons, read.updated_at) == (("vip",), (), None)
    assert (read.location_name, read.source) == (whole.location_name, whole.source)


def samples(name):
    if not SAMPLES.is_dir():
        pytest.skip("the samples (../shared/samples/trustpilot) are not on this machine")
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def test_the_documented_example_is_read_whole():
    (item,) = samples("docs_review_list_public.json")["reviews"]
    read = wire.review(item, ReviewType.SERVICE)
    assert (read.id, read.location_id) == ("1", item["location"]["id"])
    assert read.report_reasons == tuple(item["reportData"]["reasons"])
    assert read.report_comment == item["reportData"]["publicComment"]
    assert read.report_created_at == datetime(2013, 9, 7, 13, 37, tzinfo=UTC)
    assert read.business_unit_history == "2013-09-07 Example Inc. (example.com)"
    assert read.invitation_business_unit_id == item["invitation"]["businessUnitId"]
    assert read.reply_updated_at == datetime(2013, 9, 7, 13, 37, tzinfo=UTC)
    assert (read.counts_towards_trust_score, read.compliance_labels) == (False, ())


@pytest.mark.parametrize("name", ["schema_private_reviews_tap", "schema_private_reviews_airbyte"])
def test_whatever_other_clients_met_in_a_private_review_is_read(name):
    item = filled(samples(f"{name}.json"), ("text", 3, True))
    read = wire.review({**item, "id": "r1", "createdAt": "2026-02-01T10:11:12"}, ReviewType.SERVICE)
    assert isinstance(read, Review)
    assert read.consumer_response_phone == "text"
    assert read.find_reviewer_status == "text"
    assert read.location_external_id == "text"


def filled(schema, examples):
    """A value of a JSON schema's shape: everything there, nothing null."""
    text, number, truth = examples
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "object" in kinds:
        parts = schema.get("properties", {})
        return {key: filled(each, examples) for key, each in parts.items()}
    if "array" in kinds:
        return [filled(schema["items"], examples)]
    if schema.get("format") == "date-time":
        return "2026-02-01T10:11:12.5Z"
    values = {"string": text, "integer": number, "boolean": truth}
    return next((values[kind] for kind in kinds if kind in values), None)
