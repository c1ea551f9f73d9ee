"""Reviews that the org holds and Trustpilot no longer lists: asked for one by one, and marked.

A review can be hidden, moved or deleted; which of them, Trustpilot's lists of deletions tell.
So nothing is erased from here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

from connector.core.errors import NotFound
from connector.core.issues import Issue, issue_key
from connector.core.objects import REVIEW
from connector.core.plan_reviews import KEY
from connector.core.records import Condition, Row, Select
from connector.core.reviews import ReviewType
from connector.core.run_report import Action
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.review_store import FLOW, store_reviews
from connector.flows.tally import Tally

MOST_ASKED_FOR = 100
"""Reviews asked for by id in one re-scan; the others wait for the next one."""

FEW = 20
"""So many may be missing whatever their share; beyond it, more than half is a safety stop."""


class Listed(Protocol):
    """The stretch of one business unit's list that was read completely."""

    @property
    def unit(self) -> Unit: ...  # noqa: D102  says itself

    @property
    def review_type(self) -> ReviewType: ...  # noqa: D102  says itself

    @property
    def start(self) -> datetime: ...  # noqa: D102  says itself

    @property
    def end(self) -> datetime: ...  # noqa: D102  says itself


def check_missing(
    context: RunContext, window: Listed, listed: Collection[str], tally: Tally
) -> None:
    """Compare what the org holds of a window with what was `listed`; mark what is gone.

    Where most of it is missing, something else is wrong: an issue says so, and nothing is marked.
    """
    held = _held(context, window)
    missing = [row for row in held if row[KEY] not in listed]
    if len(missing) > FEW and len(missing) * 2 > len(held):
        tally.issues.append(_too_many(window, len(missing), len(held)))
        return
    over = issue_key(_TOO_MANY, window.unit.id)
    tally.passed += [over] if over in context.opening.issues else []
    gone = [row for row in missing[:MOST_ASKED_FOR] if _is_gone(context, window, row, tally)]
    tally.actions += [Action("mark as missing", str(row[KEY])) for row in gone]
    if context.dry_run or not gone:
        return
    rows = [{"Id": row["Id"], "Missing_Since__c": context.now} for row in gone]
    for row, result in zip(gone, context.org.update(REVIEW, rows), strict=True):
        if result.error is None:
            tally.counts["reviews_missing"] += 1
        else:
            tally.notes.append(f"Review {row[KEY]} was not marked: {result.error.code}.")


def _held(context: RunContext, window: Listed) -> Sequence[Row]:
    where = (
        Condition("Business_Unit__c", "=", window.unit.record_id),
        Condition("Type__c", "=", window.review_type.value),
        Condition("Review_Created__c", ">=", window.start),
        Condition("Review_Created__c", "<=", window.end),
        Condition("Missing_Since__c", "=", None),
    )
    (answer,) = context.org.read([Select(REVIEW, ("Id", KEY), where)])
    return answer.rows


def _is_gone(context: RunContext, window: Listed, row: Row, tally: Tally) -> bool:
    """Ask for the review itself; one that is still there is stored as it is now."""
    try:
        review = context.trustpilot.review(window.review_type, str(row[KEY]))
    except NotFound:
        return True
    store_reviews(context, window.unit, [review], tally, {})
    return False


_TOO_MANY = "many_reviews_missing"


def _too_many(window: Listed, missing: int, held: int) -> Issue:
    facts: dict[str, Any] = {"business_unit_id": window.unit.id}
    return Issue(
        _TOO_MANY,
        f"Trustpilot lists {held - missing} of {held} reviews that the org holds of "
        f"{window.start:%Y-%m-%d} to {window.end:%Y-%m-%d}; nothing was marked as missing.",
        "Look at the business unit at Trustpilot: was it merged, or does the account see less?",
        FLOW,
        window.unit.id,
        **facts,
    )
