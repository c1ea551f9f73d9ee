"""Where a reply is read and posted: a service review has one reply, a product review comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from connector.core.outcomes import SendOutcome, Verdict
from connector.core.plan_replies import QueuedReply, same_text
from connector.core.reviews import ReviewType
from connector.flows.ports import Trustpilot


@dataclass(frozen=True)
class Posted:
    """What Trustpilot said to a post, and fields of the review's record learnt on the way."""

    outcome: SendOutcome
    fields: Mapping[str, object] = field(default_factory=dict)


class Channel(Protocol):
    """One review's place for the business's answer."""

    def live(self) -> str:
        """The answer that is public now, empty where there is none. Raises `NotFound`."""
        ...

    def post(self) -> Posted:
        """Publish the queued text; called at most once."""
        ...


def channel_for(trustpilot: Trustpilot, queued: QueuedReply) -> Channel:
    """The channel that fits the review's type."""
    if queued.review_type is ReviewType.SERVICE:
        return ServiceReply(trustpilot, queued)
    return ProductComment(trustpilot, queued)


@dataclass(frozen=True)
class ServiceReply:
    """The one reply of a service review; posting replaces what is live."""

    trustpilot: Trustpilot
    queued: QueuedReply

    def live(self) -> str:
        """The live reply, read by the review's id."""
        review = self.trustpilot.review(ReviewType.SERVICE, self.queued.review_id)
        return review.reply_text or ""

    def post(self) -> Posted:
        """Publish the queued text."""
        return Posted(self.trustpilot.reply(self.queued.review_id, self.queued.text))


@dataclass(frozen=True)
class ProductComment:
    """The business's comment in a product review's conversation; a second post adds another."""

    trustpilot: Trustpilot
    queued: QueuedReply

    def live(self) -> str:
        """Our text if any comment of the business says it, else the business's last comment."""
        conversation_id = self._conversation_id()
        if not conversation_id:
            return ""
        comments = self.trustpilot.comments(conversation_id)
        texts = [comment.text for comment in comments if comment.by_business]
        ours = [text for text in texts if same_text(text, self.queued.text)]
        return (ours or texts or [""])[-1]

    def post(self) -> Posted:
        """Add the comment, opening the conversation first where there is none."""
        if self.queued.last_published:
            refusal = "A comment on a product review is edited at Trustpilot, not from Salesforce."
            return Posted(SendOutcome(Verdict.REFUSED, detail=refusal))
        conversation_id = self._conversation_id()
        if not conversation_id:
            conversation_id = self.trustpilot.open_conversation(self.queued.review_id)
        outcome = self.trustpilot.comment(conversation_id, self.queued.text)
        return Posted(outcome, {"Conversation_Id__c": conversation_id})

    def _conversation_id(self) -> str:
        review = self.trustpilot.review(ReviewType.PRODUCT, self.queued.review_id)
        return review.conversation_id or ""
