"""Why the customer of a record is asked or not: every rule and every check, as sentences.

It tells what the `checks` and `claims` of invitations decide, and decides nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.core.insight.outlook import KEPT_THERE, Outlook, when
from connector.core.invitations.checks import CheckResult, Effect, explain
from connector.core.invitations.claims import Claim, Decision, Earlier
from connector.core.invitations.facts import Experience
from connector.core.invitations.shown import SHOWN
from connector.core.rules.entries import FIELD_HISTORY, OBSERVED, STAMPS, Entry
from connector.core.rules.grammar import Rule, TriggerObject
from connector.core.rules.shown import delay_text
from connector.core.terms.instants import instant
from connector.core.terms.objects import InvitationStatus

INVITATION_WORDS: Mapping[str, str] = {
    word: SHOWN[word]
    for word in (
        "id",
        "number",
        "status",
        "rule",
        "reason_code",
        "reason",
        "new_stage",
        "evidence",
        "due_at",
        "sent_at",
        "claim_key",
    )
}
"""The words of an invitation that an explanation tells, and the field behind each."""

_FOLLOWS: Mapping[Effect, str] = {
    Effect.OTHER_RULE: "The rule does not apply.",
    Effect.HELD: "It cannot be told, so nobody is asked; the next run looks again.",
    Effect.LEFT: "Nobody is asked, and nothing is recorded.",
    Effect.SKIPPED: "Nobody is asked, and the invitation says why.",
}


@dataclass(frozen=True)
class RuleStory:
    """What one rule makes of one entry: the verdict, and what every check says, in order.

    Without an entry there is nothing to check. `due_at` is when its invitation is or would be due.
    """

    rule: Rule
    verdict: str
    entry: Entry | None = None
    due_at: datetime | None = None
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Everything about one record: its entries, its invitations, and every rule in file order.

    `invitations` are by `INVITATION_WORDS`; `notes` tell what the org does not show. `outlooks`
    say by their ids what would become of those that wait.
    """

    object: TriggerObject
    record: str
    stage: str
    entries: tuple[Entry, ...]
    invitations: tuple[Mapping[str, Any], ...]
    rules: tuple[RuleStory, ...]
    notes: tuple[str, ...] = ()
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What verdicts rest on beside the experience.

    `reads_from`: runs look at entries since then; None where no rule of the object is on.
    """

    invitations: tuple[Mapping[str, Any], ...]
    reads_from: datetime | None
    now: datetime
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)


def story(it: Experience, decision: Decision, known: Known) -> RuleStory:
    """What a rule makes of an entry, as a run would decide now."""
    return RuleStory(it.rule, _verdict(it, decision, known), it.entry, it.due_at, explain(it))


def story_without_entry(rule: Rule, trigger: TriggerObject, stage: str) -> RuleStory:
    """Why a rule has nothing to look at."""
    if rule.on is not trigger:
        return RuleStory(rule, f"The rule is about {rule.on} records.")
    stages = " or ".join(rule.stages)
    if stage in rule.stages:
        said = f"The record is in {stage}, and nothing in the org proves when it entered."
    else:
        said = (
            f"The record has not entered {stages}; once it does, the invitation is due "
            f"after {delay_text(rule)}."
        )
    switched_off = "" if rule.enabled else " The rule is switched off."
    return RuleStory(rule, f"{said} {evidence_text(trigger)}{switched_off}")


def evidence_text(trigger: TriggerObject) -> str:
    """Where entries of an object are looked for."""
    automatic = ["OpportunityHistory"] if trigger is TriggerObject.OPPORTUNITY else []
    places = [*automatic, FIELD_HISTORY[trigger], *STAMPS[trigger]]
    if trigger is not TriggerObject.OPPORTUNITY:
        places.append("what earlier runs saw")
    return f"Looked for in {', '.join(places[:-1])} and {places[-1]}."


def story_of_review_case(rule: Rule) -> RuleStory:
    """Why no rule asks about the case of a review."""
    return RuleStory(rule, "The case was opened for a review: closing it asks nobody once more.")


def entry_text(entry: Entry) -> str:
    """An entry with its evidence, as a sentence says it."""
    before = f"{entry.old_stage} -> " if entry.old_stage else ""
    seen = "two runs saw it" if entry.evidence == OBSERVED else entry.evidence
    return f"{before}{entry.new_stage}, {when(entry.entered_at)} ({seen})"


def _verdict(it: Experience, decision: Decision, known: Known) -> str:
    own = _named(known.invitations, it.key)
    if own is not None:
        return _of_invitation(it, own, known)
    if isinstance(decision, Earlier):
        return _of_earlier(it, decision)
    if isinstance(decision, CheckResult):
        return f"{decision.sentence} {_FOLLOWS[decision.effect]}"
    return _of_claim(it, decision, known)


def _named(invitations: Iterable[Mapping[str, Any]], claim_key: str) -> Mapping[str, Any] | None:
    return next((each for each in invitations if each["claim_key"] == claim_key), None)


def _of_invitation(it: Experience, own: Mapping[str, Any], known: Known) -> str:
    number, status, due = own["number"], own["status"], instant(own["due_at"])
    if own["rule"] != it.rule.name:
        whose = f"the rule {own['rule']}" if own["rule"] else "a request"
        return f"The experience has its invitation already: {number} of {whose} is {status}."
    if status != InvitationStatus.SCHEDULED.value or due is None:
        reason = f": {own['reason']}" if own["reason"] else "."
        sent = instant(own["sent_at"])
        went = f" since {when(sent)}" if sent else ""
        return f"The rule has decided: {number} is {status}{went}{reason}{_ahead(own, known)}"
    if not it.rule.enabled:
        return f"{number} is due {when(due)} and waits: the rule is switched off."
    return _of_waiting(own, due, known)


def _of_waiting(own: Mapping[str, Any], due: datetime, known: Known) -> str:
    number, ahead = own["number"], _ahead(own, known)
    outlook = known.outlooks.get(own["id"])
    begins = (outlook.at if outlook else None) or due
    if begins > known.now:
        return f"{number} waits until {when(begins)}; the next run then looks again.{ahead}"
    since = f"due since {when(due)}" if due <= known.now else f"due {when(due)}"
    return f"{number} is {since}; the next run looks again.{ahead}"


def _ahead(own: Mapping[str, Any], known: Known) -> str:
    outlook = known.outlooks.get(own["id"])
    return f" {outlook.sentence}" if outlook else ""


def _of_earlier(it: Experience, decision: Earlier) -> str:
    if decision.held:
        return f"The rule {decision.rule} comes first and cannot be judged, so this one waits."
    if decision.rule == it.rule.name:
        return "An earlier entry of the record decides for this rule."
    return f"The rule {decision.rule} comes first and has the experience."


def _of_claim(it: Experience, claim: Claim, known: Known) -> str:
    if known.reads_from is None or it.entry.entered_at < known.reads_from:
        seen = f"since {when(known.reads_from)}" if known.reads_from else "of no such record"
        return (
            f"Every check of the entry passes, but runs look at entries {seen}: "
            "this one is not found any more. Ask by a request, or set active_from anew."
        )
    if claim.skipped:
        return f"The next run records that nobody is asked: {claim.row['Reason__c']}"
    held = f" Trustpilot keeps it until then: {KEPT_THERE}" if claim.row["Hold__c"] else ""
    return f"The next run claims it; the invitation is due {when(it.due_at)}.{held}"
