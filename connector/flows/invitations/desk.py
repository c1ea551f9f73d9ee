"""What a person does with single invitations: cancel, hold, release, resolve.

Who stops an invitation takes the right to send first: a run that is about to send it meets that
right, and a run that was faster is told of instead of a promise that may not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.core.invitations.desk import (
    RIGHT_TAKEN,
    AsWished,
    Change,
    Decision,
    DeskAction,
    Refusal,
    change_row,
    decide,
    right_row,
)
from connector.core.invitations.sending.due import DUE_FIELDS, RECIPIENT_ID, DueInvitation
from connector.core.policy import RunPolicy
from connector.core.run.shown import Told
from connector.core.terms.attempts import persons_stop
from connector.core.terms.errors import VendorUnreachable
from connector.core.terms.objects import (
    INVITATION,
    SEND_ATTEMPT,
    InvitationStatus,
)
from connector.core.terms.records import Row, RowResult
from connector.flows.invitations.look import NAMES, named
from connector.flows.invitations.sending.found_sent import close_issues, read_attempts, tell_sent
from connector.flows.ports import Org
from connector.flows.run.opening import refuse_other_org

# What an older package lacks is not asked for: people can stop invitations on it all the same.
_FIELDS = tuple(each for each in dict.fromkeys((*DUE_FIELDS, "Sent_At__c")) if each != RECIPIENT_ID)


_AT_ONCE = 200
"""So many are asked about in one question, and written in one call."""


def act(
    org: Org, policy: RunPolicy, action: DeskAction, words: Sequence[str], run_id: str
) -> list[Told]:
    """Do what a person wants with each invitation, and say what became of each.

    Raises `SafetyStop` for another org, and whatever keeps the org from answering: typing the
    same again goes on where it ended.
    """
    refuse_other_org(org, policy)
    parts = [words[start : start + _AT_ONCE] for start in range(0, len(words), _AT_ONCE)]
    return [told for part in parts for told in _act(org, action, part, run_id)]


def _act(org: Org, action: DeskAction, words: Sequence[str], run_id: str) -> list[Told]:
    rows, unclear = _chosen(org, words)
    decisions = {str(row["Id"]): decide(row, action) for row in rows}
    wishes = [_Wish(row, each) for row in rows if isinstance(each := decisions[row["Id"]], Change)]
    refused = _take_rights(org, wishes, run_id)
    ready = [wish for wish in wishes if wish.id not in refused]
    sent = tell_sent(org, [wish.row for wish in ready]) if action is DeskAction.SENT else {}
    refused |= _change(org, ready, sent)
    if action in (DeskAction.SENT, DeskAction.RESEND):
        over = [n for n, d in decisions.items() if not isinstance(d, Refusal) and n not in refused]
        close_issues(org, over, run_id)
    return [*(_told(row, decisions, refused) for row in rows), *unclear]


@dataclass(frozen=True)
class _Wish:
    """An invitation and the change that it shall undergo."""

    row: Row
    change: Change

    @property
    def id(self) -> str:
        return str(self.row["Id"])


def _chosen(org: Org, words: Sequence[str]) -> tuple[list[Row], list[Told]]:
    """The one invitation that each word names; a word that names none or several is told of."""
    rows = named(org, words, _FIELDS)
    chosen: dict[str, Row] = {}
    unclear: list[Told] = []
    for place, word in enumerate(dict.fromkeys(words), start=1):
        fits = [row for row in rows if NAMES.fit(row, word)]
        if len(fits) == 1:
            chosen[str(fits[0]["Id"])] = fits[0]
        elif fits:
            ids = " ".join(str(row["Id"]) for row in fits)
            said = f"Several invitations have the reference number that stands in place {place}."
            unclear.append(Told("", "", "", said, f"Name one by its record id: {ids}"))
        else:
            said = f"No invitation is known by what stands in place {place}."
            unclear.append(Told("", "", "", said, "Look: connector invitations list"))
    return list(chosen.values()), unclear


def _take_rights(org: Org, wishes: Iterable[_Wish], run_id: str) -> dict[str, Refusal]:
    """Take the right to send where one is needed; return what was refused, by record id."""
    needy = [wish for wish in wishes if wish.change.takes_right]
    if not needy:
        return {}
    rows = [right_row(wish.row, wish.change, org.now(), run_id) for wish in needy]
    try:
        results = org.insert(SEND_ATTEMPT, rows)
    except VendorUnreachable as lost:
        if not lost.maybe_processed:
            raise
        results = [RowResult() for _ in rows]  # the org's rows tell what became of them
    missed = [(wish, result) for wish, result in zip(needy, results, strict=True) if not result.id]
    theirs = read_attempts(org, [DueInvitation(wish.row).attempt_key for wish, _ in missed])
    refused: dict[str, Refusal] = {}
    for wish, result in missed:
        attempt = theirs.get(DueInvitation(wish.row).attempt_key)
        if attempt is None:
            code = result.error.code if result.error else "no answer"
            refused[wish.id] = _refused_by_org(code)
        elif persons_stop(attempt) is None:
            refused[wish.id] = RIGHT_TAKEN
    return refused


def _change(org: Org, wishes: Sequence[_Wish], sent: Mapping[str, datetime]) -> dict[str, Refusal]:
    """Write the changes; return what the org refused, by record id."""
    if not wishes:
        return {}
    now = org.now()
    rows = [change_row(wish.row, wish.change, sent.get(wish.id, now), now) for wish in wishes]
    results = org.update(INVITATION, rows)
    return {
        wish.id: _refused_by_org(result.error.code)
        for wish, result in zip(wishes, results, strict=True)
        if result.error is not None
    }


def _refused_by_org(code: str) -> Refusal:
    return Refusal(f"The org refused it: {code}.", "Correct the record or the org's validation.")


def _told(row: Row, decisions: Mapping[str, Decision], refused: Mapping[str, Refusal]) -> Told:
    record, was = str(row["Id"]), str(row.get("Status__c") or "")
    decision = refused.get(record) or decisions[record]
    if isinstance(decision, Refusal):
        return Told(record, was, was, decision.sentence, decision.next_step.format(id=record))
    if isinstance(decision, AsWished):
        return Told(record, was, was)
    return Told(record, was, InvitationStatus(decision.status).value)
