"""Reviews in: list what is new since the mark, store what changed, move the mark.

The mark moves only when everything behind it is stored or recorded as an issue. Once a day the
window reaches further back: the re-scan finds edits, replies written at Trustpilot, tag and
visibility changes, and what has disappeared, because lists filter by creation time only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from connector.core.errors import AllowanceExhausted, NotFound, VendorAnswerUnreadable
from connector.core.issues import OpenIssue
from connector.core.plan_reviews import seen_text
from connector.core.reviews import Review, ReviewPage, ReviewType, Unreadable
from connector.core.run_report import FlowReport, Mark
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.disappearances import check_missing
from connector.flows.import_requests import report_import
from connector.flows.matching import rematch
from connector.flows.review_store import (
    FLOW,
    RETRIED,
    WITHOUT_ID,
    store_reviews,
    unreadable_issue,
)
from connector.flows.tally import Tally

STREAMS = {ReviewType.SERVICE: "service_reviews", ReviewType.PRODUCT: "product_reviews"}

_RESCAN = "_rescan"
"""What the name of a stream ends with when its mark tells of the last re-scan."""

BATCH = 10_000
"""Reviews compared and written together: large enough for one bulk job, small enough to hold."""


@dataclass(frozen=True)
class Window:
    """One stretch of time of one kind of review of one business unit; both ends count."""

    unit: Unit
    review_type: ReviewType
    start: datetime
    end: datetime

    @property
    def stream(self) -> str:
        """The name of the stream, as marks and reports spell it."""
        return STREAMS[self.review_type]


@dataclass
class Heard:
    """What listing a window told besides the reviews themselves.

    `seen` are content hashes of what the org now holds from `remember_from` on;
    `ids` are all that were listed, kept only where `keep_ids` asks for it.
    """

    remember_from: datetime
    keep_ids: bool = False
    count: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def note(self, reviews: Iterable[Review], held: Mapping[str, str]) -> None:
        """Take note of one batch; `held` are the hashes of what the org holds of it."""
        for review in reviews:
            self.count += 1
            if review.id in held and review.created_at >= self.remember_from:
                self.seen[review.id] = held[review.id]
            if self.keep_ids:
                self.ids.add(review.id)


def run(context: RunContext) -> FlowReport:
    """Bring every configured business unit's reviews up to date."""
    tally = Tally(FLOW)
    try:
        for unit in context.units:
            failed, before = len(tally.failures), dict(tally.counts)
            for review_type in ReviewType:
                with tally.going_on():
                    _read_stream(context, unit, review_type, tally)
            if unit.import_days and not context.dry_run:
                complete = len(tally.failures) == failed
                with tally.going_on():
                    report_import(context, unit, _since(tally, before), complete=complete)
        _retry_issues(context, tally)
        if any(mark.stream.endswith(_RESCAN) and _known(context, mark) for mark in tally.marks):
            with tally.going_on():
                rematch(context, tally)
    except AllowanceExhausted as stop:
        tally.failures.append(stop)
    if not tally.actions:
        tally.notes.append("No review is new or changed.")
    return tally.report()


def _since(tally: Tally, before: Mapping[str, int]) -> dict[str, int]:
    return {word: number - before.get(word, 0) for word, number in tally.counts.items()}


def read_window(
    context: RunContext,
    window: Window,
    tally: Tally,
    heard: Heard | None = None,
    known: Mapping[str, str] | None = None,
) -> Heard:
    """List a window and store what is new or changed in it; marks are the caller's affair.

    `known` are content hashes that the org is known to hold: those are not asked about.
    """
    heard = heard or Heard(window.end)
    for reviews, unreadable in _batches(_told(context, window)):
        tally.issues += [
            unreadable_issue(item, window.review_type, window.unit) for item in unreadable
        ]
        heard.note(reviews, store_reviews(context, window.unit, reviews, tally, known or {}))
    context.reporter.event(
        "stream_read", stream=window.stream, business_unit=window.unit.id, reviews=heard.count
    )
    return heard


def _read_stream(context: RunContext, unit: Unit, review_type: ReviewType, tally: Tally) -> None:
    # Creation times are Trustpilot's: where its clock is behind the org's, the window ends there.
    end = min(context.now, context.trustpilot.now())
    mark = Mark(STREAMS[review_type], unit.id, end)
    rescan = Mark(f"{STREAMS[review_type]}{_RESCAN}", unit.id, end)
    overlap, before = context.policy.overlap, context.opening.marks.get(mark.key)
    start = before - overlap if before else end - context.policy.first_run
    is_due = before is not None and _is_due(context, rescan)
    if is_due:
        start = min(start, end - context.policy.rescan)
    if unit.import_days:
        start = min(start, end - timedelta(days=unit.import_days))
    window = Window(unit, review_type, start, end)
    heard = Heard(end - overlap, keep_ids=is_due)
    known = {} if is_due else context.opening.seen.get(mark.key, {})
    read_window(context, window, tally, heard, known)
    if is_due:
        check_missing(context, window, heard.ids, tally)
    if is_due or before is None:
        tally.marks.append(rescan)
    tally.marks.append(Mark(mark.stream, unit.id, end, seen_text(heard.seen)))


def _is_due(context: RunContext, rescan: Mark) -> bool:
    """True when the last re-scan is long enough ago; a first import counts as one."""
    last = context.opening.marks.get(rescan.key)
    return last is None or rescan.at - last >= context.policy.rescan_every


def _known(context: RunContext, mark: Mark) -> bool:
    return mark.key in context.opening.marks


def _told(context: RunContext, window: Window) -> Iterator[ReviewPage]:
    """The window's pages, each one told to whoever watches."""
    listed = 0
    for page in _pages(context, window):
        listed += len(page.reviews)
        context.reporter.progress(f"{window.unit.name}: {window.stream}", listed)
        yield page


def _pages(context: RunContext, window: Window) -> Iterator[ReviewPage]:
    unit_id, start = window.unit.id, window.start
    if window.review_type is ReviewType.SERVICE:
        yield from context.trustpilot.service_reviews(unit_id, start, window.end)
        return
    for page in context.trustpilot.product_reviews(unit_id):
        recent = tuple(review for review in page.reviews if review.created_at >= start)
        yield ReviewPage(recent, page.unreadable)
        if _is_past(page, start):
            return


def _is_past(page: ReviewPage, start: datetime) -> bool:
    """True when a list that runs from new to old has left the window.

    Trustpilot documents no order for product reviews: a page in any other order ends nothing.
    """
    times = [review.created_at for review in page.reviews]
    newest_first = all(one >= other for one, other in pairwise(times))
    # A page of one moment (an import of old reviews) tells no order either.
    ordered = len(times) == 1 or times[:1] != times[-1:]
    return newest_first and ordered and bool(times) and times[-1] < start


def _batches(pages: Iterable[ReviewPage]) -> Iterator[tuple[list[Review], list[Unreadable]]]:
    reviews: list[Review] = []
    unreadable: list[Unreadable] = []
    for page in pages:
        reviews += page.reviews
        unreadable += page.unreadable
        if len(reviews) >= BATCH:
            yield reviews, unreadable
            reviews, unreadable = [], []
    if reviews or unreadable:
        yield reviews, unreadable


def _retry_issues(context: RunContext, tally: Tally) -> None:
    """Fetch again, by id, the reviews that an earlier run could not read or store."""
    seen = set(tally.passed) | {issue.key for issue in tally.issues}
    for issue in context.opening.issues.values():
        if issue.dropped or issue.key in seen or issue.code not in RETRIED:
            continue
        unit = next((one for one in context.units if one.id == issue.business_unit_id), None)
        if unit is None or issue.record == WITHOUT_ID:
            continue
        with tally.going_on():
            _retry(context, unit, issue, tally)


def _retry(context: RunContext, unit: Unit, issue: OpenIssue, tally: Tally) -> None:
    review_type = RETRIED[issue.code]
    try:
        review = context.trustpilot.review(review_type, issue.record)
    except NotFound:
        tally.notes.append(f"Review {issue.record} is gone at Trustpilot.")
        tally.passed.append(issue.key)
    except VendorAnswerUnreadable as error:
        still = Unreadable(issue.record, error.message)
        tally.issues.append(unreadable_issue(still, review_type, unit))
    else:
        store_reviews(context, unit, [review], tally, {})
