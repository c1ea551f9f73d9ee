"""Makes one record of several, as a person in the org does: children move, the others go.

The master's own values stay; `MasterRecordId` tells of a merged record which one took it up.
Assumed (uncertain): that a record's field history and the values that only the others had are not
handed over; that of two contact roles on one opportunity both stay; that the master's stamps move.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.emulator.salesforce.rows.deletions import Deletions
from connector.emulator.salesforce.rows.errors import RowError
from connector.emulator.salesforce.rows.records import Change, Records
from connector.emulator.salesforce.rows.store import Row
from connector.emulator.salesforce.schema.fields import SObject
from connector.emulator.salesforce.schema.objects import MASTER_RECORD
from connector.emulator.salesforce.schema.settings import OrgSettings


@dataclass(frozen=True)
class Merges:
    """Merges rows of one org."""

    records: Records
    deletions: Deletions
    settings: OrgSettings

    def keeps(self, sobject: SObject) -> bool:
        """Whether a record of the object stays beside the master it was merged into."""
        return sobject.name == "Case" and self.settings.merged_cases == "kept"

    def merge(self, sobject: SObject, master: Row, losers: Sequence[Row], change: Change) -> None:
        """Merges rows into the first. Raises RowError; the caller undoes what was done."""
        # Cases merge on their page only: their describe does not call them mergeable (recorded).
        if not (sobject.mergeable or sobject.name == "Case"):
            raise RowError("INVALID_TYPE", f"{sobject.label_plural} cannot be merged")
        for loser in losers:
            _check_pair(master, loser)
            self._merge_one(sobject, master, loser, change)
        self.records.edit(sobject, master["Id"], {}, change)

    def _merge_one(self, sobject: SObject, master: Row, loser: Row, change: Change) -> None:
        if shadow := loser.get("PersonContactId"):
            contacts = self.records.sobject("Contact")
            others = {"Id": master["PersonContactId"]}, {"Id": shadow}
            self._merge_one(contacts, *others, change)
        self._hand_over(sobject, master["Id"], loser["Id"], change)
        self.records.store.update(sobject, loser["Id"], {MASTER_RECORD: master["Id"]})
        if not self.keeps(sobject):
            self.deletions.delete(sobject, loser["Id"], change)

    def _hand_over(self, sobject: SObject, master_id: str, loser_id: str, change: Change) -> None:
        for child in self.records.schema.children(sobject):
            if child[0].history_of:
                continue
            for child_id in self.records.store.live_ids(child[0], child[1].name, loser_id):
                target = None if child_id == master_id else master_id
                self.deletions.point_elsewhere(child, child_id, target, change)


def _check_pair(master: Row, loser: Row) -> None:
    if master["Id"] == loser["Id"]:
        raise RowError("INVALID_INPUT", "A record cannot be merged into itself")
    if master.get("IsPersonAccount") != loser.get("IsPersonAccount"):
        raise RowError("INVALID_INPUT", "A person cannot be merged with a business")
