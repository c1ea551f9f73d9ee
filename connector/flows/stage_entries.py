"""Reads from the org which records entered a stage that a rule waits for, with the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from connector.core.entries import (
    HISTORY_PARENT,
    STAMPS,
    Entry,
    history_entries,
    latest_per_record,
    opportunity_entries,
    stamped_entries,
)
from connector.core.records import Answer, Condition, Row, Select
from connector.core.rules import Rule, TriggerObject
from connector.flows.ports import Org


def read_entries(
    org: Org, rules: Iterable[Rule], since: dict[TriggerObject, datetime]
) -> tuple[list[Entry], list[str]]:
    """Return the entries since each object's time, oldest first, and notes on what is hidden.

    One call asks for everything; a second one only where opportunities changed.
    """
    stages = _stages(rules)
    selects = [select for trigger in stages for select in _selects(trigger, stages, since)]
    if not selects:
        return [], []
    answers = dict(zip([select.object for select in selects], org.read(selects), strict=True))
    entries: list[Entry] = []
    for trigger, wanted in stages.items():
        history = answers[f"{trigger.value}History"]
        if trigger is TriggerObject.OPPORTUNITY:
            rows = _whole_history(org, history.rows)
            entries += opportunity_entries(rows, wanted, since[trigger])
        else:
            records = answers[trigger.value].rows
            entries += history_entries(trigger, history.rows, wanted, since[trigger])
            entries += stamped_entries(trigger, records, wanted, since[trigger])
    return latest_per_record(entries), _notes(answers)


def _stages(rules: Iterable[Rule]) -> dict[TriggerObject, tuple[str, ...]]:
    found: dict[TriggerObject, dict[str, None]] = {}
    for rule in rules:
        if rule.enabled:
            found.setdefault(rule.on, {}).update(dict.fromkeys(rule.stages))
    return {trigger: tuple(names) for trigger, names in found.items()}


def _selects(
    trigger: TriggerObject,
    stages: dict[TriggerObject, tuple[str, ...]],
    since: dict[TriggerObject, datetime],
) -> list[Select]:
    parent, start = HISTORY_PARENT[trigger], since[trigger]
    created = Condition("CreatedDate", ">=", start)
    if trigger is TriggerObject.OPPORTUNITY:
        in_stage = Condition("StageName", "in", stages[trigger])
        return [Select("OpportunityHistory", ("Id", parent), (created, in_stage))]
    return [
        # Old and new values cannot be filtered on (Object Reference, field history objects).
        Select(
            f"{trigger.value}History",
            ("Id", parent, "OldValue", "NewValue", "CreatedDate"),
            (created, Condition("Field", "=", "Status")),
            optional=True,
        ),
        Select(
            trigger.value,
            ("Id", "Status", *STAMPS[trigger]),
            (
                Condition("SystemModstamp", ">=", start),
                Condition("Status", "in", stages[trigger]),
            ),
            optional=True,
        ),
    ]


def _whole_history(org: Org, hits: Iterable[Row]) -> tuple[Row, ...]:
    """Every history row of the opportunities hit: only the row before tells a stage change."""
    ids = tuple(dict.fromkeys(str(row["OpportunityId"]) for row in hits))
    if not ids:
        return ()
    (answer,) = org.read(
        [
            Select(
                "OpportunityHistory",
                ("Id", "OpportunityId", "StageName", "CreatedDate"),
                (Condition("OpportunityId", "in", ids),),
            )
        ]
    )
    return answer.rows


def _notes(answers: dict[str, Answer]) -> list[str]:
    return [
        f"The org does not show {name}; entries are found by other evidence or not at all."
        for name, answer in answers.items()
        if answer.missing_object
    ]
