"""Rows for objects of one's own, their part in the hash, and what erasure leaves of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connector.core.copies.rows import (
    Arrived,
    blank_copy,
    copy_row,
    matched_lookups,
    review_hash,
    written_fields,
)
from connector.core.mapping.declarations import declared, own_field, parse_field_type
from connector.core.mapping.rows import FieldMap, LookupMap, Mapping, Related, content_hash
from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.schema import ObjectDefinition, Schema


def own(target, kind, source="title", *, key=False, constant=None):
    definition = own_field(target, parse_field_type(kind), is_key=key)
    return FieldMap(target, "" if constant else source, constant, own=definition)


PACKAGE = Schema({"Trustpilot_Run__c": ObjectDefinition("Trustpilot_Run__c", {})})
COPY = Mapping(
    "Mine__c",
    "Id__c",
    tuple(ReviewType),
    (
        own("Id__c", "Text(64)", "id", key=True),
        own("Title__c", "Text(10)"),
        own("Good__c", "Checkbox", "is_verified"),
        own("Source__c", "Picklist", constant="Trustpilot"),
    ),
    (LookupMap("Payer__c", Related.ACCOUNT), LookupMap("Shop__c", Related.BUSINESS_UNIT)),
)
SCHEMA = declared(PACKAGE, [COPY])
REVIEW = Review("r1", ReviewType.SERVICE, "u1", datetime(2026, 3, 2, tzinfo=UTC), title="Fine")
ROW = {"External_Id__c": "r1", "Title__c": "Fine"}


def test_a_copy_holds_its_fields_and_the_lookups_that_are_known():
    made = copy_row(COPY, SCHEMA, Arrived(REVIEW, {**ROW, "Business_Unit__c": "a01"}))

    assert made.row == {
        "Id__c": "r1",
        "Title__c": "Fine",
        "Good__c": False,
        "Source__c": "Trustpilot",
        "Shop__c": "a01",
    }
    assert made.cut == ()


def test_a_copy_says_which_of_its_texts_were_cut():
    review = replace(REVIEW, title="Fine and friendly")

    assert copy_row(COPY, SCHEMA, Arrived(review, ROW)).cut == ("Title__c",)


def test_without_copies_the_hash_is_that_of_the_row():
    product_only = replace(COPY, types=(ReviewType.PRODUCT,))

    assert review_hash(ROW, REVIEW, (), SCHEMA) == content_hash(ROW)
    assert review_hash(ROW, REVIEW, (product_only,), SCHEMA) == content_hash(ROW)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"fields": COPY.fields[:-1]}, id="a field less"),
        pytest.param({"lookups": COPY.lookups[:-1]}, id="a lookup less"),
        pytest.param({"lookups": (LookupMap("Payer__c", Related.CONTACT),)}, id="another record"),
        pytest.param({"object": "Other__c"}, id="another object"),
    ],
)
def test_another_copy_document_is_another_hash(change):
    changed = replace(COPY, **change)
    schema = declared(SCHEMA, [changed])

    before = review_hash(ROW, REVIEW, (COPY,), SCHEMA)

    assert before != content_hash(ROW)
    assert before == review_hash(ROW, REVIEW, (COPY,), schema)
    assert before != review_hash(ROW, REVIEW, (changed,), schema)


def test_a_word_that_only_a_copy_takes_changes_the_hash():
    verified = replace(REVIEW, is_verified=True)

    assert review_hash(ROW, REVIEW, (COPY,), SCHEMA) != review_hash(ROW, verified, (COPY,), SCHEMA)


def test_only_lookups_that_matching_finds_are_asked_for():
    assert matched_lookups([COPY]) == ("Account__c",)
    assert matched_lookups([replace(COPY, lookups=COPY.lookups[1:])]) == ()


def test_everything_but_the_key_is_blanked():
    row = {"Id": "m01", "Id__c": "r1", "Title__c": "Fine", "Good__c": True, "Payer__c": "001"}

    assert written_fields(COPY) == ("Title__c", "Good__c", "Source__c", "Payer__c", "Shop__c")
    assert blank_copy(COPY, SCHEMA, row) == {
        "Id": "m01",
        "Title__c": None,
        "Good__c": False,
        "Source__c": None,
        "Payer__c": None,
        "Shop__c": None,
    }


def test_a_copy_that_holds_nothing_any_more_is_left_alone():
    assert blank_copy(COPY, SCHEMA, {"Id": "m01", "Id__c": "r1", "Good__c": False}) is None
