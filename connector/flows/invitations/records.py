"""Reads the records that rules look at, with the contact roles of opportunities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.core.cases.plan import CASE_KEY
from connector.core.invitations.recipients import (
    ROLE_FIELDS,
    ROLE_KINDS,
    People,
    RecipientFacts,
    flag_fields,
    record_fields,
)
from connector.core.rules.grammar import Rule, TriggerObject
from connector.core.terms.errors import AccessDenied
from connector.core.terms.records import Answer, Condition, Row, Select
from connector.flows.ports import Org

_NO_EXPERIENCE_FIELDS: Mapping[TriggerObject, tuple[str, ...]] = {
    TriggerObject.CASE: ("MasterRecordId",),
    TriggerObject.ORDER: ("IsReductionOrder",),
}
"""What tells that a record is no experience of its own, where the org has it."""


@dataclass(frozen=True)
class Records:
    """The triggering records by id, and the contact roles by opportunity.

    `hidden` are the fields, by object, that were asked for and that the org does not show.
    """

    by_id: Mapping[str, Row] = field(default_factory=dict)
    roles: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    hidden: Mapping[TriggerObject, frozenset[str]] = field(default_factory=dict)

    def facts(
        self, trigger: TriggerObject, record_id: str, people: People | None = None
    ) -> RecipientFacts:
        """What deciding about this record needs."""
        return RecipientFacts(
            self.by_id[record_id],
            self.roles.get(record_id, ()),
            people or People(),
            self.hidden.get(trigger, frozenset()),
        )


@dataclass(frozen=True)
class RecordQuestions:
    """What is asked of the org about triggering records, for all rules that may look at them."""

    wanted: Mapping[TriggerObject, Sequence[str]]
    rules: tuple[Rule, ...]

    @property
    def selects(self) -> list[Select]:
        """The questions: one for each object, and one for contact roles where a rule needs them."""
        selects = [_select(trigger, ids, self.rules) for trigger, ids in self.wanted.items()]
        opportunities = tuple(self.wanted.get(TriggerObject.OPPORTUNITY, ()))
        if opportunities and any(one.kind in ROLE_KINDS for rule in self.rules for one in rule.to):
            where = (Condition("OpportunityId", "in", opportunities),)
            selects.append(Select("OpportunityContactRole", ROLE_FIELDS, where))
        return selects

    def read(self, answers: Sequence[Answer]) -> Records:
        """The records, from the answers to `selects`.

        Raises `AccessDenied` for a hidden field that no invitation can be made without.
        """
        of_records = answers[: len(self.wanted)]
        hidden = {
            trigger: _hidden(trigger, answer, self.rules)
            for trigger, answer in zip(self.wanted, of_records, strict=True)
        }
        by_id = {str(row["Id"]): row for answer in of_records for row in answer.rows}
        roles = [row for answer in answers[len(self.wanted) :] for row in answer.rows]
        return Records(by_id, _by_opportunity(roles), hidden)


def read_records(
    org: Org,
    wanted: Mapping[TriggerObject, Sequence[str]],
    rules: Iterable[Rule],
    *besides: Select,
) -> tuple[Records, list[Answer]]:
    """Return the records with the fields their rules need, and the answers to `besides`.

    Everything travels in one call where it fits. Raises `AccessDenied` like `RecordQuestions`.
    """
    questions = RecordQuestions(wanted, tuple(rules))
    selects = [*besides, *questions.selects]
    answers = org.read(selects) if selects else []
    return questions.read(answers[len(besides) :]), answers[: len(besides)]


def _needed(rule: Rule) -> tuple[str, ...]:
    return (rule.stage_field, rule.reference_field, *rule.tags, *record_fields(rule))


def _soft(rule: Rule) -> tuple[str, ...]:
    """Fields whose absence is itself an answer to a check, or has a default."""
    zone = rule.quiet_hours.zone_field if rule.quiet_hours else ""
    paths = (each.field for each in rule.only_if)
    named = (rule.business_unit_field, rule.locale_field, zone, *paths, *flag_fields(rule))
    return tuple(path for path in named if path)


def _hidden(trigger: TriggerObject, answer: Answer, rules: tuple[Rule, ...]) -> frozenset[str]:
    """The soft fields that the org hides; any other hidden one stops the flow."""
    needed = {"Id", CASE_KEY, *(f for rule in rules if rule.on is trigger for f in _needed(rule))}
    lacking = [path for path in answer.missing_fields if path in needed]
    if lacking or answer.missing_object:
        what = ", ".join(lacking) or "any record"
        raise AccessDenied(
            "Salesforce",
            f"The org does not show {what} of {trigger.value} to the connector's user.",
            next_step="Give the user read access to it, then type: connector run",
        )
    return frozenset(answer.missing_fields)


def _select(trigger: TriggerObject, ids: Sequence[str], rules: tuple[Rule, ...]) -> Select:
    fields = ["Id"]
    for rule in rules:
        if rule.on is trigger:
            fields += [*_needed(rule), *_soft(rule)]
    fields += _NO_EXPERIENCE_FIELDS.get(trigger, ())
    where = [Condition("Id", "in", tuple(dict.fromkeys(ids)))]
    if trigger is TriggerObject.CASE:
        # The case of a review is no experience: to close it must not ask for a second review.
        where.append(Condition(CASE_KEY, "=", None))
    return Select(trigger.value, tuple(dict.fromkeys(fields)), tuple(where), optional=True)


def _by_opportunity(roles: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    grouped: dict[str, tuple[Row, ...]] = {}
    for row in roles:
        key = str(row["OpportunityId"])
        grouped[key] = (*grouped.get(key, ()), row)
    return grouped
