"""What a rule would have done in the past, for `connector rules simulate`. Writes nothing.

It reads entries, records and people as a run does, and decides with the planner of a run; only
piece by piece, so that of a record and its people nothing stays in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.core.insight.simulation import Simulation, SimulationReport
from connector.core.invitations.checks import is_triggered
from connector.core.invitations.claims import Deciding, in_order, turn
from connector.core.invitations.facts import Experience
from connector.core.rules.grammar import Rule, TriggerObject
from connector.core.rules.observed import HISTORY_IS_KEPT, Watch
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.unknown_words import did_you_mean, quoted
from connector.flows.invitations.decisions import experiences, surroundings, with_facts
from connector.flows.rules.entries import read_entries
from connector.flows.rules.marks import counting_from, watches
from connector.flows.run.context import RunContext

ENTRIES_AT_ONCE = 2000
"""Entries in one piece: few enough for the memory, enough to fill the calls that read for them."""


@dataclass(frozen=True)
class Trial:
    """Which rule is tried over how many days, how many lines are told, and whether with people.

    The records and people of `at_once` entries are in memory together.
    """

    rule: str
    days: int
    lines: int = 20
    personal: bool = False
    at_once: int = ENTRIES_AT_ONCE


def simulate(context: RunContext, trial: Trial, calls: Callable[[], int]) -> SimulationReport:
    """What the rule would do if it were switched on with an `active_from` so many days ago.

    `calls` says how many calls the org has been sent so far. Raises `ConfigurationError` for a
    rule that there is not.
    """
    rule = _named(context.policy.rules, trial.rule)
    since = context.now - timedelta(days=trial.days)
    tried = _switched_on(context, rule, since)
    before = calls()
    context.reporter.progress("entries", 0)
    found = read_entries(context.org, tried.policy.rules, _watched(tried, rule.on, since))
    simulation = Simulation(rule, context.now, trial.lines, personal=trial.personal)
    entries = sorted(found.entries, key=turn)
    stories, floors = (Deciding(), Deciding()), counting_from(context, tried.policy.rules)
    around = replace(surroundings(tried), now=context.now, left_out_until=None)
    for start in range(0, len(entries), trial.at_once):
        looking = [
            it
            for entry in entries[start : start + trial.at_once]
            for it in experiences(tried, entry, floors, around)
            if is_triggered(it)
        ]
        _decide(tried, looking, stories, simulation)
        done = min(start + trial.at_once, len(entries))
        context.reporter.progress("entries", done, len(entries))
    return simulation.report(since, calls() - before, tuple(found.notes))


def _decide(
    context: RunContext,
    looking: Sequence[Experience],
    stories: tuple[Deciding, Deciding],
    simulation: Simulation,
) -> None:
    """Decide about one piece as a run does, and as runs had done; the simulation counts both."""
    now, in_time = stories
    read = in_order(with_facts(context, looking))
    for it in read:
        simulation.take(it, now.decide(it))
        then = replace(it, around=replace(it.around, now=None))
        simulation.take_in_time(then, in_time.decide(then))
    there = {it.entry for it in read}
    for it in looking:
        if it.entry not in there:
            simulation.gone(it)


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
