"""Links: made here or by Trustpilot, written to their record first and to the ledger last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.core.rules.grammar import Channel, ProductSource, Send
from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import (
    Fault,
    custom_row_error,
    drop_after,
    html_page,
    too_many_requests,
)
from connector.emulator.trustpilot.business_units import LinkKeys
from connector.emulator.trustpilot.invitations.links import decrypt, read_payload

PRODUCTS = ProductSource("OrderItem", "Product2.StockKeepingUnit")
SOON = {"after": timedelta(0), "products": PRODUCTS}
OWN = {"channel": Channel.BUSINESS_GENERATED_LINK, **SOON}
THEIRS = {"channel": Channel.INVITATION_LINK, **SOON}
LINKS = {"path": "*/invitation-links"}
FIELD = "Description"


@pytest.fixture
def links(emulator):
    """Every link that the emulated Trustpilot handed out."""
    return emulator.trustpilot.mailbox.links


@pytest.fixture
def payload(world):
    """What Trustpilot reads in a business-generated link."""
    keys = LinkKeys(world.link_encryption_key, world.link_authentication_key)
    return lambda link: read_payload(decrypt(parse_qs(urlsplit(link).query)["p"][0], keys))


@pytest.mark.parametrize("send", [Send.BOTH, Send.PRODUCT])
def test_a_link_made_here_names_the_products(started, run_with, payload, send):
    started.move("Order")
    run_with(send=send, **OWN)
    (row,) = started.rows()
    assert row["Status__c"] == "Link Ready"
    assert ", ".join(payload(row["Link__c"])["skus"]) == row["Skus__c"]


@pytest.mark.parametrize("send", Send)
def test_trustpilot_makes_a_link_of_each_kind(started, run_with, links, send):
    started.move("Order")
    report = run_with(send=send, locale="da-DK", **THEIRS)
    assert report.count("links_made") == 1
    (row,) = started.rows()
    last = links[-1]
    assert (row["Status__c"], row["Link__c"]) == ("Link Ready", last.url)
    assert row["Review_Link_Id__c"] == last.id
    kinds = {
        Send.SERVICE: ["service"],
        Send.PRODUCT: ["product"],
        Send.BOTH: ["product", "service"],
    }
    assert [link.kind for link in links] == kinds[send]
    assert {link.reference for link in links} == {row["Reference_Number__c"]}
    assert last.body["locale"] == "da-DK"
    if send is Send.BOTH:
        assert last.body["redirectUri"] == links[0].url
    assert started.received == []


def test_a_link_whose_answer_is_lost_is_made_again_with_the_same_reference(
    started, run_with, links
):
    started.move("Order")
    started.emulator.faults.add(drop_after(**LINKS))
    run_with(**THEIRS)
    assert started.rows()[0]["Link__c"] == links[-1].url
    assert len({link.reference for link in links}) == 1


REFUSALS = {
    "a 400": (Fault("*", **LINKS, status=400, body={"details": "no"}), ExitCode.NEEDS_A_LOOK),
    "a 404": (Fault("*", **LINKS, status=404, body={"message": "no"}), ExitCode.NEEDS_A_LOOK),
}
STOPS = {
    "a 403": (Fault("*", **LINKS, status=403, times=None), ExitCode.SIGN_IN),
    "a 429": (too_many_requests(**LINKS, times=None), ExitCode.ALLOWANCE),
    "a 503": (Fault("*", **LINKS, status=503, body="", times=None), ExitCode.UNREACHABLE),
    "a page": (html_page(200, **LINKS, times=None), ExitCode.UNREACHABLE),
    "no address": (
        Fault("*", **LINKS, status=200, body={"id": "x"}, times=None),
        ExitCode.UNREACHABLE,
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_link_that_trustpilot_will_not_make_has_failed(started, run_with, refusal):
    fault, code = REFUSALS[refusal]
    started.move("Order")
    started.emulator.faults.add(fault)
    report = run_with(**THEIRS)
    (row,) = started.rows()
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Failed", "refused")
    assert "no" in row["Reason__c"]
    assert started.issues() == [("invitation_refused", row["Id"])]
    assert started.exit_code(report) is code


@pytest.mark.parametrize("stop", STOPS)
def test_what_stops_all_links_leaves_them_to_the_next_run(started, run_with, stop):
    fault, code = STOPS[stop]
    started.move("Order")
    started.emulator.faults.add(fault)
    assert started.exit_code(run_with(**THEIRS)) is code
    assert started.rows()[0]["Status__c"] == "Scheduled"
    started.emulator.faults.clear()
    run_with(**THEIRS)
    assert started.rows()[0]["Status__c"] == "Link Ready"


def test_links_that_cannot_be_made_do_not_keep_e_mails_back(started, run_with):
    started.move("Case")
    run_with(channel=Channel.EMAIL, after=timedelta(hours=1))
    started.emulator.clock.advance(timedelta(hours=2))
    started.move("Order")
    started.emulator.faults.add(STOPS["a 503"][0])
    run_with(**THEIRS)
    assert len(started.received) == 1


@pytest.mark.parametrize("rule", [OWN, THEIRS], ids=["made here", "made by Trustpilot"])
def test_a_link_is_written_to_the_record(started, run_with, rule):
    order = started.move("Order")
    run_with(write_link_to=FIELD, **rule)
    (row,) = started.rows()
    assert started.value("Order", order, FIELD) == row["Link__c"]


def test_a_record_that_takes_no_link_is_an_issue_and_the_link_stays_on_the_invitation(
    started, run_with
):
    order = started.move("Order")
    started.emulator.faults.add(custom_row_error("Order", "STRING_TOO_LONG", "No."))
    report = run_with(write_link_to=FIELD, **OWN)
    (row,) = started.rows()
    assert row["Status__c"] == "Link Ready"
    assert row["Link__c"]
    assert started.value("Order", order, FIELD) is None
    assert started.issues() == [("link_not_written", row["Id"])]
    assert started.exit_code(report) is ExitCode.NEEDS_A_LOOK


def test_a_field_that_is_not_there_is_tried_once_a_run(started, run_with):
    contact = started.contact
    for _ in range(5):
        started.emulator.org.insert("Case", {"ContactId": contact, "Status": "Closed"})
    started.emulator.calls.clear()
    run_with(write_link_to="Nothing__c", **OWN)
    assert {row["Status__c"] for row in started.rows()} == {"Link Ready"}
    assert {code for code, _ in started.issues()} == {"link_not_written"}
    assert len(started.issues()) == 5
    patches = started.emulator.calls.counts("salesforce", "PATCH", "*/composite/sobjects")
    assert patches == 2  # the one record, the ledger


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("rule", [OWN, THEIRS], ids=["made here", "made by Trustpilot"])
def test_a_run_killed_at_any_call_leaves_no_ready_link_without_its_record(  # noqa: PLR0913, PLR0917 -- fixtures
    started, run_with, dying_door, killed, rule, after
):
    rule = {**rule, "write_link_to": FIELD}
    started.emulator.calls.clear()
    order = started.move("Order")
    run_with(**rule)
    calls = started.emulator.calls.counts()
    known = started.emulator.org.retrieve("Order", order, ["AccountId", "BillToContactId"])
    for at in range(calls):
        values = {name: known[name] for name in ("AccountId", "BillToContactId")}
        fresh = started.emulator.org.insert(
            "Order", {**values, "Status": "Draft", "EffectiveDate": "2026-03-02"}
        )
        started.emulator.org.update("Order", fresh, {"Status": "Activated"})
        with pytest.raises(killed):
            run_with(door=dying_door(at, after=after), **rule)
        for row in started.rows():
            if row["Status__c"] == "Link Ready":
                assert started.value("Order", row["Order__c"], FIELD) == row["Link__c"]
        run_with(**rule)
        started.emulator.clock.advance(timedelta(minutes=1))
    rows = started.rows()
    assert len(rows) == calls + 1
    assert {row["Status__c"] for row in rows} == {"Link Ready"}
    for row in rows:
        assert started.value("Order", row["Order__c"], FIELD) == row["Link__c"]


def test_a_link_opens_the_site_of_the_customers_country(started, configured, one_run):
    settings = configured()
    public = replace(settings.trustpilot, review_url="https://www.trustpilot.com")
    rules = tuple(replace(rule, locale="da-DK", **OWN) for rule in settings.invitations.rules)
    changed = replace(
        settings, trustpilot=public, invitations=replace(settings.invitations, rules=rules)
    )
    started.move("Order")
    one_run(["invitations_out"], settings=changed)
    (row,) = started.rows()
    assert row["Link__c"].startswith("https://dk.trustpilot.com/evaluate-bgl/")
