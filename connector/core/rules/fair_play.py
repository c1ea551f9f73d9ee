"""Recognises conditions that look at how happy a customer is.

Trustpilot forbids choosing whom to invite by satisfaction. This module only finds such a
condition by its words; whether it is refused is for the configuration to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from connector.core.rules.grammar import FieldCondition

_BEGINNINGS = (
    "complain", "csat", "detractor", "dissatisf", "escalat", "happiness", "happy", "nps",
    "promoter", "rating", "satisf", "score", "sentiment", "unhapp", "unsatisf",
)  # fmt: skip
"""A word that begins like this tells of a mood: `escalat` stands for escalated and escalation."""

_WORDS = frozenset({"ces", "star", "stars"})
"""Words that do so only as they are: `start` is none."""

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def looks_at_sentiment(condition: FieldCondition) -> bool:
    """Return whether the field's name or one of the values speaks of the customer's mood.

    Words count, not letters inside them: `NPS_Score__c`, `Account.csatScore__c` and `5 stars`
    do, `Start_Date__c` and `Operating_Hours__c` do not.
    """
    texts = (condition.field, *condition.values)
    return any(_speaks_of_mood(word) for text in texts for word in _words(text))


def _words(text: str) -> Iterator[str]:
    for word in re.findall(r"[A-Za-z]+", text):
        yield word.lower()
        yield from (part.lower() for part in _PARTS.findall(word))


def _speaks_of_mood(word: str) -> bool:
    return word in _WORDS or word.startswith(_BEGINNINGS)
