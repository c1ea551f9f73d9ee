"""Summary: TrustScore, stars, totals and counts on the record of each business unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.core.reviews.summary import plan_summary, profile_row
from connector.core.run.issues import issue_key
from connector.core.run.report import Action, FlowReport
from connector.core.terms.objects import INVITATION, REVIEW, InvitationStatus, ReplyStatus
from connector.core.terms.records import Condition, Select
from connector.core.terms.reviews import ReviewType
from connector.core.terms.units import Unit
from connector.flows.run.closing import SUMMARY_REFUSED
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

FLOW = "summary"

_RECENT = timedelta(days=30)

_UNANSWERED = (
    # In SOQL a field that is empty is unequal to every value, so this keeps the unanswered.
    Condition("Reply_Status__c", "!=", ReplyStatus.PUBLISHED.value),
    Condition("Reply_Status__c", "!=", ReplyStatus.QUEUED.value),
    Condition("Reply_Status__c", "!=", ReplyStatus.APPROVED.value),
)


def run(context: RunContext, *, recount: bool) -> FlowReport:
    """Say what each business unit's record should hold; the end of the run writes it.

    The counts on its record cost a call, so they are taken only when `recount` says that
    this run changed something.
    """
    tally = Tally(FLOW)
    with tally.until_allowance():
        for unit in context.units:
            with tally.going_on():
                _summarise(context, unit, tally, recount=recount)
    return tally.report()


def _summarise(context: RunContext, unit: Unit, tally: Tally, *, recount: bool) -> None:
    wanted: dict[str, Any] = profile_row(context.trustpilot.business_unit(unit.id))
    if recount and unit.record_id:
        wanted |= _counts(context, unit)
        wanted |= _late(context, unit) if context.policy.replies.targets else {}
    row = plan_summary(wanted, context.opening.unit_rows.get(unit.id), context.now)
    if row is not None:
        tally.actions.append(Action("update summary", unit.id))
        tally.unit_rows.append(row)
        tally.counts["summaries_updated"] += not context.dry_run
    # An earlier refusal is over unless the end of this run meets it again.
    tally.passed += context.opening.still_open([issue_key(SUMMARY_REFUSED, unit.id)])


def _counts(context: RunContext, unit: Unit) -> Mapping[str, int]:
    selects = _count_selects(unit, context.now - _RECENT)
    answers = context.org.read(list(selects.values()))
    return {
        field: int(answer.rows[0].get("total") or 0) if answer.rows else 0
        for field, answer in zip(selects, answers, strict=True)
    }


def _late(context: RunContext, unit: Unit) -> Mapping[str, Any]:
    """How many reviews are past their target, and since when the oldest one waits."""
    waiting = (
        Condition("Business_Unit__c", "=", unit.record_id),
        *_UNANSWERED,
        Condition("Deleted__c", "=", False),  # noqa: FBT003 -- a value to compare with
    )
    late = Condition("Response_Breached__c", "=", True)  # noqa: FBT003 -- the same
    has_target = Condition("Response_Due_At__c", "!=", None)
    created = ("Review_Created__c",)
    count, oldest = context.org.read(
        [
            Select(REVIEW, where=(*waiting, late), count=True),
            Select(REVIEW, created, (*waiting, has_target), order_by=created, limit=1),
        ]
    )
    return {
        "Reviews_Past_Target__c": int(count.rows[0].get("total") or 0) if count.rows else 0,
        # The org's own text, so that it compares with what the org holds.
        "Oldest_Awaiting_Reply__c": oldest.rows[0]["Review_Created__c"] if oldest.rows else None,
    }


def _count_selects(unit: Unit, since: datetime) -> dict[str, Select]:
    ours = Condition("Business_Unit__c", "=", unit.record_id)
    recent = Condition("Review_Created__c", ">=", since)

    def count(of: str, *where: Condition) -> Select:
        return Select(of, where=(ours, *where), count=True)

    return {
        "New_Service_Reviews__c": count(
            REVIEW, recent, Condition("Type__c", "=", ReviewType.SERVICE.value)
        ),
        "New_Product_Reviews__c": count(
            REVIEW, recent, Condition("Type__c", "=", ReviewType.PRODUCT.value)
        ),
        "Reviews_Awaiting_Reply__c": count(
            REVIEW,
            recent,
            *_UNANSWERED,
        ),
        "Invitations_Scheduled__c": count(
            INVITATION, Condition("Status__c", "=", InvitationStatus.SCHEDULED.value)
        ),
        "Invitations_Accepted__c": count(
            INVITATION, Condition("Status__c", "=", InvitationStatus.ACCEPTED.value)
        ),
    }
