"""Decides which reviews must be written to the org, and what their reply fields become.

A review whose content hash is the one the org holds costs no write.
What the agent writes (`Reply__c`) is never touched from here. The status, which agents write as
well, stands apart from the row: it is decided about once more right before it is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.core.reviews.live_replies import EDITED, live_comment, live_fields
from connector.core.terms.instants import instant, to_the_second
from connector.core.terms.objects import ReplyStatus
from connector.core.terms.records import Row
from connector.core.terms.reviews import NO_REPLY, Conversation

KEY = "External_Id__c"
HASH = "Content_Hash__c"

STORED_FIELDS = (
    "Id",
    KEY,
    HASH,
    "Reply_Status__c",
    "Live_Reply__c",
    "Deleted__c",
    "Missing_Since__c",
)
"""What must be read of a stored review before deciding about it."""

WORDS = ("Stars__c", "Title__c", "Text__c")
"""What a customer changes when editing a review."""

EDIT_FIELDS = (KEY, *WORDS, "Review_Updated__c", "Edit_Count__c")
"""What must be read of a changed review before saying that its customer edited it."""

LONGEST_MEMORY = 131_072
"""Characters that the checkpoint's field for seen reviews can hold."""

_HASH_KEPT = 16

_OURS_TO_SETTLE = {
    None,
    "",
    ReplyStatus.PUBLISHED.value,
    ReplyStatus.DELETED.value,
    ReplyStatus.EDITED_REVIEW.value,
}
_ANSWERED = {
    ReplyStatus.PUBLISHED.value,
    ReplyStatus.QUEUED.value,
    ReplyStatus.APPROVED.value,
}


@dataclass(frozen=True)
class MappedReview:
    """A review as its mapping made it: the row for the org and the hash of its content.

    One that is not `wanted` is not brought in; where the org holds it, it is kept true.
    `texts_cut` says how many fields were too short for what they are to hold.
    """

    row: Mapping[str, Any]
    content_hash: str
    wanted: bool = True
    texts_cut: int = 0

    @property
    def id(self) -> str:
        """Trustpilot's id of the review, which is its external id in the org."""
        return str(self.row[KEY])


@dataclass(frozen=True)
class StoreReview:
    """Write this row: the review is new to the org, or changed, maybe by its customer's edit."""

    row: Mapping[str, Any]
    is_new: bool
    is_edit: bool = False

    @property
    def id(self) -> str:
        """Trustpilot's id of the review."""
        return str(self.row[KEY])


@dataclass(frozen=True)
class ReviewsPlan:
    """The writes that bring the org up to date, how many reviews need none, which stay out."""

    stores: tuple[StoreReview, ...]
    unchanged: int
    filtered: tuple[str, ...] = ()


def seen_text(seen: Mapping[str, str]) -> str:
    """Review ids and content hashes as text for a checkpoint; empty where they do not fit.

    The next run reads these reviews again, because its window overlaps; it need not ask the
    org about those whose content is still the same.
    """
    kept = {review_id: content_hash[:_HASH_KEPT] for review_id, content_hash in seen.items()}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":")) if kept else ""
    return text if len(text) <= LONGEST_MEMORY else ""


def seen_reviews(text: object) -> dict[str, str]:
    """What `seen_text` wrote; nothing where the field is empty or somebody changed it."""
    try:
        seen = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in seen.items()} if isinstance(seen, dict) else {}


def is_seen(review: MappedReview, seen: Mapping[str, str]) -> bool:
    """True when the last run left exactly this content in the org."""
    return seen.get(review.id) == review.content_hash[:_HASH_KEPT]


def plan_reviews(mapped: Iterable[MappedReview], stored: Mapping[str, Row]) -> ReviewsPlan:
    """Compare reviews with what the org holds; the last one wins where an id comes twice.

    A review that is not wanted stays out, unless the org holds it already.
    `stored` maps review ids to rows with `STORED_FIELDS`.
    """
    # Trustpilot 1: windows overlap, so one review comes twice.
    latest = {review.id: review for review in mapped}
    stores: list[StoreReview] = []
    filtered: list[str] = []
    for review_id, review in latest.items():
        before = stored.get(review_id)
        if before is None and not review.wanted:
            filtered.append(review_id)
            continue
        if before is not None and _stands(before, review):
            continue
        row = {
            **review.row,
            HASH: review.content_hash,
            **({"Missing_Since__c": None} if before and before.get("Missing_Since__c") else {}),
        }
        stores.append(_answered(StoreReview(row, is_new=before is None)))
    unchanged = len(latest) - len(stores) - len(filtered)
    return ReviewsPlan(tuple(stores), unchanged, tuple(filtered))


def with_edits(plan: ReviewsPlan, before: Mapping[str, Row]) -> tuple[StoreReview, ...]:
    """The plan's writes, those of edited reviews with their previous words and the fact itself.

    `before` maps review ids to rows with `EDIT_FIELDS`.
    """
    return tuple(
        _as_edit(store, before[store.id])
        if store.id in before and is_edit(store.row, before[store.id])
        else store
        for store in plan.stores
    )


def with_conversations(
    plan: ReviewsPlan, conversations: Mapping[str, Conversation], stored: Mapping[str, Row]
) -> ReviewsPlan:
    """The plan with the answers that stand in conversations, which lists do not show.

    `conversations` are by review id, `stored` as for `plan_reviews`.
    """
    stores = (
        _answered(_with(store, conversation_row(conversations[store.id], stored.get(store.id))))
        if store.id in conversations
        else store
        for store in plan.stores
    )
    return replace(plan, stores=tuple(stores))


def conversation_row(conversation: Conversation, before: Row | None) -> dict[str, Any]:
    """What a review's record shows of its conversation: the business's answer, and its state."""
    known = (before or {}).get("Live_Reply__c") or ""
    comment = live_comment(conversation.comments, (known,))
    live = comment.reply if comment else NO_REPLY
    return {**live_fields(live), "Conversation_State__c": conversation.state or None}


def _with(store: StoreReview, fields: Mapping[str, Any]) -> StoreReview:
    return replace(store, row={**store.row, **fields})


def _answered(store: StoreReview) -> StoreReview:
    """A new review with the status that its live reply gives it: no agent has seen it yet."""
    return _with(store, reply_change(store, {}, {})) if store.is_new else store


def touches_reply(store: StoreReview, before: Row) -> bool:
    """True where what is to be stored may change what the agent is told of the reply."""
    return not store.is_new and (store.is_edit or _live_differs(store.row, before))


def reply_change(store: StoreReview, before: Row, current: Row) -> dict[str, Any]:
    """What storing a review means for its reply: nothing while the agent's own is under way.

    `before` is the row with `STORED_FIELDS`, `current` what the org says of the status right now.
    A reply that is published, or about to be, answers words that are gone after an edit.
    """
    status = current.get("Reply_Status__c")
    change = _settled(store.row) if _live_differs(store.row, before) and _is_ours(status) else {}
    if store.is_edit and status in _ANSWERED:
        edited = {"Reply_Status__c": ReplyStatus.EDITED_REVIEW.value, "Reply_Error__c": EDITED}
        return {**change, **edited}
    return change


def _settled(row: Mapping[str, Any]) -> dict[str, Any]:
    live = row.get("Live_Reply__c") or None
    if live is None:  # a reply that was there is gone: somebody deleted it at Trustpilot
        return {"Reply_Status__c": ReplyStatus.DELETED.value, "Published_Reply__c": None}
    return {"Reply_Status__c": ReplyStatus.PUBLISHED.value, "Published_Reply__c": live}


def _live_differs(row: Mapping[str, Any], before: Row) -> bool:
    """A list of product reviews shows no answer (Trustpilot 6.1): a row without it says nothing."""
    shown = (row.get("Live_Reply__c") or None) != (before.get("Live_Reply__c") or None)
    return "Live_Reply__c" in row and shown


def _is_ours(status: object) -> bool:
    return status in _OURS_TO_SETTLE


def _as_edit(store: StoreReview, before: Row) -> StoreReview:
    fields = {
        "Edited__c": True,
        "Edit_Count__c": int(before.get("Edit_Count__c") or 0) + 1,
        **{f"Previous_{name}": before.get(name) for name in WORDS},
    }
    return replace(_with(store, fields), is_edit=True)


def is_edit(row: Mapping[str, Any], before: Row) -> bool:
    """True when the customer changed the words; another mapping changes them without an edit."""
    if not any(name in row and _reads(row[name]) != _reads(before.get(name)) for name in WORDS):
        return False
    # Trustpilot 5.4: null until the review is edited.
    updated = row.get("Review_Updated__c")
    if "Review_Updated__c" not in row:
        return True
    return updated is not None and to_the_second(updated) != instant(
        before.get("Review_Updated__c")
    )


def _reads(value: object) -> object:
    """A value as people read it: the org drops outer blanks and turns line ends."""
    if not isinstance(value, str):
        return value
    return value.replace("\r\n", "\n").strip() or None


def _stands(before: Row, review: MappedReview) -> bool:
    """True when nothing needs to be written: the same content, or a tombstone."""
    if before.get("Deleted__c"):
        return True
    # Trustpilot 5.3: nothing lists what was edited, so contents are compared.
    return before.get(HASH) == review.content_hash and not before.get("Missing_Since__c")
