"""Cases that an earlier run left undone: not made, not linked, or not opened again.

The reviews themselves say so, and the open issues; this module only finds them and hands them on.
"""

from __future__ import annotations

from connector.core.cases.plan import (
    CASE_FIELDS,
    WantedCase,
    stored_fields,
    stored_review,
    wanted_case,
)
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Condition, Row, Select
from connector.core.terms.reviews import ReviewType
from connector.flows.cases.lifecycle import NOT_REOPENED, REFUSED, RETRIED, open_cases, reopen_cases
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

AT_A_TIME = 2_000
"""Reviews whose case is tried again in one run."""


def has_cases_to_retry(context: RunContext) -> bool:
    """Say whether an open issue asks for another try; costs no call."""
    return any(
        issue.code in RETRIED and not issue.dropped for issue in context.opening.issues.values()
    )


def retry_cases(context: RunContext, tally: Tally) -> None:
    """Try again what earlier runs left undone: cases not made, not linked or not reopened.

    One read where nothing is left. What a person dropped is left alone. Issues about a review
    that wants nothing any more are closed.
    """
    wanted, edited = _left_undone(context)
    open_cases(context, wanted, tally)
    reopen_cases(context, edited, tally)
    if context.dry_run:
        return
    settled = {issue.key for issue in tally.issues} | set(tally.passed)
    tally.passed += [
        issue.key
        for issue in context.opening.issues.values()
        if issue.code in RETRIED and issue.key not in settled and not issue.dropped
    ]


def _left_undone(context: RunContext) -> tuple[list[WantedCase], tuple[Row, ...]]:
    """The reviews without the case they want, and those whose case was not reopened."""
    policy = context.policy
    if not policy.case_rules:
        return [], ()
    known = context.opening.issues.values()
    closed = tuple(one.record for one in known if one.code == NOT_REOPENED and not one.dropped)
    given_up = {one.record for one in known if one.code == REFUSED and one.dropped}
    names = tuple(rule.name for rule in policy.case_rules)
    without, edited = context.org.read(
        [
            Select(
                REVIEW,
                stored_fields((policy.reviews.service_mapping, policy.reviews.product_mapping)),
                (Condition("Case_Rule__c", "in", names), Condition("Case_Opened_At__c", "=", None)),
                order_by=("Id",),
                limit=AT_A_TIME,
            ),
            Select(
                REVIEW,
                CASE_FIELDS,
                (Condition("External_Id__c", "in", closed),),
            ),
        ]
    )
    wanted: list[WantedCase] = []
    for row in without.rows:
        unit = context.unit_of_record(str(row.get("Business_Unit__c") or ""))
        if unit is not None and row["External_Id__c"] not in given_up:
            kind = ReviewType(row["Type__c"])
            review = stored_review(row, kind, policy.mapping(kind), unit.id, context.now)
            case = wanted_case(row, review, unit.name)
            wanted += [case] if case else []
    return wanted, edited.rows
