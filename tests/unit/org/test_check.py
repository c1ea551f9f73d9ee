"""What the org shows is held against what the connector asks, fault by fault."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connector.core.org.check import check_fields, check_objects, check_package
from connector.core.org.findings import Check, Level
from connector.core.org.package_version import PACKAGE_VERSION
from connector.core.org.shapes import (
    Access,
    FieldShape,
    ObjectShape,
    RequiredField,
    RequiredObject,
)
from connector.core.run.exit_codes import ExitCode
from connector.core.terms.schema import FieldDefinition

OBJECT = "Thing__c"
PLACE = "mapping.yaml:9:3"
DESCRIBED_AS = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Phone": "phone",
    "Email": "email",
    "Url": "url",
    "Picklist": "picklist",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Lookup": "reference",
}
NUMBERS = ("Number", "Currency", "Percent")
TEXTS = ("Text", "LongTextArea", "Phone", "Email", "Url")


def shape_of(definition):
    """The field as an org shows it in which the definition was deployed."""
    key = definition.external_id
    return FieldShape(
        name=definition.name,
        type=DESCRIBED_AS[definition.type],
        length=definition.length,
        precision=definition.precision,
        scale=definition.scale,
        createable=True,
        updateable=True,
        external_id=key,
        unique=key,
        case_sensitive=key,
        picklist=definition.picklist,
        restricted=definition.restricted,
        reference_to=(definition.reference_to,) if definition.reference_to else (),
    )


def objects(*fields, **allowed):
    rights = {"queryable": True, "createable": True, "updateable": True, "deletable": False}
    return {
        OBJECT: ObjectShape(
            OBJECT, {each.name.lower(): each for each in fields}, **rights | allowed
        )
    }


def findings(definition, shape, **more):
    required = {"needs": Access.WRITE, "place": PLACE, "is_key": definition.external_id} | more
    asked = RequiredField(OBJECT, definition.name, definition, **required)
    return list(check_fields([asked], objects(shape) if shape else objects()))


def codes(found):
    return [(each.check, each.level) for each in found]


TEXT = FieldDefinition("Text__c", "Text", length=80)
KEY = FieldDefinition("Key__c", "Text", length=64, unique=True, external_id=True)
NUMBER = FieldDefinition("Number__c", "Number", precision=5, scale=2)
STATUS = FieldDefinition(
    "Status__c", "Picklist", length=255, picklist=("Open", "Closed"), restricted=True
)


@st.composite
def definitions(draw):
    kind = draw(st.sampled_from(sorted(DESCRIBED_AS)))
    scale = draw(st.integers(0, 8)) if kind in NUMBERS else 0
    return FieldDefinition(
        name="Field__c",
        type=kind,
        length=draw(st.integers(1, 32_000)) if kind in TEXTS else 0,
        precision=scale + draw(st.integers(1, 10)) if kind in NUMBERS else 0,
        scale=scale,
        external_id=kind == "Text" and draw(st.booleans()),
        picklist=("A", "B") if kind == "Picklist" else (),
        restricted=kind == "Picklist" and draw(st.booleans()),
        reference_to="Contact" if kind == "Lookup" else "",
    )


@given(definitions())
def test_a_field_as_it_was_deployed_has_no_finding(definition):
    assert findings(definition, shape_of(definition)) == []


@given(definitions(), st.integers(0, 500))
def test_a_field_may_be_larger(definition, more):
    deployed = shape_of(definition)
    larger = replace(
        deployed,
        length=deployed.length and deployed.length + more,
        precision=deployed.precision and deployed.precision + more,
        picklist=(*deployed.picklist, "More"),
    )
    assert findings(definition, larger) == []


@given(definitions(), st.data())
def test_a_text_field_is_never_shorter(definition, data):
    assume(definition.length > 1)
    shorter = data.draw(st.integers(1, definition.length - 1))
    (found,) = findings(definition, replace(shape_of(definition), length=shorter))
    assert (found.check, found.exit_code) == (Check.SALESFORCE_FIELD_SIZE, ExitCode.CONFIGURATION)
    assert str(shorter) in found.what
    assert found.place == PLACE


@given(definitions(), st.sampled_from(["", "location", "anyType", "base64"]))
def test_a_field_of_a_strange_type_is_told_once_and_without_its_size(definition, kind):
    found = findings(definition, replace(shape_of(definition), type=kind, length=1))
    assert [each.check for each in found] == [Check.SALESFORCE_FIELD_TYPE]


@pytest.mark.parametrize(
    ("precision", "scale", "said"),
    [
        (4, 2, "2 digits before the point of 3"),
        (5, 1, "1 digits behind the point of 2"),
        (6, 2, ""),
        (18, 4, ""),
    ],
)
def test_a_number_needs_room_on_both_sides_of_the_point(precision, scale, said):
    shape = replace(shape_of(NUMBER), precision=precision, scale=scale)
    sentences = [each.what for each in findings(NUMBER, shape)]
    assert len(sentences) == bool(said)
    assert all(said in what for what in sentences)


def test_whole_numbers_do_not_hold_a_fraction():
    shape = replace(shape_of(NUMBER), type="int", precision=0, scale=0)
    assert codes(findings(NUMBER, shape)) == [(Check.SALESFORCE_FIELD_TYPE, Level.FAIL)]
    assert findings(replace(NUMBER, scale=0), shape) == []


def test_a_hidden_field_is_a_matter_of_permission_and_names_its_place():
    (found,) = findings(TEXT, None)
    assert (found.check, found.exit_code) == (Check.SALESFORCE_FIELD, ExitCode.SIGN_IN)
    assert "Thing__c.Text__c" in found.what
    assert found.place == PLACE


@pytest.mark.parametrize(
    ("own", "fix"), [(False, "Type `connector deploy`"), (True, "Create it or correct the mapping")]
)
def test_who_made_a_hidden_field_decides_how_it_is_mended(own, fix):
    (found,) = findings(TEXT, None, own=own)
    assert found.fix.startswith(fix)
    (found,) = check_objects([RequiredObject(OBJECT, own=own)], {OBJECT: None})
    assert found.fix.startswith(fix)


def test_names_are_found_whatever_their_capitals():
    shape = replace(shape_of(TEXT), name="TEXT__C")
    assert findings(TEXT, shape) == []


@pytest.mark.parametrize("right", ["createable", "updateable"])
def test_a_field_that_is_written_must_be_writable(right):
    locked = replace(shape_of(TEXT), **{right: False})
    assert codes(findings(TEXT, locked)) == [(Check.SALESFORCE_FIELD_ACCESS, Level.FAIL)]
    assert findings(TEXT, locked, needs=Access.READ) == []


def test_the_master_of_a_detail_is_written_at_creation_only():
    master = FieldDefinition("Master__c", "MasterDetail", reference_to="Contact")
    shape = FieldShape("Master__c", "reference", createable=True, reference_to=("Contact",))
    assert findings(master, shape) == []


def test_a_lookup_leads_where_its_values_come_from():
    lookup = FieldDefinition("Contact__c", "Lookup", reference_to="Contact")
    (found,) = findings(lookup, replace(shape_of(lookup), reference_to=("Lead",)))
    assert found.check is Check.SALESFORCE_FIELD_TYPE
    assert "Lead, not to Contact" in found.what


@pytest.mark.parametrize("lacking", ["external_id", "unique", "case_sensitive"])
def test_a_key_is_an_external_id_unique_and_case_sensitive(lacking):
    (found,) = findings(KEY, replace(shape_of(KEY), **{lacking: False}))
    assert (found.check, found.exit_code) == (Check.SALESFORCE_KEY, ExitCode.CONFIGURATION)
    assert found.place == PLACE


def test_a_field_that_was_made_unique_would_refuse_records():
    (found,) = findings(TEXT, replace(shape_of(TEXT), unique=True))
    assert (found.check, found.exit_code) == (Check.SALESFORCE_KEY, ExitCode.CONFIGURATION)
    assert "connector deploy" in found.fix
    assert findings(TEXT, replace(shape_of(TEXT), unique=True), own=True) == []


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        (TEXT, "textarea"),
        (replace(TEXT, type="Url"), "string"),
        (NUMBER, "currency"),
        (STATUS, "combobox"),
    ],
)
def test_a_field_of_another_type_that_still_holds_its_values_is_a_warning(definition, kind):
    shape = replace(shape_of(definition), type=kind)
    (found,) = findings(definition, shape)
    assert codes([found]) == [(Check.SALESFORCE_FIELD_TYPE, Level.WARN)]
    assert found.place == PLACE
    assert findings(definition, shape, own=True) == []


def test_a_restricted_picklist_must_hold_what_is_written():
    (found,) = findings(STATUS, replace(shape_of(STATUS), picklist=("Open",)))
    assert codes([found]) == [(Check.SALESFORCE_PICKLIST, Level.FAIL)]
    assert "Closed" in found.what


def test_an_unrestricted_picklist_that_lacks_a_value_is_only_a_warning():
    shape = replace(shape_of(STATUS), picklist=(), restricted=False)
    assert codes(findings(STATUS, shape)) == [(Check.SALESFORCE_PICKLIST, Level.WARN)]


def test_a_picklist_needs_room_for_its_longest_value_only():
    assert findings(STATUS, replace(shape_of(STATUS), length=40)) == []
    (found,) = findings(STATUS, replace(shape_of(STATUS), length=5))
    assert found.check is Check.SALESFORCE_FIELD_SIZE


def test_several_faults_of_a_field_are_all_told():
    shape = replace(shape_of(KEY), length=20, unique=False, updateable=False)
    assert [each.check for each in findings(KEY, shape)] == [
        Check.SALESFORCE_FIELD_ACCESS,
        Check.SALESFORCE_FIELD_SIZE,
        Check.SALESFORCE_KEY,
    ]


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ({OBJECT: None}, "missing in the org or hidden"),
        (objects(createable=False), "may not create records"),
        (objects(updateable=False, queryable=False), "may not read or edit records"),
        (objects(), ""),
        ({}, ""),  # not described, so nobody knows
    ],
)
def test_an_object_must_be_seen_and_written(shapes, said):
    found = list(check_objects([RequiredObject(OBJECT)], shapes))
    assert [said in each.what for each in found] == [True] * bool(said)


def test_an_object_that_a_document_asks_for_is_told_at_its_place():
    (found,) = check_objects([RequiredObject(OBJECT, place=PLACE)], {OBJECT: None})
    assert found.place == PLACE


def test_deleting_is_asked_only_where_it_is_configured():
    assert list(check_objects([RequiredObject(OBJECT)], objects())) == []
    (found,) = check_objects([RequiredObject(OBJECT, delete=True)], objects())
    assert "delete" in found.what


def test_a_missing_object_is_not_told_again_for_each_of_its_fields():
    asked = RequiredField(OBJECT, "Text__c", TEXT)
    assert list(check_fields([asked], {OBJECT: None})) == []


WORDS = st.text(max_size=8)
ANY_FIELD = st.builds(
    FieldShape,
    name=st.just("Field__c"),
    type=st.sampled_from([*DESCRIBED_AS.values(), "int", "id", ""]),
    length=st.integers(0, 300),
    precision=st.integers(0, 18),
    scale=st.integers(0, 18),
    createable=st.booleans(),
    updateable=st.booleans(),
    external_id=st.booleans(),
    picklist=st.lists(WORDS, max_size=3).map(tuple),
    restricted=st.booleans(),
    reference_to=st.lists(WORDS, max_size=2).map(tuple),
)


@given(definitions(), ANY_FIELD, st.sampled_from(Access), st.booleans())
def test_whatever_the_org_shows_each_finding_says_what_to_do(definition, shape, needs, is_key):
    for found in findings(definition, shape, needs=needs, is_key=is_key):
        assert found.fix.endswith(".")
        assert found.what.endswith(".")
        assert found.exit_code is not ExitCode.DONE


@pytest.mark.parametrize(
    ("seen", "there", "level", "code"),
    [
        pytest.param(None, False, Level.FAIL, ExitCode.SIGN_IN, id="missing or hidden"),
        pytest.param(1.0, True, Level.FAIL, ExitCode.CONFIGURATION, id="older"),
        pytest.param(float(PACKAGE_VERSION), True, Level.PASS, ExitCode.DONE, id="the same"),
        pytest.param(None, True, Level.PASS, ExitCode.DONE, id="no checkpoint yet"),
        pytest.param(99.0, True, Level.WARN, ExitCode.NEEDS_A_LOOK, id="newer"),
    ],
)
def test_a_package_is_judged_by_its_version(seen, there, level, code):
    finding = check_package(seen, field_is_there=there)

    assert (finding.check, finding.level) == (Check.SALESFORCE_PACKAGE, level)
    assert finding.exit_code is code
    assert ("connector deploy" in finding.fix) == (level is Level.FAIL)


def test_a_type_that_nothing_is_known_of_is_not_judged():
    number = FieldDefinition("Name", "AutoNumber")
    assert findings(number, FieldShape("Name", "string"), needs=Access.READ) == []
