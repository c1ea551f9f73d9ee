"""Replies out: publish what agents queued, after comparing it with what is live.

A reply is never posted over words that the agent has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.errors import ConnectorError, NotFound, RequestRefused, VendorError
from connector.core.issues import Issue, issue_key
from connector.core.objects import REVIEW, ReplyStatus
from connector.core.outcomes import Verdict
from connector.core.plan_replies import (
    QueuedReply,
    ReplyDecision,
    ReplyStep,
    conflict_row,
    decide_reply,
    published_row,
    queued_reply,
    stopped_row,
)
from connector.core.records import Condition, Row, Select
from connector.core.run_report import Action, FlowReport
from connector.flows.channels import Channel, Posted, channel_for
from connector.flows.context import RunContext
from connector.flows.tally import Tally

FLOW = "replies_out"


@dataclass(frozen=True)
class _Result:
    """What became of one queued reply: the row to write, and the word it counts under."""

    queued: QueuedReply
    row: dict[str, Any]
    counted: str
    issue: Issue | None = None


def run(context: RunContext) -> FlowReport:
    """Answer every review whose reply is queued, oldest first."""
    tally = Tally(FLOW)
    results: list[_Result] = []
    for row in _not_paused(context, context.opening.queued_replies, tally):
        try:
            result = _answer(context, queued_reply(row), tally)
        except ConnectorError as failure:
            tally.failures.append(failure)
            break
        results += [result] if result else []
    try:
        _write(context, results, tally)
    except ConnectorError as failure:
        tally.failures.append(failure)
    return tally.report()


def _not_paused(context: RunContext, rows: Sequence[Row], tally: Tally) -> list[Row]:
    ready: list[Row] = []
    for row in rows:
        unit = context.unit_of_record(str(row.get("Business_Unit__c") or ""))
        if unit is not None and unit.replies_paused:
            tally.notes.append(f"Replies of {unit.name} are paused on its record in Salesforce.")
        else:
            ready.append(row)
    return ready


def _answer(context: RunContext, queued: QueuedReply, tally: Tally) -> _Result | None:
    channel = channel_for(context.trustpilot, queued)
    try:
        live = channel.live()
    except NotFound:
        return _stopped(queued, ReplyStatus.FAILED, "The review is gone at Trustpilot.")
    decision = decide_reply(queued, live)
    tally.actions.append(Action(f"{decision.step.value} reply", queued.review_id))
    if context.dry_run:
        return None
    if decision.step is ReplyStep.POST:
        return _post(context, queued, channel)
    return _without_posting(context, queued, decision, live)


def _without_posting(
    context: RunContext, queued: QueuedReply, decision: ReplyDecision, live: str
) -> _Result:
    if decision.step is ReplyStep.SETTLE:
        return _Result(queued, published_row(queued, context.org.now()), "replies_published")
    if decision.step is ReplyStep.CONFLICT:
        issue = _issue(queued, "reply_conflict", decision.reason)
        return _Result(
            queued, conflict_row(queued, live, decision.reason), "replies_stopped", issue
        )
    return _stopped(queued, ReplyStatus.BLOCKED, decision.reason)


def _post(context: RunContext, queued: QueuedReply, channel: Channel) -> _Result | None:
    """Post once; where no answer came back, what is live now tells what happened."""
    try:
        posted: Posted = channel.post()
    except RequestRefused as refused:
        return _stopped(queued, ReplyStatus.FAILED, refused.message)
    outcome = posted.outcome
    context.reporter.event("reply", review=queued.review_id, verdict=outcome.verdict.value)
    if outcome.verdict is Verdict.ACCEPTED or (
        outcome.verdict is Verdict.UNKNOWN and _is_live(channel, queued)
    ):
        row = {**published_row(queued, context.org.now()), **posted.fields}
        return _Result(queued, row, "replies_published")
    if outcome.verdict is Verdict.REFUSED:
        words = " ".join(part for part in (outcome.code, outcome.detail) if part)
        return _stopped(queued, ReplyStatus.FAILED, f"Trustpilot refused the reply. {words}")
    # It stays queued: the next run reads what is live before it tries again.
    row = {"Id": queued.record_id, **posted.fields} if posted.fields else {}
    return _Result(queued, row, "replies_waiting")


def _is_live(channel: Channel, queued: QueuedReply) -> bool:
    try:
        return decide_reply(queued, channel.live()).step is ReplyStep.SETTLE
    except VendorError:
        return False


def _write(context: RunContext, results: list[_Result], tally: Tally) -> None:
    """Record what happened, without touching the status of a text changed meanwhile."""
    writes = [result for result in results if result.row]
    if writes:
        changed = _changed_meanwhile(context, writes)
        rows = [
            _without_status(result.row) if result.queued.record_id in changed else result.row
            for result in writes
        ]
        for row, written in zip(rows, context.org.update(REVIEW, rows), strict=True):
            if written.error is not None:
                tally.notes.append(f"Review {row['Id']} was not updated: {written.error.code}.")
    for result in results:
        tally.counts[result.counted] += 1
        if result.issue:
            tally.issues.append(result.issue)
        elif result.counted == "replies_published":
            codes = ("reply_conflict", "reply_failed", "reply_blocked")
            tally.passed += [issue_key(code, result.queued.record_id) for code in codes]


def _changed_meanwhile(context: RunContext, results: list[_Result]) -> set[str]:
    texts = {result.queued.record_id: result.queued.text for result in results}
    select = Select(
        REVIEW,
        ("Id", "Reply__c", "Reply_Status__c"),
        (Condition("Id", "in", tuple(texts)),),
    )
    (answer,) = context.org.read([select])
    return {
        str(row["Id"])
        for row in answer.rows
        if (row.get("Reply__c") or "") != texts[str(row["Id"])]
        or row.get("Reply_Status__c") != ReplyStatus.QUEUED.value
    }


def _without_status(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "Reply_Status__c"}


def _stopped(queued: QueuedReply, status: ReplyStatus, reason: str) -> _Result:
    issue = _issue(queued, f"reply_{status.value.lower()}", reason)
    return _Result(queued, stopped_row(queued, status, reason), "replies_stopped", issue)


def _issue(queued: QueuedReply, code: str, reason: str) -> Issue:
    return Issue(
        code,
        reason,
        "Open the review in Salesforce, correct the reply, set Reply Status to Queued again.",
        FLOW,
        queued.record_id,
    )
