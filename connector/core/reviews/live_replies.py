"""What is public below a review: when two texts are the same, and which comment is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff
from typing import Any

from connector.core.terms.reviews import Comment, Reply

EDITED = "The customer edited the review after this was written: read it, then post again."
"""What the agent is told of a reply to words that are gone."""


def same_text(one: str, other: str) -> bool:
    """True when two texts read the same: line ends and outer blanks are the vendors' affair."""
    return _normal(one) == _normal(other)


def difference(live: str, wanted: str) -> tuple[str, ...]:
    """How the public would see one text become another: lines that go, stay and come."""
    old, new = _normal(live).split("\n"), _normal(wanted).split("\n")
    lines = unified_diff(old if live.strip() else [], new, n=1_000_000, lineterm="")
    return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))


def live_comment(comments: Sequence[Comment], known: Sequence[str]) -> Comment | None:
    """The comment that counts as the business's answer: one that says known words, or its last.

    `known` are texts of ours, the most telling first. A comment of somebody else beside ours is
    part of the conversation, and stays.
    """
    ours = [comment for comment in comments if comment.by_business and comment.text.strip()]
    for text in known:
        for comment in reversed(ours):
            if text.strip() and same_text(comment.text, text):
                return comment
    return ours[-1] if ours else None


def live_fields(live: Reply) -> dict[str, Any]:
    """What the record shows of the live reply; empty fields where there is none."""
    return {
        "Live_Reply__c": live.text or None,
        "Live_Reply_At__c": live.created_at,
        "Live_Reply_Updated__c": live.updated_at,
        "Live_Reply_Author__c": live.author or None,
        "Live_Reply_Author_Id__c": live.author_id or None,
    }


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
