"""Sends e-mail invitations: first the right to send, then the mail, then what came back.

No call here is ever repeated when its outcome is unknown, and none begins on a look that is older
than `LOOK_HOLDS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.core.invitations.sending.batches import Line, deadline
from connector.core.invitations.sending.outgoing import EmailInvitation
from connector.core.invitations.sending.sends import Ready, Settled, recipient_row, settle
from connector.core.run.issues import Issue
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    Stopped,
    VendorUnreachable,
)
from connector.core.terms.objects import INVITATION, SEND_ATTEMPT, AttemptOutcome
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.records import Update
from connector.flows.invitations.claims import FLOW
from connector.flows.invitations.sending.rights import take_rights, tell
from connector.flows.run.abreast import ABREAST, abreast
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

UNANSWERED_IN_A_ROW = 3
"""An outage must not make every due invitation one whose outcome nobody knows."""

KEPT_BACK = 25
"""Calls that the org must have left before a right is taken: to take it, to name the recipient, to
record what came back, and for issues and marks; others use the same allowance meanwhile."""

_NOT_IN_THE_PAST = timedelta(minutes=1)
"""Trustpilot does not say what it does with a send time that has passed."""

_COUNTED = {
    AttemptOutcome.ACCEPTED: "invitations_sent",
    AttemptOutcome.FAILED: "invitations_failed",
    AttemptOutcome.UNKNOWN: "invitations_unknown",
    AttemptOutcome.NOT_SENT: "invitations_waiting",
}
_ACCOUNT_REFUSALS = frozenset({401, 403})

_GIVEN_UP = SendOutcome(
    Verdict.UNKNOWN, detail="The run was stopped, and no answer came in the time that was left."
)

Right = tuple[Ready, str]
"""An invitation that is ours to send, and the record id of the attempt that says so."""


def send_emails(
    context: RunContext, ready: Sequence[Ready], looked_at: datetime, line: Line, tally: Tally
) -> tuple[list[Ready], Line]:
    """Send every invitation whose right this run gets, and record each outcome.

    Return those that found no time before the look grew old, whose rights are given back as not
    sent, and how the line is now. Raises what stops all sending (allowance, account rights, a
    stop of the run) after everything is recorded.
    """
    _keep_back(context)
    _heed_stop(context, ready, tally)
    rights = take_rights(context, ready, tally)
    unnamed = _name_recipients(context, rights, tally)
    sending = _Sending(context, deadline(looked_at), line.unanswered)
    began = context.org.now()
    sending.send([each for each in rights if each[1] not in unnamed])
    took = context.org.now() - began
    settled = sending.settled(rights)
    late = {
        each.due.id: each
        for each, attempt in rights
        if attempt not in sending.outcomes and attempt not in unnamed and not sending.stopped_by
    }
    _record(context, settled, late, tally)
    if sending.stopped_by is not None:
        raise sending.stopped_by
    after = Line(line.most, sending.unanswered).after(len(sending.outcomes), len(late), took)
    return list(late.values()), after


def _heed_stop(context: RunContext, ready: Sequence[Ready], tally: Tally) -> None:
    """Stop before a right is taken; the invitations count as those that wait."""
    try:
        context.heed_stop()
    except Stopped:
        tally.counts["invitations_waiting"] += len(ready)
        raise


def _keep_back(context: RunContext) -> None:
    """Stop before a right is taken whose outcome could not be written any more."""
    usage = context.org.usage()
    if usage is None or usage[1] - usage[0] >= KEPT_BACK:
        return
    raise AllowanceExhausted(
        "Salesforce",
        f"The org has {max(0, usage[1] - usage[0])} calls left of its daily allowance: too few to "
        "send invitations and record what came back.",
        next_step="Nothing is lost: due invitations wait for a run with more calls left.",
    )


def _name_recipients(context: RunContext, rights: Sequence[Right], tally: Tally) -> set[str]:
    """Write down who is really asked, before they are; return the attempts where that failed."""
    named = [(attempt, recipient_row(each)) for each, attempt in rights]
    changed = [(attempt, row) for attempt, row in named if row]
    if not changed:
        return set()
    results = context.org.update(INVITATION, [row for _, row in changed])
    refused = [
        (attempt, str(row["Id"]), result.error.code)
        for (attempt, row), result in zip(changed, results, strict=True)
        if result.error is not None
    ]
    tally.issues += [_not_named(invitation, code) for _, invitation, code in refused]
    return {attempt for attempt, _, _ in refused}


def _not_named(invitation_id: str, code: str) -> Issue:
    return Issue(
        "recipient_refused",
        f"The org refused the recipient whom the invitation would really ask: {code}.",
        "Correct the org's validation; the next run tries again.",
        FLOW,
        invitation_id,
    )


@dataclass
class _Sending:
    """The sending of one batch: what is under way ends, the rest is left once something stops it.

    So is what is left when the look grows old.
    """

    context: RunContext
    until: datetime
    unanswered: int = 0
    stopped_by: ConnectorError | None = None
    outcomes: dict[str, tuple[SendOutcome, datetime]] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)

    def send(self, rights: Sequence[Right]) -> None:
        """Send them, some side by side, as long as they may begin."""
        stopping = self.context.stopping
        asked = abreast(self._ask, rights, self._may_begin, self._room, stopping.is_over)
        for right, outcome in asked:
            self._take(right, outcome)
        self.stopped_by = self.stopped_by or stopping.wanted()
        for attempt_id in self.under_way:
            self.outcomes[attempt_id] = _GIVEN_UP, self.context.org.now()

    def settled(self, rights: Sequence[Right]) -> list[Settled]:
        """What became of each right; those that nothing was sent for are given back."""
        why = "The run was stopped before it was sent."
        detail = why if isinstance(self.stopped_by, Stopped) else ""
        unsent = SendOutcome(Verdict.TRY_LATER, detail=detail), self.context.org.now()
        return [
            settle(each.due, attempt_id, *self.outcomes.get(attempt_id, unsent), each.asked)
            for each, attempt_id in rights
        ]

    def _may_begin(self) -> bool:
        if self.stopped_by is not None or self.context.stopping.wanted() is not None:
            return False
        return self.context.org.now() < self.until

    def _room(self) -> int:
        """Side by side only while the line is good: what is unanswered is never repeated."""
        return 1 if self.unanswered else ABREAST

    def _ask(self, right: Right) -> SendOutcome | ConnectorError:
        ready, attempt_id = right
        self.under_way.add(attempt_id)
        invitation = _invitation(self.context, ready)
        try:
            return self.context.trustpilot.send_invitation(ready.unit.id, invitation)
        except ConnectorError as error:  # nothing was sent: the allowance or the sign-in said no
            return error

    def _take(self, right: Right, outcome: SendOutcome | ConnectorError) -> None:
        ready, attempt_id = right
        self.under_way.discard(attempt_id)
        if isinstance(outcome, ConnectorError):
            self.stopped_by = self.stopped_by or outcome
            return
        self.context.reporter.event("sent", invitation=ready.due.id, verdict=outcome.verdict.value)
        stopped_by = _what_stops(ready, outcome)
        if isinstance(stopped_by, AccessDenied):
            outcome = SendOutcome(Verdict.TRY_LATER, outcome.status, outcome.code, outcome.detail)
        self.outcomes[attempt_id] = outcome, self.context.org.now()
        unknown = outcome.verdict is Verdict.UNKNOWN
        self.unanswered = self.unanswered + 1 if unknown else 0
        if unknown and self.unanswered >= UNANSWERED_IN_A_ROW:
            stopped_by = _unreachable(outcome, "left invitations unanswered")
        self.stopped_by = self.stopped_by or stopped_by


def _what_stops(ready: Ready, outcome: SendOutcome) -> ConnectorError | None:
    """What an outcome says about all invitations, not only about this one."""
    if outcome.verdict is Verdict.REFUSED and outcome.status in _ACCOUNT_REFUSALS:
        return AccessDenied(
            "Trustpilot",
            f"Trustpilot does not let this account invite for {ready.unit.name} ({outcome.code}).",
            next_step="Check the plan, trustpilot.acting_user_id (Admin or Manager) and the "
            "business unit, then type: connector run --only invitations_out",
        )
    if outcome.verdict is Verdict.TRY_LATER and outcome.status is None:
        return _unreachable(outcome, "could not be reached")
    if outcome.verdict is Verdict.TRY_LATER:
        return AllowanceExhausted(
            "Trustpilot", "Trustpilot asked to send the remaining invitations later."
        )
    return None


def _unreachable(outcome: SendOutcome, what: str) -> VendorUnreachable:
    return VendorUnreachable(
        f"Trustpilot {what}; the others stay scheduled.",
        CallFacts("Trustpilot", "POST", "email-invitations", outcome.status),
        maybe_processed=outcome.verdict is Verdict.UNKNOWN,
        next_step="Look at status.trustpilot.com; the next run goes on.",
    )


def send_time(ready: Ready, now: datetime) -> datetime:
    """When Trustpilot is to send it: soon, or when it is due where Trustpilot keeps it."""
    soon, due_at = now + _NOT_IN_THE_PAST, ready.due.due_at
    return max(soon, due_at) if due_at and ready.due.is_held_by_trustpilot else soon


def _invitation(context: RunContext, ready: Ready) -> EmailInvitation:
    due, sender, products = ready.due, context.policy.sender, ready.asked.products
    return EmailInvitation(
        email=ready.person.email,
        name=ready.person.name or "Customer",
        reference_number=due.text("Reference_Number__c"),
        send_at=send_time(ready, context.org.now()),
        locale=due.text("Locale__c"),
        template_id=ready.template_id,
        tags=due.tags,
        sender_name=sender.name,
        sender_email=sender.email,
        reply_to=sender.reply_to,
        redirect_url=sender.redirect_url,
        service=ready.asked.service,
        products=products.inline,
        product_skus=() if products.inline else products.skus,
    )


def _record(
    context: RunContext, settled: list[Settled], late: Mapping[str, Ready], tally: Tally
) -> None:
    """Write what became of a batch, the attempts first: from them the rest can be told again.

    What is `late` goes with another look of this run, so it does not count as waiting.
    """
    if not settled:
        return
    tell(context, [(each.outcome, str(each.invitation["Id"])) for each in settled], tally)
    _, results = context.org.update_together(
        [
            Update(SEND_ATTEMPT, tuple(each.attempt for each in settled)),
            Update(INVITATION, tuple(each.invitation for each in settled)),
        ]
    )
    for each, result in zip(settled, results, strict=True):
        if each.invitation["Id"] not in late:
            tally.counts[_COUNTED[each.outcome]] += 1
        if result.error is not None:
            tally.notes.append(
                f"Invitation {each.invitation['Id']} was not updated: {result.error.code}; "
                "the next run copies the outcome from its attempt."
            )
