"""Closes and empties the cases of reviews that are to be forgotten.

Cases are found by their key alone: it names those that the connector made, also where a run
ended before it linked them, and never another case that somebody put into the lookup. What is
forgotten at Trustpilot must not live on in cases (Trustpilot 14).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.core.cases.places import CASE
from connector.core.cases.plan import (
    CASE_KEY,
    closed_row,
    is_closed_and_scrubbed,
    scrubbed_row,
)
from connector.core.cases.rules import CaseRule
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.records import GONE, Condition, Row, RowError, RowResult, Select
from connector.flows.ports import Org
from connector.flows.run.context import RunContext
from connector.flows.run.issues import note_at_once
from connector.flows.run.tally import Tally

_FLOW = "erasure"
_REFUSED = "case_closing_refused"
_KEY = "External_Id__c"
_SOME = "some case"


def close_cases(context: RunContext, rows: Sequence[Row], tally: Tally) -> None:
    """Close and empty the cases of these reviews; what the org refuses is an issue.

    `rows` are all reviews of ours that a list of deletions names, tombstones too: a run beside
    this one may have made a case meanwhile. Call it before the reviews are blanked.
    """
    rules = context.policy.case_rules
    suspects = _with_cases(rows, rules)
    if context.dry_run:
        found = _open_cases(context.org, suspects)
        tally.actions += [Action("close case", str(case[CASE_KEY])) for case in found]
        return
    erased = erase_cases(context.org, rules, suspects)
    refused = {each.review_id: each.error for each in erased if each.error}
    tally.counts["cases_closed"] += len(erased) - len(refused)
    issues = [_refused_issue(*each) for each in refused.items()]
    # The review is about to forget whose it was, or to go: only the issue leads back to the case.
    note_at_once(context, issues)
    tally.issues += issues
    settled = (issue_key(_REFUSED, str(row[_KEY])) for row in rows if row[_KEY] not in refused)
    tally.passed += context.opening.still_open(settled)


def retry_closing(context: RunContext, tally: Tally) -> None:
    """Try again the cases whose review no list led to in this run, because it is blank or gone."""
    dealt_with = {issue.key for issue in tally.issues} | set(tally.passed)
    left = [
        {_KEY: issue.record, "Review_Case__c": _SOME}
        for issue in context.opening.issues.values()
        if issue.code == _REFUSED and issue.key not in dealt_with and not issue.dropped
    ]
    if left and not context.dry_run:
        close_cases(context, left, tally)


@dataclass(frozen=True)
class ErasedCase:
    """What became of the case of one review; `error` is why the org did not close it."""

    review_id: str
    case_id: str
    error: RowError | None = None


def erase_cases(org: Org, rules: Sequence[CaseRule], rows: Iterable[Row]) -> list[ErasedCase]:
    """Close and empty the cases of these reviews, and say of each what became of it.

    A case that may not be closed is emptied all the same. Cases dealt with earlier are left out.
    """
    suspects = _with_cases(rows, rules)
    names = {str(row[_KEY]): row.get("Case_Rule__c") for row in suspects}
    cases = _open_cases(org, suspects)
    closings = [closed_row(str(case["Id"]), names[case[CASE_KEY]], rules) for case in cases]
    erased = [
        ErasedCase(case[CASE_KEY], str(case["Id"]), None if _is_gone(result) else result.error)
        for case, result in zip(cases, org.update(CASE, closings), strict=True)
    ]
    org.update(CASE, [scrubbed_row(each.case_id) for each in erased if each.error])
    return erased


def _refused_issue(review_id: str, error: RowError) -> Issue:
    return Issue(
        code=_REFUSED,
        message=f"The org refused to close the case of a deleted review: {error.code}.",
        next_step="Close and empty the case, or correct the org's validation.",
        flow=_FLOW,
        record=review_id,
    )


def _with_cases(rows: Iterable[Row], rules: Sequence[CaseRule]) -> list[Row]:
    """Those that may have a case: any of them where rules are at work, else those that say so."""
    return [row for row in rows if rules or row.get("Review_Case__c") or row.get("Case_Rule__c")]


def _open_cases(org: Org, rows: Sequence[Row]) -> list[Row]:
    """The cases of these reviews that still hold something, or are still open."""
    keys = tuple(str(row[_KEY]) for row in rows)
    if not keys:
        return []
    (answer,) = org.read(
        [Select(CASE, ("Id", CASE_KEY, "Subject", "IsClosed"), (Condition(CASE_KEY, "in", keys),))]
    )
    return [row for row in answer.rows if row[CASE_KEY] in keys and not is_closed_and_scrubbed(row)]


def _is_gone(result: RowResult) -> bool:
    return result.error is not None and result.error.code == GONE
