"""Reads every stage that one record entered, with the evidence, as far as the org tells.

The proofs are those of `entries`, for one record and from its beginning. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connector.core.cases.plan import CASE_KEY
from connector.core.rules.entries import (
    FIELD_HISTORY,
    HISTORY_PARENT,
    STAMPS,
    Entry,
    history_entries,
    latest_per_record,
    opportunity_entries,
    stamped_entries,
    with_exact_stages,
)
from connector.core.rules.grammar import STAGE_FIELDS, TriggerObject
from connector.core.rules.observed import HISTORY_IS_KEPT, Sights, observed_entries
from connector.core.terms.records import Answer, Condition, Row, Select
from connector.flows.ports import Org

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every entry: the history of a record is read from its beginning."""

OPPORTUNITY_HISTORY = "OpportunityHistory"


@dataclass(frozen=True)
class RecordHistory:
    """One record: its stage now, its latest entry into each stage, and what the org hides.

    `of_review` is true for a case that was opened for a review.
    """

    id: str
    stage: str
    entries: tuple[Entry, ...]
    hidden: tuple[str, ...]
    of_review: bool = False


def read_history(
    org: Org, trigger: TriggerObject, record_id: str, sights: Sights
) -> RecordHistory | None:
    """What the org tells of one record in one call; None where it shows no such record.

    `sights` are the stages in which earlier runs saw records of this object.
    """
    selects = _selects(trigger, record_id)
    answers = dict(zip(selects, org.read(list(selects.values())), strict=True))
    rows = answers[trigger.value].rows
    if not rows:
        return None
    record = rows[0]
    return RecordHistory(
        id=str(record["Id"]),
        stage=str(record.get(STAGE_FIELDS[trigger]) or ""),
        entries=tuple(latest_per_record(_entries(trigger, record, answers, sights))),
        hidden=tuple(name for name, answer in answers.items() if answer.missing_object),
        of_review=record.get(CASE_KEY) is not None,
    )


def _selects(trigger: TriggerObject, record_id: str) -> dict[str, Select]:
    """The questions by the object that each is asked of."""
    stage, parent = STAGE_FIELDS[trigger], HISTORY_PARENT[trigger]
    more = (CASE_KEY,) if trigger is TriggerObject.CASE else ()
    fields = ("Id", stage, "SystemModstamp", *STAMPS[trigger], *more)
    mine = Condition(parent, "=", record_id)
    asked = [
        Select(trigger.value, fields, (Condition("Id", "=", record_id),), optional=True),
        Select(
            FIELD_HISTORY[trigger],
            ("Id", parent, "OldValue", "NewValue", "CreatedDate"),
            (mine, Condition("Field", "=", stage)),
            optional=True,
        ),
    ]
    if trigger is TriggerObject.OPPORTUNITY:
        steps = ("Id", parent, stage, "CreatedDate")
        asked.append(Select(OPPORTUNITY_HISTORY, steps, (mine,), optional=True))
    return {select.object: select for select in asked}


def _entries(
    trigger: TriggerObject, record: Row, answers: Mapping[str, Answer], sights: Sights
) -> list[Entry]:
    """By the proofs that a run goes by: stamps of opportunities count without history only."""
    changes = answers[FIELD_HISTORY[trigger]].rows
    steps = answers.get(OPPORTUNITY_HISTORY, Answer(missing_object=True))
    stages = _stages(trigger, [record], changes, steps.rows)
    exact = history_entries(trigger, changes, stages, BEGINNING)
    if not steps.missing_object:
        return with_exact_stages(opportunity_entries(steps.rows, stages, BEGINNING), exact)
    entries = [*exact, *stamped_entries(trigger, [record], stages, BEGINNING)]
    if trigger is not TriggerObject.OPPORTUNITY and sights != HISTORY_IS_KEPT:
        entries += observed_entries(trigger, [record], stages, sights)
    return entries


def _stages(trigger: TriggerObject, *rows: Sequence[Row]) -> frozenset[str]:
    """Every stage that is named anywhere."""
    fields = ("NewValue", STAGE_FIELDS[trigger])
    return frozenset(
        str(row[field]) for some in rows for row in some for field in fields if row.get(field)
    )
