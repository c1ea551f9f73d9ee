"""Reviews find the people, orders, cases and invitations of a real-looking org."""

import pytest

from connector.core.matching.evidence import evidence_of
from connector.emulator.faults import custom_row_error
from connector.flows.matching import match_reviews, tell_invitations
from connector.flows.run.tally import Tally

ANNA, BEN = "anna@example.com", "ben@example.org"


def connected(run, reviews):
    return match_reviews(run, [evidence_of(each) for each in reviews])[0]


def test_an_order_number_typed_with_blanks_finds_the_order(matched, review, customer, order):
    account, contact = customer(ANNA)
    order_id, number = order(account, contact)
    typed = f" # {number[:4]} {number[4:]} "

    assert matched(review(typed, ANNA)) == (
        "Order Number",
        {"Account": account, "Contact": contact, "Order": order_id},
    )


def test_other_peoples_order_needs_a_check(matched, review, customer, order):
    account, contact = customer(ANNA)
    customer(BEN)
    order_id, number = order(account, contact)

    assert matched(review(number, BEN)) == (
        "Needs Check",
        {"Account": account, "Contact": contact, "Order": order_id},
    )


def test_a_case_number_finds_the_case(matched, review, customer, org):
    account, contact = customer(ANNA)
    case_id = org.insert("Case", {"Subject": "Late", "ContactId": contact, "AccountId": account})
    number = org.retrieve("Case", case_id, ["CaseNumber"])["CaseNumber"]

    assert matched(review(number, ANNA)) == (
        "Case Number",
        {"Account": account, "Contact": contact, "Case": case_id},
    )


def test_the_id_of_an_opportunity_in_capitals_finds_it(matched, review, soql, world):
    (role,) = soql(
        "SELECT ContactId, Contact.Email, Opportunity.AccountId FROM OpportunityContactRole "
        "WHERE OpportunityId = '{}'",
        world.opportunity_id,
    )

    method, lookups = matched(review(world.opportunity_id.upper(), role["Contact"]["Email"]))
    assert method == "Opportunity"
    assert lookups == {
        "Account": role["Opportunity"]["AccountId"],
        "Contact": role["ContactId"],
        "Opportunity": world.opportunity_id,
    }


def test_a_shared_address_is_ambiguous(matched, review, customer):
    customer(ANNA)
    customer(ANNA)

    assert matched(review(email=ANNA)) == ("Ambiguous", {})


def test_the_invited_address_finds_the_contact_whatever_its_capitals(matched, review, customer):
    account, contact = customer("Anna@Example.com")

    assert matched(review(email="ANNA@example.COM")) == (
        "E-mail",
        {"Account": account, "Contact": contact},
    )


def test_a_person_account_is_one_person(matched, review, org):
    account = org.insert("Account", {"LastName": "Alone", "PersonEmail": "Alone@example.com"})
    contact = org.retrieve("Account", account, ["PersonContactId"])["PersonContactId"]

    assert matched(review(email="alone@example.com")) == (
        "E-mail",
        {"Account": account, "Contact": contact},
    )


def test_the_order_of_a_person_account_is_confirmed_by_its_address(matched, review, org, order):
    account = org.insert("Account", {"LastName": "Alone", "PersonEmail": "alone@example.com"})
    contact = org.retrieve("Account", account, ["PersonContactId"])["PersonContactId"]
    order_id, number = order(account)

    assert matched(review(number, "alone@example.com")) == (
        "Order Number",
        {"Account": account, "Contact": contact, "Order": order_id},
    )


def test_our_invitation_leads_to_its_contact_and_order(
    matched, review, customer, order, invitation
):
    account, contact = customer(ANNA)
    order_id, _ = order(account, contact)
    ours = invitation("A-1042", contact, Order__c=order_id, Recipient_Email__c=ANNA)

    assert matched(review("a-1042", ANNA)) == (
        "Invitation",
        {"Account": account, "Contact": contact, "Order": order_id, "Invitation": ours},
    )


def test_another_business_units_invitation_is_not_ours(matched, review, customer, invitation, org):
    _, contact = customer(ANNA)
    other = org.insert("Trustpilot_Business_Unit__c", {"Name": "B", "External_Id__c": "b" * 24})
    invitation("A-1042", contact, Business_Unit__c=other)

    assert matched(review("A-1042")) == ("None", {})


def test_invented_references_and_strangers_match_nothing(matched, review):
    assert matched(review("' OR Name != '", "stranger@example.com")) == ("None", {})
    assert matched(review("\\ % _ 😀\n\0 #", None)) == ("None", {})
    assert matched(review("\ud800 \x01\u2028", "a\0@example.com")) == ("None", {})
    assert matched(review("😀" * 10_000, "a" * 10_000 + "@example.com")) == ("None", {})
    assert matched(review("006000000000000", None)) == ("None", {})


def test_nothing_is_ever_created(matched, review, org):
    before = {name: org.count(name) for name in ("Account", "Contact", "Order", "Case")}
    matched(review("new-1", "new@example.com", "NEW"))
    assert {name: org.count(name) for name in before} == before


@pytest.fixture
def stored(org):
    """Store a review as a run would, but for the time: `stored(review_id, fields)`."""

    def store(name, fields):
        plain = {key: value for key, value in fields.items() if key != "Match_Tried_At__c"}
        return org.insert("Trustpilot_Review__c", {"External_Id__c": name, **plain})

    return store


@pytest.fixture
def invited(customer, invitation, review):
    """An invitation of some status and two reviews with its number: (its id, the reviews)."""

    def make(status):
        _, contact = customer(ANNA)
        ours = invitation("A-1042", contact, Status__c=status)
        return ours, [review("A-1042", ANNA), review("a-1042", ANNA)]

    return make


@pytest.mark.parametrize("status", ["Accepted", "Link Ready", "Unknown"])
def test_the_invitation_that_led_to_a_review_becomes_reviewed(
    status, context, invited, told, stored
):
    ours, reviews = invited(status)
    run, tally = context(), Tally("reviews_in")
    matches = connected(run, reviews)
    records = {name: stored(name, fields) for name, fields in matches.items()}
    tell_invitations(run, matches.led, records, tally)

    assert told(ours) == ("Reviewed", records[reviews[0].id])
    assert tally.counts["invitations_reviewed"] == 1


def test_an_invitation_waits_for_its_review_to_be_stored(context, invited, told):
    ours, reviews = invited("Accepted")
    run, tally = context(), Tally("reviews_in")
    tell_invitations(run, connected(run, reviews).led, {}, tally)

    assert (told(ours), tally.notes) == (("Accepted", None), [])


def test_a_refused_invitation_is_said(context, invited, told, stored, emulator):
    ours, reviews = invited("Accepted")
    run, tally = context(), Tally("reviews_in")
    matches = connected(run, reviews)
    records = {name: stored(name, fields) for name, fields in matches.items()}
    refusal = custom_row_error("Trustpilot_Invitation__c", "FIELD_INTEGRITY_EXCEPTION", "No.")
    emulator.faults.add(refusal)
    tell_invitations(run, matches.led, records, tally)

    assert told(ours) == ("Accepted", None)
    assert tally.notes == ["Some invitations could not be told of their review; they will be."]


@pytest.mark.parametrize("status", ["Sending", "Reviewed"])
def test_an_invitation_under_way_or_reviewed_is_left_alone(status, context, invited):
    _, reviews = invited(status)
    matches = connected(context(), reviews)

    assert {fields["Match_Method__c"] for fields in matches.values()} == {"Invitation"}
    assert matches.led == {}
