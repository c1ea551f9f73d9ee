"""Why the customer of one record is asked or not, for `connector rules explain`. Writes nothing.

It reads and decides about the record as a run does; only nothing is left out of what it tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from connector.core.insight.explanation import (
    INVITATION_WORDS,
    Explanation,
    Known,
    RuleStory,
    story,
    story_of_review_case,
    story_without_entry,
)
from connector.core.invitations.checks import OF_ENTRY, first_objection
from connector.core.invitations.claims import EXPERIENCE_LOOKUPS, Deciding, in_order
from connector.core.invitations.facts import Experience
from connector.core.invitations.sending.due import DUE_FIELDS
from connector.core.rules.entries import KEY_PREFIXES
from connector.core.rules.grammar import TriggerObject
from connector.core.run.shown import facts
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import AnyOf, Condition, Row, Select
from connector.flows.insight.outlook import outlooks
from connector.flows.invitations.decisions import experiences, surroundings, with_facts
from connector.flows.invitations.look import named
from connector.flows.ports import Org
from connector.flows.rules.history import RecordHistory, read_history
from connector.flows.rules.marks import counting_from, stream, watches
from connector.flows.run.context import RunContext
from connector.flows.run.look import is_id

_SHORT_ID = 15


def explain_record(context: RunContext, word: str) -> Explanation:
    """Every rule and every check for the record of this id, or of this invitation.

    Raises `ConfigurationError` where the word names neither, or nothing that the org shows.
    """
    trigger, record_id = _record(context.org, word.strip())
    sights = context.opening.seen.get(f"{stream(trigger)}:", {})
    history = read_history(context.org, trigger, record_id, sights)
    if history is None:
        raise _refused(
            f"The org shows no {trigger.value} of this id to the connector's user.",
            "Check the id, capital letters too, and whether the record was deleted.",
        )
    rows = _invitations(context.org, trigger, history.id)
    ahead = outlooks(context, rows)
    invitations = tuple(facts(row, INVITATION_WORDS) for row in rows)
    watch = watches(context, context.policy.rules).get(trigger)
    known = Known(invitations, watch.since if watch else None, context.now, ahead)
    rules = tuple(_stories(context, trigger, history, known))
    notes = tuple(f"The org does not show {name}." for name in history.hidden)
    return Explanation(
        trigger, history.id, history.stage, history.entries, invitations, rules, notes, ahead
    )


def _record(org: Org, word: str) -> tuple[TriggerObject, str]:
    """The object and the id that a word stands for: itself an id, or an invitation's name."""
    if is_id(word) and word[:3] in KEY_PREFIXES:
        return KEY_PREFIXES[word[:3]], word[:_SHORT_ID]
    found = {
        str(row["Trigger_Record_Id__c"])
        for row in (named(org, [word], ("Trigger_Record_Id__c",)) if word else [])
        if row.get("Trigger_Record_Id__c")
    }
    about = [each for each in found if each[:3] in KEY_PREFIXES]
    if len(about) != 1:
        what = (
            "This names invitations of several records."
            if about
            else "This is no id of an opportunity, order or case, and names no invitation of one."
        )
        raise _refused(what, "Copy the record's id of 15 or 18 characters from its address.")
    return KEY_PREFIXES[about[0][:3]], about[0][:_SHORT_ID]


def _refused(what: str, next_step: str) -> ConfigurationError:
    return ConfigurationError([Problem(what)], next_step=next_step)


def _invitations(org: Org, trigger: TriggerObject, record_id: str) -> tuple[Row, ...]:
    """What the ledger holds about the record, oldest first."""
    either = AnyOf(
        (
            Condition("Trigger_Record_Id__c", "=", record_id),
            Condition(EXPERIENCE_LOOKUPS[trigger], "=", record_id),
        )
    )
    fields = tuple(dict.fromkeys((*INVITATION_WORDS.values(), *DUE_FIELDS)))
    (answer,) = org.read([Select(INVITATION, fields, (either,), order_by=("CreatedDate", "Id"))])
    return answer.rows


def _stories(
    context: RunContext,
    trigger: TriggerObject,
    history: RecordHistory,
    known: Known,
) -> Iterator[RuleStory]:
    """What every rule makes of every entry into one of its stages, in the order of the file."""
    rules = context.policy.rules
    if history.of_review:
        yield from map(story_of_review_case, rules)
        return
    found: dict[str, list[RuleStory]] = {rule.name: [] for rule in rules}
    deciding = Deciding()
    for it in in_order(_experiences(context, history)):
        decision = first_objection(OF_ENTRY, it) or deciding.decide(it)
        found[it.rule.name].append(story(it, decision, known))
    for rule in rules:
        yield from found[rule.name] or [story_without_entry(rule, trigger, history.stage)]


def _experiences(context: RunContext, history: RecordHistory) -> list[Experience]:
    floors = _floors(context)
    around = replace(surroundings(context), now=context.now)
    looking = [
        it
        for entry in history.entries
        for it in experiences(context, entry, floors, around)
        if it.rule.on is entry.object and entry.new_stage in it.rule.stages
    ]
    return with_facts(context, looking, lambda _: True)


def _floors(context: RunContext) -> dict[str, datetime]:
    """From when entries count; a rule that is off is told as if it were switched on now."""
    return counting_from(context, [replace(rule, enabled=True) for rule in context.policy.rules])
