"""What a mapping may not ask for, found before any review is read."""

from dataclasses import replace

import pytest

from connector.core.mapping.declarations import own_field, parse_field_type
from connector.core.mapping.faults import (
    SOURCES,
    WRITTEN_BY_FLOWS,
    is_custom_name,
    is_name,
    mapping_faults,
)
from connector.core.mapping.rows import FieldMap, LookupMap, Mapping, Related
from connector.core.mapping.transforms import Kind, parse_transform
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema

KEY = FieldDefinition("Key__c", "Text", 64, unique=True, external_id=True, case_sensitive=True)
FIELDS = (
    KEY,
    FieldDefinition("Loose_Key__c", "Text", 64, external_id=True),
    FieldDefinition("Title__c", "Text", 20),
    FieldDefinition("Stars__c", "Number", precision=2, scale=1),
    FieldDefinition("Verified__c", "Checkbox"),
    FieldDefinition("Created__c", "DateTime"),
    FieldDefinition("Name", "AutoNumber"),
    FieldDefinition("Account__c", "Lookup", reference_to="Account"),
    FieldDefinition("Type__c", "Picklist", 255, picklist=("Service", "Product"), restricted=True),
    FieldDefinition("Open__c", "Picklist", 255, picklist=("One",)),
    *(FieldDefinition(name, "Text", 255) for name in sorted(WRITTEN_BY_FLOWS)),
)
SCHEMA = Schema(
    {
        "Review__c": ObjectDefinition("Review__c", {each.name: each for each in FIELDS}),
        "Other__c": ObjectDefinition("Other__c", {"Key__c": KEY}),
    }
)
MAPPING = Mapping("Review__c", "Key__c", (ReviewType.SERVICE,), (FieldMap("Key__c", "id"),))
JOIN, LOWER = parse_transform("join"), parse_transform("lower")


DAY = parse_transform("local_date UTC")
DECLARE = "A field of your own says its type: `{}: {{from: {}, type: Text(80)}}`."


def own(target, kind, source="title", transform=None):
    definition = own_field(target, parse_field_type(kind), is_key=False)
    return FieldMap(target, source, transform=transform, own=definition)


def faults_of(*fields):
    return list(mapping_faults(replace(MAPPING, fields=(*MAPPING.fields, *fields)), SCHEMA))


@pytest.mark.parametrize(
    "field",
    [
        FieldMap("Title__c", "title"),
        FieldMap("Title__c", "tags", transform=JOIN),
        FieldMap("Title__c", "type", transform=LOWER),
        FieldMap("Title__c", constant="Trustpilot"),
        FieldMap("Stars__c", "stars"),
        FieldMap("Stars__c", constant=4.5),
        FieldMap("Verified__c", "is_verified"),
        FieldMap("Verified__c", constant=True),
        FieldMap("Created__c", "created_at"),
        FieldMap("Type__c", "type"),  # its values are known, and all in the list
        FieldMap("Type__c", constant="Product"),
        FieldMap("Open__c", "status"),  # the list is open
        own("Region__c", "Text(80)", "location_name"),
        own("ns__Region__c", "Picklist", "location_name"),  # of another package
        own("Day__c", "Date", "created_at", DAY),
    ],
)
def test_a_field_that_can_hold_its_value_has_no_fault(field):
    assert faults_of(field) == []


@pytest.mark.parametrize(
    ("field", "path", "message", "hint"),
    [
        (FieldMap("Titlee__c", "title"), ("fields", "Titlee__c"),
         "`Titlee__c` is not a field of Review__c.",
         "Did you mean `Title__c`? " + DECLARE.format("Titlee__c", "title")),
        (FieldMap("Region", "location_name"), ("fields", "Region"),
         "`Region` is not a field of Review__c.", ""),
        (own("Title__c", "Text(80)"), ("fields", "Title__c", "type"),
         "`Title__c` is a field of the package, which knows its type.",
         "Write `Title__c` without `type`."),
        (own("title__C", "Text(80)"), ("fields", "title__C", "type"),  # the org's names ignore case
         "`Title__c` is a field of the package, which knows its type.",
         "Write `Title__c` without `type`."),
        (own("Region", "Text(80)"), ("fields", "Region"),
         "`Region` is not the name of a field of your own.", "Its name ends with `__c`."),
        (own("Region__c", "Number(3,0)"), ("fields", "Region__c", "from"),
         "A field of type Number cannot hold `title`, which is text.", ""),
        (own("Day__c", "Date", "created_at"), ("fields", "Day__c", "from"),
         "A field of type Date cannot hold `created_at`, which is a time.",
         "Add `transform: local_date ZONE`, such as `local_date Europe/Berlin`."),
        (own("Day__c", "DateTime", "created_at", DAY), ("fields", "Day__c", "from"),
         "A field of type DateTime cannot hold `created_at`, which is a date.", ""),
        (FieldMap("Title__c", "titlee"), ("fields", "Title__c", "from"),
         "`titlee` is not a word that a review has.", "Did you mean `title`?"),
        (FieldMap("Reply__c", "text"), ("fields", "Reply__c"),
         "`Reply__c` is written by the connector itself.", "Remove the line."),
        (FieldMap("Stars__c", "title"), ("fields", "Stars__c", "from"),
         "A field of type Number cannot hold `title`, which is text.", ""),
        (FieldMap("Title__c", "tags"), ("fields", "Title__c", "from"),
         "A field of type Text cannot hold `tags`, which is a list.", "Add `transform: join`."),
        (FieldMap("Title__c", "attributes"), ("fields", "Title__c", "from"),
         "A field of type Text cannot hold `attributes`, which is attribute ratings.",
         "Add `transform: attribute_ratings`."),
        (FieldMap("Title__c", "tags", transform=LOWER), ("fields", "Title__c", "transform"),
         "`lower` takes text; `tags` is a list.", "Add `transform: join`."),
        (FieldMap("Stars__c", "stars", transform=LOWER), ("fields", "Stars__c", "transform"),
         "`lower` takes text; `stars` is a number.", ""),
        (FieldMap("Name", "title"), ("fields", "Name", "from"),
         "A field of type AutoNumber cannot hold `title`, which is text.", ""),
        (FieldMap("Account__c", "consumer_id"), ("fields", "Account__c", "from"),
         "A field of type Lookup cannot hold `consumer_id`, which is text.", ""),
        (FieldMap("Type__c", "status"), ("fields", "Type__c", "from"),
         "The picklist takes only Service, Product; `status` can be something else.",
         "Map it to a Text field."),
        (FieldMap("Type__c", constant="Servicee"), ("fields", "Type__c", "constant"),
         "`Servicee` is not a value of the picklist.", "Did you mean `Service`?"),
        (FieldMap("Verified__c", constant="yes"), ("fields", "Verified__c", "constant"),
         "A field of type Checkbox cannot hold this constant, which is text.", ""),
        (FieldMap("Stars__c", constant=12.25), ("fields", "Stars__c", "constant"),
         "The constant does not fit the field Stars__c.",
         "It holds 2 digits, 1 of them behind the point."),
        (FieldMap("Title__c", constant="x" * 21), ("fields", "Title__c", "constant"),
         "The constant does not fit the field Title__c.", "It holds 20 characters."),
        (FieldMap("Any__c", constant=" New ", own=FieldDefinition("Any__c", "Picklist")),
         ("fields", "Any__c", "constant"), "The constant does not fit the field Any__c.", ""),
    ],
)  # fmt: skip
def test_a_field_that_cannot_hold_its_value_is_a_fault(field, path, message, hint):
    (fault,) = faults_of(field)

    assert (fault.path, fault.message, fault.hint) == (path, message, hint)


@pytest.mark.parametrize("target", sorted(WRITTEN_BY_FLOWS))
def test_no_field_of_the_flows_can_be_mapped(target):
    (fault,) = faults_of(FieldMap(target, "title"))

    assert fault.of == "key"


@pytest.mark.parametrize(
    ("change", "path", "message", "hint"),
    [
        ({"object": "Revew__c"}, ("object",),
         "`Revew__c` is not an object of the package.", "Did you mean `Review__c`?"),
        ({"object": "Other__c"}, ("object",),
         "`Other__c` cannot hold reviews.", "Map to `Trustpilot_Review__c`."),
        ({"external_id": "Kee__c"}, ("external_id",),
         "`Kee__c` is not a field of Review__c.", "Did you mean `Key__c`?"),
        ({"external_id": "Loose_Key__c"}, ("external_id",),
         "`Loose_Key__c` cannot find a review again: it is not a unique external id.",
         "Keys of Review__c: `Key__c`."),
        ({"fields": (FieldMap("Title__c", "title"),)}, ("external_id",),
         "`Key__c` must take the word `id` unchanged.", "Write `Key__c: id` under `fields`."),
        ({"fields": (FieldMap("Key__c", "id", transform=LOWER),)}, ("external_id",),
         "`Key__c` must take the word `id` unchanged.", "Write `Key__c: id` under `fields`."),
    ],
)  # fmt: skip
def test_a_mapping_that_could_not_find_a_review_again_is_refused(change, path, message, hint):
    (fault,) = mapping_faults(replace(MAPPING, **change), SCHEMA)

    assert (fault.path, fault.message, fault.hint) == (path, message, hint)


def test_a_lookup_of_the_package_is_the_connectors_own():
    lookups = (LookupMap("Account__c", Related.ACCOUNT), LookupMap("Payer__c", Related.ACCOUNT))

    (fault,) = mapping_faults(replace(MAPPING, lookups=lookups), SCHEMA)

    assert fault.path == ("lookups", "Account__c")
    assert fault.message == "`Account__c` is written by the connector itself."


def test_a_field_and_a_lookup_of_one_name_are_refused_whatever_their_case():
    lookups = (LookupMap("region__c", Related.ACCOUNT),)
    fields = (*MAPPING.fields, own("Region__c", "Text(80)"))

    (fault,) = mapping_faults(replace(MAPPING, fields=fields, lookups=lookups), SCHEMA)

    assert (fault.path, fault.message) == (
        ("lookups", "region__c"),
        "`region__c` is filled twice.",
    )


def test_one_field_has_one_type_in_all_documents():
    one = replace(MAPPING, fields=(*MAPPING.fields, own("Region__c", "Text(80)")))
    other = replace(MAPPING, fields=(*MAPPING.fields, own("Region__c", "Text(90)")))

    assert list(mapping_faults(one, SCHEMA, [one])) == []
    (fault,) = mapping_faults(other, SCHEMA, [one])
    assert fault.path == ("fields", "Region__c", "type")


def test_all_faults_of_a_mapping_are_found_at_once():
    faults = faults_of(FieldMap("Nope__c", "title"), FieldMap("Title__c", "nope"))

    assert len(faults) == 2


def test_every_word_of_a_review_has_a_kind():
    assert SOURCES["created_at"].kind is Kind.TIME
    assert SOURCES["is_verified"].kind is Kind.BOOLEAN
    assert SOURCES["tags"].kind is Kind.LIST
    assert SOURCES["attributes"].kind is Kind.RATINGS
    assert SOURCES["type"].choices == ("Service", "Product")


@pytest.mark.parametrize(
    ("text", "known", "custom"),
    [
        ("Region__c", True, True),
        ("ns__Region__c", True, True),
        ("Region", True, False),
        ("1st__c", False, False),
        ("Two words__c", False, False),
        ("Größe__c", False, False),
        ("", False, False),
    ],
)
def test_the_name_of_a_field_of_ones_own_ends_with_c(text, known, custom):
    assert (is_name(text), is_custom_name(text)) == (known, custom)
