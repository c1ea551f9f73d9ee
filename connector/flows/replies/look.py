"""Reads replies for a person who looks: a list, or single ones with their texts and what is live.

It writes nothing. Texts are read for single replies only, by somebody who asked for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.core.policy import RunPolicy
from connector.core.replies.plan import REPLY_FIELDS, Wish, queued_reply
from connector.core.reviews.live_replies import difference
from connector.core.run.shown import Listing, facts
from connector.core.terms.errors import ConnectorError, NotFound
from connector.core.terms.objects import REVIEW, REVIEW_HISTORY, ReplyStatus
from connector.core.terms.records import Condition, Row, Select, value_at
from connector.flows.ports import Org, Trustpilot
from connector.flows.replies.channels import look
from connector.flows.run.look import Names, listing, unit_condition
from connector.flows.run.opening import refuse_other_org

NAMES = Names(REVIEW, ("Name", "External_Id__c"))
"""How a person names a review."""

LISTED = {
    "number": "Name",
    "review": "External_Id__c",
    "record": "Id",
    "type": "Type__c",
    "stars": "Stars__c",
    "status": "Reply_Status__c",
    "choice": "Conflict_Choice__c",
    "replied_at": "Replied_At__c",
    "live_at": "Live_Reply_At__c",
    "changed_at": "LastModifiedDate",
}
"""What a list shows of a reply, by the word for it."""

SHOWN = {
    **LISTED,
    "conversation": "Conversation_Id__c",
    "conversation_state": "Conversation_State__c",
    "live_author": "Live_Reply_Author__c",
    "live_author_id": "Live_Reply_Author_Id__c",
    "error": "Reply_Error__c",
    "warnings": "Reply_Warnings__c",
    "reply": "Reply__c",
    "published_reply": "Published_Reply__c",
    "live_reply": "Live_Reply__c",
    "their_reply": "Their_Reply__c",
}
"""What is shown of a single reply, its texts included."""

UNDER_WAY = tuple(
    status.value
    for status in ReplyStatus
    if status not in (ReplyStatus.DRAFT, ReplyStatus.PUBLISHED, ReplyStatus.DELETED)
)
"""What a list shows where no status is asked for: what waits, and what needs a look."""


@dataclass(frozen=True)
class Wanted:
    """Which replies a list shall show."""

    statuses: tuple[str, ...] = UNDER_WAY
    unit: str = ""
    limit: int = 50


@dataclass(frozen=True)
class ReplyStory:
    """A reply with its texts, who set which status when, and what is live at Trustpilot now.

    `live_now` is None where Trustpilot could not be asked; `trouble` says why. `difference` are
    the lines by which what is live would become what the agent wrote.
    """

    facts: Mapping[str, Any] = field(repr=False)
    history: tuple[Mapping[str, Any], ...] = ()
    live_now: str | None = field(default=None, repr=False)
    difference: tuple[str, ...] = field(default=(), repr=False)
    trouble: str = ""


def list_replies(org: Org, policy: RunPolicy, wanted: Wanted) -> Listing:
    """The replies that stand so. Raises `ConfigurationError` for an unknown business unit."""
    refuse_other_org(org, policy)
    where = [Condition("Reply_Status__c", "in", wanted.statuses)]
    if wanted.unit:
        where.append(unit_condition(policy, wanted.unit))
    latest = ("LastModifiedDate DESC", "Id DESC")
    return listing(org, Select(REVIEW, where=tuple(where), order_by=latest), LISTED, wanted.limit)


def show(org: Org, trustpilot: Trustpilot, policy: RunPolicy, word: str) -> list[ReplyStory]:
    """Every reply of this record id, number or review id, held against what is live now."""
    refuse_other_org(org, policy)
    rows = NAMES.find(org, [word], (*SHOWN.values(), *REPLY_FIELDS))
    if not rows:
        return []
    history = _history(org, [str(row["Id"]) for row in rows])
    return [_story(trustpilot, row, history) for row in rows]


def _history(org: Org, ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    where = (Condition("ParentId", "in", tuple(ids)), Condition("Field", "=", "Reply_Status__c"))
    fields = ("ParentId", "NewValue", "CreatedBy.Name", "CreatedDate")
    order = ("CreatedDate", "Id")
    select = Select(REVIEW_HISTORY, fields, where, order_by=order, optional=True)
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in ids}
    for row in org.read([select])[0].rows:
        step = {
            "at": row.get("CreatedDate"),
            "status": row.get("NewValue"),
            "by": value_at(row, "CreatedBy.Name"),
        }
        found[str(row["ParentId"])].append(step)
    return found


def _story(
    trustpilot: Trustpilot, row: Row, history: Mapping[str, Sequence[Mapping[str, Any]]]
) -> ReplyStory:
    said, steps = facts(row, SHOWN), tuple(history[str(row["Id"])])
    try:
        live = look(trustpilot, queued_reply(row, Wish.POST)).live.text
    except NotFound:
        return ReplyStory(said, steps, trouble="The review is gone at Trustpilot.")
    except ConnectorError as error:
        return ReplyStory(said, steps, trouble=error.message)
    lines = difference(live, row.get("Reply__c") or "")
    return ReplyStory(said, steps, live, lines)
