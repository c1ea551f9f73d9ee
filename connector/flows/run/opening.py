"""The beginning of a run: is this the right org, what does it remember, which units are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connector.core.invitations.desk import FOUND_SENT_FIELDS
from connector.core.invitations.kinds import HELD_AHEAD
from connector.core.invitations.requests import REQUEST_FIELDS
from connector.core.invitations.sending.due import DUE_FIELDS
from connector.core.invitations.sending.sends import OUTCOME_UNKNOWN
from connector.core.org.package_version import VERSION_FIELD, Standing, compare
from connector.core.policy import RunPolicy, UnitPolicy
from connector.core.replies.tags import TAG_FIELDS
from connector.core.reviews.comparison import seen_reviews
from connector.core.reviews.summary import SUMMARY_FIELDS, profile_row
from connector.core.rules.grammar import Hold
from connector.core.run.issues import ISSUE_FIELDS, open_issue
from connector.core.terms.errors import ConfigurationError, NotFound, Problem, SafetyStop
from connector.core.terms.instants import instant
from connector.core.terms.objects import (
    BUSINESS_UNIT,
    CHECKPOINT,
    INVITATION,
    ISSUE,
    REVIEW,
    ConflictChoice,
    InvitationStatus,
    IssueStatus,
    ReplyStatus,
)
from connector.core.terms.records import Answer, AnyOf, Condition, Row, Select
from connector.core.terms.reviews import BusinessUnitProfile
from connector.core.terms.units import Unit
from connector.flows.ports import Org, Trustpilot
from connector.flows.run.context import Opening

USUAL_IMPORT = 30
"""Days that an import asked for in Salesforce covers where it does not say how many."""

MOST_DUE_AT_ONCE = 2000
"""Due invitations in one page, oldest first: what one query answers without a second call
(Salesforce 4.4)."""

UNIT_FIELDS = (
    "Id",
    *SUMMARY_FIELDS,
    "Pause_Invitations__c",
    "Pause_Replies__c",
    "Import_Reviews__c",
    "Import_Days__c",
    "Complete_Through__c",
    "New_Service_Reviews__c",
    "New_Product_Reviews__c",
    "Reviews_Awaiting_Reply__c",
    "Reviews_Past_Target__c",
    "Oldest_Awaiting_Reply__c",
    "Invitations_Scheduled__c",
    "Invitations_Accepted__c",
)

_MARK_FIELDS = ("Key__c", "Mark__c", "Seen__c")

_WANTED = (
    ReplyStatus.QUEUED.value,
    ReplyStatus.APPROVED.value,
    ReplyStatus.DELETE_QUEUED.value,
)
_CHOSEN = tuple(choice.value for choice in ConflictChoice)

_ASKED = (
    Condition("Reply_Status__c", "in", _WANTED),
    Condition("Conflict_Choice__c", "in", _CHOSEN),
    Condition("Tags_To_Add__c", "!=", None),
    Condition("Tags_Wanted__c", "=", True),  # noqa: FBT003 -- a value to compare with
)
"""What people ask of reviews: something about a reply, or tags."""

_ASKED_FIELDS = tuple(
    dict.fromkeys(
        (
            "Business_Unit__c",
            "Reply_Status__c",
            "Conflict_Choice__c",
            "Response_Check_At__c",
            "Auto_Reply_At__c",
            "Id",
            *TAG_FIELDS,
        )
    )
)


_WAITING = (
    InvitationStatus.REQUESTED.value,
    InvitationStatus.SCHEDULED.value,
    InvitationStatus.SENDING.value,
)
_FOUND_SENT = Condition("Reason_Code__c", "=", OUTCOME_UNKNOWN)
"""Of an accepted invitation: a person set it so, and no run has recorded it yet."""


def refuse_other_org(org: Org, policy: RunPolicy) -> None:
    """Stop before anything is written when the org is not the one that is pinned."""
    # Salesforce 12: the first 15 characters are the id, the others repeat its capitals.
    if org.organization_id[:15] != policy.organization_id[:15]:
        raise SafetyStop(
            f"Signed in to org {org.organization_id}, but the configuration is pinned to "
            f"{policy.organization_id}.",
            next_step="If this org is the right one, correct salesforce.organization_id, "
            "then type: connector run --dry-run",
        )


def read_opening(org: Org) -> Opening:
    """Read in one call what every flow needs to know of the org.

    An older package costs a describe and a question for each object that it has less of.
    """
    now = org.now()
    marks, units, due, asked, issues = org.read(
        [
            Select(CHECKPOINT, (*_MARK_FIELDS, VERSION_FIELD), optional=True),
            Select(BUSINESS_UNIT, UNIT_FIELDS),
            replace(due_invitations(now), optional=True),
            asked_reviews(now),
            Select(
                ISSUE,
                ISSUE_FIELDS,
                (Condition("Status__c", "!=", IssueStatus.CLOSED.value),),
            ),
        ]
    )
    package = _standing(marks)
    _refuse_hidden(org, marks, Select(CHECKPOINT, _MARK_FIELDS), allowed=(VERSION_FIELD,))
    if package is not Standing.OLDER:
        _refuse_hidden(org, due, due_invitations(now))
    return Opening(
        marks={row["Key__c"]: at for row in marks.rows if (at := instant(row.get("Mark__c")))},
        seen={row["Key__c"]: seen_reviews(row.get("Seen__c")) for row in marks.rows},
        unit_rows={row["External_Id__c"]: row for row in units.rows if row.get("External_Id__c")},
        invitations=due.rows,
        queued_replies=tuple(row for row in asked.rows if _is_queued(row)),
        tagged=tuple(row for row in asked.rows if _asks_for_tags(row)),
        response_checks=tuple(row for row in asked.rows if row.get("Response_Check_At__c")),
        automatic=tuple(row for row in asked.rows if row.get("Auto_Reply_At__c")),
        issues={issue.key: issue for issue in map(open_issue, issues.rows)},
        package=package,
    )


def _standing(marks: Answer) -> Standing:
    said = (row.get(VERSION_FIELD) for row in marks.rows)
    seen = next((version for version in said if version is not None), None)
    return compare(seen, field_is_there=VERSION_FIELD not in marks.missing_fields)


def _refuse_hidden(org: Org, answer: Answer, needed: Select, allowed: Sequence[str] = ()) -> None:
    """Raise what the org says where more is hidden than may be: nothing is done on half a row."""
    if answer.missing_object or not {*answer.missing_fields} <= {*allowed}:
        org.read([needed])


def _is_queued(row: Row) -> bool:
    return row["Reply_Status__c"] in _WANTED or row["Conflict_Choice__c"] in _CHOSEN


def _asks_for_tags(row: Row) -> bool:
    return bool(row["Tags_To_Add__c"] or row["Tags_Wanted__c"])


def asked_reviews(now: datetime) -> Select:
    """The reviews with something to do: asked by people, or due. One question, so it is free."""
    due = (
        Condition("Response_Check_At__c", "<=", now),
        Condition("Auto_Reply_At__c", "<=", now),
    )
    return Select(
        REVIEW, _ASKED_FIELDS, (AnyOf((*_ASKED, *due)),), order_by=("LastModifiedDate", "Id")
    )


def due_invitations(now: datetime) -> Select:
    """What is due, oldest first, what Trustpilot is to keep, and all that somebody asks for.

    What a person found sent is among it, in the same question so that it is free.
    """
    return _due(now)


def due_after(now: datetime, due_at: datetime, record_id: str) -> list[Select]:
    """The questions that together continue `due_invitations` after this row, in its order."""
    # Salesforce 6.1: times have whole seconds, so several rows share one: the id goes on.
    same = (Condition("Due_At__c", "=", due_at), Condition("Id", ">", record_id))
    return [_due(now, *same), _due(now, Condition("Due_At__c", ">", due_at))]


def _due(now: datetime, *after: Condition) -> Select:
    requested = Condition("Status__c", "=", InvitationStatus.REQUESTED.value)
    held = Condition("Hold__c", "=", Hold.TRUSTPILOT.value)
    return Select(
        INVITATION,
        tuple(dict.fromkeys((*DUE_FIELDS, *REQUEST_FIELDS, *FOUND_SENT_FIELDS))),
        (
            Condition("Status__c", "in", (*_WAITING, InvitationStatus.ACCEPTED.value)),
            AnyOf((Condition("Status__c", "in", _WAITING), _FOUND_SENT)),
            AnyOf((requested, Condition("Due_At__c", "<=", now + HELD_AHEAD))),
            AnyOf((requested, Condition("Due_At__c", "<=", now), held)),
            *after,
        ),
        order_by=("Due_At__c", "Id"),
        limit=MOST_DUE_AT_ONCE,
    )


def resolve_units(
    org: Org, trustpilot: Trustpilot, policy: RunPolicy, opening: Opening, *, dry_run: bool
) -> tuple[Unit, ...]:
    """Join each configured business unit with Trustpilot's id and its record in the org.

    A unit that Trustpilot does not know stops the run: never a green run with 0 reviews.
    """
    return tuple(
        _known(wanted, opening) or _asked(org, trustpilot, wanted, opening, dry_run=dry_run)
        for wanted in policy.units
    )


def _known(wanted: UnitPolicy, opening: Opening) -> Unit | None:
    for row in opening.unit_rows.values():
        by_id = wanted.id and row["External_Id__c"] == wanted.id
        by_domain = not wanted.id and row.get("Domain__c") == wanted.domain
        if by_id or by_domain:
            return _unit(wanted, row["External_Id__c"], row.get("Domain__c") or "", row)
    return None


def _asked(
    org: Org, trustpilot: Trustpilot, wanted: UnitPolicy, opening: Opening, *, dry_run: bool
) -> Unit:
    """The unit by what Trustpilot says; its record is made where the org has none yet."""
    profile = _ask_for_profile(trustpilot, wanted)
    # Trustpilot also finds a domain by another spelling (www.), so the record can be there.
    row: Row = opening.unit_rows.get(profile.id, {})
    if not row and not dry_run:
        (result,) = org.upsert(BUSINESS_UNIT, "External_Id__c", [profile_row(profile)])
        if result.error:
            raise ConfigurationError(
                [Problem(f"The org refuses business unit {wanted.name}: {result.error.message}")]
            )
        row = {"Id": result.id}
    return _unit(wanted, profile.id, profile.domain, row)


def _ask_for_profile(trustpilot: Trustpilot, wanted: UnitPolicy) -> BusinessUnitProfile:
    try:
        if wanted.id:
            return trustpilot.business_unit(wanted.id)
        return trustpilot.find_business_unit(wanted.domain)
    except NotFound as error:
        raise ConfigurationError(
            [
                Problem(
                    f"{wanted.place + ': ' if wanted.place else ''}Trustpilot knows no business "
                    f"unit {wanted.id or wanted.domain} ({wanted.name}).",
                    hint="Copy domain or id from the business profile's address.",
                )
            ]
        ) from error


def _unit(wanted: UnitPolicy, unit_id: str, domain: str, row: Row) -> Unit:
    return Unit(
        name=wanted.name,
        id=unit_id,
        domain=wanted.domain or domain,
        record_id=row.get("Id") or "",
        link_keys=wanted.link_keys,
        invitations_paused=bool(row.get("Pause_Invitations__c")),
        replies_paused=bool(row.get("Pause_Replies__c")),
        import_days=_import_days(row),
    )


def _import_days(row: Row) -> int:
    """How many days a super user wants; an unanswered "how many" means thirty."""
    if not row.get("Import_Reviews__c"):
        return 0
    return max(1, int(row.get("Import_Days__c") or USUAL_IMPORT))
