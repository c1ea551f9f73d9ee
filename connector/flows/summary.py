"""Summary: TrustScore, stars, totals and the counts of the home page on each business unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.core.errors import AllowanceExhausted
from connector.core.issues import Issue, issue_key
from connector.core.objects import BUSINESS_UNIT, INVITATION, REVIEW, InvitationStatus, ReplyStatus
from connector.core.plan_summary import plan_summary, profile_row
from connector.core.records import Condition, RowError, Select
from connector.core.reviews import ReviewType
from connector.core.run_report import Action, FlowReport
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.tally import Tally

FLOW = "summary"

_RECENT = timedelta(days=30)
_REFUSED = "summary_refused"


def run(context: RunContext, *, recount: bool) -> FlowReport:
    """Bring each business unit's record up to date.

    The counts of the home page cost a call, so they are taken only when `recount` says that
    this run changed something.
    """
    tally = Tally(FLOW)
    try:
        for unit in context.units:
            with tally.going_on():
                _summarise(context, unit, tally, recount=recount)
    except AllowanceExhausted as stop:
        tally.failures.append(stop)
    return tally.report()


def _summarise(context: RunContext, unit: Unit, tally: Tally, *, recount: bool) -> None:
    wanted: dict[str, Any] = profile_row(context.trustpilot.business_unit(unit.id))
    if recount and unit.record_id:
        wanted |= _counts(context, unit)
    row = plan_summary(wanted, context.opening.unit_rows.get(unit.id), context.now)
    refused = issue_key(_REFUSED, unit.id)
    if row is None:
        tally.passed += [refused] if refused in context.opening.issues else []
        return
    tally.actions.append(Action("update summary", unit.id))
    if context.dry_run:
        return
    (result,) = context.org.upsert(BUSINESS_UNIT, "External_Id__c", [row])
    if result.error is None:
        tally.counts["summaries_updated"] += 1
        tally.passed.append(refused)
    else:
        tally.issues.append(_refused_issue(unit, result.error))


def _refused_issue(unit: Unit, error: RowError) -> Issue:
    fields = f" ({', '.join(error.fields)})" if error.fields else ""
    return Issue(
        code=_REFUSED,
        message=f"The org refused the business unit's summary: {error.code}{fields}.",
        next_step="Correct the org's validation; the next run tries again.",
        flow=FLOW,
        record=unit.id,
        business_unit_id=unit.id,
    )


def _counts(context: RunContext, unit: Unit) -> Mapping[str, int]:
    selects = _count_selects(unit, context.now - _RECENT)
    answers = context.org.read(list(selects.values()))
    return {
        field: int(answer.rows[0].get("total") or 0) if answer.rows else 0
        for field, answer in zip(selects, answers, strict=True)
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
            # In SOQL a field that is empty is unequal to every value, so this keeps the unanswered.
            Condition("Reply_Status__c", "!=", ReplyStatus.PUBLISHED.value),
            Condition("Reply_Status__c", "!=", ReplyStatus.QUEUED.value),
        ),
        "Invitations_Scheduled__c": count(
            INVITATION, Condition("Status__c", "=", InvitationStatus.SCHEDULED.value)
        ),
        "Invitations_Accepted__c": count(
            INVITATION, Condition("Status__c", "=", InvitationStatus.ACCEPTED.value)
        ),
    }
