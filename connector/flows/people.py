"""Reads the records that rules look at, and the contacts that may be invited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.core.errors import AccessDenied
from connector.core.plan_cases import CASE_KEY
from connector.core.recipients import (
    CONTACT_FIELDS,
    ROLE_FIELDS,
    ROLE_KINDS,
    RecipientFacts,
    contact_ids,
    record_fields,
)
from connector.core.records import Answer, Condition, Row, Select
from connector.core.rules import Rule, TriggerObject
from connector.flows.ports import Org


@dataclass(frozen=True)
class Records:
    """The triggering records by id, and the contact roles by opportunity."""

    by_id: Mapping[str, Row] = field(default_factory=dict)
    roles: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    def facts(self, record_id: str, contacts: Mapping[str, Row]) -> RecipientFacts:
        """What choosing a recipient for this record needs."""
        return RecipientFacts(self.by_id[record_id], self.roles.get(record_id, ()), contacts)


def read_records(
    org: Org,
    wanted: Mapping[TriggerObject, Sequence[str]],
    rules: Iterable[Rule],
    *besides: Select,
) -> tuple[Records, list[Answer]]:
    """Return the records with the fields their rules need, and the answers to `besides`.

    Everything travels in one call where it fits.
    """
    every = tuple(rules)
    selects = [_select(trigger, ids, every) for trigger, ids in wanted.items()]
    opportunities = tuple(wanted.get(TriggerObject.OPPORTUNITY, ()))
    if opportunities and any(one.kind in ROLE_KINDS for rule in every for one in rule.to):
        selects.append(
            Select(
                "OpportunityContactRole",
                ROLE_FIELDS,
                (Condition("OpportunityId", "in", opportunities),),
            )
        )
    if not selects and not besides:
        return Records(), []
    answers = org.read([*besides, *selects])
    found = answers[len(besides) :]
    records = {str(row["Id"]): row for answer in found[: len(wanted)] for row in answer.rows}
    roles = [row for answer in found[len(wanted) :] for row in answer.rows]
    return Records(records, _by_opportunity(roles)), answers[: len(besides)]


def read_contacts(org: Org, ids: Iterable[str]) -> dict[str, Row]:
    """Return the contacts by id; one that is deleted or not visible is left out.

    Raises `AccessDenied` where the org shows no contacts at all: then nobody is known to be gone.
    """
    wanted = tuple(dict.fromkeys(ids))
    if not wanted:
        return {}
    (answer,) = org.read(
        [Select("Contact", CONTACT_FIELDS, (Condition("Id", "in", wanted),), optional=True)]
    )
    if answer.missing_object:
        raise AccessDenied(
            "Salesforce",
            "The org does not show contacts to the connector's user.",
            next_step="Give the user read access to Contact, then type: connector run",
        )
    return {str(row["Id"]): row for row in answer.rows}


def contacts_for(pairs: Iterable[tuple[Rule, str]], records: Records) -> list[str]:
    """The contacts to read before recipients can be chosen for these rules and records."""
    return [
        contact_id
        for rule, record_id in pairs
        if record_id in records.by_id
        for contact_id in contact_ids(
            rule, records.by_id[record_id], records.roles.get(record_id, ())
        )
    ]


def _select(trigger: TriggerObject, ids: Sequence[str], rules: tuple[Rule, ...]) -> Select:
    fields = ["Id"]
    for rule in rules:
        if rule.on is trigger:
            fields += [rule.stage_field, rule.reference_field, *rule.tags, *record_fields(rule)]
    where = [Condition("Id", "in", tuple(dict.fromkeys(ids)))]
    if trigger is TriggerObject.CASE:
        # The case of a review is no experience: to close it must not ask for a second review.
        where.append(Condition(CASE_KEY, "=", None))
    return Select(trigger.value, tuple(dict.fromkeys(fields)), tuple(where))


def _by_opportunity(roles: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    grouped: dict[str, tuple[Row, ...]] = {}
    for row in roles:
        key = str(row["OpportunityId"])
        grouped[key] = (*grouped.get(key, ()), row)
    return grouped
