"""Reads what agents want of replies, with everything that is needed to decide about each.

One call, whatever their number: the texts, the facts about the customer, and who asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.core.replies.customer import FACT_FIELDS, known_of
from connector.core.replies.lint import Finding, lint
from connector.core.replies.plan import REPLY_FIELDS, QueuedReply, Wish, queued_reply, wish_of
from connector.core.reviews.comparison import EDIT_FIELDS
from connector.core.terms.objects import REVIEW, REVIEW_HISTORY, ReplyStatus
from connector.core.terms.records import Answer, Condition, Row, Select, value_at
from connector.core.terms.units import Unit
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

_FIELDS = tuple(dict.fromkeys((*REPLY_FIELDS, *EDIT_FIELDS, *FACT_FIELDS, "Deleted__c")))
_ASKING = frozenset(
    {ReplyStatus.QUEUED.value, ReplyStatus.APPROVED.value, ReplyStatus.DELETE_QUEUED.value}
)
_HISTORY_FIELDS = ("ParentId", "NewValue", "CreatedBy.Username")


@dataclass(frozen=True, eq=False)
class Asked:
    """A reply of which somebody wants something, what the checks found, in whose name it goes out.

    `row` is the review's row; `author_id` is empty for the configured business user.
    """

    queued: QueuedReply
    row: Row
    unit: Unit
    findings: tuple[Finding, ...] = ()
    author_id: str = ""


def asked_replies(context: RunContext, tally: Tally) -> list[Asked]:
    """What is to be done now, oldest wish first; what waits is counted and noted."""
    units = _units_of_ready(context, tally)
    if not units:
        return []
    replies, histories = _read(context, tuple(units))
    rows = {str(row["Id"]): row for row in replies.rows}
    queuers = _queuers(histories)
    asked: list[Asked] = []
    for record_id, unit in units.items():
        row = rows.get(record_id)
        wish = wish_of(row, context.policy.replies.approval) if row else None
        if row and wish and not row.get("Deleted__c"):
            asked.append(_asked(context, row, wish, unit, queuers.get(record_id, "")))
    return asked


def _units_of_ready(context: RunContext, tally: Tally) -> dict[str, Unit]:
    """The business unit of each reply that need not wait, by the review's record id."""
    ready: dict[str, Unit] = {}
    for row in context.opening.queued_replies:
        unit = context.unit_of_record(str(row.get("Business_Unit__c") or ""))
        if unit is None:
            tally.notes.append("Replies wait: their business unit is not in the configuration.")
        elif unit.replies_paused:
            tally.notes.append(f"Replies of {unit.name} are paused on its record in Salesforce.")
        elif wish_of(row, context.policy.replies.approval) is None:
            tally.counts["replies_unapproved"] += row["Reply_Status__c"] == ReplyStatus.QUEUED.value
        else:
            ready[str(row["Id"])] = unit
    return ready


def _read(context: RunContext, ids: Sequence[str]) -> tuple[Answer, Answer]:
    selects = [Select(REVIEW, _FIELDS, (Condition("Id", "in", tuple(ids)),), optional=True)]
    if context.policy.replies.authors:
        where = (
            Condition("ParentId", "in", tuple(ids)),
            Condition("Field", "=", "Reply_Status__c"),
        )
        order = ("CreatedDate", "Id")
        selects.append(
            Select(REVIEW_HISTORY, _HISTORY_FIELDS, where, order_by=order, optional=True)
        )
    replies, *histories = context.org.read(selects)
    return replies, histories[0] if histories else Answer()


def _queuers(histories: Answer) -> dict[str, str]:
    """Who last asked for something, by the review's record id: a user name in small letters.

    Who approves a reply does not become its author.
    """
    found: dict[str, str] = {}
    for row in histories.rows:
        parent, name = str(row["ParentId"]), str(value_at(row, "CreatedBy.Username") or "")
        is_approval = row.get("NewValue") == ReplyStatus.APPROVED.value
        if row.get("NewValue") in _ASKING and not (is_approval and parent in found):
            found[parent] = name.lower()
    return found


def _asked(context: RunContext, row: Row, wish: Wish, unit: Unit, queuer: str) -> Asked:
    policy = context.policy.replies
    queued = queued_reply(row, wish)
    hosts = tuple(each.domain for each in context.units if each.domain)
    findings = lint(queued.text, known_of(row, hosts), policy.lint)
    return Asked(queued, row, unit, findings, _author(policy.authors, queuer))


def _author(authors: Mapping[str, str], queuer: str) -> str:
    return authors.get(queuer, "")
