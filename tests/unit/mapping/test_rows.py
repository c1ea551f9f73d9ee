"""What becomes of a review in the row for the org."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.mapping.rows import (
    FieldMap,
    LookupMap,
    Mapping,
    Related,
    content_hash,
    fit,
    lookup_values,
    map_review,
)
from connector.core.mapping.transforms import parse_transform, width
from connector.core.matching.plan import LOOKUPS
from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema

FIELDS = (
    FieldDefinition("Key__c", "Text", 24, unique=True, external_id=True, case_sensitive=True),
    FieldDefinition("Title__c", "Text", 20),
    FieldDefinition("Text__c", "LongTextArea", 50),
    FieldDefinition("Tags__c", "Text", 12),
    FieldDefinition("Ratings__c", "LongTextArea", 30),
    FieldDefinition("Mail__c", "Email", 80),
    FieldDefinition("Link__c", "Url", 255),
    FieldDefinition("Stars__c", "Number", precision=1),
    FieldDefinition("Score__c", "Number", precision=3, scale=1),
    FieldDefinition("Verified__c", "Checkbox"),
    FieldDefinition("Created__c", "DateTime"),
    FieldDefinition("Type__c", "Picklist", 255, picklist=("Service", "Product"), restricted=True),
    FieldDefinition("Origin__c", "Text", 20),
    FieldDefinition("Day__c", "Date"),
)
SCHEMA = Schema(
    MappingProxyType(
        {"Thing__c": ObjectDefinition("Thing__c", {each.name: each for each in FIELDS})}
    )
)
MAPPING = Mapping(
    "Thing__c",
    "Key__c",
    (ReviewType.SERVICE,),
    (
        FieldMap("Key__c", "id"),
        FieldMap("Title__c", "title"),
        FieldMap("Text__c", "text"),
        FieldMap("Tags__c", "tags", transform=parse_transform("join")),
        FieldMap("Ratings__c", "attributes", transform=parse_transform("attribute_ratings")),
        FieldMap("Mail__c", "consumer_email"),
        FieldMap("Link__c", "product_url"),
        FieldMap("Stars__c", "stars"),
        FieldMap("Score__c", "like_count"),
        FieldMap("Verified__c", "is_verified"),
        FieldMap("Created__c", "created_at"),
        FieldMap("Type__c", "type"),
        FieldMap("Origin__c", constant="Trustpilot"),
        FieldMap("Day__c", "created_at", transform=parse_transform("local_date UTC")),
    ),
)
REVIEW = Review(
    id="5f0c",
    type=ReviewType.SERVICE,
    business_unit_id="0123456789abcdef01234567",
    created_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
    stars=4,
    title="Good",
    text="Fast and friendly",
)

TEXTS = st.none() | st.text(max_size=200)
TIMES = st.datetimes(timezones=st.just(UTC))
REVIEWS = st.builds(
    Review,
    id=st.text(max_size=24),
    type=st.sampled_from(ReviewType),
    business_unit_id=st.text(max_size=24),
    created_at=TIMES,
    stars=st.none() | st.integers(),
    title=TEXTS,
    text=TEXTS,
    tags=st.lists(st.text(max_size=20)).map(tuple),
    attributes=st.lists(
        st.tuples(st.text(max_size=9), st.none() | st.floats() | st.integers() | st.text())
    ).map(tuple),
    consumer_email=TEXTS | st.emails(),
    product_url=TEXTS,
    like_count=st.none() | st.integers() | st.floats(),
    is_verified=st.none() | st.booleans(),
)


@given(REVIEWS)
def test_any_review_gives_a_row_that_fits_its_fields(review):
    row = map_review(MAPPING, SCHEMA, review).row

    assert list(row) == [each.target for each in MAPPING.fields]
    for definition in FIELDS:
        value = row[definition.name]
        if definition.length and not definition.unique and value is not None:
            assert 0 < width(value) <= definition.length
    assert row["Stars__c"] is None or abs(row["Stars__c"]) < 10
    assert row["Score__c"] is None or abs(row["Score__c"]) < 100
    assert row["Verified__c"] in {True, False}
    assert row["Day__c"] is None or 1700 <= row["Day__c"].year <= 4000


@given(REVIEWS)
def test_any_row_has_a_hash_that_ignores_the_order_of_its_fields(review):
    row = map_review(MAPPING, SCHEMA, review).row

    assert content_hash(row) == content_hash(dict(reversed(row.items())))
    assert len(content_hash(row)) == 64


def test_a_plain_review_arrives_as_it_is():
    row = map_review(MAPPING, SCHEMA, REVIEW).row

    assert row["Key__c"] == "5f0c"
    assert row["Text__c"] == "Fast and friendly"
    assert row["Created__c"] == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert row["Type__c"] == "Service"
    assert row["Origin__c"] == "Trustpilot"


@pytest.mark.parametrize(
    ("field", "value", "target", "expected"),
    [
        ("title", "line\nbreak", "Title__c", "line break"),  # a Text field has one line
        ("title", "a title far too long", "Title__c", "a title far too long"),  # exactly 20
        ("title", "a title that is far too long", "Title__c", "a title that is far…"),
        ("title", " \x00 ", "Title__c", None),  # nothing left
        ("text", "two\r\nlines", "Text__c", "two\nlines"),
        ("tags", ("red", "green", "blue"), "Tags__c", "red, green…"),
        ("tags", (), "Tags__c", None),
        ("attributes", (("Fit", 5),), "Ratings__c", "Fit: 5"),
        ("consumer_email", "A@Example.org", "Mail__c", "a@example.org"),
        ("consumer_email", "no address", "Mail__c", None),
        ("product_url", "javascript:alert(1)", "Link__c", None),
        ("stars", 10, "Stars__c", None),  # more digits than the field has
        ("like_count", 12.345, "Score__c", 12.3),  # rounded to the scale
        ("like_count", 99.96, "Score__c", None),  # rounded up it has a digit too many
        ("like_count", math.nan, "Score__c", None),
        ("is_verified", None, "Verified__c", False),  # a checkbox is never empty
        ("created_at", datetime(1, 1, 1, tzinfo=UTC), "Created__c", None),  # "no date" in .NET
        ("stars", None, "Stars__c", None),
        ("created_at", datetime(2026, 5, 1, tzinfo=UTC), "Day__c", date(2026, 5, 1)),
        ("created_at", datetime(1, 1, 1, tzinfo=UTC), "Day__c", None),
    ],
)
def test_a_value_is_fitted_to_its_field(field, value, target, expected):
    assert map_review(MAPPING, SCHEMA, replace(REVIEW, **{field: value})).row[target] == expected


@pytest.mark.parametrize(
    ("change", "cut"),
    [
        ({}, ()),
        ({"title": "a title that is far too long"}, ("Title__c",)),
        ({"title": "a   title   far   too   long"}, ()),  # blanks are no words
        ({"text": "word " * 30, "tags": ("red", "green", "blue")}, ("Text__c", "Tags__c")),
        ({"text": "It ends with an ellipsis…"}, ()),
        ({"id": "a" * 30}, ()),  # a key is never cut
        ({"consumer_email": "a" * 99 + "@example.org"}, ()),  # left out, which is another matter
    ],
)
def test_the_fields_that_were_cut_are_told(change, cut):
    assert map_review(MAPPING, SCHEMA, replace(REVIEW, **change)).cut == cut


def test_a_lookup_takes_what_the_reviews_own_row_says_and_nothing_else():
    lookups = (LookupMap("Payer__c", Related.ACCOUNT), LookupMap("Shop__c", Related.BUSINESS_UNIT))
    mapping = replace(MAPPING, lookups=lookups)

    assert lookup_values(mapping, {"Account__c": None, "Case__c": "500"}) == {"Payer__c": None}
    assert lookup_values(mapping, {"Business_Unit__c": "a01"}) == {"Shop__c": "a01"}


def test_every_lookup_that_matching_fills_has_its_word():
    assert {each.field for each in Related} == {*LOOKUPS, "Business_Unit__c"}


@given(
    st.sampled_from([*FIELDS, *(FieldDefinition("X", "Text", n) for n in range(1, 9))]),
    st.text(max_size=80),
)
def test_a_fitted_text_fits_again_unchanged(definition, text):
    if definition.type not in {"Text", "LongTextArea"}:
        return
    once = fit(definition, text)

    assert once is None or fit(definition, once) == once


def test_a_unique_key_is_never_cut():
    long_id = "a" * 30  # the org refuses the row, which is better than another review's key

    assert map_review(MAPPING, SCHEMA, replace(REVIEW, id=long_id)).row["Key__c"] == long_id


def test_the_hash_changes_with_the_content():
    row = map_review(MAPPING, SCHEMA, REVIEW).row
    edited = map_review(MAPPING, SCHEMA, replace(REVIEW, text="Slow")).row

    assert content_hash(row) != content_hash(edited)


def test_the_hash_is_the_same_in_every_time_zone():
    there = REVIEW.created_at.astimezone(timezone(timedelta(hours=9)))

    assert content_hash({"At": there}) == content_hash({"At": REVIEW.created_at})


def test_a_field_without_a_length_takes_the_whole_text():
    assert fit(FieldDefinition("Note__c", "LongTextArea"), "x" * 9000) == "x" * 9000


def test_the_lines_of_a_mapping_are_its_fields_and_then_its_lookups():
    lookup = LookupMap("Payer__c", Related.ACCOUNT)
    assert replace(MAPPING, lookups=(lookup,)).lines == (*MAPPING.fields, lookup)
