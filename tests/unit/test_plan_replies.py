"""Three texts are compared: last published, the agent's, and what is live."""

from datetime import UTC, datetime

import pytest

from connector.core.objects import ReplyStatus
from connector.core.plan_replies import (
    QueuedReply,
    ReplyStep,
    conflict_row,
    decide_reply,
    published_row,
    queued_reply,
    same_text,
    stopped_row,
)
from connector.core.reviews import ReviewType

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def queued(text="ours", last_published=""):
    return QueuedReply("a00", "r1", ReviewType.SERVICE, text, last_published)


@pytest.mark.parametrize(
    ("last_published", "ours", "live", "step"),
    [
        ("", "ours", "", ReplyStep.POST),  # nobody has answered yet
        ("old", "ours", "old", ReplyStep.POST),  # we edit our own reply
        ("old", "ours", "", ReplyStep.POST),  # our reply was deleted; nothing is overwritten
        ("", "ours", "ours", ReplyStep.SETTLE),  # posted before, the answer was lost
        ("old", "ours", "ours", ReplyStep.SETTLE),  # edited before, the answer was lost
        ("", "ours", "ours\r\n", ReplyStep.SETTLE),  # line ends are the vendors' affair
        ("", "ours", "theirs", ReplyStep.CONFLICT),  # a colleague answered first
        ("old", "ours", "theirs", ReplyStep.CONFLICT),  # a colleague changed our reply
        ("", "", "", ReplyStep.BLOCK),  # nothing written
        ("", " \n ", "theirs", ReplyStep.BLOCK),  # only blanks
    ],
)
def test_the_three_texts_decide(last_published, ours, live, step):
    assert decide_reply(queued(ours, last_published), live).step is step


def test_a_conflict_and_a_block_say_why():
    assert "read Live Reply" in decide_reply(queued(), "theirs").reason
    assert "empty" in decide_reply(queued(""), "").reason


def test_after_a_conflict_the_agent_has_seen_their_words_and_may_post():
    row = conflict_row(queued(), "theirs", "why")
    assert row["Reply_Status__c"] == "Conflict"
    again = queued_reply(
        {"Id": "a00", "External_Id__c": "r1", "Type__c": "Service", "Reply__c": "ours", **row}
    )
    assert decide_reply(again, "theirs").step is ReplyStep.POST
    assert decide_reply(again, "theirs, edited").step is ReplyStep.CONFLICT


def test_a_published_reply_is_the_base_of_the_next_comparison():
    row = published_row(queued("ours"), NOW)
    assert row["Published_Reply__c"] == row["Live_Reply__c"] == "ours"
    assert row["Reply_Error__c"] is None


def test_a_stopped_reply_tells_the_agent_within_the_field():
    row = stopped_row(queued(), ReplyStatus.FAILED, "x" * 300)
    assert row["Reply_Status__c"] == "Failed"
    assert len(row["Reply_Error__c"]) == 255


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("a\r\nb", "a\nb", True), (" a ", "a", True), ("a", "A", False), ("", "  ", True)],
)
def test_texts_that_read_the_same_are_the_same(one, other, same):
    assert same_text(one, other) is same


def test_empty_fields_of_a_row_are_empty_texts():
    reply = queued_reply({"Id": "a00", "External_Id__c": "r1", "Type__c": "Product"})
    assert (reply.text, reply.last_published, reply.review_type) == ("", "", ReviewType.PRODUCT)
