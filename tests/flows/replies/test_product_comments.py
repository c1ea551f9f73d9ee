"""Comments on product reviews: at most one of the business, whatever happens."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from connector.emulator.faults import Fault, drop_after, drop_before, too_many_requests
from connector.emulator.trustpilot.reviews.product import Comment, Conversation

OPEN = {"vendor": "trustpilot", "method": "POST", "path": "*/create-conversation"}
COMMENT = {"vendor": "trustpilot", "method": "POST", "path": "*/comments"}


def test_a_product_review_gets_one_conversation_and_one_comment(product, desk):
    desk.queue(product, "Thank you!")
    desk.run()
    desk.run()
    assert desk.comments(product) == ["Thank you!"]
    assert desk.emulator.calls.counts(**OPEN) == desk.emulator.calls.counts(**COMMENT) == 1
    seen = desk.row(product)
    assert seen["Reply_Status__c"] == "Published"
    assert seen["Conversation_Id__c"] in desk.emulator.trustpilot.product.conversations


def test_a_published_comment_stays_published_when_the_review_is_read_again(product, desk):
    desk.queue(product, "Thank you!")
    desk.run()
    desk.emulator.clock.advance(timedelta(days=1))  # a re-scan finds the conversation
    desk.import_reviews()
    seen = desk.row(product)
    assert (seen["Reply_Status__c"], seen["Published_Reply__c"]) == ("Published", "Thank you!")


@pytest.mark.parametrize("second", ["same", "new"])
@pytest.mark.parametrize(
    "fault",
    [
        drop_after(**OPEN),
        drop_before(**OPEN),
        drop_after(**COMMENT),
        drop_before(**COMMENT),
        Fault(**COMMENT, status=503, body=""),
        too_many_requests(**COMMENT),
        Fault(**COMMENT, status=403, body={"errorCode": 1014}),
        drop_after(vendor="salesforce", method="POST", path="*/composite/sobjects"),
        drop_after(vendor="salesforce", method="PATCH", path="*/composite/sobjects", times=None),
    ],
    ids=lambda fault: f"{fault.name or fault.status} {fault.path} {fault.method}",
)
def test_no_fault_ever_doubles_a_comment(fault, second, product, desk):
    desk.emulator.trustpilot.switches.second_conversation = second
    desk.emulator.faults.add(fault)
    desk.queue(product, "Thank you!")
    desk.run()
    desk.emulator.faults.clear()
    for _ in range(3):
        desk.emulator.clock.advance(timedelta(minutes=6))
        desk.run()
    assert desk.comments(product) == ["Thank you!"]
    assert desk.row(product)["Reply_Status__c"] == "Published"


def test_a_run_killed_at_any_call_never_doubles_a_comment(dying_door, killed, desk):
    def new_review():
        review = desk.emulator.trustpilot.add_product_review(desk.world.business_unit_id)["id"]
        desk.import_reviews()
        desk.queue(review, "Thank you!")
        return review

    new_review()
    desk.emulator.calls.clear()
    desk.run()
    for at in range(desk.emulator.calls.counts()):
        review = new_review()
        with pytest.raises(killed):
            desk.run(door=dying_door(at, after=True))
        desk.emulator.clock.advance(timedelta(minutes=6))
        desk.run()
        assert desk.comments(review) == ["Thank you!"], at
        assert desk.row(review)["Reply_Status__c"] == "Published"


@pytest.fixture
def say(desk):
    """Let somebody say something below a product review, in its conversation."""

    def speak(review_id, text, author_type="businessUser", author_id="u"):
        product = desk.emulator.trustpilot.product
        review = product.reviews[review_id]
        if not review.get("conversationId"):
            review["conversationId"] = f"conversation-{review_id}"
            product.conversations[review["conversationId"]] = Conversation(
                review["conversationId"], review["businessUnitId"], "c", review_id
            )
        thread = product.conversations[review["conversationId"]]
        now = desk.emulator.clock.now()
        thread.comments.append(
            Comment(f"comment-{len(thread.comments)}", text, author_id, now, author_type)
        )
        return thread

    return speak


def test_a_colleagues_comment_is_a_conflict_and_no_second_comment_follows(product, say, desk):
    say(product, "Theirs.")
    desk.queue(product, "Ours.")
    for _ in range(2):
        desk.run()
        desk.queue(product)
    assert desk.comments(product) == ["Theirs."]
    assert desk.row(product)["Their_Reply__c"] == "Theirs."


@pytest.mark.parametrize(
    ("choice", "public"), [("Keep Theirs", ["Theirs."]), ("Post Mine", ["Ours."])]
)
def test_the_agent_chooses_between_two_comments(choice, public, product, say, desk):
    say(product, "Theirs.")
    desk.queue(product, "Ours.")
    desk.run()
    desk.choose(product, choice)
    desk.run()
    assert desk.comments(product) == public == [desk.row(product)["Published_Reply__c"]]
    assert desk.status(product) == "Published"
    assert desk.issues() == []


def test_an_edited_reply_edits_the_same_comment_and_leaves_the_others(product, say, desk):
    desk.queue(product, "First.")
    desk.run()
    say(product, "And you?", "consumer")
    say(product, "A colleague adds something.")
    desk.queue(product, "First, corrected.")
    desk.run()
    assert desk.comments(product) == ["First, corrected.", "A colleague adds something."]
    assert desk.emulator.calls.counts(**COMMENT) == 1
    assert desk.status(product) == "Published"


@pytest.mark.parametrize("fault", [drop_after, drop_before])
def test_a_lost_answer_to_an_edit_is_settled(fault, product, desk):
    desk.queue(product, "First.")
    desk.run()
    desk.emulator.faults.add(fault(vendor="trustpilot", method="PUT"))
    desk.queue(product, "Second.")
    desk.run()
    assert desk.comments(product) == ["Second."]
    assert desk.status(product) == "Published"


def test_a_comment_cannot_be_deleted_and_the_agent_is_told(product, desk):
    desk.queue(product, "First.")
    desk.run()
    desk.delete(product)
    desk.run()
    seen = desk.row(product)
    assert desk.comments(product) == ["First."] == [seen["Live_Reply__c"]]
    assert seen["Reply_Status__c"] == "Failed"
    assert "no way to delete a comment" in seen["Reply_Error__c"]
    assert desk.issues() == ["reply_failed"]


def test_a_comment_written_at_trustpilot_shows_as_published_with_its_author(product, say, desk):
    thread = say(product, "Theirs.", author_id="colleague-1")
    thread.state = "private"
    desk.import_reviews()
    seen = desk.row(product)
    assert (seen["Reply_Status__c"], seen["Live_Reply__c"], seen["Published_Reply__c"]) == (
        "Published",
        "Theirs.",
        "Theirs.",
    )
    assert seen["Live_Reply_Author_Id__c"] == "colleague-1"
    assert seen["Live_Reply_At__c"]
    assert seen["Conversation_State__c"] == "private"


def test_a_product_review_that_arrives_answered_shows_its_answer(say, desk):
    review = desk.trustpilot.add_product_review(desk.world.business_unit_id)["id"]
    say(review, "Thanks!")
    say(review, "You are welcome.", "consumer")
    desk.import_reviews()
    assert desk.row(review)["Live_Reply__c"] == "Thanks!"
    assert desk.status(review) == "Published"


def test_the_re_scan_finds_what_changed_in_a_conversation(product, say, desk):
    thread = say(product, "Theirs.")
    desk.import_reviews()
    thread.comments[0].content = "Theirs, corrected."
    desk.emulator.clock.advance(timedelta(days=1))
    desk.import_reviews()
    assert desk.row(product)["Published_Reply__c"] == "Theirs, corrected."
    before = len(desk.emulator.calls.all())
    desk.emulator.clock.advance(timedelta(days=1))
    desk.import_reviews()
    later = desk.emulator.calls.all()[before:]
    assert [call.method for call in later if "sobjects/Trustpilot_Review" in call.path] == []


def test_our_own_comment_stays_published_when_its_conversation_is_first_listed(product, desk):
    desk.queue(product, "Thank you!")
    desk.run()
    desk.import_reviews()
    assert desk.status(product) == "Published"
    assert desk.row(product)["Live_Reply__c"] == "Thank you!"


@pytest.mark.parametrize("body", ["<html>", "[]", '{"comments": [{"content": "no id"}]}', ""])
def test_a_conversation_that_cannot_be_read_keeps_no_review_out(body, say, desk):
    review = desk.trustpilot.add_product_review(desk.world.business_unit_id)["id"]
    say(review, "Thanks!")
    desk.emulator.faults.add(
        Fault("trustpilot", "GET", "*/conversations/*", times=None, status=200, body=body)
    )
    desk.import_reviews()
    assert desk.row(review)["Live_Reply__c"] is None


@pytest.mark.parametrize(("late", "status"), [("Thank you!", "Published"), ("Theirs.", "Queued")])
def test_a_comment_that_appears_while_a_new_right_is_taken_is_seen(
    late, status, product, say, desk
):
    desk.emulator.faults.add(drop_before(**COMMENT))
    desk.queue(product, "Thank you!")
    desk.run()
    assert desk.comments(product) == []
    desk.emulator.clock.advance(timedelta(minutes=6))
    desk.run(door=desk.in_the_meantime("/composite/sobjects", lambda: say(product, late)))
    assert desk.comments(product) == [late]
    assert desk.status(product) == status


def test_what_the_consumer_says_in_the_conversation_is_no_answer_of_the_business(product, desk):
    desk.emulator.faults.add(drop_before(**COMMENT))
    desk.queue(product, "Thank you!")
    desk.run()
    (thread,) = desk.emulator.trustpilot.product.conversations.values()
    said = Comment("c", "Hello?", "u", desk.emulator.clock.now(), author_type="consumer")
    thread.comments.append(said)
    desk.emulator.clock.advance(timedelta(minutes=6))
    desk.run()
    assert desk.comments(product) == ["Thank you!"]


def test_four_runs_at_once_answer_each_review_once(desk):
    add = desk.emulator.trustpilot
    services = [add.add_service_review(desk.world.business_unit_id)["id"] for _ in range(6)]
    products = [add.add_product_review(desk.world.business_unit_id)["id"] for _ in range(10)]
    desk.import_reviews()
    for review in services + products:
        desk.queue(review, "Thank you!")
    start = threading.Barrier(4)

    def run():
        start.wait()
        desk.run()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.run()
    assert [desk.comments(review) for review in products] == [["Thank you!"]] * 10
    assert [desk.live(review) for review in services] == ["Thank you!"] * 6
    assert {desk.row(review)["Reply_Status__c"] for review in services + products} == {"Published"}


def test_a_run_that_starts_while_another_is_about_to_comment_leaves_it_alone(product, desk):
    desk.queue(product, "Thank you!")
    desk.run(door=desk.in_the_meantime("/comments", desk.run))
    assert desk.comments(product) == ["Thank you!"]
    assert desk.row(product)["Reply_Status__c"] == "Published"
