"""Replies to service reviews: what the public sees and what the agent is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault, drop_after, drop_before, too_many_requests
from connector.report.run.report import as_json, as_text

POST = {"vendor": "trustpilot", "method": "POST", "path": "*/reply"}


def test_a_queued_reply_is_published_once(service, desk):
    desk.queue(service, "Thank you!\nSee you soon 👋")
    report = desk.run()
    assert desk.live(service) == "Thank you!\nSee you soon 👋"
    assert report.count("replies_published") == 1
    seen = desk.row(service)
    assert seen["Reply_Status__c"] == "Published"
    assert seen["Published_Reply__c"] == seen["Live_Reply__c"] == seen["Reply__c"]
    assert seen["Reply_Error__c"] is None
    assert seen["Replied_At__c"]
    desk.run()
    assert desk.emulator.calls.counts(**POST) == 1


def test_the_reply_is_written_in_the_name_of_the_acting_user(service, desk):
    desk.queue(service, "Thank you!")
    desk.run()
    reply = desk.trustpilot.service_review(service)["companyReply"]
    assert reply["authorBusinessUserId"] == desk.trustpilot.acting_user_id


@pytest.mark.parametrize("status", ["Draft", "Blocked", "Conflict", "Failed", "Published"])
def test_only_what_is_queued_is_posted(status, service, desk):
    values = {"Reply__c": "Not yet", "Reply_Status__c": status}
    desk.emulator.org.update("Trustpilot_Review__c", desk.row(service)["Id"], values)
    desk.run()
    assert desk.live(service) == ""


def test_an_agent_may_edit_what_we_published(service, desk):
    for text in ("First.", "Second, better."):
        desk.queue(service, text)
        desk.run()
        assert desk.live(service) == text
    assert desk.row(service)["Reply_Status__c"] == "Published"


def test_a_colleagues_reply_is_shown_and_not_overwritten(service, desk):
    desk.trustpilot.portal_reply(service, "Theirs.", "A colleague")
    desk.queue(service, "Ours.")
    report = desk.run()
    assert desk.live(service) == "Theirs."
    seen = desk.row(service)
    assert (seen["Reply_Status__c"], seen["Reply__c"], seen["Live_Reply__c"]) == (
        "Conflict",
        "Ours.",
        "Theirs.",
    )
    assert seen["Reply_Error__c"]
    assert desk.issues() == ["reply_conflict"]
    assert desk.exit_code(report) is ExitCode.NEEDS_A_LOOK


def test_mine_replaces_theirs_when_the_agent_chooses_so_and_the_issue_closes(service, desk):
    desk.trustpilot.portal_reply(service, "Theirs.", "A colleague")
    desk.queue(service, "Ours.")
    desk.run()
    desk.choose(service, "Post Mine")
    desk.run()
    seen = desk.row(service)
    assert desk.live(service) == "Ours."
    assert (seen["Reply_Status__c"], seen["Conflict_Choice__c"], seen["Their_Reply__c"]) == (
        "Published",
        None,
        None,
    )
    assert desk.issues() == []


def test_theirs_stays_when_the_agent_chooses_so(service, desk):
    desk.trustpilot.portal_reply(service, "Theirs.", "A colleague")
    desk.queue(service, "Ours.")
    desk.run()
    desk.choose(service, "Keep Theirs")
    desk.run()
    seen = desk.row(service)
    assert desk.live(service) == "Theirs."
    assert (seen["Reply_Status__c"], seen["Published_Reply__c"], seen["Reply__c"]) == (
        "Published",
        "Theirs.",
        "Ours.",
    )
    assert seen["Conflict_Choice__c"] is None
    assert desk.issues() == []


def test_posting_again_without_a_choice_is_the_same_conflict(service, desk):
    desk.trustpilot.portal_reply(service, "Theirs.", "A colleague")
    for _ in range(2):
        desk.queue(service, "Ours.")
        desk.run()
        assert (desk.live(service), desk.status(service)) == ("Theirs.", "Conflict")


@pytest.mark.parametrize("queued_again", [True, False])
def test_a_choice_is_about_the_words_that_were_shown(queued_again, service, desk):
    desk.trustpilot.portal_reply(service, "Theirs.", "A colleague")
    desk.queue(service, "Ours.")
    desk.run()
    desk.trustpilot.portal_reply(service, "Theirs, edited.", "A colleague")
    desk.one_run(["reviews_in"])
    desk.choose(service, "Post Mine")
    if queued_again:
        desk.queue(service)
    desk.run()
    seen = desk.row(service)
    assert desk.live(service) == seen["Their_Reply__c"] == "Theirs, edited."
    assert (seen["Reply_Status__c"], seen["Conflict_Choice__c"]) == ("Conflict", None)


def test_a_text_changed_while_a_conflict_is_found_does_not_overwrite_the_colleague(service, desk):
    desk.trustpilot.portal_reply(service, "Theirs.", "A colleague")
    desk.queue(service, "Ours.")
    # The opening, and the texts; before the third read all is decided.
    door = desk.in_the_meantime(
        "/composite", lambda: desk.queue(service, "Ours, rewritten."), turn=3
    )
    desk.run(door=door)
    assert desk.row(service)["Reply_Status__c"] == "Queued"
    desk.run()
    assert desk.live(service) == "Theirs."
    assert desk.row(service)["Reply_Status__c"] == "Conflict"


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_reply_is_blocked_with_a_reason(text, service, desk):
    desk.queue(service, text)
    desk.run()
    assert desk.emulator.calls.counts(**POST) == 0
    assert desk.row(service)["Reply_Status__c"] == "Blocked"
    assert "empty" in desk.row(service)["Reply_Error__c"]
    assert desk.issues() == ["reply_blocked"]
    desk.queue(service, "Now with words.")
    desk.run()
    assert desk.live(service) == "Now with words."
    assert desk.issues() == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_reply_to_a_review_that_is_gone_fails(status, service, desk):
    desk.trustpilot.switches.gone_status = status
    desk.queue(service, "Too late.")
    desk.trustpilot.delete_review(service)
    desk.run()
    assert desk.row(service)["Reply_Status__c"] == "Failed"
    assert "gone" in desk.row(service)["Reply_Error__c"]


def test_a_reply_that_trustpilot_refuses_fails_with_its_code(service, desk):
    body = {"message": "message is too long", "errorCode": 1002}
    desk.emulator.faults.add(Fault(**POST, status=400, body=body))
    desk.queue(service, "A secret word.")
    desk.run()
    seen = desk.row(service)
    assert seen["Reply_Status__c"] == "Failed"
    assert "1002" in seen["Reply_Error__c"]
    assert "secret" not in seen["Reply_Error__c"]
    assert desk.issues() == ["reply_failed"]


def test_a_text_changed_while_it_is_posted_stays_queued_and_is_posted_next(service, desk):
    desk.queue(service, "First.")
    door = desk.in_the_meantime("/reply", lambda: desk.queue(service, "Second."))
    desk.run(door=door)
    seen = desk.row(service)
    assert (desk.live(service), seen["Reply_Status__c"], seen["Reply__c"]) == (
        "First.",
        "Queued",
        "Second.",
    )
    assert seen["Published_Reply__c"] == "First."
    desk.run()
    assert desk.live(service) == "Second."
    assert desk.row(service)["Reply_Status__c"] == "Published"


def test_the_pause_switch_holds_replies_until_it_is_lifted(service, desk):
    (unit,) = desk.soql("SELECT Id FROM Trustpilot_Business_Unit__c")
    desk.emulator.org.update("Trustpilot_Business_Unit__c", unit["Id"], {"Pause_Replies__c": True})
    desk.queue(service, "Thank you!")
    report = desk.run()
    assert desk.live(service) == ""
    assert any("paused" in note for note in report.flows[0].notes)
    desk.emulator.org.update("Trustpilot_Business_Unit__c", unit["Id"], {"Pause_Replies__c": False})
    desk.run()
    assert desk.live(service) == "Thank you!"


def test_a_dry_run_says_what_it_would_post_and_posts_nothing(service, writes, desk):
    desk.queue(service, "Thank you!")
    before = len(writes("salesforce"))
    (action,) = desk.run(dry_run=True).flows[0].actions
    assert (action.what, action.record) == ("post reply", service)
    assert desk.live(service) == ""
    assert desk.row(service)["Reply_Status__c"] == "Queued"
    assert len(writes("salesforce")) == before


def test_a_dry_run_shows_texts_to_who_asked_and_tells_them_nowhere_else(service, reporter, desk):
    desk.trustpilot.portal_reply(service, "Old words.", "A colleague")
    desk.one_run(["reviews_in"])
    desk.emulator.clock.advance(86_400)
    desk.one_run(["reviews_in"])
    desk.queue(service, "Secret words.")
    report = desk.run(dry_run=True)
    (action,) = report.flows[0].actions
    assert action.shown == ("-Old words.", "+Secret words.")
    assert "Secret" in as_text(report, texts=True)
    assert "Secret" not in f"{as_text(report)} {as_json(report)} {report} {reporter.events}"


def test_a_dry_run_tells_of_a_review_that_is_gone(service, desk):
    desk.queue(service, "Too late.")
    desk.trustpilot.delete_review(service)
    (action,) = desk.run(dry_run=True).flows[0].actions
    assert action.what == "refuse reply"
    assert desk.status(service) == "Queued"


def test_a_lost_answer_is_settled_by_reading_back(service, desk):
    desk.emulator.faults.add(drop_after(**POST))
    desk.queue(service, "Thank you!")
    desk.run()
    desk.run()
    assert desk.emulator.calls.counts(**POST) == 1
    assert desk.live(service) == "Thank you!"
    assert desk.row(service)["Reply_Status__c"] == "Published"


def test_what_is_live_already_is_settled_without_a_post(service, desk):
    desk.trustpilot.portal_reply(service, "Thank you!\r\n", "A colleague")
    desk.queue(service, "Thank you!")
    desk.run()
    assert desk.emulator.calls.counts(**POST) == 0
    assert desk.row(service)["Reply_Status__c"] == "Published"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (drop_before(**POST), ExitCode.UNREACHABLE),
        (Fault(**POST, status=503, body=""), ExitCode.UNREACHABLE),
        (too_many_requests(**POST), ExitCode.ALLOWANCE),
        (Fault(**POST, status=403, body={"errorCode": 1014}), ExitCode.SIGN_IN),
    ],
)
def test_a_reply_that_could_not_be_posted_stays_queued_and_the_exit_code_says_why(
    fault, code, service, desk
):
    desk.emulator.faults.add(fault)
    desk.queue(service, "Thank you!")
    assert desk.exit_code(desk.run()) is code
    assert desk.row(service)["Reply_Status__c"] == "Queued"
    desk.run()
    assert desk.live(service) == "Thank you!"
    assert desk.row(service)["Reply_Status__c"] == "Published"


def test_one_odd_review_does_not_keep_the_others_from_an_answer(desk):
    made = [
        desk.emulator.trustpilot.add_service_review(desk.world.business_unit_id) for _ in range(3)
    ]
    desk.import_reviews()
    for review in made:
        desk.queue(review["id"], "Thank you!")
        desk.emulator.clock.advance(timedelta(seconds=2))
    odd = made[0]["id"]
    desk.emulator.faults.add(
        Fault("trustpilot", "GET", f"*/private/reviews/{odd}", times=None, status=200, body="[]")
    )
    report = desk.run()
    assert [desk.live(review["id"]) for review in made] == ["", "Thank you!", "Thank you!"]
    assert desk.row(odd)["Reply_Status__c"] == "Queued"
    assert desk.exit_code(report) is ExitCode.UNREACHABLE
