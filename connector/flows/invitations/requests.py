"""Takes up the invitations that agents and Flows ask for: from their rows to claims.

The key is written by an update, and the org refuses one that another invitation holds. Whether
anything is sent is decided later, by the right to send, as for every invitation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connector.core.invitations.requests import (
    EXPERIENCE_NUMBERS,
    Request,
    TakeUp,
    already_claimed,
    is_request,
    plan_request,
    refused_request_row,
    unit_of,
)
from connector.core.invitations.sending.sends import Stop, Wait
from connector.core.run.issues import Issue
from connector.core.run.report import Action
from connector.core.terms.addresses import address
from connector.core.terms.objects import INVITATION, InvitationStatus
from connector.core.terms.records import TAKEN, Condition, Row, Select
from connector.core.terms.units import Unit
from connector.flows.invitations.claims import FLOW
from connector.flows.invitations.decisions import surroundings
from connector.flows.invitations.people import read_people
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

_COUNTED = {
    InvitationStatus.SCHEDULED: "invitations_requested",
    InvitationStatus.SKIPPED: "invitations_skipped",
    InvitationStatus.FAILED: "invitations_failed",
}


def take_up_requests(
    context: RunContext, rows: Sequence[Row], tally: Tally
) -> list[dict[str, Any]]:
    """Claim what people ask for by these rows; return the rows that are scheduled now."""
    units = _units(context, rows, tally)
    if not units:
        return []
    takings: dict[str, TakeUp] = {}
    ended: list[dict[str, Any]] = []
    requests = {request.id: request for request in _read(context, rows, units)}
    candidates = [each.candidate for each in requests.values() if each.candidate]
    around = surroundings(context, [context.policy.cooldown], candidates)
    for request in requests.values():
        unit = units[request.id]
        planned = (
            unit if isinstance(unit, Stop) else plan_request(request, unit, around, context.now)
        )
        if isinstance(planned, Wait):
            _wait(planned, tally)
        elif isinstance(planned, Stop):
            tally.actions.append(Action("end request", request.id, {"reason": planned.code}))
            ended.append(refused_request_row(request, planned))
        elif planned.key not in takings:  # a second one of the same key waits for the next run
            facts = {"channel": planned.row["Channel__c"], "due": planned.row["Due_At__c"]}
            tally.actions.append(Action("take up request", request.id, facts))
            takings[planned.key] = planned
    if context.dry_run:
        return []
    done = _write(context, [each.row for each in takings.values()], tally)
    _write(context, ended, tally)
    return [{**requests[row["Id"]].row, **row} for row in done]


def _units(context: RunContext, rows: Sequence[Row], tally: Tally) -> dict[str, Unit | Stop]:
    """The business unit of each request that this configuration can answer, by record id."""
    known = frozenset(context.opening.unit_rows)
    found: dict[str, Unit | Stop] = {}
    for row in rows:
        unit = unit_of(row, context.units, known)
        if isinstance(unit, Wait):
            _wait(unit, tally)
        else:
            found[str(row["Id"])] = unit
    return found


def _wait(wait: Wait, tally: Tally) -> None:
    tally.counts["invitations_waiting"] += 1
    tally.notes.append(wait.reason)


def _read(context: RunContext, asking: Sequence[Row], units: Iterable[str]) -> list[Request]:
    """The requests with what they name; one that is not wanted any more is left out."""
    wanted = frozenset(units)
    rows = [row for row in asking if row["Id"] in wanted]
    people = read_people(
        context.org,
        [str(row["Contact__c"]) for row in rows if row.get("Contact__c")],
        [address(row["Recipient_Email__c"]) for row in rows if row.get("Recipient_Email__c")],
    )
    own = Select(
        INVITATION,
        ("Id", "Status__c", "Claim_Key__c"),
        (Condition("Id", "in", tuple(str(row["Id"]) for row in rows)),),
    )
    now, *numbered = context.org.read([own, *_numbers(rows)])
    still = {str(row["Id"]) for row in now.rows if is_request(row)}
    fields = [field for _, field in EXPERIENCE_NUMBERS.values()]
    numbers = {
        str(row["Id"]): str(row[field])
        for answer in numbered
        for row in answer.rows
        for field in fields
        if row.get(field)
    }
    return [Request(row, people, numbers) for row in rows if row["Id"] in still]


def _numbers(rows: Sequence[Row]) -> list[Select]:
    selects = []
    for trigger, (lookup, field) in EXPERIENCE_NUMBERS.items():
        ids = tuple(str(row[lookup]) for row in rows if row.get(lookup))
        if ids:
            selects.append(
                Select(trigger.value, ("Id", field), (Condition("Id", "in", ids),), optional=True)
            )
    return selects


def _write(
    context: RunContext, rows: Sequence[Mapping[str, Any]], tally: Tally
) -> list[Mapping[str, Any]]:
    """Update the requests and return the rows that the org took."""
    if not rows:
        return []
    done: list[Mapping[str, Any]] = []
    duplicates: dict[str, str] = {}
    for row, result in zip(rows, context.org.update(INVITATION, rows), strict=True):
        status, record = InvitationStatus(row["Status__c"]), str(row["Id"])
        if result.error is None:
            done.append(row)
            tally.counts[_COUNTED[status]] += 1
            tally.passed.append(f"request_refused:{record}")
            context.reporter.event("requested", invitation=record, status=status.value)
        elif result.error.code == TAKEN and "Claim_Key__c" in row:
            duplicates[str(row["Claim_Key__c"])] = record
        else:
            tally.issues.append(_refused(record, result.error.code))
    _end_duplicates(context, duplicates, tally)
    return done


def _end_duplicates(context: RunContext, duplicates: Mapping[str, str], tally: Tally) -> None:
    """Skip the requests whose experience another invitation holds, and name that one.

    Where none does, another unique field of the org's own refused the row.
    """
    if not duplicates:
        return
    held = Condition("Claim_Key__c", "in", tuple(duplicates))
    (answer,) = context.org.read([Select(INVITATION, ("Id", "Claim_Key__c"), (held,))])
    holders = {str(row["Claim_Key__c"]): str(row["Id"]) for row in answer.rows}
    skipped = []
    for key, record in duplicates.items():
        if holders.get(key, record) == record:
            tally.issues.append(_refused(record, TAKEN))
        else:
            skipped.append(already_claimed(record, holders[key]))
    _write(context, skipped, tally)


def _refused(invitation_id: str, code: str) -> Issue:
    return Issue(
        "request_refused",
        f"The org refused to take up the requested invitation: {code}.",
        "Correct the record or the org's validation; the next run tries again.",
        FLOW,
        invitation_id,
    )
