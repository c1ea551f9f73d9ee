"""Looks at invitations that wait as the next run will, for `connector rules explain`.

It is the second look itself, asked ahead of time. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from connector.core.insight.outlook import Outlook, kept, not_looked_at, outlook
from connector.core.invitations.recipients import Person
from connector.core.invitations.requests import is_request
from connector.core.invitations.sending.batches import MOST_LOOKS, turn_of
from connector.core.invitations.sending.due import DueInvitation, Stop, Wait
from connector.core.invitations.sending.second_look import Again
from connector.core.terms.errors import AccessDenied
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row
from connector.flows.invitations.claims import FLOW
from connector.flows.invitations.sending.due import CHANGES_ALL_THE_TIME, unit_of, with_products
from connector.flows.invitations.sending.look import Look, Looked, look_at
from connector.flows.invitations.sending.templates import InvitationTemplates
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally


def outlooks(context: RunContext, rows: Iterable[Row]) -> dict[str, Outlook]:
    """What would become of each of these that waits or that Trustpilot keeps, by its id.

    The rows hold `DUE_FIELDS`. What was stopped meanwhile is left out.
    """
    told = {str(row["Id"]): _outlook(context, row) for row in rows}
    return {each: found for each, found in told.items() if found is not None}


def _outlook(context: RunContext, row: Row) -> Outlook | None:
    due = DueInvitation(row)
    if row["Status__c"] != InvitationStatus.SCHEDULED.value or is_request(row):
        return kept(due, context.now)
    try:
        looked = _looked(context, due)
    except AccessDenied as denied:
        return not_looked_at(due, denied.message)
    return outlook(*looked) if looked else None


def _looked(
    context: RunContext, due: DueInvitation
) -> tuple[DueInvitation, Person | Wait | Stop] | None:
    """The invitation as it is now and what a run would make of it, after as many looks."""
    turn = turn_of(due)
    for _ in range(MOST_LOOKS):
        look = look_at(context, [turn])
        if not look.found:
            return None
        (looked,) = look.found
        if not isinstance(looked.decision, Again):
            return looked.due, _found(context, looked, look)
        turn = turn.again(looked.decision.known)
    return due, CHANGES_ALL_THE_TIME


def _found(context: RunContext, looked: Looked, look: Look) -> Person | Wait | Stop:
    """What the look says, and what a run asks after it: products, business unit, template."""
    if isinstance(looked.decision, Again):
        return CHANGES_ALL_THE_TIME
    found = with_products(looked, looked.decision, look.lines)
    if isinstance(found, Wait | Stop):
        return found
    unit = unit_of(context, looked.due)
    if isinstance(unit, Wait):
        return unit
    template = InvitationTemplates(context).find(looked.due, unit, Tally(FLOW))
    return template if isinstance(template, Wait) else found[0]
