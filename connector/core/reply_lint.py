"""Checks the text of a reply before it is public: what it gives away, where it links, what it asks.

It reads what the caller knows of the customer and keeps nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LintRule(StrEnum):
    """What is looked for in the text of a reply."""

    TOO_LONG = "too_long"
    EMAIL = "email"
    PHONE = "phone"
    ORDER_NUMBER = "order_number"
    SURNAME = "surname"
    LINK = "link"
    REVIEW_REQUEST = "review_request"
    PLACEHOLDER = "placeholder"
    OTHER_EMAIL = "other_email"
    CAPITALS = "capitals"


class Severity(StrEnum):
    """What a finding does to the reply."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"


USUAL_SEVERITY = {
    rule: Severity.WARN if rule in {LintRule.OTHER_EMAIL, LintRule.CAPITALS} else Severity.BLOCK
    for rule in LintRule
}
"""What a finding does where the configuration says nothing."""


@dataclass(frozen=True)
class LintRules:
    """The rules as the configuration sets them.

    `longest` counts characters; `links_to` are hosts that any reply may link to, with their
    subdomains; `phrases` are words that no reply may hold.
    """

    longest: int = 5_000
    links_to: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    severity: Mapping[LintRule, Severity] = field(default_factory=lambda: USUAL_SEVERITY)
