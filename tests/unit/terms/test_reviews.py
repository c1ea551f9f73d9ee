"""A reply is the same value below either kind of review."""

from datetime import UTC, datetime, timedelta

from connector.core.terms.reviews import NO_REPLY, Comment, Reply, Review, ReviewType

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_a_service_review_without_a_reply_has_none():
    assert Review("r1", ReviewType.SERVICE, "u1", NOW).reply == NO_REPLY


def test_a_service_review_holds_its_own_reply():
    review = Review(
        "r1",
        ReviewType.SERVICE,
        "u1",
        NOW,
        reply_text="Thanks",
        reply_created_at=NOW,
        reply_updated_at=LATER,
        reply_author="A colleague",
        reply_author_id="b1",
    )
    assert review.reply == Reply("Thanks", NOW, LATER, "A colleague", "b1")


def test_a_comment_is_a_reply_that_knows_its_comment():
    comment = Comment("c1", "Thanks", True, NOW, LATER, "b1")  # noqa: FBT003 - ours
    assert comment.reply == Reply("Thanks", NOW, LATER, author_id="b1", comment_id="c1")
