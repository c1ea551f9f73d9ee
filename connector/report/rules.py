"""Rules and what they did, as text for people, as one line of JSON, and as CSV for spreadsheets.

Rules, counts and codes only: no recipient stands in any of them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.core.insight.report import Outcome, RuleReport
from connector.core.rules.grammar import Rule
from connector.core.rules.shown import condition_text, rule_facts
from connector.report.run.line import as_line

LAST_CLAIM = "last_claim"
CSV_COLUMNS = ("month", "rule", "outcome", "reason", "count")
NO_RULE = "(no rule)"
"""Stands for invitations that were requested or come from Trustpilot's export."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def list_as_text(rules: Sequence[Rule], claimed: Mapping[str, str | None] | None = None) -> str:
    """Every rule in a few lines; `claimed` adds when each last made an invitation."""
    lines = [line for facts in _listed(rules, claimed) for line in _rule_lines(facts)]
    return "\n".join([*lines, _list_sentence(rules)])


def list_as_json(rules: Sequence[Rule], claimed: Mapping[str, str | None] | None = None) -> str:
    """The same on one line."""
    return as_line({"rules": list(_listed(rules, claimed))})


def report_as_text(report: RuleReport) -> str:
    """The months of every rule, why it did not invite, and what it leaves out from the start."""
    lines = [f"Experiences that rules decided on, {report.since} to {report.until:%Y-%m-%d} (UTC)"]
    rules = {rule.name: rule for rule in report.rules}
    for name in report.names:
        lines += ["", _title(name, rules.get(name))]
        lines += [f"  {line}" for line in _of_rule(report, name, rules.get(name))]
    return "\n".join(lines if report.names else [*lines, "There is no rule, and nothing to count."])


def report_as_json(report: RuleReport) -> str:
    """The same on one line."""
    rules = {rule.name: rule for rule in report.rules}
    document = {
        "since": f"{report.since}",
        "until": moment(report.until),
        "rules": [_rule_document(report, name, rules.get(name)) for name in report.names],
    }
    return as_line(document)


def report_as_csv(report: RuleReport) -> str:
    """One line for each month, rule, outcome and reason: the counts of a rule add up to eligible.

    What a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for each in report.counts:
        values = (each.month, each.rule or NO_RULE, each.outcome.value, each.reason, each.count)
        writer.writerow([_no_formula(str(value)) for value in values])
    return text.getvalue()


def moment(at: datetime | None) -> str | None:
    """A moment as JSON holds it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _listed(
    rules: Sequence[Rule], claimed: Mapping[str, str | None] | None
) -> Iterator[dict[str, Any]]:
    for rule in rules:
        more = {} if claimed is None else {LAST_CLAIM: claimed.get(rule.name)}
        yield {**rule_facts(rule), **more}


def _list_sentence(rules: Sequence[Rule]) -> str:
    return f"{len(rules)} rule(s), {sum(rule.enabled for rule in rules)} switched on."


def _rule_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    state = "on" if facts["enabled"] else "off"
    since = f", active from {facts['active_from']}" if facts["active_from"] else ""
    yield f"{facts['rule']} ({state}{since}, version {facts['version']})"
    sample = f", one in {facts['sample']}" if facts["sample"] > 1 else ""
    only_if = "".join(f", only if {each}" for each in facts["only_if"])
    yield f"  {facts['on']} becomes {' or '.join(facts['becomes'])}{only_if}{sample}"
    delay = "at once" if facts["after"] == "0" else f"{facts['after']} later"
    yield f"  {facts['send']} as {facts['as']} for {facts['business_unit']}, {delay}"
    yield f"  to {', else '.join(facts['to'])}"
    if LAST_CLAIM in facts:
        yield f"  last claim: {facts[LAST_CLAIM] or 'none'}"


def _title(name: str, rule: Rule | None) -> str:
    if not name:
        return f"{NO_RULE}: requested, or from Trustpilot's export"
    if rule is None:
        return f"{name} (not in the configuration any more)"
    return f"{name} ({'on' if rule.enabled else 'off'})"


def _of_rule(report: RuleReport, name: str, rule: Rule | None) -> Iterator[str]:
    by_month = report.by_month(name)
    for month, counted in by_month.items():
        yield f"{month}: {_counted(counted)}"
    if len(by_month) > 1:
        yield f"together: {_counted(_sum(by_month.values()))}"
    if not by_month:
        yield "nothing"
    for (outcome, reason), count in report.reasons(name).items():
        yield f"{outcome}, {reason}: {count}"
    if rule is not None:
        yield from _left_out(report, rule)


def _left_out(report: RuleReport, rule: Rule) -> Iterator[str]:
    if rule.sample > 1:
        count = report.reasons(rule.name).get((Outcome.SKIPPED, "not_sampled"), 0)
        yield f"asks one in {rule.sample}, by a hash: {count} left out"
    if rule.only_if:
        said = ", ".join(map(condition_text, rule.only_if))
        yield f"asks only if {said}; what that leaves out is counted by: {_simulate(rule)}"
    if rule.because:
        yield f"because: {rule.because}"


def _simulate(rule: Rule) -> str:
    name = f'"{rule.name}"' if " " in rule.name else rule.name
    return f"connector rules simulate {name} --days 90"


def _counted(counted: Counter[Outcome]) -> str:
    parts = [f"{counted.total()} eligible", f"{counted[Outcome.INVITED]} invited"]
    others = (each for each in Outcome if each is not Outcome.INVITED)
    return ", ".join([*parts, *(f"{counted[each]} {each}" for each in others if counted[each])])


def _sum(counters: Iterable[Counter[Outcome]]) -> Counter[Outcome]:
    total: Counter[Outcome] = Counter()
    for each in counters:
        total.update(each)
    return total


def _rule_document(report: RuleReport, name: str, rule: Rule | None) -> dict[str, Any]:
    by_month = report.by_month(name)
    total = _sum(by_month.values())
    return {
        "rule": name or None,
        "enabled": rule.enabled if rule else None,
        "eligible": total.total(),
        **_outcomes(total),
        "months": [
            {"month": month, "eligible": counted.total(), **_outcomes(counted)}
            for month, counted in by_month.items()
        ],
        "reasons": [
            {"outcome": outcome.value, "reason": reason, "count": count}
            for (outcome, reason), count in report.reasons(name).items()
        ],
        "sample": rule.sample if rule else None,
        "only_if": [condition_text(each) for each in rule.only_if] if rule else [],
        "because": (rule.because or None) if rule else None,
    }


def _outcomes(counted: Counter[Outcome]) -> dict[str, int]:
    return {each.value: counted[each] for each in Outcome}


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
