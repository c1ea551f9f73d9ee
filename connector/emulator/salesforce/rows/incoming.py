"""Reads the values a client sends for one row: which fields, which form, which records they name.

Raises RowError in the vendor's words (reference section 4.7); stores nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connector.emulator.salesforce.rows.errors import RowError
from connector.emulator.salesforce.rows.records import Records
from connector.emulator.salesforce.rows.store import BIN_COLUMN, Row
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.settings import OrgSettings
from connector.emulator.salesforce.schema.values import stored_value
from connector.emulator.salesforce.schema.visibility import Visibility

Operation = Literal["insert", "update"]

_AUDIT_FIELDS = frozenset({"CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"})


@dataclass(frozen=True)
class Incoming:
    """Reads written values for the objects of one org."""

    visibility: Visibility
    settings: OrgSettings
    records: Records

    def read(self, sobject: SObject, values: Mapping[str, Any], operation: Operation) -> Row:
        """Returns stored values by canonical field name."""
        row: Row = {}
        refused: list[str] = []
        for name, value in values.items():
            if name == "attributes":
                continue
            field, given = self._field_and_value(sobject, name, value)
            if self._may_write(field, operation):
                row[field.name] = self._stored(field, given)
            else:
                refused.append(field.name)
        if refused:
            raise RowError(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {', '.join(refused)}. Please check the security "
                "settings of this field and verify that it is read/write for your profile or "
                "permission set.",
                tuple(refused),
            )
        return row

    def _may_write(self, field: Field, operation: Operation) -> bool:
        if operation == "update":
            return field.updateable
        return field.createable or (self.settings.set_audit_fields and field.name in _AUDIT_FIELDS)

    def _field_and_value(self, sobject: SObject, name: str, value: Any) -> tuple[Field, Any]:
        field = self.visibility.field(sobject, name)
        if field is not None and field.stored:
            return field, value
        if field is not None:
            return field, None
        parent = self.visibility.parent(sobject, name)
        if parent is None or not (value is None or isinstance(value, Mapping)):
            raise RowError(
                "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}"
            )
        lookup, target = parent
        return lookup, None if value is None else self._named_record(target, value)

    def _named_record(self, target: SObject, value: Mapping[str, Any]) -> str:
        """Finds the record that `X__r: {key: value}` names."""
        keys = {name: given for name, given in value.items() if name != "attributes"}
        if len(keys) != 1:
            message = f"{target.name} must be named by exactly one external id"
            raise RowError("INVALID_FIELD", message)
        ((name, given),) = keys.items()
        key = self.visibility.field(target, name)
        if key is None or not key.is_key:
            message = f"No such column '{name}' on sobject of type {target.name}"
            raise RowError("INVALID_FIELD", message)
        stored = stored_value(key, given, self.settings)
        found = self.records.store.live_ids(target, key.name, stored)
        if len(found) != 1:
            raise RowError(
                "INVALID_FIELD",
                f"Foreign key external ID: {given} not found for field {key.name} "
                f"in entity {target.name}",
            )
        return found[0]

    def _stored(self, field: Field, value: Any) -> Any:
        stored = stored_value(field, value, self.settings)
        if field.type == "reference" and stored is not None:
            self._check_lookup(field, stored)
        return stored

    def _check_lookup(self, field: Field, record_id: str) -> None:
        target = self.records.schema.with_prefix(record_id[:3])
        if target is None or target.name not in field.reference_to:
            raise RowError(
                "FIELD_INTEGRITY_EXCEPTION",
                f"{field.label}: id value of incorrect type: {record_id}",
                (field.name,),
            )
        row = self.records.store.row(target, record_id)
        if row is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row[BIN_COLUMN]:
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
