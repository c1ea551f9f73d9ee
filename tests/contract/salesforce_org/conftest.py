from datetime import UTC, datetime

import pytest

from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import Faults
from connector.emulator.salesforce.org import Org
from connector.emulator.salesforce.schema.objects import Schema

NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
START = datetime(2026, 3, 10, 12, 0, 0, 700_000, tzinfo=UTC)

GADGET = """
    <label>Gadget</label><pluralLabel>Gadgets</pluralLabel>
    <nameField>
        <type>AutoNumber</type><label>Number</label><displayFormat>G-{0000}</displayFormat>
    </nameField>
"""
SHOP = """
    <label>Shop</label><pluralLabel>Shops</pluralLabel><enableHistory>true</enableHistory>
    <nameField><type>Text</type><label>Shop Name</label></nameField>
"""
KIND = """<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition>
    <value><fullName>Round</fullName><default>true</default></value>
    <value><fullName>Square</fullName><default>false</default></value>
    </valueSetDefinition></valueSet>"""
COLOURS = """<type>MultiselectPicklist</type><valueSet><restricted>true</restricted>
    <valueSetDefinition><value><fullName>Red</fullName></value>
    <value><fullName>Green</fullName></value><value><fullName>Ünique</fullName></value>
    </valueSetDefinition></valueSet>"""
GADGET_FIELDS = {
    "Key__c": "<type>Text</type><length>40</length><externalId>true</externalId>"
    "<unique>true</unique><caseSensitive>true</caseSensitive>",
    "Code__c": "<type>Text</type><length>40</length><externalId>true</externalId>"
    "<unique>true</unique><caseSensitive>false</caseSensitive>",
    "Loose__c": "<type>Text</type><length>40</length><externalId>true</externalId>",
    "Title__c": "<type>Text</type><length>20</length>",
    "Must__c": "<type>Text</type><length>20</length><required>true</required>",
    "Notes__c": "<type>LongTextArea</type><length>1000</length>",
    "Size__c": "<type>Number</type><precision>5</precision><scale>2</scale>",
    "Flag__c": "<type>Checkbox</type><defaultValue>true</defaultValue>",
    "When__c": "<type>DateTime</type>",
    "Day__c": "<type>Date</type>",
    "Mail__c": "<type>Email</type>",
    "Kind__c": KIND,
    "Colours__c": COLOURS,
    "Shop__c": "<type>Lookup</type><referenceTo>Shop__c</referenceTo>"
    "<relationshipName>Gadgets</relationshipName>",
    "Account__c": "<type>Lookup</type><referenceTo>Account</referenceTo>"
    "<relationshipName>Gadgets</relationshipName>",
}
SHOP_FIELDS = {
    "Stage__c": "<type>Text</type><length>20</length><trackHistory>true</trackHistory>",
    "Note__c": "<type>Text</type><length>20</length>",
    "Key__c": "<type>Text</type><length>40</length><externalId>true</externalId>"
    "<unique>true</unique><caseSensitive>true</caseSensitive>",
}

TOWN = """
    <label>Town</label><pluralLabel>Towns</pluralLabel>
    <nameField><type>Text</type><label>Town Name</label></nameField>
"""
TENT = """
    <label>Tent</label><pluralLabel>Tents</pluralLabel><enableActivities>true</enableActivities>
    <nameField><type>Text</type><label>Tent Name</label></nameField>
"""


def _lookup(target, constraint=""):
    rest = f"<deleteConstraint>{constraint}</deleteConstraint>" if constraint else ""
    return f"<type>Lookup</type><referenceTo>{target}</referenceTo>{rest}"


TENT_FIELDS = {
    "Emptied__c": _lookup("Town__c", "SetNull"),
    "Silent__c": _lookup("Town__c"),
    "Bound__c": _lookup("Town__c", "Restrict"),
    "Swept__c": _lookup("Town__c", "Cascade"),
    "Contact__c": _lookup("Contact", "SetNull"),
    "Account__c": _lookup("Account", "SetNull"),
    "Weight__c": "<type>Number</type><precision>5</precision><scale>2</scale>",
    "Seats__c": "<type>Number</type><precision>18</precision><scale>0</scale><formula>2</formula>",
    "Debt__c": "<type>Number</type><precision>9</precision><scale>1</scale><formula>-1.5</formula>",
    "Dry__c": "<type>Checkbox</type><formula>TRUE</formula>",
    "Word__c": "<type>Text</type><formula>&quot;it's dry&quot;</formula>",
    "Twice__c": "<type>Number</type><precision>18</precision><scale>2</scale>"
    "<formula>Weight__c * 2</formula>",
}


def write_object(root, name, definition, fields):
    folder = root / "main" / "default" / "objects" / name
    (folder / "fields").mkdir(parents=True)
    text = f"<CustomObject {NAMESPACE}>{definition}</CustomObject>"
    (folder / f"{name}.object-meta.xml").write_text(text, encoding="utf-8")
    write_fields(folder / "fields", fields)


def write_fields(folder, fields):
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in fields.items():
        head = f"<fullName>{name}</fullName><label>{name.removesuffix('__c')}</label>"
        text = f"<CustomField {NAMESPACE}>{head}{body}</CustomField>"
        (folder / f"{name}.field-meta.xml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def metadata_folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("metadata")
    write_object(root, "Gadget__c", GADGET, GADGET_FIELDS)
    write_object(root, "Shop__c", SHOP, SHOP_FIELDS)
    write_object(root, "Tent__c", TENT, TENT_FIELDS)
    write_object(root, "Town__c", TOWN, {})
    extra = {"Tier__c": "<type>Text</type><length>10</length>"}
    write_fields(root / "main" / "default" / "objects" / "Account" / "fields", extra)
    return root


@pytest.fixture(scope="session")
def schema(metadata_folder):
    return Schema.load(metadata_folder)


@pytest.fixture
def clock():
    return EmulatorClock(frozen_at=START)


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def org(schema, clock, faults):
    return Org(schema, clock, faults)


@pytest.fixture
def add_gadget(org):
    def add(**values):
        return org.insert("Gadget__c", {"Must__c": "x", **values})

    return add


@pytest.fixture
def opportunity(org):
    values = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-04-01"}
    return org.insert("Opportunity", values)
