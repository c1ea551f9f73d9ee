"""The rows that tell an agent what became of a reply, and how much of them is true later.

An agent may write while a run works. What is public is a fact whatever the agent does; a status
is only written over the one that was decided about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.core.replies.plan import STATE_FIELDS, QueuedReply, ReplyDecision
from connector.core.reviews.live_replies import live_fields, same_text
from connector.core.terms.objects import ReplyStatus
from connector.core.terms.records import Row
from connector.core.terms.reviews import NO_REPLY, Reply

CURRENT_FIELDS = (*STATE_FIELDS, "Published_Reply__c", "Deleted__c")
"""What is read of a review again before its row is written."""

_LINE = 255
_NOTES = 32_000
_WITHDRAWN = frozenset({ReplyStatus.DRAFT.value, ReplyStatus.DELETE_QUEUED.value})


@dataclass(frozen=True)
class Record:
    """What is to be written of one reply: the row, and what of it is true whatever happens.

    `is_public` says that the text of `queued` is live by now.
    """

    queued: QueuedReply
    row: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_public: bool = False


def stopped(
    queued: QueuedReply, status: ReplyStatus, decision: ReplyDecision, live: Reply | None = None
) -> Record:
    """The reply is not public: the status says so, and a sentence says why and what to do."""
    row: dict[str, Any] = {
        "Id": queued.record_id,
        "Reply_Status__c": status.value,
        "Reply_Error__c": _cut(decision.told or decision.reason, _LINE),
        "Reply_Warnings__c": _lines(decision.warnings),
        **(live_fields(live) if live else {}),
    }
    return Record(queued, row)


def in_conflict(queued: QueuedReply, live: Reply, decision: ReplyDecision) -> Record:
    """Both texts stand on the record; what the agent chooses is about these words only."""
    row = {
        **stopped(queued, ReplyStatus.CONFLICT, decision, live).row,
        "Their_Reply__c": live.text,
        "Conflict_Choice__c": None,
    }
    return Record(queued, row)


@dataclass(frozen=True)
class Place:
    """The conversation in which a comment stands; nothing for a service review."""

    conversation_id: str = ""
    state: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """What the record shows of it; what is not known stays as it is."""
        named = {"Conversation_Id__c": self.conversation_id, "Conversation_State__c": self.state}
        return {name: value for name, value in named.items() if value}


NOWHERE = Place()


def published(
    queued: QueuedReply, live: Reply, decision: ReplyDecision, now: datetime, place: Place = NOWHERE
) -> Record:
    """The agent's text is public; `live` is how it stands there."""
    facts = {
        "Id": queued.record_id,
        "Published_Reply__c": live.text,
        **live_fields(live),
        **place.fields,
        "Replied_At__c": now,
    }
    row = {
        **facts,
        "Reply_Status__c": ReplyStatus.PUBLISHED.value,
        "Reply_Warnings__c": _lines(decision.warnings),
        **_SETTLED,
    }
    return Record(queued, row, facts, is_public=True)


def kept(queued: QueuedReply, live: Reply) -> Record:
    """Their words stay public, and count as what we know of."""
    row = {
        "Id": queued.record_id,
        "Reply_Status__c": ReplyStatus.PUBLISHED.value,
        "Published_Reply__c": live.text,
        **live_fields(live),
        **_SETTLED,
    }
    return Record(queued, row)


def deleted(queued: QueuedReply) -> Record:
    """Nothing is public any more."""
    facts = {"Id": queued.record_id, "Published_Reply__c": None, **live_fields(NO_REPLY)}
    row = {**facts, "Reply_Status__c": ReplyStatus.DELETED.value, **_SETTLED}
    return Record(queued, row, facts)


_SETTLED = {"Reply_Error__c": None, "Their_Reply__c": None, "Conflict_Choice__c": None}


def row_to_write(record: Record, current: Row | None) -> dict[str, Any]:
    """As much of a record as is true of the review as it stands now; `current` is None if gone."""
    if current is None or current.get("Deleted__c"):
        return {}
    if _is_as_decided(record.queued, current):
        return dict(record.row)
    if not record.is_public:
        return dict(record.facts)
    text = current.get("Reply__c") or ""
    status = current.get("Reply_Status__c")
    if same_text(text, record.queued.text) and status not in _WITHDRAWN:
        return dict(record.row)
    if _is_overtaken(current, text, status):
        return {**record.facts, "Reply_Status__c": ReplyStatus.QUEUED.value}
    return dict(record.facts)


def _is_overtaken(current: Row, text: str, status: object) -> bool:
    """True when another run published a later text, which ours may have replaced.

    Queued once more, the next run finds out: it settles what is live, or posts the later text.
    """
    is_published = status == ReplyStatus.PUBLISHED.value
    return is_published and same_text(current.get("Published_Reply__c") or "", text)


def _is_as_decided(queued: QueuedReply, current: Row) -> bool:
    return (
        (current.get("Reply__c") or "") == queued.text
        and (current.get("Reply_Status__c") or "") == queued.status
        and (current.get("Conflict_Choice__c") or "") == queued.choice
    )


def _lines(found: tuple[str, ...]) -> str | None:
    return _cut("\n".join(found), _NOTES) or None


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
