"""Replies out: publish what agents queued, after comparing it with what is live.

A reply is never posted over words that the agent has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from connector.core.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    NotFound,
    RequestRefused,
    VendorError,
    VendorUnreachable,
)
from connector.core.issues import Issue, issue_key
from connector.core.objects import REVIEW, ReplyStatus
from connector.core.outcomes import SendOutcome, Verdict
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
from connector.flows.channels import Channel, channel_for
from connector.flows.context import RunContext
from connector.flows.tally import Tally

FLOW = "replies_out"
PATIENCE = 3
"""After so many failures the vendor is to blame, and the remaining replies wait."""

_ACCOUNT_REFUSALS = frozenset({401, 403})
_ALLOWANCE = 429


@dataclass(frozen=True)
class _Result:
    """What became of one queued reply: the row to write, and the word it counts under."""

    queued: QueuedReply
    row: dict[str, Any]
    counted: str
    issue: Issue | None = None
    failure: ConnectorError | None = None


def run(context: RunContext) -> FlowReport:
    """Answer every review whose reply is queued, oldest first."""
    tally = Tally(FLOW)
    results: list[_Result] = []
    for row in _not_paused(context, context.opening.queued_replies, tally):
        queued = queued_reply(row)
        try:
            result = _answer(context, queued, tally)
        except ConnectorError as failure:
            result = _Result(queued, {}, "replies_waiting", failure=failure)
        if result is not None:
            results.append(result)
            tally.failures += [result.failure] if result.failure else []
        if _give_up(tally.failures):
            break
    try:
        _write(context, results, tally)
    except ConnectorError as failure:
        tally.failures.append(failure)
    return tally.report()


def _give_up(failures: Sequence[ConnectorError]) -> bool:
    """True when the others would fail too: one odd review must not keep them from an answer."""
    return len(failures) >= PATIENCE or any(
        not isinstance(failure, VendorError) for failure in failures
    )


def _not_paused(context: RunContext, rows: Sequence[Row], tally: Tally) -> list[Row]:
    ready: list[Row] = []
    for row in rows:
        unit = context.unit_of_record(str(row.get("Business_Unit__c") or ""))
        if unit is None:
            tally.notes.append("Replies wait: their business unit is not in the configuration.")
        elif unit.replies_paused:
            tally.notes.append(f"Replies of {unit.name} are paused on its record in Salesforce.")
        else:
            ready.append(row)
    return ready


def _answer(context: RunContext, queued: QueuedReply, tally: Tally) -> _Result | None:
    channel = channel_for(context, queued)
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
        posted = channel.post()
    except RequestRefused as refused:
        return _stopped(queued, ReplyStatus.FAILED, refused.message)
    if posted is None:
        return _Result(queued, {}, "replies_waiting")
    outcome = posted.outcome
    context.reporter.event("reply", review=queued.review_id, verdict=outcome.verdict.value)
    if outcome.verdict is Verdict.ACCEPTED or (
        outcome.verdict is Verdict.UNKNOWN and _is_live(channel, queued)
    ):
        row = {**published_row(queued, context.org.now()), **posted.fields}
        return _Result(queued, row, "replies_published")
    if outcome.verdict is Verdict.REFUSED and outcome.status not in _ACCOUNT_REFUSALS:
        words = " ".join(part for part in (outcome.code, outcome.detail) if part)
        return _stopped(queued, ReplyStatus.FAILED, f"Trustpilot refused the reply. {words}")
    # It stays queued: the next run reads what is live before it tries again.
    row = {"Id": queued.record_id, **posted.fields} if posted.fields else {}
    return _Result(queued, row, "replies_waiting", failure=_failure(queued, outcome))


def _failure(queued: QueuedReply, outcome: SendOutcome) -> ConnectorError:
    """What kept a reply from being posted, although nothing is wrong with the reply."""
    if outcome.status in _ACCOUNT_REFUSALS:
        return AccessDenied(
            "Trustpilot",
            f"Trustpilot does not let this account reply ({outcome.code or outcome.status}).",
            next_step="Check the plan and trustpilot.acting_user_id, "
            "then type: connector run --only replies_out",
        )
    if outcome.status == _ALLOWANCE:
        return AllowanceExhausted("Trustpilot", "Trustpilot asked to post the replies later.")
    return VendorUnreachable(
        f"Trustpilot gave no answer to the reply to {queued.review_id}; it stays queued.",
        CallFacts("Trustpilot", "POST", "reply", outcome.status),
        maybe_processed=outcome.verdict is Verdict.UNKNOWN,
        next_step="The next run reads what is live before it tries again.",
    )


def _is_live(channel: Channel, queued: QueuedReply) -> bool:
    try:
        return decide_reply(queued, channel.live()).step is ReplyStep.SETTLE
    except VendorError:
        return False


def _write(context: RunContext, results: list[_Result], tally: Tally) -> None:
    """Record what happened, without touching the status of a text changed meanwhile."""
    changed = _changed_meanwhile(context, [result for result in results if result.row])
    still = [_as_far_as_true(result, changed) for result in results]
    rows = [result.row for result in still if result.row]
    written = context.org.update(REVIEW, rows) if rows else []
    for row, outcome in zip(rows, written, strict=True):
        if outcome.error is not None:
            tally.notes.append(f"Review {row['Id']} was not updated: {outcome.error.code}.")
    for result in still:
        tally.counts[result.counted] += 1
        if result.issue:
            tally.issues.append(result.issue)
        elif result.counted == "replies_published":
            codes = ("reply_conflict", "reply_failed", "reply_blocked")
            tally.passed += [issue_key(code, result.queued.record_id) for code in codes]


def _as_far_as_true(result: _Result, changed: set[str]) -> _Result:
    """What may be recorded where the agent wrote something else meanwhile.

    What is public now is a fact. A conflict is about a text that is gone, and recording the live
    words as known would let the new text overwrite them unseen.
    """
    if result.queued.record_id not in changed:
        return result
    if result.counted == "replies_published":
        return replace(result, row=_without_status(result.row))
    return _Result(result.queued, {}, "replies_waiting")


def _changed_meanwhile(context: RunContext, results: list[_Result]) -> set[str]:
    if not results:
        return set()
    texts = {result.queued.record_id: result.queued.text for result in results}
    select = Select(
        REVIEW,
        ("Id", "Reply__c", "Reply_Status__c"),
        (Condition("Id", "in", tuple(texts)),),
    )
    (answer,) = context.org.read([select])
    unchanged = {
        str(row["Id"])
        for row in answer.rows
        if (row.get("Reply__c") or "") == texts[str(row["Id"])]
        and row.get("Reply_Status__c") == ReplyStatus.QUEUED.value
    }
    return texts.keys() - unchanged  # a record that was erased meanwhile is changed too


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
