"""The second look: who may be asked now, by what is true now, and what is held for a person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.core.invitations.facts import OtherInvitation, Surroundings
from connector.core.invitations.reach import Reach
from connector.core.invitations.recipients import People, Person, RecipientFacts
from connector.core.invitations.sending.due import DueInvitation, Stop, Wait
from connector.core.invitations.sending.second_look import (
    GOES_FIRST,
    Again,
    Known,
    SecondLook,
    known_of,
    recheck,
    still_waiting,
)
from connector.core.rules.grammar import (
    Channel,
    ConsentSource,
    IfLeft,
    Include,
    Rule,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.addresses import address_key

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
ORG = "00D000000000062EAA"
ANNA = {
    "Id": "003A",
    "Email": "anna@example.com",
    "Name": "Anna Example",
    "HasOptedOutOfEmail": False,
}
BEN = {**ANNA, "Id": "003B", "Email": "ben@example.com", "Name": "Ben Example"}
RULE = Rule(
    name="orders",
    on=TriggerObject.ORDER,
    stage_field="Status",
    stages=("Activated", "Shipped"),
    to=(parse_recipient("bill_to"),),
    after=timedelta(0),
    channel=Channel.EMAIL,
    business_unit="shop",
)
ORDER = {"Id": "801A", "Status": "Activated", "BillToContactId": "003A"}


def due(**changes):
    return DueInvitation(
        {
            "Id": "a01",
            "Claim_Key__c": "k" * 64,
            "Rule__c": "orders",
            "Trigger_Object__c": "Order",
            "Trigger_Record_Id__c": "801A",
            "New_Stage__c": "Activated",
            "Contact__c": "003A",
            "Recipient_Id__c": "003A",
            "Recipient_Email__c": "anna@example.com",
            "Cooldown_Key__c": address_key("anna@example.com"),
            "Channel__c": "Email",
            "Status__c": "Scheduled",
            "Due_At__c": NOW - timedelta(hours=1),
            **changes,
        }
    )


def people(*contacts, beside=(), former=(), **more):
    by_address = {}
    for row in (*contacts, *beside):
        email = (row.get("Email") or "").lower()
        by_address[email] = (*by_address.get(email, ()), row)
    return People(
        {row["Id"]: row for row in contacts},
        by_address,
        former={row["Id"]: row for row in former},
        **more,
    )


def look(invitation=None, rule=RULE, *, record=ORDER, **more):
    invitation = invitation or due()
    who, known, around = (more.pop(name, None) for name in ("who", "known", "around"))
    who = people(ANNA) if who is None else who
    facts = RecipientFacts(record or {}, people=who)
    around = around or Surroundings(ORG, now=NOW)
    known = known or known_of(invitation)
    return recheck(invitation, rule, SecondLook(record, facts, around, NOW, known, **more))


def told(decision):
    assert isinstance(decision, Stop), decision
    return decision.status.value, decision.code


def test_who_is_still_willing_is_asked_at_the_present_address():
    assert look() == Person("anna@example.com", "Anna Example", "003A")


@pytest.mark.parametrize("rule", [None, replace(RULE, enabled=False)])
def test_an_invitation_whose_rule_is_off_or_gone_waits(rule):
    decision = look(rule=rule)
    assert isinstance(decision, Wait)
    assert "orders" in decision.reason


def test_a_paused_business_unit_lets_all_wait():
    assert isinstance(look(paused=True), Wait)


@pytest.mark.parametrize(
    ("record", "status", "code"),
    [
        (None, "Cancelled", "record_gone"),
        ({**ORDER, "Status": "Draft"}, "Cancelled", "left_stage"),
        ({**ORDER, "Status": None}, "Cancelled", "left_stage"),
        ({**ORDER, "IsReductionOrder": True}, "Cancelled", "no_own_experience"),
        ({**ORDER, "BillToContactId": None}, "Skipped", "no_recipient"),
    ],
)
def test_a_record_that_changed_ends_its_invitation(record, status, code):
    assert told(look(record=record)) == (status, code)


def test_a_rule_may_include_reduction_orders_and_what_left_the_stage():
    reduces = {**ORDER, "IsReductionOrder": True}
    assert isinstance(
        look(rule=replace(RULE, include=(Include.REDUCTION_ORDERS,)), record=reduces), Person
    )
    left = {**ORDER, "Status": "Draft"}
    assert isinstance(look(rule=replace(RULE, if_left=IfLeft.SEND), record=left), Person)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"HasOptedOutOfEmail": True}, "opted_out"),
        ({"IsEmailBounced": True}, "bounced"),
        ({"Email": None}, "no_email"),
    ],
)
def test_what_the_contact_says_now_counts(more, code):
    assert told(look(who=people({**ANNA, **more}))) == ("Skipped", code)


@pytest.mark.parametrize("kind", ["003Z", "00QZ", "001Z"])
def test_an_opt_out_of_anybody_with_the_address_counts(kind):
    other = {"Id": kind, "Email": "Anna@Example.com", "HasOptedOutOfEmail": True}
    assert told(look(who=people(ANNA, beside=[other]))) == ("Skipped", "opted_out")


def test_an_opt_out_that_cannot_be_read_lets_the_rule_wait():
    blind = {k: v for k, v in ANNA.items() if k != "HasOptedOutOfEmail"}
    hidden = people(blind, unreadable=("Contact.HasOptedOutOfEmail",))
    assert look(who=hidden).code == "consent_unreadable"
    without = replace(RULE, consent=ConsentSource.NONE)
    assert isinstance(look(rule=without, who=hidden), Person)


def test_leads_count_unless_the_rule_says_otherwise():
    unseen = people(ANNA, unreadable=("Lead",))
    assert look(who=unseen).code == "consent_unreadable"
    assert isinstance(look(rule=replace(RULE, leads=False), who=unseen), Person)


# Whom it is for


def test_a_deleted_contact_cancels_although_an_address_is_left():
    emptied = due(Contact__c=None)
    gone = {"Id": "003A", "IsDeleted": True, "MasterRecordId": None}
    nobody = {**ORDER, "BillToContactId": None}
    decision = look(emptied, record=nobody, who=people(former=[gone]))
    assert told(decision) == ("Cancelled", "contact_gone")
    assert told(look(emptied, record=nobody, who=people())) == ("Cancelled", "contact_gone")


def test_a_lookup_that_somebody_emptied_is_held():
    alive = {"Id": "003A", "IsDeleted": False, "MasterRecordId": None}
    decision = look(due(Contact__c=None), who=people(former=[alive]))
    assert told(decision) == ("On Hold", "recipient_changed")


def test_a_merged_contact_is_followed_to_the_one_that_is_kept():
    merged = {"Id": "003A", "IsDeleted": True, "MasterRecordId": "003B"}
    order = {**ORDER, "BillToContactId": "003B"}
    moved = due(Contact__c="003B")
    known = Known(frozenset({"003B"}), frozenset({"ben@example.com"}))
    decision = look(moved, record=order, who=people(BEN, former=[merged]), known=known)
    assert decision == Person("ben@example.com", "Ben Example", "003B")
    blank = look(due(Contact__c=None), record=order, who=people(BEN, former=[merged]), known=known)
    assert blank == decision


def test_merges_of_merges_end_even_when_they_go_round():
    there = {"Id": "003A", "IsDeleted": True, "MasterRecordId": "003C"}
    back = {"Id": "003C", "IsDeleted": True, "MasterRecordId": "003A"}
    decision = look(due(Contact__c=None), who=people(former=[there, back]))
    assert isinstance(decision, Person | Again | Stop)


def test_a_replaced_contact_of_the_record_is_asked_after_another_look():
    order = {**ORDER, "BillToContactId": "003B"}
    first = look(record=order)
    assert isinstance(first, Again)
    assert "003B" in first.known.contacts
    second = look(record=order, who=people(ANNA, BEN), known=first.known)
    assert isinstance(second, Again)  # now the address is known, and was not asked about
    third = look(record=order, who=people(ANNA, BEN), known=second.known)
    assert third == Person("ben@example.com", "Ben Example", "003B")


def test_a_new_address_is_asked_after_another_look():
    moved = {**ANNA, "Email": "new@example.com"}
    first = look(who=people(moved))
    assert isinstance(first, Again)
    assert "new@example.com" in first.known.addresses
    assert look(who=people(moved), known=first.known).email == "new@example.com"


def test_a_row_that_names_somebody_else_than_its_record_is_held():
    decision = look(due(Contact__c="003B"), who=people(BEN))
    assert told(decision) == ("On Hold", "recipient_changed")


def test_a_typed_address_that_somebody_changed_is_held():
    retyped = due(
        Rule__c=None, Contact__c=None, Recipient_Id__c=None, Recipient_Email__c="eve@example.com"
    )
    assert told(look(retyped, rule=None)) == ("On Hold", "recipient_changed")


def test_what_a_person_released_is_meant_as_it_is():
    released = {"Reason_Code__c": "recipient_changed"}
    retyped = due(
        Rule__c=None,
        Contact__c=None,
        Recipient_Id__c=None,
        Recipient_Email__c="eve@example.com",
        **released,
    )
    assert look(retyped, rule=None, who=people()).email == "eve@example.com"
    other = due(Contact__c="003B", Rule__c=None, **released)
    known = Known(frozenset({"003B"}), frozenset({"ben@example.com"}))
    assert look(other, rule=None, who=people(BEN), known=known).email == "ben@example.com"


def test_a_typed_address_follows_its_record():
    rule = replace(RULE, to=(parse_recipient("field Buyer__c"),))
    typed = due(Contact__c=None, Recipient_Id__c=None)
    same = {**ORDER, "Buyer__c": "ANNA@example.com"}
    assert look(typed, rule=rule, record=same, who=people()).email == "ANNA@example.com"
    changed = {**ORDER, "Buyer__c": "new@example.com"}
    first = look(typed, rule=rule, record=changed, who=people())
    assert isinstance(first, Again)
    again = look(typed, rule=rule, record=changed, who=people(), known=first.known)
    assert again.email == "new@example.com"


def test_a_contact_that_cannot_be_read_is_not_asked():
    assert told(look(who=people())) == ("Cancelled", "contact_gone")


# When


@pytest.mark.parametrize(("days", "stops"), [(13, False), (15, True), (400, True)])
def test_what_is_too_late_is_not_sent(days, stops):
    rule = replace(RULE, latest=timedelta(days=14))
    decision = look(due(Due_At__c=NOW - timedelta(days=days)), rule=rule)
    assert isinstance(decision, Stop) is stops
    assert not stops or told(decision) == ("Skipped", "too_late")


def test_without_a_limit_nothing_is_too_late():
    assert isinstance(look(due(Due_At__c=NOW - timedelta(days=4000))), Person)


ANNAS = address_key("anna@example.com")
COOL = replace(RULE, cooldown=timedelta(days=90))


@pytest.mark.parametrize(
    ("days", "stops"),
    [(89, True), (90, False), (0, True)],
)
def test_the_cooldown_counts_from_what_really_went_out(days, stops):
    sent = OtherInvitation("x", NOW - timedelta(days=days), waiting=False)
    decision = look(rule=COOL, around=Surroundings(ORG, asked={ANNAS: (sent,)}, now=NOW))
    assert isinstance(decision, Stop) is stops
    assert not stops or told(decision) == ("Skipped", "cooldown")


@pytest.mark.parametrize(
    ("minutes", "waits"),
    [
        (70, False),  # due so long ago that it waits for something else
        (61, False),
        (59, False),  # younger
    ],
)
def test_an_old_one_that_does_not_go_keeps_nobody_waiting(minutes, waits):
    at = NOW - timedelta(minutes=minutes)
    other = OtherInvitation("x", NOW, waiting=True, due_at=at, id="a00")
    decision = look(rule=COOL, around=Surroundings(ORG, asked={ANNAS: (other,)}, now=NOW))
    assert (decision == GOES_FIRST) is waits


def test_an_older_one_that_another_run_may_be_sending_goes_first():
    own = due(Due_At__c=NOW - timedelta(minutes=5))
    at = NOW - timedelta(minutes=6)
    other = OtherInvitation("x", NOW, waiting=True, due_at=at, id="a00")
    around = Surroundings(ORG, asked={ANNAS: (other,)}, now=NOW)
    assert look(own, rule=COOL, around=around) == GOES_FIRST
    assert isinstance(look(own, around=around), Person)  # without a cooldown nobody waits
    itself = Surroundings(ORG, asked={ANNAS: (replace(other, claim_key="k" * 64),)}, now=NOW)
    assert isinstance(look(own, rule=COOL, around=itself), Person)


@pytest.mark.parametrize(
    ("reach", "kind"),
    [
        (Reach(own_domains=frozenset({"example.com"})), Stop),
        (Reach(suppressed=frozenset({"anna@example.com"})), Stop),
        (Reach(canary=frozenset({"tester@shop.example"})), Stop),
    ],
)
def test_who_is_out_of_reach_by_now_is_not_asked(reach, kind):
    assert isinstance(look(around=Surroundings(ORG, reach, now=NOW)), kind)


def test_what_only_the_canary_list_forbids_is_held():
    reach = Reach(canary=frozenset({"tester@shop.example"}))
    stop = look(around=Surroundings(ORG, reach, now=NOW))
    assert (stop.status.value, stop.code) == ("On Hold", "held_by_canary")


@pytest.mark.parametrize(
    ("row", "waits"),
    [
        (None, False),
        ({"Status__c": "Scheduled"}, True),
        ({"Status__c": "Sending"}, True),
        ({"Status__c": "Cancelled"}, False),
        ({"Status__c": "On Hold"}, False),
    ],
)
def test_what_somebody_stopped_does_not_wait(row, waits):
    assert still_waiting(row) is waits
