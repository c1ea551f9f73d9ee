"""What the org says of its objects, as shapes: for this user, once, whatever the answer holds."""

from __future__ import annotations

import pytest

from connector.core.terms.errors import VendorAnswerUnreadable
from connector.core.terms.records import Select
from connector.emulator.faults import Fault

REVIEW = "Trustpilot_Review__c"
DESCRIBE = f"*/sobjects/{REVIEW}/describe"


def test_a_shape_tells_what_the_user_may_do(org):
    shape = org.describe([REVIEW])[REVIEW]
    assert (shape.queryable, shape.createable, shape.updateable, shape.deletable) == (True,) * 4


def test_a_key_is_told_with_its_size_and_its_rules(org):
    key = org.describe([REVIEW])[REVIEW].field("external_id__C")
    assert (key.name, key.type, key.length) == ("External_Id__c", "string", 64)
    assert (key.external_id, key.unique, key.case_sensitive) == (True, True, True)
    assert (key.createable, key.updateable) == (True, True)


def test_numbers_lookups_and_picklists_are_told(org):
    shape = org.describe([REVIEW])[REVIEW]
    assert shape.field("Stars__c").precision > 0
    assert shape.field("Business_Unit__c").reference_to == ("Trustpilot_Business_Unit__c",)
    assert shape.parents("business_unit__R") == ("Trustpilot_Business_Unit__c",)
    assert shape.field("Type__c").picklist == ("Service", "Product")
    assert shape.field("Type__c").restricted


def test_what_the_user_does_not_see_is_none(org, side):
    side.org.hide_object(REVIEW)
    side.org.hide_field("Contact", "Email")
    shapes = org.describe([REVIEW, "Nonsense__c", "Contact"])

    assert shapes[REVIEW] is shapes["Nonsense__c"] is None
    assert shapes["Contact"].field("Email") is None


def test_an_object_is_asked_for_once_by_whoever_wants_to_know(org, side, emulator):
    side.org.hide_field(REVIEW, "Title__c")
    (answer,) = org.read([Select(REVIEW, ("Id", "Title__c"), optional=True)])
    org.describe([REVIEW])
    org.describe([REVIEW])

    assert answer.missing_fields == ("Title__c",)
    assert emulator.calls.counts("salesforce", "GET", DESCRIBE) == 1


def test_the_version_in_use_is_told(org):
    assert org.api_version == "66.0"


@pytest.mark.parametrize("body", [{}, [], {"fields": {}}, {"fields": [1]}, {"fields": [{}]}])
def test_an_answer_without_fields_is_unreadable(org, emulator, body):
    emulator.faults.add(Fault("salesforce", path=DESCRIBE, status=200, body=body, times=None))
    with pytest.raises(VendorAnswerUnreadable):
        org.describe([REVIEW])


def test_values_of_the_wrong_type_count_as_not_there(org, emulator):
    strange = {
        "name": "Odd__c",
        "length": "many",
        "unique": "yes",
        "picklistValues": [1, {"active": True}, {"active": "no", "value": "x"}],
        "referenceTo": "Contact",
        "relationshipName": None,
    }
    emulator.faults.add(Fault("salesforce", path=DESCRIBE, status=200, body={"fields": [strange]}))
    shape = org.describe([REVIEW])[REVIEW]
    odd = shape.field("Odd__c")

    assert (odd.length, odd.unique, odd.picklist, odd.reference_to) == (0, False, (), ())
    assert not shape.createable
