"""When Trustpilot says no, later or nothing, and what other runs left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    html_page,
    too_many_requests,
    truncated_json,
)

SEND = {"vendor": "invitations", "method": "POST", "path": "*/email-invitations"}

FORBIDDEN = Fault(
    **SEND,
    times=None,
    status=403,
    body={"message": "Access to resource is forbidden", "errorCode": 1014, "correlationId": "x"},
)


@pytest.mark.usefixtures("started")
def test_a_403_stops_sending_and_nobody_is_marked_failed(scene):
    scene.move("Opportunity")
    scene.move("Case")
    scene.run()
    scene.emulator.clock.advance(timedelta(days=8))
    scene.emulator.faults.add(FORBIDDEN)
    report = scene.run()
    assert scene.exit_code(report) is ExitCode.SIGN_IN
    assert scene.emulator.calls.counts(**SEND) == 1
    assert [row["Status__c"] for row in scene.rows()] == ["Scheduled", "Scheduled"]
    scene.emulator.faults.clear()
    assert scene.exit_code(scene.run()) is ExitCode.DONE
    assert sorted(mail.email for mail in scene.received) == [
        "maya.fielding@example.com",
        "nadia.larkin@example.net",
    ]
    assert [row["Status__c"] for row in scene.rows()] == ["Accepted", "Accepted"]


@pytest.mark.usefixtures("due_case")
def test_a_400_fails_the_one_invitation_with_its_reason(scene):
    body = {"message": "consumerEmail nadia.larkin@example.net is odd.", "errorCode": 1001}
    scene.emulator.faults.add(Fault(**SEND, status=400, body=body))
    report = scene.run()
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Failed", "refused")
    assert "1001" in row["Reason__c"]
    assert "nadia" not in row["Reason__c"].lower()
    assert scene.issues() == [("invitation_refused", row["Id"])]
    assert scene.exit_code(report) is ExitCode.NEEDS_A_LOOK
    scene.run()
    assert scene.received == []


@pytest.mark.usefixtures("due_case")
def test_a_429_leaves_it_scheduled_and_the_next_run_sends(scene):
    scene.emulator.faults.add(too_many_requests(**SEND))
    report = scene.run()
    assert scene.exit_code(report) is ExitCode.ALLOWANCE
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"], row["Attempts__c"]) == (
        "Scheduled",
        "try_later",
        1,
    )
    assert scene.emulator.calls.counts(**SEND) == 1
    scene.run()
    assert [mail.email for mail in scene.received] == ["nadia.larkin@example.net"]
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"], row["Attempts__c"]) == ("Accepted", None, 2)


LOST = [
    pytest.param(drop_after(**SEND), 1, id="processed, then the answer is lost"),
    pytest.param(drop_before(**SEND), 0, id="the connection breaks before"),
    pytest.param(Fault(**SEND, delay_seconds=999), 1, id="processed, but too slow"),
    pytest.param(Fault(**SEND, status=500, body=""), 0, id="500"),
    pytest.param(Fault(**SEND, status=503, body={"message": "x"}), 0, id="503"),
    pytest.param(html_page(502, **SEND), 0, id="a proxy's page"),
    pytest.param(html_page(200, **SEND), 0, id="a proxy's page that says 200"),
]


@pytest.mark.parametrize(("fault", "arrived"), LOST)
@pytest.mark.usefixtures("due_case")
def test_an_unanswered_invitation_is_unknown_and_never_sent_again(fault, arrived, scene):
    scene.emulator.faults.add(fault)
    report = scene.run()
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Unknown", "outcome_unknown")
    assert scene.issues() == [("invitation_unknown", row["Id"])]
    assert scene.exit_code(report) is ExitCode.NEEDS_A_LOOK
    for _ in range(3):
        scene.emulator.clock.advance(timedelta(days=1))
        scene.run()
    assert scene.emulator.calls.counts(**SEND) == 1
    assert len(scene.received) == arrived
    assert scene.rows()[0]["Status__c"] == "Unknown"


@pytest.mark.usefixtures("due_case")
def test_an_answer_cut_off_is_not_taken_for_an_outcome(scene):
    scene.emulator.faults.add(truncated_json(**SEND))
    scene.run()
    scene.run()
    assert scene.emulator.calls.counts(**SEND) == len(scene.received) == 1
    assert scene.rows()[0]["Status__c"] in ("Accepted", "Unknown")


@pytest.mark.usefixtures("due_case")
def test_no_token_means_nothing_was_sent_and_the_next_run_sends(scene):
    token = {"vendor": "trustpilot", "path": "*/accesstoken"}
    scene.emulator.faults.add(drop_before(**token, times=None))
    report = scene.run()
    assert scene.exit_code(report) is ExitCode.UNREACHABLE
    assert scene.rows()[0]["Status__c"] == "Scheduled"
    scene.emulator.faults.clear()
    scene.run()
    assert len(scene.received) == 1
    assert scene.rows()[0]["Status__c"] == "Accepted"


@pytest.mark.usefixtures("started")
def test_an_outage_does_not_turn_every_due_invitation_into_an_unknown_one(scene):
    contact = scene.contact
    for _ in range(8):
        scene.emulator.org.insert("Case", {"ContactId": contact, "Status": "Closed"})
    scene.run()
    scene.emulator.clock.advance(timedelta(days=1, minutes=1))
    scene.emulator.faults.add(Fault(**SEND, times=None, status=503, body=""))
    report = scene.run()
    assert scene.exit_code(report) is ExitCode.UNREACHABLE
    statuses = [row["Status__c"] for row in scene.rows()]
    assert (statuses.count("Unknown"), statuses.count("Scheduled")) == (3, 5)
    scene.emulator.faults.clear()
    scene.run()
    assert len({mail.reference for mail in scene.received}) == len(scene.received) == 5


def _attempt(emulator, invitation, **fields):
    values = {
        "Attempt_Key__c": invitation["Claim_Key__c"] + ":1",
        "Invitation__c": invitation["Id"],
        "Attempt__c": 1,
        "Run_Id__c": "another-run",
        "Started_At__c": emulator.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
    }
    return emulator.org.insert("Trustpilot_Send_Attempt__c", {**values, **fields})


@pytest.mark.usefixtures("due_case")
def test_what_another_run_is_sending_is_shown_and_becomes_unknown_when_that_run_is_gone(scene):
    _attempt(scene.emulator, scene.rows()[0])
    scene.run()
    assert scene.rows()[0]["Status__c"] == "Sending"
    assert scene.issues() == []
    scene.emulator.clock.advance(timedelta(minutes=6))
    report = scene.run()
    (row,) = scene.rows()
    assert row["Status__c"] == "Unknown"
    assert scene.issues() == [("invitation_unknown", row["Id"])]
    assert scene.exit_code(report) is ExitCode.NEEDS_A_LOOK
    assert scene.received == []


@pytest.mark.parametrize(
    ("outcome", "status", "issue"),
    [
        ("Accepted", "Accepted", None),
        ("Failed", "Failed", "invitation_refused"),
        ("Unknown", "Unknown", "invitation_unknown"),
    ],
)
@pytest.mark.usefixtures("due_case")
def test_an_outcome_that_a_killed_run_left_on_its_attempt_is_copied(outcome, status, issue, scene):
    _attempt(scene.emulator, scene.rows()[0], Outcome__c=outcome, Detail__c="1001 no")
    scene.run()
    (row,) = scene.rows()
    assert row["Status__c"] == status
    assert scene.issues() == ([(issue, row["Id"])] if issue else [])
    assert scene.received == []


@pytest.mark.usefixtures("due_case")
def test_an_invitation_that_may_be_out_is_not_called_cancelled(scene):
    _attempt(scene.emulator, scene.rows()[0])
    scene.emulator.clock.advance(timedelta(minutes=6))
    scene.emulator.org.update("Case", scene.world.case_id, {"Status": "Escalated"})
    scene.run()
    (row,) = scene.rows()
    assert row["Status__c"] == "Unknown"
    assert scene.issues() == [("invitation_unknown", row["Id"])]


@pytest.mark.usefixtures("due_case")
def test_a_right_that_was_given_back_makes_room_for_the_next(scene):
    _attempt(scene.emulator, scene.rows()[0], Outcome__c="Not Sent")
    for _ in range(2):
        scene.run()
    assert len(scene.received) == 1
    assert (scene.rows()[0]["Status__c"], scene.rows()[0]["Attempts__c"]) == ("Accepted", 2)


@pytest.mark.usefixtures("due_case")
def test_a_right_whose_answer_was_lost_is_found_again_by_its_run(scene):
    attempts = {"vendor": "salesforce", "method": "POST", "path": "*/composite/sobjects"}
    scene.emulator.faults.add(drop_after(**attempts))
    scene.run()
    assert len(scene.received) == 1
    assert scene.rows()[0]["Status__c"] == "Accepted"


@pytest.mark.usefixtures("due_case")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(**SEND, status=408), "(408)"),
        (Fault(**SEND, status=503), "(503)"),
        (html_page(502, **SEND), "(502, an HTML page)"),
        (html_page(504, **SEND), "(504, an HTML page)"),
        (html_page(200, **SEND), "(200, an HTML page)"),
        (drop_after(**SEND), "Trustpilot was asked once"),
    ],
)
def test_an_unclear_answer_is_unknown_and_the_record_says_why(scene, fault, said):
    scene.emulator.faults.add(fault)
    scene.run()
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Unknown", "outcome_unknown")
    assert said in row["Reason__c"]
