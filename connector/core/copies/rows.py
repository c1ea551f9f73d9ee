"""Copies: what of a review goes to objects of the admin's own, beside the record of ours.

A copy is found again by an external id that holds Trustpilot's id of the review. Its rows are
made here; writing them is the work of `flows.copies`.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass, replace
from typing import Any

from connector.core.mapping.rows import (
    MappedRow,
    Mapping,
    Related,
    content_hash,
    fit,
    lookup_values,
    map_review,
)
from connector.core.terms.records import Row
from connector.core.terms.reviews import Review
from connector.core.terms.schema import Schema


@dataclass(frozen=True)
class Arrived:
    """A new or changed review, with the row that is about to become its record of ours.

    The copies' lookups are taken from the lookups of that row.
    """

    review: Review
    row: ReadOnlyMapping[str, Any]


def copy_row(mapping: Mapping, schema: Schema, arrived: Arrived) -> MappedRow:
    """Return the copy of a review; a lookup that its own row does not name is left out."""
    mapped = map_review(mapping, schema, arrived.review)
    return replace(mapped, row={**mapped.row, **lookup_values(mapping, arrived.row)})


def review_hash(
    row: ReadOnlyMapping[str, Any], review: Review, copies: Iterable[Mapping], schema: Schema
) -> str:
    """Return the hash of a review's row and of all its copies, so that either one rewrites both.

    Without copies it is the row's own. Lookups count by what they take, not by what was found.
    """
    made = [
        [
            each.object,
            each.external_id,
            map_review(each, schema, review).row,
            {lookup.target: lookup.related.value for lookup in each.lookups},
        ]
        for each in copies
        if review.type in each.types
    ]
    return content_hash({"review": row, "copies": made} if made else row)


def matched_lookups(copies: Iterable[Mapping]) -> tuple[str, ...]:
    """Return those lookups of a review's own record, found by matching, that its copies take."""
    related = (lookup.related for each in copies for lookup in each.lookups)
    return tuple(sorted({each.field for each in related if each is not Related.BUSINESS_UNIT}))


def written_fields(mapping: Mapping) -> tuple[str, ...]:
    """Return every field of a copy that its document fills, except the key."""
    return tuple(each.target for each in mapping.lines if each.target != mapping.external_id)


def blank_copy(mapping: Mapping, schema: Schema, row: Row) -> dict[str, Any] | None:
    """Return the update that leaves nothing of a copy but its key, None where nothing is left.

    `row` holds `Id` and `written_fields` as the org has them.
    """
    fields = schema.objects[mapping.object].fields
    blanks = {name: fit(fields[name], None) for name in written_fields(mapping)}
    if all(row.get(name) in (None, False, "") for name in blanks):
        return None
    return {"Id": row["Id"], **blanks}
