"""Reads once more what agents write of replies, right before something of it is written.

The org has no way to write a status only if it is still the same. So it is read again, and the
time in between is that of one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.core.replies.rows import CURRENT_FIELDS
from connector.core.terms.objects import REVIEW
from connector.core.terms.records import Condition, Row, RowError, Select
from connector.flows.run.context import RunContext


def current_states(context: RunContext, record_ids: Iterable[str]) -> dict[str, Row]:
    """What the org says of these replies right now, by record id; erased records are missing."""
    ids = tuple(record_ids)
    if not ids:
        return {}
    (answer,) = context.org.read([Select(REVIEW, CURRENT_FIELDS, (Condition("Id", "in", ids),))])
    return {str(row["Id"]): row for row in answer.rows if not row.get("Deleted__c")}


def write_states(context: RunContext, rows: Iterable[Mapping[str, Any]]) -> dict[str, RowError]:
    """Write rows of reviews that were read by `current_states`; return what was refused."""
    changes = [row for row in rows if len(row) > 1]
    if not changes:
        return {}
    results = context.org.update(REVIEW, changes)
    return {
        str(row["Id"]): result.error
        for row, result in zip(changes, results, strict=True)
        if result.error is not None
    }
