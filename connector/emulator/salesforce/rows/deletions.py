"""Takes rows away, and does to their children what each lookup to them says.

Which lookups cascade or restrict: recorded describes (`cascadeDelete`, `restrictedDelete` of
Contact, Case and Opportunity), and `deleteConstraint` of custom fields.
Assumed (uncertain): the code and the sentence of a refusal; that a lookup which must have a value
refuses like a restricted one; that an owner's end leaves OwnerId as it is; that children already
in the bin keep their lookups.
"""

from dataclasses import dataclass

from connector.emulator.salesforce.rows.errors import RowError
from connector.emulator.salesforce.rows.records import Change, Records
from connector.emulator.salesforce.rows.store import BIN_COLUMN, Row
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.settings import OrgSettings

_ROLES = "OpportunityContactRole"


@dataclass(frozen=True)
class Deletions:
    """Deletes rows of one org."""

    records: Records
    settings: OrgSettings

    def delete(self, sobject: SObject, record_id: str, change: Change) -> None:
        """Deletes a row as a user does: into the bin, or for good where there is none.

        Raises RowError where a child does not let it go; then nothing has changed.
        """
        if sobject.purged_when_deleted:
            self.records.store.purge(sobject, record_id)
            self.records.store.log_deletion(sobject, record_id, change.now)
            return
        with self.records.store.undo_on_error():
            self._bin(sobject, record_id, change)

    def point_elsewhere(
        self, child: tuple[SObject, Field], child_id: str, target: str | None, change: Change
    ) -> None:
        """Gives a child's lookup another value, or none, as the platform does by itself."""
        sobject, lookup = child
        changes: Row = {lookup.name: target}
        if "SystemModstamp" in sobject.fields and self.settings.emptied_lookups_move_stamp:
            self.records.edit_quietly(sobject, child_id, changes, change.now)
        else:
            self.records.store.update(sobject, child_id, changes)

    def _bin(self, sobject: SObject, record_id: str, change: Change) -> None:
        self.records.store.log_deletion(sobject, record_id, change.now)
        marks: Row = {BIN_COLUMN: True}
        if "SystemModstamp" in sobject.fields:
            self.records.edit(sobject, record_id, marks, change)
        else:
            self.records.store.update(sobject, record_id, marks)
        for child in self.records.schema.children(sobject):
            for child_id in self.records.store.live_ids(child[0], child[1].name, record_id):
                self._orphan(child, child_id, change)

    def _orphan(self, child: tuple[SObject, Field], child_id: str, change: Change) -> None:
        sobject, lookup = child
        if self._outlives(sobject, lookup):
            return
        if lookup.cascade_delete:
            self._bin(sobject, child_id, change)
        elif self._refuses(lookup):
            raise _still_needed(sobject, child_id)
        elif lookup.nillable:
            self.point_elsewhere(child, child_id, None, change)

    def _outlives(self, sobject: SObject, lookup: Field) -> bool:
        of_contact = sobject.name == _ROLES and lookup.name == "ContactId"
        return of_contact and self.settings.contact_roles_outlive_contacts

    def _refuses(self, lookup: Field) -> bool:
        if lookup.required or (lookup.custom and lookup.restricted_delete):
            return True
        return lookup.restricted_delete and self.settings.restricted_deletes == "refused"


def _still_needed(sobject: SObject, child_id: str) -> RowError:
    return RowError(
        "DELETE_FAILED",
        "Your attempt to delete the record could not be completed because it is associated with "
        f"the following {sobject.label_plural.lower()}.: {child_id}",
    )
