"""What rules and matching read of the org's own objects: hidden parts are told with their cost."""

from dataclasses import replace

import pytest

from connector.core.org.findings import Check, Level
from connector.core.org.shapes import FieldShape, ObjectShape, PicklistWord, StandardField
from connector.core.org.standard_check import check_standard, check_words, parents_to_describe

PLACE = "config.yaml:9:3"
CONTACT = ObjectShape("Contact", {"email": FieldShape("Email", "email")})
CASE = ObjectShape(
    "Case",
    {
        "contactid": FieldShape(
            "ContactId", "reference", reference_to=("Contact",), relationship="Contact"
        )
    },
)


def test_a_hidden_standard_field_warns_with_everything_it_costs():
    asked = [
        StandardField("Contact", "Phone", "no calls"),
        StandardField("Contact", "Phone", "no messages"),
        StandardField("Contact", "Email", "nothing at all"),
    ]
    (found,) = check_standard(asked, {"Contact": CONTACT})
    assert found.level is Level.WARN
    assert "Contact.Phone" in found.what
    assert "no calls; no messages" in found.what


def test_a_standard_field_without_which_a_flow_stops_fails_with_the_place_that_asks():
    asked = [
        StandardField("Contact", "Phone", "no calls"),
        StandardField("Contact", "Phone", "nobody is invited", critical=True, place=PLACE),
    ]
    (found,) = check_standard(asked, {"Contact": CONTACT})
    assert (found.level, found.place) == (Level.FAIL, PLACE)
    assert found.what.index("nobody is invited") < found.what.index("no calls")


def test_a_field_with_a_fix_of_its_own_is_told_with_that():
    asked = [
        StandardField("Contact", "Phone", "no calls", fix="Buy a phone."),
        StandardField("Contact", "Fax", "no faxes"),
    ]
    fax, phone = check_standard(asked, {"Contact": CONTACT})
    assert phone.fix == "Buy a phone."
    assert "Setup > Permission Sets" in fax.fix


def test_a_hidden_standard_object_is_told_once():
    asked = [StandardField("CaseHistory", path, "late") for path in ("Id", "Field")]
    (found,) = check_standard(asked, {"CaseHistory": None})
    assert (found.check, found.level) == (Check.SALESFORCE_HISTORY, Level.WARN)


def test_a_path_is_followed_over_its_parents():
    asked = [StandardField("Case", "Contact.Email", "x"), StandardField("Case", "Contact.No", "x")]
    assert parents_to_describe(asked, {"Case": CASE}) == ("Contact",)
    (found,) = check_standard(asked, {"Case": CASE, "Contact": CONTACT})
    assert "Case.Contact.No" in found.what
    assert parents_to_describe(asked, {"Case": CASE, "Contact": CONTACT}) == ()


def test_what_was_not_described_is_judged_by_nobody():
    asked = [StandardField("Case", "Contact.Email", "x"), StandardField("Order", "Id", "x")]
    assert list(check_standard(asked, {"Case": CASE})) == []


def test_a_field_that_the_org_has_no_use_for_is_not_missed():
    person = StandardField("Contact", "PersonEmail", "x", only_with="IsPersonAccount")
    assert list(check_standard([person], {"Contact": CONTACT})) == []
    with_people = replace(
        CONTACT, fields={**CONTACT.fields, "ispersonaccount": FieldShape("x", "boolean")}
    )
    assert len(list(check_standard([person], {"Contact": with_people}))) == 1


STATUS = FieldShape("Status", "picklist", picklist=("New", "Closed"))
STAGES = {"Case": ObjectShape("Case", {"status": STATUS})}


def test_a_stage_that_the_picklist_does_not_list_names_the_closest_one():
    word = PicklistWord("Case", "Status", "Closd", "solved", PLACE)
    (found,) = check_words([word], STAGES)
    assert (found.check, found.level, found.place) == (Check.SALESFORCE_STAGE, Level.WARN, PLACE)
    assert "Did you mean `Closed`?" in found.fix


def test_a_stage_keeps_its_capitals_and_a_role_does_not():
    word = PicklistWord("Case", "Status", "closed", "solved")
    assert len(list(check_words([word], STAGES))) == 1
    assert list(check_words([replace(word, ignore_case=True)], STAGES)) == []


@pytest.mark.parametrize("shapes", [{}, {"Case": None}, {"Case": CASE}])
def test_a_stage_of_a_hidden_field_is_told_elsewhere(shapes):
    assert list(check_words([PicklistWord("Case", "Status", "X", "r")], shapes)) == []


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"link__c": FieldShape("Link__c", "string", updateable=True)}, None),
        ({"link__c": FieldShape("Link__c", "string")}, Level.FAIL),
        ({}, Level.FAIL),
    ],
    ids=["writable", "read-only", "hidden"],
)
def test_a_field_that_gets_the_link_must_be_one_that_the_user_can_change(fields, level):
    asked = StandardField("Case", "Link__c", "no link", critical=True, written=True, place=PLACE)
    found = list(check_standard([asked], {"Case": ObjectShape("Case", fields)}))
    assert [each.level for each in found] == ([level] if level else [])
    assert all("read-only" in each.what and each.place == PLACE for each in found)


def test_a_path_over_a_hidden_parent_is_hidden():
    asked = [StandardField("Case", "Contact.Email", "no address")]
    (found,) = check_standard(asked, {"Case": CASE, "Contact": None})
    assert "Case.Contact.Email" in found.what
