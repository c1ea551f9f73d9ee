"""What a rule would have done in the past, for `connector rules simulate`. Writes nothing.

It reads entries, records and people as a run does, and decides with the planner of a run; only
in pieces, so that a history of any length fits into memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.core.asking import Experience
from connector.core.checks import is_triggered
from connector.core.entries import Entry
from connector.core.errors import ConfigurationError, Problem
from connector.core.observed import HISTORY_IS_KEPT, Watch
from connector.core.plan_claims import Deciding, in_order, turn
from connector.core.rules import Rule, TriggerObject
from connector.core.simulation import Simulation, SimulationReport
from connector.core.words import did_you_mean, quoted
from connector.flows.context import RunContext
from connector.flows.decisions import experiences, with_facts
from connector.flows.entry_marks import counting_from, watches
from connector.flows.stage_entries import read_entries

ENTRIES_AT_ONCE = 2000
"""Entries whose records and people are in memory together."""


@dataclass(frozen=True)
class Trial:
    """Which rule is tried over how many days, how many lines are told, and whether with people."""

    rule: str
    days: int
    lines: int = 20
    personal: bool = False


def simulate(context: RunContext, trial: Trial, calls: Callable[[], int]) -> SimulationReport:
    """What the rule would do if it were switched on with an `active_from` so many days ago.

    `calls` says how many calls the org has been sent so far. Raises `ConfigurationError` for a
    rule that there is not.
    """
    rule = _named(context.policy.rules, trial.rule)
    since = context.now - timedelta(days=trial.days)
    tried = _switched_on(context, rule, since)
    before = calls()
    found = read_entries(context.org, tried.policy.rules, _watched(tried, rule.on, since))
    simulation = Simulation(rule, context.now, trial.lines, personal=trial.personal)
    _decide(tried, found.entries, simulation, rule)
    return simulation.report(since, calls() - before, tuple(found.notes))


def _named(rules: Iterable[Rule], name: str) -> Rule:
    known = {rule.name: rule for rule in rules}
    if name not in known:
        what = f"The configuration has no rule {quoted(name)}." if known else "There is no rule."
        hint = did_you_mean(name, known)
        raise ConfigurationError([Problem(what, hint=hint)], next_step="Type: connector rules list")
    return known[name]


def _switched_on(context: RunContext, rule: Rule, since: datetime) -> RunContext:
    on = replace(rule, enabled=True, active_from=since)
    rules = tuple(on if each is rule else each for each in context.policy.rules)
    return replace(context, policy=replace(context.policy, rules=rules))


def _watched(
    context: RunContext, trigger: TriggerObject, since: datetime
) -> Mapping[TriggerObject, Watch]:
    """What a run would look at, and further back for the object of the rule.

    Where no run saw anything, there is nothing to compare with what is seen now.
    """
    watched = watches(context, context.policy.rules)
    usual = watched[trigger]
    sights = usual.sights or HISTORY_IS_KEPT
    further = Watch(min(since, usual.since), sights)
    return {**watched, trigger: further}


def _decide(context: RunContext, entries: list[Entry], simulation: Simulation, rule: Rule) -> None:
    """Decide about all entries, in the order of a run, and have the simulation count it."""
    floors = counting_from(context, context.policy.rules)
    deciding, done = Deciding(), 0
    entries.sort(key=turn)
    for some in _pieces(entries):
        looking = [it for each in some for it in _triggered(context, each, floors)]
        read = in_order(with_facts(context, looking))
        for it in read:
            simulation.take(it, deciding.decide(it))
        there = {it.entry for it in read}
        for it in looking:
            if it.rule.name == rule.name and it.entry not in there:
                simulation.gone(it)
        done += len(some)
        context.reporter.progress("entries", done, len(entries))


def _triggered(
    context: RunContext, entry: Entry, floors: Mapping[str, datetime]
) -> Iterator[Experience]:
    return (it for it in experiences(context, entry, floors) if is_triggered(it))


def _pieces(entries: list[Entry]) -> Iterator[list[Entry]]:
    return (
        entries[start : start + ENTRIES_AT_ONCE]
        for start in range(0, len(entries), ENTRIES_AT_ONCE)
    )
