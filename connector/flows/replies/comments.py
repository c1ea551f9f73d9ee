"""Adds comments to product reviews: each by a right, which only one run can take.

A second comment cannot be taken back (Trustpilot 6.2). So the right is an insert on a unique key
in the org, and a right that may have been used is followed by another one only after what is live
was read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.core.replies.comment_rights import (
    COMMENT_TRIES,
    comment_right_is_spent,
    comment_right_key,
    comment_right_row,
)
from connector.core.terms.attempts import ATTEMPT_FIELDS, LONGEST_SEND, outcome_row
from connector.core.terms.errors import ConnectorError, NotFound, VendorUnreachable
from connector.core.terms.objects import SEND_ATTEMPT
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.records import TAKEN, Condition, Row, RowResult, Select
from connector.flows.replies.channels import Look, is_live, look
from connector.flows.replies.wanted import Asked
from connector.flows.run.abreast import abreast
from connector.flows.run.context import RunContext

AT_ONCE = 100
"""Comments whose rights are taken together; so many calls fit the time that a right lasts."""

_CALLS_EACH = 3
_USUAL_TRIES = 2
_LONGEST_CALL = timedelta(minutes=2)
_TRIED_TOO_OFTEN = (
    f"It was tried {len(COMMENT_TRIES)} times without an answer: answer this review at Trustpilot."
)


@dataclass(frozen=True, eq=False)
class Commented:
    """What became of one comment: what Trustpilot said, or why nothing was sent.

    `seen` is filled where the text turned out to be live already; `refusal` is a sentence where
    trying again would not help; with none of them the comment waits, maybe for another run.
    """

    asked: Asked
    outcome: SendOutcome | None = None
    conversation_id: str = ""
    seen: Look | None = None
    refusal: str = ""
    failure: ConnectorError | None = None


@dataclass(frozen=True, eq=False)
class _Right:
    """A right of ours: the record of the attempt, and whether others were tried before."""

    asked: Asked
    attempt_id: str
    is_first: bool


def add_comments(
    context: RunContext, asked: Sequence[tuple[Asked, Look]], may_begin: Callable[[], bool]
) -> Iterator[Commented]:
    """Yield what became of each comment that this run gets the right to add; the others wait.

    Raises what keeps the org from giving rights or from keeping outcomes, after the comments.
    """
    for start in range(0, len(asked), AT_ONCE):
        batch = asked[start : start + AT_ONCE]
        if not may_begin():
            return
        # Before a right is taken, so that none grows old while it waits for a turn.
        context.trustpilot.prepare_to_send(_CALLS_EACH * len(batch))
        rights, others = _take_rights(context, [each for each, _ in batch])
        yield from others
        yield from _comment_all(context, rights, dict(batch), may_begin)


def _comment_all(
    context: RunContext,
    rights: Sequence[_Right],
    looks: Mapping[Asked, Look],
    may_begin: Callable[[], bool],
) -> Iterator[Commented]:
    until = context.org.now() + LONGEST_SEND - _LONGEST_CALL

    def work(right: _Right) -> Commented:
        return _comment(context, right, looks[right.asked])

    def in_time() -> bool:
        return may_begin() and context.org.now() < until

    done: dict[_Right, Commented] = {}
    for right, commented in abreast(work, rights, in_time):
        done[right] = commented
        yield commented
    if rights:
        rows = [_attempt_row(context, right, done.get(right)) for right in rights]
        context.org.update(SEND_ATTEMPT, rows)


def _comment(context: RunContext, right: _Right, seen: Look) -> Commented:
    """Add the comment, opening the conversation where there is none; called once for a right."""
    asked, trustpilot = right.asked, context.trustpilot
    try:
        if not right.is_first:
            # A right that is spent may have been used since we looked at what is live.
            seen = look(trustpilot, asked.queued)
            if is_live(asked.queued, seen.live):
                return Commented(asked, seen=seen)
            if seen.live.text:
                return Commented(asked)
        conversation_id = seen.review.conversation_id or ""
        if not conversation_id:
            # Trustpilot 6.2: uncertain: what happens where there is one already.
            conversation_id = trustpilot.open_conversation(asked.queued.review_id)
        outcome = trustpilot.comment(conversation_id, asked.queued.text, asked.author_id)
    except NotFound:
        return Commented(asked, refusal="The review is gone at Trustpilot.")
    except ConnectorError as failure:  # whatever is raised here, no comment was added
        return Commented(asked, failure=failure)
    return Commented(asked, outcome, conversation_id)


def _take_rights(
    context: RunContext, asked: Sequence[Asked]
) -> tuple[list[_Right], list[Commented]]:
    """The rights that are ours, and what becomes of those that are not."""
    tries = _tries_of(context, asked)
    wanted: list[tuple[Asked, Row]] = []
    others: list[Commented] = []
    for each in asked:
        before = tries[each.queued.review_id]
        if len(before) >= len(COMMENT_TRIES):
            others.append(Commented(each, refusal=_TRIED_TOO_OFTEN))
        elif all(comment_right_is_spent(row, context.org.now()) for row in before):
            number = len(before) + 1
            wanted.append((each, _right_row(context, each, number)))
        else:
            others.append(Commented(each))
    rights: list[_Right] = []
    for (each, _), (attempt_id, refusal) in zip(wanted, _insert(context, wanted), strict=True):
        if attempt_id:
            is_first = not tries[each.queued.review_id]
            rights.append(_Right(each, attempt_id, is_first))
        else:
            others.append(Commented(each, refusal=refusal))
    return rights, others


def _right_row(context: RunContext, asked: Asked, number: int) -> dict[str, Any]:
    return comment_right_row(asked.queued.review_id, number, context.org.now(), context.run_id)


def _insert(context: RunContext, wanted: Sequence[tuple[Asked, Row]]) -> list[tuple[str, str]]:
    """For each row the id of our right, or why there is none; no reason where another run has it.

    Where no answer came back, the org's rows tell what became of them.
    """
    rows = [row for _, row in wanted]
    if not rows:
        return []
    try:
        results = context.org.insert(SEND_ATTEMPT, rows)
    except VendorUnreachable as lost:
        if not lost.maybe_processed:
            raise
        results = [RowResult() for _ in rows]
    missed = [row for row, result in zip(rows, results, strict=True) if not result.id]
    ours = {
        str(row["Attempt_Key__c"]): str(row["Id"])
        for row in _attempts(context, [str(row["Attempt_Key__c"]) for row in missed])
        if row.get("Run_Id__c") == context.run_id
    }
    return [
        (result.id or ours.get(str(row["Attempt_Key__c"]), ""), _refusal(result))
        for row, result in zip(rows, results, strict=True)
    ]


def _refusal(result: RowResult) -> str:
    # Salesforce 4.8: the key of a right is unique: another run has it.
    if result.error is None or result.error.code == TAKEN:
        return ""
    return f"The org refuses the right to comment: {result.error.code}."


def _tries_of(context: RunContext, asked: Sequence[Asked]) -> dict[str, list[Row]]:
    """All tries to comment on these reviews, by review id: few have been tried more than once."""
    names = [each.queued.review_id for each in asked]
    tries = _tries(context, names, COMMENT_TRIES[:_USUAL_TRIES])
    often = [name for name in names if len(tries[name]) == _USUAL_TRIES]
    for name, rows in _tries(context, often, COMMENT_TRIES[_USUAL_TRIES:]).items():
        tries[name] += rows
    return tries


def _tries(
    context: RunContext, review_ids: Iterable[str], numbers: Iterable[int]
) -> dict[str, list[Row]]:
    numbers = tuple(numbers)
    keys = {comment_right_key(name, each): name for name in review_ids for each in numbers}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in _attempts(context, list(keys)):
        found[keys[str(row["Attempt_Key__c"])]].append(row)
    return found


def _attempts(context: RunContext, keys: Sequence[str]) -> tuple[Row, ...]:
    if not keys:
        return ()
    where = (Condition("Attempt_Key__c", "in", tuple(keys)),)
    (answer,) = context.org.read([Select(SEND_ATTEMPT, ATTEMPT_FIELDS, where)])
    return answer.rows


def _attempt_row(context: RunContext, right: _Right, done: Commented | None) -> dict[str, Any]:
    """What is recorded on the attempt; where nothing was sent the right is given back."""
    outcome = (done and done.outcome) or SendOutcome(Verdict.TRY_LATER)
    return outcome_row(right.attempt_id, outcome, context.org.now())
