"""Finds stage entries: the moments at which a record entered a stage, with the evidence.

Only a change of stage is an entry. `OpportunityHistory` also gets rows when the amount or the
close date changes (Object Reference, OpportunityHistory), and an edited record keeps its stage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise
from types import MappingProxyType

from connector.core.rules.grammar import STAGE_FIELDS, IfLeft, Rule, TriggerObject
from connector.core.terms.instants import instant
from connector.core.terms.records import Condition, Row, Select


@dataclass(frozen=True, slots=True)
class Entry:
    """One record entering one stage.

    `evidence` names where it was read: a history object, the field that holds the time, or
    `OBSERVED`.
    """

    object: TriggerObject
    record_id: str
    old_stage: str
    new_stage: str
    entered_at: datetime
    evidence: str


KEY_PREFIXES: Mapping[str, TriggerObject] = MappingProxyType(
    {
        "006": TriggerObject.OPPORTUNITY,
        "801": TriggerObject.ORDER,
        "500": TriggerObject.CASE,
    }
)
"""The first characters of a record id, which say the object (reference 6)."""

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
        TriggerObject.OPPORTUNITY: ("LastStageChangeDate", "CreatedDate"),
        # An order in any activated status, or a closed case, entered it no earlier than this;
        # a record created since then and now in the stage entered it since then as well.
        TriggerObject.ORDER: ("ActivatedDate", "CreatedDate"),
        TriggerObject.CASE: ("ClosedDate", "CreatedDate"),
    }
)
"""Fields of the record itself that prove an entry where no history is kept."""

FIELD_HISTORY: Mapping[TriggerObject, str] = MappingProxyType(
    {
        TriggerObject.OPPORTUNITY: "OpportunityFieldHistory",
        TriggerObject.ORDER: "OrderHistory",
        TriggerObject.CASE: "CaseHistory",
    }
)
"""The history objects that hold old and new values of tracked fields."""

OBSERVED = "Observed"
"""The evidence of an entry that no history and no stamp tells: two runs saw different stages."""


def changes_select(trigger: TriggerObject, which: Condition) -> Select:
    """The question for changes of the stage; their values cannot be filtered on."""
    return Select(  # Object Reference, <Object>History
        FIELD_HISTORY[trigger],
        ("Id", HISTORY_PARENT[trigger], "OldValue", "NewValue", "CreatedDate"),
        (which, Condition("Field", "=", STAGE_FIELDS[trigger])),
        optional=True,
    )


def records_select(trigger: TriggerObject, which: Condition, *more: str) -> Select:
    """The question for records: their stage, and the stamps that prove an entry."""
    fields = ("Id", STAGE_FIELDS[trigger], "SystemModstamp", *STAMPS[trigger], *more)
    return Select(trigger.value, fields, (which,), optional=True)


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
    """Entries proved by field history: rows of the stage field only, of any records."""
    entries: list[Entry] = []
    for row in history:
        entered_at = instant(row["CreatedDate"])
        stage, old = row.get("NewValue") or "", row.get("OldValue") or ""
        if stage in stages and stage != old and entered_at and entered_at >= since:
            record_id = str(row[HISTORY_PARENT[trigger]])
            entries.append(
                Entry(trigger, record_id, old, stage, entered_at, FIELD_HISTORY[trigger])
            )
    return entries


def stamped_entries(
    trigger: TriggerObject, records: Iterable[Row], stages: Collection[str], since: datetime
) -> list[Entry]:
    """Entries proved by a time on the record itself, for orgs that track no history."""
    entries: list[Entry] = []
    for row in records:
        stage = row.get(STAGE_FIELDS[trigger]) or ""
        if stage not in stages:
            continue
        for field in STAMPS[trigger]:
            stamped_at = instant(row.get(field))
            if stamped_at and stamped_at >= since:
                entries.append(Entry(trigger, str(row["Id"]), "", stage, stamped_at, field))
                break
    return entries


def with_exact_stages(proved: Iterable[Entry], exact: Iterable[Entry]) -> list[Entry]:
    """Both proofs of opportunities, one entry where they agree on the moment.

    `OpportunityHistory` does not say which stage came before: two changes within one second
    have no certain order. The field history, where it is tracked, does say it.
    """
    told = {(each.record_id, each.new_stage, each.entered_at): each for each in exact}
    agreed = [
        replace(entry, old_stage=other.old_stage) if other else entry
        for entry in proved
        for other in [told.pop((entry.record_id, entry.new_stage, entry.entered_at), None)]
    ]
    return [*agreed, *told.values()]


def latest_per_record(entries: Iterable[Entry]) -> list[Entry]:
    """One entry per record and stage, the latest by the strongest evidence; oldest first.

    History outranks a stamp, a stamp outranks what was observed, and the time of creation comes
    last: it only says that the entry was no earlier.
    """
    chosen: dict[tuple[str, str], Entry] = {}
    for entry in sorted(entries, key=_strength):
        chosen[entry.record_id, entry.new_stage] = entry
    return sorted(chosen.values(), key=lambda entry: (entry.entered_at, entry.record_id))


def _strength(entry: Entry) -> tuple[int, datetime, bool, str]:
    named = {"CreatedDate": 0, OBSERVED: 1}
    rank = 3 if entry.evidence.endswith("History") else named.get(entry.evidence, 2)
    # The rest decides ties, so that the order of the rows never matters.
    automatic = entry.evidence == "OpportunityHistory"
    return rank, entry.entered_at, automatic, entry.old_stage


def has_left(entered: str, record: Row, rule: Rule) -> bool:
    """True when the record is in none of the rule's stages any more, and the rule minds it.

    Such an entry is not claimed: a claim is for good, and the record may enter again. `entered`
    is the stage of the entry.
    """
    if rule.if_left is IfLeft.SEND:
        return False
    return record.get(rule.stage_field) not in {*rule.stages, entered}
