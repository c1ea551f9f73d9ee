"""Decides what becomes of a queued reply: three texts are compared, none is lost.

What we last published, what the agent wrote, and what is live at Trustpilot now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.core.objects import ReplyStatus
from connector.core.records import Row
from connector.core.reviews import ReviewType

QUEUED_FIELDS = (
    "Id",
    "External_Id__c",
    "Type__c",
    "Reply__c",
    "Published_Reply__c",
)
"""What must be read of a review before its queued reply is decided."""


@dataclass(frozen=True)
class QueuedReply:
    """A reply that an agent has asked to be published.

    `last_published` is the live text the agent knew of; empty where there was none.
    """

    record_id: str
    review_id: str
    review_type: ReviewType
    text: str
    last_published: str


def queued_reply(row: Row) -> QueuedReply:
    """The queued reply that a row of the org stands for."""
    return QueuedReply(
        record_id=row["Id"],
        review_id=row["External_Id__c"],
        review_type=ReviewType(row["Type__c"]),
        text=row.get("Reply__c") or "",
        last_published=row.get("Published_Reply__c") or "",
    )


class ReplyStep(StrEnum):
    """What to do with a queued reply."""

    POST = "post"
    SETTLE = "settle"  # the text is live already: an earlier answer was lost
    CONFLICT = "conflict"  # somebody else's words are live, and the agent has not seen them
    BLOCK = "block"  # it must not go out as it is


@dataclass(frozen=True)
class ReplyDecision:
    """The step, and a sentence for the agent where nothing is posted."""

    step: ReplyStep
    reason: str = ""


_ANSWERED = {
    ReviewType.SERVICE: (
        "Someone answered at Trustpilot meanwhile: read Live Reply, then post again."
    ),
    ReviewType.PRODUCT: (
        "Your business has commented already: read Live Reply, and go on at Trustpilot."
    ),
}


def same_text(one: str, other: str) -> bool:
    """True when two texts read the same: line ends and outer blanks are the vendors' affair."""
    return _normal(one) == _normal(other)


def decide_reply(queued: QueuedReply, live: str) -> ReplyDecision:
    """Compare the three texts; `live` is empty where nobody has answered."""
    if not queued.text.strip():
        return ReplyDecision(ReplyStep.BLOCK, "The reply is empty: write it, then post again.")
    if same_text(live, queued.text):
        return ReplyDecision(ReplyStep.SETTLE)
    if live.strip() and not same_text(live, queued.last_published):
        return ReplyDecision(ReplyStep.CONFLICT, _ANSWERED[queued.review_type])
    return ReplyDecision(ReplyStep.POST)


def stopped_row(queued: QueuedReply, status: ReplyStatus, reason: str) -> dict[str, object]:
    """The row that tells the agent why the reply is not public."""
    return {
        "Id": queued.record_id,
        "Reply_Status__c": status.value,
        "Reply_Error__c": reason[:255],
    }


def conflict_row(queued: QueuedReply, live: str, reason: str) -> dict[str, object]:
    """The row that shows the agent both texts; posting again then means having seen them."""
    return {
        **stopped_row(queued, ReplyStatus.CONFLICT, reason),
        "Live_Reply__c": live,
        "Published_Reply__c": live,
    }


def published_row(queued: QueuedReply, now: datetime) -> dict[str, object]:
    """The row that says that the agent's text is public."""
    return {
        "Id": queued.record_id,
        "Reply_Status__c": ReplyStatus.PUBLISHED.value,
        "Published_Reply__c": queued.text,
        "Live_Reply__c": queued.text,
        "Live_Reply_At__c": now,
        "Replied_At__c": now,
        "Reply_Error__c": None,
    }


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
