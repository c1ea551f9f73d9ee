"""Sends e-mail invitations: first the right to send, then the mail, then what came back.

No call here is ever repeated when its outcome is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.core.invitations.sending.outgoing import EmailInvitation
from connector.core.invitations.sending.sends import Ready, Settled, settle
from connector.core.terms.attempts import LONGEST_SEND
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    VendorUnreachable,
)
from connector.core.terms.objects import INVITATION, SEND_ATTEMPT, AttemptOutcome
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.records import Update
from connector.flows.invitations.sending.rights import take_rights, tell
from connector.flows.run.abreast import ABREAST
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

RIGHTS_AT_ONCE = 200
"""A killed run leaves at most this many rights whose outcome nobody knows.

The first right of a run is taken alone, because the account may not be allowed to send; then
more are taken each time, so that a run which dies early leaves few.
"""

_GROWTH = 5

UNANSWERED_IN_A_ROW = 3
"""An outage must not make every due invitation one whose outcome nobody knows."""

_NOT_IN_THE_PAST = timedelta(minutes=1)
"""Trustpilot does not say what it does with a send time that has passed."""

_LONGEST_CALL = timedelta(minutes=2)
"""One call takes no longer with the default timeouts: it neither signs in nor waits its turn."""

_COUNTED = {
    AttemptOutcome.ACCEPTED: "invitations_sent",
    AttemptOutcome.FAILED: "invitations_failed",
    AttemptOutcome.UNKNOWN: "invitations_unknown",
    AttemptOutcome.NOT_SENT: "invitations_waiting",
}
_ACCOUNT_REFUSALS = frozenset({401, 403})

Right = tuple[Ready, str]
"""An invitation that is ours to send, and the record id of the attempt that says so."""


@dataclass
class Line:
    """How well the line to Trustpilot is over all batches of a run, and how many rights to take."""

    unanswered: int = 0
    rights: int = 1

    def lengthen(self) -> None:
        """Take more rights at once from now on."""
        self.rights = min(self.rights * _GROWTH, RIGHTS_AT_ONCE)


def send_emails(context: RunContext, ready: Sequence[Ready], line: Line, tally: Tally) -> None:
    """Send every invitation whose right this run gets, and record each outcome.

    Raises what stops all sending (allowance, account rights) after everything is recorded.
    """
    done = 0
    while done < len(ready):
        most = min(len(ready) - done, line.rights)
        # Before a right is taken, so that none grows old while it waits for a token or a turn.
        batch = ready[done : done + context.trustpilot.prepare_to_send(most)]
        done += len(batch)
        line.lengthen()
        context.reporter.progress("invitations", done, len(ready))
        sending = _Sending(context, line)
        settled = sending.send(take_rights(context, batch, tally))
        _record(context, settled, tally)
        if sending.stopped_by is not None:
            raise sending.stopped_by


@dataclass
class _Sending:
    """The sending of one batch: what is under way ends, the rest is left once something stops it.

    So is what is left when the rights grow old: other runs would take us for gone.
    """

    context: RunContext
    line: Line
    stopped_by: ConnectorError | None = None
    outcomes: dict[str, tuple[SendOutcome, datetime]] = field(default_factory=dict)

    def send(self, rights: Sequence[Right]) -> list[Settled]:
        """Send them, some side by side, and say what became of each; unsent ones included."""
        until = self.context.org.now() + LONGEST_SEND - _LONGEST_CALL
        waiting, under_way = list(reversed(rights)), dict[Future[SendOutcome], Right]()
        with ThreadPoolExecutor(ABREAST, "send") as pool:
            while True:
                while waiting and self._may_begin(len(under_way), until):
                    right = waiting.pop()
                    under_way[pool.submit(self._ask, right[0])] = right
                if not under_way:
                    break
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    self._take(under_way.pop(future), future)
        unsent = SendOutcome(Verdict.TRY_LATER), self.context.org.now()
        return [
            settle(each.due, attempt_id, *self.outcomes.get(attempt_id, unsent), each.asked)
            for each, attempt_id in rights
        ]

    def _may_begin(self, under_way: int, until: datetime) -> bool:
        """Side by side only while the line is good: what is unanswered is never repeated."""
        room = 1 if self.line.unanswered else ABREAST
        return under_way < room and self.stopped_by is None and self.context.org.now() < until

    def _ask(self, ready: Ready) -> SendOutcome:
        invitation = _invitation(self.context, ready)
        return self.context.trustpilot.send_invitation(ready.unit.id, invitation)

    def _take(self, right: Right, future: Future[SendOutcome]) -> None:
        ready, attempt_id = right
        try:
            outcome = future.result()
        except ConnectorError as error:  # nothing was sent: the allowance or the sign-in said no
            self.stopped_by = self.stopped_by or error
            return
        self.context.reporter.event("sent", invitation=ready.due.id, verdict=outcome.verdict.value)
        stopped_by = _what_stops(ready, outcome)
        if isinstance(stopped_by, AccessDenied):
            outcome = SendOutcome(Verdict.TRY_LATER, outcome.status, outcome.code, outcome.detail)
        self.outcomes[attempt_id] = outcome, self.context.org.now()
        unknown = outcome.verdict is Verdict.UNKNOWN
        self.line.unanswered = self.line.unanswered + 1 if unknown else 0
        if unknown and self.line.unanswered >= UNANSWERED_IN_A_ROW:
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


def _record(context: RunContext, settled: list[Settled], tally: Tally) -> None:
    """Write what became of a batch, the attempts first: from them the rest can be told again."""
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
        tally.counts[_COUNTED[each.outcome]] += 1
        if result.error is not None:
            tally.notes.append(
                f"Invitation {each.invitation['Id']} was not updated: {result.error.code}; "
                "the next run copies the outcome from its attempt."
            )
