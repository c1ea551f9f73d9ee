"""What the org shows of an object is found whatever the capitals."""

from connector.core.org.shapes import FieldShape, ObjectShape, RequiredField
from connector.core.terms.schema import FieldDefinition

WHO = FieldShape("WhoId", "reference", reference_to=("Contact", "Lead"), relationship="Who")
TASK = ObjectShape("Task", {"whoid": WHO, "subject": FieldShape("Subject", "string")})


def test_a_field_is_found_whatever_its_capitals():
    assert TASK.field("whoID") is WHO
    assert TASK.field("Hidden__c") is None


def test_a_relationship_leads_to_all_its_objects():
    assert TASK.parents("who") == ("Contact", "Lead")
    assert TASK.parents("What") == ()


def test_a_required_field_is_named_with_its_object():
    asked = RequiredField("Task", "WhoId", FieldDefinition("WhoId", "Lookup"))
    assert asked.name == "Task.WhoId"
