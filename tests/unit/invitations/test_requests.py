"""Invitations that agents and Flows ask for: their key, their recipient, what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.core.invitations.facts import Courtesy, OtherInvitation, Surroundings, claim_key
from connector.core.invitations.reach import Reach
from connector.core.invitations.recipients import People, Person, RecipientFacts
from connector.core.invitations.requests import (
    Request,
    TakeUp,
    already_claimed,
    is_request,
    plan_request,
    refused_request_row,
    unit_of,
)
from connector.core.invitations.sending.due import DueInvitation, Stop, Wait
from connector.core.invitations.sending.second_look import SecondLook, known_of, recheck
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import Send, TriggerObject
from connector.core.terms.addresses import address_key
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.units import Unit

NOW = datetime(2026, 11, 27, 8, 0, 0, 500, tzinfo=UTC)
ORG = "00D000000000001AAA"
SHOP = Unit("shop", "unit-1", "shop.example.com", "a0B1")
OTHER = Unit("other", "unit-2", "other.example.com", "a0B2")
ANNA = {"Id": "003A", "Email": "anna@example.com", "Name": "Anna Example"}


def request(contact=ANNA, numbers=None, **fields):
    row = {"Id": "a01", "Name": "TI-000007", "Status__c": "Requested", "Contact__c": "003A"}
    people = People({"003A": contact} if contact else {})
    return Request({**row, **fields}, people, numbers or {})


def plan(asked, around=Surroundings(ORG), unit=SHOP):  # noqa: B008 -- a frozen value
    return plan_request(asked, unit, around, NOW)


@pytest.mark.parametrize(
    ("lookup", "trigger"),
    [
        ("Order__c", TriggerObject.ORDER),
        ("Opportunity__c", TriggerObject.OPPORTUNITY),
        ("Case__c", TriggerObject.CASE),
    ],
)
def test_a_request_about_a_record_has_the_key_that_a_rule_would_give(lookup, trigger):
    entry = Entry(trigger, "801A", "", "Done", NOW, "OrderHistory")
    taken = plan(request(**{lookup: "801A"}))
    assert taken.key == claim_key(ORG, SHOP.id, entry)
    assert taken.row["Trigger_Object__c"] == trigger.value
    assert taken.row["Trigger_Record_Id__c"] == "801A"


def test_a_request_without_a_record_is_known_by_person_unit_and_kind():
    one = plan(request(Reference_Number__c="R1")).key
    spelled = {**ANNA, "Email": " ANNA@example.com"}
    other = {**ANNA, "Email": "ben@example.com"}
    assert plan(request(Reference_Number__c="R2", contact=spelled)).key == one
    assert plan(request(contact=other)).key != one
    assert plan(request(), unit=OTHER).key != one
    assert plan(request(Send__c="product_review")).key != one


def earlier(status, number="a00", **changes):
    row = {
        "Id": number,
        "Cooldown_Key__c": address_key("anna@example.com"),
        "Business_Unit__c": "a0B1",
        "Send__c": None,
        "Status__c": status,
    }
    return {**row, **changes}


@pytest.mark.parametrize("status", ["Scheduled", "Sending", "On Hold"])
def test_while_one_request_of_a_person_waits_no_other_is_taken_up(status):
    stop = plan(replace(request(), earlier=(earlier(status),)))
    assert (stop.status, stop.code) == (InvitationStatus.SKIPPED, "already_claimed")
    assert "a00" in stop.reason


@pytest.mark.parametrize(
    "other",
    [
        earlier("Scheduled", Send__c="product_review"),
        earlier("Scheduled", Business_Unit__c="a0B2"),
        earlier("Scheduled", Cooldown_Key__c=address_key("ben@example.com")),
        earlier("Scheduled", "a01"),  # itself, once more
    ],
)
def test_what_somebody_else_waits_for_is_in_nobodys_way(other):
    assert isinstance(plan(replace(request(), earlier=(other,))), TakeUp)


def test_once_a_request_has_ended_the_person_can_be_asked_again():
    first = plan(request()).key
    after_one = plan(replace(request(), earlier=(earlier("Accepted"),)))
    ended = (earlier("Accepted"), earlier("Reviewed", "a000"))
    after_two = plan(replace(request(), earlier=ended))
    assert len({first, after_one.key, after_two.key}) == 3
    assert plan(replace(request(), earlier=tuple(reversed(ended)))).key == after_two.key


def test_a_request_about_a_record_does_not_mind_those_without():
    about = replace(request(Order__c="801A"), earlier=(earlier("Scheduled"),))
    assert isinstance(plan(about), TakeUp)


def gone(**changes):
    row = {
        "Id": "003D",
        "Email": "anna@example.com",
        "IsDeleted": True,
        "MasterRecordId": None,
        "SystemModstamp": "2026-11-27T07:00:00.000+0000",
    }
    return People(former={"003D": {**row, **changes}})


LEFT_BEHIND = request(
    Contact__c=None,
    Recipient_Email__c="Anna@example.com",
    CreatedDate="2026-11-26T08:00:00.000+0000",
)


def test_a_deletion_that_leaves_an_address_behind_cancels_the_request():
    stop = plan(replace(LEFT_BEHIND, people=gone()))
    assert (stop.status, stop.code) == (InvitationStatus.CANCELLED, "contact_gone")


@pytest.mark.parametrize(
    "people",
    [
        gone(SystemModstamp="2026-11-25T07:00:00.000+0000"),  # before anybody asked
        gone(MasterRecordId="003A"),  # merged: the lookup went along
        gone(IsDeleted=False),
        gone(Email="ben@example.com"),
        replace(gone(), by_address={"anna@example.com": (ANNA,)}),  # another one has the address
    ],
)
def test_an_address_is_enough_where_nobody_was_deleted_since(people):
    assert isinstance(plan(replace(LEFT_BEHIND, people=people)), TakeUp)


def test_a_request_that_is_too_late_is_not_taken_up():
    around = Surroundings(ORG, courtesy=Courtesy(latest=timedelta(days=14)), now=NOW)
    late = request(Due_At__c="2026-11-01T08:00:00.000+0000")
    assert plan(late, around).code == "too_late"
    assert isinstance(plan(request(), around), TakeUp)


def test_a_request_waits_while_an_opt_out_cannot_be_read():
    blind = People({"003A": ANNA}, unreadable=("Lead",))
    wait = plan(replace(request(), people=blind))
    assert isinstance(wait, Wait)
    assert wait.code == "consent_unreadable"


def test_a_request_remembers_whom_it_is_for():
    assert plan(request()).row["Recipient_Id__c"] == "003A"
    typed = plan(request(Contact__c=None, Recipient_Email__c="ben@example.com"))
    assert typed.row["Recipient_Id__c"] is None


def test_a_key_that_a_request_has_already_stays():
    assert plan(request(Claim_Key__c="k" * 64)).key == "k" * 64


def test_what_is_not_filled_in_gets_a_value():
    row = plan(request()).row
    assert row["Status__c"] == "Scheduled"
    assert row["Channel__c"] == "Email"
    assert row["Due_At__c"] == NOW.replace(microsecond=0)
    assert row["Reference_Number__c"] == "TI-000007"
    assert row["Business_Unit__c"] == "a0B1"
    assert row["Recipient_Email__c"] == "anna@example.com"
    assert len(row["Cooldown_Key__c"]) == 64


def test_what_is_filled_in_stays():
    asked = request(
        Channel__c="Business Generated Link",
        Due_At__c="2026-12-24T08:00:00.000+0000",
        Reference_Number__c="A#1",
    )
    row = plan(asked).row
    assert row["Channel__c"] == "Business Generated Link"
    assert row["Due_At__c"] == datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert row["Reference_Number__c"] == "A-1"


@pytest.mark.parametrize(
    ("fields", "numbers", "reference"),
    [
        ({"Order__c": "801A"}, {"801A": "00000104"}, "00000104"),
        ({"Case__c": "500A"}, {"500A": "00001001"}, "00001001"),
        ({"Opportunity__c": "006A"}, {}, "006A"),
        ({"Order__c": "801A", "Reference_Number__c": "mine"}, {"801A": "00000104"}, "mine"),
    ],
)
def test_the_reference_number_is_that_of_the_record(fields, numbers, reference):
    assert plan(request(numbers=numbers, **fields)).row["Reference_Number__c"] == reference


def test_the_attempts_begin_at_none_so_that_a_second_run_meets_the_first_ones_right():
    taken = plan(request(Claim_Key__c="k" * 64, Attempts__c=3))
    assert DueInvitation({**taken.row}).attempt_key == "k" * 64 + ":1"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (request(Contact__c=None), "Skipped", "no_recipient"),
        (request(Contact__c=None, Recipient_Email__c="nobody"), "Skipped", "no_email"),
        (request(contact=None), "Skipped", "contact_unreadable"),
        (request(contact={**ANNA, "Email": None}), "Skipped", "no_email"),
        (request(contact={**ANNA, "HasOptedOutOfEmail": True}), "Skipped", "opted_out"),
        (request(contact={**ANNA, "IsEmailBounced": True}), "Skipped", "bounced"),
    ],
)
def test_what_cannot_be_taken_up_ends_with_a_reason(asked, status, code):
    stop = plan(asked)
    assert isinstance(stop, Stop)
    assert (stop.status.value, stop.code) == (status, code)
    assert stop.reason.endswith(".")


@pytest.mark.parametrize(
    ("reach", "code"),
    [
        (Reach(own_domains=frozenset({"example.com"})), "own_domain"),
        (Reach(suppressed=frozenset({"anna@example.com"})), "suppressed"),
    ],
)
def test_whom_no_rule_may_reach_no_request_reaches_either(reach, code):
    stop = plan(request(), Surroundings(ORG, reach))
    assert (stop.status, stop.code) == (InvitationStatus.SKIPPED, code)


def test_a_request_is_held_where_its_recipient_is_not_on_the_canary_list():
    stop = plan(request(), Surroundings(ORG, Reach(canary=frozenset({"x"}))))
    assert isinstance(stop, Stop)
    assert (stop.status, stop.code) == (InvitationStatus.ON_HOLD, "held_by_canary")


@pytest.mark.parametrize(("days", "skipped"), [(29, True), (30, False)])
def test_a_request_has_the_cooldown_that_counts_without_a_rule(days, skipped):
    other = OtherInvitation("k", NOW - timedelta(days=days), waiting=False)
    asked = {address_key("anna@example.com"): (other,)}
    planned = plan(
        request(), Surroundings(ORG, asked=asked, courtesy=Courtesy(timedelta(days=30)), now=NOW)
    )
    assert isinstance(planned, Stop) is skipped


def test_an_opt_out_of_the_contact_behind_an_address_counts():
    people = People(by_address={"anna@example.com": ({**ANNA, "HasOptedOutOfEmail": True},)})
    asked = request(Contact__c=None, Recipient_Email__c="Anna@example.com")
    assert plan(replace(asked, people=people)).code == "opted_out"


def test_an_address_of_its_own_is_enough():
    taken = plan(request(Contact__c=None, Recipient_Email__c=" ben@example.com "))
    assert isinstance(taken, TakeUp)
    assert taken.row["Recipient_Email__c"] == "ben@example.com"


@pytest.mark.parametrize(
    ("wanted", "units", "known", "found"),
    [
        ("a0B2", (SHOP, OTHER), {"unit-1", "unit-2"}, OTHER),
        (None, (SHOP,), {"unit-1"}, SHOP),
        # before the first run the org knows none
        (None, (SHOP,), set(), SHOP),
    ],
)
def test_the_business_unit_is_the_one_that_is_named_or_the_only_one(wanted, units, known, found):
    assert unit_of({"Business_Unit__c": wanted}, units, frozenset(known)) is found


@pytest.mark.parametrize(
    ("units", "known"),
    [
        ((SHOP, OTHER), {"unit-1", "unit-2"}),
        # another connector looks after the other one
        ((SHOP,), {"unit-1", "unit-2"}),
    ],
)
def test_among_several_business_units_a_request_must_name_one(units, known):
    stop = unit_of({"Business_Unit__c": None}, units, frozenset(known))
    assert (stop.status, stop.code) == (InvitationStatus.FAILED, "no_unit")


def test_a_request_for_the_unit_of_another_connector_waits():
    assert isinstance(unit_of({"Business_Unit__c": "a0B9"}, (SHOP,), frozenset()), Wait)


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ({"Status__c": "Requested"}, True),
        ({"Status__c": "Requested", "Claim_Key__c": "k"}, True),
        ({"Status__c": "Scheduled"}, True),
        ({"Status__c": "Scheduled", "Claim_Key__c": "k"}, False),
        ({"Status__c": "Cancelled"}, False),
        ({}, False),
    ],
)
def test_a_row_that_a_person_scheduled_without_a_key_is_a_request(row, asked):
    assert is_request(row) is asked


def test_a_request_needs_no_rule_when_it_is_due():
    email = "anna@example.com"
    due = DueInvitation(
        {"Id": "a01", "Rule__c": None, "Contact__c": "003A", "Recipient_Email__c": email}
    )

    def look(contact):
        facts = RecipientFacts({}, people=People({"003A": contact}))
        return SecondLook(None, facts, Surroundings(ORG), NOW, known_of(due))

    assert recheck(due, None, look(ANNA)) == Person(email, "Anna Example", "003A")
    stop = recheck(due, None, look({**ANNA, "HasOptedOutOfEmail": True}))
    assert isinstance(stop, Stop)


@pytest.mark.parametrize("kind", Send)
def test_a_request_may_ask_for_each_kind_of_review(kind):
    assert plan(request(Send__c=kind.value)).row["Send__c"] == kind.value


def test_a_request_for_an_unknown_kind_fails_and_names_those_there_are():
    stop = plan(request(Send__c="a letter"))
    assert (stop.status, stop.code) == (InvitationStatus.FAILED, "unknown_send")
    assert all(each.value in stop.reason for each in Send)


def test_a_request_about_a_claimed_experience_ends_and_names_who_has_it():
    row = already_claimed("a01", "a02")
    assert (row["Id"], row["Status__c"], row["Reason_Code__c"]) == (
        "a01",
        "Skipped",
        "already_claimed",
    )
    assert "a02" in row["Reason__c"]


def test_a_refused_request_says_why_within_the_field():
    stop = Stop(InvitationStatus.FAILED, "no_unit", "x" * 400)
    assert refused_request_row(request(), stop) == {
        "Id": "a01",
        "Status__c": "Failed",
        "Reason_Code__c": "no_unit",
        "Reason__c": "x" * 255,
    }
