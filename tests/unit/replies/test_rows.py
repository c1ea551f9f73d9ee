"""What is written of a reply, and how much of it when the agent wrote on meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.core.replies.plan import QueuedReply, ReplyDecision, ReplyStep, Wish
from connector.core.replies.rows import (
    Place,
    deleted,
    in_conflict,
    kept,
    published,
    row_to_write,
    stopped,
)
from connector.core.terms.objects import ReplyStatus
from connector.core.terms.reviews import Reply, ReviewType

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
QUEUED = QueuedReply("a00", "r1", ReviewType.SERVICE, Wish.POST, "ours")
THEIRS = Reply("theirs", NOW, author="A colleague", author_id="c")
DECISION = ReplyDecision(ReplyStep.POST, "why", warnings=("one", "two"))
PUBLISHED = published(QUEUED, Reply("ours", NOW, author_id="u"), DECISION, NOW)


def current(**changed):
    return {"Id": "a00", "Reply__c": "ours", "Reply_Status__c": "Queued", **changed}


def test_a_published_reply_is_the_base_of_the_next_comparison():
    row = row_to_write(PUBLISHED, current())
    assert row["Published_Reply__c"] == row["Live_Reply__c"] == "ours"
    assert row["Reply_Status__c"] == "Published"
    assert (row["Reply_Error__c"], row["Their_Reply__c"], row["Conflict_Choice__c"]) == (None,) * 3
    assert row["Reply_Warnings__c"] == "one\ntwo"
    assert "Conversation_Id__c" not in row


def test_a_comment_says_where_it_stands():
    record = published(QUEUED, THEIRS, DECISION, NOW, Place("c1"))
    assert record.facts["Conversation_Id__c"] == "c1"
    assert "Conversation_State__c" not in record.row


def test_a_conflict_shows_both_texts_and_asks_for_a_new_choice():
    row = row_to_write(in_conflict(QUEUED, THEIRS, DECISION), current())
    assert row["Their_Reply__c"] == row["Live_Reply__c"] == "theirs"
    assert row["Live_Reply_Author__c"] == "A colleague"
    assert (row["Reply_Status__c"], row["Conflict_Choice__c"]) == ("Conflict", None)
    assert "Published_Reply__c" not in row
    assert "Reply__c" not in row


def test_a_stopped_reply_tells_the_agent_within_the_field():
    decision = ReplyDecision(ReplyStep.BLOCK, "short", "x" * 300)
    row = stopped(QUEUED, ReplyStatus.BLOCKED, decision).row
    assert row["Reply_Status__c"] == "Blocked"
    assert len(row["Reply_Error__c"]) == 255
    assert row["Reply_Warnings__c"] is None


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "Published"),  # nothing happened
        ({"Reply__c": "new"}, None),  # the agent wrote on: it stays queued
        ({"Reply__c": "new", "Reply_Status__c": "Draft"}, None),
        ({"Reply_Status__c": "Draft"}, None),  # withdrawn a moment too late
        ({"Reply_Status__c": "Delete Queued"}, None),
        ({"Reply_Status__c": "Conflict"}, "Published"),  # another run saw it a moment earlier
        ({"Reply_Status__c": "Published", "Published_Reply__c": "ours"}, "Published"),
        # another run published a later text, over which ours may have gone
        (
            {"Reply__c": "new", "Reply_Status__c": "Published", "Published_Reply__c": "new"},
            "Queued",
        ),
        # the agent has begun to write after another run told the same
        ({"Reply__c": "new", "Reply_Status__c": "Published", "Published_Reply__c": "ours"}, None),
    ],
)
def test_what_is_public_is_told_and_the_agents_status_stays(changed, status):
    row = row_to_write(PUBLISHED, current(**changed))
    assert row["Live_Reply__c"] == row["Published_Reply__c"] == "ours"
    assert row.get("Reply_Status__c") == status


@pytest.mark.parametrize(
    "record",
    [
        stopped(QUEUED, ReplyStatus.FAILED, DECISION),
        in_conflict(QUEUED, THEIRS, DECISION),
        kept(QUEUED, THEIRS),
    ],
)
@pytest.mark.parametrize(
    "changed",
    [{"Reply__c": "new"}, {"Reply_Status__c": "Draft"}, {"Conflict_Choice__c": "Post Mine"}],
)
def test_what_is_not_public_is_only_told_of_the_text_it_is_about(record, changed):
    assert row_to_write(record, current()) == dict(record.row)
    assert row_to_write(record, current(**changed)) == {}


def test_what_is_deleted_is_gone_whatever_the_agent_writes():
    row = row_to_write(deleted(QUEUED), current(Reply__c="new"))
    assert (row["Live_Reply__c"], row["Published_Reply__c"]) == (None, None)
    assert "Reply_Status__c" not in row


@pytest.mark.parametrize("gone", [None, current(Deleted__c=True)])
@pytest.mark.parametrize("record", [PUBLISHED, kept(QUEUED, THEIRS), deleted(QUEUED)])
def test_nothing_is_written_onto_a_tombstone(record, gone):
    assert row_to_write(record, gone) == {}
