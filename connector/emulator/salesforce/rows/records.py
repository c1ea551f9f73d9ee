"""Adds and changes rows the way the platform does: ids, defaults, auto numbers, audit stamps.

No rule of a single object stands here, and no check of what a client may write.
"""

import re
from dataclasses import dataclass

from connector.emulator.salesforce.rows.ids import IdMint
from connector.emulator.salesforce.rows.store import Row, Store
from connector.emulator.salesforce.schema.fields import SObject
from connector.emulator.salesforce.schema.objects import Schema

_NUMBER_IN_FORMAT = re.compile(r"\{(0+)\}")
_AUDIT_OWN = ("CreatedDate", "LastModifiedDate")


@dataclass(frozen=True)
class Change:
    """Who changes something, and when (a Salesforce stamp)."""

    user: str
    now: str


class Records:
    """Writes rows into the store with everything the platform fills in by itself."""

    def __init__(self, schema: Schema, store: Store) -> None:
        self.schema = schema
        self.store = store
        self._mint = IdMint()
        self._numbers: dict[tuple[str, str], int] = {}

    def sobject(self, name: str) -> SObject:
        """Returns an object that every org has."""
        found = self.schema.named(name)
        if found is None:
            raise LookupError(name)
        return found

    def blank(self, sobject: SObject) -> Row:
        """Returns a row of defaults, as an insert starts from."""
        return {field.name: field.default for field in sobject.fields.values() if field.stored}

    def add(self, sobject: SObject, row: Row, change: Change) -> str:
        """Stores a new row and returns its id; `row` gains what the platform filled in."""
        row["Id"] = self._mint.next_id(sobject.key_prefix)
        for field in sobject.fields.values():
            if field.auto_number:
                row[field.name] = self._next_number(sobject, field.name, field.auto_number)
        for name in _AUDIT_OWN:
            _default(sobject, row, name, change.now)
        for name in ("CreatedById", "LastModifiedById", "OwnerId"):
            _default(sobject, row, name, change.user)
        if "SystemModstamp" in sobject.fields:
            row["SystemModstamp"] = change.now
        if "Name" in sobject.fields and row["Name"] is None:
            row["Name"] = row["Id"]
        self.store.insert(sobject, row)
        return str(row["Id"])

    def _next_number(self, sobject: SObject, field: str, display_format: str) -> str:
        key = (sobject.name, field)
        self._numbers[key] = self._numbers.get(key, 0) + 1
        number = self._numbers[key]
        return _NUMBER_IN_FORMAT.sub(lambda zeros: f"{number:0{len(zeros[1])}d}", display_format)

    def edit(self, sobject: SObject, record_id: str, changes: Row, change: Change) -> None:
        """Changes a row as a user does: every stamp moves."""
        stamps = {
            "LastModifiedDate": change.now,
            "LastModifiedById": change.user,
            "SystemModstamp": change.now,
        }
        self.store.update(sobject, record_id, {**changes, **stamps})

    def edit_quietly(self, sobject: SObject, record_id: str, changes: Row, now: str) -> None:
        """Changes a row as the system does: only SystemModstamp moves."""
        self.store.update(sobject, record_id, {**changes, "SystemModstamp": now})


def _default(sobject: SObject, row: Row, name: str, value: str) -> None:
    if name in sobject.fields and row.get(name) is None:
        row[name] = value
