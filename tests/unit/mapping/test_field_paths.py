"""A field path is followed as far as the package knows, and trusted behind it."""

import pytest

from connector.core.mapping.field_paths import check_field_path
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema
from connector.core.terms.unknown_words import UnknownWord


def an_object(name, *fields):
    return ObjectDefinition(name, {each.name: each for each in fields})


SCHEMA = Schema(
    {
        each.name: each
        for each in (
            an_object(
                "Review__c",
                FieldDefinition("Language__c", "Text", 10),
                FieldDefinition("Order__c", "Lookup", reference_to="Order"),
                FieldDefinition("Invitation__c", "Lookup", reference_to="Invitation__c"),
            ),
            an_object("Invitation__c", FieldDefinition("Rule__c", "Text", 80)),
        )
    }
)


@pytest.mark.parametrize(
    "path",
    [
        "Language__c",
        "CreatedDate",
        "Invitation__r.Rule__c",
        "Invitation__r.Name",
        "Invitation__r.Owner.Anything",  # a user is no object of the package
        "Order__r.Type",
        "Order__r.Anything.Goes",  # only the org knows
    ],
)
def test_a_path_that_leads_somewhere_passes(path):
    check_field_path(SCHEMA, "Review__c", path)


@pytest.mark.parametrize(
    ("path", "sentence", "hint"),
    [
        ("Ordr__r.Type", "`Ordr__r` does not lead from Review__c", "Did you mean `Order__r`?"),
        ("order__r.Type", "`order__r` does not lead from Review__c", "Did you mean `Order__r`?"),
        ("Langage__c", "`Langage__c` is not a field of Review__c", "`Language__c`"),
        ("Invitation__r.Rul__c", "`Rul__c` is not a field of Invitation__c", "`Rule__c`"),
        ("Invitation__r.Ordr__r.Type", "`Ordr__r` does not lead from Invitation__c", ""),
        ("Order__c", "`Order__c` is a record of Order", "Did you mean `Order__r.Name`?"),
        ("Order__r", "`Order__r` is a record of Order", "Did you mean `Order__r.Name`?"),
        ("Language__c.Name", "`Language__c` does not lead from Review__c", ""),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_what_was_meant(path, sentence, hint):
    with pytest.raises(UnknownWord) as refusal:
        check_field_path(SCHEMA, "Review__c", path)
    assert sentence in str(refusal.value)
    assert hint in refusal.value.hint
