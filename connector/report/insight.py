"""What a rule would do, and why a record is asked about or not: as text and as one line of JSON.

The recipient stands in no line that did not get him from the flow, which tells him on request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.core.insight.explanation import Explanation, RuleStory, entry_text
from connector.core.insight.outlook import Outlook, when
from connector.core.insight.simulation import ASKED, COLLISIONS, Line, SimulationReport
from connector.core.invitations.checks import CheckResult
from connector.core.rules.entries import Entry
from connector.core.terms.instants import instant
from connector.report.rules import moment
from connector.report.run.line import as_line

_A_REQUEST = "(a request)"


def simulation_as_text(report: SimulationReport) -> str:
    """The counts, then the latest entries, one line each."""
    return "\n".join(_lines(report))


def simulation_as_json(report: SimulationReport) -> str:
    """The same on one line."""
    document = {
        "rule": report.rule.name,
        "version": report.rule.version,
        "enabled": report.rule.enabled,
        "since": moment(report.since),
        "until": moment(report.until),
        "entries": report.entries,
        "evidence": dict(report.evidence),
        "asked": report.asked,
        "asked_in_time": report.asked_in_time,
        "due_at_once": report.due_at_once,
        "due_months": dict(report.due_months),
        "not_asked": [
            {"code": each.code, "count": each.count, "sentence": each.sentence}
            for each in report.not_asked
        ],
        "collisions": [
            {"rule": each.rule or None, "how": each.how, "count": each.count}
            for each in report.collisions
        ],
        "calls": {
            "salesforce_reading": report.costs.reading,
            "salesforce_claiming": report.costs.claiming,
            "salesforce_sending": report.costs.sending,
            "trustpilot": report.costs.trustpilot,
        },
        "lines": [_line_document(each) for each in report.lines],
        "notes": list(report.notes),
    }
    return as_line(document)


def explanation_as_text(told: Explanation) -> str:
    """The record, its entries, its invitations, and every rule with every check."""
    return "\n".join(_told(told))


def explanation_as_json(told: Explanation) -> str:
    """The same on one line."""
    document = {
        "object": told.object.value,
        "record": told.record,
        "stage": told.stage,
        "entries": [_entry_document(each) for each in told.entries],
        "invitations": [
            {**each, "outlook": _outlook_document(told.outlooks.get(each["id"]))}
            for each in told.invitations
        ],
        "rules": [_story_document(each) for each in told.rules],
        "notes": list(told.notes),
    }
    return as_line(document)


def _lines(report: SimulationReport) -> Iterator[str]:
    rule = report.rule
    yield (
        f"Simulation of {rule.name} ({'on' if rule.enabled else 'off'}, version {rule.version}), "
        f"{when(report.since)} to {when(report.until)}. Nothing was written."
    )
    seen = ", ".join(f"{count} by {name}" for name, count in report.evidence.items())
    stages = " or ".join(rule.stages)
    yield f"{report.entries} entries into {stages}{f' ({seen})' if seen else ''}"
    yield f"{report.asked} would be asked, {report.due_at_once} of them at once"
    yield from (f"  due in {month}: {count}" for month, count in report.due_months.items())
    yield f"{report.asked_in_time} would have been asked, had the rule been on all the while"
    yield f"{report.entries - report.asked} would not be asked"
    yield from (f"  {each.count} {each.code}: {each.sentence}" for each in report.not_asked)
    for each in report.collisions:
        name = each.rule or _A_REQUEST
        yield f"{each.count} collision(s) with {name}, which {COLLISIONS[each.how]}"
    costs = report.costs
    yield (
        f"Calls: Salesforce {costs.reading} to read this, {costs.claiming} to claim, about "
        f"{costs.sending} to send; Trustpilot {costs.trustpilot}"
    )
    yield from (f"Note: {each}" for each in report.notes)
    if report.lines:
        yield f"The last {len(report.lines)} of them:"
    yield from (f"  {_line_text(each)}" for each in report.lines)


def _line_text(line: Line) -> str:
    who = " ".join(
        filter(None, (line.contact or "an address of the record", line.email, line.name))
    )
    became = f"asks {who}, due {when(line.due_at)}" if line.due_at else line.outcome
    return f"{line.record} {line.stage} {when(line.entered_at)} ({line.evidence}): {became}"


def _line_document(line: Line) -> dict[str, Any]:
    personal = {"email": line.email or None, "name": line.name or None}
    return {
        "record": line.record,
        "stage": line.stage,
        "entered_at": moment(line.entered_at),
        "evidence": line.evidence,
        "outcome": line.outcome,
        "due_at": moment(line.due_at),
        "contact": line.contact or None,
        **(personal if line.email and line.outcome == ASKED else {}),
    }


def _told(told: Explanation) -> Iterator[str]:
    yield f"{told.object} {told.record}, now {told.stage or 'in no stage'}"
    yield from (f"entered: {entry_text(each)}" for each in told.entries)
    for each in told.invitations:
        yield f"invitation: {_invitation_text(each)}"
        if each["id"] in told.outlooks:
            yield f"  => {told.outlooks[each['id']].sentence}"
    yield from (f"Note: {each}" for each in told.notes)
    for story in told.rules:
        yield ""
        yield from _story_lines(story)
    if not told.rules:
        yield "The configuration has no rule."


def _invitation_text(facts: Mapping[str, Any]) -> str:
    times = {word: when(at) for word in ("due_at", "sent_at") if (at := instant(facts[word]))}
    words = ("status", "rule", "due_at", "sent_at", "reason_code", "reason")
    said = [f"{word} {times.get(word, facts[word])}" for word in words if facts[word]]
    return ", ".join([str(facts["number"]), *said])


def _story_lines(story: RuleStory) -> Iterator[str]:
    entered = f", entry {entry_text(story.entry)}" if story.entry else ""
    yield f"{story.rule.name} ({'on' if story.rule.enabled else 'off'}){entered}"
    yield f"  => {story.verdict}"
    yield from (f"  {_check_text(each)}" for each in story.checks)


def _check_text(check: CheckResult) -> str:
    about = f" [{check.about}]" if check.about else ""
    return f"{'ok' if check.passed else 'NO'} {check.code}{about}: {check.sentence}"


def _story_document(story: RuleStory) -> dict[str, Any]:
    return {
        "rule": story.rule.name,
        "enabled": story.rule.enabled,
        "entry": _entry_document(story.entry) if story.entry else None,
        "verdict": story.verdict,
        "due_at": moment(story.due_at),
        "checks": [
            {
                "code": each.code,
                "about": each.about or None,
                "passed": each.passed,
                "sentence": each.sentence,
                "effect": each.effect.value,
            }
            for each in story.checks
        ],
    }


def _outlook_document(outlook: Outlook | None) -> dict[str, Any] | None:
    if outlook is None:
        return None
    return {
        "becomes": outlook.becomes.value,
        "code": outlook.code or None,
        "sentence": outlook.sentence,
        "at": moment(outlook.at),
    }


def _entry_document(entry: Entry) -> dict[str, Any]:
    return {
        "old_stage": entry.old_stage or None,
        "stage": entry.new_stage,
        "entered_at": moment(entry.entered_at),
        "evidence": entry.evidence,
    }
