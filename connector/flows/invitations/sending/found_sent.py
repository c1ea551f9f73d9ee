"""Records what a person found at Trustpilot: an invitation whose answer was lost was sent.

The person says so by `connector invitations resolve --sent`, or in Salesforce by the status; a
run then writes what belongs to it. Nothing is sent here, and no right is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from connector.core.invitations.desk import found_sent_row, last_attempt_key, sent_attempt_row
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import Action
from connector.core.terms.attempts import ATTEMPT_FIELDS
from connector.core.terms.instants import instant
from connector.core.terms.objects import INVITATION, ISSUE, SEND_ATTEMPT, IssueStatus
from connector.core.terms.records import Condition, Row, Select
from connector.flows.invitations.claims import FLOW
from connector.flows.ports import Org
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

_ISSUES_OF_AN_END = ("invitation_unknown", "invitation_refused")
_REFUSED = "resolution_refused"


def record_found_sent(context: RunContext, rows: Sequence[Row], tally: Tally) -> None:
    """Write the try, the time and the reason of what people set to Accepted; close the issues.

    The invitations come last: a run that is killed before them leaves all of it to the next one.
    """
    tally.actions += [Action("record as sent", str(row["Id"]), {}) for row in rows]
    if not rows or context.dry_run:
        return
    sent = tell_sent(context.org, rows)
    close_issues(context.org, [str(row["Id"]) for row in rows], context.run_id)
    updates = [found_sent_row(row, sent.get(str(row["Id"]), context.now)) for row in rows]
    for row, result in zip(updates, context.org.update(INVITATION, updates), strict=True):
        if result.error is not None:
            tally.issues.append(_refused(str(row["Id"]), result.error.code))
        else:
            codes = (*_ISSUES_OF_AN_END, _REFUSED)
            tally.passed += [issue_key(code, str(row["Id"])) for code in codes]
            tally.counts["invitations_resolved"] += 1


def tell_sent(org: Org, rows: Sequence[Row]) -> dict[str, datetime]:
    """Say on the last try of each invitation that it was sent; return when these tries began."""
    keys = {last_attempt_key(row): str(row["Id"]) for row in rows}
    attempts = read_attempts(org, keys)
    if attempts:
        now = org.now()
        org.update(SEND_ATTEMPT, [sent_attempt_row(each, now) for each in attempts.values()])
    return {
        keys[key]: began
        for key, attempt in attempts.items()
        if (began := instant(attempt.get("Started_At__c"))) is not None
    }


def close_issues(org: Org, ids: Sequence[str], run_id: str) -> None:
    """Close what is open about the ends of these invitations."""
    keys = tuple(issue_key(code, each) for each in ids for code in _ISSUES_OF_AN_END)
    if not keys:
        return
    is_open = Condition("Status__c", "=", IssueStatus.OPEN.value)
    (answer,) = org.read([Select(ISSUE, ("Id",), (Condition("Key__c", "in", keys), is_open))])
    closed = {"Status__c": IssueStatus.CLOSED.value, "Last_Seen__c": org.now(), "Run_Id__c": run_id}
    if answer.rows:
        org.update(ISSUE, [{"Id": row["Id"], **closed} for row in answer.rows])


def read_attempts(org: Org, keys: Collection[str]) -> dict[str, Row]:
    """The attempts with these keys, by key."""
    if not keys:
        return {}
    (answer,) = org.read(
        [Select(SEND_ATTEMPT, ATTEMPT_FIELDS, (Condition("Attempt_Key__c", "in", tuple(keys)),))]
    )
    return {str(row["Attempt_Key__c"]): row for row in answer.rows}


def _refused(invitation_id: str, code: str) -> Issue:
    return Issue(
        _REFUSED,
        f"The org refused to record that the invitation was sent: {code}.",
        "Correct the record or the org's validation; the next run tries again.",
        FLOW,
        invitation_id,
    )
