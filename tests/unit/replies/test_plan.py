"""Three texts are compared: last published, the agent's, and what is live."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.replies.lint import Finding, LintRule, Severity
from connector.core.replies.plan import (
    QueuedReply,
    ReplyStep,
    Wish,
    decide_reply,
    queued_reply,
    wish_of,
)
from connector.core.replies.policy import Approval
from connector.core.reviews.live_replies import live_comment, live_fields, same_text
from connector.core.terms.reviews import NO_REPLY, Comment, Reply, ReviewType

BLOCKING = (Finding(LintRule.SURNAME, Severity.BLOCK, "Roe"),)
WARNING = (Finding(LintRule.CAPITALS, Severity.WARN, "all"),)
QUEUED = QueuedReply("a00", "r1", ReviewType.SERVICE, Wish.POST, "ours")


def step(live, **facts):
    how = {name: facts.pop(name) for name in ("is_edited", "findings") if name in facts}
    return decide_reply(replace(QUEUED, **facts), Reply(live), **how).step


@pytest.mark.parametrize(
    ("last_published", "ours", "live", "expected"),
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
def test_the_three_texts_decide(last_published, ours, live, expected):
    assert step(live, last_published=last_published, text=ours) is expected


@pytest.mark.parametrize(
    ("choice", "their_reply", "live", "expected"),
    [
        ("Post Mine", "theirs", "theirs", ReplyStep.POST),  # chosen about these very words
        ("Post Mine", "theirs", "theirs, edited", ReplyStep.CONFLICT),  # they went on writing
        ("Post Mine", "", "theirs", ReplyStep.CONFLICT),  # a choice before there was a conflict
        ("", "theirs", "theirs", ReplyStep.CONFLICT),  # posted again without a choice
    ],
)
def test_a_choice_is_about_the_words_that_were_shown(choice, their_reply, live, expected):
    assert step(live, choice=choice, their_reply=their_reply) is expected


@pytest.mark.parametrize(
    ("live", "facts", "expected"),
    [
        ("", {"is_edited": True}, ReplyStep.EDITED),  # it answers words that are gone
        ("ours", {"is_edited": True}, ReplyStep.SETTLE),  # it is public whatever the customer did
        ("theirs", {"is_edited": True}, ReplyStep.EDITED),  # the edit is told first
        ("", {"findings": BLOCKING}, ReplyStep.BLOCK),
        ("", {"findings": WARNING}, ReplyStep.POST),
        ("ours", {"findings": BLOCKING}, ReplyStep.SETTLE),
        ("theirs", {"findings": BLOCKING}, ReplyStep.BLOCK),
    ],
)
def test_edits_and_checks_stop_what_is_not_public_yet(live, facts, expected):
    assert step(live, **facts) is expected


@pytest.mark.parametrize(
    ("review_type", "live", "facts", "expected"),
    [
        (ReviewType.SERVICE, "ours", {"last_published": "ours"}, ReplyStep.DELETE),
        (
            ReviewType.SERVICE,
            "theirs",
            {"shown": "theirs"},
            ReplyStep.DELETE,
        ),  # it is on the record
        (ReviewType.SERVICE, "theirs", {"shown": "ours"}, ReplyStep.CONFLICT),  # it is not
        (ReviewType.SERVICE, "", {"last_published": "ours"}, ReplyStep.GONE),
        (ReviewType.PRODUCT, "ours", {"last_published": "ours"}, ReplyStep.REFUSE),
    ],
)
def test_only_what_the_record_shows_is_deleted(review_type, live, facts, expected):
    assert step(live, wish=Wish.DELETE, review_type=review_type, **facts) is expected


@pytest.mark.parametrize(("live", "expected"), [("x", ReplyStep.KEEP), ("", ReplyStep.GONE)])
def test_theirs_is_kept_where_it_is_still_there(live, expected):
    assert step(live, wish=Wish.KEEP_THEIRS) is expected


@pytest.mark.parametrize("findings", [BLOCKING, WARNING, ()])
def test_what_stops_a_reply_says_why_without_its_words(findings):
    for live in ("theirs", ""):
        for wish in Wish:
            decision = decide_reply(replace(QUEUED, wish=wish), Reply(live), findings=findings)
            assert "Roe" not in decision.reason
            stops = decision.step in (ReplyStep.CONFLICT, ReplyStep.BLOCK)
            assert bool(decision.reason) is stops
    assert decide_reply(QUEUED, NO_REPLY, findings=BLOCKING).told.endswith("last name (Roe).")


@pytest.mark.parametrize(
    ("status", "choice", "without", "with_approval"),
    [
        ("Queued", None, Wish.POST, None),
        ("Approved", None, Wish.POST, Wish.POST),
        ("Queued", "Post Mine", Wish.POST, None),
        ("Conflict", "Post Mine", Wish.POST, None),
        ("Conflict", "Keep Theirs", Wish.KEEP_THEIRS, Wish.KEEP_THEIRS),
        ("Delete Queued", None, Wish.DELETE, Wish.DELETE),
        ("Delete Queued", "Keep Theirs", Wish.DELETE, Wish.DELETE),
        ("Conflict", None, None, None),
        ("Draft", "Post Mine", None, None),
        ("Published", "Keep Theirs", None, None),
        (None, None, None, None),
    ],
)
def test_status_and_choice_say_what_is_wanted(status, choice, without, with_approval):
    row = {"Reply_Status__c": status, "Conflict_Choice__c": choice}
    assert wish_of(row, Approval.NONE) is without
    assert wish_of(row, Approval.REQUIRED) is with_approval


@given(
    st.sampled_from(["", "ours", "old", "theirs", "more"]),
    st.sampled_from(["", "old", "ours"]),
    st.sampled_from(["", "theirs"]),
    st.sampled_from(["", "Post Mine", "Keep Theirs"]),
    st.sampled_from(Wish),
)
def test_nothing_is_overwritten_or_deleted_that_the_record_does_not_show(
    live, last_published, their_reply, choice, wish
):
    queued = replace(
        QUEUED, wish=wish, last_published=last_published, their_reply=their_reply, choice=choice
    )
    decision = decide_reply(queued, Reply(live))
    if decision.step in (ReplyStep.POST, ReplyStep.DELETE) and live:
        assert live in (last_published, their_reply)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("a\r\nb", "a\nb", True), (" a ", "a", True), ("a", "A", False), ("", "  ", True)],
)
def test_texts_that_read_the_same_are_the_same(one, other, same):
    assert same_text(one, other) is same


def test_empty_fields_of_a_row_are_empty_texts():
    row = {"Id": "a00", "External_Id__c": "r1", "Type__c": "Product"}
    reply = queued_reply(row, Wish.POST)
    assert (reply.text, reply.last_published, reply.choice) == ("", "", "")
    assert reply.review_type is ReviewType.PRODUCT


def said(*texts):
    return [Comment(str(n), text, by_business=who) for n, (text, who) in enumerate(texts)]


@pytest.mark.parametrize(
    ("comments", "known", "expected"),
    [
        (said(), ("a",), None),  # nobody said anything
        (said(("a", False)), ("a",), None),  # the customer is not the business
        (said(("a", True), ("b", True)), (), "b"),  # the latest
        (said(("a", True), ("b", True)), ("a",), "a"),  # ours, though somebody went on
        (said(("a", True), ("b", True)), ("c", "a"), "a"),  # what we published, not the new text
        (said(("a", True), (" ", True)), ("",), "a"),  # an empty comment answers nothing
    ],
)
def test_of_several_comments_ours_is_the_answer_else_the_last(comments, known, expected):
    found = live_comment(comments, known)
    assert (found.text if found else None) == expected


def test_nothing_live_leaves_nothing_on_the_record():
    assert set(live_fields(NO_REPLY).values()) == {None}
