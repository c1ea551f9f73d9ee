"""What is read of the Salesforce package: a small tree here, and the shipped one."""

import pytest

from connector.config import locations
from connector.config.org.schema import read_schema
from connector.core.terms.errors import ConfigurationError
from connector.core.terms.schema import FieldDefinition

OPEN = '<?xml version="1.0"?><{0} xmlns="http://soap.sforce.com/2006/04/metadata">{1}</{0}>'
OBJECT = "<label>Thing</label><nameField><type>Text</type></nameField>"


@pytest.fixture
def schema_of(tmp_path):
    folder = tmp_path / "main" / "default" / "objects" / "Thing__c"
    (folder / "fields").mkdir(parents=True)
    (folder / "Thing__c.object-meta.xml").write_text(OPEN.format("CustomObject", OBJECT))

    def read(field=""):
        if field:
            text = OPEN.format("CustomField", f"<fullName>X__c</fullName>{field}")
            (folder / "fields" / "X__c.field-meta.xml").write_text(text)
        return read_schema(tmp_path)

    return read


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (("<type>Text</type><length>64</length><externalId>true</externalId><unique>true</unique>"
          "<caseSensitive>true</caseSensitive><required>true</required>"),
         FieldDefinition("X__c", "Text", 64, required=True, unique=True, external_id=True,
                         case_sensitive=True)),
        ("<type>Number</type><precision>4</precision><scale>1</scale>",
         FieldDefinition("X__c", "Number", precision=4, scale=1)),
        ("<type>Email</type>", FieldDefinition("X__c", "Email", 80)),  # no length in the file
        ("<type>Url</type>", FieldDefinition("X__c", "Url", 255)),
        ("<type>Lookup</type><referenceTo>Account</referenceTo>",
         FieldDefinition("X__c", "Lookup", reference_to="Account")),
        ("<type>Text</type><length>9</length><formula>1</formula>",  # cannot be written
         FieldDefinition("X__c", "Formula", 9)),
        (("<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition>"
          "<value><fullName>A</fullName></value>"
          "<value><fullName>B</fullName><isActive>false</isActive></value>"
          "</valueSetDefinition></valueSet>"),
         FieldDefinition("X__c", "Picklist", 255, picklist=("A",), restricted=True)),
    ],
)  # fmt: skip
def test_a_field_is_read_as_its_file_defines_it(schema_of, xml, expected):
    assert schema_of(xml).objects["Thing__c"].fields["X__c"] == expected


def test_an_object_has_its_name_field(schema_of):
    assert schema_of().objects["Thing__c"].fields["Name"].type == "Text"


def test_a_damaged_file_is_named(schema_of):
    with pytest.raises(ConfigurationError, match=r"X__c\.field-meta\.xml: .* not readable XML"):
        schema_of("<type>Text")


def test_a_folder_without_objects_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="No Salesforce object is here"):
        read_schema(tmp_path)


def test_fields_on_objects_of_the_org_itself_are_kept_apart():
    schema = read_schema(locations.salesforce())

    assert "Case" not in schema.objects
    added = schema.added["Case"].fields
    assert added["Trustpilot_Review_Key__c"].unique
    assert added["Trustpilot_Review__c"].reference_to == "Trustpilot_Review__c"


def test_the_shipped_package_defines_the_seven_objects():
    objects = read_schema(locations.salesforce()).objects

    assert len(objects) == 7
    review = objects["Trustpilot_Review__c"].fields
    assert review["External_Id__c"].unique
    assert review["Type__c"].picklist == ("Service", "Product")
    assert review["Text__c"].length == 32768
