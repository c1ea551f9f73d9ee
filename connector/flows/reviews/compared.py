"""Compares reviews that were listed with the org: reads what it holds, decides what to write.

It asks both sides and writes to neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.core.cases.plan import CASE_FIELDS, LOOKUP_FIELDS, WantedCase, wanted_case
from connector.core.matching.evidence import evidence_of
from connector.core.reviews.comparison import (
    EDIT_FIELDS,
    KEY,
    STORED_FIELDS,
    ReviewsPlan,
    StoreReview,
    plan_reviews,
    with_conversations,
    with_edits,
)
from connector.core.reviews.verdicts import Verdict, verdicts
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Condition, Row, Select
from connector.flows.matching import Matches, match_reviews
from connector.flows.reviews.batch import Batch, Listed, Pending
from connector.flows.reviews.conversations import read_conversations
from connector.flows.run.context import RunContext

FEW = 200
"""So many reviews are compared and connected with the same calls; of more, only the new ones."""


@dataclass(frozen=True)
class Compared:
    """What was found of each of these reviews, by id, and the batch that is to be written."""

    listed: Mapping[str, Listed]
    verdicts: Mapping[str, Verdict]
    batch: Batch


@dataclass(frozen=True)
class _Held:
    """What the org holds of reviews, by id, and what those are about that were asked about."""

    rows: Mapping[str, Row]
    matches: Matches


def compare(context: RunContext, listed: Mapping[str, Listed]) -> Compared:
    """Find out which of these reviews must be written, and what goes with them."""
    held = _held(context, listed)
    plan = plan_reviews((each.mapped for each in listed.values()), held.rows)
    new = (listed[store.id].review for store in plan.stores)
    plan = with_conversations(plan, read_conversations(context, new), held.rows)
    stores = with_edits(plan, _edited(context, plan))
    found = verdicts(listed, stores, plan.filtered)
    return Compared(listed, found, _batch(listed, stores, held))


def _held(context: RunContext, listed: Mapping[str, Listed]) -> _Held:
    """Ask what the org holds of these reviews and, of a few, at once what they are about."""
    is_few = len(listed) <= FEW and not context.dry_run
    evidence = [evidence_of(each.review) for each in listed.values()] if is_few else []
    fields: tuple[str, ...] = STORED_FIELDS
    if context.policy.case_rules:
        fields = tuple(dict.fromkeys((*STORED_FIELDS, *CASE_FIELDS, *LOOKUP_FIELDS)))
    select = Select(REVIEW, fields, (Condition(KEY, "in", tuple(listed)),))
    matches, (answer,) = match_reviews(context, evidence, select)
    return _Held({row[KEY]: row for row in answer.rows}, matches)


def _edited(context: RunContext, plan: ReviewsPlan) -> dict[str, Row]:
    """What the org holds of the words of reviews that changed."""
    known = tuple(store.id for store in plan.stores if not store.is_new)
    if not known:
        return {}
    select = Select(REVIEW, EDIT_FIELDS, (Condition(KEY, "in", known),))
    (answer,) = context.org.read([select])
    return {row[KEY]: row for row in answer.rows}


def _batch(listed: Mapping[str, Listed], stores: tuple[StoreReview, ...], held: _Held) -> Batch:
    """The writes, with what the new reviews are about or what to look for."""
    new = [store.id for store in stores if store.is_new]
    return Batch(
        {store.id: Pending(store, listed[store.id], held.rows.get(store.id)) for store in stores},
        tuple(_cases(listed, held)),
        held.matches.only(frozenset(new)),
        tuple(evidence_of(listed[name].review) for name in new if name not in held.matches),
    )


def _cases(listed: Mapping[str, Listed], held: _Held) -> Iterator[WantedCase]:
    """The cases that reviews of the org still want."""
    for review_id, row in held.rows.items():
        each = listed[review_id]
        if case := wanted_case(row, each.review, each.listing.unit.name):
            yield case
