"""The types that own fields may have, and the schema that mappings add to the package."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.mapping.declarations import (
    TYPES,
    declared,
    own_field,
    parse_field_type,
)
from connector.core.mapping.rows import FieldMap, LookupMap, Mapping, Related
from connector.core.org.needs import mapping_fields
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema
from connector.core.terms.unknown_words import UnknownWord

ADDED = {"Case": ObjectDefinition("Case", {})}
KEY = FieldDefinition("Key__c", "Text", 24, unique=True, external_id=True, case_sensitive=True)
SCHEMA = Schema({"Review__c": ObjectDefinition("Review__c", {"Key__c": KEY})}, ADDED)
REGION = own_field("Region__c", parse_field_type("Text(80)"), is_key=False)
MAPPING = Mapping(
    "Review__c",
    "Key__c",
    (ReviewType.SERVICE,),
    (FieldMap("Key__c", "id", place="m.yaml:4:3"), FieldMap("Region__c", "status", own=REGION)),
    (LookupMap("Payer__c", Related.PRODUCT, place="m.yaml:7:3"),),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Text(80)", FieldDefinition("", "Text", 80)),
        ("Text( 80 )", FieldDefinition("", "Text", 80)),
        ("LongTextArea(131072)", FieldDefinition("", "LongTextArea", 131072)),
        ("TextArea", FieldDefinition("", "TextArea", 255)),
        ("Number(18,2)", FieldDefinition("", "Number", precision=18, scale=2)),
        ("Number(16, 2)", FieldDefinition("", "Number", precision=16, scale=2)),
        ("Number(3)", FieldDefinition("", "Number", precision=3)),
        ("Email", FieldDefinition("", "Email", 80)),
        ("Date", FieldDefinition("", "Date")),
    ],
)
def test_a_type_is_read_as_setup_shows_it(text, expected):
    assert parse_field_type(text) == expected


@pytest.mark.parametrize("text", TYPES)
def test_every_example_is_a_type(text):
    assert parse_field_type(text).type == text.partition("(")[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Text", "written like `Text(80)`"),
        ("Text(0)", "1 to 255"),
        ("Text(256)", "1 to 255"),
        ("Text(80,2)", "written like `Text(80)`"),
        ("LongTextArea(255)", "256 to 131072"),
        ("Date(3)", "written like `Date`"),
        ("Number", "how many digits"),
        ("Number(19,0)", "how many digits"),
        ("Number(2,2)", "how many digits"),
    ],
)
def test_a_size_that_no_org_allows_is_refused(text, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace(")", r"\)")):
        parse_field_type(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Txt(80)", "Did you mean `Text(80)`?"),
        ("Datetime", "Did you mean `DateTime`?"),
        ("Lookup(Account)", "Known here: Text(80),"),
        ("Text(80", "Did you mean `Text(80)`?"),
        ("", "Known here: Text(80),"),
    ],
)
def test_an_unknown_type_names_the_one_that_was_meant(text, hint):
    with pytest.raises(UnknownWord) as refusal:
        parse_field_type(text)

    assert hint in refusal.value.hint


@given(st.text())
def test_any_text_is_a_type_or_is_refused(text):
    with suppress(ValueError):
        assert parse_field_type(text).type


def test_declared_fields_and_lookups_stand_beside_those_of_the_package():
    made = declared(SCHEMA, [MAPPING])
    fields = made.objects["Review__c"].fields
    assert made.added == ADDED

    assert fields["Key__c"] is KEY
    assert fields["Region__c"] == FieldDefinition("Region__c", "Text", 80)
    assert fields["Payer__c"] == FieldDefinition("Payer__c", "Lookup", reference_to="Product2")
    assert set(SCHEMA.objects["Review__c"].fields) == {"Key__c"}  # the package stays as it is


def test_an_object_of_ones_own_has_what_all_its_documents_declare():
    own_key = own_field("Id__c", parse_field_type("Text(64)"), is_key=True)
    one = Mapping("Mine__c", "Id__c", (ReviewType.SERVICE,), (FieldMap("Id__c", own=own_key),))
    other = replace(one, fields=(*one.fields, FieldMap("Region__c", own=REGION)))

    fields = declared(SCHEMA, [one, other]).objects["Mine__c"].fields

    assert set(fields) == {"Id__c", "Region__c"}
    assert (fields["Id__c"].unique, fields["Id__c"].case_sensitive) == (True, True)


def test_what_a_mapping_needs_of_an_org_is_told_with_its_place():
    key, region, payer = mapping_fields(MAPPING, declared(SCHEMA, [MAPPING]))

    assert (key.field, key.is_key, key.own, key.place) == ("Key__c", True, False, "m.yaml:4:3")
    assert (region.definition, region.is_key, region.own) == (REGION, False, True)
    assert (payer.field, payer.definition.reference_to) == ("Payer__c", "Product2")
    assert (payer.own, payer.place) == (True, "m.yaml:7:3")
