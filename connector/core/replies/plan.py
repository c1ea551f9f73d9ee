"""Decides what becomes of a reply that somebody asked for: three texts are compared, none is lost.

What we last published, what the agent wrote, and what is live at Trustpilot now. What the agent
writes is never changed from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from connector.core.replies.lint import Finding, Severity, reasons, told
from connector.core.replies.policy import Approval
from connector.core.reviews.live_replies import EDITED, same_text
from connector.core.terms.objects import ConflictChoice, ReplyStatus
from connector.core.terms.records import Row
from connector.core.terms.reviews import Reply, ReviewType

STATE_FIELDS = ("Id", "Reply__c", "Reply_Status__c", "Conflict_Choice__c")
"""What the agent writes: where one of these changed, the agent wants something else."""

REPLY_FIELDS = (
    *STATE_FIELDS,
    "External_Id__c",
    "Type__c",
    "Published_Reply__c",
    "Their_Reply__c",
    "Live_Reply__c",
)
"""What must be read of a review before it is decided what becomes of its reply."""


class Wish(StrEnum):
    """What somebody wants of a reply."""

    POST = "post"
    DELETE = "delete"
    KEEP_THEIRS = "keep theirs"


@dataclass(frozen=True)
class QueuedReply:
    """A reply of which somebody wants something.

    `last_published` is the live text that Salesforce knew of as ours, `their_reply` the one that
    a conflict showed to the agent, `shown` the one that the record shows; each may be empty.
    """

    record_id: str
    review_id: str
    review_type: ReviewType
    wish: Wish
    text: str
    status: str = ReplyStatus.QUEUED.value
    choice: str = ""
    last_published: str = ""
    their_reply: str = ""
    shown: str = ""


def wish_of(row: Row, approval: Approval) -> Wish | None:
    """What is to be done about the reply of a row; None where nothing is, or not yet."""
    status, choice = row.get("Reply_Status__c"), row.get("Conflict_Choice__c")
    posts = {ReplyStatus.APPROVED.value}
    if approval is Approval.NONE:
        posts.add(ReplyStatus.QUEUED.value)
        if choice == ConflictChoice.POST_MINE.value:
            posts.add(ReplyStatus.CONFLICT.value)
    if status == ReplyStatus.CONFLICT.value and choice == ConflictChoice.KEEP_THEIRS.value:
        return Wish.KEEP_THEIRS
    if status == ReplyStatus.DELETE_QUEUED.value:
        return Wish.DELETE
    return Wish.POST if status in posts else None


def queued_reply(row: Row, wish: Wish) -> QueuedReply:
    """The reply that a row with `REPLY_FIELDS` stands for."""
    return QueuedReply(
        record_id=row["Id"],
        review_id=row["External_Id__c"],
        review_type=ReviewType(row["Type__c"]),
        wish=wish,
        text=row.get("Reply__c") or "",
        status=row.get("Reply_Status__c") or "",
        choice=row.get("Conflict_Choice__c") or "",
        last_published=row.get("Published_Reply__c") or "",
        their_reply=row.get("Their_Reply__c") or "",
        shown=row.get("Live_Reply__c") or "",
    )


class ReplyStep(StrEnum):
    """What to do with a reply."""

    POST = "post"
    SETTLE = "settle"  # the text is live already: an earlier answer was lost
    CONFLICT = "conflict"  # somebody else's words are live, and the agent has not seen them
    BLOCK = "block"  # it must not go out as it is
    EDITED = "edited review"  # the customer wrote something else than the agent answered
    DELETE = "delete"
    GONE = "gone"  # nothing is live that could be deleted or kept
    KEEP = "keep theirs"
    REFUSE = "refuse"  # Trustpilot has no way to do it


@dataclass(frozen=True)
class ReplyDecision:
    """The step; a sentence where nothing is posted; what the checks found, for the record.

    `reason` is fit for reports, `told` may repeat words of the reply.
    """

    step: ReplyStep
    reason: str = ""
    told: str = ""
    warnings: tuple[str, ...] = ()


_CONFLICT = (
    "Somebody else's words are live: read Their Reply, then choose Keep Theirs or Post Mine."
)
_DELETE_CONFLICT = (
    "Somebody changed the live reply: read Their Reply, then choose Keep Theirs or delete again."
)
_EMPTY = "The reply is empty: write it, then post again."
# Trustpilot 6.2: comments can be edited; there is no DELETE.
_NO_DELETE = "Trustpilot has no way to delete a comment on a product review: edit it instead."


def decide_reply(
    queued: QueuedReply, live: Reply, *, is_edited: bool = False, findings: Sequence[Finding] = ()
) -> ReplyDecision:
    """Compare the texts; `is_edited` says that the customer changed what was answered."""
    if queued.wish is Wish.KEEP_THEIRS:
        return ReplyDecision(ReplyStep.KEEP if live.text.strip() else ReplyStep.GONE)
    if queued.wish is Wish.DELETE:
        return _decide_deletion(queued, live)
    decision = _decide_posting(queued, live, findings, is_edited=is_edited)
    return replace(decision, warnings=told(findings, Severity.WARN))


def _decide_posting(
    queued: QueuedReply, live: Reply, findings: Sequence[Finding], *, is_edited: bool
) -> ReplyDecision:
    if not queued.text.strip():
        return ReplyDecision(ReplyStep.BLOCK, _EMPTY)
    if same_text(live.text, queued.text):  # whatever the checks say of it: it is public
        return ReplyDecision(ReplyStep.SETTLE)
    if is_edited:
        return ReplyDecision(ReplyStep.EDITED, EDITED)
    if blocked := reasons(findings, Severity.BLOCK):
        words = _blocked(told(findings, Severity.BLOCK))
        return ReplyDecision(ReplyStep.BLOCK, _blocked(blocked), words)
    if live.text.strip() and not _is_known(queued, live.text):
        # Trustpilot 5.5: a POST replaces whatever is live, a colleague's words too.
        return ReplyDecision(ReplyStep.CONFLICT, _CONFLICT)
    return ReplyDecision(ReplyStep.POST)


def _decide_deletion(queued: QueuedReply, live: Reply) -> ReplyDecision:
    """What is deleted is what the record shows, whoever wrote it."""
    if queued.review_type is ReviewType.PRODUCT:
        return ReplyDecision(ReplyStep.REFUSE, _NO_DELETE)
    if not live.text.strip():
        return ReplyDecision(ReplyStep.GONE)
    known = (queued.last_published, queued.shown, queued.their_reply)
    if not any(same_text(live.text, one) for one in known):
        return ReplyDecision(ReplyStep.CONFLICT, _DELETE_CONFLICT)
    return ReplyDecision(ReplyStep.DELETE)


def _is_known(queued: QueuedReply, live: str) -> bool:
    """True when the agent knows the words that are live, and wants them replaced."""
    theirs = queued.their_reply if queued.choice == ConflictChoice.POST_MINE.value else ""
    return any(same_text(live, one) for one in (queued.last_published, theirs))


def _blocked(found: Sequence[str]) -> str:
    return f"Correct the reply, then post again: {'; '.join(found)}."
