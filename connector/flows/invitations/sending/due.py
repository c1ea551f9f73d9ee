"""Works off due invitations page by page: look again, then hand over to what sends or makes links.

What is sent and made here is decided in `core.invitations.sending.sends`; this module reads for it
and sorts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.invitations.desk import is_found_sent
from connector.core.invitations.kinds import HELD_AHEAD, AskedFor
from connector.core.invitations.recipients import Person
from connector.core.invitations.requests import is_request
from connector.core.invitations.sending.sends import (
    DueInvitation,
    Ready,
    Stop,
    Wait,
    stop_row,
    what_to_ask,
)
from connector.core.products.bought import NO_PRODUCTS
from connector.core.run.report import Action
from connector.core.terms.objects import INVITATION, InvitationStatus
from connector.core.terms.records import Row
from connector.core.terms.units import Unit
from connector.flows.invitations.decisions import Looked, look_again
from connector.flows.invitations.requests import take_up_requests
from connector.flows.invitations.sending.found_sent import record_found_sent
from connector.flows.invitations.sending.links import make_links
from connector.flows.invitations.sending.mails import Line, send_emails, send_time
from connector.flows.invitations.sending.rights import settle_begun
from connector.flows.invitations.sending.templates import InvitationTemplates
from connector.flows.products.bought import Lines, line_questions
from connector.flows.run.context import RunContext
from connector.flows.run.opening import MOST_DUE_AT_ONCE, due_after
from connector.flows.run.tally import Tally

MOST_DUE_IN_A_RUN = 10_000
"""What Trustpilot's rate lets through in an hour; a longer backlog takes several runs."""

_COUNTED = {
    InvitationStatus.CANCELLED: "invitations_cancelled",
    InvitationStatus.SKIPPED: "invitations_skipped",
}


_Decision = tuple[Person, AskedFor] | Wait | Stop
"""Whom to ask for what, or why not now, or why never."""


@dataclass(frozen=True)
class _Work:
    """What the due invitations come to: stops, links to make, e-mails to send."""

    stops: list[tuple[DueInvitation, Stop]] = field(default_factory=list)
    links: list[Ready] = field(default_factory=list)
    emails: list[Ready] = field(default_factory=list)


def work_off(context: RunContext, claimed: Sequence[Row], tally: Tally) -> None:
    """Bring what is due to its end: sent, link ready, stopped, or left with a note.

    It begins with what the opening read, requests of agents and Flows among it, and with what
    this run `claimed`. Further pages are read only where the opening's was full.
    """
    line, seen = Line(), set[str]()
    templates = InvitationTemplates(context)
    page = context.opening.invitations
    fresh = [*page, *claimed]
    while fresh:
        work = _decide(context, _due_of(context, fresh, tally), templates, tally)
        if not context.dry_run:
            _do(context, work, line, tally)
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


def _do(context: RunContext, work: _Work, line: Line, tally: Tally) -> None:
    begun = settle_begun(context, [due for due, _ in work.stops if not due.is_link], tally)
    stops = [stop_row(due, stop) for due, stop in work.stops if due.id not in begun]
    if stops:
        _write_stops(context, stops, tally)
    with tally.going_on():
        make_links(context, work.links, tally)
    send_emails(context, work.emails, line, tally)


def _is_due(due: DueInvitation, context: RunContext) -> bool:
    until = context.now + HELD_AHEAD if due.is_held_by_trustpilot else context.now
    is_skipped = due.text("Status__c") == InvitationStatus.SKIPPED.value
    return not is_skipped and due.due_at is not None and due.due_at <= until


def _decide(
    context: RunContext,
    invitations: Sequence[DueInvitation],
    templates: InvitationTemplates,
    tally: Tally,
) -> _Work:
    work = _Work()
    if not invitations:
        return work
    rules = {rule.name: rule for rule in context.policy.rules}
    questions = line_questions([(due, rules.get(due.text("Rule__c"))) for due in invitations])
    looked, answers = look_again(context, invitations, *questions)
    lines = Lines.read(zip(questions, answers, strict=True))
    for each in looked:
        decision = _with_products(each, lines)
        ready = decision if isinstance(decision, Wait | Stop) else _ready(context, each, decision)
        if isinstance(ready, Ready):
            found = templates.find(ready.due, ready.unit, tally)
            ready = found if isinstance(found, Wait) else replace(ready, template_id=found)
        _sort(context, each.due, ready, work, tally)
    return work


def _with_products(looked: Looked, lines: Lines) -> _Decision:
    """Add to the person what they are asked for; without the lines nobody knows what to ask."""
    due, rule, person = looked.due, looked.rule, looked.decision
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
    unit = context.unit_of_record(due.text("Business_Unit__c"))
    if unit is None:
        return Wait("Invitations wait: their business unit is not in the configuration.")
    reason = _hold(context, due, unit)
    return Wait(reason) if reason else Ready(due, unit, *what, rule.write_link_to if rule else "")


def _sort(
    context: RunContext, due: DueInvitation, ready: Ready | Wait | Stop, work: _Work, tally: Tally
) -> None:
    if isinstance(ready, Stop):
        work.stops.append((due, ready))
        tally.actions.append(Action("stop invitation", due.id, {"reason": ready.code}))
    elif isinstance(ready, Wait):
        tally.counts["invitations_waiting"] += 1
        tally.notes.append(ready.reason)
    else:
        (work.links if due.is_link else work.emails).append(ready)
        tally.actions.append(_action(context, ready))


def _hold(context: RunContext, due: DueInvitation, unit: Unit) -> str:
    """Why a due invitation has to wait; empty when nothing holds it."""
    if unit.invitations_paused:
        return f"Invitations of {unit.name} are paused on its record in Salesforce."
    if due.is_own_link and unit.link_keys is None:
        return f"Links wait: the configuration has no link_keys for {unit.name}."
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
        else:
            tally.counts[_COUNTED[status]] += 1
            context.reporter.event("invitation", invitation=row["Id"], status=status.value)
