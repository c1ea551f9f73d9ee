"""Status: what the org remembers, for a person who asks how things stand. Writes nothing."""

from __future__ import annotations

from datetime import datetime

from connector.core.policy import RunPolicy
from connector.core.run.status import IssueLine, StatusReport
from connector.core.terms.instants import instant
from connector.core.terms.objects import (
    BUSINESS_UNIT,
    CHECKPOINT,
    INVITATION,
    ISSUE,
    REVIEW,
    InvitationStatus,
    IssueStatus,
    ReplyStatus,
)
from connector.core.terms.records import Condition, Select
from connector.flows.ports import Org
from connector.flows.run.closing import HEARTBEAT
from connector.flows.run.opening import refuse_other_org


def read_status(org: Org, policy: RunPolicy) -> StatusReport:
    """Ask the org in two calls how things stand. Raises `SafetyStop` for another org."""
    refuse_other_org(org, policy)
    counts = _counts(org.now())
    checkpoints, units, issues, *counted = org.read(
        [
            Select(CHECKPOINT, ("Key__c", "Mark__c", "Heartbeat__c")),
            Select(BUSINESS_UNIT, ("External_Id__c", "Name")),
            Select(
                ISSUE,
                ("Code__c", "Message__c", "Next_Step__c", "Record__c", "Attempts__c"),
                (Condition("Status__c", "=", IssueStatus.OPEN.value),),
                order_by=("Last_Seen__c", "Id"),
            ),
            *counts.values(),
        ]
    )
    beats = {row["Key__c"]: instant(row.get("Heartbeat__c")) for row in checkpoints.rows}
    return StatusReport(
        at=org.now(),
        last_run=beats.get(HEARTBEAT),
        marks={
            row["Key__c"]: at for row in checkpoints.rows if (at := instant(row.get("Mark__c")))
        },
        counts={
            word: int(answer.rows[0].get("total") or 0) if answer.rows else 0
            for word, answer in zip(counts, counted, strict=True)
        },
        issues=tuple(
            IssueLine(
                row.get("Code__c") or "",
                row.get("Message__c") or "",
                row.get("Next_Step__c") or "",
                row.get("Record__c") or "",
                int(row.get("Attempts__c") or 1),
            )
            for row in issues.rows
        ),
        unit_names={
            str(row["External_Id__c"]): str(row["Name"])
            for row in units.rows
            if row.get("External_Id__c")
        },
        salesforce_usage=org.usage(),
    )


def _counts(now: datetime) -> dict[str, Select]:
    def invitations(status: InvitationStatus, *where: Condition) -> Select:
        is_so = Condition("Status__c", "=", status.value)
        return Select(INVITATION, where=(is_so, *where), count=True)

    def replies(status: ReplyStatus) -> Select:
        is_so = Condition("Reply_Status__c", "=", status.value)
        return Select(REVIEW, where=(is_so,), count=True)

    return {
        "invitations_scheduled": invitations(InvitationStatus.SCHEDULED),
        "invitations_due": invitations(
            InvitationStatus.SCHEDULED, Condition("Due_At__c", "<=", now)
        ),
        "invitations_sending": invitations(InvitationStatus.SENDING),
        "invitations_unknown": invitations(InvitationStatus.UNKNOWN),
        "replies_queued": replies(ReplyStatus.QUEUED),
        "replies_conflict": replies(ReplyStatus.CONFLICT),
    }
