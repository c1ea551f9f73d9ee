"""Writes history rows when a record is saved (reference section 6, History).

OpportunityHistory is automatic; field histories follow only the fields that are tracked.
"""

from collections.abc import Iterator

from connector.emulator.salesforce.rows.records import Records
from connector.emulator.salesforce.rows.rules import Save
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.values import history_value

_STAGE_FIELDS = (
    "StageName",
    "Amount",
    "ExpectedRevenue",
    "CloseDate",
    "Probability",
    "ForecastCategory",
)
# A change of one of these makes an OpportunityHistory row.
_STAGE_TRIGGERS = ("StageName", "Amount", "CloseDate", "Probability")
_LONGEST_VALUE = 255
_DATA_TYPES = {
    "boolean": "Boolean",
    "currency": "Currency",
    "date": "DateOnly",
    "datetime": "DateTime",
    "double": "Double",
    "percent": "Percent",
    "picklist": "DynamicEnum",
}


class History:
    """Keeps which fields are tracked, and writes the rows of every history object."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._tables = {
            sobject.history_of: sobject for sobject in records.schema if sobject.history_of
        }
        self._tracked = {
            sobject.name: {found.name for found in sobject.fields.values() if found.tracked}
            for sobject in records.schema
            if sobject.name in self._tables
        }

    def can_track(self, sobject: SObject) -> bool:
        """Whether the object has a field history."""
        return sobject.name in self._tables

    def track(self, sobject: SObject, field: Field) -> None:
        """Follows a field from now on."""
        self._tracked.setdefault(sobject.name, set()).add(field.name)

    def untrack(self, sobject: SObject, field: Field) -> None:
        """Follows a field no longer; rows that were written stay."""
        self._tracked.get(sobject.name, set()).discard(field.name)

    def after_save(self, save: Save) -> None:
        """Writes the history rows of one insert or update."""
        if save.sobject.name == "Opportunity":
            self._opportunity_history(save)
        tracked = self._tracked.get(save.sobject.name)
        if not tracked:
            return
        if save.old is None:
            self._add(save, "created", None, (None, None))
            return
        for name in sorted(tracked):
            if save.changed(name):
                self._field_changed(save, save.sobject.fields[name])
        if save.sobject.name == "Case" and save.changed("IsClosed") and save.row["IsClosed"]:
            self._add(save, "closed", None, (None, None))

    def _opportunity_history(self, save: Save) -> None:
        if not any(save.changed(name) for name in _STAGE_TRIGGERS):
            return
        row = {name: save.row[name] for name in _STAGE_FIELDS}
        row["OpportunityId"] = save.row["Id"]
        if save.old is not None:
            row["PrevAmount"] = save.old["Amount"]
            row["PrevCloseDate"] = save.old["CloseDate"]
        self._records.add(self._records.sobject("OpportunityHistory"), row, save.change)

    def _field_changed(self, save: Save, field: Field) -> None:
        name = field.relationship_name or field.name
        shown = field.name if field.custom else name
        for kind, values in self._value_pairs(save, field):
            self._add(save, shown, kind, values)

    def _value_pairs(
        self, save: Save, field: Field
    ) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
        """Yields the values before and after: once, or for a lookup as names and as ids."""
        old = None if save.old is None else save.old[field.name]
        new = save.row[field.name]
        if field.type == "reference":
            yield "Text", (self._name_of(old), self._name_of(new))
            yield "EntityId", (history_value(field, old), history_value(field, new))
        elif field.is_text and field.length > _LONGEST_VALUE:
            yield "Text", (None, None)
        else:
            kind = _DATA_TYPES.get(field.type, "Text")
            yield kind, (history_value(field, old), history_value(field, new))

    def _name_of(self, record_id: str | None) -> str | None:
        if record_id is None:
            return None
        target = self._records.schema.with_prefix(record_id[:3])
        if target is None or target.name_field is None:
            return None
        row = self._records.store.row(target, record_id)
        return history_value(target.name_field, row[target.name_field.name]) if row else None

    def _add(
        self, save: Save, field: str, kind: str | None, values: tuple[str | None, str | None]
    ) -> None:
        table = self._tables[save.sobject.name]
        parent = "ParentId" if save.sobject.custom else f"{save.sobject.name}Id"
        row = {
            parent: save.row["Id"],
            "Field": field,
            "DataType": kind,
            "OldValue": values[0],
            "NewValue": values[1],
        }
        self._records.add(table, row, save.change)
