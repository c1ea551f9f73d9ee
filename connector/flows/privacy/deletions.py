"""Erasure: what Trustpilot lists as deleted is blanked in the org, before anything else is done.

The mark of a list moves only when everything behind it is erased. Copies go before the review's
own record, because that record is how a consumer's copies are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from connector.core.privacy.deletions import Deletion
from connector.core.privacy.plan import (
    CONSUMER,
    ERASURE_FIELDS,
    KEY,
    OnDelete,
    needs_scrubbing,
    tombstone_row,
)
from connector.core.run.issues import Issue
from connector.core.run.report import Action, FlowReport, Mark
from connector.core.terms.errors import EndedEarly
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import GONE, Condition, Row, RowError, RowResult, Select
from connector.flows.cases.erasure import close_cases, retry_closing
from connector.flows.copies import FoundCopy, erase_copies, find_copies, holds_content
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

FLOW = "erasure"
STREAMS = {KEY: "deleted_reviews", CONSUMER: "deleted_consumers"}
"""By the field of a review that each list names."""

OVERLAP = timedelta(hours=1)
"""How far before its mark a list is read again: a run beside this one may have stored meanwhile
what it read before the deletion, and the two vendors' clocks differ."""

_BATCH = 1000
_REFUSED = "erasure_refused"
_COPY_REFUSED = "copy_erasure_refused"


@dataclass(frozen=True)
class _Erasure:
    """One review of ours that is gone: its row in the org, and the deletion that names it."""

    row: Row
    deletion: Deletion

    @property
    def review_id(self) -> str:
        """Trustpilot's id of the review."""
        return str(self.row[KEY])


def run(context: RunContext) -> FlowReport:
    """Erase every review of ours that Trustpilot lists as deleted, or whose author it lists."""
    tally = Tally(FLOW)
    trustpilot = context.trustpilot
    lists = {KEY: trustpilot.deleted_reviews, CONSUMER: trustpilot.deleted_consumers}
    try:
        for field, ask in lists.items():
            with tally.going_on():
                _read_list(context, field, ask, tally)
        with tally.going_on():
            retry_closing(context, tally)
    except EndedEarly as stop:
        tally.failures.append(stop)
    if not tally.failures:
        _close_issues(context, tally)
    return tally.report()


def _read_list(
    context: RunContext,
    field: str,
    ask: Callable[[date], Iterator[Deletion]],
    tally: Tally,
) -> None:
    mark = Mark(STREAMS[field], "", context.now)
    before = context.opening.marks.get(mark.key)
    since = before - OVERLAP if before else context.now - context.policy.reviews.first_run
    # Trustpilot 5.7: the list begins with a day, the mark is a moment.
    recent = (each for each in ask(since.date()) if each.at is None or each.at >= since)
    complete = True
    while deletions := {each.id: each for each in islice(recent, _BATCH)}:
        # Trustpilot 5.7: the list names reviews and consumers of every business.
        erasures = _ours(context, field, deletions)
        # A copy may stand alone: its review was refused, or its record deleted by somebody.
        ids = list(deletions) if field == KEY else [each.review_id for each in erasures]
        complete &= _erase(context, erasures, _copies(context, ids), tally)
    if complete:
        tally.marks.append(mark)


def _ours(context: RunContext, field: str, deletions: Mapping[str, Deletion]) -> list[_Erasure]:
    """The reviews in the org that these deletions are about, those of others left out."""
    fields = tuple(dict.fromkeys([*ERASURE_FIELDS, field]))
    (answer,) = context.org.read(
        [Select(REVIEW, fields, (Condition(field, "in", tuple(deletions)),))]
    )
    # A query compares without regard to case, and ids differ by it.
    return [_Erasure(row, deletions[row[field]]) for row in answer.rows if row[field] in deletions]


def _is_work(context: RunContext, row: Row) -> bool:
    return needs_scrubbing(row) or context.policy.reviews.on_delete is OnDelete.DELETE


def _copies(context: RunContext, review_ids: list[str]) -> list[FoundCopy]:
    """The copies of these reviews that still hold anything, or that are to be deleted."""
    found = find_copies(context.org, context.policy.copies, review_ids)
    deleting = context.policy.reviews.on_delete is OnDelete.DELETE
    return [each for each in found if deleting or holds_content(context.policy, each)]


def _erase(
    context: RunContext, ours: list[_Erasure], copies: list[FoundCopy], tally: Tally
) -> bool:
    """Erase these reviews; False where the org refused one that nobody has given up."""
    earlier = len(tally.issues)
    close_cases(context, [each.row for each in ours], tally)
    erasures = [each for each in ours if _is_work(context, each.row)]
    how = context.policy.reviews.on_delete.value
    tally.actions += [
        Action(f"{how} copy", each.review_id, {"object": each.mapping.object}) for each in copies
    ]
    tally.actions += [
        Action(f"{how} review", each.review_id, {"deleted_at": each.deletion.at})
        for each in erasures
    ]
    if context.dry_run:
        return True
    held = _erase_copies(context, copies, tally)
    _erase_reviews(context, [each for each in erasures if each.review_id not in held], tally)
    return all(_is_dropped(context, issue) for issue in tally.issues[earlier:])


def _erase_copies(context: RunContext, copies: list[FoundCopy], tally: Tally) -> set[str]:
    """Erase the copies; return the reviews that must wait, because a copy was refused."""
    deleting = context.policy.reviews.on_delete is OnDelete.DELETE
    refused = erase_copies(context.org, context.policy, copies, delete=deleting)
    tally.counts["copies_erased"] += len(copies) - len(refused)
    issues = [
        _issue(
            _COPY_REFUSED, f"the copy in {each.mapping.object}", each.review_id, refused[each.id]
        )
        for each in copies
        if each.id in refused
    ]
    tally.issues += issues
    return {each.record for each in issues if not _is_dropped(context, each)}


def _erase_reviews(context: RunContext, erasures: list[_Erasure], tally: Tally) -> None:
    if not erasures:
        return
    left = _settled(erasures, _scrub(context, erasures), tally)
    if context.policy.reviews.on_delete is OnDelete.DELETE:
        gone = context.org.delete([str(each.row["Id"]) for each in left])
        left = _settled(left, gone, tally)
    tally.counts["reviews_erased"] += len(left)
    for each in left:
        context.reporter.event("erased", review=each.review_id)


def _scrub(context: RunContext, erasures: list[_Erasure]) -> list[RowResult]:
    """Blank the records: first also where they are deleted, because the bin keeps them."""
    schema = context.policy.schema
    rows = [tombstone_row(schema, each.row, each.deletion, context.now) for each in erasures]
    return context.org.update(REVIEW, rows)


def _settled(erasures: list[_Erasure], results: list[RowResult], tally: Tally) -> list[_Erasure]:
    """Those that went well; each of the others becomes an issue."""
    done: list[_Erasure] = []
    for each, result in zip(erasures, results, strict=True):
        if result.error is None or result.error.code == GONE:
            done.append(each)
            continue
        tally.issues.append(_issue(_REFUSED, "the review", each.review_id, result.error))
    return done


def _issue(code: str, what: str, review_id: str, error: RowError) -> Issue:
    return Issue(
        code=code,
        message=f"The org refused to erase {what}: {error.reason}.",
        next_step="Correct the org's validation or permissions; the next run tries again.",
        flow=FLOW,
        record=review_id,
    )


def _is_dropped(context: RunContext, issue: Issue) -> bool:
    known = context.opening.issues.get(issue.key)
    return known is not None and known.dropped


def _close_issues(context: RunContext, tally: Tally) -> None:
    """Whatever was refused before and is not refused now is erased, or gone from the org."""
    refused = {issue.key for issue in tally.issues}
    tally.passed += [
        issue.key
        for issue in context.opening.issues.values()
        if issue.code in (_REFUSED, _COPY_REFUSED)
        and issue.key not in refused
        and not context.dry_run
    ]
