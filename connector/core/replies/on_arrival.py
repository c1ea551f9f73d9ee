"""Decides what the row of a review that comes in says about its answer.

Until when it is due, what could be answered, and when that is answered automatically. What an
agent writes is never touched from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core.replies.automatic import automatic_at
from connector.core.replies.policy import ReplyPolicy
from connector.core.replies.service_level import Arrival, arrival_fields
from connector.core.replies.templates import UnitNames, suggested_reply
from connector.core.terms.reviews import NO_REPLY, Reply, Review


@dataclass(frozen=True)
class Incoming:
    """A review on its way to the org: new there, or edited by its customer.

    `live` is what the public reads below it, also where that is a comment.
    """

    review: Review
    unit: UnitNames
    is_new: bool
    live: Reply = NO_REPLY


def answer_fields(policy: ReplyPolicy, incoming: Incoming, now: datetime) -> dict[str, Any]:
    """Return the fields beside what the mapping fills; empty where the policy asks for nothing.

    The target is that of the review as it was first written; an edit does not move it.
    """
    fields = _target_fields(policy, incoming, now) if incoming.is_new else {}
    return fields | _suggestion_fields(policy, incoming, now)


def _target_fields(policy: ReplyPolicy, incoming: Incoming, now: datetime) -> dict[str, Any]:
    review = incoming.review
    arrival = Arrival(
        created_at=review.created_at,
        stars=review.stars,
        unit_name=incoming.unit.configured,
        answered=bool(incoming.live.text),
        answered_at=incoming.live.created_at,
    )
    return arrival_fields(policy.targets, arrival, now)


def _suggestion_fields(policy: ReplyPolicy, incoming: Incoming, now: datetime) -> dict[str, Any]:
    """The suggested reply of a review that nobody has answered, and when it goes out by itself."""
    review = incoming.review
    if not policy.templates or incoming.live.text:
        return {}
    text = suggested_reply(policy.templates, review, incoming.unit)
    at = automatic_at(policy.automatic, review, incoming.unit.configured, now) if text else None
    fields: dict[str, Any] = {"Suggested_Reply__c": text or None}
    return fields | ({"Auto_Reply_At__c": at} if policy.automatic.stars else {})
