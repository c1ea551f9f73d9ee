"""Reads what is said below product reviews: their lists name a conversation and do not show it.

Lists and conversations are Trustpilot 6.1 and 6.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.core.reviews.comparison import (
    KEY,
    STORED_FIELDS,
    StoreReview,
    conversation_row,
    reply_change,
)
from connector.core.run.report import Action
from connector.core.terms.errors import NotFound, VendorAnswerUnreadable
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Condition, Row, Select
from connector.core.terms.reviews import Conversation, Review, ReviewType
from connector.flows.reviews.reply_states import current_states, write_states
from connector.flows.run.abreast import abreast
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

MOST_LOOKED_AT = 100
"""Conversations that one re-scan reads again: a call each, so the latest reviews only."""

_FIELDS = (*STORED_FIELDS, "Conversation_State__c", "Live_Reply_Updated__c")


def read_conversations(context: RunContext, reviews: Iterable[Review]) -> dict[str, Conversation]:
    """The conversations of those of these reviews that are young and have one, by review id.

    Older ones are read when an agent answers. One that is gone or unreadable is left out.
    """
    since = context.now - context.policy.reviews.rescan
    asked = {
        review.id: review.conversation_id
        for review in reviews
        if review.type is ReviewType.PRODUCT
        and review.conversation_id
        and review.created_at >= since
    }
    return _read(context, asked)


def look_at_conversations(context: RunContext, asked: Mapping[str, str], tally: Tally) -> None:
    """Read conversations again, by review id, and write what changed in them at Trustpilot."""
    latest = dict(list(asked.items())[:MOST_LOOKED_AT])
    conversations = _read(context, latest)
    if not conversations:
        return
    (answer,) = context.org.read(
        [Select(REVIEW, _FIELDS, (Condition(KEY, "in", tuple(conversations)),))]
    )
    changed: dict[str, tuple[Row, dict[str, Any]]] = {}
    for row in answer.rows:
        shown = conversation_row(conversations[row[KEY]], row)
        if not row.get("Deleted__c") and _differs(shown, row):
            changed[str(row["Id"])] = row, shown
            tally.actions.append(Action("update conversation", str(row[KEY])))
    if changed and not context.dry_run:
        _write(context, changed, tally)


def _read(context: RunContext, asked: Mapping[str, str]) -> dict[str, Conversation]:
    def ask(review_id: str) -> Conversation | None:
        try:
            return context.trustpilot.conversation(asked[review_id])
        except (NotFound, VendorAnswerUnreadable):
            return None

    return {review_id: found for review_id, found in abreast(ask, asked) if found is not None}


def _differs(shown: Mapping[str, Any], row: Row) -> bool:
    names = ("Live_Reply__c", "Conversation_State__c")
    return any((shown[name] or None) != (row.get(name) or None) for name in names)


def _write(
    context: RunContext, changed: Mapping[str, tuple[Row, dict[str, Any]]], tally: Tally
) -> None:
    rows: list[dict[str, Any]] = []
    for record_id, current in current_states(context, changed).items():
        row, shown = changed[record_id]
        change = reply_change(StoreReview(shown, is_new=False), row, current)
        rows.append({"Id": record_id, **shown, **change})
    refused = write_states(context, rows)
    tally.counts["reviews_changed"] += len(rows) - len(refused)
    for record_id, error in refused.items():
        tally.notes.append(f"Review {record_id} was not updated: {error.code}.")
