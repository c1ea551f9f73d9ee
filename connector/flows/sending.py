"""Sends e-mail invitations: first the right to send, then the mail, then what came back.

No call here is ever repeated when its outcome is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from connector.core.attempts import ATTEMPT_FIELDS, LONGEST_SEND
from connector.core.email_invitation import EmailInvitation
from connector.core.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    VendorUnreachable,
)
from connector.core.issues import Issue, issue_key, issue_rows
from connector.core.objects import (
    INVITATION,
    ISSUE,
    SEND_ATTEMPT,
    AttemptOutcome,
    InvitationStatus,
)
from connector.core.outcomes import SendOutcome, Verdict
from connector.core.plan_sends import (
    DueInvitation,
    Settled,
    attempt_row,
    settle,
    settle_foreign,
)
from connector.core.recipients import Person
from connector.core.records import Condition, Row, RowResult, Select
from connector.core.units import Unit
from connector.flows.claims import FLOW, TAKEN
from connector.flows.context import RunContext
from connector.flows.tally import Tally

RIGHTS_AT_ONCE = 100
"""A killed run leaves at most this many rights whose outcome nobody knows.

The first right of a run is taken alone: where the account may not send, it stays the only one.
"""

UNANSWERED_IN_A_ROW = 3
"""An outage must not make every due invitation one whose outcome nobody knows."""

_NOT_IN_THE_PAST = timedelta(minutes=1)
"""Trustpilot does not say what it does with a send time that has passed."""

_LONGEST_CALL = timedelta(minutes=2)
"""One call takes no longer with the default timeouts."""

_COUNTED = {
    AttemptOutcome.ACCEPTED: "invitations_sent",
    AttemptOutcome.FAILED: "invitations_failed",
    AttemptOutcome.UNKNOWN: "invitations_unknown",
    AttemptOutcome.NOT_SENT: "invitations_waiting",
}
_ACCOUNT_REFUSALS = frozenset({401, 403})


@dataclass(frozen=True)
class Ready:
    """A due invitation that passed every check, with whom to ask for which business unit."""

    due: DueInvitation
    unit: Unit
    person: Person


@dataclass
class _Line:
    """How well the line to Trustpilot is, over all batches of a run."""

    unanswered: int = 0


def send_emails(context: RunContext, ready: Sequence[Ready], tally: Tally) -> None:
    """Send every invitation whose right this run gets, and record each outcome.

    Raises what stops all sending (allowance, account rights) after everything is recorded.
    """
    done, line = 0, _Line()
    while done < len(ready):
        batch = ready[done : done + (RIGHTS_AT_ONCE if done else 1)]
        done += len(batch)
        context.reporter.progress("invitations", done, len(ready))
        settled, stopped_by = _send(context, _take_rights(context, batch, tally), line)
        _record(context, settled, tally)
        if stopped_by is not None:
            raise stopped_by


def _take_rights(
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


def _read_attempts(context: RunContext, invitations: Sequence[DueInvitation]) -> dict[str, Row]:
    if not invitations:
        return {}
    keys = tuple(due.attempt_key for due in invitations)
    (answer,) = context.org.read(
        [Select(SEND_ATTEMPT, ATTEMPT_FIELDS, (Condition("Attempt_Key__c", "in", keys),))]
    )
    return {row["Attempt_Key__c"]: row for row in answer.rows}


def _send(
    context: RunContext, rights: Sequence[tuple[Ready, str]], line: _Line
) -> tuple[list[Settled], ConnectorError | None]:
    """Send one after the other; after what stops everything, the rest counts as not sent.

    So does what is left when the rights grow old: other runs would take us for gone.
    """
    settled: list[Settled] = []
    until = context.org.now() + LONGEST_SEND - _LONGEST_CALL
    stopped_by: ConnectorError | None = None
    for each, attempt_id in rights:
        if stopped_by is None and context.org.now() < until:
            outcome, stopped_by = _ask(context, each)
            line.unanswered = line.unanswered + 1 if outcome.verdict is Verdict.UNKNOWN else 0
            if line.unanswered == UNANSWERED_IN_A_ROW:
                stopped_by = _unreachable(outcome, "left invitations unanswered")
        else:
            outcome = SendOutcome(Verdict.TRY_LATER)
        settled.append(settle(each.due, attempt_id, outcome, context.org.now()))
    return settled, stopped_by


def _ask(context: RunContext, ready: Ready) -> tuple[SendOutcome, ConnectorError | None]:
    try:
        outcome = context.trustpilot.send_invitation(ready.unit.id, _invitation(context, ready))
    except ConnectorError as error:  # nothing was sent: the allowance or the sign-in said no
        return SendOutcome(Verdict.TRY_LATER), error
    context.reporter.event("sent", invitation=ready.due.id, verdict=outcome.verdict.value)
    if outcome.verdict is Verdict.REFUSED and outcome.status in _ACCOUNT_REFUSALS:
        refusal = AccessDenied(
            "Trustpilot",
            f"Trustpilot does not let this account invite for {ready.unit.name} ({outcome.code}).",
            next_step="Check the plan, trustpilot.acting_user_id (Admin or Manager) and the "
            "business unit, then type: connector run --only invitations_out",
        )
        return SendOutcome(Verdict.TRY_LATER, outcome.status, outcome.code, outcome.detail), refusal
    if outcome.verdict is Verdict.TRY_LATER and outcome.status is None:
        return outcome, _unreachable(outcome, "could not be reached")
    if outcome.verdict is Verdict.TRY_LATER:
        return outcome, AllowanceExhausted(
            "Trustpilot", "Trustpilot asked to send the remaining invitations later."
        )
    return outcome, None


def _unreachable(outcome: SendOutcome, what: str) -> VendorUnreachable:
    return VendorUnreachable(
        f"Trustpilot {what}; the others stay scheduled.",
        CallFacts("Trustpilot", "POST", "email-invitations", outcome.status),
        maybe_processed=outcome.verdict is Verdict.UNKNOWN,
        next_step="Look at status.trustpilot.com; the next run goes on.",
    )


def _invitation(context: RunContext, ready: Ready) -> EmailInvitation:
    due, sender = ready.due, context.policy.sender
    return EmailInvitation(
        email=ready.person.email,
        name=ready.person.name or "Customer",
        reference_number=due.text("Reference_Number__c"),
        send_at=context.org.now() + _NOT_IN_THE_PAST,
        locale=due.text("Locale__c"),
        template_id=due.text("Template_Id__c"),
        tags=due.tags,
        sender_name=sender.name,
        sender_email=sender.email,
        reply_to=sender.reply_to,
        redirect_url=sender.redirect_url,
    )


def _record(context: RunContext, settled: list[Settled], tally: Tally) -> None:
    if not settled:
        return
    context.org.update(SEND_ATTEMPT, [each.attempt for each in settled])
    _tell(context, [(each.outcome, str(each.invitation["Id"])) for each in settled], tally)
    results = context.org.update(INVITATION, [each.invitation for each in settled])
    for each, result in zip(settled, results, strict=True):
        tally.counts[_COUNTED[each.outcome]] += 1
        if result.error is not None:
            tally.notes.append(
                f"Invitation {each.invitation['Id']} was not updated: {result.error.code}; "
                "the next run copies the outcome from its attempt."
            )


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
    _tell(context, ended, tally)
    context.org.update(INVITATION, rows)
    tally.counts["invitations_unknown"] += sum(
        outcome is AttemptOutcome.UNKNOWN for outcome, _ in ended
    )


def _tell(context: RunContext, ended: list[tuple[AttemptOutcome, str]], tally: Tally) -> None:
    """Store the issues about these invitations, and close those that are over.

    It comes before the ledger says that an invitation has ended: a run that is killed in
    between leaves an issue too early, never an end that nobody hears of.
    """
    issues: list[Issue] = []
    for outcome, invitation_id in ended:
        if outcome is AttemptOutcome.UNKNOWN:
            issues.append(_unknown(invitation_id))
        elif outcome is AttemptOutcome.FAILED:
            issues.append(_refused(invitation_id))
        else:
            codes = ("invitation_unknown", "invitation_refused", "right_refused")
            tally.passed += [issue_key(code, invitation_id) for code in codes]
    tally.issues += issues
    if issues:
        known = context.opening.issues
        rows = issue_rows(issues, known, context.now, context.run_id)
        context.org.upsert(ISSUE, "Key__c", rows)


def _unknown(invitation_id: str) -> Issue:
    return Issue(
        "invitation_unknown",
        "No answer came back: the invitation may have been sent, and is not repeated.",
        "Look for the reference number under Manage invitations at Trustpilot.",
        FLOW,
        invitation_id,
    )


def _refused(invitation_id: str) -> Issue:
    return Issue(
        "invitation_refused",
        "Trustpilot refused the invitation; the reason stands on its record.",
        "Correct the recipient, template or sender it names.",
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
