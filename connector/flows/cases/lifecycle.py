"""Cases of reviews: opened once, linked both ways, opened again when their review is edited.

The review's own row says that a case is wanted (`Case_Rule__c`) and that it has one
(`Case_Opened_At__c`), so whoever comes next can go on. A case is inserted on its unique key and
never upserted: one that is there already may hold an agent's work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.cases.places import CASE, Places, places, places_selects
from connector.core.cases.plan import (
    CASE_FIELDS,
    CASE_KEY,
    WantedCase,
    case_row,
    case_rule_for,
    is_wanted,
    linking_row,
    reopened_row,
)
from connector.core.cases.rules import CaseRule
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import GONE, TAKEN, Answer, Condition, Row, RowError, Select
from connector.core.terms.reviews import Review
from connector.core.terms.units import Unit
from connector.flows.cases.erasure import erase_cases
from connector.flows.cases.places import UNKNOWN, unknown_places
from connector.flows.run.context import RunContext
from connector.flows.run.issues import note_at_once
from connector.flows.run.tally import Tally

REFUSED = "case_refused"
NOT_REOPENED = "case_reopening_refused"
RETRIED = (REFUSED, UNKNOWN, NOT_REOPENED)
"""The codes of the issues that a later run may put right."""

_FLOW = "reviews_in"
_KEY = "External_Id__c"
_CASE_GONE = frozenset({GONE, "INVALID_CROSS_REFERENCE_KEY"})


@dataclass(frozen=True)
class _Look:
    """What the org says before cases are made: of the rules, of earlier cases, of the reviews."""

    places: Places
    cases: Mapping[str, str]
    reviews: Mapping[str, Row]

    def still_wants(self, wanted: WantedCase) -> bool:
        """False where the review was erased meanwhile, or another run has linked its case."""
        row = self.reviews.get(wanted.record_id)
        return row is not None and not row.get("Deleted__c") and is_wanted(row)


def case_fields(context: RunContext, review: Review, unit: Unit) -> dict[str, Any]:
    """Return what the row of a new review says about its case; empty where it gets none."""
    rule = case_rule_for(context.policy.case_rules, review, unit.name)
    return {"Case_Rule__c": rule.name} if rule else {}


def open_cases(context: RunContext, wanted: Sequence[WantedCase], tally: Tally) -> None:
    """Make the cases that these reviews want and link them; what the org refuses is an issue.

    One read, one insert for each 200 (apart for rules that let assignment rules run) and one
    update of the reviews. Raises `VendorUnreachable` with `maybe_processed` where the answer to
    an insert is lost: those reviews still want a case, and the next look finds the one they have.
    """
    rules = {rule.name: rule for rule in context.policy.case_rules}
    ruled = [each for each in wanted if each.rule in rules]
    tally.actions += [Action("open case", each.review.id, {"rule": each.rule}) for each in ruled]
    if context.dry_run or not ruled:
        return
    named = {each.rule: rules[each.rule] for each in ruled}
    look = _look(context, ruled, named.values())
    still = {each.review.id: each for each in ruled if look.still_wants(each)}
    blocked = unknown_places(named.values(), look.places, tally)
    missing = [
        each
        for each in still.values()
        if each.review.id not in look.cases and each.rule not in blocked
    ]
    found = {name: case for name, case in look.cases.items() if name in still}
    made = _insert(context, missing, named, look.places, tally)
    _link(context, still, found | made, tally)


def reopen_cases(context: RunContext, edited: Iterable[Row], tally: Tally) -> None:
    """Open again the cases of these reviews, which their customers have edited.

    `edited` are rows of the org, read with `CASE_FIELDS` before the edit.
    Call it before the edit is written: a run that ends between the two does both again.
    """
    rules = context.policy.case_rules
    rows = {str(row[_KEY]): reopened_row(row, rules) for row in edited} if rules else {}
    cases = {review_id: row for review_id, row in rows.items() if row}
    tally.actions += [Action("reopen case", review_id) for review_id in cases]
    if context.dry_run or not cases:
        return
    results = context.org.update(CASE, list(cases.values()))
    refused: list[Issue] = []
    for review_id, result in zip(cases, results, strict=True):
        if result.error is None:
            tally.counts["cases_reopened"] += 1
            _settle(context, (NOT_REOPENED,), review_id, tally)
        elif result.error.code not in _CASE_GONE:
            refused.append(_refused_issue(NOT_REOPENED, "reopen", review_id, result.error))
    # Once the edit is written, nothing but the issue tells that a case is still to be opened.
    note_at_once(context, refused)
    tally.issues += refused


def _look(context: RunContext, wanted: Sequence[WantedCase], rules: Collection[CaseRule]) -> _Look:
    """Ask in one call for what the rules name, for cases that are there, for the reviews."""
    keys = {each.review.id: None for each in wanted}
    ids = tuple(each.record_id for each in wanted)
    queues, users, types, cases, reviews = context.org.read(
        [
            *places_selects(rules),
            _by_key(tuple(keys)),
            Select(
                REVIEW,
                (*CASE_FIELDS, "Deleted__c"),
                (Condition("Id", "in", ids),),
            ),
        ]
    )
    return _Look(
        places(rules, queues.rows, users.rows, types.rows),
        _cases_by_key(cases, keys),
        {str(row["Id"]): row for row in reviews.rows},
    )


def _insert(
    context: RunContext,
    wanted: Sequence[WantedCase],
    rules: Mapping[str, CaseRule],
    known: Places,
    tally: Tally,
) -> dict[str, str]:
    """Insert the cases and return their ids by review, also where another run came first."""
    made: dict[str, str] = {}
    taken: list[str] = []
    # Salesforce 4.6: a header decides for a whole call whether assignment rules run.
    for assign in (False, True):
        those = [each for each in wanted if rules[each.rule].assignment_rules is assign]
        rows = [case_row(each, rules[each.rule], known) for each in those]
        results = context.org.insert(CASE, rows, assign=assign) if rows else []
        for each, result in zip(those, results, strict=True):
            if result.error is None:
                made[each.review.id] = str(result.id)
                tally.counts["cases_opened"] += 1
            # Salesforce 4.8: the key is unique, so another run has made this case.
            elif result.error.code == TAKEN:
                taken.append(each.review.id)
            else:
                tally.issues.append(_refused_issue(REFUSED, "make", each.review.id, result.error))
    return made | _cases_by_key(context.org.read([_by_key(taken)])[0], taken)


def _by_key(review_ids: Sequence[str]) -> Select:
    return Select(CASE, ("Id", CASE_KEY), (Condition(CASE_KEY, "in", tuple(review_ids)),))


def _cases_by_key(answer: Answer, review_ids: Collection[str]) -> dict[str, str]:
    """The ids of cases by review; a query compares without regard to case, and ids differ by it."""
    return {row[CASE_KEY]: str(row["Id"]) for row in answer.rows if row[CASE_KEY] in review_ids}


def _link(
    context: RunContext, wanted: Mapping[str, WantedCase], cases: Mapping[str, str], tally: Tally
) -> None:
    """Tell the reviews of their cases; where the review is gone meanwhile, its case is erased."""
    if not cases:
        return
    rows = [linking_row(wanted[name].record_id, case, context.now) for name, case in cases.items()]
    results = context.org.update(REVIEW, rows)
    orphans: list[Row] = []
    for name, result in zip(cases, results, strict=True):
        if result.error is None:
            _settle(context, (REFUSED,), name, tally)
        elif result.error.code == GONE:
            orphans.append({_KEY: name, "Case_Rule__c": wanted[name].rule})
        else:
            tally.issues.append(_refused_issue(REFUSED, "link", name, result.error))
    erase_cases(context.org, context.policy.case_rules, orphans)


def _settle(context: RunContext, codes: Iterable[str], review_id: str, tally: Tally) -> None:
    keys = (issue_key(code, review_id) for code in codes)
    tally.passed += context.opening.still_open(keys)


def _refused_issue(code: str, what: str, review_id: str, error: RowError) -> Issue:
    return Issue(
        code=code,
        message=f"The org refused to {what} the case of the review: {error.reason}.",
        next_step="Correct cases.rules or the org's validation; the next run tries again.",
        flow=_FLOW,
        record=review_id,
    )
