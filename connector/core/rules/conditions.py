"""Whether a record fulfils a rule's plain conditions, as far as the org shows its fields.

A field that the org hides is no answer: neither that the condition holds, nor that it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connector.core.rules.grammar import FieldCondition
from connector.core.terms.records import Row, value_at


def unmet(
    conditions: Iterable[FieldCondition], record: Row, hidden: Collection[str]
) -> FieldCondition | None:
    """The first condition that surely does not hold; None where none is known not to."""
    readable = (each for each in conditions if each.field not in hidden)
    return next((each for each in readable if not _holds(each, record)), None)


def unreadable(
    conditions: Iterable[FieldCondition], hidden: Collection[str]
) -> FieldCondition | None:
    """The first condition on a field that the org does not show."""
    return next((each for each in conditions if each.field in hidden), None)


def as_text(value: object) -> str:
    """A field's value as conditions compare it: without regard to capitals and outer blanks."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # the org writes every number of a formula with decimals
    return str(value).strip().casefold()


def _holds(condition: FieldCondition, record: Row) -> bool:
    found = as_text(value_at(record, condition.field))
    return (found in map(as_text, condition.values)) is not condition.negated
