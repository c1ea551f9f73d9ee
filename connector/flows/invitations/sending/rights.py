"""The right to send an e-mail: taken by an insert, found with others, and its issues told.

Nothing is sent here. A right that another run took is settled as far as its outcome is known.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.core.invitations.sending.due import DueInvitation
from connector.core.invitations.sending.sends import Ready, attempt_row, settle_foreign
from connector.core.run.issues import Issue, issue_key, issue_rows
from connector.core.terms.attempts import ATTEMPT_FIELDS
from connector.core.terms.errors import VendorUnreachable
from connector.core.terms.objects import (
    INVITATION,
    ISSUE,
    SEND_ATTEMPT,
    AttemptOutcome,
    InvitationStatus,
)
from connector.core.terms.records import TAKEN, Condition, Row, RowResult, Select
from connector.flows.invitations.claims import FLOW
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally


def take_rights(
    context: RunContext, batch: Sequence[Ready], tally: Tally
) -> list[tuple[Ready, str]]:
    """The invitations of the batch that are ours to send, each with its attempt's record id."""
    rows = [attempt_row(each.due, context.org.now(), context.run_id) for each in batch]
    try:
        results = context.org.insert(SEND_ATTEMPT, rows)
    except VendorUnreachable as lost:
        if not lost.maybe_processed:
            raise
        results = [RowResult() for _ in batch]  # the org's rows tell what became of them
    taken = [each.due for each, result in zip(batch, results, strict=True) if not result.id]
    theirs = _read_attempts(context, taken)
    rights: list[tuple[Ready, str]] = []
    foreign: list[tuple[DueInvitation, Row]] = []
    for each, result in zip(batch, results, strict=True):
        attempt = theirs.get(each.due.attempt_key)
        if result.id:
            rights.append((each, result.id))
        elif attempt is not None and attempt["Run_Id__c"] == context.run_id:
            rights.append((each, str(attempt["Id"])))
        elif attempt is not None:
            foreign.append((each.due, attempt))
        elif result.error is not None and result.error.code != TAKEN:
            tally.issues.append(_right_refused(each.due, result.error.code))
    _settle_foreign(context, foreign, tally)
    return rights


def settle_begun(
    context: RunContext, invitations: Sequence[DueInvitation], tally: Tally
) -> set[str]:
    """Settle those invitations that some run began to send; return their ids.

    Whoever wants to stop an invitation asks here first: the e-mail may have gone out.
    """
    attempts = _read_attempts(context, invitations)
    begun = [due for due in invitations if due.attempt_key in attempts]
    _settle_foreign(context, [(due, attempts[due.attempt_key]) for due in begun], tally)
    return {due.id for due in begun}


def tell(context: RunContext, ended: list[tuple[AttemptOutcome, str]], tally: Tally) -> None:
    """Store the issues about these invitations, and close those that are over.

    It comes before the ledger says that an invitation has ended: a run that is killed in
    between leaves an issue too early, never an end that nobody hears of.
    """
    issues: list[Issue] = []
    for outcome, invitation_id in ended:
        if outcome is AttemptOutcome.UNKNOWN:
            issues.append(_unknown(invitation_id))
        elif outcome is AttemptOutcome.FAILED:
            issues.append(refused_issue(invitation_id))
        else:
            codes = ("invitation_unknown", "invitation_refused", "right_refused")
            tally.passed += [issue_key(code, invitation_id) for code in codes]
    store_issues(context, issues, tally)


def store_issues(context: RunContext, issues: Sequence[Issue], tally: Tally) -> None:
    """Store issues now, not when the run ends: what is written next must not hide them."""
    tally.issues += issues
    if issues:
        known = context.opening.issues
        rows = issue_rows(issues, known, context.now, context.run_id)
        context.org.upsert(ISSUE, "Key__c", rows)


def refused_issue(invitation_id: str) -> Issue:
    """The issue of an invitation that Trustpilot refused."""
    return Issue(
        "invitation_refused",
        "Trustpilot refused the invitation; the reason stands on its record.",
        "Do what Reason says on the record of the invitation.",
        FLOW,
        invitation_id,
    )


def _read_attempts(context: RunContext, invitations: Sequence[DueInvitation]) -> dict[str, Row]:
    if not invitations:
        return {}
    keys = tuple(due.attempt_key for due in invitations)
    (answer,) = context.org.read(
        [Select(SEND_ATTEMPT, ATTEMPT_FIELDS, (Condition("Attempt_Key__c", "in", keys),))]
    )
    return {row["Attempt_Key__c"]: row for row in answer.rows}


def _settle_foreign(
    context: RunContext, attempts: list[tuple[DueInvitation, Row]], tally: Tally
) -> None:
    """Record what became of attempts that other runs made, as far as that is known."""
    now = context.org.now()
    settled = [settle_foreign(due, attempt, now) for due, attempt in attempts]
    rows = [row for row in settled if row is not None]
    if not rows:
        return
    ended = [
        (AttemptOutcome(row["Status__c"]), str(row["Id"]))
        for row in rows
        if row["Status__c"] in (InvitationStatus.UNKNOWN, InvitationStatus.FAILED)
    ]
    tell(context, ended, tally)
    context.org.update(INVITATION, rows)
    tally.counts["invitations_unknown"] += sum(
        outcome is AttemptOutcome.UNKNOWN for outcome, _ in ended
    )


def _unknown(invitation_id: str) -> Issue:
    return Issue(
        "invitation_unknown",
        "No answer came back: the invitation may have been sent, and is not repeated.",
        "Look for the reference number under Manage invitations at Trustpilot.",
        FLOW,
        invitation_id,
    )


def _right_refused(due: DueInvitation, code: str) -> Issue:
    return Issue(
        "right_refused",
        f"The org refused the row that is the right to send: {code}.",
        "Correct the org's validation; the next run tries again.",
        FLOW,
        due.id,
    )
