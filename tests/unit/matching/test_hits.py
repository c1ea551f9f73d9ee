"""The rows that fit what a review says: which, with whom, and never which of them it is."""

from dataclasses import replace

import pytest

from connector.core.matching.evidence import Evidence
from connector.core.matching.hits import MAY_HAVE_ARRIVED, Candidates, Hit, Hits, Person
from connector.core.terms.objects import InvitationStatus, MatchMethod

ANNA, BEN = "anna@example.com", "ben@example.org"
OPPORTUNITY = "006Qk000000000wIAA"
SAID = Evidence("r1", "unit", "1042", frozenset({ANNA}), "STOVE")
INVITATION = {
    "Id": "i1",
    "Reference_Number__c": "# 1042",
    "Status__c": "Accepted",
    "Recipient_Email__c": " Anna@Example.com",
    "Contact__c": "c1",
    "Contact__r": {"Email": BEN, "AccountId": "a1"},
    "Order__c": "o1",
}
ORDER = {
    "Id": "o1",
    "OrderNumber": "1042",
    "AccountId": "a1",
    "BillToContactId": "c1",
    "BillToContact": {"Email": ANNA},
    "ShipToContactId": "c2",
    "ShipToContact": None,
}
CASE = {
    "Id": "k1",
    "CaseNumber": "1042",
    "AccountId": "a1",
    "ContactId": "c1",
    "Contact": {"Email": ANNA},
    "SuppliedEmail": BEN,
}
DEAL = {"Id": OPPORTUNITY, "AccountId": "a1"}


def hits(**rows):
    return Hits(Candidates(**{kind: tuple(found) for kind, found in rows.items()}))


def role(id_, contact, *, primary=False):
    parent = {"Email": f"{contact}@example.com"} if contact else None
    return {
        "Id": id_,
        "OpportunityId": OPPORTUNITY,
        "ContactId": contact,
        "Contact": parent,
        "IsPrimary": primary,
    }


# -- invitations --------------------------------------------------------------------------------


def test_an_invitation_knows_whom_it_went_to_and_who_that_is_now():
    (hit,) = hits(invitations=[INVITATION]).invitations(SAID)
    assert hit == Hit(
        MatchMethod.INVITATION,
        {"Invitation__c": "i1", "Order__c": "o1"},
        "a1",
        (Person("c1", "a1", ANNA), Person("c1", "a1", BEN)),
        "c1",
        "Accepted",
    )


def test_an_invitation_without_a_contact_has_the_account_of_its_record():
    row = {**INVITATION, "Contact__c": None, "Contact__r": None}
    (hit,) = hits(invitations=[row], orders=[ORDER]).invitations(SAID)
    assert (hit.account_id, hit.usual) == ("a1", "")


@pytest.mark.parametrize("status", InvitationStatus)
def test_only_an_invitation_that_may_have_arrived_fits(status):
    found = hits(invitations=[{**INVITATION, "Status__c": status.value}]).invitations(SAID)
    assert bool(found) is (status.value in MAY_HAVE_ARRIVED)


@pytest.mark.parametrize(
    ("unit", "of_review", "fits"),
    [("unit", "unit", True), ("other", "unit", False), ("other", "", True), (None, "unit", True)],
)
def test_an_invitation_of_another_business_unit_does_not_fit(unit, of_review, fits):
    row = {**INVITATION, "Business_Unit__r": unit and {"External_Id__c": unit}}
    found = hits(invitations=[row]).invitations(replace(SAID, unit_id=of_review))
    assert bool(found) is fits


# -- records ------------------------------------------------------------------------------------


def test_orders_and_cases_of_the_number_fit_both():
    order, case = hits(orders=[ORDER], cases=[CASE]).records(SAID)
    people = (Person("c1", email=ANNA), Person("c2"))
    assert order == Hit(MatchMethod.ORDER_NUMBER, {"Order__c": "o1"}, "a1", people, "c1")
    people = (Person("c1", email=ANNA), Person("c1", email=BEN))
    assert case == Hit(MatchMethod.CASE_NUMBER, {"Case__c": "k1"}, "a1", people, "c1")


def test_a_record_that_names_nobody_has_no_people():
    order = {**ORDER, "BillToContactId": None, "ShipToContactId": None}
    case = {**CASE, "ContactId": None, "Contact": None, "SuppliedEmail": None}
    for hit in hits(orders=[order], cases=[case]).records(SAID):
        assert (hit.people, hit.usual) == ((), "")


def test_a_record_that_was_read_twice_fits_once():
    assert len(hits(orders=[ORDER, dict(ORDER)]).records(SAID)) == 1


def test_without_a_number_no_record_fits():
    found = hits(orders=[{**ORDER, "OrderNumber": None}], opportunities=[DEAL])
    assert found.records(replace(SAID, reference="")) == ()


@pytest.mark.parametrize(
    ("roles", "people", "usual"),
    [
        ([], [], ""),
        ([role("r1", "c1")], ["c1"], "c1"),
        ([role("r1", "c1"), role("r2", "c2")], ["c1", "c2"], ""),  # none of them is meant
        ([role("r1", "c1"), role("r2", "c2", primary=True)], ["c2", "c1"], "c2"),
        ([role("r1", "c1"), role("r2", "c1")], ["c1", "c1"], "c1"),
        ([role("r1", None)], [], ""),
    ],
)
def test_an_opportunity_means_its_primary_or_its_only_contact(roles, people, usual):
    said = replace(SAID, reference=OPPORTUNITY)
    (hit,) = hits(opportunities=[DEAL], roles=roles).records(said)
    assert hit.lookups == {"Opportunity__c": OPPORTUNITY}
    assert ([each.contact_id for each in hit.people], hit.usual) == (people, usual)


# -- people and products ------------------------------------------------------------------------


def test_everybody_with_one_of_the_addresses_is_found_once():
    contacts = [
        {"Id": "c1", "Email": ANNA, "AccountId": "a1"},
        {"Id": "c2", "Email": BEN.upper(), "AccountId": None},
        {"Id": "c3", "Email": "cleo@example.net", "AccountId": "a3"},
    ]
    said = replace(SAID, emails=frozenset({ANNA, BEN}))
    found = hits(contacts=[*contacts, contacts[0]]).people(said)
    assert found == (Person("c1", "a1", ANNA), Person("c2", "", BEN))


def test_a_person_account_and_its_contact_are_one():
    account = {"Id": "p1", "PersonEmail": ANNA, "PersonContactId": "c9"}
    shadow = {"Id": "c9", "Email": ANNA, "AccountId": "p1"}
    alone, both = (
        hits(person_accounts=[account], contacts=each).people(SAID) for each in ([], [shadow])
    )
    assert alone == both == (Person("c9", "p1", ANNA),)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("x1", "STOVE", None), ("x2", None, "STOVE")], ("x1",)),  # the SKU comes first
        ([("x1", None, "STOVE"), ("x2", None, "STOVE")], ("x1", "x2")),
        ([("x1", "stove", "Stove")], ()),  # SKUs that differ in capitals are two
    ],
)
def test_a_product_has_exactly_the_sku_or_else_the_code(rows, expected):
    names = ("Id", "StockKeepingUnit", "ProductCode")
    found = hits(products=[dict(zip(names, row, strict=True)) for row in rows])
    assert found.products(SAID) == expected
    assert found.products(replace(SAID, sku="")) == ()
