"""What a due invitation says of itself, and the row that ends one unsent."""

from datetime import UTC, datetime

import pytest

from connector.core.invitations.sending.due import (
    DUE_FIELDS,
    DueInvitation,
    Stop,
    Wait,
    stop_row,
)
from connector.core.products.bought import NO_PRODUCTS, Products
from connector.core.rules.grammar import TriggerObject
from connector.core.terms.objects import InvitationStatus

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
KEY = "k" * 64


def due(**changes):
    return DueInvitation({"Id": "a01", "Claim_Key__c": KEY, "Channel__c": "Email", **changes})


class Row(dict):
    """A row that remembers which of its fields were asked for."""

    def __init__(self, **fields):
        super().__init__(fields)
        self.asked = set()

    def __getitem__(self, field):
        self.asked.add(field)
        return super().__getitem__(field)

    def get(self, field, default=None):
        self.asked.add(field)
        return super().get(field, default)


def test_all_that_an_invitation_says_of_itself_is_read_before():
    row = Row(Id="a01", Claim_Key__c=KEY, Trigger_Object__c="Order", Trigger_Record_Id__c="801A")
    row |= {"Channel__c": "Email", "Hold__c": "trustpilot"}
    said = [name for name, each in vars(DueInvitation).items() if isinstance(each, property)]
    for name in said:
        getattr(DueInvitation(row), name)
    assert set(row) < row.asked  # and fields that are not set
    assert row.asked <= set(DUE_FIELDS)


@pytest.mark.parametrize("kind", TriggerObject)
def test_an_invitation_knows_the_record_that_led_to_it(kind):
    led = due(Trigger_Object__c=kind.value, Trigger_Record_Id__c="801A")
    assert (led.id, led.trigger, led.trigger_id) == ("a01", kind, "801A")


@pytest.mark.parametrize(
    ("channel", "link", "own"),
    [
        ("Email", False, False),
        ("Invitation Link", True, False),  # Trustpilot makes it
        ("Business Generated Link", True, True),  # made here, with the unit's keys
        (None, False, False),
    ],
)
def test_the_channel_says_whether_a_link_is_wanted_and_who_makes_it(channel, link, own):
    wanted = due(Channel__c=channel)
    assert (wanted.is_link, wanted.is_own_link) == (link, own)


@pytest.mark.parametrize(
    ("hold", "channel", "held"),
    [
        ("trustpilot", "Email", True),
        ("trustpilot", "Business Generated Link", False),
        ("salesforce", "Email", False),
        (None, "Email", False),
    ],
)
def test_trustpilot_keeps_e_mails_only(hold, channel, held):
    assert due(Hold__c=hold, Channel__c=channel).is_held_by_trustpilot is held


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-27T08:00:00.000+0000", NOW),  # as the org answers
        (NOW, NOW),  # as a claim was planned
        (None, None),
    ],
)
def test_the_due_time_is_a_moment_however_it_is_held(value, moment):
    assert due(Due_At__c=value).due_at == moment
    assert due().due_at is None


@pytest.mark.parametrize(
    ("skus", "products", "found"),
    [
        ("TENT-1, LAMP", None, Products(("TENT-1", "LAMP"))),
        (None, '[{"sku": "LAMP"}]', Products(("LAMP",), ({"sku": "LAMP"},))),
        ("TENT-1", '[{"sku": "LAMP"}]', Products(("LAMP",), ({"sku": "LAMP"},))),  # whole first
        (None, None, NO_PRODUCTS),
    ],
)
def test_the_products_on_the_invitation_are_read_back(skus, products, found):
    assert due(Skus__c=skus, Products__c=products).products == found


@pytest.mark.parametrize(("attempts", "number"), [(None, 1), (0, 1), (1, 2), (2.0, 3)])
def test_each_next_attempt_has_a_number_and_a_key_of_its_own(attempts, number):
    assert due(Attempts__c=attempts).attempt == number
    assert due(Attempts__c=attempts).attempt_key == f"{KEY}:{number}"


@pytest.mark.parametrize(("value", "text"), [("de-DE", "de-DE"), ("", ""), (None, ""), (7, "7")])
def test_a_text_that_is_not_set_is_empty(value, text):
    assert due(Locale__c=value).text("Locale__c") == text
    assert due().text("Locale__c") == ""


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (None, ()),
        ("", ()),
        ("a, b", ("a", "b")),
        (" New Business ,,c ", ("New Business", "c")),
        ("a\tb\n,\u00a0", ("a b",)),
    ],
)
def test_stored_tags_are_read_back(text, tags):
    assert due(Tags__c=text).tags == tags


def test_a_stopped_invitation_says_why_within_the_field():
    row = stop_row(due(), Stop(InvitationStatus.CANCELLED, "left_stage", "x" * 400))
    assert (row["Status__c"], row["Reason_Code__c"], len(row["Reason__c"])) == (
        "Cancelled",
        "left_stage",
        255,
    )


def test_the_row_that_stops_an_invitation_is_about_it_alone():
    assert stop_row(due(), Stop(InvitationStatus.SKIPPED, "too_late", "It was due long ago.")) == {
        "Id": "a01",
        "Status__c": "Skipped",
        "Reason_Code__c": "too_late",
        "Reason__c": "It was due long ago.",
    }


def test_to_wait_is_no_issue_unless_it_has_a_code():
    assert Wait("Its record is not in the org yet.").code == ""
