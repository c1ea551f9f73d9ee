"""Every check that an invitation passes before anybody is asked, in order.

Each is one small function that says nothing, or why not. The plan of a claim, the second look
when it is due, and the explanation of a record all use these tables and nothing beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from connector.core.invitations.facts import Asking, Experience, courtesy_of
from connector.core.invitations.recipients import Candidate
from connector.core.invitations.unseen import (
    asked_without,
    contact_unreadable,
    hidden_opt_outs,
    no_bounces,
    no_consents,
    no_email,
    no_opt_outs,
    no_person,
    not_shown,
)
from connector.core.rules.conditions import as_text, unmet, unreadable
from connector.core.rules.entries import has_left
from connector.core.rules.grammar import ConsentSource, Include, TriggerObject
from connector.core.terms.addresses import address, bare
from connector.core.terms.records import Row

Facts = TypeVar("Facts")


class Effect(StrEnum):
    """What follows when a check declines."""

    OTHER_RULE = "the rule does not apply; the next one is tried"
    HELD = "it cannot be told; the entry is looked at again by the next run"
    LEFT = "nobody is asked, and nothing is recorded"
    SKIPPED = "nobody is asked, and the invitation says why"


@dataclass(frozen=True)
class Check(Generic[Facts]):
    """One question: `objection` is empty where it passes, else a sentence; `passes` says so.

    It passes as well where nobody could look; then `unseen` is the sentence that says so.
    """

    code: str
    passes: str
    objection: Callable[[Facts], str]
    effect: Effect = Effect.SKIPPED
    unseen: Callable[[Facts], str] | None = None

    def praise(self, facts: Facts) -> str:
        """What is said where it passes."""
        return (self.unseen(facts) if self.unseen else "") or self.passes


@dataclass(frozen=True)
class CheckResult:
    """What one check said; `about` is the step of the ladder, empty for the experience itself."""

    code: str
    passed: bool
    sentence: str
    effect: Effect
    about: str = ""


def _rule_off(it: Experience) -> str:
    return "" if it.rule.enabled else f"The rule {it.rule.name} is switched off."


def _other_object(it: Experience) -> str:
    same = it.rule.on is it.entry.object
    return "" if same else f"The rule is about {it.rule.on} records."


def _other_stage(it: Experience) -> str:
    if it.entry.new_stage in it.rule.stages:
        return ""
    return f"The record entered {it.entry.new_stage}; the rule waits for another stage."


def _too_early(it: Experience) -> str:
    left_out = it.around.left_out_until
    # The very moment counts as before: rows carry whole seconds.
    if left_out is not None and it.entry.entered_at <= left_out:
        return f"A canary list held until {left_out:%Y-%m-%d %H:%M} UTC, and the entry lies before."
    start = it.rule.active_from or it.floor
    if start is None or it.entry.entered_at >= start:
        return ""
    return f"The entry lies before {start:%Y-%m-%d %H:%M} UTC, from when on the rule counts."


def _left_stage(it: Experience) -> str:
    if not has_left(it.entry.new_stage, it.facts.record, it.rule):
        return ""
    return "The record has left the stage since, and the rule asks nobody then."


def _condition_not_met(it: Experience) -> str:
    failed = unmet(it.rule.only_if, it.facts.record, it.facts.hidden)
    return f"The condition on {failed.field} does not hold." if failed else ""


def _condition_unreadable(it: Experience) -> str:
    hidden = unreadable(it.rule.only_if, it.facts.hidden)
    return not_shown(hidden.field) if hidden else ""


def _unit_unreadable(it: Experience) -> str:
    path = it.rule.business_unit_field
    return not_shown(path) if path in it.facts.hidden else ""


def _claimed(it: Experience) -> str:
    return "The experience has its invitation already." if it.taken else ""


def _nobody_on_canary(it: Experience) -> str:
    canary = it.around.reach.canary
    if not canary or any(_compared(each.email) in canary for each in it.ladder):
        return ""
    return "Nobody whom the rule may ask is on the canary list."


def _no_own_experience(it: Experience) -> str:
    return not_of_its_own(it.entry.object, it.facts.record, it.rule.include)


def not_of_its_own(trigger: TriggerObject, record: Row, include: Collection[Include]) -> str:
    """Why a record is no experience of its own, as a sentence; empty where it is one.

    A field that the org does not have, or hides, says nothing of the kind.
    """
    # A merged case points to the one that is kept; a reduction order takes back what was bought.
    merged = trigger is TriggerObject.CASE and record.get("MasterRecordId")
    reduces = trigger is TriggerObject.ORDER and record.get("IsReductionOrder")
    if merged and Include.MERGED_CASES not in include:
        return "The case was merged into another one."
    if reduces and Include.REDUCTION_ORDERS not in include:
        return "The order is a reduction order."
    return ""


def _too_late(it: Experience) -> str:
    late = it.around.is_too_late(it.due_at, courtesy_of(it.rule))
    return f"It was due {it.due_at:%Y-%m-%d}, which is too long ago." if late else ""


def _unknown_unit(it: Experience) -> str:
    if it.unit is not None:
        return ""
    return f"{it.rule.business_unit_field} names no business unit of the configuration."


def _not_sampled(it: Experience) -> str:
    """By the hash of the experience: neither by mood nor by time, and the same each time."""
    if it.rule.sample <= 1 or int(it.key[:16], 16) % it.rule.sample == 0:
        return ""
    return f"The rule asks one experience in {it.rule.sample}; this is not one of them."


def _no_recipient(it: Experience) -> str:
    return "" if it.ladder else "The record names nobody to invite."


def _consent_unreadable(who: Asking) -> str:
    if who.courtesy.consent is ConsentSource.NONE:
        return ""
    hidden = next(hidden_opt_outs(who), "")
    return not_shown(hidden) if hidden else ""


def _opted_out(who: Asking) -> str:
    return _flagged(who, "HasOptedOutOfEmail", "has opted out of e-mail.")


def _bounced(who: Asking) -> str:
    return _flagged(who, "IsEmailBounced", "cannot be reached: e-mail has bounced.")


def _flagged(who: Asking, flag: str, what: str) -> str:
    """Consent belongs to the address: whoever has it, may say no for everybody with it."""
    found = next((row for row in who.candidate.rows if row.get(flag)), None)
    if found is None:
        return ""
    own = who.candidate.contact_id and found.get("Id") == who.candidate.contact_id
    return f"The contact {what}" if own else f"Somebody with this address {what}"


def _individual_opted_out(who: Asking) -> str:
    flags = ("HasOptedOutSolicit", "HasOptedOutProcessing", "ShouldForget")
    individuals = [row.get("Individual") or {} for row in who.candidate.rows]
    found = next((flag for flag in flags if any(one.get(flag) for one in individuals)), "")
    return f"The person's Individual record has {found}." if found else ""


def _consent_withheld(who: Asking) -> str:
    return "The person has opted out by a consent for e-mail." if who.candidate.withheld else ""


def _own_domain(who: Asking) -> str:
    own = _within(who.candidate.email, who.around.reach.own_domains)
    return "The address belongs to one of your own domains." if own else ""


def _suppressed(who: Asking) -> str:
    listed = who.around.reach.suppressed
    found = _compared(who.candidate.email) in listed or _within(who.candidate.email, listed)
    return "The address or its domain is on the list of those never to ask." if found else ""


def _compared(email: str) -> str:
    """The address as the lists hold it: a field may hold it in quotes, too."""
    return address(bare(email))


def _within(email: str, domains: Collection[str]) -> bool:
    """Whether the address belongs to one of the domains, or to one below it."""
    labels = _compared(email).rpartition("@")[2].split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels)))


def _not_canary(who: Asking) -> str:
    canary = who.around.reach.canary
    if not canary or _compared(who.candidate.email) in canary:
        return ""
    return "The address is not on the canary list."


def _cooldown(who: Asking) -> str:
    near = any(
        abs(each.at - who.at) < who.courtesy.cooldown
        for each in who.others
        if who.waiting_counts or not each.waiting
    )
    return "The person has another invitation within the cooldown." if near else ""


OF_ENTRY: tuple[Check[Experience], ...] = (
    Check("rule_off", "The rule is switched on.", _rule_off, Effect.OTHER_RULE),
    Check("other_object", "The rule is about such records.", _other_object, Effect.OTHER_RULE),
    Check("other_stage", "The rule waits for this stage.", _other_stage, Effect.OTHER_RULE),
    Check("too_early", "The entry is recent enough to count.", _too_early, Effect.OTHER_RULE),
)
"""What an entry alone tells: whether the rule is triggered."""

OF_RECORD: tuple[Check[Experience], ...] = (
    Check(
        "left_stage", "The record is still where the rule wants it.", _left_stage, Effect.OTHER_RULE
    ),
    Check(
        "condition_not_met",
        "No condition speaks against it.",
        _condition_not_met,
        Effect.OTHER_RULE,
    ),
    Check(
        "condition_unreadable", "Every condition can be read.", _condition_unreadable, Effect.HELD
    ),
    Check("unit_unreadable", "The business unit can be read.", _unit_unreadable, Effect.HELD),
    Check(
        "no_own_experience",
        "The record is an experience of its own.",
        _no_own_experience,
        Effect.LEFT,
    ),
    Check("claimed_already", "The experience is unclaimed.", _claimed, Effect.LEFT),
)
"""What the record tells before anything about people is read."""

OF_EXPERIENCE: tuple[Check[Experience], ...] = (
    Check("not_canary", "The canary list allows it.", _nobody_on_canary, Effect.LEFT),
    Check("unknown_business_unit", "The business unit is configured.", _unknown_unit),
    Check("too_late", "It is not too late to ask.", _too_late),
    Check("not_sampled", "The experience is in the sample.", _not_sampled),
    Check("no_recipient", "The record names somebody.", _no_recipient),
)
"""What record and people together tell."""

OF_PERSON: tuple[Check[Asking], ...] = (
    Check("contact_unreadable", "The contact can be read.", contact_unreadable),
    Check("no_email", "There is an e-mail address.", no_email),
    Check("not_canary", "The canary list allows the address.", _not_canary, Effect.LEFT),
    Check(
        "consent_unreadable",
        "Every opt-out can be read.",
        _consent_unreadable,
        Effect.HELD,
        asked_without,
    ),
    Check("opted_out", "No opt-out of e-mail is known.", _opted_out, unseen=no_opt_outs),
    Check("bounced", "No bounce is known.", _bounced, unseen=no_bounces),
    Check(
        "individual_opted_out",
        "No Individual forbids it.",
        _individual_opted_out,
        unseen=no_person,
    ),
    Check(
        "consent_withheld",
        "No consent for e-mail is withheld.",
        _consent_withheld,
        unseen=no_consents,
    ),
    Check("own_domain", "The address is not one of your own.", _own_domain),
    Check("suppressed", "The address is not suppressed.", _suppressed),
    Check("cooldown", "No other invitation is too near.", _cooldown),
)
"""What decides about one person on the ladder, at the entry and again when it is due."""


def first_objection(
    checks: tuple[Check[Facts], ...], facts: Facts, about: str = ""
) -> CheckResult | None:
    """What the first check that declines says; None where all pass."""
    for check in checks:
        if objection := check.objection(facts):
            return _declined(check, objection, about)
    return None


def choose(it: Experience) -> Candidate | CheckResult:
    """Whom to ask about this experience, or the first objection.

    The first on the ladder against whom nothing speaks is asked. Where it cannot be told of one,
    nobody after that one is asked instead. Where something speaks against each, the first
    objection that is worth recording is told.
    """
    objection = first_objection((*OF_ENTRY, *OF_RECORD, *OF_EXPERIENCE), it)
    if objection is not None:
        return objection
    objections = []
    for candidate in it.ladder:
        found = first_objection(OF_PERSON, _asking(it, candidate), candidate.step)
        if found is None:
            return candidate
        if found.effect is Effect.HELD:
            return found
        objections.append(found)
    return min(objections, key=lambda each: each.effect is not Effect.SKIPPED)


def explain(it: Experience) -> tuple[CheckResult, ...]:
    """What every check says, none left out, in the order in which they are asked."""
    people = (
        result
        for candidate in it.ladder
        for result in _results(OF_PERSON, _asking(it, candidate), candidate.step)
    )
    return (*_results((*OF_ENTRY, *OF_RECORD, *OF_EXPERIENCE), it), *people)


def is_triggered(it: Experience) -> bool:
    """True when the entry alone says that the rule is to look at the record."""
    return first_objection(OF_ENTRY, it) is None


def needs_people(it: Experience) -> bool:
    """True when the decision rests on people, so that they must be read."""
    return first_objection((*OF_ENTRY, *OF_RECORD), it) is None


def _asking(it: Experience, candidate: Candidate) -> Asking:
    at = it.around.goes_at(it.due_at)
    return Asking(candidate, it.around, at, it.key, courtesy_of(it.rule))


def _results(
    checks: tuple[Check[Facts], ...], facts: Facts, about: str = ""
) -> Iterator[CheckResult]:
    for check in checks:
        if objection := check.objection(facts):
            yield _declined(check, objection, about)
        else:
            yield CheckResult(check.code, True, check.praise(facts), check.effect, about)  # noqa: FBT003


def _declined(check: Check[Facts], objection: str, about: str) -> CheckResult:
    return CheckResult(check.code, False, objection, check.effect, about)  # noqa: FBT003


def unit_matches(written: object, name: str, domain: str) -> bool:
    """Whether a record's value names a business unit, by its name or domain."""
    return as_text(written) in {as_text(name), as_text(domain)} - {""}
