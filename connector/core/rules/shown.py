"""What is shown of a rule: words for people and machines, in the language of the configuration.

Nothing here looks at a record or at an org.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.core.rules.grammar import FieldCondition, Rule

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def rule_facts(rule: Rule) -> Mapping[str, Any]:
    """The rule by the words of a list; None where it says nothing."""
    return {
        "rule": rule.name,
        "enabled": rule.enabled,
        "active_from": f"{rule.active_from:%Y-%m-%d}" if rule.active_from else None,
        "on": rule.on.value,
        "becomes": list(rule.stages),
        "only_if": [condition_text(each) for each in rule.only_if],
        "sample": rule.sample,
        "send": rule.send.value,
        "as": rule.channel.value,
        "to": [str(each) for each in rule.to],
        "after": delay_text(rule),
        "cooldown": duration_text(rule.cooldown),
        "if_left": rule.if_left.value,
        "hold": rule.hold.value,
        "business_unit": rule.business_unit or f"field {rule.business_unit_field}",
        "because": rule.because or None,
        "version": rule.version,
    }


def condition_text(condition: FieldCondition) -> str:
    """A condition as words: `Type is Web or Shop`."""
    values = " or ".join(each or "empty" for each in condition.values)
    return f"{condition.field} {'is not' if condition.negated else 'is'} {values}"


def delay_text(rule: Rule) -> str:
    """The time between entry and invitation, as the configuration spells it."""
    if rule.business_days:
        return _counted(rule.business_days, "business day")
    return duration_text(rule.after)


def duration_text(length: timedelta) -> str:
    """A length of time in the largest unit that leaves no rest: `7 days`, `0`."""
    seconds = int(length.total_seconds())
    if not seconds:
        return "0"
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return _counted(seconds // size, unit)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
