"""What a claim says of the kind of invitation, and what is read back from it."""

from datetime import timedelta

import pytest

from connector.core.invitations.kinds import is_held_by_trustpilot, kind_fields, kind_of
from connector.core.rules.grammar import Channel, Hold, Rule, Send, TriggerObject, parse_recipient


def a_rule(send=Send.SERVICE, channel=Channel.EMAIL, hold=Hold.SALESFORCE):
    return Rule(
        name="orders",
        on=TriggerObject.ORDER,
        stage_field="Status",
        stages=("Activated",),
        to=(parse_recipient("bill_to"),),
        after=timedelta(0),
        channel=channel,
        business_unit="shop",
        send=send,
        hold=hold,
    )


@pytest.mark.parametrize("send", Send)
def test_the_kind_that_a_claim_stores_is_read_back(send):
    row = kind_fields(a_rule(send))
    assert kind_of(row, a_rule(Send.BOTH)) is send
    assert kind_of(row, None) is send


@pytest.mark.parametrize("stored", [None, "", "sms"])
def test_a_claim_without_a_known_kind_follows_its_rule(stored):
    assert kind_of({"Send__c": stored}, a_rule(Send.PRODUCT)) is Send.PRODUCT
    assert kind_of({"Send__c": stored}, None) is Send.SERVICE


@pytest.mark.parametrize(
    ("channel", "hold", "stored"),
    [
        (Channel.EMAIL, Hold.TRUSTPILOT, "trustpilot"),
        (Channel.EMAIL, Hold.SALESFORCE, None),
        (Channel.INVITATION_LINK, Hold.TRUSTPILOT, None),
        (Channel.BUSINESS_GENERATED_LINK, Hold.TRUSTPILOT, None),
    ],
)
def test_only_an_e_mail_is_left_to_trustpilot(channel, hold, stored):
    assert kind_fields(a_rule(channel=channel, hold=hold))["Hold__c"] == stored


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ({"Hold__c": "trustpilot", "Channel__c": "Email"}, True),
        ({"Hold__c": None, "Channel__c": "Email"}, False),
        ({"Hold__c": "trustpilot", "Channel__c": "Invitation Link"}, False),
        ({}, False),
    ],
)
def test_only_an_e_mail_left_to_trustpilot_is_held_there(row, held):
    assert is_held_by_trustpilot(row) is held
