"""What people say in Salesforce of an invitation with unknown outcome, and what runs do then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.emulator.faults import custom_row_error, drop_after
from in_process import Door

INVITATION = "Trustpilot_Invitation__c"
ATTEMPTS = (
    "SELECT Attempt_Key__c, Outcome__c, Started_At__c FROM Trustpilot_Send_Attempt__c "
    "ORDER BY Attempt_Key__c"
)


@pytest.fixture
def unknown(due_case, scene):
    """An invitation that went out, but whose answer was lost."""
    assert due_case is None
    scene.emulator.faults.add(drop_after(vendor="invitations"))
    scene.run()
    scene.emulator.faults.clear()
    (row,) = scene.rows()
    assert (row["Status__c"], len(scene.received)) == ("Unknown", 1)
    scene.emulator.clock.advance(timedelta(hours=2))
    return row["Id"]


@pytest.fixture
def by_hand(unknown, scene):
    """Set the status of that invitation as the button does."""
    return lambda status: scene.emulator.org.update(INVITATION, unknown, {"Status__c": status})


def recorded(scene):
    (row,) = scene.rows()
    return row["Status__c"], row["Reason_Code__c"]


def test_what_a_person_found_sent_is_recorded_with_its_try_its_time_and_its_issue(by_hand, scene):
    by_hand("Accepted")
    report = scene.run()

    (row,), (attempt,) = scene.rows(), scene.soql(ATTEMPTS)
    assert recorded(scene) == ("Accepted", "resolved_sent")
    assert attempt["Outcome__c"] == "Accepted"
    assert scene.when(row["Sent_At__c"]) == scene.when(attempt["Started_At__c"])
    assert scene.issues() == []
    assert scene.exit_code(report) == 0
    assert len(scene.received) == 1


def test_it_is_recorded_once_and_then_costs_nothing(by_hand, scene):
    by_hand("Accepted")
    scene.run()
    scene.emulator.clock.advance(timedelta(hours=1))
    scene.emulator.calls.clear()
    report = scene.run()

    assert [flow.counts for flow in report.flows if flow.flow == "invitations_out"] == [{}]
    assert len(scene.soql(ATTEMPTS)) == 1
    (row,) = scene.rows()
    assert scene.when(row["Sent_At__c"]) < scene.emulator.clock.now() - timedelta(hours=2)


def test_what_a_person_sends_again_goes_out_once_with_the_same_reference_number(by_hand, scene):
    by_hand("Scheduled")
    for _ in range(2):
        scene.run()

    assert len(scene.received) == 2
    assert len({mail.reference for mail in scene.received}) == 1
    assert recorded(scene) == ("Accepted", None)
    assert scene.issues() == []
    assert [each["Outcome__c"] for each in scene.soql(ATTEMPTS)] == ["Unknown", "Accepted"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_killed_at_any_call_leaves_the_recording_to_the_next_one(
    by_hand, scene, dying_door, killed, after
):
    by_hand("Accepted")
    at = 0
    while True:
        try:
            scene.run(door=dying_door(at, after=after))
        except killed:
            at += 1
        else:
            break
    assert at > 6
    assert recorded(scene) == ("Accepted", "resolved_sent")
    assert [each["Outcome__c"] for each in scene.soql(ATTEMPTS)] == ["Accepted"]
    assert scene.issues() == []
    assert len(scene.received) == 1


@pytest.mark.parametrize("at", range(3, 11))
def test_one_killed_run_and_a_whole_one_record_everything(by_hand, scene, dying_door, killed, at):
    by_hand("Accepted")
    with pytest.raises(killed):
        scene.run(door=dying_door(at, after=True))
    scene.run()
    assert recorded(scene) == ("Accepted", "resolved_sent")
    assert [each["Outcome__c"] for each in scene.soql(ATTEMPTS)] == ["Accepted"]
    assert scene.issues() == []
    assert len(scene.received) == 1


def test_a_status_that_has_risen_meanwhile_is_not_lowered(unknown, by_hand, scene):
    def reviewed():
        scene.emulator.org.update(INVITATION, unknown, {"Status__c": "Reviewed"})

    by_hand("Accepted")
    opening = 3  # token, versions, opening; the next call is the flow's own
    scene.run(door=Door(scene.emulator, meets={opening: reviewed}))
    assert recorded(scene) == ("Reviewed", "resolved_sent")


def test_what_the_org_refuses_is_an_issue_until_it_passes(unknown, by_hand, scene):
    by_hand("Accepted")
    scene.emulator.faults.add(
        custom_row_error(INVITATION, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No")
    )
    scene.run()
    assert scene.issues() == [("resolution_refused", unknown)]
    assert recorded(scene) == ("Accepted", "outcome_unknown")
    scene.emulator.faults.clear()
    scene.run()
    assert scene.issues() == []
    assert recorded(scene) == ("Accepted", "resolved_sent")


def test_a_dry_run_tells_of_it_and_changes_nothing(unknown, by_hand, scene):
    by_hand("Accepted")
    report = scene.run(dry_run=True)

    told = [(a.what, a.record) for flow in report.flows for a in flow.actions]
    assert ("record as sent", unknown) in told
    assert recorded(scene) == ("Accepted", "outcome_unknown")


def test_one_that_trustpilot_accepted_is_left_alone(due_case, scene):
    assert due_case is None
    scene.run()
    scene.emulator.calls.clear()
    report = scene.run()

    (flow,) = [flow for flow in report.flows if flow.flow == "invitations_out"]
    assert (dict(flow.counts), flow.actions) == ({}, ())
    assert recorded(scene) == ("Accepted", None)
