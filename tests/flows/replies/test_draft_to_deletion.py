"""From draft to deletion: what agents do with a reply, and what happens around it."""

from __future__ import annotations

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault, drop_after, drop_before, too_many_requests

DELETE = {"vendor": "trustpilot", "method": "DELETE", "path": "*/reply"}
POST = {"vendor": "trustpilot", "method": "POST", "path": "*/reply"}


@pytest.fixture
def answered(service, desk):
    """The id of a service review whose reply was published from Salesforce."""
    desk.queue(service, "Thank you!")
    desk.run()
    return service


def test_a_withdrawn_reply_is_not_posted(service, desk):
    desk.queue(service, "Too early.")
    desk.set(service, Reply_Status__c="Draft")
    desk.run()
    assert (desk.live(service), desk.status(service)) == ("", "Draft")
    assert desk.emulator.calls.counts(**POST) == 0


def test_a_reply_that_is_withdrawn_right_after_it_was_posted_is_told_as_live(service, desk):
    desk.queue(service, "Too early.")
    door = desk.in_the_meantime("/reply", lambda: desk.set(service, Reply_Status__c="Draft"))
    desk.run(door=door)
    seen = desk.row(service)
    assert (seen["Reply_Status__c"], seen["Live_Reply__c"], desk.live(service)) == (
        "Draft",
        "Too early.",
        "Too early.",
    )


def test_a_published_reply_is_edited_and_stays_one_reply(answered, desk):
    desk.queue(answered, "Thank you very much!")
    desk.run()
    seen = desk.row(answered)
    assert desk.live(answered) == seen["Published_Reply__c"] == "Thank you very much!"
    assert seen["Reply_Status__c"] == "Published"


def test_a_published_reply_says_when_and_in_whose_name(answered, settings, desk):
    seen = desk.row(answered)
    assert seen["Live_Reply_Author_Id__c"] == settings.trustpilot.acting_user_id
    assert seen["Live_Reply_At__c"] == seen["Replied_At__c"]
    assert seen["Replied_At__c"].startswith("2026-03-02T09:00")


def test_a_deleted_reply_is_gone_and_can_be_written_again(answered, desk):
    desk.delete(answered)
    desk.run()
    seen = desk.row(answered)
    assert desk.live(answered) == ""
    assert (seen["Reply_Status__c"], seen["Live_Reply__c"], seen["Live_Reply_At__c"]) == (
        "Deleted",
        None,
        None,
    )
    desk.queue(answered, "Once more.")
    desk.run()
    assert (desk.live(answered), desk.status(answered)) == ("Once more.", "Published")


@pytest.mark.parametrize("status", [204, 404])
def test_what_is_gone_already_counts_as_deleted(status, answered, desk):
    desk.trustpilot.switches.missing_reply_delete_status = status
    review = desk.trustpilot.service.get(answered)
    desk.trustpilot.service.change(review, {"companyReply": None})
    desk.delete(answered)
    desk.run()
    assert desk.status(answered) == "Deleted"
    assert desk.emulator.calls.counts(**DELETE) == 0


def test_a_reply_that_disappears_while_it_is_deleted_counts_as_deleted(answered, desk):
    desk.trustpilot.switches.missing_reply_delete_status = 404
    review = desk.trustpilot.service.get(answered)
    door = desk.in_the_meantime(
        "/reply",
        lambda: desk.trustpilot.service.change(review, {"companyReply": None}),
        method="DELETE",
    )
    desk.delete(answered)
    desk.run(door=door)
    assert desk.status(answered) == "Deleted"


def test_words_that_the_record_does_not_show_are_not_deleted(answered, desk):
    desk.trustpilot.portal_reply(answered, "Theirs.", "A colleague")
    desk.delete(answered)
    desk.run()
    seen = desk.row(answered)
    assert desk.live(answered) == seen["Their_Reply__c"] == seen["Live_Reply__c"] == "Theirs."
    assert seen["Reply_Status__c"] == "Conflict"
    desk.delete(answered)
    desk.run()
    assert (desk.live(answered), desk.status(answered)) == ("", "Deleted")
    assert desk.issues() == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (drop_before(**DELETE), ExitCode.UNREACHABLE),
        (Fault(**DELETE, status=503, body=""), ExitCode.UNREACHABLE),
        (too_many_requests(**DELETE), ExitCode.ALLOWANCE),
        (Fault(**DELETE, status=403, body={"errorCode": 1014}), ExitCode.SIGN_IN),
    ],
)
def test_a_deletion_that_could_not_be_done_waits(fault, code, answered, desk):
    desk.emulator.faults.add(fault)
    desk.delete(answered)
    assert desk.exit_code(desk.run()) is code
    assert desk.status(answered) == "Delete Queued"
    desk.run()
    assert (desk.live(answered), desk.status(answered)) == ("", "Deleted")


def test_a_lost_answer_to_a_deletion_is_settled_by_reading_back(answered, desk):
    desk.emulator.faults.add(drop_after(**DELETE))
    desk.delete(answered)
    report = desk.run()
    assert desk.status(answered) == "Deleted"
    assert desk.emulator.calls.counts(**DELETE) == 1
    assert desk.exit_code(report) is ExitCode.DONE


def test_a_deletion_that_trustpilot_refuses_fails(answered, desk):
    desk.emulator.faults.add(Fault(**DELETE, status=400, body={"errorCode": 7}))
    desk.delete(answered)
    desk.run()
    assert desk.status(answered) == "Failed"
    assert "7" in desk.row(answered)["Reply_Error__c"]


def test_an_agent_who_writes_on_while_the_reply_is_deleted_gets_the_new_text_posted(answered, desk):
    desk.delete(answered)
    again = desk.in_the_meantime("/reply", lambda: desk.queue(answered, "Better."), "DELETE")
    desk.run(door=again)
    assert (desk.status(answered), desk.row(answered)["Live_Reply__c"]) == ("Queued", None)
    desk.run()
    assert (desk.live(answered), desk.status(answered)) == ("Better.", "Published")


@pytest.mark.parametrize("text", ["Changed my mind.", "Fine"])
def test_a_review_that_was_edited_after_the_reply_was_written_is_not_answered(text, service, desk):
    desk.queue(service, "Glad to hear it!")
    desk.emulator.clock.advance(60)
    desk.trustpilot.edit_review(service, text=text, stars=1)
    report = desk.run()
    seen = desk.row(service)
    assert desk.live(service) == ""
    assert (seen["Reply_Status__c"], seen["Text__c"], seen["Previous_Text__c"]) == (
        "Edited Review",
        text,
        "Fine.",
    )
    assert "edited the review" in seen["Reply_Error__c"]
    assert desk.issues() == ["reply_edited"]
    assert desk.exit_code(report) is ExitCode.NEEDS_A_LOOK
    desk.queue(service, "Sorry to hear it.")
    desk.run()
    assert (desk.live(service), desk.status(service)) == ("Sorry to hear it.", "Published")
    assert desk.issues() == []


def test_an_edit_that_a_run_brings_in_while_the_reply_waits_stops_it_as_well(service, desk):
    (unit,) = desk.soql("SELECT Id FROM Trustpilot_Business_Unit__c")
    desk.emulator.org.update("Trustpilot_Business_Unit__c", unit["Id"], {"Pause_Replies__c": True})
    desk.queue(service, "Glad to hear it!")
    desk.emulator.clock.advance(60)
    desk.trustpilot.edit_review(service, text="Changed my mind.")
    desk.one_run()
    assert desk.status(service) == "Edited Review"


def test_a_review_that_cannot_be_stored_keeps_its_reply_waiting(service, desk):
    desk.queue(service, "Glad to hear it!")
    desk.emulator.clock.advance(60)
    desk.trustpilot.edit_review(service, text="Changed my mind.")
    desk.emulator.faults.add(
        drop_before(vendor="salesforce", method="PATCH", path="*External_Id__c", times=None)
    )
    desk.run()
    desk.emulator.faults.clear()
    assert desk.live(service) == ""
    desk.run()
    assert (desk.live(service), desk.status(service)) == ("", "Edited Review")


def test_two_runs_at_once_leave_the_latest_text_public(service, desk):
    desk.queue(service, "First.")

    def meanwhile():
        desk.queue(service, "Second.")
        desk.run()

    desk.run(door=desk.in_the_meantime("/reply", meanwhile))
    desk.run()
    seen = desk.row(service)
    assert desk.live(service) == seen["Published_Reply__c"] == "Second."
    assert seen["Reply_Status__c"] == "Published"


def test_a_run_killed_at_any_call_ends_with_the_truth(dying_door, killed, service, desk):
    desk.queue(service, "Reply 0")
    desk.emulator.calls.clear()
    desk.run()
    for at in range(desk.emulator.calls.counts()):
        desk.queue(service, f"Reply {at + 1}")
        with pytest.raises(killed):
            desk.run(door=dying_door(at, after=True))
        desk.run()
        assert desk.live(service) == desk.row(service)["Live_Reply__c"] == f"Reply {at + 1}"
        assert desk.status(service) == "Published"
    desk.delete(service)
    calls = desk.emulator.calls.counts()
    desk.run()
    for at in range(desk.emulator.calls.counts() - calls):
        desk.queue(service, f"Again {at}")
        desk.run()
        desk.delete(service)
        with pytest.raises(killed):
            desk.run(door=dying_door(at, after=True))
        desk.run()
        assert (desk.live(service), desk.status(service)) == ("", "Deleted"), at


def test_an_erased_review_gets_nothing_written_onto_its_tombstone(service, desk):
    desk.queue(service, "Thank you!")

    def erased():
        desk.trustpilot.delete_review(service)
        desk.one_run(["erasure"])

    desk.run(door=desk.in_the_meantime("/reply", erased))
    seen = desk.row(service)
    assert (seen["Live_Reply__c"], seen["Published_Reply__c"], seen["Reply_Status__c"]) == (
        None,
        None,
        None,
    )
