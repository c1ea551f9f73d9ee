"""The promises that rest on the schema: keys, lookups, value lists, limits, words for people."""

import re

import pytest

from connector.core.org.package_version import PACKAGE_VERSION

KEYS = {
    "Trustpilot_Business_Unit__c": "External_Id__c",
    "Trustpilot_Review__c": "External_Id__c",
    "Trustpilot_Invitation__c": "Claim_Key__c",
    "Trustpilot_Send_Attempt__c": "Attempt_Key__c",
    "Trustpilot_Checkpoint__c": "Key__c",
    "Trustpilot_Run__c": "Run_Id__c",
    "Trustpilot_Issue__c": "Key__c",
}
VALUE_LISTS = {
    ("Trustpilot_Review__c", "Type__c"): "Service, Product",
    (
        "Trustpilot_Review__c",
        "Reply_Status__c",
    ): "Draft, Queued, Approved, Published, Blocked, Conflict, Failed, Delete Queued, Deleted, "
    "Edited Review",
    ("Trustpilot_Review__c", "Conflict_Choice__c"): "Keep Theirs, Post Mine",
    (
        "Trustpilot_Review__c",
        "Match_Method__c",
    ): "Invitation, Order Number, Case Number, Opportunity, E-mail, Ambiguous, Needs Check, None",
    (
        "Trustpilot_Invitation__c",
        "Channel__c",
    ): "Email, Business Generated Link, Invitation Link",
    (
        "Trustpilot_Invitation__c",
        "Status__c",
    ): "Requested, Scheduled, On Hold, Sending, Accepted, Link Ready, Delivered, Not Delivered, "
    "Cancelled, Skipped, Failed, Unknown, Reviewed",
    ("Trustpilot_Send_Attempt__c", "Outcome__c"): "Accepted, Failed, Not Sent, Unknown",
    ("Trustpilot_Issue__c", "Status__c"): "Open, Closed, Dropped",
}
ADDED_KEYS = {"Case": "Trustpilot_Review_Key__c"}
"""The keys that the package adds to standard objects."""
VENDOR_WORDS = [
    "Source__c",
    "Status__c",
    "Verification_Level__c",
    "Report_Visibility__c",
    "Report_Source__c",
    "Find_Reviewer_Status__c",
]
STANDARD_OBJECTS = {"Account", "Opportunity", "Order", "Case", "Contact", "Product2"}


def each(fields):
    """(object, field name, field) of the whole package."""
    return [(o, name, f) for o, of in fields.items() for name, f in of.items()]


def test_the_seven_objects_are_there_with_a_field_in_each(objects, fields):
    assert set(objects) == set(KEYS)
    assert set(fields) == set(KEYS) | set(ADDED_KEYS)


def test_a_file_is_named_after_the_field_in_it(fields):
    assert [(o, n) for o, n, f in each(fields) if f["fullName"] != n] == []


@pytest.mark.parametrize(("object_name", "key"), [*KEYS.items(), *ADDED_KEYS.items()])
def test_each_object_has_one_key_that_the_org_itself_keeps_unique(fields, object_name, key):
    external = [n for n, f in fields[object_name].items() if f.get("externalId") == "true"]
    field = fields[object_name][key]

    assert external == [key]
    assert (field["type"], field["unique"], field["caseSensitive"]) == ("Text", "true", "true")


def test_only_keys_are_unique(fields):
    unique = {(o, n) for o, n, f in each(fields) if f.get("unique") == "true"}

    # a day's place for an automatic reply is taken by one review, but nothing is found by it
    places = {("Trustpilot_Review__c", "Auto_Reply_Key__c")}
    assert unique == {*KEYS.items(), *ADDED_KEYS.items()} | places


def test_restricted_value_lists_are_ours_and_complete(fields):
    found = {}
    for object_name, name, field in each(fields):
        if field["type"] == "Picklist":
            (value_set,) = field["valueSet"]
            assert value_set["restricted"] == ["true"]
            values = value_set["valueSetDefinition"][0]["value"]
            found[object_name, name] = ", ".join(v["fullName"][0] for v in values)

    assert found == VALUE_LISTS


@pytest.mark.parametrize("name", VENDOR_WORDS)
def test_a_word_of_trustpilot_that_may_grow_is_text(fields, name):
    assert fields["Trustpilot_Review__c"][name]["type"] == "Text"


def test_lookups_point_at_known_objects_and_survive_their_deletion(fields):
    lookups = [(o, n, f) for o, n, f in each(fields) if f["type"] == "Lookup"]

    assert lookups
    for object_name, name, field in lookups:
        assert field["referenceTo"] in STANDARD_OBJECTS | set(KEYS), (object_name, name)
        assert field["deleteConstraint"] == "SetNull", (object_name, name)
        assert field["relationshipLabel"], (object_name, name)


def test_who_an_invitation_was_for_outlives_the_contact(fields):
    # the lookup is emptied with the contact, a text of the length of an id is not
    field = fields["Trustpilot_Invitation__c"]["Recipient_Id__c"]

    assert fields["Trustpilot_Invitation__c"]["Contact__c"]["deleteConstraint"] == "SetNull"
    assert (field["type"], field["length"], field["unique"]) == ("Text", "18", "false")
    assert field["externalId"] == "false"


def test_the_package_says_its_version_on_every_checkpoint(fields):
    field = fields["Trustpilot_Checkpoint__c"]["Package_Version__c"]

    assert field["formula"] == str(PACKAGE_VERSION)
    assert field["formulaTreatBlanksAs"] == "BlankAsZero"
    assert (field["type"], field["precision"], field["scale"]) == ("Number", "4", "0")


def test_no_parent_has_two_child_relationships_of_one_name(fields):
    names = [
        (f["referenceTo"], f["relationshipName"])
        for _, _, f in each(fields)
        if f["type"] == "Lookup"
    ]

    assert len(names) == len(set(names))


def test_no_field_is_beyond_what_salesforce_stores(fields):
    for object_name, name, field in each(fields):
        where = (object_name, name)
        if field["type"] == "Text":
            assert 1 <= int(field["length"]) <= 255, where
        if field["type"] == "LongTextArea":
            assert 256 <= int(field["length"]) <= 131072, where
            assert int(field["visibleLines"]) >= 3, where
        if field["type"] == "Number":
            assert 0 <= int(field["scale"]) <= int(field["precision"]) <= 18, where


def test_names_and_labels_fit_and_names_are_legal(objects, fields, list_views):
    names = [*objects, *(n for _, n, _ in each(fields))]
    labels = [o["label"] for o in objects.values()] + [f["label"] for _, _, f in each(fields)]
    labels += [v["label"] for v in list_views.values()]

    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)*__c", n) for n in names)
    assert max(len(n.removesuffix("__c")) for n in names) <= 40
    assert max(map(len, labels)) <= 40


def test_a_label_stands_for_one_field_of_an_object(fields):
    for object_name, of_object in fields.items():
        labels = [f["label"] for f in of_object.values()]
        assert len(labels) == len(set(labels)), object_name


def test_every_field_is_explained_to_agents_and_to_admins(fields):
    for object_name, name, field in each(fields):
        help_text, description = field["inlineHelpText"], field["description"]
        where = (object_name, name)
        assert help_text.endswith("."), where
        assert description.endswith("."), where
        assert len(help_text) <= 510, where
        assert len(description) <= 1000, where
        assert help_text != description, where


@pytest.mark.parametrize(
    ("object_name", "name_field"),
    [
        ("Trustpilot_Business_Unit__c", ("Text", "Business Unit Name", None)),
        ("Trustpilot_Review__c", ("AutoNumber", "Review Number", "TR-{000000}")),
        ("Trustpilot_Invitation__c", ("AutoNumber", "Invitation Number", "TI-{000000}")),
        ("Trustpilot_Send_Attempt__c", ("AutoNumber", "Attempt Number", "TA-{000000}")),
        ("Trustpilot_Checkpoint__c", ("AutoNumber", "Checkpoint Number", "TC-{0000}")),
        ("Trustpilot_Run__c", ("AutoNumber", "Run Number", "TX-{000000}")),
        ("Trustpilot_Issue__c", ("AutoNumber", "Issue Number", "TS-{000000}")),
    ],
)
def test_an_object_is_deployed_with_the_name_people_see(objects, object_name, name_field):
    definition = objects[object_name]
    (name,) = definition["nameField"]
    text = {key: value[0] for key, value in name.items()}

    assert (text["type"], text["label"], text.get("displayFormat")) == name_field
    assert definition["deploymentStatus"] == "Deployed"
    assert definition["sharingModel"] == "ReadWrite"
    assert definition["pluralLabel"] == definition["label"] + "s"


def test_bulk_streaming_and_sharing_are_switched_together(objects):
    # https://developer.salesforce.com/docs: CustomObject, the three must have one value
    for definition in objects.values():
        switches = ["enableBulkApi", "enableSharing", "enableStreamingApi"]
        assert {definition[s] for s in switches} == {"true"}
