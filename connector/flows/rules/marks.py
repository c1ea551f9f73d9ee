"""How far stage entries have been read: from the marks of the last run to those of this one.

It reads nothing and writes nothing: marks come from the opening and travel with the closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from connector.core.invitations.reach import CANARY_LIST
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import Rule, TriggerObject
from connector.core.rules.observed import Sights, Watch, kept_for, sights_text
from connector.core.run.report import Mark
from connector.core.terms.instants import instant, to_the_second
from connector.flows.run.context import RunContext

SWEEP_REACH = timedelta(hours=24)
"""How far back the daily sweep reads at least."""

LONGEST_TRANSACTION = timedelta(hours=1)
"""How much later than its own time (Salesforce 6.1) a change may be committed and still be found
by a sweep."""

SWEEP = "_sweep"
BEGIN = "_begin"


def stream(trigger: TriggerObject) -> str:
    """The name of the stream of an object's entries."""
    return f"{trigger.value.lower()}_entries"


def watches(context: RunContext, rules: Iterable[Rule]) -> dict[TriggerObject, Watch]:
    """What this run looks at, for each object that has a rule switched on."""
    grouped: dict[TriggerObject, list[Rule]] = {}
    for rule in rules:
        if rule.enabled:
            grouped.setdefault(rule.on, []).append(rule)
    return {trigger: _watch(context, trigger, on) for trigger, on in grouped.items()}


def counting_from(context: RunContext, rules: Iterable[Rule]) -> dict[str, datetime]:
    """From when entries count, by the names of the rules that name no time of their own.

    It is when a run last ended without the rule: what happened before is nobody's to ask about.
    """
    return {
        rule.name: _on_since(context, rule)
        for rule in rules
        if rule.enabled and rule.active_from is None
    }


def canary_held_until(context: RunContext) -> datetime | None:
    """When a run last had a canary list; None while there is one, or where there never was.

    What entered a stage before is nobody's to ask about: the list left these people out.
    """
    return None if context.policy.reach.canary else context.opening.marks.get(f"{CANARY_LIST}:")


def canary_marks(context: RunContext) -> list[Mark]:
    """The mark that a run with a canary list leaves, whatever else becomes of it."""
    return [Mark(CANARY_LIST, "", context.now)] if context.policy.reach.canary else []


def new_marks(
    context: RunContext,
    watched: Mapping[TriggerObject, Watch],
    sights: Mapping[TriggerObject, Sights],
    again: Sequence[Entry],
) -> list[Mark]:
    """The marks after everything found was decided, but for what must be found `again`."""
    marks: list[Mark] = []
    for trigger, watch in watched.items():
        mine = [entry for entry in again if entry.object is trigger]
        at = min([context.now, *(entry.entered_at for entry in mine)])
        seen = kept_for((entry.record_id for entry in mine), watch.sights, sights.get(trigger, {}))
        marks.append(Mark(stream(trigger), "", at, sights_text(seen)))
        if watch.is_sweep or _mark(context, trigger, SWEEP) is None:
            marks.append(Mark(stream(trigger) + SWEEP, "", context.now))
    return marks + _rules_on(context, set(watched)) + _unwatched(context, set(watched))


def _watch(context: RunContext, trigger: TriggerObject, rules: list[Rule]) -> Watch:
    """The mark less the overlap; further back for the sweep, and for a new rule that says so."""
    mark, last_sweep = _mark(context, trigger), _mark(context, trigger, SWEEP)
    known = _known(context, trigger)
    back = [each.active_from for each in rules if each.active_from and _key(each) not in known]
    is_sweep = (
        mark is not None
        and last_sweep is not None
        and context.now - last_sweep >= context.policy.reviews.rescan_every
    )
    if mark is not None:
        # Salesforce 6.1: a row is seen when its transaction ends, with a time from before.
        back.append(mark - context.policy.reviews.overlap)
    if is_sweep and last_sweep is not None:
        # Salesforce 6.1: a long transaction outlasts the overlap.
        back += [context.now - SWEEP_REACH, last_sweep - LONGEST_TRANSACTION]
    return Watch(
        since=min([context.now, *back]),
        sights=context.opening.seen.get(_key_of(trigger), {}),
        is_first=not back,
        is_sweep=is_sweep,
    )


def _on_since(context: RunContext, rule: Rule) -> datetime:
    known = instant(_known(context, rule.on).get(_key(rule)))
    # Salesforce 6.1: rows carry whole seconds: one of this second must not seem to come before.
    return known or _mark(context, rule.on) or to_the_second(context.now)


def _rules_on(context: RunContext, watched: set[TriggerObject]) -> list[Mark]:
    """Since when each rule is on, beside the moment at which the object was first watched."""
    marks: list[Mark] = []
    for trigger in TriggerObject:
        begun = _mark(context, trigger, BEGIN)
        on = {
            _key(rule): _on_since(context, rule).isoformat()
            for rule in context.policy.rules
            if rule.enabled and rule.on is trigger
        }
        first = begun is None and trigger in watched
        if first or (begun is not None and on != _known(context, trigger)):
            marks.append(Mark(stream(trigger) + BEGIN, "", begun or context.now, sights_text(on)))
    return marks


def _unwatched(context: RunContext, watched: set[TriggerObject]) -> list[Mark]:
    """Marks of objects that have no rule now: one switched on later does not look back to then."""
    return [
        Mark(stream(trigger) + part, "", context.now)
        for trigger in TriggerObject
        if trigger not in watched
        for part in ("", SWEEP)
        if _mark(context, trigger, part) is not None
    ]


def _known(context: RunContext, trigger: TriggerObject) -> Mapping[str, str]:
    return context.opening.seen.get(_key_of(trigger, BEGIN), {})


def _key(rule: Rule) -> str:
    """What makes a rule another one for its entries: its name or its stages."""
    return "|".join((rule.name, *sorted(rule.stages)))


def _mark(context: RunContext, trigger: TriggerObject, part: str = "") -> datetime | None:
    return context.opening.marks.get(_key_of(trigger, part))


def _key_of(trigger: TriggerObject, part: str = "") -> str:
    return f"{stream(trigger)}{part}:"
