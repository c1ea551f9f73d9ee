"""Reads single records for a person who looks: a list of them, or those that a word names.

It writes nothing. What is shown of a record, and by which fields it is named, is each subject's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connector.core.policy import RunPolicy, UnitPolicy
from connector.core.run.shown import Listing, facts
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.records import AnyOf, Condition, Row, Select
from connector.flows.ports import Org

_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")


@dataclass(frozen=True)
class Names:
    """The records of one object, and the fields by which a person names one beside its id."""

    object: str
    keys: tuple[str, ...]

    def find(self, org: Org, words: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """The records that any of the words names, by whatever key; one question, oldest first."""
        ids = tuple(filter(is_id, words))
        keys = [Condition(field, "in", tuple(words)) for field in self.keys]
        either = AnyOf((Condition("Id", "in", ids), *keys))
        every = tuple(dict.fromkeys(("Id", *self.keys, *fields)))
        order = ("CreatedDate", "Id")
        (answer,) = org.read([Select(self.object, every, (either,), order_by=order)])
        return list(answer.rows)

    def fit(self, row: Row, word: str) -> bool:
        """True when this word names this record."""
        by_id = is_id(word) and str(row["Id"])[:15] == word[:15]
        # The org compares a text without regard to capitals.
        texts = {str(row.get(field) or "").casefold() for field in self.keys}
        return by_id or word.casefold() in texts


def is_id(word: str) -> bool:
    """True for what is spelled like the id of a record: 15 or 18 characters."""
    return bool(_ID.fullmatch(word))


def listing(org: Org, select: Select, words: Mapping[str, str], limit: int) -> Listing:
    """The first records that a question finds, so many at most, under their words."""
    asked = replace(select, fields=tuple(words.values()), limit=limit + 1)
    rows = org.read([asked])[0].rows
    return Listing(tuple(facts(row, words) for row in rows[:limit]), len(rows) > limit)


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
