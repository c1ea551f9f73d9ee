"""The seeded org looks like a business: customers, deals, orders and cases with a past."""

from datetime import datetime, timedelta

import pytest


@pytest.mark.parametrize(
    ("what", "at_least"),
    [
        ("Account WHERE IsPersonAccount = true", 15),
        ("Account WHERE IsPersonAccount = false", 25),
        ("Account WHERE IsPersonAccount = true AND PersonHasOptedOutOfEmail = true", 1),
        ("Contact WHERE IsPersonAccount = false", 100),
        ("Contact WHERE HasOptedOutOfEmail = true", 10),
        ("Contact WHERE IsEmailBounced = true", 7),
        ("Contact WHERE Email = null", 5),
        ("Opportunity WHERE IsWon = true", 10),
        ("Opportunity WHERE IsClosed = true AND IsWon = false", 5),
        ("Opportunity WHERE IsClosed = false", 15),
        ("OpportunityContactRole WHERE Role = 'Decision Maker' AND IsPrimary = true", 30),
        ("OpportunityContactRole WHERE Role = 'Decision Maker' AND IsPrimary = false", 3),
        ("OpportunityContactRole WHERE Role = 'Business User'", 10),
        ("Opportunity WHERE Id NOT IN (SELECT OpportunityId FROM OpportunityContactRole)", 5),
        ("Order WHERE StatusCode = 'Activated'", 60),
        ("Order WHERE StatusCode = 'Draft'", 10),
        ("Order WHERE BillToContactId != null AND ShipToContactId != null", 70),
        ("Order WHERE BillToContactId = null", 5),
        ("OrderItem WHERE Product2Id != null", 100),
        ("Case WHERE Status = 'New'", 5),
        ("Case WHERE Status = 'Working'", 5),
        ("Case WHERE IsClosed = true", 15),
        ("Case WHERE ContactId != null", 30),
        ("Case WHERE ContactId = null AND SuppliedEmail != null", 10),
        ("Product2 WHERE IsActive = true", 15),
    ],
)
def test_there_are_enough_of(query, what, at_least):
    (row,) = query("SELECT COUNT(Id) n FROM {}", what)

    assert row["n"] >= at_least


def test_ship_to_and_bill_to_can_be_different_people(query):
    orders = query("SELECT BillToContactId, ShipToContactId FROM Order")

    assert sum(o["BillToContactId"] != o["ShipToContactId"] for o in orders) >= 10


def test_an_order_is_worth_its_items(query):
    for order in query("SELECT TotalAmount, (SELECT TotalPrice FROM OrderItems) FROM Order"):
        items = order["OrderItems"]["records"]
        assert order["TotalAmount"] == pytest.approx(sum(item["TotalPrice"] for item in items))


def test_two_contacts_share_an_address(query):
    rows = query("SELECT Email, COUNT(Id) n FROM Contact WHERE Email != null GROUP BY Email")

    assert max(row["n"] for row in rows) >= 2


def test_records_are_as_old_as_their_story(query, now):
    oldest = query("SELECT CreatedDate FROM Contact ORDER BY CreatedDate LIMIT 1")[0]
    won = query(
        "SELECT CreatedDate, LastStageChangeDate FROM Opportunity WHERE IsWon = true "
        "ORDER BY LastStageChangeDate"
    )
    activated = query("SELECT CreatedDate, ActivatedDate FROM Order WHERE ActivatedDate != null")

    assert now - datetime.fromisoformat(oldest["CreatedDate"]) > timedelta(days=60)
    assert now - datetime.fromisoformat(won[0]["LastStageChangeDate"]) > timedelta(days=20)
    assert all(o["CreatedDate"] < o["LastStageChangeDate"] for o in won)
    assert all(o["CreatedDate"] < o["ActivatedDate"] for o in activated)


def test_a_won_opportunity_left_a_trail_of_stages(query):
    won = query("SELECT Id FROM Opportunity WHERE IsWon = true LIMIT 1")[0]["Id"]
    trail = query(
        "SELECT StageName FROM OpportunityHistory WHERE OpportunityId = '{}' ORDER BY CreatedDate",
        won,
    )

    stages = [row["StageName"] for row in trail]
    assert stages[0] in {"Prospecting", "Qualification"}
    assert stages[-1] == "Closed Won"
    assert len(stages) == len(set(stages)) >= 3


def test_changes_of_status_are_tracked(query):
    assert query("SELECT Id FROM CaseHistory WHERE Field = 'Status'")
    assert query("SELECT Id FROM OrderHistory WHERE Field = 'Status'")


def test_nothing_in_the_org_was_done_by_the_connector(query, emulator):
    integration_user = emulator.salesforce.org.user_id
    for sobject in ("Contact", "Opportunity", "Order", "Case"):
        users = {
            row["LastModifiedById"] for row in query("SELECT LastModifiedById FROM {}", sobject)
        }
        assert integration_user not in users


def test_invited_reviews_lead_to_orders_and_contacts_of_the_org(query, service):
    orders = {
        row["OrderNumber"]: row["BillToContact"]["Email"]
        for row in query("SELECT OrderNumber, BillToContact.Email FROM Order")
        if row["BillToContact"]
    }
    matched = [r for r in service if r["referralEmail"] and r["referenceId"] in orders]

    assert len(matched) >= 30
    assert all(orders[r["referenceId"]] == r["referralEmail"] for r in matched)


def test_nobody_was_invited_who_must_not_be(query, service):
    kept_out = {
        row["Email"]
        for row in query(
            "SELECT Email FROM Contact WHERE Email != null "
            "AND (HasOptedOutOfEmail = true OR IsEmailBounced = true)"
        )
    }
    allowed = {
        row["Email"]
        for row in query(
            "SELECT Email FROM Contact WHERE Email != null "
            "AND HasOptedOutOfEmail = false AND IsEmailBounced = false"
        )
    }
    invited = {review["referralEmail"] for review in service} - {None}

    assert invited <= allowed
    assert len(kept_out) >= 10


def test_the_connectors_own_objects_are_empty(query):
    for sobject in ("Trustpilot_Review__c", "Trustpilot_Invitation__c", "Trustpilot_Checkpoint__c"):
        assert query("SELECT Id FROM {}", sobject) == []
