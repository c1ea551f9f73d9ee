"""What becomes of one reply: it is looked at, decided about, and published or stopped.

It talks to Trustpilot only; what it returns is written by `flow`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from connector.core.mapping.rows import map_review
from connector.core.replies.failures import Deed, failed
from connector.core.replies.plan import ReplyDecision, ReplyStep, Wish, decide_reply
from connector.core.replies.rows import (
    Place,
    Record,
    deleted,
    in_conflict,
    kept,
    published,
    stopped,
)
from connector.core.reviews.comparison import is_edit
from connector.core.run.issues import Issue
from connector.core.terms.errors import (
    ConnectorError,
    NotFound,
    RequestRefused,
)
from connector.core.terms.objects import ReplyStatus
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.reviews import NO_REPLY, Reply, Review
from connector.flows.replies import channels
from connector.flows.replies.channels import Look
from connector.flows.replies.comments import Commented
from connector.flows.replies.wanted import Asked
from connector.flows.run.context import RunContext

FLOW = "replies_out"

_CODES = {
    ReplyStatus.BLOCKED: "reply_blocked",
    ReplyStatus.CONFLICT: "reply_conflict",
    ReplyStatus.EDITED_REVIEW: "reply_edited",
    ReplyStatus.FAILED: "reply_failed",
}
ISSUE_CODES = tuple(_CODES.values())
"""The issues about a reply; all of them are over when it is published or gone."""

_GONE = "The review is gone at Trustpilot."


@dataclass(frozen=True, eq=False)
class Result:
    """What became of one reply: what to write, and the word it counts under.

    `look` and `decision` are filled as far as it came.
    """

    asked: Asked
    counted: str
    record: Record | None = None
    issue: Issue | None = None
    failure: ConnectorError | None = None
    look: Look | None = None
    decision: ReplyDecision | None = None
    wants_a_comment: bool = False

    @property
    def is_edited(self) -> bool:
        """True where the customer edited the review after the reply was written."""
        return self.decision is not None and self.decision.step is ReplyStep.EDITED


@dataclass(frozen=True)
class Results:
    """Makes results; safe to be used by several threads."""

    context: RunContext

    def look_and_act(self, asked: Asked) -> Result:
        """Look at what is live, decide, and do it, all but adding comments; never raises ours."""
        try:
            return self._look_and_act(asked)
        except NotFound:
            return self._stopped(asked, ReplyStatus.FAILED, ReplyDecision(ReplyStep.REFUSE, _GONE))
        except RequestRefused as refused:
            decision = ReplyDecision(ReplyStep.REFUSE, refused.message)
            return self._stopped(asked, ReplyStatus.FAILED, decision)
        except ConnectorError as failure:
            return Result(asked, "replies_waiting", failure=failure)

    def after_comment(self, done: Commented, decision: ReplyDecision | None) -> Result:
        """What a comment that was to be added came to."""
        asked, decided = done.asked, decision or ReplyDecision(ReplyStep.POST)
        if done.seen:
            return self._published(asked, done.seen.live, decided, done.seen.place)
        if done.refusal:
            return self._stopped(asked, ReplyStatus.FAILED, replace(decided, reason=done.refusal))
        if isinstance(done.failure, RequestRefused):
            refused = replace(decided, reason=done.failure.message)
            return self._stopped(asked, ReplyStatus.FAILED, refused)
        if done.outcome is None:
            return Result(asked, "replies_waiting", failure=done.failure)
        place = Place(done.conversation_id)
        return self._after_posting(asked, NO_REPLY, decided, done.outcome, place)

    def _look_and_act(self, asked: Asked) -> Result:
        seen = channels.look(self.context.trustpilot, asked.queued)
        decision = decide_reply(
            asked.queued,
            seen.live,
            is_edited=self._is_edited(asked, seen.review),
            findings=asked.findings,
        )
        if self.context.dry_run:
            return Result(asked, "", look=seen, decision=decision)
        result = self._act(asked, seen, decision)
        return replace(result, look=seen, decision=decision)

    def _act(self, asked: Asked, seen: Look, decision: ReplyDecision) -> Result:
        queued, live = asked.queued, seen.live
        match decision.step:
            case ReplyStep.POST:
                result = self._post(asked, seen, decision)
            case ReplyStep.SETTLE:
                result = self._published(asked, live, decision, seen.place)
            case ReplyStep.DELETE:
                result = self._delete(asked, decision)
            case ReplyStep.GONE:
                result = Result(asked, "replies_deleted", deleted(queued))
            case ReplyStep.KEEP:
                result = Result(asked, "replies_kept", kept(queued, live))
            case ReplyStep.CONFLICT:
                record = in_conflict(queued, live, decision)
                issue = _issue(asked, ReplyStatus.CONFLICT, decision)
                result = Result(asked, "replies_stopped", record, issue)
            case ReplyStep.EDITED:  # storing the review sets the status
                issue = _issue(asked, ReplyStatus.EDITED_REVIEW, decision)
                result = Result(asked, "replies_stopped", None, issue)
            case ReplyStep.BLOCK:
                result = self._stopped(asked, ReplyStatus.BLOCKED, decision, live)
            case ReplyStep.REFUSE:
                result = self._stopped(asked, ReplyStatus.FAILED, decision, live)
        return result

    def _post(self, asked: Asked, seen: Look, decision: ReplyDecision) -> Result:
        if channels.adds_a_comment(asked.queued, seen):
            return Result(asked, "replies_waiting", wants_a_comment=True)
        outcome = channels.publish(self.context.trustpilot, asked.queued, seen, asked.author_id)
        return self._after_posting(asked, seen.live, decision, outcome, seen.place)

    def _is_edited(self, asked: Asked, review: Review) -> bool:
        if asked.queued.wish is not Wish.POST:
            return False
        policy = self.context.policy
        mapped = map_review(policy.mapping(review.type), policy.schema, review)
        return is_edit(mapped.row, asked.row)

    def _after_posting(
        self,
        asked: Asked,
        before: Reply,
        decision: ReplyDecision,
        outcome: SendOutcome,
        place: Place,
    ) -> Result:
        """Where no answer came back, what is live now tells what happened."""
        self._tell(asked, outcome)
        queued, trustpilot = asked.queued, self.context.trustpilot
        if outcome.verdict is Verdict.ACCEPTED:
            return self._published(asked, self._as_posted(asked, before), decision, place)
        if outcome.verdict is Verdict.UNKNOWN:
            # Trustpilot 5.5: the API is asked: the public page is minutes behind.
            live = channels.read_back(trustpilot, queued)
            if live is not None and channels.is_live(queued, live):
                return self._published(asked, live, decision, place)
        if outcome.verdict is Verdict.REFUSED and not _is_about_the_account(asked, outcome):
            refused = replace(decision, reason=_refused("the reply", outcome), told="")
            return self._stopped(asked, ReplyStatus.FAILED, refused)
        # It stays queued: the next run reads what is live before it tries again.
        return Result(asked, "replies_waiting", failure=failed(_deed(asked), outcome))

    def _as_posted(self, asked: Asked, before: Reply) -> Reply:
        """How the text stands at Trustpilot: who wrote it by name, a later re-scan tells."""
        # Trustpilot 5.5: the answer to a reply is empty, so our time and our user stand in for it.
        now = self.context.org.now()
        author_id = asked.author_id or self.context.policy.acting_user_id
        if not before.text:
            return Reply(asked.queued.text, now, author_id=author_id)
        author = before.author if before.author_id == author_id else ""
        return Reply(asked.queued.text, before.created_at, now, author, author_id)

    def _published(
        self, asked: Asked, live: Reply, decision: ReplyDecision, place: Place
    ) -> Result:
        record = published(asked.queued, live, decision, self.context.org.now(), place)
        return Result(asked, "replies_published", record)

    def _delete(self, asked: Asked, decision: ReplyDecision) -> Result:
        outcome = self.context.trustpilot.delete_reply(asked.queued.review_id)
        self._tell(asked, outcome)
        is_gone = outcome.verdict is Verdict.ACCEPTED
        if outcome.verdict is Verdict.UNKNOWN:
            live = channels.read_back(self.context.trustpilot, asked.queued)
            is_gone = live is not None and not live.text.strip()
        if is_gone:
            return Result(asked, "replies_deleted", deleted(asked.queued))
        if outcome.verdict is Verdict.REFUSED and not outcome.refuses_account:
            refused = replace(decision, reason=_refused("to delete the reply", outcome))
            return self._stopped(asked, ReplyStatus.FAILED, refused)
        return Result(asked, "replies_waiting", failure=failed(_deed(asked), outcome))

    def _stopped(
        self, asked: Asked, status: ReplyStatus, decision: ReplyDecision, live: Reply | None = None
    ) -> Result:
        record = stopped(asked.queued, status, decision, live)
        issue = _issue(asked, status, decision)
        return Result(asked, "replies_stopped", record, issue, decision=decision)

    def _tell(self, asked: Asked, outcome: SendOutcome) -> None:
        queued = asked.queued
        self.context.reporter.event("reply", review=queued.review_id, verdict=outcome.verdict.value)


def _is_about_the_account(asked: Asked, outcome: SendOutcome) -> bool:
    """True where every reply would be refused; one in somebody's own name says less."""
    return outcome.refuses_account and not asked.author_id


def _refused(what: str, outcome: SendOutcome) -> str:
    return f"Trustpilot refused {what}. {outcome.words}".strip()


def _deed(asked: Asked) -> Deed:
    review_id = asked.queued.review_id
    return Deed(
        verb="reply",
        rights="Check the plan, trustpilot.acting_user_id and replies.authors, "
        "then type: connector run --only replies_out",
        later="post the replies",
        lost=f"Trustpilot gave no answer to the reply to {review_id}; it stays queued.",
        again="The next run reads what is live before it tries again.",
        method="POST",
        path="reply",
    )


_AGAIN = "set Reply Status to Queued again."
_NEXT_STEPS = {
    ReplyStatus.BLOCKED: f"Open the review in Salesforce, correct the reply, {_AGAIN}",
    ReplyStatus.CONFLICT: "Open the review in Salesforce, compare both replies, choose one.",
    ReplyStatus.EDITED_REVIEW: f"Open the review in Salesforce, read what it says now, {_AGAIN}",
    ReplyStatus.FAILED: f"Open the review in Salesforce, read Reply Error, {_AGAIN}",
}


def _issue(asked: Asked, status: ReplyStatus, decision: ReplyDecision) -> Issue:
    record = asked.queued.record_id
    return Issue(_CODES[status], decision.reason, _NEXT_STEPS[status], FLOW, record)
