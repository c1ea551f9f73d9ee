"""What is blanked of a review and of an invitation, and what remains."""

from datetime import UTC, datetime

import pytest

from connector.core.mapping.rows import FieldMap, Mapping
from connector.core.privacy.deletions import Deletion
from connector.core.privacy.plan import (
    KEPT,
    address_fields,
    needs_scrubbing,
    scrubbed_invitation,
    tombstone_row,
)
from connector.core.terms.objects import REVIEW
from connector.core.terms.reviews import ReviewType
from connector.core.terms.schema import FieldDefinition, ObjectDefinition, Schema

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EARLIER = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
TYPES = {
    "Name": "AutoNumber",
    "External_Id__c": "Text",
    "Type__c": "Picklist",
    "Business_Unit__c": "Lookup",
    "Deleted__c": "Checkbox",
    "Deleted_At__c": "DateTime",
    "Text__c": "LongTextArea",
    "Stars__c": "Number",
    "Verified__c": "Checkbox",
    "Contact__c": "Lookup",
    "Reply__c": "LongTextArea",
    "Content_Hash__c": "Text",
    "Consumer_Email__c": "Email",
    "Invited_Email__c": "Email",
    "Consumer_Response_Email__c": "Email",
    "Consumer_Response_Phone__c": "Phone",
    "Consumer_Response_Address__c": "LongTextArea",
    "Own_Note__c": "TextArea",
    "Own_Address__c": "Text",
    "Own_Answer__c": "Text",
    "Own_Story__c": "LongTextArea",
    "Shown_As__c": "Formula",
}
SCHEMA = Schema(
    {
        REVIEW: ObjectDefinition(
            REVIEW, {name: FieldDefinition(name, kind) for name, kind in TYPES.items()}
        )
    }
)


def mapping(**sources):
    fields = tuple(FieldMap(target, source) for target, source in sources.items())
    return Mapping(REVIEW, "External_Id__c", (ReviewType.SERVICE,), fields)


def tombstone(at=EARLIER):
    return tombstone_row(SCHEMA, {"Id": "a01"}, Deletion("r1", at), NOW)


def test_every_field_that_can_be_written_is_blanked_but_those_that_are_kept():
    row = tombstone()
    told = {"Id": "a01", "Deleted__c": True, "Deleted_At__c": EARLIER}
    assert {name: row[name] for name in told} == told
    blanked = set(TYPES) - KEPT - {"Name", "Shown_As__c"}
    assert {name for name in row if name not in told} == blanked
    assert {row[name] for name in blanked - {"Verified__c"}} == {None}
    assert row["Verified__c"] is False


def test_a_field_that_no_mapping_writes_is_blanked_too():
    assert tombstone()["Own_Note__c"] is None


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(None, id="no time was told"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), id="a time that the org refuses"),
    ],
)
def test_without_a_usable_time_the_moment_of_the_erasure_is_kept(at):
    assert tombstone(at)["Deleted_At__c"] == NOW


@pytest.mark.parametrize(
    ("row", "needed"),
    [
        pytest.param({"Deleted__c": False, "Content_Hash__c": "h"}, True, id="a live review"),
        pytest.param({"Deleted__c": False, "Content_Hash__c": None}, True, id="without a hash"),
        pytest.param({"Deleted__c": True, "Content_Hash__c": None}, False, id="a tombstone"),
        pytest.param({"Deleted__c": True, "Content_Hash__c": "h"}, True, id="written onto again"),
    ],
)
def test_a_tombstone_is_left_alone_unless_content_came_back(row, needed):
    assert needs_scrubbing(row) is needed


@pytest.mark.parametrize("status", ["Requested", "Scheduled", "On Hold"])
def test_an_invitation_that_waits_is_cancelled_with_a_reason(status):
    row = scrubbed_invitation({"Id": "a02", "Status__c": status})
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Cancelled", "erased")
    assert row["Reason__c"]


@pytest.mark.parametrize("status", ["Sending", "Accepted", "Link Ready", "Unknown", "Reviewed"])
def test_an_invitation_that_went_out_keeps_its_status_and_loses_its_recipient(status):
    assert scrubbed_invitation({"Id": "a02", "Status__c": status}) == {
        "Id": "a02",
        "Recipient_Email__c": None,
        "Recipient_Name__c": None,
        "Link__c": None,
        "Contact__c": None,
        "Recipient_Id__c": None,
        "Cooldown_Key__c": None,
    }


def test_a_field_that_an_older_package_lacks_is_not_written():
    row = {"Id": "a02", "Status__c": "Accepted"}
    scrubbed = scrubbed_invitation(row, lacking=("Recipient_Id__c",))

    assert scrubbed_invitation(row).keys() - scrubbed.keys() == {"Recipient_Id__c"}


def test_an_address_is_looked_for_where_any_mapping_puts_one_and_a_query_can_look():
    found = address_fields(
        SCHEMA,
        [
            mapping(Own_Address__c="invited_email", Own_Note__c="text"),
            mapping(Own_Story__c="consumer_email", Consumer_Email__c="consumer_email"),
            mapping(Own_Answer__c="consumer_response_email"),
        ],
    )
    assert found == (
        "Consumer_Email__c",
        "Invited_Email__c",
        "Consumer_Response_Email__c",
        "Own_Address__c",
        "Own_Answer__c",
    )
