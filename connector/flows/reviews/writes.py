"""Writes reviews to the org, with everything that goes with them, in the order that a crash allows.

Cases of edited reviews are opened again and copies are written before the reviews themselves: a
run that ends in between does both again. Invitations and new cases come after: they need the
review's record, and the record says what is still to be done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connector.core.cases.plan import WantedCase
from connector.core.copies.rows import Arrived
from connector.core.mapping.rows import lookup_values
from connector.core.replies.on_arrival import Incoming, answer_fields
from connector.core.replies.templates import UnitNames
from connector.core.reviews.comparison import HASH, KEY, reply_change, touches_reply
from connector.core.terms.instants import instant
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import RowError
from connector.core.terms.reviews import Reply
from connector.flows.cases.lifecycle import case_fields, open_cases, reopen_cases
from connector.flows.copies import write_copies
from connector.flows.matching import Matches, match_reviews, tell_invitations, with_tags
from connector.flows.reviews.batch import Batch, Pending
from connector.flows.reviews.reply_states import current_states, write_states
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally


@dataclass(frozen=True)
class Written:
    """What the org did not take: reviews by id, and reviews one of whose copies it refused."""

    refused: Mapping[str, RowError] = field(default_factory=dict)
    uncopied: frozenset[str] = frozenset()


def write_reviews(context: RunContext, batch: Batch, tally: Tally) -> Written:
    """Write one batch; a dry run only notes what would become of cases."""
    _reopen_cases(context, batch, tally)
    if context.dry_run:
        _open_cases(context, batch, dict.fromkeys(batch.pending, ""), tally)
        return Written()
    batch = _tagged(context, connected(context, batch))
    unsettled = _settle_replies(context, batch.pending.values())
    batch = batch.without(unsettled)
    rows, uncopied = _with_copies(context, batch, tally)
    # A run that is killed up to here finds every review new or changed once more.
    stored, refused = _store(context, batch, rows)
    tell_invitations(context, batch.matches.led, stored, tally)
    _open_cases(context, batch, stored, tally)
    return Written({**unsettled, **refused}, uncopied)


def connected(context: RunContext, batch: Batch) -> Batch:
    """The batch with what its unmatched reviews are about, asked of the org."""
    found, _ = match_reviews(context, batch.unmatched)
    return replace(batch, matches=batch.matches.joined(found), unmatched=())


def _tagged(context: RunContext, batch: Batch) -> Batch:
    types = {name: each.review.type for name, each in batch.pending.items()}
    return replace(batch, matches=with_tags(context, batch.matches, types))


def _reopen_cases(context: RunContext, batch: Batch, tally: Tally) -> None:
    pending = batch.pending.values()
    edited = [each.before for each in pending if each.store.is_edit and each.before]
    reopen_cases(context, edited, tally)


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


def _with_copies(
    context: RunContext, batch: Batch, tally: Tally
) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """Write the copies; return the reviews' own rows, and those with a copy that was refused."""
    pending = batch.pending.values()
    rows = [_row(context, each, batch.matches) for each in pending]
    arrived = (Arrived(each.review, row) for each, row in zip(pending, rows, strict=True))
    uncopied = write_copies(context, tuple(arrived), tally)
    own = [
        {**row, **_after_copies(context, each, row, uncopied)}
        for each, row in zip(pending, rows, strict=True)
    ]
    return own, uncopied


def _after_copies(
    context: RunContext, each: Pending, row: Mapping[str, Any], uncopied: Collection[str]
) -> dict[str, Any]:
    """The lookups that a mapping adds to a review's row, once its copies have been written.

    A review with a refused copy gets no hash, so that a later run compares it as changed.
    """
    lookups = lookup_values(context.policy.mapping(each.review.type), row)
    return {**lookups, HASH: None} if each.review.id in uncopied else lookups


def _store(
    context: RunContext, batch: Batch, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, str], dict[str, RowError]]:
    """Write the reviews; return the record ids of what is stored, and what the org refused."""
    results = context.org.upsert(REVIEW, KEY, rows) if rows else []
    answers = dict(zip(batch.pending, results, strict=True))
    stored = {name: each.id or "" for name, each in answers.items() if each.error is None}
    return stored, {name: each.error for name, each in answers.items() if each.error is not None}


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


def _open_cases(context: RunContext, batch: Batch, stored: Mapping[str, str], tally: Tally) -> None:
    """Open what cases are wanted, of new reviews only where their record is `stored`."""
    new = [
        _wanted_case(context, each, stored[name], batch.matches.get(name, {}))
        for name, each in batch.pending.items()
        if name in stored and each.store.is_new
    ]
    open_cases(context, [*batch.cases, *(case for case in new if case)], tally)


def _wanted_case(
    context: RunContext, each: Pending, record_id: str, lookups: Mapping[str, Any]
) -> WantedCase | None:
    """The case that a new review wants; in a dry run the review has no record yet."""
    fields = case_fields(context, each.review, each.unit)
    if not fields:
        return None
    return WantedCase(record_id, each.review, fields["Case_Rule__c"], each.unit.name, lookups)
