"""What makes a copy document useless is told before any review is read."""

from dataclasses import replace

import pytest

from connector.core.copies.faults import copy_faults
from connector.core.mapping.declarations import own_field, parse_field_type
from connector.core.mapping.rows import FieldMap, LookupMap, Mapping, Related
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import ObjectDefinition, Schema


def own(target, kind, source="title", *, key=False):
    definition = own_field(target, parse_field_type(kind), is_key=key)
    return FieldMap(target, source, own=definition)


PACKAGE = Schema({"Trustpilot_Run__c": ObjectDefinition("Trustpilot_Run__c", {})})
COPY = Mapping(
    "Mine__c",
    "Id__c",
    tuple(ReviewType),
    (own("Id__c", "Text(64)", "id", key=True), own("Title__c", "Text(10)")),
    (LookupMap("Payer__c", Related.ACCOUNT),),
)


def test_a_sound_copy_document_has_no_fault():
    assert list(copy_faults(COPY, PACKAGE)) == []


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"object": "my object"}, ("object",), "`my object` is not the name of an object."),
        ({"object": "trustpilot_run__c"}, ("object",), "is an object of the package"),
        ({"external_id": "Name"}, ("external_id",), "not the name of a field of your own"),
        ({"external_id": "Other__c"}, ("external_id",), "must take the word `id` unchanged"),
        ({"fields": (own("Id__c", "Text(64)", "title"),)}, ("external_id",), "must take the word"),
        ({"fields": (own("Id__c", "Text(20)", "id"),)}, ("fields", "Id__c", "type"),
         "must hold the 24 characters"),
        ({"fields": (own("Id__c", "LongTextArea(256)", "id"),)}, ("fields", "Id__c", "type"),
         "must hold the 24 characters"),
        ({"fields": (FieldMap("Id__c", "id"),)}, ("fields", "Id__c"), "needs its type"),
        ({"fields": (COPY.fields[0], own("A B", "Text(9)"))}, ("fields", "A B"),
         "`A B` is not the name of a field."),
        ({"fields": (COPY.fields[0], own("A__c", "Text(9)", "nope"))}, ("fields", "A__c", "from"),
         "`nope` is not a word that a review has."),
        ({"fields": (COPY.fields[0], own("A__c", "Date"))}, ("fields", "A__c", "from"),
         "A field of type Date cannot hold `title`"),
        ({"lookups": (LookupMap("A-B", Related.CASE),)}, ("lookups", "A-B"), "not the name of"),
        ({"lookups": (LookupMap("ID__C", Related.CASE),)}, ("lookups", "ID__C"), "filled twice"),
    ],
)  # fmt: skip
def test_a_copy_document_that_could_not_work_is_refused(change, path, message):
    (fault,) = copy_faults(replace(COPY, **change), PACKAGE)

    assert fault.path == path
    assert message in fault.message


def test_two_documents_may_share_an_object_if_they_part_the_reviews():
    service, product = (replace(COPY, types=(each,)) for each in ReviewType)

    assert list(copy_faults(product, PACKAGE, [service])) == []
    (fault,) = copy_faults(COPY, PACKAGE, [service])
    assert fault.path == ("object",)
