"""Comments on product reviews: at most one of the business, whatever happens."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from connector.emulator.faults import Fault, drop_after, drop_before, too_many_requests
from connector.emulator.trustpilot.product_reviews import Comment

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


def test_a_colleagues_comment_is_a_conflict_and_no_second_comment_follows(product, desk):
    desk.queue(product, "First.")
    desk.run()
    thread = next(iter(desk.emulator.trustpilot.product.conversations.values()))
    thread.comments.clear()
    thread.comments.append(Comment("c", "Theirs.", "u", desk.emulator.clock.now()))
    desk.emulator.org.update(
        "Trustpilot_Review__c", desk.row(product)["Id"], {"Published_Reply__c": None}
    )
    desk.queue(product, "Ours.")
    desk.run()
    assert desk.row(product)["Reply_Status__c"] == "Conflict"
    desk.queue(product)
    desk.run()
    assert desk.comments(product) == ["Theirs."]
    assert desk.row(product)["Reply_Status__c"] == "Failed"


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
