"""Reads from the org which records entered a stage that a rule waits for, with the evidence.

It decides nothing about an entry and writes nothing. A window with many rows is read piece by
piece, so that a large update of the org never has to fit into memory at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from connector.core.rules.entries import (
    Entry,
    changes_select,
    history_entries,
    latest_per_record,
    opportunity_entries,
    records_select,
    stamped_entries,
    with_exact_stages,
)
from connector.core.rules.grammar import STAGE_FIELDS, Rule, TriggerObject
from connector.core.rules.observed import HISTORY_IS_KEPT, Sights, Watch, observed_entries, seen_now
from connector.core.terms.errors import AccessDenied, CallFacts, VendorAnswerUnreadable
from connector.core.terms.instants import instant
from connector.core.terms.records import Answer, AnyOf, Condition, Row, Select
from connector.flows.ports import Org

MOST_ROWS = 10_000
"""Rows that one question asks for; where the org has more, the next question goes on there."""

FIRST_SIGHTS = 2000
"""Records that the first run looks at, the newest: one page (Salesforce 4.4), so that it costs no
further call."""


@dataclass(frozen=True)
class Found:
    """The entries, oldest first; notes on what is hidden; what the next run must remember."""

    entries: list[Entry]
    notes: list[str]
    sights: Mapping[TriggerObject, Sights]


@dataclass(frozen=True)
class _Look:
    """One object, the stages that rules wait for, and what is looked at."""

    org: Org
    trigger: TriggerObject
    stages: tuple[str, ...]
    watch: Watch
    most_rows: int

    def selects(self) -> list[Select]:
        """The questions that every run asks; those of all objects fit into one call of five."""
        if self.trigger is TriggerObject.OPPORTUNITY:
            return [self._in_order(self._stage_rows(), "CreatedDate")]
        return [self.field_history(), self.records(every_stage=self.watch.observes)]

    def field_history(self) -> Select:
        """Changes of the stage since then; values cannot be filtered on (Salesforce 6)."""
        since = Condition("CreatedDate", ">=", self.watch.since)
        return self._in_order(changes_select(self.trigger, since), "CreatedDate")

    def records(self, *, every_stage: bool) -> Select:
        """Records that were changed: those in the stages, or all where runs must observe."""
        stage = STAGE_FIELDS[self.trigger]
        # Salesforce 6.1: indexed, and moved by the system too; LastModifiedDate is neither.
        since = Condition("SystemModstamp", ">=", self.watch.since)
        select = records_select(self.trigger, since)
        if not every_stage:
            select = replace(select, where=(*select.where, Condition(stage, "in", self.stages)))
        elif self.watch.is_first:
            newest = ("SystemModstamp DESC", "Id DESC")
            return replace(select, where=(), order_by=newest, limit=FIRST_SIGHTS)
        return self._in_order(select, "SystemModstamp")

    def _stage_rows(self) -> Select:
        return Select(
            # Salesforce 6: kept without being asked for, unlike the field history.
            "OpportunityHistory",
            ("Id", "OpportunityId", "CreatedDate"),
            (
                Condition("CreatedDate", ">=", self.watch.since),
                Condition("StageName", "in", self.stages),
            ),
            optional=True,
        )

    def _in_order(self, select: Select, moment: str) -> Select:
        return replace(select, order_by=(moment, "Id"), limit=self.most_rows)

    def by_field_history(self, rows: Iterable[Row]) -> list[Entry]:
        return history_entries(self.trigger, rows, self.stages, self.watch.since)

    def by_stamps(self, rows: Iterable[Row]) -> list[Entry]:
        return stamped_entries(self.trigger, rows, self.stages, self.watch.since)


def read_entries(
    org: Org,
    rules: Iterable[Rule],
    watches: Mapping[TriggerObject, Watch],
    most_rows: int = MOST_ROWS,
) -> Found:
    """Return the entries that the org proves since each watch began.

    One call asks for everything; further ones only where opportunities changed, where the org
    hides their history, and where a question has more than `most_rows` rows.
    """
    looks = [
        _Look(org, trigger, stages, watches[trigger], most_rows)
        for trigger, stages in _stages(rules).items()
    ]
    asked = [select for look in looks for select in look.selects()]
    if not asked:
        return Found([], [], {})
    answers = iter(zip(asked, org.read(asked), strict=True))
    entries: list[Entry] = []
    notes: list[str] = []
    sights: dict[TriggerObject, Sights] = {}
    for look in looks:
        mine = [next(answers) for _ in look.selects()]
        if look.trigger is TriggerObject.OPPORTUNITY:
            entries += _of_opportunities(look, *mine)
        else:
            found, sights[look.trigger] = _of_records(look, *mine)
            entries += found
        notes += [_note(select) for select, answer in mine if answer.missing_object]
    return Found(latest_per_record(entries), notes, sights)


def _stages(rules: Iterable[Rule]) -> dict[TriggerObject, tuple[str, ...]]:
    found: dict[TriggerObject, dict[str, None]] = {}
    for rule in rules:
        if rule.enabled:
            found.setdefault(rule.on, {}).update(dict.fromkeys(rule.stages))
    return {trigger: tuple(names) for trigger, names in found.items()}


def _of_opportunities(look: _Look, asked: tuple[Select, Answer]) -> list[Entry]:
    select, first = asked
    if _is_hidden(first):
        return _without_stage_rows(look)
    entries: list[Entry] = []
    for hits in _pieces(look.org, select, first):
        entries += _by_whole_history(look, hits)
    return entries


def _by_whole_history(look: _Look, hits: Iterable[Row]) -> list[Entry]:
    """Entries by every history row of the opportunities hit: the row before tells a change."""
    ids = tuple(dict.fromkeys(str(row["OpportunityId"]) for row in hits))
    if not ids:
        return []
    among = Condition("OpportunityId", "in", ids)
    fields = ("Id", "OpportunityId", "StageName", "CreatedDate")
    tracked = look.field_history()
    whole, exact = look.org.read(
        [
            Select("OpportunityHistory", fields, (among,)),
            replace(tracked, where=(*tracked.where, among), order_by=(), limit=None),
        ]
    )
    proved = opportunity_entries(whole.rows, look.stages, look.watch.since)
    return with_exact_stages(proved, look.by_field_history(exact.rows))


def _without_stage_rows(look: _Look) -> list[Entry]:
    """Entries of opportunities in an org that hides the history which it keeps by itself."""
    asked = [look.field_history(), look.records(every_stage=False)]
    history, records = look.org.read(asked)
    if records.missing_object:
        raise AccessDenied(
            "Salesforce",
            "The org shows neither opportunities nor their history to the connector's user.",
            next_step="Give the user read access to Opportunity, then type: connector run",
        )
    entries: list[Entry] = []
    for rows in _pieces(look.org, asked[0], history):
        entries += look.by_field_history(rows)
    for rows in _pieces(look.org, asked[1], records):
        entries += look.by_stamps(rows)
    return entries


def _of_records(
    look: _Look, history: tuple[Select, Answer], records: tuple[Select, Answer]
) -> tuple[list[Entry], Sights]:
    """Entries of orders or cases by all evidence, and what to remember of this look."""
    entries: list[Entry] = []
    is_kept = False
    for rows in _pieces(look.org, *history):
        is_kept |= bool(rows)
        entries += look.by_field_history(rows)
    sights = look.watch.sights if look.watch.observes else {}
    is_stamped = False
    for rows in _pieces(look.org, *records):
        oldest_first = rows[::-1] if look.watch.is_first else rows
        stamped = look.by_stamps(rows)
        is_stamped |= any(entry.evidence != "CreatedDate" for entry in stamped)
        entries += stamped
        entries += observed_entries(look.trigger, oldest_first, look.stages, sights)
        sights = seen_now(look.trigger, oldest_first, look.stages, sights)
    if is_kept:
        return entries, HISTORY_IS_KEPT
    # A day without any change of status, or a change that only a stamp tells: ask anew.
    is_doubted = _is_hidden(history[1]) or look.watch.is_sweep or is_stamped
    return entries, sights if look.watch.observes or is_doubted else HISTORY_IS_KEPT


def _pieces(org: Org, select: Select, first: Answer) -> Iterator[tuple[Row, ...]]:
    """The rows of an answer; where it is full, those behind it as well, piece by piece."""
    rows = first.rows
    yield rows
    while len(rows) == select.limit and select.order_by[-1] == "Id":
        (answer,) = org.read([_after(select, rows[-1])])
        if answer.rows and answer.rows[-1]["Id"] == rows[-1]["Id"]:
            facts = CallFacts("Salesforce", "GET", f"query of {select.object}")
            raise VendorAnswerUnreadable("The org gives the same rows again.", facts)
        rows = answer.rows
        yield rows


def _after(select: Select, row: Row) -> Select:
    """The same question behind this row: by time, and by id within its second."""
    moment = select.order_by[0]
    at = instant(row[moment])
    # Salesforce 6.1: rows share a second: > would lose some, and >= alone ask for ever.
    behind = AnyOf((Condition(moment, ">", at), Condition("Id", ">", row["Id"])))
    return replace(select, where=(*select.where, Condition(moment, ">=", at), behind))


def _is_hidden(answer: Answer) -> bool:
    return answer.missing_object or bool(answer.missing_fields)


def _note(select: Select) -> str:
    return (
        f"The org does not show {select.object}; entries are found by other evidence or not at all."
    )
