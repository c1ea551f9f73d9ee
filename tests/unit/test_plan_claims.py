"""Which experiences are claimed: keys that collide on purpose, rules in order, rows that fit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.entries import Entry
from connector.core.plan_claims import claim_key, plan_claim, reference_number, rules_for
from connector.core.recipients import RecipientFacts
from connector.core.rules import STAGE_FIELDS, Channel, Rule, TriggerObject, parse_recipient
from connector.core.units import Unit

ENTERED = datetime(2026, 11, 20, 8, 0, 0, 750_000, tzinfo=UTC)
ORG = "00D000000000062EAA"
SHOP = Unit("shop", "u1", "shop.example", record_id="a0B000000000001AAA")
ANNA = {"Id": "003000000000001AAA", "Email": "anna@example.com", "Name": "Anna Example"}


def a_rule(**changes):
    usual = Rule(
        name="orders",
        on=TriggerObject.ORDER,
        stage_field=STAGE_FIELDS[TriggerObject.ORDER],
        stages=("Activated",),
        to=(parse_recipient("bill_to"),),
        after=timedelta(days=7),
        channel=Channel.EMAIL,
        business_unit="shop",
    )
    return replace(usual, **changes)


def an_entry(**changes):
    usual = Entry(TriggerObject.ORDER, "801A", "Draft", "Activated", ENTERED, "OrderHistory")
    return replace(usual, **changes)


def facts(record=None, contacts=(ANNA,)):
    row = {"Id": "801A", "OrderNumber": "00000100", "BillToContactId": ANNA["Id"]}
    return RecipientFacts(row | (record or {}), (), {c["Id"]: c for c in contacts})


def claimed(rule=None, entry=None, known=None):
    return plan_claim(entry or an_entry(), rule or a_rule(), SHOP, known or facts(), ORG)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"new_stage": "Shipped", "old_stage": ""}, True),  # a later stage of the same order
        ({"entered_at": ENTERED + timedelta(days=9)}, True),  # it left and came back
        ({"evidence": "ActivatedDate"}, True),  # known by other means
        ({"record_id": "801B"}, False),  # another order
        ({"object": TriggerObject.CASE}, False),  # another kind of record
    ],
)
def test_one_experience_has_one_claim_key(change, same):
    key = claim_key(ORG, "u1", an_entry())
    assert (claim_key(ORG, "u1", an_entry(**change)) == key) is same


def test_another_org_or_business_unit_is_another_experience():
    keys = {claim_key(org, unit, an_entry()) for org in (ORG, "00DX") for unit in ("u1", "u2")}
    assert len(keys) == 4
    assert all(len(key) == 64 for key in keys)


def test_two_rules_on_one_record_collide_on_one_claim_key():
    rules = [a_rule(), a_rule(name="again", channel=Channel.BUSINESS_GENERATED_LINK)]
    assert len({claimed(rule).key for rule in rules}) == 1


@pytest.mark.parametrize(
    ("change", "triggers"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"on": TriggerObject.CASE}, False),
        ({"stages": ("Shipped",)}, False),
        ({"stages": ("Shipped", "Activated")}, True),
        ({"active_from": ENTERED}, True),  # from this very moment
        ({"active_from": ENTERED + timedelta(seconds=1)}, False),
    ],
)
def test_a_rule_is_triggered_by_its_object_and_stage_while_active(change, triggers):
    assert bool(rules_for(an_entry(), [a_rule(**change)])) is triggers


@pytest.mark.parametrize(
    ("active_from", "floor", "triggers"),
    [
        (None, ENTERED + timedelta(seconds=1), False),  # before the first run
        (None, ENTERED, True),
        # active_from reaches back before the first run on purpose
        (ENTERED - timedelta(days=1), ENTERED + timedelta(days=1), True),
        (ENTERED + timedelta(days=1), None, False),
    ],
)
def test_the_floor_counts_only_for_rules_without_active_from(active_from, floor, triggers):
    rule = a_rule(active_from=active_from)
    floors = {rule.name: floor} if floor else {}
    assert bool(rules_for(an_entry(), [rule], floors)) is triggers


def test_rules_are_tried_in_the_order_of_the_file():
    rules = [a_rule(name="b"), a_rule(name="a"), a_rule(name="off", enabled=False)]
    assert [rule.name for rule in rules_for(an_entry(), rules)] == ["b", "a"]


def test_a_claim_carries_its_evidence_and_the_rule_as_it_was():
    row = claimed().row
    assert row["Status__c"] == "Scheduled"
    assert (row["Old_Stage__c"], row["New_Stage__c"]) == ("Draft", "Activated")
    assert row["Evidence__c"] == "OrderHistory"
    assert row["Entered_At__c"] == ENTERED.replace(microsecond=0)
    assert (row["Rule__c"], row["Rule_Version__c"]) == ("orders", a_rule().version)
    assert (row["Trigger_Object__c"], row["Trigger_Record_Id__c"]) == ("Order", "801A")
    assert row["Order__c"] == "801A"
    assert row["Business_Unit__c"] == SHOP.record_id


@pytest.mark.parametrize(
    ("on", "lookup"),
    [
        (TriggerObject.OPPORTUNITY, "Opportunity__c"),
        (TriggerObject.ORDER, "Order__c"),
        (TriggerObject.CASE, "Case__c"),
    ],
)
def test_a_claim_looks_up_only_its_own_experience(on, lookup):
    row = claimed(a_rule(on=on, reference_field=""), an_entry(object=on)).row
    lookups = {"Opportunity__c", "Order__c", "Case__c"} & set(row)
    assert lookups == {lookup}


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=90), timedelta(days=3650)])
def test_an_invitation_is_due_so_long_after_the_entry(after):
    due = claimed(a_rule(after=after)).row["Due_At__c"]
    assert due == (ENTERED + after).replace(microsecond=0)


def test_a_contact_is_stored_with_its_address_and_name():
    row = claimed().row
    assert (row["Contact__c"], row["Recipient_Email__c"], row["Recipient_Name__c"]) == (
        ANNA["Id"],
        "anna@example.com",
        "Anna Example",
    )


def test_a_skipped_claim_says_why_and_keeps_no_address():
    claim = claimed(known=facts(contacts=({**ANNA, "HasOptedOutOfEmail": True},)))
    assert claim.skipped
    assert claim.row["Reason_Code__c"] == "opted_out"
    assert claim.row["Reason__c"].endswith(".")
    assert not {"Recipient_Email__c", "Recipient_Name__c", "Contact__c"} & set(claim.row)


@pytest.mark.parametrize(
    ("number", "reference"),
    [
        ("00000100", "00000100"),
        ("A#1*2+3", "A-1-2-3"),
        ('"x"%&', "-x---"),
        ("WEB/2026-1_(a);b", "WEB/2026-1_(a);b"),  # allowed specials stay
        ("Größe 7", "Größe 7"),
        (None, "801A"),  # the field is empty: the record's id
        (1042, "1042"),  # a number field
    ],
)
def test_a_reference_number_holds_nothing_that_trustpilot_refuses(number, reference):
    assert reference_number(a_rule(), facts({"OrderNumber": number})) == reference


@given(st.text(min_size=1, max_size=300))
def test_every_reference_number_fits_its_field_and_is_the_same_each_time(number):
    first = reference_number(a_rule(), facts({"OrderNumber": number}))
    assert len(first) <= 255
    assert not set(first) & set('#*+"%&')
    assert first == reference_number(a_rule(), facts({"OrderNumber": number}))


@given(st.from_regex(r"\s+", fullmatch=True) | st.sampled_from(["", " ", "\n"]))
def test_a_reference_of_blanks_is_replaced_by_the_record_id(number):
    assert reference_number(a_rule(), facts({"OrderNumber": number})) == "801A"


@pytest.mark.parametrize(
    ("values", "tags"),
    [
        ({"Type": "New Business", "Account": {"Industry": "Retail"}}, "New Business, Retail"),
        ({"Type": "a, b", "Account": {"Industry": "c"}}, "a  b, c"),  # a comma would make two tags
        ({"Type": None, "Account": {"Industry": "c"}}, "c"),
        ({"Type": "", "Account": None}, None),
        ({"Type": 7, "Account": {"Industry": False}}, "7, False"),
    ],
)
def test_tags_are_the_values_of_the_fields_that_the_rule_names(values, tags):
    rule = a_rule(tags=("Type", "Account.Industry"))
    assert claimed(rule, known=facts(values)).row["Tags__c"] == tags
