"""Which experiences are claimed, with which evidence, and why nobody is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import (
    custom_row_error,
)


@pytest.mark.parametrize(
    ("sobject", "stages", "channel", "days", "email"),
    [
        (
            "Opportunity",
            ("Negotiation/Review", "Closed Won"),
            "Email",
            7,
            "maya.fielding@example.com",
        ),
        (
            "Order",
            ("Draft", "Activated"),
            "Business Generated Link",
            3,
            "jonas.tannenbruck@example.org",
        ),
        ("Case", ("Working", "Closed"), "Email", 1, "nadia.larkin@example.net"),
    ],
)
def test_a_stage_change_is_claimed_with_its_evidence(  # noqa: PLR0913, PLR0917 - the table's columns
    sobject, stages, channel, days, email, started
):
    scene = started
    record_id = scene.move(sobject)
    entered = scene.emulator.clock.now()
    scene.emulator.clock.advance(timedelta(minutes=3))
    scene.run()
    (row,) = scene.rows()
    assert (row["Old_Stage__c"], row["New_Stage__c"]) == stages
    assert row["Evidence__c"] == f"{sobject}History"
    assert row["Trigger_Record_Id__c"] == row[f"{sobject}__c"] == record_id
    assert scene.when(row["Entered_At__c"]) == entered
    assert scene.when(row["Due_At__c"]) == entered + timedelta(days=days)
    assert (row["Status__c"], row["Channel__c"]) == ("Scheduled", channel)
    assert row["Recipient_Email__c"] == email
    assert row["Contact__c"]
    assert len(row["Claim_Key__c"]) == 64
    assert len(row["Rule_Version__c"]) == 12


def test_the_case_of_a_review_is_no_experience(started):
    """To close it, or to erase it, must not ask the same person for a second review."""
    scene = started
    case = scene.world.case_id
    scene.emulator.org.update("Case", case, {"Trustpilot_Review_Key__c": "r1"})

    scene.move("Case")

    assert scene.run().count("invitations_claimed") == 0
    assert scene.rows() == []


@pytest.mark.usefixtures("started")
def test_a_second_run_claims_nothing_again(scene):
    for sobject in ("Opportunity", "Order", "Case"):
        scene.move(sobject)
    assert scene.run().count("invitations_claimed") == 3
    assert scene.run().count("invitations_claimed") == 0
    assert len(scene.rows()) == 3


@pytest.mark.parametrize(
    ("sobject", "handle", "edit"),
    [
        ("Opportunity", "opportunity_id", {"Amount": 9999}),
        ("Opportunity", "opportunity_id", {"CloseDate": "2026-12-24"}),
        ("Order", "order_id", {"Description": "Ring twice"}),
        ("Case", "case_id", {"Priority": "High"}),
    ],
)
def test_an_edit_of_a_record_that_is_in_the_stage_is_no_entry(sobject, handle, edit, scene):
    scene.move(sobject)
    scene.emulator.clock.advance(timedelta(days=2))
    scene.run()
    scene.emulator.clock.advance(timedelta(hours=1))
    scene.emulator.org.update(sobject, getattr(scene.world, handle), edit)
    scene.run()
    assert scene.rows() == []


def test_what_entered_a_stage_before_the_first_run_is_nobodys_to_ask_about(scene):
    for sobject in ("Opportunity", "Order", "Case"):
        scene.move(sobject)
    scene.emulator.clock.advance(timedelta(minutes=5))  # within the overlap of the second run
    for _ in range(3):
        scene.run()
        scene.emulator.clock.advance(timedelta(minutes=2))
    assert scene.rows() == []


def test_active_from_reaches_back_before_the_first_run(configured, scene):
    scene.move("Case")
    scene.emulator.clock.advance(timedelta(hours=2))
    since = configured(
        lambda text: text.replace(
            "      on: Case\n", "      on: Case\n      active_from: 2026-03-01\n"
        )
    )
    scene.run(settings=since)
    assert [row["Trigger_Object__c"] for row in scene.rows()] == ["Case"]


@pytest.mark.usefixtures("started")
def test_a_record_created_in_the_stage_is_an_entry(scene):
    made = scene.emulator.org.insert("Case", {"ContactId": scene.contact, "Status": "Closed"})
    scene.run()
    (row,) = scene.rows()
    assert row["Trigger_Record_Id__c"] == made
    assert row["Evidence__c"] in ("ClosedDate", "CreatedDate")


@pytest.mark.usefixtures("started")
def test_who_leaves_and_comes_back_is_asked_once(scene):
    scene.move("Case")
    scene.run()
    scene.emulator.org.update("Case", scene.world.case_id, {"Status": "Working"})
    scene.emulator.clock.advance(timedelta(hours=2))
    scene.move("Case")
    scene.run()
    assert len(scene.rows()) == 1


@pytest.mark.parametrize(
    ("sobject", "evidence"), [("Order", "ActivatedDate"), ("Case", "ClosedDate")]
)
@pytest.mark.usefixtures("started")
def test_an_org_without_field_history_proves_entries_by_stamps(sobject, evidence, scene):
    scene.emulator.org.hide_object(f"{sobject}History")
    scene.move(sobject)
    report = scene.run()
    (row,) = scene.rows()
    assert row["Evidence__c"] == evidence
    assert row["Old_Stage__c"] is None
    assert any(f"{sobject}History" in note for flow in report.flows for note in flow.notes)
    assert scene.exit_code(report) is ExitCode.DONE


@pytest.mark.usefixtures("started")
def test_two_rules_on_one_order_make_one_invitation(configured, scene):
    second = """    - name: and-a-mail-as-well
      on: Order
      becomes: {Status: Activated}
      to: bill_to
      after: 0
      as: email
"""
    both = configured(lambda text: text + second)
    scene.move("Order")
    scene.run(settings=both)
    scene.emulator.clock.advance(timedelta(days=9))
    scene.run(settings=both)
    (row,) = scene.rows()
    assert (row["Rule__c"], row["Status__c"]) == ("after-an-activated-order", "Link Ready")
    assert scene.received == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Email": None}, "no_email"),
        ({"HasOptedOutOfEmail": True}, "opted_out"),
        (
            {
                "EmailBouncedDate": "2026-03-01T00:00:00.000+0000",
                "EmailBouncedReason": "550 no such mailbox",
            },
            "bounced",
        ),
        (None, "contact_unreadable"),  # sharing hides the contact
    ],
)
@pytest.mark.usefixtures("started")
def test_why_nobody_is_asked_is_recorded(change, code, scene):
    if change is None:
        scene.emulator.org.hide_row("Contact", scene.contact)
    else:
        scene.emulator.org.update("Contact", scene.contact, change)
    scene.move("Case")
    report = scene.run()
    rows = scene.rows()
    assert [(row["Status__c"], row["Reason_Code__c"]) for row in rows] == [("Skipped", code)]
    assert rows[0]["Recipient_Email__c"] is None
    assert report.count("invitations_skipped") == 1


@pytest.mark.usefixtures("due_case")
def test_an_org_that_hides_the_opt_out_field_still_invites(scene):
    scene.emulator.org.hide_field("Contact", "HasOptedOutOfEmail")
    scene.run()
    assert [one.email for one in scene.received] == ["nadia.larkin@example.net"]


@pytest.mark.usefixtures("due_case")
def test_hiding_all_contacts_cancels_and_skips_nothing(scene):
    scene.move("Opportunity")
    scene.emulator.org.hide_object("Contact")
    report = scene.run()
    assert scene.exit_code(report) is ExitCode.SIGN_IN
    assert [row["Status__c"] for row in scene.rows()] == ["Scheduled"]
    scene.emulator.org.show_object("Contact")
    scene.run()
    assert {row["Trigger_Object__c"]: row["Status__c"] for row in scene.rows()} == {
        "Case": "Accepted",
        "Opportunity": "Scheduled",
    }


@pytest.mark.usefixtures("started")
def test_a_claim_that_the_org_refuses_is_an_issue_until_it_passes(scene):
    refusal = custom_row_error(
        "Trustpilot_Invitation__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not now."
    )
    scene.emulator.faults.add(refusal)
    case = scene.move("Case")
    report = scene.run()
    assert scene.issues() == [("claim_refused", case)]
    assert scene.exit_code(report) is ExitCode.NEEDS_A_LOOK
    scene.emulator.clock.advance(timedelta(hours=20))  # far beyond the overlap
    scene.run()
    assert scene.issues() == []
    assert [row["Status__c"] for row in scene.rows()] == ["Scheduled"]


@pytest.mark.usefixtures("started")
def test_a_dry_run_shows_the_claim_and_writes_nothing(writes, scene):
    case = scene.move("Case")
    report = scene.run(dry_run=True)
    (action,) = report.flows[0].actions
    assert (action.what, action.record) == ("claim invitation", case)
    assert scene.rows() == []
    assert writes("salesforce") == []
    scene.run()
    assert len(scene.rows()) == 1


def test_a_rule_switched_on_after_months_does_not_look_back_to_when_it_was_off(
    scene, configured, one_run
):
    scene.run()
    off = configured(
        lambda text: text.replace(
            "name: after-a-closed-case", "name: after-a-closed-case\n      enabled: false"
        )
    )
    scene.move("Case")
    one_run(settings=off)
    scene.emulator.clock.advance(timedelta(days=90))
    one_run(settings=off)

    scene.run()

    assert scene.rows() == []
