"""Trustpilot's export in the org's list: what it tells of ours, and those it adds."""

from __future__ import annotations

import pytest

from connector.core.invitations.portal_export import read_export
from connector.core.terms.errors import ConfigurationError
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import custom_row_error, drop_after
from connector.flows.invitations.portal_import import Sides, import_export
from connector.wiring import Transports, connect, run_policy

INVITATION = "Trustpilot_Invitation__c"
FOUND = (
    "SELECT Status__c, Reason_Code__c, Evidence__c, Reference_Number__c, Recipient_Email__c, "
    "Business_Unit__c, Rule__c FROM Trustpilot_Invitation__c ORDER BY Id"
)


@pytest.fixture
def sent(due_case, scene):
    """The invitation about the case, accepted by Trustpilot; its reference and address."""
    assert due_case is None
    scene.run()
    (row,) = scene.rows()
    assert row["Status__c"] == "Accepted"
    return row["Reference_Number__c"], row["Recipient_Email__c"]


@pytest.fixture
def bring_in(emulator, settings, clock, reporter):
    """Read a file as the command would: `bring_in(line, line, dry_run=False)`."""

    def done(*lines, settings=settings, unit="", dry_run=False, door=None):
        header = "Customer email,Status,Created,Sent,Type,Reference number"
        carrier = door or InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(carrier, carrier, clock))
        export = read_export("\n".join([header, *lines]).encode())
        sides = Sides(world.org, world.trustpilot)
        return import_export(sides, run_policy(settings), export, unit, dry_run=dry_run)

    return done


@pytest.fixture
def dies_until_done(dying_door, killed):
    """Do the same again after each kill, at a later call each time; gives how often."""

    def done(what, *, after):
        at = 0
        while True:
            try:
                what(dying_door(at, after=after))
            except killed:
                at += 1
            else:
                return at

    return done


def line(sent, status="Delivered", email=None):
    return f"{email or sent[1]},{status},2026-03-03 10:00,2026-03-03 11:00,Email,{sent[0]}"


def everything(scene):
    return scene.soql(FOUND)


@pytest.mark.parametrize("status", ["Delivered", "Not delivered - Bounced"])
def test_what_became_of_ours_is_told_with_trustpilots_words(status, sent, scene, bring_in):
    report = bring_in(line(sent, status))
    (row,) = scene.rows()
    assert row["Status__c"] == ("Delivered" if status == "Delivered" else "Not Delivered")
    assert status in row["Reason__c"]
    assert (report.updated, report.added, report.refused) == (1, 0, ())


def test_what_did_not_come_from_salesforce_is_added(sent, scene, bring_in):
    report = bring_in("ben@example.com,Queued,,,,B-1", line(sent))
    (unit,) = scene.soql("SELECT Id FROM Trustpilot_Business_Unit__c")
    added = next(row for row in everything(scene) if row["Reference_Number__c"] == "B-1")
    assert added["Evidence__c"] == "Portal export"
    assert (added["Status__c"], added["Rule__c"]) == ("Accepted", None)
    assert added["Business_Unit__c"] == unit["Id"]
    assert (report.updated, report.added) == (1, 1)
    scene.run()  # and no run sends it
    assert len(scene.received) == 1


def test_the_same_file_twice_changes_nothing(sent, scene, bring_in):
    lines = [line(sent), "ben@example.com,Not delivered,,,,B-1", "x@example.com,Delivered,,,,"]
    bring_in(*lines)
    query = "SELECT Id, SystemModstamp FROM Trustpilot_Invitation__c ORDER BY Id"
    before = scene.soql(query)
    scene.emulator.clock.advance(3600)
    report = bring_in(*lines)
    assert scene.soql(query) == before
    assert (report.updated, report.added, report.unchanged) == (0, 0, 3)


def test_what_a_review_proved_stays(sent, scene, bring_in):
    (row,) = scene.rows()
    scene.emulator.org.update(INVITATION, row["Id"], {"Status__c": "Reviewed"})
    assert bring_in(line(sent)).unchanged == 1
    assert scene.rows()[0]["Status__c"] == "Reviewed"


@pytest.mark.usefixtures("due_case")
def test_an_unknown_one_that_trustpilot_delivered_is_known_again(scene, bring_in):
    scene.emulator.faults.add(drop_after(vendor="invitations"))
    scene.run()
    scene.emulator.faults.clear()
    (row,) = scene.rows()
    assert (row["Status__c"], len(scene.issues())) == ("Unknown", 1)
    bring_in(line((row["Reference_Number__c"], row["Recipient_Email__c"])))
    assert scene.rows()[0]["Status__c"] == "Delivered"
    assert scene.issues() == []


@pytest.mark.usefixtures("due_case")
def test_one_that_waits_in_the_org_is_left_to_the_next_run(scene, bring_in):
    (row,) = scene.rows()
    bring_in(line((row["Reference_Number__c"], row["Recipient_Email__c"])))
    assert scene.value(INVITATION, row["Id"], "Status__c") == "Scheduled"
    assert len(scene.rows()) == 2


def test_a_dry_run_writes_nothing(sent, scene, bring_in, writes):
    scene.emulator.calls.clear()
    report = bring_in(line(sent), "ben@example.com,Queued,,,,B-1", dry_run=True)
    assert (report.dry_run, report.updated, report.added) == (True, 1, 1)
    assert writes("salesforce") == []


def test_a_thousand_lines_are_added_at_once(sent, scene, bring_in):
    lines = [f"p{n}@example.com,Delivered,,,,N-{n}" for n in range(1001)]
    assert bring_in(line(sent), *lines).added == 1001
    assert bring_in(line(sent), *lines).added == 0
    assert len(scene.soql("SELECT Id FROM Trustpilot_Invitation__c")) == 1002


def test_a_row_that_the_org_refuses_is_named_by_its_line_and_stops_no_other(sent, scene, bring_in):
    scene.emulator.faults.add(custom_row_error(INVITATION, "INVALID_EMAIL_ADDRESS", "No"))
    report = bring_in("a@example.com,Delivered,,,,A", "b@example.com,Delivered,,,,B")
    assert report.refused == ((2, "INVALID_EMAIL_ADDRESS"),)
    assert len(scene.rows()) == 2
    assert "example.com" not in repr(report)
    assert sent


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_it_is_finished_by_typing_it_again(
    after, sent, scene, bring_in, dies_until_done
):
    lines = [line(sent), "ben@example.com,Delivered,,,,B-1"]
    assert dies_until_done(lambda door: bring_in(*lines, door=door), after=after) > 3
    assert [row["Status__c"] for row in scene.rows()] == ["Delivered", "Delivered"]


def test_whose_export_it_is_must_be_said_where_there_are_several(sent, scene, bring_in, configured):
    scene.emulator.trustpilot.add_business_unit("other.example.com", display_name="Other")
    two = configured(
        lambda text: text.replace(
            "reviews:\n", "  - name: other\n    domain: other.example.com\nreviews:\n", 1
        ).replace("      on: ", "      business_unit: shop\n      on: ")
    )
    for unit in ("", "third"):
        with pytest.raises(ConfigurationError):
            bring_in(line(sent), settings=two, unit=unit)
    assert bring_in(line(sent), settings=two, unit="other").added == 1
    assert bring_in(line(sent), settings=two, unit="shop").updated == 1
    units = {row["Business_Unit__c"] for row in everything(scene)}
    assert (len(units), None in units) == (2, False)
