"""Reads invitations for a person who looks: a list, or single ones with all that is known.

It writes nothing. The recipient is read only where somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.core.invitations.shown import (
    ATTEMPT,
    LINK,
    LISTED,
    PERSONAL,
    SHOWN,
    InvitationStory,
)
from connector.core.policy import RunPolicy
from connector.core.run.shown import Listing, facts
from connector.core.terms.objects import INVITATION, ISSUE, SEND_ATTEMPT, IssueStatus
from connector.core.terms.records import Condition, Row, Select
from connector.flows.ports import Org
from connector.flows.run.look import Names, listing, unit_condition
from connector.flows.run.opening import refuse_other_org

NAMES = Names(INVITATION, ("Name", "Claim_Key__c", "Reference_Number__c"))
"""How a person names an invitation."""

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


def list_invitations(org: Org, policy: RunPolicy, wanted: Wanted) -> Listing:
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
    newest = ("CreatedDate DESC", "Id DESC")
    return listing(
        org, Select(INVITATION, where=tuple(where), order_by=newest), words, wanted.limit
    )


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
            facts(row, words),
            bool(row.get(LINK)),
            tuple(facts(a, ATTEMPT) for a in attempts.rows if a["Invitation__c"] == row["Id"]),
            tuple(i["Code__c"] for i in issues.rows if i["Record__c"] == row["Id"]),
        )
        for row in rows
    ]


def named(org: Org, words: Sequence[str], fields: Sequence[str]) -> list[Row]:
    """The invitations that any of the words names, by whatever key; each once."""
    found: dict[str, Row] = {}
    for start in range(0, len(words), _AT_ONCE):
        rows = NAMES.find(org, words[start : start + _AT_ONCE], fields)
        found |= {str(row["Id"]): row for row in rows}
    return list(found.values())
