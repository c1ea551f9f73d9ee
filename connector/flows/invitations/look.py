"""Reads invitations for a person who looks: a list, or single ones with all that is known.

It writes nothing. The recipient is read only where somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connector.core.invitations.shown import (
    ATTEMPT,
    LINK,
    LISTED,
    PERSONAL,
    SHOWN,
    InvitationList,
    InvitationStory,
    told,
)
from connector.core.policy import RunPolicy, UnitPolicy
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.objects import INVITATION, ISSUE, SEND_ATTEMPT, IssueStatus
from connector.core.terms.records import AnyOf, Condition, Row, Select
from connector.flows.ports import Org
from connector.flows.run.opening import refuse_other_org

KEYS = ("Name", "Claim_Key__c", "Reference_Number__c")
"""The fields by which a person names an invitation, beside its record id."""

_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_AT_ONCE = 50
"""So many ids fit into one question."""


@dataclass(frozen=True)
class Wanted:
    """Which invitations a list shall show: all where nothing is said."""

    statuses: tuple[str, ...] = ()
    rule: str = ""
    unit: str = ""
    limit: int = 50
    personal: bool = False


def list_invitations(org: Org, policy: RunPolicy, wanted: Wanted) -> InvitationList:
    """The newest invitations that fit. Raises `ConfigurationError` for an unknown unit."""
    refuse_other_org(org, policy)
    where: list[Condition] = []
    if wanted.statuses:
        where.append(Condition("Status__c", "in", wanted.statuses))
    if wanted.rule:
        where.append(Condition("Rule__c", "=", wanted.rule))
    if wanted.unit:
        where.append(unit_condition(policy, wanted.unit))
    words = {**LISTED, **(PERSONAL if wanted.personal else {})}
    select = Select(
        INVITATION,
        tuple(words.values()),
        tuple(where),
        order_by=("CreatedDate DESC", "Id DESC"),
        limit=wanted.limit + 1,
    )
    rows = org.read([select])[0].rows
    return InvitationList(
        tuple(told(row, words) for row in rows[: wanted.limit]), len(rows) > wanted.limit
    )


def unit_policy(policy: RunPolicy, name: str) -> UnitPolicy:
    """The business unit of this name in the configuration. Raises `ConfigurationError`."""
    for unit in policy.units:
        if unit.name == name:
            return unit
    names = ", ".join(unit.name for unit in policy.units)
    raise ConfigurationError(
        [Problem(f"The configuration has no business unit of this name; it has: {names}.")]
    )


def unit_condition(policy: RunPolicy, name: str) -> Condition:
    """What records of this business unit have in common. Raises `ConfigurationError`."""
    unit = unit_policy(policy, name)
    if unit.id:
        return Condition("Business_Unit__r.External_Id__c", "=", unit.id)
    return Condition("Business_Unit__r.Domain__c", "=", unit.domain)


def show(
    org: Org, policy: RunPolicy, word: str, *, personal: bool = False
) -> list[InvitationStory]:
    """Every invitation of this id, number, claim key or reference number, with its tries."""
    refuse_other_org(org, policy)
    words = {**SHOWN, **(PERSONAL if personal else {})}
    rows = named(org, [word], (*words.values(), LINK))
    if not rows:
        return []
    ids = tuple(str(row["Id"]) for row in rows)
    attempts, issues = org.read(
        [
            Select(
                SEND_ATTEMPT,
                ("Invitation__c", *ATTEMPT.values()),
                (Condition("Invitation__c", "in", ids),),
                order_by=("Attempt__c", "Id"),
            ),
            Select(
                ISSUE,
                ("Code__c", "Record__c"),
                (
                    Condition("Record__c", "in", ids),
                    Condition("Status__c", "=", IssueStatus.OPEN.value),
                ),
            ),
        ]
    )
    return [
        InvitationStory(
            told(row, words),
            bool(row.get(LINK)),
            tuple(told(a, ATTEMPT) for a in attempts.rows if a["Invitation__c"] == row["Id"]),
            tuple(i["Code__c"] for i in issues.rows if i["Record__c"] == row["Id"]),
        )
        for row in rows
    ]


def named(org: Org, words: Sequence[str], fields: Sequence[str]) -> list[Row]:
    """The invitations that any of the words names, by whatever key; each once."""
    found: dict[str, Row] = {}
    for start in range(0, len(words), _AT_ONCE):
        some = tuple(words[start : start + _AT_ONCE])
        ids = tuple(word for word in some if _ID.fullmatch(word))
        keys = [Condition(field, "in", some) for field in KEYS]
        either = AnyOf((Condition("Id", "in", ids), *keys))
        every = tuple(dict.fromkeys(("Id", *KEYS, *fields)))
        answer = org.read([Select(INVITATION, every, (either,), order_by=("CreatedDate", "Id"))])
        found |= {str(row["Id"]): row for row in answer[0].rows}
    return list(found.values())


def is_named(row: Row, word: str) -> bool:
    """True when this word names this invitation."""
    by_id = bool(_ID.fullmatch(word)) and str(row["Id"])[:15] == word[:15]
    # The org compares a text without regard to capitals.
    texts = {str(row.get(field) or "").casefold() for field in KEYS}
    return by_id or word.casefold() in texts
