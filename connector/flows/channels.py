"""Where a reply is read and posted: a service review has one reply, a product review comments.

A repeated reply replaces the first and does no harm; a repeated comment is a second one, which
nobody can delete. So a comment needs a right, taken by an insert on a unique key in the org.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from connector.core.attempts import ATTEMPT_FIELDS, outcome_row
from connector.core.comment_rights import (
    COMMENT_TRIES,
    comment_right_is_spent,
    comment_right_key,
    comment_right_row,
)
from connector.core.errors import CallFacts, ConnectorError, RequestRefused, VendorUnreachable
from connector.core.objects import SEND_ATTEMPT
from connector.core.outcomes import SendOutcome, Verdict
from connector.core.plan_replies import QueuedReply, same_text
from connector.core.records import Condition, Row, Select
from connector.core.reviews import ReviewType
from connector.flows.claims import TAKEN
from connector.flows.context import RunContext
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

    def post(self) -> Posted | None:
        """Publish the queued text, called at most once; None where another run is doing so."""
        ...


def channel_for(context: RunContext, queued: QueuedReply) -> Channel:
    """The channel that fits the review's type."""
    if queued.review_type is ReviewType.SERVICE:
        return ServiceReply(context.trustpilot, queued)
    return ProductComment(context, queued)


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

    context: RunContext
    queued: QueuedReply

    def live(self) -> str:
        """Our text if any comment of the business says it, else the business's last comment."""
        conversation_id = self._conversation_id()
        if not conversation_id:
            return ""
        comments = self.context.trustpilot.comments(conversation_id)
        texts = [comment.text for comment in comments if comment.by_business]
        ours = [text for text in texts if same_text(text, self.queued.text)]
        return (ours or texts or [""])[-1]

    def post(self) -> Posted | None:
        """Add the comment if the right to it can be had, opening the conversation if needed."""
        if self.queued.last_published:
            refusal = "A comment on a product review is edited at Trustpilot, not from Salesforce."
            return Posted(SendOutcome(Verdict.REFUSED, detail=refusal))
        right = self._take_right()
        if not right:
            return None
        try:
            posted = self._comment()
        except ConnectorError:
            self._record(right, SendOutcome(Verdict.TRY_LATER))
            raise
        self._record(right, posted.outcome)
        return posted

    def _conversation_id(self) -> str:
        review = self.context.trustpilot.review(ReviewType.PRODUCT, self.queued.review_id)
        return review.conversation_id or ""

    def _comment(self) -> Posted:
        """Add the comment; whatever is raised from here, it was not added."""
        conversation_id = self._conversation_id()
        if not conversation_id:
            conversation_id = self.context.trustpilot.open_conversation(self.queued.review_id)
        outcome = self.context.trustpilot.comment(conversation_id, self.queued.text)
        return Posted(outcome, {"Conversation_Id__c": conversation_id})

    def _take_right(self) -> str:
        """The record id of the right to comment; empty while another run may be commenting."""
        org, review_id = self.context.org, self.queued.review_id
        tries = self._tries(comment_right_key(review_id, number) for number in COMMENT_TRIES)
        if not all(comment_right_is_spent(row, org.now()) for row in tries):
            return ""
        if len(tries) == len(COMMENT_TRIES):
            raise _refused(f"It was tried {len(tries)} times: answer this review at Trustpilot.")
        row = comment_right_row(review_id, len(tries) + 1, org.now(), self.context.run_id)
        right = self._insert(row)
        # A right that is spent may have been used since we looked at what is live.
        return "" if tries and self.live() else right

    def _insert(self, row: Row) -> str:
        try:
            (result,) = self.context.org.insert(SEND_ATTEMPT, [row])
        except VendorUnreachable as lost:
            if not lost.maybe_processed:
                raise
            mine = self._tries([str(row["Attempt_Key__c"])])
            return str(mine[0]["Id"]) if mine and mine[0]["Run_Id__c"] == row["Run_Id__c"] else ""
        if result.error is not None and result.error.code != TAKEN:
            raise _refused(f"The org refuses the right to comment: {result.error.code}.")
        return result.id or ""

    def _tries(self, keys: Iterable[str]) -> tuple[Row, ...]:
        where = (Condition("Attempt_Key__c", "in", tuple(keys)),)
        (answer,) = self.context.org.read([Select(SEND_ATTEMPT, ATTEMPT_FIELDS, where)])
        return answer.rows

    def _record(self, right: str, outcome: SendOutcome) -> None:
        row = outcome_row(right, outcome, self.context.org.now())
        self.context.org.update(SEND_ATTEMPT, [row])


def _refused(sentence: str) -> RequestRefused:
    return RequestRefused(sentence, CallFacts("Salesforce", "POST", SEND_ATTEMPT))
