"""Carries out one write on one row: read, complete, check, store, follow up.

The order is the platform's: nothing is stored before every check has passed, so a refused row
leaves no trace. The caller holds the org's lock, which makes unique keys safe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.emulator.faults import Faults
from connector.emulator.salesforce.rows import effects, rules
from connector.emulator.salesforce.rows.deletions import Deletions
from connector.emulator.salesforce.rows.errors import RowError, no_such_key
from connector.emulator.salesforce.rows.history import History
from connector.emulator.salesforce.rows.ids import normalise_id
from connector.emulator.salesforce.rows.incoming import Incoming
from connector.emulator.salesforce.rows.merges import Merges
from connector.emulator.salesforce.rows.records import Change, Records
from connector.emulator.salesforce.rows.rules import Save
from connector.emulator.salesforce.rows.store import BIN_COLUMN, Row
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.values import stored_value

_ID_15_LENGTH = 15


@dataclass(frozen=True)
class Author:
    """Who writes and when; `allow_duplicates` is the header that passes alert rules."""

    change: Change
    allow_duplicates: bool = False


class Writer:
    """Inserts, updates, upserts and deletes single rows."""

    def __init__(
        self, incoming: Incoming, records: Records, history: History, faults: Faults
    ) -> None:
        self._incoming = incoming
        self._records = records
        self._history = history
        self._faults = faults
        self._deletions = Deletions(records, incoming.settings)
        self._merges = Merges(records, self._deletions, incoming.settings)

    def insert(self, sobject: SObject, values: Mapping[str, Any], author: Author) -> str:
        """Adds a row and returns its id. Raises RowError."""
        self._strike(sobject, "insert")
        return self._insert(sobject, values, author)

    def update(
        self, sobject: SObject, record_id: str, values: Mapping[str, Any], author: Author
    ) -> None:
        """Changes a row. Raises RowError."""
        self._strike(sobject, "update")
        self._update(sobject, record_id, values, author)

    def upsert(
        self, sobject: SObject, key: tuple[str, Any], values: Mapping[str, Any], author: Author
    ) -> tuple[str, bool]:
        """Updates the row with a key, or inserts it. Raises RowError, ApiError."""
        self._strike(sobject, "upsert")
        field = self.key_field(sobject, key[0])
        rest = {name: value for name, value in values.items() if name.lower() != key[0].lower()}
        if field.type == "id":
            return self._upsert_by_id(sobject, key[1], rest, author)
        found = self.matches(sobject, field, key[1])
        if len(found) > 1:
            listed = ", ".join(found)
            raise RowError(
                "DUPLICATE_EXTERNAL_ID",
                f"{field.label}: more than one record found for external id field: [{listed}]",
                (field.name,),
                record_ids=tuple(found),
            )
        if found:
            self._update(sobject, found[0], rest, author)
            return found[0], False
        return self._insert(sobject, {**rest, field.name: key[1]}, author), True

    def _upsert_by_id(
        self, sobject: SObject, record_id: str | None, values: Mapping[str, Any], author: Author
    ) -> tuple[str, bool]:
        if not record_id:
            return self._insert(sobject, values, author), True
        self._update(sobject, record_id, values, author)
        return normalise_id(record_id) or record_id, False

    def delete(self, sobject: SObject, record_id: str, author: Author) -> None:
        """Moves a row to the bin, with what follows for its children. Raises RowError."""
        self._strike(sobject, "delete")
        if not sobject.deletable:
            raise _not_possible(sobject, "deleted")
        row = self._live_row(sobject, record_id)
        self._deletions.delete(sobject, row["Id"], author.change)

    def merge(
        self, sobject: SObject, master_id: str, loser_ids: Sequence[str], author: Author
    ) -> None:
        """Makes one row of several; the master's own values stay. Raises RowError."""
        master = self._live_row(sobject, master_id)
        losers = [self._live_row(sobject, loser_id) for loser_id in loser_ids]
        with self._records.store.undo_on_error():
            self._merges.merge(sobject, master, losers, author.change)
            for loser in losers:
                if self._merges.keeps(sobject):
                    status = self._incoming.settings.merged_case_status
                    self._update(sobject, loser["Id"], {"Status": status}, author)

    def key_field(self, sobject: SObject, name: str) -> Field:
        """Finds a field that may serve as a key; raises ApiError."""
        field = self._incoming.visibility.field(sobject, name)
        if field is None or not field.is_key:
            raise no_such_key(name)
        return field

    def matches(self, sobject: SObject, key: Field, value: Any) -> list[str]:
        """Finds the live rows with a key value. Raises RowError."""
        stored = stored_value(key, value, self._incoming.settings)
        if stored is None:
            raise RowError("MISSING_ARGUMENT", f"{key.name} not specified", (key.name,))
        return self._records.store.live_ids(sobject, key.name, stored)

    def _strike(self, sobject: SObject, operation: str) -> None:
        fault = self._faults.take_row(sobject.name, operation)
        if fault is not None:
            raise RowError(fault.status_code, fault.message, tuple(fault.fields))

    def _insert(self, sobject: SObject, values: Mapping[str, Any], author: Author) -> str:
        if not sobject.createable:
            raise _not_possible(sobject, "inserted")
        given = self._incoming.read(sobject, values, "insert")
        row = self._records.blank(sobject)
        row |= {
            name: value
            for name, value in given.items()
            if value is not None or not sobject.fields[name].defaulted_on_create
        }
        save = self._save(sobject, row, None, frozenset(given), author)
        self._check(save, author)
        self._records.add(sobject, row, author.change)
        self._follow_up(save)
        return str(row["Id"])

    def _update(
        self, sobject: SObject, record_id: str, values: Mapping[str, Any], author: Author
    ) -> None:
        if not sobject.updateable:
            raise _not_possible(sobject, "updated")
        old = self._live_row(sobject, record_id)
        given = self._incoming.read(sobject, values, "update")
        row = {**old, **given}
        save = self._save(sobject, row, old, frozenset(given), author)
        self._check(save, author)
        changes = {name: value for name, value in row.items() if value != old[name]}
        self._records.edit(sobject, row["Id"], changes, author.change)
        self._follow_up(save)

    def _save(
        self,
        sobject: SObject,
        row: Row,
        old: Row | None,
        given: frozenset[str],
        author: Author,
    ) -> Save:
        settings, store = self._incoming.settings, self._records.store
        save = Save(sobject, row, old, given, author.change, settings, store)
        rules.complete(save)
        return save

    def _check(self, save: Save, author: Author) -> None:
        self._check_required(save)
        self._check_unique(save)
        if save.sobject.name == "Contact":
            self._check_duplicate_rule(save, author)

    def _follow_up(self, save: Save) -> None:
        effects.after_save(save, self._records)
        self._history.after_save(save)

    def _live_row(self, sobject: SObject, record_id: str) -> Row:
        normal = normalise_id(record_id)
        if normal is None or not normal.startswith(sobject.key_prefix):
            raise RowError("MALFORMED_ID", f"bad id {record_id}", ("Id",))
        row = self._records.store.row(sobject, normal)
        if row is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row[BIN_COLUMN]:
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def _check_required(self, save: Save) -> None:
        missing = [
            field.name
            for field in save.sobject.fields.values()
            if (field.required or field.name in save.given)
            and not field.nillable
            and save.row[field.name] is None
            and (save.old is not None or not field.defaulted_on_create)
        ]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            raise RowError("REQUIRED_FIELD_MISSING", message, tuple(missing))

    def _check_unique(self, save: Save) -> None:
        for field in save.sobject.fields.values():
            value = save.row.get(field.name)
            if not field.unique or value is None or not save.changed(field.name):
                continue
            taken = self._records.store.live_ids(save.sobject, field.name, value)
            if taken:
                raise RowError(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {field.name} duplicates value on record with id: "
                    f"{taken[0][:_ID_15_LENGTH]}",
                )

    def _check_duplicate_rule(self, save: Save, author: Author) -> None:
        """Applies the org's duplicate rule: contacts are duplicates if their e-mail is equal."""
        rule = save.settings.contact_duplicate_rule
        email = save.row["Email"]
        if rule == "off" or email is None or not save.changed("Email"):
            return
        others = self._records.store.live_ids(save.sobject, "Email", email)
        if others and not (rule == "alert" and author.allow_duplicates):
            raise RowError(
                "DUPLICATES_DETECTED",
                "Use one of these records?",
                duplicate_result=_duplicate_result(others, allow_save=rule == "alert"),
            )


def _not_possible(sobject: SObject, what: str) -> RowError:
    return RowError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be {what}: {sobject.label}")


def _duplicate_result(record_ids: list[str], *, allow_save: bool) -> dict[str, Any]:
    matches = [
        {
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": "Contact"}, "Id": record_id},
        }
        for record_id in record_ids
    ]
    return {
        "allowSave": allow_save,
        "duplicateRule": "Standard_Contact_Duplicate_Rule",
        "matchResults": [
            {
                "rule": "Standard_Contact_Match_Rule",
                "matchEngine": "ExactMatchEngine",
                "matchRecords": matches,
            }
        ],
    }
