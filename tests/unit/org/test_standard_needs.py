"""What a rule reads of the org's own objects, what lacking it costs, and where the rule says so."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from connector.core.org.standard_needs import MATCHING, rule_fields, rule_words
from connector.core.rules.grammar import (
    Channel,
    ConsentSource,
    FieldCondition,
    ProductSource,
    QuietHours,
    Rule,
    TriggerObject,
    parse_recipient,
)

PLACE = "config.yaml:7:7"
PRODUCTS = ProductSource("OrderItem", "Product2.ProductCode", fields=(("name", "Product2.Name"),))
ORDERS = Rule(
    name="orders",
    on=TriggerObject.ORDER,
    stage_field="Status",
    stages=("Activated",),
    to=(parse_recipient("bill_to"),),
    after=timedelta(days=1),
    channel=Channel.EMAIL,
    business_unit="shop",
)
DEALS = replace(
    ORDERS,
    on=TriggerObject.OPPORTUNITY,
    stage_field="StageName",
    to=(parse_recipient("contact_role Buyer"), parse_recipient("primary_contact")),
)


def read(rule, *, critical, key=""):
    """What the rule reads, as object and path; with a key only what this key asks for."""
    asked = rule_fields(rule, {(rule.name, key): PLACE})
    return {
        f"{each.object}.{each.path}"
        for each in asked
        if each.critical is critical and (not key or each.place == PLACE)
    }


OPT_OUTS = {
    "Contact.Email",
    "Contact.HasOptedOutOfEmail",
    "Lead.Email",
    "Lead.HasOptedOutOfEmail",
    "Account.PersonEmail",
    "Account.PersonHasOptedOutOfEmail",
}
"""What says that an address wants no e-mail, and how it is found."""


def test_a_rule_stops_without_the_stage_the_number_and_its_customer():
    assert (
        read(ORDERS, critical=True)
        == {
            "Order.Status",
            "Order.OrderNumber",
            "Order.BillToContactId",
            "Contact.Id",
        }
        | OPT_OUTS
    )


def test_a_rule_for_contact_roles_stops_without_them():
    needed = {each for each in read(DEALS, critical=True) if each.startswith("Opportunity")}
    assert {"OpportunityContactRole.Role", "OpportunityContactRole.ContactId"} <= needed
    assert not [each for each in read(ORDERS, critical=True) if "ContactRole" in each]


@pytest.mark.parametrize(
    ("key", "changes", "path", "critical"),
    [
        ("tags", {"tags": ("Type",)}, "Order.Type", True),
        ("only_if", {"only_if": (FieldCondition("A__c", ("x",)),)}, "Order.A__c", True),
        ("business_unit", {"business_unit_field": "U__c"}, "Order.U__c", True),
        ("write_link_to", {"write_link_to": "Link__c"}, "Order.Link__c", True),
        ("products", {"products": PRODUCTS}, "OrderItem.Product2.ProductCode", True),
        ("products", {"products": PRODUCTS}, "OrderItem.Product2.Name", False),
        ("locale", {"locale_field": "L__c"}, "Order.L__c", False),
        (
            "quiet_hours",
            {"quiet_hours": QuietHours(time(20), time(8), zone_field="Zone__c")},
            "Order.Zone__c",
            False,
        ),
    ],
)
def test_what_a_key_names_is_read_at_its_place(key, changes, path, critical):
    assert path in read(replace(ORDERS, **changes), critical=critical, key=key)
    assert path not in read(replace(ORDERS, **changes), critical=not critical)
    assert path not in read(ORDERS, critical=critical)


def test_only_the_field_that_gets_the_link_is_written():
    asked = rule_fields(replace(ORDERS, write_link_to="Link__c"), {})
    assert [each.path for each in asked if each.written] == ["Link__c"]


def test_a_hidden_bounce_never_stops_a_rule_but_costs_something():
    assert "Contact.IsEmailBounced" in read(ORDERS, critical=False)
    assert all(each.cost for each in rule_fields(ORDERS, {}))


def test_flags_of_a_person_account_are_read_with_its_address():
    rule = replace(ORDERS, to=(parse_recipient("field Account.PersonEmail"),))
    account = {each for each in read(rule, critical=False) if each.startswith("Order.Account.")}
    assert "Order.Account.PersonEmailBouncedDate" in account
    assert not [each for each in read(ORDERS, critical=False) if each.startswith("Order.Account.")]


@pytest.mark.parametrize(("consent", "asked"), [("SALESFORCE", True), ("FLAGS", False)])
def test_consents_are_read_only_where_the_rule_wants_them(consent, asked):
    rule = replace(ORDERS, consent=ConsentSource[consent])
    assert ("ContactPointTypeConsent.PartyId" in read(rule, critical=True)) is asked


def test_a_rule_that_keeps_no_opt_outs_stops_without_none_of_them():
    kept_nowhere = replace(ORDERS, consent=ConsentSource.NONE)
    assert not OPT_OUTS & read(kept_nowhere, critical=True) - {"Contact.Email"}
    without_leads = read(replace(ORDERS, leads=False), critical=True)
    assert not [each for each in without_leads if each.startswith("Lead")]


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        (ORDERS, {"OrderHistory.OrderId", "OrderHistory.NewValue", "Order.ActivatedDate"}),
        (DEALS, {"OpportunityHistory.OpportunityId", "OpportunityHistory.StageName"}),
    ],
    ids=["orders", "deals"],
)
def test_without_a_history_only_some_entries_are_lost(rule, paths):
    assert paths <= read(rule, critical=False)
    assert not [each for each in read(rule, critical=True) if "History" in each]


def test_stages_and_roles_are_the_words_that_a_rule_waits_for():
    places = {("orders", "becomes"): "a.yaml:1:1", ("orders", "to"): "a.yaml:2:1"}
    words = [
        (each.object, each.field, each.value, each.place, each.ignore_case)
        for each in rule_words(DEALS, places)
    ]
    assert words == [
        ("Opportunity", "StageName", "Activated", "a.yaml:1:1", False),
        ("OpportunityContactRole", "Role", "Buyer", "a.yaml:2:1", True),
    ]


def test_matching_goes_on_without_any_single_field():
    assert MATCHING
    assert not any(each.critical for each in MATCHING)
    assert all(each.cost for each in MATCHING)
