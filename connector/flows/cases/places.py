"""Tells of case rules that name a queue, user or record type which the org does not have."""

from __future__ import annotations

from collections.abc import Iterable

from connector.core.cases.places import Places
from connector.core.cases.rules import CaseRule
from connector.core.run.issues import Issue
from connector.flows.run.tally import Tally

UNKNOWN = "case_owner_unknown"
"""The issue about a rule whose cases nobody could get."""


def unknown_places(rules: Iterable[CaseRule], known: Places, tally: Tally) -> set[str]:
    """The names of rules that name something the org does not have; an issue for each."""
    blocked = {rule.name: known.unknown(rule) for rule in rules if known.unknown(rule)}
    for name, what in blocked.items():
        issue = Issue(
            code=UNKNOWN,
            message=f"The case rule {name} makes no case: the org has no such thing as {what}.",
            next_step="Make it in Salesforce or correct cases.rules; the next run tries again.",
            flow="reviews_in",
            record=name[:64],
        )
        tally.issues += [issue] if issue.key not in {each.key for each in tally.issues} else []
    return set(blocked)
