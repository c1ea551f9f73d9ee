"""Works off due invitations in batches: first the allowance, then look, right and call.

What is sent and made here is decided in the core; this module puts it in order, so that nothing
goes out on a look that is older than `LOOK_HOLDS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.invitations.desk import is_found_sent
from connector.core.invitations.kinds import HELD_AHEAD, AskedFor
from connector.core.invitations.reach import HELD_BY_CANARY
from connector.core.invitations.recipients import Person
from connector.core.invitations.requests import is_request
from connector.core.invitations.sending.batches import (
    MOST_AT_ONCE,
    MOST_LOOKS,
    Line,
    Turn,
    in_turn,
    next_batch,
    turn_of,
)
from connector.core.invitations.sending.due import DueInvitation, Stop, Wait, stop_row
from connector.core.invitations.sending.second_look import (
    PAUSED,
    RECIPIENT_CHANGED,
    Again,
    switched_off,
)
from connector.core.invitations.sending.sends import Ready, what_to_ask
from connector.core.products.bought import NO_PRODUCTS
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.errors import Stopped
from connector.core.terms.objects import INVITATION, InvitationStatus
from connector.core.terms.records import Row, RowError
from connector.core.terms.units import Unit
from connector.flows.invitations.claims import FLOW
from connector.flows.invitations.requests import take_up_requests
from connector.flows.invitations.sending.found_sent import record_found_sent
from connector.flows.invitations.sending.links import make_links
from connector.flows.invitations.sending.look import Look, Looked, look_at
from connector.flows.invitations.sending.mails import send_emails, send_time
from connector.flows.invitations.sending.rights import settle_begun
from connector.flows.invitations.sending.templates import InvitationTemplates
from connector.flows.invitations.waits import CANARY_HELD, note_go, note_wait
from connector.flows.products.bought import Lines
from connector.flows.run.context import RunContext
from connector.flows.run.opening import MOST_DUE_AT_ONCE, due_after
from connector.flows.run.tally import Tally

MOST_DUE_IN_A_RUN = 10_000
"""What Trustpilot's rate lets through in an hour; a longer backlog takes several runs."""

CHANGES_ALL_THE_TIME = Wait("Invitations wait: whom their record names changes all the time.")
"""What is said of an invitation that had as many looks as a run takes."""

_COUNTED = {
    InvitationStatus.CANCELLED: "invitations_cancelled",
    InvitationStatus.SKIPPED: "invitations_skipped",
    InvitationStatus.ON_HOLD: "invitations_held",
}


@dataclass(frozen=True)
class _Work:
    """What a batch comes to: stops, links to make, e-mails to send, and turns for another look."""

    stops: list[tuple[DueInvitation, Stop]] = field(default_factory=list)
    links: list[Ready] = field(default_factory=list)
    emails: list[Ready] = field(default_factory=list)
    again: list[Turn] = field(default_factory=list)


def work_off(context: RunContext, claimed: Sequence[Row], tally: Tally) -> None:
    """Bring what is due to its end: sent, link ready, stopped, or left with a note.

    It begins with what the opening read, requests of agents and Flows among it, and with what
    this run `claimed`. Further pages are read only where the opening's was full.
    """
    queue, seen = _Queue(context, tally), set[str]()
    page = context.opening.invitations
    fresh = [*page, *claimed]
    while fresh:
        queue.work_off(_due_of(context, fresh, tally))
        seen.update(str(row["Id"]) for row in fresh if "Id" in row)
        if len(page) < MOST_DUE_AT_ONCE or len(seen) >= MOST_DUE_IN_A_RUN:
            break
        page = _next_page(context, page[-1])
        fresh = [row for row in page if row["Id"] not in seen]


def _next_page(context: RunContext, last: Row) -> tuple[Row, ...]:
    """The page after this row, oldest first; nothing is read twice however many wait."""
    due = DueInvitation(last)
    if due.due_at is None:
        return ()
    answers = context.org.read(due_after(context.now, due.due_at, due.id))
    return tuple(row for answer in answers for row in answer.rows)[:MOST_DUE_AT_ONCE]


def _due_of(context: RunContext, rows: Sequence[Row], tally: Tally) -> list[DueInvitation]:
    """What of these rows is due now, and of the requests among them, which are taken up first.

    What a person found sent is recorded, and never due again.
    """
    with tally.going_on():
        record_found_sent(context, [row for row in rows if is_found_sent(row)], tally)
    taken_up: list[Row] = []
    with tally.going_on():
        taken_up += take_up_requests(context, [row for row in rows if is_request(row)], tally)
    claims = [DueInvitation(row) for row in (*rows, *taken_up) if _waits(row)]
    return [due for due in claims if _is_due(due, context)]


def _waits(row: Row) -> bool:
    return not is_request(row) and not is_found_sent(row)


def _is_due(due: DueInvitation, context: RunContext) -> bool:
    until = context.now + HELD_AHEAD if due.is_held_by_trustpilot else context.now
    is_skipped = due.text("Status__c") == InvitationStatus.SKIPPED.value
    return not is_skipped and due.due_at is not None and due.due_at <= until


class _Queue:
    """The due invitations of a run, the oldest first; what becomes of one counts for the next."""

    def __init__(self, context: RunContext, tally: Tally) -> None:
        self._context = context
        self._tally = tally
        self._templates = InvitationTemplates(context)
        self._line = Line()
        self._rules = {rule.name: rule for rule in context.policy.rules}
        self._judged: set[str] = set()
        self._unwritable: dict[str, RowError] = {}
        self._held: dict[str, Wait] = {}
        self._looked_at = self._line.most

    def work_off(self, due: Iterable[DueInvitation]) -> None:
        """Take them batch by batch until none is left.

        Raises what stops all sending (allowance, account rights) after everything is recorded.
        """
        turns = (turn_of(each, spaced=self._is_spaced(each)) for each in due)
        waiting = in_turn(self._worth_a_look(turns))
        total = len(waiting)
        while waiting:
            with self._waiting_when_stopped(waiting):
                self._context.heed_stop()
                batch = self._next(waiting)
            self._judged.update(turn.due.id for turn in batch)
            taken = {turn.due.id for turn in batch}
            rest = [turn for turn in waiting if turn.due.id not in taken]
            with self._waiting_when_stopped(rest):
                again = self._bring(batch)
            waiting = in_turn(self._worth_a_look([*rest, *again]))
            self._judged.difference_update(turn.due.id for turn in again)
            self._context.reporter.progress("invitations", total - len(waiting), total)

    @contextmanager
    def _waiting_when_stopped(self, left: Sequence[Turn]) -> Iterator[None]:
        """Count what a stopped run leaves to the next one."""
        try:
            yield
        except Stopped:
            self._tally.counts["invitations_waiting"] += len(left)
            raise

    def _worth_a_look(self, turns: Iterable[Turn]) -> Iterator[Turn]:
        """Leave out what has to wait whatever a look would say; a long pause must cost no calls."""
        for turn in turns:
            wait = self._known_wait(turn.due)
            if wait is None:
                yield turn
            else:
                note_wait(wait, turn.due.text("Rule__c"), self._tally)

    def _known_wait(self, due: DueInvitation) -> Wait | None:
        name, unit = due.text("Rule__c"), unit_of(self._context, due)
        rule = self._rules.get(name)
        if name and (rule is None or not rule.enabled):
            return switched_off(name)
        if isinstance(unit, Wait):
            return unit
        return PAUSED if unit.invitations_paused else self._held.get(name)

    def _is_spaced(self, due: DueInvitation) -> bool:
        rule = self._rules.get(due.text("Rule__c"))
        return bool(rule.cooldown if rule is not None else self._context.policy.cooldown)

    def _next(self, waiting: Sequence[Turn]) -> tuple[Turn, ...]:
        """The next batch, when Trustpilot has room for it: waiting is over before the look."""
        first = waiting[0].due
        if self._context.dry_run:
            return next_batch(waiting, MOST_AT_ONCE)
        batch = next_batch(waiting, MOST_AT_ONCE if first.is_link else self._looked_at)
        for turn in batch:
            unit = self._context.unit_of_record(turn.due.text("Business_Unit__c"))
            if unit is not None:
                self._templates.prepare(turn.due, unit)
        if first.is_own_link:
            return batch
        return batch[: self._context.trustpilot.prepare_to_send(len(batch))]

    def _bring(self, batch: Sequence[Turn]) -> list[Turn]:
        """Look, and do what the look says; return what needs another look."""
        context, tally = self._context, self._tally
        look = look_at(context, batch, self._judged)
        work = _Work()
        for each in look.found:
            ready = self._ready(each, look.lines)
            if isinstance(ready, Again):
                self._look_again(each, ready, work)
            else:
                _sort(context, each, ready, work, tally)
            if isinstance(ready, Wait) and ready.code:
                self._held[each.due.text("Rule__c")] = ready
        if context.dry_run:
            return work.again
        turns = {turn.due.id: turn for turn in batch}
        # No more rights than the line is good for, however many were looked at.
        later = [turns[each.due.id] for each in work.emails[self._line.most :]]
        del work.emails[self._line.most :]
        sends = bool(work.emails)
        left = self._do(work, look, batch)
        grown = min(self._looked_at * 5, MOST_AT_ONCE)
        self._looked_at = self._line.most if sends else grown
        return [*work.again, *later, *left]

    def _look_again(self, looked: Looked, again: Again, work: _Work) -> None:
        if looked.turn.looks + 1 < MOST_LOOKS:
            work.again.append(looked.turn.again(again.known))
        else:
            note_wait(CHANGES_ALL_THE_TIME, looked.due.text("Rule__c"), self._tally)

    def _ready(self, looked: Looked, lines: Lines) -> Ready | Wait | Stop | Again:
        if isinstance(looked.decision, Again):
            return looked.decision
        decision = with_products(looked, looked.decision, lines)
        ready = (
            decision
            if isinstance(decision, Wait | Stop)
            else _ready(self._context, looked, decision)
        )
        if not isinstance(ready, Ready):
            return ready
        found = self._templates.find(ready.due, ready.unit, self._tally)
        return found if isinstance(found, Wait) else replace(ready, template_id=found)

    def _do(self, work: _Work, look: Look, batch: Sequence[Turn]) -> list[Turn]:
        """Stop, make links, send; return those that found no time before the look grew old."""
        context, tally = self._context, self._tally
        begun = settle_begun(context, [due for due, _ in work.stops if not due.is_link], tally)
        stops = [stop_row(due, stop) for due, stop in work.stops if due.id not in begun]
        if stops:
            _write_stops(context, stops, tally)
        left: list[Ready] = []
        with tally.going_on():
            left += make_links(context, work.links, look.at, self._unwritable, tally)
        if work.emails:
            unsent, self._line = send_emails(context, work.emails, look.at, self._line, tally)
            left += unsent
        turns = {turn.due.id: turn for turn in batch}
        return [turns[each.due.id] for each in left]


def with_products(
    looked: Looked, person: Person | Wait | Stop, lines: Lines
) -> tuple[Person, AskedFor] | Wait | Stop:
    """Add to the person what they are asked for; without the lines nobody knows what to ask."""
    due, rule = looked.due, looked.rule
    if not isinstance(person, Person):
        return person
    source = rule.products if rule is not None else None
    found = lines.products(source, due.trigger_id) if source else NO_PRODUCTS
    asked = what_to_ask(due, rule, found)
    hidden = lines.hidden(source) if source else ""
    if hidden and (isinstance(asked, Stop) or asked.note):
        return Wait(hidden)
    return asked if isinstance(asked, Stop) else (person, asked)


def _ready(context: RunContext, looked: Looked, what: tuple[Person, AskedFor]) -> Ready | Wait:
    due, rule = looked.due, looked.rule
    unit = unit_of(context, due)
    if isinstance(unit, Wait):
        return unit
    reason = _hold(context, due)
    return Wait(reason) if reason else Ready(due, unit, *what, rule.write_link_to if rule else "")


def unit_of(context: RunContext, due: DueInvitation) -> Unit | Wait:
    """The business unit of an invitation, with all that the configuration must say of it."""
    unit = context.unit_of_record(due.text("Business_Unit__c"))
    if unit is None:
        return Wait("Invitations wait: their business unit is not in the configuration.")
    if due.is_own_link and unit.link_keys is None:
        return Wait(f"Links wait: the configuration has no link_keys for {unit.name}.")
    return unit


def _sort(
    context: RunContext, looked: Looked, ready: Ready | Wait | Stop, work: _Work, tally: Tally
) -> None:
    due, rule = looked.due, looked.due.text("Rule__c")
    if isinstance(ready, Stop):
        work.stops.append((due, ready))
        tally.actions.append(Action("stop invitation", due.id, {"reason": ready.code}))
        return
    if isinstance(ready, Wait):
        note_wait(ready, rule, tally)
        return
    (work.links if due.is_link else work.emails).append(ready)
    tally.actions.append(_action(context, ready))
    note_go(context, rule, tally)
    over = (issue_key(code, due.id) for code in ("invitation_held", "recipient_refused"))
    tally.passed += context.opening.still_open(over)


def _hold(context: RunContext, due: DueInvitation) -> str:
    """Why a due invitation has to wait; empty when nothing holds it."""
    if not _is_due(due, context):
        return "Invitations wait: they are due later than they were when the run began."
    if due.is_link and due.due_at is not None and due.due_at > context.now:
        return "Links wait until they are due: Trustpilot keeps e-mails only."
    return ""


def _action(context: RunContext, ready: Ready) -> Action:
    facts: dict[str, object] = {"business_unit": ready.unit.name}
    if ready.asked.products:
        facts["products"] = len(ready.asked.products.skus)
    if ready.write_link_to and ready.due.is_link:
        facts["writes"] = f"{ready.due.trigger.value}.{ready.write_link_to}"
    if ready.due.is_held_by_trustpilot:
        facts["send_at"] = send_time(ready, context.now)
        facts["held_by"] = "Trustpilot: it cannot be withdrawn, and there is no second look"
    return Action("make link" if ready.due.is_link else "send invitation", ready.due.id, facts)


def _write_stops(context: RunContext, rows: list[dict[str, Any]], tally: Tally) -> None:
    for row, result in zip(rows, context.org.update(INVITATION, rows), strict=True):
        status = InvitationStatus(row["Status__c"])
        if result.error is not None:
            tally.notes.append(f"Invitation {row['Id']} was not updated: {result.error.code}.")
            tally.counts["invitations_refused"] += 1
            continue
        tally.counts[_COUNTED[status]] += 1
        context.reporter.event("invitation", invitation=row["Id"], status=status.value)
        held = _held(str(row["Id"]))
        if row["Reason_Code__c"] == RECIPIENT_CHANGED:
            tally.issues.append(held)
        elif row["Reason_Code__c"] == HELD_BY_CANARY:
            tally.issues.append(CANARY_HELD)
        else:
            tally.passed += context.opening.still_open([held.key])


def _held(invitation_id: str) -> Issue:
    return Issue(
        "invitation_held",
        "The invitation names somebody whom its record does not lead to; it is on hold.",
        "Look at Contact and Recipient E-mail of the invitation, then type: connector invitations "
        "release (or cancel) with its id.",
        FLOW,
        invitation_id,
    )
