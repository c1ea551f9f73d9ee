"""Each kind of invitation: what Trustpilot receives, and what the ledger remembers of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from connector.core.rules.grammar import Channel, Hold, ProductSource, Send, parse_recipient
from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault

PRODUCTS = ProductSource("OrderItem", "Product2.StockKeepingUnit")
INLINE = ProductSource(
    "OrderItem",
    "Product2.StockKeepingUnit",
    inline=True,
    fields=(("name", "Product2.Name"), ("productUrl", "Product2.DisplayUrl")),
)
DAY = timedelta(days=1, minutes=1)
EMAIL = {"channel": Channel.EMAIL, "after": timedelta(days=1)}


@pytest.fixture
def skus(started):
    """The SKUs on the lines of the early-stage order."""
    rows = started.soql(
        "SELECT Product2.StockKeepingUnit FROM OrderItem "  # noqa: S608 -- a test's own id
        f"WHERE OrderId = '{started.world.order_id}' ORDER BY Id"
    )
    return [row["Product2"]["StockKeepingUnit"] for row in rows]


@pytest.fixture
def empty_order(started):
    """An activated order without lines, of the customer of the early-stage order."""
    org, known = started.emulator.org, started.world.order_id
    fields = ["AccountId", "BillToContactId"]
    order = org.retrieve("Order", known, fields)
    values = {field: order[field] for field in fields}
    made = org.insert("Order", {**values, "Status": "Draft", "EffectiveDate": "2026-03-02"})
    org.update("Order", made, {"Status": "Activated"})
    return made


def claimed_and_due(scene, run_with, **changes):
    """Claim whatever has entered a stage, and wait until it is due."""
    run_with(**changes)
    scene.emulator.clock.advance(DAY)
    return changes


@pytest.mark.parametrize("send", [Send.PRODUCT, Send.BOTH])
def test_an_e_mail_asks_about_the_products_of_the_order(started, run_with, skus, send):
    started.move("Order")
    rule = claimed_and_due(started, run_with, send=send, products=PRODUCTS, **EMAIL)
    run_with(**rule)
    (mail,) = started.received
    part = mail.body["productReviewInvitation"]
    assert part["productSkus"] == skus
    assert "products" not in part
    assert ("serviceReviewInvitation" in mail.body) is (send is Send.BOTH)
    (row,) = started.rows()
    assert (row["Send__c"], row["Skus__c"]) == (send.value, ", ".join(skus))
    assert row["Status__c"] == "Accepted"
    if send is Send.BOTH:
        assert mail.body["serviceReviewInvitation"]["preferredSendTime"] < part["preferredSendTime"]


def test_whole_products_travel_where_the_catalogue_does_not_know_them(started, run_with, skus):
    started.move("Order")
    rule = claimed_and_due(started, run_with, send=Send.BOTH, products=INLINE, **EMAIL)
    run_with(**rule)
    (mail,) = started.received
    part = mail.body["productReviewInvitation"]
    assert [product["sku"] for product in part["products"]] == skus
    assert all(product["name"] for product in part["products"])
    assert "productSkus" not in part


def test_products_of_an_opportunity_are_read_from_its_lines(started, run_with):
    org = started.emulator.org
    (entry,) = started.soql("SELECT Id, Product2.StockKeepingUnit FROM PricebookEntry LIMIT 1")
    values = {"OpportunityId": started.world.opportunity_id, "PricebookEntryId": entry["Id"]}
    for _ in range(2):
        org.insert("OpportunityLineItem", {**values, "Quantity": 1})
    started.move("Opportunity")
    lines = ProductSource("OpportunityLineItem", "Product2.StockKeepingUnit")
    rule = claimed_and_due(started, run_with, send=Send.PRODUCT, products=lines, **EMAIL)
    run_with(**rule)
    (mail,) = started.received
    sku = entry["Product2"]["StockKeepingUnit"]
    assert mail.body["productReviewInvitation"]["productSkus"] == [sku]


def test_the_lines_are_read_when_the_invitation_is_due(started, run_with, skus):
    started.move("Order")
    rule = claimed_and_due(started, run_with, send=Send.PRODUCT, products=PRODUCTS, **EMAIL)
    rows = started.soql("SELECT Id, OrderId FROM OrderItem ORDER BY Id")
    first = next(row["Id"] for row in rows if row["OrderId"] == started.world.order_id)
    started.emulator.org.delete("OrderItem", first)
    run_with(**rule)
    assert started.rows()[0]["Skus__c"] == ", ".join(skus[1:])


def test_the_lines_of_all_due_invitations_travel_with_their_records(started, run_with):
    started.move("Order")
    rule = claimed_and_due(started, run_with, send=Send.PRODUCT, products=PRODUCTS, **EMAIL)
    started.emulator.calls.clear()
    run_with(**rule, dry_run=True)
    with_products = started.emulator.calls.counts("salesforce", "*", "*/composite*")
    started.emulator.calls.clear()
    run_with(**{**rule, "products": None}, dry_run=True)
    assert with_products == started.emulator.calls.counts("salesforce", "*", "*/composite*")


@pytest.mark.usefixtures("empty_order")
def test_without_products_an_invitation_to_products_is_skipped(started, run_with):
    rule = claimed_and_due(started, run_with, send=Send.PRODUCT, products=PRODUCTS, **EMAIL)
    run_with(**rule)
    assert [(row["Status__c"], row["Reason_Code__c"]) for row in started.rows()] == [
        ("Skipped", "no_products")
    ]
    assert started.received == []


@pytest.mark.usefixtures("empty_order")
def test_without_products_only_the_service_is_asked_about_and_the_ledger_says_so(started, run_with):
    rule = claimed_and_due(started, run_with, send=Send.BOTH, products=PRODUCTS, **EMAIL)
    run_with(**rule)
    (mail,) = started.received
    assert "productReviewInvitation" not in mail.body
    (row,) = started.rows()
    assert (row["Status__c"], row["Skus__c"]) == ("Accepted", None)
    assert "no product" in row["Reason__c"]


@pytest.mark.parametrize("hidden", ["object", "field"])
def test_products_that_the_org_hides_let_the_invitation_wait(started, run_with, hidden):
    started.move("Order")
    rule = claimed_and_due(started, run_with, send=Send.BOTH, products=PRODUCTS, **EMAIL)
    if hidden == "object":
        started.emulator.org.hide_object("OrderItem")
    else:
        started.emulator.org.hide_field("Product2", "StockKeepingUnit")
    report = run_with(**rule)
    assert started.received == []
    assert started.rows()[0]["Status__c"] == "Scheduled"
    assert any("OrderItem" in note for flow in report.flows for note in flow.notes)


def test_a_refusal_stands_on_the_invitation_with_what_to_do(started, run_with):
    started.move("Order")
    rule = claimed_and_due(started, run_with, send=Send.BOTH, products=PRODUCTS, **EMAIL)
    body = {"message": "Bad request", "details": "sku TENT is not in the catalogue"}
    started.emulator.faults.add(Fault("invitations", status=400, body=body))
    report = run_with(**rule)
    (row,) = started.rows()
    assert (row["Status__c"], row["Skus__c"]) == ("Failed", None)
    assert "sku TENT is not in the catalogue" in row["Reason__c"]
    assert "Correct the recipient" in row["Reason__c"]
    assert started.exit_code(report) is ExitCode.NEEDS_A_LOOK


def test_products_on_the_invitation_itself_are_asked_about(started, run_with):
    started.move("Case")
    rule = claimed_and_due(started, run_with, send=Send.PRODUCT, **EMAIL)
    (row,) = started.rows()
    products = json.dumps([{"sku": "TENT-2P-GRN", "name": "Tent"}])
    started.emulator.org.update("Trustpilot_Invitation__c", row["Id"], {"Products__c": products})
    run_with(**rule)
    (mail,) = started.received
    assert mail.body["productReviewInvitation"]["products"] == [
        {"sku": "TENT-2P-GRN", "name": "Tent"}
    ]


HELD = {"hold": Hold.TRUSTPILOT, "channel": Channel.EMAIL, "after": timedelta(days=30)}


def test_an_e_mail_that_trustpilot_keeps_goes_out_at_once_for_its_time(started, run_with):
    started.move("Case")
    run_with(**HELD)
    (mail,) = started.received
    (row,) = started.rows()
    assert (row["Status__c"], row["Hold__c"]) == ("Accepted", "trustpilot")
    assert mail.send_at == started.when(row["Due_At__c"])
    assert mail.send_at - started.emulator.clock.now() > timedelta(days=29)
    run_with(**HELD)
    assert len(started.received) == 1


def test_a_later_run_finds_what_trustpilot_is_to_keep(started, run_with):
    started.move("Case")
    started.pause(paused=True)
    run_with(**HELD)
    assert started.received == []
    started.pause(paused=False)
    run_with(**HELD)
    assert len(started.received) == 1


def test_a_send_time_that_has_passed_is_never_asked_for(started, run_with):
    started.move("Case")
    started.pause(paused=True)
    run_with(**HELD)
    started.pause(paused=False)
    started.emulator.clock.advance(timedelta(days=40))
    run_with(**HELD)
    (mail,) = started.received
    assert mail.send_at > mail.received_at


def test_what_is_due_beyond_trustpilots_reach_waits_in_the_org(started, run_with):
    started.move("Case")
    far = {**HELD, "after": timedelta(days=100)}
    run_with(**far)
    run_with(**far)
    assert started.received == []
    started.emulator.clock.advance(timedelta(days=11))
    run_with(**far)
    assert len(started.received) == 1


def test_a_dry_run_says_what_leaving_it_to_trustpilot_gives_up(started, run_with):
    started.move("Case")
    started.pause(paused=True)
    run_with(**HELD)
    started.pause(paused=False)
    report = run_with(**HELD, dry_run=True)
    (action,) = [
        one for flow in report.flows for one in flow.actions if one.what == "send invitation"
    ]
    assert "cannot be withdrawn" in action.facts["held_by"]
    assert action.facts["send_at"] == started.when(started.rows()[0]["Due_At__c"])
    assert started.received == []


def test_a_link_is_not_made_before_it_is_due_whoever_keeps_it(started, run_with):
    started.move("Case")
    rule = {**HELD, "channel": Channel.INVITATION_LINK}
    run_with(**rule)
    run_with(**rule)
    assert started.rows()[0]["Status__c"] == "Scheduled"
    assert started.emulator.trustpilot.mailbox.links == []


def test_an_address_of_the_record_itself_needs_no_contact(started, run_with):
    started.emulator.org.update("Case", started.world.case_id, {"SuppliedEmail": "k@example.com"})
    started.move("Case")
    to = (parse_recipient("supplied_email"),)
    rule = claimed_and_due(started, run_with, send=Send.SERVICE, to=to, **EMAIL)
    run_with(**rule)
    assert [mail.email for mail in started.received] == ["k@example.com"]
