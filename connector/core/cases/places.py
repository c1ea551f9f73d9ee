"""What the names in case rules stand for in the org: queues, users and record types.

It writes the questions and reads the answers; a name that the org does not know is for the flow
to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connector.core.cases.rules import CaseOwner, CaseRule, OwnerKind
from connector.core.terms.records import Condition, Row, Select

CASE = "Case"


@dataclass(frozen=True)
class Places:
    """The ids in the org behind the names in the rules; a name that is missing is unknown there."""

    owners: Mapping[CaseOwner, str] = field(default_factory=dict)
    record_types: Mapping[str, str] = field(default_factory=dict)

    def unknown(self, rule: CaseRule) -> str:
        """Return what of the rule the org does not know, in words; empty where it knows all."""
        if rule.owner and rule.owner not in self.owners:
            if rule.owner.kind is OwnerKind.USER:
                return "its user"
            return f"its queue {rule.owner.name}"
        if rule.record_type and rule.record_type not in self.record_types:
            return f"its record type {rule.record_type}"
        return ""


def places_selects(rules: Iterable[CaseRule]) -> tuple[Select, Select, Select]:
    """The questions for the queues, users and record types that these rules name."""
    every = tuple(rules)
    owners = [rule.owner for rule in every if rule.owner]
    named = {kind: tuple(one.name for one in owners if one.kind is kind) for kind in OwnerKind}
    types = tuple(rule.record_type for rule in every if rule.record_type)
    return (
        Select(
            # Salesforce 6: a case is owned by a user or by a group.
            "Group",
            ("Id", "DeveloperName"),
            (
                Condition("Type", "=", "Queue"),
                Condition("DeveloperName", "in", named[OwnerKind.QUEUE]),
            ),
        ),
        Select(
            "User",
            ("Id", "Username"),
            (
                Condition("IsActive", "=", value=True),
                Condition("Username", "in", named[OwnerKind.USER]),
            ),
        ),
        Select(
            "RecordType",
            ("Id", "DeveloperName"),
            (
                Condition("SobjectType", "=", CASE),
                Condition("IsActive", "=", value=True),
                Condition("DeveloperName", "in", types),
            ),
        ),
    )


def places(
    rules: Iterable[CaseRule], queues: Iterable[Row], users: Iterable[Row], types: Iterable[Row]
) -> Places:
    """What the answers to `places_selects` say; the org compares names without regard to case."""
    ids = {
        OwnerKind.QUEUE: _by_name(queues, "DeveloperName"),
        OwnerKind.USER: _by_name(users, "Username"),
    }
    type_ids = _by_name(types, "DeveloperName")
    owners: dict[CaseOwner, str] = {}
    record_types: dict[str, str] = {}
    for rule in rules:
        if rule.owner and (found := ids[rule.owner.kind].get(rule.owner.name.lower())):
            owners[rule.owner] = found
        if found := type_ids.get(rule.record_type.lower()):
            record_types[rule.record_type] = found
    return Places(owners, record_types)


def _by_name(rows: Iterable[Row], name: str) -> dict[str, str]:
    return {str(row[name]).lower(): str(row["Id"]) for row in rows}
