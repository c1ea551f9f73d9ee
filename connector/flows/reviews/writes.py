"""Writes reviews to the org, with everything that goes with them, in the order that a crash allows.

Cases of edited reviews are opened again and copies are written before the reviews themselves: a
run that ends in between does both again. Invitations and new cases come after: they need the
review's record, and the record says what is still to be done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connector.core.cases.plan import WantedCase
from connector.core.copies.rows import Arrived
from connector.core.mapping.rows import lookup_values
from connector.core.matching.evidence import Evidence
from connector.core.replies.on_arrival import Incoming, answer_fields
from connector.core.replies.templates import UnitNames
from connector.core.reviews.plan import HASH, KEY, StoreReview, reply_change, touches_reply
from connector.core.terms.instants import instant
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Row, RowError
from connector.core.terms.reviews import Reply, Review
from connector.core.terms.units import Unit
from connector.flows.cases.lifecycle import case_fields, open_cases, reopen_cases
from connector.flows.copies import write_copies
from connector.flows.matching import Matches, match_reviews, tell_invitations, with_tags
from connector.flows.reviews.reply_states import current_states, write_states
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally


@dataclass(frozen=True)
class Pending:
    """A review that is to be written.

    `before` is its row in the org, None for a new one.
    """

    store: StoreReview
    review: Review
    unit: Unit
    before: Row | None = None


@dataclass(frozen=True)
class Batch:
    """Reviews to be written together, and cases that are still to be made.

    New reviews are in `matches`, or their evidence is among the `unmatched`.
    """

    pending: Sequence[Pending]
    cases: Sequence[WantedCase]
    matches: Matches
    unmatched: Sequence[Evidence]


@dataclass(frozen=True)
class Written:
    """What the org did not take: reviews by id, and reviews one of whose copies it refused."""

    refused: Mapping[str, RowError] = field(default_factory=dict)
    uncopied: frozenset[str] = frozenset()


def write_reviews(context: RunContext, batch: Batch, tally: Tally) -> Written:
    """Write one batch; a dry run only notes what would become of cases."""
    edited = [each.before for each in batch.pending if each.store.is_edit and each.before]
    reopen_cases(context, edited, tally)
    if context.dry_run:
        open_cases(context, [*batch.cases, *_new_cases(context, batch.pending, {}, {})], tally)
        return Written()
    matches = _matched(context, batch)
    unsettled = _settle_replies(context, batch.pending)
    batch = replace(batch, pending=[e for e in batch.pending if e.review.id not in unsettled])
    rows, uncopied = _with_copies(context, batch.pending, matches, tally)
    results = context.org.upsert(REVIEW, KEY, rows) if rows else []
    refused = dict(unsettled)
    stored: dict[str, str] = {}
    for each, result in zip(batch.pending, results, strict=True):
        if result.error is None:
            stored[each.review.id] = result.id or ""
        else:
            refused[each.review.id] = result.error
    tell_invitations(context, matches.led, stored, tally)
    new = [each for each in batch.pending if each.review.id in stored]
    open_cases(context, [*batch.cases, *_new_cases(context, new, stored, matches)], tally)
    return Written(refused, uncopied)


def _settle_replies(context: RunContext, pending: Iterable[Pending]) -> dict[str, RowError]:
    """Write what becomes of the replies, before the reviews; return what the org refused, by id.

    Never together with the review: its row was decided a while ago, and an agent who set a
    status since would lose it. A run that is killed in between finds the review changed still.
    """
    touched = {
        str(each.before["Id"]): each
        for each in pending
        if each.before and touches_reply(each.store, each.before)
    }
    rows = [
        {"Id": record_id, **reply_change(touched[record_id].store, before, current)}
        for record_id, current in current_states(context, touched).items()
        if (before := touched[record_id].before)
    ]
    refused = write_states(context, rows)
    return {touched[record_id].review.id: error for record_id, error in refused.items()}


def _matched(context: RunContext, batch: Batch) -> Matches:
    """The matches of all new reviews, those that were unmatched connected now."""
    found, _ = match_reviews(context, batch.unmatched)
    types = {each.review.id: each.review.type for each in batch.pending}
    return with_tags(context, batch.matches.joined(found), types)


def _with_copies(
    context: RunContext, pending: Sequence[Pending], matches: Matches, tally: Tally
) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """Write the copies; return the reviews' own rows, and those with a copy that was refused.

    Such a review gets no hash, so that a later run compares it as changed.
    """
    rows = [_row(context, each, matches) for each in pending]
    arrived = (Arrived(each.review, row) for each, row in zip(pending, rows, strict=True))
    uncopied = write_copies(context, tuple(arrived), tally)
    for each, row in zip(pending, rows, strict=True):
        row.update(lookup_values(context.policy.mapping(each.review.type), row))
        if each.review.id in uncopied:
            row[HASH] = None
    return rows, uncopied


def _row(context: RunContext, each: Pending, matches: Matches) -> dict[str, Any]:
    new = case_fields(context, each.review, each.unit) if each.store.is_new else {}
    answer = _answer_fields(context, each)
    return {**each.store.row, **matches.get(each.review.id, {}), **new, **answer}


def _live(each: Pending) -> Reply:
    """What is public below a review: its reply, or the comment that was read with it or before."""
    if each.review.reply_text:
        return each.review.reply
    row = each.store.row if "Live_Reply__c" in each.store.row else each.before or {}
    at = row.get("Live_Reply_At__c")
    created_at = at if isinstance(at, datetime) else instant(at)
    return Reply(str(row.get("Live_Reply__c") or ""), created_at)


def _answer_fields(context: RunContext, each: Pending) -> dict[str, Any]:
    """Return what a review that is new or edited says about its answer."""
    if not each.store.is_new and not each.store.is_edit:
        return {}
    known = context.opening.unit_rows.get(each.unit.id, {})
    unit = UnitNames(each.unit.name, str(known.get("Name") or each.unit.domain))
    incoming = Incoming(each.review, unit, each.store.is_new, _live(each))
    return answer_fields(context.policy.replies, incoming, context.now)


def _new_cases(
    context: RunContext,
    pending: Sequence[Pending],
    stored: Mapping[str, str],
    matches: Mapping[str, Mapping[str, Any]],
) -> list[WantedCase]:
    """The cases that new reviews want; in a dry run they have no record yet."""
    wanted = (
        (each, case_fields(context, each.review, each.unit))
        for each in pending
        if each.store.is_new
    )
    return [
        WantedCase(
            stored.get(each.review.id, ""),
            each.review,
            fields["Case_Rule__c"],
            each.unit.name,
            matches.get(each.review.id, {}),
        )
        for each, fields in wanted
        if fields
    ]
