"""What matching asks the org: everything together, nothing in vain, and not what is hidden."""

import pytest

from connector.core.matching.evidence import evidence_of
from connector.flows.matching import match_reviews

ANNA = "anna@example.com"
OPPORTUNITY = "006Qk000000000wIAA"


def connected(run, reviews):
    return match_reviews(run, [evidence_of(each) for each in reviews])[0]


@pytest.fixture
def ordered(customer, order):
    """The number of an order and the contact who ordered."""
    account, contact = customer(ANNA)
    return order(account, contact)[1], contact


def test_reviews_that_say_nothing_cost_no_call(context, review, calls):
    matches = connected(context(), [review(), review(" # ", "no address")])

    assert calls() == []
    for fields in matches.values():
        assert fields["Match_Method__c"] == "None"
        assert fields["Match_Tried_At__c"] is None
        assert {fields[name] for name in fields if name.endswith("Account__c")} == {None}


def test_a_few_service_reviews_cost_one_call(context, review, calls):
    run = context()
    connected(run, [review("1042", ANNA), review("1043", "ben@example.org")])
    assert [path for path in calls() if path != "data"] == ["composite"]


def test_a_thousand_reviews_cost_three_calls(context, review, calls):
    run = context()
    reviews = [review(f"{n:08d}", f"customer.number.{n:04d}@example.com") for n in range(1000)]
    matches = connected(run, reviews)

    assert len(matches) == 1000
    assert [path for path in calls() if path != "data"] == ["composite"] * 3


@pytest.mark.parametrize("hidden", ["Order", "Case", "Account", "Product2", "Opportunity"])
def test_an_org_without_an_object_matches_by_the_rest(hidden, context, review, ordered, org):
    number, contact = ordered
    org.hide_object(hidden)
    asked = [review(number, ANNA, "STOVE-01"), review(OPPORTUNITY)]
    first, _ = connected(context(), asked).values()

    assert first["Match_Method__c"] == ("E-mail" if hidden == "Order" else "Order Number")
    assert first["Contact__c"] == contact


def test_an_org_without_person_accounts_matches_contacts(matched, review, customer, org):
    account, contact = customer(ANNA)
    org.settings.person_accounts = False

    assert matched(review(email=ANNA)) == ("E-mail", {"Account": account, "Contact": contact})


def test_a_hidden_field_of_a_case_leaves_the_others(matched, review, customer, org):
    account, contact = customer(ANNA)
    case_id = org.insert("Case", {"Subject": "Late", "ContactId": contact, "AccountId": account})
    number = org.retrieve("Case", case_id, ["CaseNumber"])["CaseNumber"]
    org.hide_field("Case", "SuppliedEmail")

    found = {"Account": account, "Contact": contact, "Case": case_id}
    assert matched(review(number, ANNA)) == ("Case Number", found)


def test_the_seeded_world_connects_every_invited_review(context, review, org):
    orders = org.query(
        "SELECT OrderNumber, BillToContactId, BillToContact.Email FROM Order "
        "WHERE BillToContact.Email != null AND Status = 'Activated'"
    )
    reviews = {review(row["OrderNumber"], row["BillToContact"]["Email"]): row for row in orders}
    matches = connected(context(), list(reviews))

    assert len(reviews) > 10
    for each, row in reviews.items():
        assert matches[each.id]["Match_Method__c"] == "Order Number"
        assert matches[each.id]["Contact__c"] == row["BillToContactId"]
