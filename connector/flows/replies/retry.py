"""Queues replies once more that Trustpilot or a check refused, for somebody who mended the cause.

It posts nothing: the next run looks at each as at every queued reply.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.core.policy import RunPolicy
from connector.core.run.shown import Told
from connector.core.terms.objects import REVIEW, ReplyStatus
from connector.core.terms.records import Condition, Row, Select
from connector.flows.ports import Org
from connector.flows.replies.look import NAMES
from connector.flows.run.opening import refuse_other_org

RETRIED = (ReplyStatus.FAILED.value, ReplyStatus.BLOCKED.value)
"""Where trying again is worth something: the text is the same, the cause may be gone."""

_FIELDS = ("Id", "Reply_Status__c", "Deleted__c", *NAMES.keys)
_NEXT = {
    ReplyStatus.CONFLICT.value: "Open the review in Salesforce and set Conflict Choice.",
    ReplyStatus.EDITED_REVIEW.value: "Open the review in Salesforce, read it, then post again.",
}
_USUAL_NEXT = "Look: connector replies show {record}"
_QUEUED = (ReplyStatus.QUEUED.value, ReplyStatus.APPROVED.value)


def retry(org: Org, policy: RunPolicy, words: Sequence[str], *, dry_run: bool) -> list[Told]:
    """Set these replies to `Queued`, all that were refused where none is named; tell of each."""
    refuse_other_org(org, policy)
    rows, unclear = _chosen(org, words)
    told = [_decide(row) for row in rows]
    ready = [each.record for each in told if not each.refused and each.before != each.after]
    refused: dict[str, str] = {}
    if ready and not dry_run:
        queued = ReplyStatus.QUEUED.value
        results = org.update(REVIEW, [{"Id": name, "Reply_Status__c": queued} for name in ready])
        refused = {
            name: result.error.code
            for name, result in zip(ready, results, strict=True)
            if result.error is not None
        }
    return [*(_as_written(each, refused) for each in told), *unclear]


def _chosen(org: Org, words: Sequence[str]) -> tuple[list[Row], list[Told]]:
    if not words:
        is_refused = Condition("Reply_Status__c", "in", RETRIED)
        (answer,) = org.read([Select(REVIEW, _FIELDS, (is_refused,), order_by=("CreatedDate",))])
        return list(answer.rows), []
    rows = NAMES.find(org, list(dict.fromkeys(words)), _FIELDS)
    unclear = [
        Told(
            "",
            "",
            "",
            f"No review is known by what stands in place {place}.",
            "Look: connector replies list",
        )
        for place, word in enumerate(words, start=1)
        if not any(NAMES.fit(row, word) for row in rows)
    ]
    return rows, unclear


def _decide(row: Row) -> Told:
    record, status = str(row["Id"]), str(row.get("Reply_Status__c") or "")
    if status in RETRIED:
        return Told(record, status, ReplyStatus.QUEUED.value)
    if status in _QUEUED:
        return Told(record, status, status)
    sentence = f"Its status is {status}." if status else "It has no reply."
    return Told(
        record, status, status, sentence, _NEXT.get(status, _USUAL_NEXT.format(record=record))
    )


def _as_written(told: Told, refused: dict[str, str]) -> Told:
    if told.record not in refused:
        return told
    sentence = f"The org refused it: {refused[told.record]}."
    next_step = "Correct the record or the org's validation."
    return Told(told.record, told.before, told.before, sentence, next_step)
