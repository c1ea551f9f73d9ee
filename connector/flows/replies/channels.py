"""Where a reply is read and published: a service review has one reply, a product review comments.

A repeated reply replaces the first and does no harm (Trustpilot 5.5); a repeated comment is a
second one, which nobody can delete (Trustpilot 6.2), so adding one is for `comments`. It decides
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.replies.plan import QueuedReply
from connector.core.replies.rows import NOWHERE, Place
from connector.core.reviews.live_replies import live_comment, same_text
from connector.core.terms.errors import EndedEarly, VendorError
from connector.core.terms.outcomes import SendOutcome
from connector.core.terms.reviews import NO_REPLY, Conversation, Reply, Review, ReviewType
from connector.flows.ports import Trustpilot


@dataclass(frozen=True)
class Look:
    """One review as it is at Trustpilot now, and what is live below it.

    `conversation` is None where there is none, as for every service review.
    """

    review: Review
    live: Reply
    conversation: Conversation | None = None

    @property
    def place(self) -> Place:
        """Where the answer stands."""
        if self.conversation is None:
            return NOWHERE
        return Place(self.conversation.id, self.conversation.state)


def look(trustpilot: Trustpilot, queued: QueuedReply) -> Look:
    """Read a review and the business's answer to it. Raises `NotFound` when it is gone."""
    review = trustpilot.review(queued.review_type, queued.review_id)
    if queued.review_type is ReviewType.SERVICE:
        return Look(review, review.reply)
    if not review.conversation_id:
        return Look(review, NO_REPLY)
    conversation = trustpilot.conversation(review.conversation_id)
    comment = live_comment(conversation.comments, (queued.text, queued.last_published))
    return Look(review, comment.reply if comment else NO_REPLY, conversation)


def adds_a_comment(queued: QueuedReply, seen: Look) -> bool:
    """True where publishing would add a comment, which must not happen twice."""
    return queued.review_type is ReviewType.PRODUCT and not seen.live.comment_id


def publish(trustpilot: Trustpilot, queued: QueuedReply, seen: Look, author_id: str) -> SendOutcome:
    """Publish the text in place of what is live; to do it twice changes nothing."""
    if queued.review_type is ReviewType.SERVICE:
        return trustpilot.reply(queued.review_id, queued.text, author_id)
    conversation = seen.review.conversation_id or ""
    return trustpilot.edit_comment(conversation, seen.live.comment_id, queued.text, author_id)


def read_back(trustpilot: Trustpilot, queued: QueuedReply) -> Reply | None:
    """What is live now, after an answer that did not come; None where that cannot be told."""
    try:
        return look(trustpilot, queued).live
    except (VendorError, EndedEarly):
        return None


def is_live(queued: QueuedReply, live: Reply | None) -> bool:
    """True when the queued text is what the public reads."""
    return live is not None and bool(live.text.strip()) and same_text(live.text, queued.text)
