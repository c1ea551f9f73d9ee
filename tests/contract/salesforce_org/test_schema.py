from pathlib import Path
from xml.etree.ElementTree import ParseError

import pytest

from connector.emulator.salesforce.schema.metadata import BadMetadata
from connector.emulator.salesforce.schema.objects import Schema

PROJECT = Path(__file__).parents[3]
NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def test_custom_objects_get_prefixes_in_name_order(schema):
    assert schema.named("Gadget__c").key_prefix == "a00"
    assert schema.named("Shop__c").key_prefix == "a01"


def test_objects_and_fields_are_found_in_any_case(schema):
    gadget = schema.named("gadget__C")
    assert gadget.name == "Gadget__c"
    assert gadget.field_named("KEY__C").name == "Key__c"


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("Key__c", {"type": "string", "length": 40, "unique": True, "case_sensitive": True}),
        ("Loose__c", {"external_id": True, "unique": False, "id_lookup": True}),
        ("Must__c", {"nillable": False, "required": True}),
        ("Notes__c", {"type": "textarea", "length": 1000, "can_filter": False}),
        ("Size__c", {"type": "double", "precision": 5, "scale": 2, "can_group": False}),
        ("Flag__c", {"type": "boolean", "default": True, "nillable": False, "required": False}),
        ("Kind__c", {"restricted": True, "picklist": ("Round", "Square"), "default": "Round"}),
        ("Shop__c", {"reference_to": ("Shop__c",), "relationship_name": "Shop__r"}),
        ("Name", {"auto_number": "G-{0000}", "createable": False, "name_field": True}),
        ("SystemModstamp", {"type": "datetime", "createable": False, "updateable": False}),
    ],
)
def test_metadata_tells_what_a_field_is(schema, field, facts):
    found = schema.named("Gadget__c").fields[field]
    assert {name: getattr(found, name) for name in facts} == facts


def test_a_folder_may_add_fields_to_a_standard_object(schema):
    assert schema.named("Account").fields["Tier__c"].length == 10


def test_lookups_make_child_relationships(schema):
    shop = schema.named("Shop__c")
    names = {(child.name, field.child_relationship) for child, field in schema.children(shop)}
    assert names == {("Gadget__c", "Gadgets__r"), ("Shop__History", "Histories")}


@pytest.mark.parametrize(
    "name",
    [
        "Organization",
        "User",
        "Account",
        "Contact",
        "Opportunity",
        "OpportunityContactRole",
        "OpportunityLineItem",
        "OpportunityHistory",
        "OpportunityFieldHistory",
        "Order",
        "OrderItem",
        "OrderHistory",
        "Case",
        "CaseHistory",
        "RecordType",
        "Product2",
        "Individual",
        "ContactPointTypeConsent",
        "Task",
    ],
)
def test_every_org_has_the_standard_object(schema, name):
    assert schema.named(name).fields["Id"].type == "id"


def test_every_lookup_leads_to_an_object_of_the_schema(schema):
    targets = {
        target for one in schema for field in one.fields.values() for target in field.reference_to
    }
    assert [target for target in targets if schema.named(target) is None] == []


def test_a_task_can_be_about_a_custom_object_that_allows_activities_and_no_other():
    related = Schema.load(PROJECT / "salesforce").named("Task").fields["WhatId"].reference_to
    assert {name for name in related if name.endswith("__c")} == {
        "Trustpilot_Review__c",
    }


def test_an_unknown_field_type_is_refused(tmp_path):
    folder = tmp_path / "objects" / "Odd__c"
    (folder / "fields").mkdir(parents=True)
    head = f"<CustomObject {NAMESPACE}><label>Odd</label></CustomObject>"
    (folder / "Odd__c.object-meta.xml").write_text(head)
    field = f"<CustomField {NAMESPACE}><fullName>A__c</fullName><type>Hologram</type></CustomField>"
    (folder / "fields" / "A__c.field-meta.xml").write_text(field)
    with pytest.raises(BadMetadata, match="Hologram"):
        Schema.load(tmp_path)


def test_broken_xml_is_refused(tmp_path):
    folder = tmp_path / "objects" / "Odd__c"
    folder.mkdir(parents=True)
    (folder / "Odd__c.object-meta.xml").write_text("<CustomObject>")
    with pytest.raises(ParseError):
        Schema.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Trustpilot_Business_Unit__c", "External_Id__c"),
        ("Trustpilot_Review__c", "External_Id__c"),
        ("Trustpilot_Invitation__c", "Claim_Key__c"),
        ("Trustpilot_Send_Attempt__c", "Attempt_Key__c"),
        ("Trustpilot_Checkpoint__c", "Key__c"),
        ("Trustpilot_Run__c", "Run_Id__c"),
        ("Trustpilot_Issue__c", "Key__c"),
        ("Case", "Trustpilot_Review_Key__c"),
    ],
)
def test_the_shipped_package_brings_the_object_with_its_key(name, key):
    field = Schema.load(PROJECT / "salesforce").named(name).fields[key]
    assert (field.external_id, field.unique, field.case_sensitive) == (True, True, True)
