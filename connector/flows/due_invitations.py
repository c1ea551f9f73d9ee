"""Works off due invitations: look again, make the link or hand over to sending, record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.links import LinkPayload, business_generated_link
from connector.core.objects import INVITATION, InvitationStatus
from connector.core.plan_sends import (
    DueInvitation,
    Stop,
    Wait,
    link_row,
    stop_row,
)
from connector.core.recipients import Person
from connector.core.records import Row
from connector.core.run_report import Action
from connector.core.units import Unit
from connector.flows.context import RunContext
from connector.flows.decisions import look_again
from connector.flows.sending import Ready, send_emails, settle_begun
from connector.flows.tally import Tally

_COUNTED = {
    InvitationStatus.CANCELLED: "invitations_cancelled",
    InvitationStatus.SKIPPED: "invitations_skipped",
}


@dataclass(frozen=True)
class _Judged:
    """A due invitation, its business unit if configured, and what the second look said."""

    due: DueInvitation
    unit: Unit | None
    decision: Person | Wait | Stop


@dataclass(frozen=True)
class _Work:
    """What the due invitations come to: rows to write at once, stops, e-mails to send."""

    rows: list[dict[str, Any]]
    stops: list[tuple[DueInvitation, Stop]]
    emails: list[Ready]


def work_off(context: RunContext, rows: Sequence[Row], tally: Tally) -> None:
    """Bring every due invitation to its end: sent, link ready, stopped, or left with a note."""
    if not rows:
        return
    work = _decide(context, [DueInvitation(row) for row in rows], tally)
    if context.dry_run:
        return
    begun = settle_begun(context, [due for due, _ in work.stops if not due.is_link], tally)
    stops = [stop_row(due, stop) for due, stop in work.stops if due.id not in begun]
    if work.rows or stops:
        _write(context, [*work.rows, *stops], tally)
    send_emails(context, work.emails, tally)


def _decide(context: RunContext, invitations: list[DueInvitation], tally: Tally) -> _Work:
    work = _Work([], [], [])
    for each in look_again(context, invitations)[0]:
        unit = context.unit_of_record(each.due.text("Business_Unit__c"))
        _sort(context, _Judged(each.due, unit, each.decision), work, tally)
    return work


def _sort(context: RunContext, judged: _Judged, work: _Work, tally: Tally) -> None:
    due, unit, decision = judged.due, judged.unit, judged.decision
    if isinstance(decision, Stop):
        work.stops.append((due, decision))
        tally.actions.append(Action("stop invitation", due.id, {"reason": decision.code}))
    elif unit is None or isinstance(decision, Wait) or _hold(due, unit):
        tally.counts["invitations_waiting"] += 1
        tally.notes.append(decision.reason if isinstance(decision, Wait) else _hold(due, unit))
    elif due.is_link:
        tally.actions.append(Action("make link", due.id, {"business_unit": unit.name}))
        work.rows.append(link_row(due, _link(context, due, unit, decision)))
    else:
        tally.actions.append(Action("send invitation", due.id, {"business_unit": unit.name}))
        work.emails.append(Ready(due, unit, decision))


def _hold(due: DueInvitation, unit: Unit | None) -> str:
    """Why a due invitation has to wait; empty when nothing holds it."""
    if unit is None:
        return "Invitations wait: their business unit is not in the configuration."
    if unit.invitations_paused:
        return f"Invitations of {unit.name} are paused on its record in Salesforce."
    if due.is_link and unit.link_keys is None:
        return f"Links wait: the configuration has no link_keys for {unit.name}."
    return ""


def _link(context: RunContext, due: DueInvitation, unit: Unit, person: Person) -> str:
    if unit.link_keys is None:
        raise AssertionError("links without keys are held back")
    payload = LinkPayload(
        person.email, person.name or "Customer", due.text("Reference_Number__c"), (), due.tags
    )
    return business_generated_link(
        context.policy.review_url, unit.domain, unit.link_keys, payload, context.new_iv()
    )


def _write(context: RunContext, rows: list[dict[str, Any]], tally: Tally) -> None:
    for row, result in zip(rows, context.org.update(INVITATION, rows), strict=True):
        status = InvitationStatus(row["Status__c"])
        if result.error is not None:
            tally.notes.append(f"Invitation {row['Id']} was not updated: {result.error.code}.")
            tally.counts["invitations_refused"] += 1
        else:
            tally.counts[_COUNTED.get(status, "links_made")] += 1
            context.reporter.event("invitation", invitation=row["Id"], status=status.value)
