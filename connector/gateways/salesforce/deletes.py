"""Records out of the org: collections of 200 ids, each id with an outcome of its own.

A record that is in the bin already is deleted: so a call whose answer was lost is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.core.terms.records import GONE, RowResult
from connector.gateways.http.client import Repeat
from connector.gateways.salesforce.errors import is_locked, row_error
from connector.gateways.salesforce.session import (
    ATTEMPTS,
    Request,
    SalesforceSession,
    unreadable,
)

# Salesforce 4.2: a call takes 200 records.
IDS_PER_CALL = 200
"""https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_delete.htm"""


class Deleter:
    """Moves records to the bin; results come in the order of the ids."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session

    def delete(self, ids: Sequence[str]) -> list[RowResult]:
        """Delete records by their ids, each once however often it is given."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, RowResult] = {}
        for start in range(0, len(wanted), IDS_PER_CALL):
            found |= self._chunk(wanted[start : start + IDS_PER_CALL])
        return [found[each] for each in ids]

    def _chunk(self, ids: list[str]) -> dict[str, RowResult]:
        """Delete up to 200 records; those that another writer held are sent again."""
        found = self._send(ids)
        for attempt in range(ATTEMPTS - 1):
            locked = [each for each, result in found.items() if _is_locked(result)]
            if not locked:
                break
            self._session.pause(attempt)
            found |= self._send(locked)
        return found

    def _send(self, ids: list[str]) -> dict[str, RowResult]:
        path = f"composite/sobjects?ids={','.join(ids)}&allOrNone=false"
        request = Request("DELETE", path, repeat=Repeat.SAFE, effect=True)
        answer = self._session.ask(request)
        # Salesforce 4.2: a refused row has no id; only its place tells which record it was.
        if not isinstance(answer, list) or len(answer) != len(ids):
            raise unreadable(request)
        if not all(isinstance(row, Mapping) for row in answer):
            raise unreadable(request)
        return {each: _result(each, row) for each, row in zip(ids, answer, strict=True)}


def _is_locked(result: RowResult) -> bool:
    return result.error is not None and is_locked(result.error)


def _result(record_id: str, row: Mapping[str, Any]) -> RowResult:
    if row.get("success") is True:
        return RowResult(id=record_id)
    error = row_error(row.get("errors"))
    return RowResult(id=record_id) if error.code == GONE else RowResult(error=error)
