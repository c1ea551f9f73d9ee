"""What is sent when its day has come, and what is not: what Trustpilot received decides."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.doors import TRUSTPILOT_URL
from connector.emulator.trustpilot.business_units import LinkKeys
from connector.emulator.trustpilot.invitations.links import decrypt, read_payload


@pytest.mark.usefixtures("started")
def test_an_invitation_waits_in_the_org_and_is_sent_once(scene):
    scene.move("Case")
    scene.run()
    scene.emulator.clock.advance(timedelta(hours=23, minutes=59))
    scene.run()
    assert scene.received == []
    scene.emulator.clock.advance(timedelta(minutes=2))
    sent_at = scene.emulator.clock.now()
    for _ in range(3):
        scene.run()
        scene.emulator.clock.advance(timedelta(days=1))
    (mail,) = scene.received
    (row,) = scene.rows()
    assert row["Status__c"] == "Accepted"
    assert (row["Attempts__c"], scene.when(row["Sent_At__c"])) == (1, sent_at)
    assert mail.reference == row["Reference_Number__c"]
    assert scene.emulator.trustpilot.mailbox.mails(scene.emulator.clock.now()) == [mail]


@pytest.mark.usefixtures("due_case")
def test_trustpilot_receives_what_the_rule_and_the_sender_say(configured, scene):
    template = scene.emulator.trustpilot.add_template(scene.world.business_unit_id, "Warm").id
    scene.emulator.trustpilot.units[scene.world.business_unit_id].senders.add(
        "hello@shop.example.com"
    )
    sender = """  sender:
    name: The Shop
    email: hello@shop.example.com
    reply_to: service@shop.example.com
    redirect_url: https://shop.example.com/thanks
"""
    rule = f"      template: {template}\n      locale: de-DE\n      tags: [Origin, Priority]\n"
    made = scene.emulator.org.insert(
        "Case", {"ContactId": scene.contact, "Status": "Closed", "Origin": "Email"}
    )
    full = configured(
        lambda text: text.replace("invitations:\n", "invitations:\n" + sender, 1) + rule
    )
    scene.run(settings=full)
    scene.emulator.clock.advance(timedelta(days=2))
    scene.run(settings=full)
    number = scene.value("Case", made, "CaseNumber")
    body = next(mail.body for mail in scene.received if mail.reference == number)
    assert body == {
        "type": "email",
        "referenceNumber": number,
        "consumerName": "Nadia Larkin",
        "consumerEmail": "nadia.larkin@example.net",
        "locale": "de-DE",
        "senderName": "The Shop",
        "senderEmail": "hello@shop.example.com",
        "replyTo": "service@shop.example.com",
        "serviceReviewInvitation": {
            "templateId": template,
            "preferredSendTime": body["serviceReviewInvitation"]["preferredSendTime"],
            "redirectUri": "https://shop.example.com/thanks",
            "tags": ["Email", "Medium"],
        },
    }
    mail = next(mail for mail in scene.received if mail.reference == number)
    assert timedelta(0) < mail.send_at - mail.received_at <= timedelta(minutes=2)
    assert mail.user_id == scene.emulator.trustpilot.acting_user_id
    assert mail.dropped == ""


@pytest.mark.usefixtures("due_case")
def test_the_right_to_send_is_a_row_with_its_outcome(scene):
    scene.run()
    (row,) = scene.rows()
    (right,) = scene.soql(
        "SELECT Attempt_Key__c, Invitation__c, Outcome__c, Http_Status__c, Run_Id__c "
        "FROM Trustpilot_Send_Attempt__c"
    )
    assert right["Attempt_Key__c"] == row["Claim_Key__c"] + ":1"
    assert right["Invitation__c"] == row["Id"]
    assert (right["Outcome__c"], right["Http_Status__c"]) == ("Accepted", 202)
    assert right["Run_Id__c"].startswith("run-")


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.usefixtures("due_case")
def test_any_success_of_trustpilot_is_accepted(status, scene):
    scene.emulator.trustpilot.switches.invitation_success_status = status
    assert scene.run().count("invitations_sent") == 1
    assert [row["Status__c"] for row in scene.rows()] == ["Accepted"]


@pytest.mark.usefixtures("started")
def test_a_link_is_made_when_due_and_the_emulated_trustpilot_accepts_it(scene):
    scene.move("Order")
    scene.run()
    assert scene.rows()[0]["Link__c"] is None
    scene.emulator.clock.advance(timedelta(days=3, minutes=1))
    assert scene.run().count("links_made") == 1
    (row,) = scene.rows()
    assert row["Status__c"] == "Link Ready"
    link = urlsplit(row["Link__c"])
    assert row["Link__c"].startswith(f"{TRUSTPILOT_URL}/evaluate-bgl/{scene.world.domain}?p=")
    keys = LinkKeys(scene.world.link_encryption_key, scene.world.link_authentication_key)
    assert read_payload(decrypt(parse_qs(link.query)["p"][0], keys)) == {
        "email": "jonas.tannenbruck@example.org",
        "name": "Jonas Tannenbruck",
        "ref": scene.value("Order", scene.world.order_id, "OrderNumber"),
    }
    assert "tannenbruck" not in row["Link__c"].lower()
    assert scene.received == []
    scene.run()
    assert scene.rows()[0]["Link__c"] == row["Link__c"]


@pytest.mark.usefixtures("due_case")
def test_an_invitation_is_cancelled_when_its_record_has_left_the_stage(scene):
    scene.emulator.org.update("Case", scene.world.case_id, {"Status": "Escalated"})
    assert scene.run().count("invitations_cancelled") == 1
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Cancelled", "left_stage")
    assert "Escalated" in row["Reason__c"]
    scene.emulator.org.update("Case", scene.world.case_id, {"Status": "Closed"})
    scene.run()
    assert scene.received == []


@pytest.mark.usefixtures("due_case")
def test_an_invitation_is_cancelled_when_its_record_was_deleted(scene):
    scene.emulator.org.delete("Case", scene.world.case_id)
    scene.run()
    assert [(row["Status__c"], row["Reason_Code__c"]) for row in scene.rows()] == [
        ("Cancelled", "record_gone")
    ]
    assert scene.received == []


@pytest.mark.usefixtures("due_case")
def test_who_opts_out_while_the_invitation_waits_is_not_asked(scene):
    scene.emulator.org.update("Contact", scene.contact, {"HasOptedOutOfEmail": True})
    scene.run()
    assert [(row["Status__c"], row["Reason_Code__c"]) for row in scene.rows()] == [
        ("Skipped", "opted_out")
    ]
    assert scene.received == []


@pytest.mark.usefixtures("due_case")
def test_the_pause_switch_holds_what_is_due_until_it_is_lifted(scene):
    scene.pause(paused=True)
    report = scene.run()
    assert report.count("invitations_waiting") == 1
    assert any("paused" in note for flow in report.flows for note in flow.notes)
    assert scene.received == []
    assert scene.rows()[0]["Status__c"] == "Scheduled"
    scene.pause(paused=False)
    scene.run()
    assert len(scene.received) == 1


@pytest.mark.usefixtures("due_case")
def test_switching_a_rule_off_holds_what_is_due(configured, scene):
    off = configured(
        lambda text: text.replace("      on: Case", "      enabled: false\n      on: Case")
    )
    scene.run(settings=off)
    assert scene.received == []
    assert scene.rows()[0]["Status__c"] == "Scheduled"
    scene.run()
    assert len(scene.received) == 1


@pytest.mark.usefixtures("due_case")
def test_without_a_claim_being_possible_what_is_due_is_sent_all_the_same(scene):
    scene.emulator.org.hide_object("Opportunity")
    scene.emulator.org.hide_object("OpportunityHistory")
    report = scene.run()
    assert scene.exit_code(report) is ExitCode.SIGN_IN
    assert len(scene.received) == 1
