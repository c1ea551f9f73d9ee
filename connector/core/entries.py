"""Finds stage entries: the moments at which a record entered a stage, with the evidence.

Only a change of stage is an entry. `OpportunityHistory` also gets rows when the amount or the
close date changes (Object Reference, OpportunityHistory), and an edited record keeps its stage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from types import MappingProxyType

from connector.core.instants import instant
from connector.core.records import Row
from connector.core.rules import TriggerObject


@dataclass(frozen=True)
class Entry:
    """One record entering one stage.

    `evidence` names where it was read: a history object, or the field that holds the time.
    """

    object: TriggerObject
    record_id: str
    old_stage: str
    new_stage: str
    entered_at: datetime
    evidence: str


HISTORY_PARENT: Mapping[TriggerObject, str] = MappingProxyType(
    {
        TriggerObject.OPPORTUNITY: "OpportunityId",
        TriggerObject.ORDER: "OrderId",
        TriggerObject.CASE: "CaseId",
    }
)
"""In each history object, the field that names the record."""

STAMPS: Mapping[TriggerObject, tuple[str, ...]] = MappingProxyType(
    {
        # An order in any activated status, or a closed case, entered it no earlier than this;
        # a record created since then and now in the stage entered it since then as well.
        TriggerObject.ORDER: ("ActivatedDate", "CreatedDate"),
        TriggerObject.CASE: ("ClosedDate", "CreatedDate"),
    }
)
"""Fields of the record itself that prove an entry where no history is kept."""


def opportunity_entries(
    history: Iterable[Row], stages: Collection[str], since: datetime
) -> list[Entry]:
    """Entries proved by `OpportunityHistory`: rows whose stage differs from the row before.

    `history` holds every row of the opportunities concerned, in any order.
    """
    entries: list[Entry] = []
    ordered = sorted(history, key=lambda row: (row["OpportunityId"], row["CreatedDate"], row["Id"]))
    for record_id, rows in groupby(ordered, key=lambda row: str(row["OpportunityId"])):
        for before, row in pairwise([{"StageName": ""}, *rows]):
            entered_at = instant(row["CreatedDate"])
            stage, old = row.get("StageName") or "", before.get("StageName") or ""
            if stage in stages and stage != old and entered_at and entered_at >= since:
                entries.append(
                    Entry(
                        TriggerObject.OPPORTUNITY,
                        record_id,
                        old,
                        stage,
                        entered_at,
                        "OpportunityHistory",
                    )
                )
    return entries


def history_entries(
    trigger: TriggerObject, history: Iterable[Row], stages: Collection[str], since: datetime
) -> list[Entry]:
    """Entries proved by field history (`OrderHistory`, `CaseHistory`): status rows only."""
    entries: list[Entry] = []
    for row in history:
        entered_at = instant(row["CreatedDate"])
        stage, old = row.get("NewValue") or "", row.get("OldValue") or ""
        if stage in stages and stage != old and entered_at and entered_at >= since:
            record_id = str(row[HISTORY_PARENT[trigger]])
            entries.append(
                Entry(trigger, record_id, old, stage, entered_at, f"{trigger.value}History")
            )
    return entries


def stamped_entries(
    trigger: TriggerObject, records: Iterable[Row], stages: Collection[str], since: datetime
) -> list[Entry]:
    """Entries proved by a time on the record itself, for orgs that track no history."""
    entries: list[Entry] = []
    for row in records:
        stage = row.get("Status") or ""
        if stage not in stages:
            continue
        for field in STAMPS[trigger]:
            stamped_at = instant(row.get(field))
            if stamped_at and stamped_at >= since:
                entries.append(Entry(trigger, str(row["Id"]), "", stage, stamped_at, field))
                break
    return entries


def latest_per_record(entries: Iterable[Entry]) -> list[Entry]:
    """One entry per record and stage, the latest; field history outranks a stamp."""
    chosen: dict[tuple[str, str], Entry] = {}
    for entry in sorted(entries, key=_strength):
        chosen[entry.record_id, entry.new_stage] = entry
    return sorted(chosen.values(), key=lambda entry: (entry.entered_at, entry.record_id))


def _strength(entry: Entry) -> tuple[bool, datetime]:
    return entry.evidence.endswith("History"), entry.entered_at
