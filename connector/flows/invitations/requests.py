"""Takes up the invitations that agents and Flows ask for: from their rows to claims.

The key is written by an update, and the org refuses one that another invitation holds. Whether
anything is sent is decided later, by the right to send, as for every invitation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector.core.invitations.facts import Surroundings, asked_by_person
from connector.core.invitations.reach import HELD_BY_CANARY
from connector.core.invitations.recipients import People
from connector.core.invitations.requests import (
    EARLIER_FIELDS,
    EVIDENCE,
    EXPERIENCE_NUMBERS,
    Request,
    TakeUp,
    already_claimed,
    is_request,
    plan_request,
    refused_request_row,
    unit_of,
)
from connector.core.invitations.sending.due import Stop, Wait
from connector.core.rules.grammar import ConsentSource
from connector.core.run.issues import Issue
from connector.core.run.report import Action
from connector.core.terms.addresses import address, address_keys
from connector.core.terms.objects import INVITATION, InvitationStatus
from connector.core.terms.records import TAKEN, Answer, Condition, Row, Select
from connector.core.terms.units import Unit
from connector.flows.invitations.claims import FLOW
from connector.flows.invitations.decisions import surroundings
from connector.flows.invitations.people import (
    PeopleQuestions,
    asked_question,
    deleted_question,
    read_people,
    with_consent,
)
from connector.flows.invitations.waits import CANARY_HELD, note_wait
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

_COUNTED = {
    InvitationStatus.SCHEDULED: "invitations_requested",
    InvitationStatus.SKIPPED: "invitations_skipped",
    InvitationStatus.CANCELLED: "invitations_cancelled",
    InvitationStatus.FAILED: "invitations_failed",
    InvitationStatus.ON_HOLD: "invitations_held",
}


def take_up_requests(
    context: RunContext, rows: Sequence[Row], tally: Tally
) -> list[dict[str, Any]]:
    """Claim what people ask for by these rows; return the rows that are scheduled now."""
    units = _units(context, rows, tally)
    if not units:
        return []
    takings: dict[str, TakeUp] = {}
    seconds: dict[str, str] = {}
    ended: list[dict[str, Any]] = []
    requests = {request.id: request for request in _read(context, rows, units)}
    around = _around(context, requests.values())
    for request in requests.values():
        unit = units[request.id]
        planned = (
            unit if isinstance(unit, Stop) else plan_request(request, unit, around, context.now)
        )
        if isinstance(planned, Wait):
            note_wait(planned, "", tally)
        elif isinstance(planned, Stop):
            tally.actions.append(Action("end request", request.id, {"reason": planned.code}))
            ended.append(refused_request_row(request, planned))
        elif planned.key in takings:
            seconds[request.id] = planned.key
        else:
            facts = {"channel": planned.row["Channel__c"], "due": planned.row["Due_At__c"]}
            tally.actions.append(Action("take up request", request.id, facts))
            takings[planned.key] = planned
    if context.dry_run:
        return []
    done = _write(context, [each.row for each in takings.values()], tally)
    holders = {str(row["Claim_Key__c"]): str(row["Id"]) for row in done}
    # Where the org refused the first one of a key, the next run takes up another.
    ended += [already_claimed(i, holders[key]) for i, key in seconds.items() if key in holders]
    _write(context, ended, tally)
    return [{**requests[row["Id"]].row, **row} for row in done]


def _units(context: RunContext, rows: Sequence[Row], tally: Tally) -> dict[str, Unit | Stop]:
    """The business unit of each request that this configuration can answer, by record id."""
    known = frozenset(context.opening.unit_rows)
    found: dict[str, Unit | Stop] = {}
    for row in rows:
        unit = unit_of(row, context.units, known)
        if isinstance(unit, Wait):
            note_wait(unit, "", tally)
        else:
            found[str(row["Id"])] = unit
    return found


def _around(context: RunContext, requests: Iterable[Request]) -> Surroundings:
    """What holds for these requests, with the other invitations of their people."""
    now = context.org.now()
    around = replace(surroundings(context), now=now)
    emails = [each.candidate.email for each in requests if each.candidate]
    asked = asked_question(email for email in emails if email)
    if not (asked and context.policy.cooldown):
        return around
    rows = (row for answer in context.org.read(asked) for row in answer.rows)
    return replace(around, asked=asked_by_person(rows, now))


def _read(context: RunContext, asking: Sequence[Row], units: Iterable[str]) -> list[Request]:
    """The requests with what they name; one that is not wanted any more is left out.

    Two calls: contacts by id with the requests as they are now, then everybody who has their
    addresses, with what was asked of these people before and with deleted contacts among them.
    """
    wanted = frozenset(units)
    rows = [row for row in asking if row["Id"] in wanted]
    ids = tuple(dict.fromkeys(str(row["Contact__c"]) for row in rows if row.get("Contact__c")))
    own = Select(
        INVITATION,
        ("Id", "Status__c", "Claim_Key__c"),
        (Condition("Id", "in", tuple(str(row["Id"]) for row in rows)),),
    )
    contacts, (now, *numbered) = read_people(
        context.org, PeopleQuestions(ids), own, *_numbers(rows)
    )
    still = {str(row["Id"]) for row in now.rows if is_request(row)}
    rows = [row for row in rows if row["Id"] in still]
    people, earlier = _beside(context, rows, contacts)
    numbers = _by_record(numbered)
    return [Request(row, people, numbers, earlier) for row in rows]


def _beside(
    context: RunContext, rows: Sequence[Row], contacts: People
) -> tuple[People, tuple[Row, ...]]:
    """Everybody with the addresses of these requests, and earlier requests without a record."""
    typed = [address(row.get("Recipient_Email__c")) for row in rows if not row.get("Contact__c")]
    emails = [*(address(row.get("Email")) for row in contacts.contacts.values()), *typed]
    addresses = tuple(dict.fromkeys(each for each in emails if each))
    former, earlier = deleted_question(typed), _earlier(addresses)
    questions = PeopleQuestions((), addresses, context.policy.leads)
    consent = context.policy.consent is ConsentSource.SALESFORCE
    found, answers = read_people(context.org, questions, *earlier, *former)
    gone = [row for answer in answers[len(earlier) :] for row in answer.rows]
    people = replace(
        found,
        contacts=contacts.contacts,
        unreadable=tuple(dict.fromkeys((*contacts.unreadable, *found.unreadable))),
        former={str(row["Id"]): row for row in gone},
    )
    people = with_consent(context.org, people) if consent else people
    return people, tuple(row for answer in answers[: len(earlier)] for row in answer.rows)


def _earlier(addresses: Iterable[str]) -> list[Select]:
    keys = tuple(dict.fromkeys(key for each in addresses for key in address_keys(each)))
    where = (
        Condition("Cooldown_Key__c", "in", keys),
        Condition("Evidence__c", "=", EVIDENCE),
        Condition("Trigger_Record_Id__c", "=", None),
    )
    return [Select(INVITATION, EARLIER_FIELDS, where)] if keys else []


def _by_record(numbered: Iterable[Answer]) -> dict[str, str]:
    """The number of each record that has one, by the record's id."""
    fields = [field for _, field in EXPERIENCE_NUMBERS.values()]
    return {
        str(row["Id"]): str(row[field])
        for answer in numbered
        for row in answer.rows
        for field in fields
        if row.get(field)
    }


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
            if row.get("Reason_Code__c") == HELD_BY_CANARY:
                tally.issues.append(CANARY_HELD)
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
