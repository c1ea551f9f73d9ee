"""What people do with invitations, also while a run is at work on the same ones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.invitations.desk import DeskAction
from connector.core.terms.errors import SafetyStop
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import drop_after
from connector.flows.invitations.desk import act
from connector.flows.invitations.look import Wanted, list_invitations, show
from connector.wiring import Transports, connect, run_policy
from in_process import Door

INVITATION = "Trustpilot_Invitation__c"
RUN = "d" * 32


@pytest.fixture
def at_desk(emulator, settings, clock, reporter):
    """Give what `act` and the others need first: the org and the policy, by fresh gateways."""

    def opened(door=None):
        carrier = door or InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(carrier, carrier, clock))
        return world.org, run_policy(settings)

    return opened


@pytest.fixture
def do(at_desk):
    """Do something as a command would: `do("cancel", id)`; gives what is told."""

    def done(action, *words, door=None):
        return act(*at_desk(door), DeskAction(action), words, RUN)

    return done


@pytest.fixture
def typed_until_done(do, dying_door, killed):
    """Type the same again after each kill, at a later call each time; gives how often."""

    def typed(action, word, *, after, between=lambda: None):
        at = 0
        while True:
            try:
                do(action, word, door=dying_door(at, after=after))
            except killed:
                at += 1
                between()
            else:
                return at

    return typed


@pytest.fixture
def the_case(due_case, scene):
    """The due e-mail invitation about the case."""
    assert due_case is None
    (row,) = scene.rows()
    return row["Id"]


@pytest.fixture
def unknown(the_case, scene):
    """The same after its answer was lost."""
    scene.emulator.faults.add(drop_after(vendor="invitations"))
    scene.run()
    scene.emulator.faults.clear()
    assert [row["Status__c"] for row in scene.rows()] == ["Unknown"]
    assert scene.issues() == [("invitation_unknown", the_case)]
    return the_case


def status(scene):
    (row,) = scene.rows()
    return row["Status__c"]


def test_a_cancelled_invitation_is_not_sent(the_case, scene, do):
    (told,) = do("cancel", the_case)
    assert (told.before, told.after, told.refused) == ("Scheduled", "Cancelled", False)
    for _ in range(2):
        scene.run()
        scene.emulator.clock.advance(timedelta(minutes=6))
    assert scene.received == []
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Cancelled", "cancelled_by_person")


def test_a_held_invitation_goes_when_it_is_released_and_once(the_case, scene, do):
    do("hold", the_case)
    scene.run()
    assert (status(scene), scene.received) == ("On Hold", [])
    (told,) = do("release", the_case)
    assert (told.before, told.after) == ("On Hold", "Scheduled")
    for _ in range(2):
        scene.run()
    assert (status(scene), len(scene.received)) == ("Accepted", 1)


def test_what_is_typed_twice_is_done_once(the_case, scene, do):
    do("cancel", the_case)
    (told,) = do("cancel", the_case)
    assert (told.before, told.after, told.refused) == ("Cancelled", "Cancelled", False)
    assert len(scene.soql("SELECT Id FROM Trustpilot_Send_Attempt__c")) == 1


@pytest.mark.parametrize("field", ["Id", "Name", "Claim_Key__c", "Reference_Number__c"])
def test_an_invitation_has_four_names(field, the_case, scene, do):
    assert do("hold", scene.value(INVITATION, the_case, field))[0].after == "On Hold"


def test_the_short_form_of_an_id_is_enough(the_case, do):
    assert do("hold", the_case[:15])[0].after == "On Hold"


def test_a_word_that_names_none_or_several_is_told_of_and_stops_no_other(the_case, scene, do):
    number = scene.value(INVITATION, the_case, "Reference_Number__c")
    org = scene.emulator.org
    twin = org.insert(
        INVITATION,
        {"Claim_Key__c": "t", "Status__c": "Scheduled", "Reference_Number__c": number},
    )
    told = do("cancel", "anna@example.com", number, the_case)
    assert [each.refused for each in told] == [False, True, True]
    assert "anna" not in repr(told)
    assert the_case in told[2].next_step
    assert twin in told[2].next_step
    assert scene.value(INVITATION, twin, "Status__c") == "Scheduled"


def test_what_trustpilot_has_cannot_be_cancelled(the_case, scene, do):
    scene.run()
    (told,) = do("cancel", the_case)
    assert told.refused
    assert "Trustpilot has it" in told.sentence
    assert status(scene) == "Accepted"


@pytest.mark.parametrize("action", ["cancel", "hold"])
@pytest.mark.usefixtures("started")
def test_at_whatever_call_of_a_run_somebody_stops_it_what_is_told_is_what_happens(
    action, scene, do
):
    """One case for each call of a run: stopped in that moment, it is sent or stopped, not both."""
    wanted = {"cancel": "Cancelled", "hold": "On Hold"}[action]

    def due_invitation():
        made = scene.emulator.org.insert(
            "Case", {"ContactId": scene.contact, "Status": "Closed", "Origin": "Email"}
        )
        scene.run()
        scene.emulator.clock.advance(timedelta(days=1, minutes=1))
        return scene.soql(f"SELECT Id FROM {INVITATION} WHERE Case__c = '{made}'")[0]["Id"]  # noqa: S608

    due_invitation()
    scene.emulator.calls.clear()
    scene.run()
    calls = scene.emulator.calls.counts()
    said = []
    for at in range(calls):
        mine, mails, told = due_invitation(), len(scene.received), []
        scene.run(
            door=Door(scene.emulator, meets={at: lambda: told.extend(do(action, mine))})  # noqa: B023
        )
        scene.emulator.clock.advance(timedelta(minutes=6))
        scene.run()
        sent = len(scene.received) - mails
        refused = told[0].refused
        said.append(refused)
        assert sent == refused, at
        stands = scene.value(INVITATION, mine, "Status__c")
        assert stands == ("Accepted" if refused else wanted), at
    assert set(said) == {True, False}


@pytest.mark.parametrize("value", ["Cancelled", "On Hold"])
def test_a_status_set_by_hand_after_the_run_has_read_the_row_is_noticed(value, the_case, scene):
    def by_hand():
        scene.emulator.org.update(INVITATION, the_case, {"Status__c": value})

    opening = 3  # token, versions, opening; the next call reads the entries
    scene.run(door=Door(scene.emulator, meets={opening: by_hand}))
    assert scene.received == []
    assert status(scene) == value


@pytest.mark.usefixtures("started")
def test_a_link_that_is_cancelled_is_not_made(scene, do):
    scene.move("Order")
    scene.run()
    (row,) = scene.rows()
    do("cancel", row["Id"])
    scene.emulator.clock.advance(timedelta(days=4))
    scene.run()
    (row,) = scene.rows()
    assert (row["Status__c"], row["Link__c"]) == ("Cancelled", None)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("action", ["cancel", "hold"])
def test_a_stop_killed_at_any_call_is_finished_by_typing_it_again_or_by_the_next_run(
    action, after, the_case, scene, typed_until_done
):
    wanted = {"cancel": "Cancelled", "hold": "On Hold"}[action]

    def next_run():
        if scene.soql("SELECT Id FROM Trustpilot_Send_Attempt__c"):
            scene.run()  # whoever took the right has stopped it for good
            assert status(scene) == wanted

    assert typed_until_done(action, the_case, after=after, between=next_run) > 3
    scene.run()
    assert (status(scene), scene.received) == (wanted, [])


@pytest.mark.parametrize("action", ["cancel", "hold"])
def test_a_right_whose_answer_is_lost_is_found(action, the_case, scene, do):
    scene.emulator.faults.add(drop_after(vendor="salesforce", method="POST", skip=1))
    do(action, the_case)
    scene.emulator.faults.clear()
    scene.run()
    assert scene.received == []


def test_an_unknown_one_that_was_sent_is_accepted_with_its_try_and_its_issue_is_closed(
    unknown, scene, do
):
    (told,) = do("resolve --sent", unknown)
    assert (told.before, told.after) == ("Unknown", "Accepted")
    (row,) = scene.rows()
    assert row["Reason_Code__c"] == "resolved_sent"
    assert row["Sent_At__c"] is not None
    (right,) = scene.soql("SELECT Outcome__c FROM Trustpilot_Send_Attempt__c")
    assert right["Outcome__c"] == "Accepted"
    assert scene.issues() == []
    scene.run()
    assert len(scene.received) == 1


def test_an_unknown_one_that_is_resent_keeps_its_reference_number(unknown, scene, do):
    first = len(scene.received)
    (told,) = do("resolve --resend", unknown)
    assert (told.before, told.after) == ("Unknown", "Scheduled")
    assert scene.issues() == []
    for _ in range(2):
        scene.run()
    assert len(scene.received) == first + 1
    assert len({mail.reference for mail in scene.received}) == 1
    (row,) = scene.rows()
    assert (row["Status__c"], row["Attempts__c"]) == ("Accepted", 2)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("how", ["--sent", "--resend"])
def test_a_resolution_killed_at_any_call_is_finished_by_typing_it_again(
    how, after, unknown, scene, typed_until_done
):
    assert typed_until_done(f"resolve {how}", unknown, after=after) > 3
    assert status(scene) == ("Accepted" if how == "--sent" else "Scheduled")
    assert scene.issues() == []


def test_only_an_unknown_one_can_be_resolved(the_case, scene, do):
    (told,) = do("resolve --sent", the_case)
    assert told.refused
    assert status(scene) == "Scheduled"


def test_a_list_shows_the_newest_and_no_recipient(the_case, at_desk, scene):
    scene.emulator.org.insert(INVITATION, {"Claim_Key__c": "n", "Status__c": "Failed"})
    found = list_invitations(*at_desk(), Wanted(limit=1))
    assert found.more
    assert "email" not in found.records[0]
    found = list_invitations(*at_desk(), Wanted(("Scheduled",), rule="after-a-closed-case"))
    assert [each["id"] for each in found.records] == [the_case]
    found = list_invitations(*at_desk(), Wanted(unit="shop", personal=True))
    assert [each["email"] for each in found.records] == ["nadia.larkin@example.net"]


def test_a_story_tells_the_evidence_the_tries_and_the_open_issues(unknown, at_desk):
    (story,) = show(*at_desk(), unknown)
    assert story.facts["evidence"]
    assert story.facts["new_stage"] == "Closed"
    assert [each["outcome"] for each in story.attempts] == ["Unknown"]
    assert story.issues == ("invitation_unknown",)
    assert not story.has_link
    assert "nadia" not in repr(story).lower()


def test_another_org_is_left_alone(the_case, scene, at_desk, configured):
    pinned = scene.emulator.salesforce.settings.org_id
    other = configured(lambda text: text.replace(pinned, "00D000000000062EAA"))
    org, _ = at_desk()
    with pytest.raises(SafetyStop):
        act(org, run_policy(other), DeskAction.CANCEL, [the_case], RUN)
    assert status(scene) == "Scheduled"
