"""Facts that decisions rest on: claim keys, who was asked when, and what is too late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.core.invitations.facts import (
    Asking,
    Courtesy,
    Experience,
    OtherInvitation,
    Surroundings,
    asked_by_person,
    claim_key,
    courtesy_of,
)
from connector.core.invitations.recipients import Candidate, People, RecipientFacts
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import (
    Channel,
    ConsentSource,
    Rule,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.addresses import address_keys
from connector.core.terms.units import Unit

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ENTERED = NOW
DAY = timedelta(days=1)
ORG = "00D000000000062EAA"
EMAIL = "anna@example.com"
RULE = Rule(
    name="orders",
    on=TriggerObject.ORDER,
    stage_field="Status",
    stages=("Activated",),
    to=(parse_recipient("bill_to"), parse_recipient("ship_to")),
    after=timedelta(days=7),
    channel=Channel.EMAIL,
    business_unit="shop",
)


def an_entry(**changes):
    usual = Entry(TriggerObject.ORDER, "801A", "Draft", "Activated", ENTERED, "OrderHistory")
    return replace(usual, **changes)


def experience(**changes):
    record = {"Id": "801A", "BillToContactId": "003A", "ShipToContactId": "003B"}
    people = People({"003A": {"Id": "003A", "Email": EMAIL}})
    facts, shop = RecipientFacts(record, (), people), Unit("shop", "u1", "shop.example")
    return replace(Experience(an_entry(), RULE, facts, shop, Surroundings(ORG), NOW), **changes)


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


def test_an_experience_has_the_key_of_its_entry_with_its_unit():
    assert experience().key == claim_key(ORG, "u1", an_entry())
    keyless = experience(unit=None).key
    assert keyless == claim_key(ORG, "", an_entry())
    assert keyless != experience().key


def test_the_ladder_of_an_experience_is_that_of_its_rule():
    ladder = experience().ladder
    assert [(each.contact_id, each.readable) for each in ladder] == [
        ("003A", True),
        ("003B", False),
    ]


def test_a_rule_treats_people_as_it_says():
    said = {
        "cooldown": timedelta(days=90),
        "latest": timedelta(days=14),
        "consent": ConsentSource.SALESFORCE,
        "leads": False,
    }
    assert courtesy_of(replace(RULE, **said)) == Courtesy(**said)
    assert courtesy_of(RULE) == Courtesy()


def other(claim_key, at=NOW):
    return OtherInvitation(claim_key, at, waiting=False)


def test_whoever_has_an_address_has_all_invitations_under_any_of_its_keys():
    email = "anna@bücher.example"  # the org may hold its domain in letters or in ASCII
    first, second = address_keys(email)
    asked, planned = {first: (other("1"),), second: (other("2"),)}, {first: (other("3"),)}
    around = Surroundings(ORG, asked=asked, planned=planned)
    assert [each.claim_key for each in around.others(email.upper())] == ["1", "3", "2"]
    assert around.others("ben@example.com") == ()


def test_the_invitation_that_is_asked_about_is_not_one_of_the_others():
    key = address_keys(EMAIL)[0]
    around = Surroundings(ORG, asked={key: (other("own"), other("another"))})
    asking = Asking(Candidate("bill_to", EMAIL), around, NOW, "own")
    assert asking.others == (other("another"),)


@pytest.mark.parametrize(
    ("now", "goes_at"),
    [
        (NOW - DAY, NOW),  # it is not due yet
        (NOW + DAY, NOW + DAY),  # overdue: it goes now
        (None, NOW),  # the past is told
    ],
)
def test_what_is_overdue_goes_out_now(now, goes_at):
    assert Surroundings(ORG, now=now).goes_at(NOW) == goes_at


@pytest.mark.parametrize(
    ("now", "latest", "late"),
    [
        (NOW + 14 * DAY, 14 * DAY, False),  # the last moment counts
        (NOW + 15 * DAY, 14 * DAY, True),
        (NOW + 999 * DAY, timedelta(0), False),  # there is no limit
        (None, 14 * DAY, False),  # in the past everything was in time
    ],
)
def test_what_was_due_too_long_ago_is_too_late(now, latest, late):
    assert Surroundings(ORG, now=now).is_too_late(NOW, Courtesy(latest=latest)) is late


def asked_row(**changes):
    usual = {"Id": "a02", "Cooldown_Key__c": "key", "Claim_Key__c": "other"}
    return {**usual, **changes}


def test_what_is_overdue_counts_from_now():
    rows = [
        {
            "Id": "a02",
            "Cooldown_Key__c": "key",
            "Claim_Key__c": "other",
            "Status__c": "Scheduled",
            "Due_At__c": "2026-01-01T08:00:00.000+0000",
        }
    ]
    (other,) = asked_by_person(rows, NOW)["key"]
    assert other.at == NOW
    (planned,) = asked_by_person(rows)["key"]
    assert planned.at.year == 2026


def test_what_waits_keeps_its_due_time_and_id_for_the_order():
    row = asked_row(Status__c="Scheduled", Due_At__c="2026-11-01T08:00:00.000+0000")
    due_at = datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert asked_by_person([row], NOW) == {
        "key": (OtherInvitation("other", NOW, waiting=True, due_at=due_at, id="a02"),)
    }


SENT, CHANGED, DUE = (f"2026-11-0{n}T08:00:00.000+0000" for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("times", "day"),
    [
        ({"Sent_At__c": SENT, "LastModifiedDate": CHANGED, "Due_At__c": DUE}, 1),
        ({"LastModifiedDate": CHANGED, "Due_At__c": DUE}, 2),  # a link has no time of sending
        ({"Due_At__c": DUE}, 3),
        ({}, None),  # nobody knows when
    ],
)
def test_what_went_out_counts_from_the_best_known_time(times, day):
    found = asked_by_person([asked_row(Status__c="Accepted", **times)], NOW)
    assert [(each.at.day, each.waiting) for each in found.get("key", ())] == (
        [(day, False)] if day else []
    )


@pytest.mark.parametrize("status", ["Cancelled", "Skipped", "Failed", "On Hold", None])
def test_what_reached_nobody_is_no_invitation_of_a_person(status):
    assert asked_by_person([asked_row(Status__c=status, Sent_At__c=SENT)], NOW) == {}


def test_all_invitations_of_one_person_come_together_in_their_order():
    rows = [
        asked_row(Status__c="Accepted", Sent_At__c=SENT, Claim_Key__c=claim, Cooldown_Key__c=person)
        for claim, person in [("1", "anna"), ("2", "ben"), ("3", "anna"), (None, None)]
    ]
    found = asked_by_person(rows)
    assert {person: [each.claim_key for each in some] for person, some in found.items()} == {
        "anna": ["1", "3"],
        "ben": ["2"],
        "": [""],
    }
