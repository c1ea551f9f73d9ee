"""What is public below a review: the same text, the difference, and the comment that counts."""

from datetime import UTC, datetime

import pytest

from connector.core.reviews.live_replies import difference, live_comment, live_fields, same_text
from connector.core.terms.reviews import NO_REPLY, Comment, Reply

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ours(id_, text):
    return Comment(id_, text, by_business=True)


def theirs(id_, text):
    return Comment(id_, text, by_business=False)


@pytest.mark.parametrize(
    "other", ["Dear Anna\r\nThanks", "Dear Anna\rThanks\n", " Dear Anna\nThanks"]
)
def test_line_ends_and_outer_blanks_make_no_other_text(other):
    assert same_text("Dear Anna\nThanks", other)


def test_inner_blanks_and_capitals_make_another_text():
    assert not same_text("Dear Anna", "Dear  Anna")
    assert not same_text("Dear Anna", "dear Anna")


def test_a_difference_shows_lines_that_go_stay_and_come():
    assert difference("Dear Anna\nSorry", "Dear Anna\r\nThanks") == (
        " Dear Anna",
        "-Sorry",
        "+Thanks",
    )


def test_a_first_text_only_comes():
    assert difference("", "Dear Anna\nThanks") == ("+Dear Anna", "+Thanks")


def test_a_text_that_stays_makes_no_difference():
    assert difference("Thanks", "Thanks\n") == ()


@pytest.mark.parametrize(
    ("comments", "known", "expected"),
    [
        ([], ["Thanks"], None),
        ([theirs("c1", "Thanks")], ["Thanks"], None),  # a consumer may say the same
        ([ours("c1", "  ")], [], None),
        ([ours("c1", "Hello"), ours("c2", "Bye")], [], "c2"),
        ([ours("c1", "Thanks\r\n"), ours("c2", "Bye")], ["Thanks"], "c1"),
        ([ours("c1", "Thanks"), ours("c2", "Thanks")], ["Thanks"], "c2"),
        ([ours("c1", "Old"), ours("c2", "New")], ["Newest", "Old", "New"], "c1"),
        ([ours("c1", "Hello")], ["", "Thanks"], "c1"),
    ],
)
def test_the_answer_says_known_words_or_is_the_last_of_ours(comments, known, expected):
    found = live_comment(comments, known)
    assert (found and found.id) == expected


def test_the_record_shows_what_is_live():
    assert live_fields(Reply("Thanks", NOW, NOW, "A colleague", "b1")) == {
        "Live_Reply__c": "Thanks",
        "Live_Reply_At__c": NOW,
        "Live_Reply_Updated__c": NOW,
        "Live_Reply_Author__c": "A colleague",
        "Live_Reply_Author_Id__c": "b1",
    }


def test_without_a_reply_every_field_is_empty():
    assert set(live_fields(NO_REPLY).values()) == {None}
