"""Invitations that agents and Flows ask for by a row of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.emulator.faults import custom_row_error

INVITATION = "Trustpilot_Invitation__c"


@pytest.fixture
def ask(scene):
    """Insert a request as an agent would: `ask(Order__c=...)`; gives its id."""

    def insert(**fields):
        values = {"Status__c": "Requested", "Contact__c": scene.contact, **fields}
        return scene.emulator.org.insert(INVITATION, values)

    return insert


@pytest.fixture
def told(scene):
    """Status and reason code of one invitation."""

    def read(record_id):
        (row,) = [row for row in scene.rows() if row["Id"] == record_id]
        return row["Status__c"], row["Reason_Code__c"]

    return read


@pytest.mark.usefixtures("started")
def test_a_request_is_sent_by_the_next_run_and_once(scene, ask, told):
    asked = ask(Case__c=scene.world.case_id)
    for _ in range(3):
        scene.run()
        scene.emulator.clock.advance(timedelta(minutes=10))
    (mail,) = scene.received
    assert mail.reference == scene.value("Case", scene.world.case_id, "CaseNumber")
    assert mail.body["consumerEmail"] == scene.value("Contact", scene.contact, "Email")
    assert told(asked) == ("Accepted", None)


@pytest.mark.usefixtures("started")
def test_a_request_waits_until_it_is_due(scene, ask, told):
    due = scene.emulator.clock.now() + timedelta(days=2)
    asked = ask(Due_At__c=due.strftime("%Y-%m-%dT%H:%M:%SZ"))
    scene.run()
    assert told(asked) == ("Scheduled", None)
    assert scene.received == []
    scene.emulator.clock.advance(timedelta(days=2, minutes=1))
    scene.run()
    assert told(asked) == ("Accepted", None)


@pytest.mark.usefixtures("started")
def test_a_request_without_a_record_has_the_invitations_own_number(scene, ask):
    asked = ask(Contact__c=None, Recipient_Email__c="ben@example.com", Recipient_Name__c="Ben")
    scene.run()
    (mail,) = scene.received
    assert mail.reference == scene.value(INVITATION, asked, "Name")
    assert mail.body["consumerName"] == "Ben"


@pytest.mark.usefixtures("started")
def test_a_requested_link_is_made(scene, ask, told):
    asked = ask(Order__c=scene.world.order_id, Channel__c="Business Generated Link")
    scene.run()
    assert told(asked)[0] == "Link Ready"
    assert scene.value(INVITATION, asked, "Link__c")


@pytest.mark.usefixtures("due_case")
def test_what_a_rule_has_claimed_is_refused_to_a_request_which_names_the_other(scene, ask, told):
    (first,) = scene.rows()
    asked = ask(Case__c=scene.world.case_id)
    scene.run()
    assert told(asked) == ("Skipped", "already_claimed")
    assert first["Id"] in scene.value(INVITATION, asked, "Reason__c")
    assert len(scene.received) == 1
    assert scene.issues() == []


@pytest.mark.usefixtures("started")
def test_what_was_requested_is_refused_to_a_rule(scene, ask):
    asked = ask(Case__c=scene.world.case_id)
    scene.run()
    scene.move("Case")
    scene.run()
    scene.emulator.clock.advance(timedelta(days=2))
    scene.run()
    assert [row["Id"] for row in scene.rows()] == [asked]
    assert len(scene.received) == 1


@pytest.mark.usefixtures("started")
def test_of_two_requests_about_one_experience_one_is_sent(scene, ask, told):
    one, other = ask(Case__c=scene.world.case_id), ask(Case__c=scene.world.case_id)
    for _ in range(3):
        scene.run()
    assert sorted([told(one), told(other)], key=str) == [
        ("Accepted", None),
        ("Skipped", "already_claimed"),
    ]
    assert len(scene.received) == 1


@pytest.mark.usefixtures("started")
def test_a_request_to_somebody_who_has_opted_out_is_skipped(scene, ask, told):
    scene.emulator.org.update("Contact", scene.contact, {"HasOptedOutOfEmail": True})
    asked = ask(Case__c=scene.world.case_id)
    scene.run()
    assert told(asked) == ("Skipped", "opted_out")
    assert scene.received == []


@pytest.mark.usefixtures("started")
def test_a_bad_request_stops_no_other(scene, ask, told):
    bad, good = ask(Contact__c=None), ask(Case__c=scene.world.case_id)
    scene.run()
    assert told(bad) == ("Skipped", "no_recipient")
    assert told(good) == ("Accepted", None)


@pytest.mark.parametrize("code", ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "DUPLICATE_VALUE"])
@pytest.mark.usefixtures("started")
def test_a_request_that_the_org_refuses_for_another_reason_is_an_issue_until_it_passes(
    code, scene, ask, told
):
    asked = ask(Case__c=scene.world.case_id)
    scene.emulator.faults.add(custom_row_error(INVITATION, code, "No"))
    scene.run()
    assert told(asked) == ("Requested", None)
    assert scene.issues() == [("request_refused", asked)]
    scene.emulator.faults.clear()
    scene.run()
    assert told(asked) == ("Accepted", None)
    assert scene.issues() == []


@pytest.mark.usefixtures("started")
def test_a_row_that_a_person_scheduled_without_a_key_gets_its_key_first(scene, ask, told):
    now = scene.emulator.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = [
        ask(Status__c="Scheduled", Due_At__c=now, Case__c=scene.world.case_id),
        ask(Status__c="Scheduled", Due_At__c=now),
    ]
    scene.run()
    assert [told(each) for each in asked] == [("Accepted", None)] * 2
    assert None not in {row["Claim_Key__c"] for row in scene.rows()}


@pytest.mark.usefixtures("started")
def test_a_dry_run_tells_of_a_request_and_leaves_it(scene, ask, told):
    asked = ask(Case__c=scene.world.case_id)
    report = scene.run(dry_run=True)
    assert ("take up request", asked) in [(a.what, a.record) for a in report.flows[0].actions]
    assert told(asked) == ("Requested", None)


@pytest.mark.usefixtures("started")
def test_a_request_that_an_agent_withdraws_is_not_taken_up(scene, ask, told):
    asked = ask()
    scene.emulator.org.update(INVITATION, asked, {"Status__c": "Cancelled"})
    scene.run()
    assert told(asked) == ("Cancelled", None)
    assert scene.received == []


@pytest.fixture
def killed_run(scene, dying_door, killed):
    """Kill a run at a call: `killed_run(3, after=True)`."""

    def run(at, *, after):
        with pytest.raises(killed):
            scene.run(door=dying_door(at, after=after))
        scene.emulator.clock.advance(timedelta(minutes=6))

    return run


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.usefixtures("started")
def test_a_run_killed_at_any_call_asks_nobody_twice_and_loses_nothing(
    scene, ask, told, killed_run, after
):
    ask(Contact__c=None, Recipient_Email__c="first@example.com")
    scene.emulator.calls.clear()
    scene.run()
    calls = scene.emulator.calls.counts()
    asked = []
    for at in range(calls):
        asked.append(ask(Contact__c=None, Recipient_Email__c=f"at{at}@example.com"))
        killed_run(at, after=after)
        scene.run()
    references = [mail.reference for mail in scene.received]
    assert len(references) == len(set(references))
    ends = [told(each)[0] for each in asked]
    assert set(ends) == {"Accepted", "Unknown"}
    assert ends.count("Unknown") < ends.count("Accepted")


@pytest.mark.usefixtures("started")
def test_a_late_run_that_read_the_request_before_it_was_sent_sends_it_no_second_time(
    scene, ask, told
):
    asked = ask(Case__c=scene.world.case_id)
    row = dict(next(row for row in scene.rows() if row["Id"] == asked))
    scene.run()
    assert told(asked)[0] == "Accepted"
    # What the late run writes when it saw the row as it was, down to the attempts.
    (now,) = [row for row in scene.rows() if row["Id"] == asked]
    late = {"Claim_Key__c": now["Claim_Key__c"], "Status__c": "Scheduled", "Attempts__c": 0}
    scene.emulator.org.update(INVITATION, asked, late)
    assert row["Attempts__c"] is None
    for _ in range(2):
        scene.run()
    assert told(asked)[0] == "Accepted"
    assert len(scene.received) == 1
