"""Replies out: publish, edit and delete what agents ask for, after comparing it with what is live.

A reply is never posted over words that the agent has not seen. What becomes of each is written
at the end; a run that is killed before finds it live.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.core.replies.plan import ReplyStep
from connector.core.replies.rows import row_to_write
from connector.core.reviews.live_replies import difference
from connector.core.run.issues import issue_key
from connector.core.run.report import Action, FlowReport
from connector.core.terms.errors import ConnectorError, VendorError
from connector.core.terms.objects import REVIEW
from connector.core.terms.reviews import ReviewPage
from connector.flows.replies.automatic import queue_automatic
from connector.flows.replies.comments import add_comments
from connector.flows.replies.results import ISSUE_CODES, Result, Results
from connector.flows.replies.service_level import judge_responses
from connector.flows.replies.wanted import Asked, asked_replies
from connector.flows.reviews.listing import Listing
from connector.flows.reviews.reply_states import current_states
from connector.flows.reviews.store import ReviewStore
from connector.flows.run.abreast import abreast
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

FLOW = "replies_out"
PATIENCE = 3
"""After so many failures the vendor is to blame, and the remaining replies wait."""


def run(context: RunContext) -> FlowReport:
    """Do what agents ask for, oldest wish first."""
    tally = Tally(FLOW)
    with tally.until_allowance():
        with tally.going_on():
            judge_responses(context, tally)
            queue_automatic(context, tally)
        with tally.going_on():
            asked = asked_replies(context, tally)
            results = _work(context, asked, tally)
            if not context.dry_run:
                _store_edited(context, results, tally)
                _write(context, results, tally)
    return tally.report()


def _work(context: RunContext, asked: Sequence[Asked], tally: Tally) -> list[Result]:
    """Look at each reply, decide, and act; comments come last, by rights of their own."""
    makes = Results(context)
    done: list[Result] = []

    def may_begin() -> bool:
        return not _give_up(tally.failures)

    def note(result: Result) -> None:
        done.append(result)
        tally.failures += [result.failure] if result.failure else []

    # What is given up on is found live, or not, by the next run.
    over = context.stopping.is_over
    for _, result in abreast(makes.look_and_act, asked, may_begin, is_over=over):
        note(result)
    tally.actions += [_action(result) for result in _in_order(asked, done) if result.decision]
    comments = [(each.asked, each.look) for each in _in_order(asked, done) if each.wants_a_comment]
    if comments and not context.dry_run:
        seen = [(one, look) for one, look in comments if look is not None]
        decisions = {each.asked: each.decision for each in done}
        done[:] = [each for each in done if not each.wants_a_comment]
        with tally.until_allowance(), tally.going_on():
            for commented in add_comments(context, seen, may_begin):
                note(makes.after_comment(commented, decisions[commented.asked]))
    return done


def _in_order(asked: Sequence[Asked], results: Iterable[Result]) -> list[Result]:
    places = {each: place for place, each in enumerate(asked)}
    return sorted(results, key=lambda result: places[result.asked])


def _action(result: Result) -> Action:
    queued, decision = result.asked.queued, result.decision
    step = decision.step if decision else ReplyStep.POST
    live = result.look.live.text if result.look else ""
    wanted = "" if step in (ReplyStep.DELETE, ReplyStep.KEEP) else queued.text
    shown = () if step in (ReplyStep.KEEP, ReplyStep.GONE) else difference(live, wanted)
    return Action(f"{step.value} reply", queued.review_id, shown=shown)


def _give_up(failures: Sequence[ConnectorError]) -> bool:
    """True when the others would fail too: one odd review must not keep them from an answer."""
    return len(failures) >= PATIENCE or any(
        not isinstance(failure, VendorError) for failure in failures
    )


def _store_edited(context: RunContext, results: Iterable[Result], tally: Tally) -> None:
    """Store reviews that their customers edited: the agent is to see the new words.

    With them the status becomes `Edited Review`; a reply whose review cannot be stored stays
    queued, and waits.
    """
    store = ReviewStore(context, tally)
    for result in results:
        if result.is_edited and result.look:
            review = result.look.review
            listing = Listing(result.asked.unit, review.type, context.now, context.now)
            store.take(listing, ReviewPage((review,)))
    with tally.going_on():
        store.flush()


def _write(context: RunContext, results: Sequence[Result], tally: Tally) -> None:
    """Record what happened, without touching the status of a text changed meanwhile."""
    records = {each.asked.queued.record_id: each.record for each in results if each.record}
    states = current_states(context, records)
    rows = [row_to_write(record, states.get(name)) for name, record in records.items()]
    rows = [row for row in rows if len(row) > 1]
    written = context.org.update(REVIEW, rows) if rows else []
    for row, outcome in zip(rows, written, strict=True):
        if outcome.error is not None:
            tally.notes.append(f"Review {row['Id']} was not updated: {outcome.error.code}.")
    as_told = {str(row["Id"]) for row in rows if "Reply_Status__c" in row}
    for result in results:
        _count(result, tally, is_told=result.asked.queued.record_id in as_told)


def _count(result: Result, tally: Tally, *, is_told: bool) -> None:
    """Count what became of a reply; what an agent changed meanwhile is no trouble any more."""
    record = result.asked.queued.record_id
    if result.issue and not is_told and not result.is_edited:
        tally.counts["replies_waiting"] += 1
        return
    tally.counts[result.counted] += 1
    if result.issue:
        tally.issues.append(result.issue)
    elif result.counted in ("replies_published", "replies_deleted", "replies_kept"):
        tally.passed += [issue_key(code, record) for code in ISSUE_CODES]
