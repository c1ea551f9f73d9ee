"""Rows into the org: collections of 200, each row with an outcome of its own.

A request whose outcome is unknown is sent again only where that says the same thing twice.
It does not decide what becomes of a refused row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeGuard

from connector.core.terms.errors import RequestRefused
from connector.core.terms.records import Row, RowError, RowResult, Update, Upsert
from connector.gateways.http.client import Repeat
from connector.gateways.salesforce.composite import PARTS_PER_CALL, composite, parts_of
from connector.gateways.salesforce.errors import is_locked, is_lost_race, row_error
from connector.gateways.salesforce.session import (
    ATTEMPTS,
    Request,
    SalesforceSession,
    unreadable,
)
from connector.gateways.salesforce.wire import cleaned, long_id, to_record

# Salesforce 4.2: a call takes 200 records.
ROWS_PER_CALL = 200
"""https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm"""

Record = Mapping[str, Any]

_MALFORMED = 400


@dataclass(frozen=True)
class _Write:
    """One kind of write: how it is sent, and which row errors pass when it is sent again."""

    method: str
    path: str
    repeat: Repeat
    passes: Callable[[RowError], bool]
    creates: bool = False
    assign: bool = False


class Writer:
    """Inserts, upserts and updates rows; results come in the order of the rows."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session

    def insert(
        self, object_name: str, rows: Sequence[Row], *, assign: bool = False
    ) -> list[RowResult]:
        """Create rows; a call is never repeated when its outcome is unknown.

        With `assign` the org's active assignment rules choose the owners.
        """
        write = _Write(
            "POST", "composite/sobjects", Repeat.NEVER, is_locked, creates=True, assign=assign
        )
        return self._write(write, [to_record(object_name, row) for row in rows])

    def upsert(self, object_name: str, key: str, rows: Sequence[Row]) -> list[RowResult]:
        """Create or change rows by their key; rows with one key become one row, the last wins."""
        records = [to_record(object_name, row) for row in rows]
        return self._write_by(key, _upserting(object_name, key), records)

    def upsert_together(self, upserts: Sequence[Upsert]) -> list[list[RowResult]]:
        """Upsert rows of several objects, in one call where they fit it."""
        return self._together([_Part.of_upsert(each) for each in upserts])

    def update_together(self, updates: Sequence[Update]) -> list[list[RowResult]]:
        """Change rows of several objects, in their order, in one call where they fit it."""
        return self._together([_Part.of_update(each) for each in updates])

    def _together(self, parts: Sequence[_Part]) -> list[list[RowResult]]:
        """Write the parts in one call where they fit it.

        What is not plainly done by that call goes the usual way: these writes may be repeated.
        """
        if not 1 < len(parts) <= PARTS_PER_CALL or any(map(_is_long, parts)):
            return [self._write_by(each.key, each.write, each.records) for each in parts]
        base = f"/services/data/v{self._session.version}/"
        request = composite([each.as_json(base) for each in parts], effect=True)
        answers = parts_of(request, self._session.ask(request))
        return [self._completed(*pair) for pair in zip(parts, answers, strict=True)]

    def _completed(self, part: _Part, answer: Mapping[str, Any] | None) -> list[RowResult]:
        """Return the results of one part; a part without them, or a lost race, is sent again."""
        keys, merged = merged_by(part.key, part.records)
        # Salesforce 4.3: each part has a status of its own.
        good = answer and answer.get("httpStatusCode") == HTTPStatus.OK
        body = answer.get("body") if answer and good else None
        read = [_result(part.write, row) for row in body] if _answers(body, len(merged)) else []
        done = {
            name: result
            for name, result in zip(merged, read, strict=False)
            if not _passes(part.write, result)
        }
        left = [name for name in merged if name not in done]
        again = self._write_by(part.key, part.write, [merged[name] for name in left])
        done |= zip(left, again, strict=True)
        return [done.get(name, keyless(part.key)) for name in keys]

    def update(self, object_name: str, rows: Sequence[Row]) -> list[RowResult]:
        """Change rows by their `Id`; rows with one id become one row, the last wins."""
        return self._write_by("Id", _UPDATING, [to_record(object_name, row) for row in rows])

    def _write_by(self, key: str, write: _Write, records: Sequence[Record]) -> list[RowResult]:
        """Write each key once: the org refuses all rows of a call that share one."""
        # Salesforce 4.2: DUPLICATE_VALUE for each row of a key that stands twice in a call.
        keys, merged = merged_by(key, records)
        written = dict(zip(merged, self._write(write, list(merged.values())), strict=True))
        return [written.get(name, keyless(key)) for name in keys]

    def _write(self, write: _Write, records: Sequence[Record]) -> list[RowResult]:
        results: list[RowResult] = []
        for start in range(0, len(records), ROWS_PER_CALL):
            results += self._chunk(write, records[start : start + ROWS_PER_CALL])
        return results

    def _chunk(self, write: _Write, records: Sequence[Record]) -> list[RowResult]:
        """Write up to 200 rows; rows that lost against another writer are sent again."""
        results = self._send(write, records)
        for attempt in range(ATTEMPTS - 1):
            lost = [i for i, result in enumerate(results) if _passes(write, result)]
            if not lost:
                break
            self._session.pause(attempt)
            again = self._send(write, [records[i] for i in lost])
            for i, result in zip(lost, again, strict=True):
                results[i] = result
        return results

    def _send(self, write: _Write, records: Sequence[Record]) -> list[RowResult]:
        """Send one call; one that the org cannot even read is halved until its bad row is alone.

        A 400 of a collection means that no row of it was written (Salesforce 4.1).
        """
        body = {"allOrNone": False, "records": list(records)}
        request = Request(
            write.method, write.path, body, write.repeat, effect=True, assign=write.assign
        )
        try:
            answer = self._session.ask(request)
        except RequestRefused as refused:
            if refused.facts.status != _MALFORMED or not refused.facts.code:
                raise
            error = RowError(refused.facts.code, refused.message)
        else:
            return _results(write, request, answer)
        if len(records) == 1:
            return [RowResult(error=error)]
        half = len(records) // 2
        return self._send(write, records[:half]) + self._send(write, records[half:])


def _upserting(object_name: str, key: str) -> _Write:
    return _Write(
        "PATCH",
        f"composite/sobjects/{object_name}/{key}",
        Repeat.SAFE,
        # Salesforce 4.8: of two upserts of a new key one is refused; its second try is an update.
        lambda error: is_locked(error) or is_lost_race(error, key),
    )


_UPDATING = _Write("PATCH", "composite/sobjects", Repeat.SAFE, is_locked)


@dataclass(frozen=True)
class _Part:
    """One of several writes in a call; rows with one key become one row."""

    key: str
    write: _Write
    records: tuple[Record, ...]

    @classmethod
    def of_upsert(cls, upsert: Upsert) -> _Part:
        records = tuple(to_record(upsert.object, row) for row in upsert.rows)
        return cls(upsert.key, _upserting(upsert.object, upsert.key), records)

    @classmethod
    def of_update(cls, update: Update) -> _Part:
        records = tuple(to_record(update.object, row) for row in update.rows)
        return cls("Id", _UPDATING, records)

    def as_json(self, base: str) -> Mapping[str, Any]:
        _, merged = merged_by(self.key, self.records)
        body = {"allOrNone": False, "records": list(merged.values())}
        return {"method": "PATCH", "url": base + self.write.path, "body": body}


def _is_long(part: _Part) -> bool:
    return not 0 < len(part.records) <= ROWS_PER_CALL


def merged_by(key: str, rows: Sequence[Row]) -> tuple[list[str], dict[str, Row]]:
    """Return each row's key, and one row for each key: of rows that share one the last wins."""
    keys = [_key(key, row) for row in rows]
    merged: dict[str, Row] = {}
    for name, row in zip(keys, rows, strict=True):
        if name:
            merged[name] = {**merged[name], **row} if name in merged else row
    return keys, merged


def keyless(key: str) -> RowResult:
    """Say of a row without a key that it was not written."""
    return RowResult(error=RowError("MISSING_ARGUMENT", f"{key} is empty.", (key,)))


def _key(key: str, record: Row) -> str:
    """Return a record's key as the org compares it: as text, without blanks around it."""
    value = record.get(key)
    text = "" if value is None else cleaned(str(value)).strip()
    return long_id(text) if key == "Id" else text


def _passes(write: _Write, result: RowResult) -> bool:
    return result.error is not None and write.passes(result.error)


def _results(write: _Write, request: Request, answer: Any) -> list[RowResult]:
    sent = len(request.body["records"])
    if not _answers(answer, sent):
        raise unreadable(request)
    return [_result(write, row) for row in answer]


def _answers(body: Any, sent: int) -> TypeGuard[list[Mapping[str, Any]]]:
    """True for a list that says something of each row that was sent."""
    # Salesforce 4.2: results come in the order of the request, and a refused row has no id.
    right = isinstance(body, list) and len(body) == sent
    return right and all(isinstance(row, Mapping) for row in body)


def _result(write: _Write, row: Mapping[str, Any]) -> RowResult:
    # Salesforce 4.2: HTTP 200 comes even where every row was refused.
    if row.get("success") is not True:
        return RowResult(error=row_error(row.get("errors")))
    return RowResult(
        id=long_id(str(row.get("id") or "")) or None,
        # Salesforce 4.2: not every kind of write answers `created`.
        created=write.creates or row.get("created") is True,
    )
