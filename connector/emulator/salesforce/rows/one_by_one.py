"""Writes rows one by one and notes each one's fate: what collections and Bulk have in common.

A refused row never stops the next one. Reference 4.2.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.emulator.salesforce.org import Org
from connector.emulator.salesforce.rest.errors import ROLLED_BACK, as_row_error, in_row
from connector.emulator.salesforce.rows.errors import ApiError, RowError

CHUNK = 200


@dataclass(frozen=True)
class RowResult:
    """One row's fate: an id, or an error; `created` only where the call was an upsert."""

    id: str = ""
    created: bool | None = None
    error: RowError | None = None

    def body(self) -> dict[str, Any]:
        """Returns the row of a collections answer; a refused row has no id."""
        if self.error is not None:
            return {"success": False, "errors": [in_row(self.error)]}
        created = {} if self.created is None else {"created": self.created}
        return {"id": self.id, "success": True, "errors": [], **created}


@dataclass(frozen=True)
class RowWriter:
    """Writes into one org; `allow_duplicates` is the allowSave of the request's header.

    `assign`: the org's active assignment rules run (reference 4.6).
    """

    org: Org
    allow_duplicates: bool = False
    assign: bool = False

    def assigned(self, sobject: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns the values with the owner that an assignment rule gives the row, if one does."""
        owner = self.org.settings.case_assignment_owner
        if not (self.assign and owner and sobject.lower() == "case"):
            return values
        return {**_taken(values, "OwnerId")[1], "OwnerId": owner}

    def insert(self, sobject: str, values: Mapping[str, Any]) -> RowResult:
        """Returns the fate of one new row."""
        given = self.assigned(sobject, values)
        return _fate(
            lambda: RowResult(
                self.org.insert(sobject, given, allow_duplicates=self.allow_duplicates)
            )
        )

    def update(self, sobject: str, values: Mapping[str, Any]) -> RowResult:
        """Returns the fate of one changed row; its id stands among the values."""
        record_id, rest = _taken(values, "Id")
        if not record_id:
            return _refused("MISSING_ARGUMENT", "Id not specified in an update call")
        return _fate(lambda: self._updated(sobject, str(record_id), rest))

    def upsert(
        self, sobject: str, key_field: str, rows: Sequence[Mapping[str, Any]]
    ) -> list[RowResult]:
        """Returns the fates of upserted rows, in order; a key twice in a chunk of 200 refuses both.

        A later chunk updates what an earlier one inserted.
        """
        results: list[RowResult] = []
        for start in range(0, len(rows), CHUNK):
            keyed = [_taken(row, key_field) for row in rows[start : start + CHUNK]]
            seen = Counter(self._same_key(sobject, key_field, key) for key, _ in keyed)
            for key, rest in keyed:
                if key is not None and seen[self._same_key(sobject, key_field, key)] > 1:
                    text = f"Duplicate external id specified: {key}"
                    results.append(_refused("DUPLICATE_VALUE", text, key_field))
                else:
                    results.append(self._upserted(sobject, key_field, key, rest))
        return results

    def delete(self, record_id: str) -> RowResult:
        """Returns the fate of one row that goes to the bin."""
        return _fate(lambda: self._deleted(record_id))

    def _updated(self, sobject: str, record_id: str, values: Mapping[str, Any]) -> RowResult:
        given = self.assigned(sobject, values)
        self.org.update(sobject, record_id, given, allow_duplicates=self.allow_duplicates)
        return RowResult(record_id)

    def _upserted(
        self, sobject: str, key_field: str, key: Any, values: Mapping[str, Any]
    ) -> RowResult:
        if key is None and key_field != "Id":
            return _refused("MISSING_ARGUMENT", f"{key_field} not specified", key_field)
        given = self.assigned(sobject, values)
        return _fate(
            lambda: RowResult(
                *self.org.upsert(
                    sobject, key_field, key, given, allow_duplicates=self.allow_duplicates
                )
            )
        )

    def _deleted(self, record_id: str) -> RowResult:
        self.org.delete(self.org.sobject_of(record_id).name, record_id)
        return RowResult(record_id)

    def _same_key(self, sobject: str, key_field: str, key: Any) -> str:
        field = self.org.sobject(sobject).fields[key_field]
        return str(key) if field.case_sensitive else str(key).lower()


def all_or_none(org: Org, write: Callable[[], list[RowResult]]) -> list[RowResult]:
    """Returns the fates of a write that is undone as a whole if one row is refused."""
    results: list[RowResult] = []
    try:
        with org.all_or_none():
            results = write()
            _insist(results)
    except _Undo:
        return [result if result.error else _ROLLED_BACK for result in results]
    return results


class _Undo(Exception):
    """Leaves the transaction of an all-or-none write."""


def _insist(results: list[RowResult]) -> None:
    if any(result.error for result in results):
        raise _Undo


_ROLLED_BACK = RowResult(error=ROLLED_BACK)


def _fate(write: Callable[[], RowResult]) -> RowResult:
    try:
        return write()
    except RowError as error:
        return RowResult(error=error)
    except ApiError as error:
        return RowResult(error=as_row_error(error))


def _refused(status_code: str, message: str, *fields: str) -> RowResult:
    return RowResult(error=RowError(status_code, message, fields))


def _taken(values: Mapping[str, Any], name: str) -> tuple[Any, dict[str, Any]]:
    """Returns one field's value (None if absent or empty) and all the other fields."""
    rest = {key: value for key, value in values.items() if key.lower() != name.lower()}
    found = next((values[key] for key in values if key.lower() == name.lower()), None)
    return (None if found == "" else found), rest
