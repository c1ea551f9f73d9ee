"""Reads everything that the second look at a batch rests on: two calls, side by side.

It decides nothing itself and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from connector.core.invitations.facts import asked_by_person
from connector.core.invitations.recipients import People, RecipientFacts
from connector.core.invitations.sending.batches import Turn
from connector.core.invitations.sending.due import DUE_FIELDS, DueInvitation
from connector.core.invitations.sending.second_look import (
    Decision,
    SecondLook,
    recheck,
    still_waiting,
)
from connector.core.rules.grammar import ConsentSource, Rule, TriggerObject
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import Answer, Condition, Row, Select, value_at
from connector.flows.invitations.decisions import surroundings
from connector.flows.invitations.people import (
    PeopleQuestions,
    asked_question,
    former_question,
    with_consent,
    with_person_accounts,
)
from connector.flows.invitations.records import RecordQuestions, Records
from connector.flows.products.bought import Lines, line_questions
from connector.flows.run.context import RunContext

_PAUSE = "Business_Unit__r.Pause_Invitations__c"


@dataclass(frozen=True)
class Looked:
    """One invitation as it is now, its rule if it has one, and what the look says.

    `turn` is the place that it had when it was asked about.
    """

    turn: Turn
    due: DueInvitation
    rule: Rule | None
    decision: Decision


@dataclass(frozen=True)
class Look:
    """What a look at a batch found at `at`: those that nobody stopped, and products of records."""

    at: datetime
    found: tuple[Looked, ...]
    lines: Lines


def look_at(context: RunContext, batch: Sequence[Turn], judged: Collection[str] = ()) -> Look:
    """Look at a batch again, by what is true now.

    `judged` are invitations, by id, about which this run has decided already: of these only what
    went out counts for others. A further call is made where lookups were emptied or changed, and
    where a rule asks for consents.
    """
    at = context.org.now()
    rules = {rule.name: rule for rule in context.policy.rules}
    asking = _Questions(context, batch, rules)
    with ThreadPoolExecutor(2, "look") as pool:
        first, second = pool.map(context.org.read, (asking.of_records, asking.of_people))
    own = {str(row["Id"]): row for row in first[0].rows}
    waiting = [
        (turn, DueInvitation(own[turn.due.id]))
        for turn in batch
        if still_waiting(own.get(turn.due.id))
    ]
    records = asking.records.read(first[1 : 1 + len(asking.records.selects)])
    others = _rows(first[1 + len(asking.records.selects) :])
    people = _people(context, asking, second, [due for _, due in waiting])
    around = replace(
        surroundings(context),
        asked=asked_by_person((row for row in others if _counts(row, judged)), at),
        now=at,
    )
    looked = []
    for turn, due in waiting:
        rule = rules.get(due.text("Rule__c"))
        facts = _facts(due, rule, records, people)
        record = records.by_id.get(due.trigger_id)
        paused = bool(value_at(due.row, _PAUSE))
        look = SecondLook(record, facts, around, at, turn.known, paused)
        looked.append(Looked(turn, due, rule, recheck(due, rule, look)))
    count = len(asking.people.selects)
    lines = Lines.read(zip(asking.lines, second[count:], strict=True))
    return Look(at, tuple(looked), lines)


class _Questions:
    """What is asked about a batch, in two calls of five queries."""

    def __init__(
        self, context: RunContext, batch: Sequence[Turn], rules: Mapping[str, Rule]
    ) -> None:
        wanted: dict[TriggerObject, list[str]] = {}
        named = [(turn.due, rules.get(turn.due.text("Rule__c"))) for turn in batch]
        for due, rule in named:
            if rule is not None:
                wanted.setdefault(due.trigger, []).append(due.trigger_id)
        ids = tuple(dict.fromkeys(each for turn in batch for each in sorted(turn.known.contacts)))
        emails = tuple(
            dict.fromkeys(each for turn in batch for each in sorted(turn.known.addresses))
        )
        self.consent = any(_consent(context, rule) is ConsentSource.SALESFORCE for _, rule in named)
        leads = any(rule.leads if rule else context.policy.leads for _, rule in named)
        self.records = RecordQuestions(wanted, context.policy.rules)
        self.people = PeopleQuestions(ids, emails, leads)
        self.lines = line_questions(named)
        self.asked = asked_question(emails)
        self._batch = batch

    @property
    def of_records(self) -> list[Select]:
        """The invitations themselves, their records, and other invitations of their people."""
        ids = tuple(turn.due.id for turn in self._batch)
        own = Select(INVITATION, (*DUE_FIELDS, _PAUSE), (Condition("Id", "in", ids),))
        return [own, *self.records.selects, *self.asked]

    @property
    def of_people(self) -> list[Select]:
        """Everybody whom they name or whose address they hold, and the lines of their records."""
        return [*self.people.selects, *self.lines]


def _consent(context: RunContext, rule: Rule | None) -> ConsentSource:
    return rule.consent if rule is not None else context.policy.consent


def _people(
    context: RunContext,
    asking: _Questions,
    answers: Sequence[Answer],
    waiting: Iterable[DueInvitation],
) -> People:
    people = asking.people.read(answers[: len(asking.people.selects)])
    people = with_person_accounts(context.org, people)
    if asking.consent:
        people = with_consent(context.org, people)
    missing = former_question(due.text("Recipient_Id__c") for due in waiting if _is_changed(due))
    if not missing:
        return people
    former = {str(row["Id"]): row for row in _rows(context.org.read(missing))}
    return replace(people, former=former)


def _is_changed(due: DueInvitation) -> bool:
    meant = due.text("Recipient_Id__c")
    return bool(meant) and meant != due.text("Contact__c")


def _facts(
    due: DueInvitation, rule: Rule | None, records: Records, people: People
) -> RecipientFacts:
    if rule is None or due.trigger_id not in records.by_id:
        return RecipientFacts({}, people=people)
    return records.facts(due.trigger, due.trigger_id, people)


def _counts(row: Row, judged: Collection[str]) -> bool:
    """What this run has decided about and what waits still, does not keep others waiting."""
    return row.get("Status__c") != "Scheduled" or str(row["Id"]) not in judged


def _rows(answers: Iterable[Answer]) -> list[Row]:
    return [row for answer in answers for row in answer.rows]
