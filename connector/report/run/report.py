"""A run's report as text for people and as one JSON object for machines.

Both hold ids, counts, codes and times only: no address, name or review text. Only a dry run that
is typed at a terminal shows the texts of replies there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connector.core.run.exit_codes import MEANINGS, ExitCode, exit_code
from connector.core.run.report import FlowReport, RunReport
from connector.core.terms.errors import ConnectorError, Stopped
from connector.report.errors import sentence
from connector.report.run.line import as_line

WORDS = {
    "reviews_erased": "reviews erased",
    "copies_erased": "copies erased",
    "reviews_read": "reviews read",
    "reviews_new": "new",
    "reviews_changed": "changed",
    "reviews_unchanged": "unchanged",
    "reviews_filtered": "filtered out",
    "reviews_missing": "no longer shown",
    "reviews_matched": "connected later",
    "copies_written": "copies written",
    "texts_cut": "texts cut to their fields",
    "cases_opened": "cases opened",
    "cases_reopened": "cases reopened",
    "cases_closed": "cases closed",
    "invitations_reviewed": "invitations reviewed",
    "invitations_claimed": "claimed",
    "invitations_sent": "sent",
    "links_made": "links made",
    "invitations_skipped": "skipped",
    "invitations_cancelled": "cancelled",
    "invitations_waiting": "waiting",
    "invitations_failed": "failed",
    "invitations_unknown": "outcome unknown",
    "invitations_resolved": "found sent",
    "invitations_refused": "refused by the org",
    "replies_published": "published",
    "replies_kept": "theirs kept",
    "replies_deleted": "deleted",
    "replies_stopped": "stopped",
    "replies_waiting": "still queued",
    "replies_unapproved": "waiting for approval",
    "replies_automatic": "queued automatically",
    "replies_left": "left to people",
    "replies_postponed": "waiting for another day",
    "reviews_late": "not answered in time",
    "reviews_tasked": "tasks made",
    "tags_added": "tags added",
    "tags_settled": "settled without a call",
    "tags_stopped": "not added",
    "products_read": "products read",
    "products_created": "created",
    "products_changed": "changed",
    "products_unchanged": "unchanged",
    "products_without_sku": "without SKU",
    "products_incomplete": "incomplete",
    "products_ambiguous": "with the SKU of another",
    "products_refused": "refused",
    "summaries_updated": "updated",
}
"""How each count reads in a sentence; the order is the order of the text."""


def code_of(report: RunReport) -> ExitCode:
    """The exit code that a run ends with; open issues from earlier runs count too."""
    return exit_code(report.failures, issues=report.open_issues)


def as_text(report: RunReport, *, texts: bool = False) -> str:
    """The report as a few lines for a person; with the texts of a dry run for a terminal."""
    lines = [f"Dry run {report.run_id}: nothing was written."] if report.dry_run else []
    for flow in report.flows:
        lines += _flow_lines(flow)
        lines += _action_lines(flow, texts=texts) if report.dry_run else ()
    for name, at in report.complete_through.items():
        lines.append(f"{name}: complete through {at:%Y-%m-%d %H:%M} UTC")
    lines += [_calls_line(report.calls)]
    lines += [_said(report, failure) for failure in report.failures]
    if report.open_issues:
        lines.append(
            f"{report.open_issues} open issue(s): look at Trustpilot Issues in Salesforce."
        )
    code = code_of(report)
    return "\n".join([*lines, f"Exit {code.value}: {MEANINGS[code]}"])


def as_json(report: RunReport) -> str:
    """The report as one line of JSON, the same keys in every run."""
    return as_line(as_document(report))


def as_document(report: RunReport) -> dict[str, Any]:
    """The report as plain values, the same keys in every run."""
    code = code_of(report)
    document: dict[str, Any] = {
        "run_id": report.run_id,
        "exit_code": code.value,
        "outcome": MEANINGS[code],
        "dry_run": report.dry_run,
        "started_at": _text(report.started_at),
        "finished_at": _text(report.finished_at),
        "did_something": report.did_something,
        "flows": {flow.flow: _flow_json(flow) for flow in report.flows},
        "complete_through": {name: _text(at) for name, at in report.complete_through.items()},
        "open_issues": report.open_issues,
        "calls": report.calls,
        "calls_total": _totals(report.calls),
        "failures": [_failure_json(each, _message(report, each)) for each in report.failures],
    }
    if report.dry_run:
        document["actions"] = [
            {"flow": flow.flow, "what": each.what, "record": each.record, **_plain(each.facts)}
            for flow in report.flows
            for each in flow.actions
        ]
    return document


def stopped_as_json(run_id: str, error: ConnectorError) -> str:
    """One line of JSON for a run that could not begin: keys of `as_json`, as far as they apply."""
    code = exit_code([error])
    document = {
        "run_id": run_id,
        "exit_code": code.value,
        "outcome": MEANINGS[code],
        "did_something": False,
        "failures": [_failure_json(error, error.message)],
    }
    return as_line(document)


def _said(report: RunReport, failure: ConnectorError) -> str:
    return _message(report, failure) if isinstance(failure, Stopped) else sentence(failure)


def _message(report: RunReport, failure: ConnectorError) -> str:
    """What went wrong; of a stopped run also how far it came with its invitations."""
    sent, waiting = report.count("invitations_sent"), report.count("invitations_waiting")
    if isinstance(failure, Stopped) and sent + waiting:
        return f"Stopped by {failure.by}: {sent} sent, {waiting} wait for the next run."
    return failure.message


def _failure_json(failure: ConnectorError, message: str) -> dict[str, str]:
    return {
        "kind": type(failure).__name__,
        "message": message,
        "next": failure.next_step,
    }


def _flow_json(flow: FlowReport) -> dict[str, Any]:
    return {
        "counts": dict(flow.counts),
        "issues": len(flow.issues),
        "notes": list(flow.notes),
        "failed": bool(flow.failures),
    }


def _flow_lines(flow: FlowReport) -> Iterator[str]:
    title = flow.flow.replace("_", " ")
    parts = [f"{flow.counts[word]} {text}" for word, text in WORDS.items() if flow.counts.get(word)]
    if parts:
        yield f"{title}: {', '.join(parts)}"
    elif flow.issues:
        yield f"{title}: needs a look"
    elif not flow.failures and not flow.actions:
        yield f"{title}: nothing to do"
    for note in flow.notes:
        yield f"  {note}"


def _action_lines(flow: FlowReport, *, texts: bool) -> Iterator[str]:
    for action in flow.actions:
        facts = ", ".join(f"{name} {value}" for name, value in _plain(action.facts).items())
        yield f"  would {action.what} {action.record}{f' ({facts})' if facts else ''}"
        yield from (f"    {line}" for line in action.shown if texts)


def _calls_line(calls: Mapping[str, Mapping[str, int]]) -> str:
    totals = ", ".join(f"{vendor} {count}" for vendor, count in _totals(calls).items())
    return f"API calls: {totals}"


def _totals(calls: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for part in calls.values():
        for vendor, count in part.items():
            totals[vendor] = totals.get(vendor, 0) + count
    return totals


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _text(value) if isinstance(value, datetime) else value
        for name, value in facts.items()
        if value is not None
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
