"""Copies of reviews in objects of the admin's own: written, connected and erased.

Copies come before the review's own record, in each of the three: that record is how a later run
knows that there is something left to do. Without copy documents nothing here calls the org.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connector.core.copies.rows import (
    Arrived,
    blank_copy,
    copy_row,
    matched_lookups,
    written_fields,
)
from connector.core.mapping.rows import Mapping as FieldMapping
from connector.core.mapping.rows import lookup_values
from connector.core.policy import RunPolicy
from connector.core.run.issues import Issue, issue_key
from connector.core.terms.errors import AccessDenied, ConnectorError, RequestRefused
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import GONE, Condition, Row, RowError, RowResult, Select
from connector.core.terms.reviews import Review, ReviewType
from connector.flows.ports import Org
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

REFUSED = {
    ReviewType.SERVICE: "service_review_copy_refused",
    ReviewType.PRODUCT: "product_review_copy_refused",
}
OBJECT_REFUSED = "review_copies_refused"
KEY = "External_Id__c"

_FLOW = "reviews_in"


@dataclass(frozen=True)
class FoundCopy:
    """A copy that exists: which document it is of, and its row with every field it writes."""

    mapping: FieldMapping
    row: Row

    @property
    def id(self) -> str:
        """The id of its record."""
        return str(self.row["Id"])

    @property
    def review_id(self) -> str:
        """Trustpilot's id of the review."""
        return str(self.row[self.mapping.external_id])


def write_copies(context: RunContext, arrived: Sequence[Arrived], tally: Tally) -> frozenset[str]:
    """Write every copy of new or changed reviews; return the ids of those with a refused one.

    One upsert for each document. To be called before the reviews' own records are written: a
    review that is returned must not get its content hash, so that a later run tries again.
    Whatever was refused is an issue; the issues of the others are closed.
    """
    copies = context.policy.copies
    known = _with_stored_lookups(context, arrived) if copies else []
    refused: set[str] = set()
    for mapping in copies:
        concerned = [each for each in known if each.review.type in mapping.types]
        refused |= _write(context, mapping, concerned, tally)
    written = (each.review for each in arrived if each.review.id not in refused)
    _settle(context, ((REFUSED[each.type], each.id) for each in written), tally)
    return frozenset(refused)


def lookups_changed(
    context: RunContext, matched: Mapping[str, Mapping[str, Any]], tally: Tally
) -> frozenset[str]:
    """Update the lookups of existing copies; return the ids of reviews with a refused one.

    `matched` maps review ids to the match fields about to be written to their own records; a
    review that is returned must stay unmatched, so that it is tried again. No copy is created
    here: it would hold nothing of the review.
    """
    mappings = [each for each in context.policy.copies if matched_lookups([each])]
    found = find_copies(context.org, mappings, matched)
    refused: set[str] = set()
    for mapping in mappings:
        ours = [each for each in found if each.mapping is mapping]
        changes = [lookup_values(mapping, matched[each.review_id]) for each in ours]
        rows = [{"Id": each.id, **change} for each, change in zip(ours, changes, strict=True)]
        errors = _update(context.org, mapping, rows)
        refused |= {each.review_id for each in ours if each.id in errors}
    if refused:
        tally.notes.append("Some copies could not be connected; the next re-scan tries again.")
    return frozenset(refused)


def find_copies(
    org: Org, mappings: Sequence[FieldMapping], review_ids: Iterable[str]
) -> list[FoundCopy]:
    """Return the copies of these reviews that exist, with every field that was written."""
    wanted = tuple(dict.fromkeys(review_ids))
    if not (mappings and wanted):
        return []
    questions = [copies_where(each, Condition(each.external_id, "in", wanted)) for each in mappings]
    answers = org.read(questions)
    # A query compares without regard to case unless the field says otherwise.
    return [
        FoundCopy(mapping, row)
        for mapping, answer in zip(mappings, answers, strict=True)
        for row in answer.rows
        if row[mapping.external_id] in wanted
    ]


def holds_content(policy: RunPolicy, copy: FoundCopy) -> bool:
    """True for a copy that says anything beyond its key."""
    return blank_copy(copy.mapping, policy.schema, copy.row) is not None


def erase_copies(
    org: Org, policy: RunPolicy, copies: Sequence[FoundCopy], *, delete: bool
) -> dict[str, RowError]:
    """Blank these copies, or blank and delete them; return what the org refused by record id.

    They are blanked first also where they are deleted, because the bin keeps them.
    """
    # Trustpilot 14: what was deleted there must not stay in the bin either.
    refused: dict[str, RowError] = {}
    for mapping in policy.copies:
        ours = [each for each in copies if each.mapping is mapping]
        blanks = [blank_copy(mapping, policy.schema, each.row) for each in ours]
        errors = _update(org, mapping, [row for row in blanks if row is not None])
        left = [each.id for each in ours if each.id not in errors] if delete else []
        refused |= errors | _errors(left, org.delete(left) if left else [])
    return refused


def _update(org: Org, mapping: FieldMapping, rows: Sequence[Row]) -> dict[str, RowError]:
    """Update copies of one document; return what the org refused by record id."""
    results = org.update(mapping.object, rows) if rows else []
    return _errors([str(row["Id"]) for row in rows], results)


def _errors(ids: Sequence[str], results: Sequence[RowResult]) -> dict[str, RowError]:
    return {
        name: result.error
        for name, result in zip(ids, results, strict=True)
        if result.error is not None and result.error.code != GONE
    }


def _write(
    context: RunContext, mapping: FieldMapping, arrived: Sequence[Arrived], tally: Tally
) -> set[str]:
    """Write the copies of one document; return the reviews that were refused."""
    made = [copy_row(mapping, context.policy.schema, each) for each in arrived]
    rows = [each.row for each in made]
    try:
        results = context.org.upsert(mapping.object, mapping.external_id, rows) if rows else []
    except (AccessDenied, RequestRefused) as refusal:  # of the object or its key, not of a row
        tally.issues.append(_impossible(mapping, refusal))
        return {each.review.id for each in arrived}
    if rows:
        _settle(context, [(OBJECT_REFUSED, mapping.object)], tally)
    refused: set[str] = set()
    for one, mapped, result in zip(arrived, made, results, strict=True):
        if result.error is None:
            tally.counts["copies_written"] += 1
            tally.counts["texts_cut"] += len(mapped.cut)
        else:
            refused.add(one.review.id)
            tally.issues.append(_refused(mapping, one.review, result.error))
    return refused


def _settle(context: RunContext, done: Iterable[tuple[str, str]], tally: Tally) -> None:
    """Close what earlier runs could not do, by code and record."""
    keys = (issue_key(*each) for each in done)
    tally.passed += context.opening.still_open(keys)


def _with_stored_lookups(context: RunContext, arrived: Sequence[Arrived]) -> list[Arrived]:
    """Add the lookups that the records hold, where this run has not matched the review itself."""
    names = matched_lookups(context.policy.copies)
    unmatched = [each.review.id for each in arrived if not each.row.keys() >= set(names)]
    if not unmatched:
        return list(arrived)
    where = (Condition(KEY, "in", tuple(unmatched)),)
    (answer,) = context.org.read([Select(REVIEW, (KEY, *names), where)])
    stored = {row[KEY]: {name: row[name] for name in names} for row in answer.rows}
    return [replace(each, row={**stored.get(each.review.id, {}), **each.row}) for each in arrived]


def copies_where(mapping: FieldMapping, condition: Condition) -> Select:
    """The question for copies of one document, with every field that it writes."""
    fields = ("Id", mapping.external_id, *written_fields(mapping))
    return Select(mapping.object, fields, (condition,))


def _refused(mapping: FieldMapping, review: Review, error: RowError) -> Issue:
    return Issue(
        code=REFUSED[review.type],
        message=f"The org refused the copy in {mapping.object}: {error.reason}.",
        next_step="Correct the copy document or the org's validation; a later run tries again.",
        flow=_FLOW,
        record=review.id,
        business_unit_id=review.business_unit_id,
    )


def _impossible(mapping: FieldMapping, refusal: ConnectorError) -> Issue:
    return Issue(
        code=OBJECT_REFUSED,
        message=f"No review can be copied to {mapping.object}: {refusal.message}",
        next_step="Check that the object and its external id exist, and that the connector's user "
        "may read, create and edit them.",
        flow=_FLOW,
        record=mapping.object,
    )
