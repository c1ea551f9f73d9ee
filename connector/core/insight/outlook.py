"""What would become of an invitation that waits, were it looked at now: as a sentence.

It tells what the second look decides, names nobody, and decides nothing of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.core.invitations.kinds import HELD_AHEAD
from connector.core.invitations.recipients import Person
from connector.core.invitations.sending.due import DueInvitation, Stop, Wait
from connector.core.terms.addresses import address
from connector.core.terms.objects import InvitationStatus


class Becomes(StrEnum):
    """What would become of an invitation; `KEPT` is what Trustpilot has and keeps until then."""

    GOES = "goes"
    WAITS = "waits"
    UNSEEN = "unseen"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    HELD = "held"
    KEPT = "kept"


ENDS: Mapping[InvitationStatus, tuple[Becomes, str]] = {
    InvitationStatus.CANCELLED: (Becomes.CANCELLED, "be cancelled"),
    InvitationStatus.SKIPPED: (Becomes.SKIPPED, "be skipped"),
    InvitationStatus.ON_HOLD: (Becomes.HELD, "be put on hold"),
}
"""How a look may end an invitation unsent, and the words for it."""

_NO_WAY_BACK = (
    "nothing can be stopped any more, and Trustpilot's own reminder setting may turn one "
    "invitation into two mails."
)
KEPT_THERE = f"once Trustpilot has it, {_NO_WAY_BACK}"
"""What is to be known of an e-mail that Trustpilot keeps until it is due (help 214995348)."""


@dataclass(frozen=True)
class Outlook:
    """What would become of one invitation; `code` is a reason code, empty where there is none.

    `at` is from when on a run works it off: when it is due, or earlier where Trustpilot keeps it.
    """

    becomes: Becomes
    sentence: str
    code: str = ""
    at: datetime | None = None


def outlook(due: DueInvitation, found: Person | Wait | Stop) -> Outlook:
    """What a look at an invitation that waits has found, told."""
    if isinstance(found, Person):
        told = Outlook(Becomes.GOES, f"Looked at now, {_goes(due, found)}")
    elif isinstance(found, Stop):
        becomes, words = ENDS[found.status]
        said = f"Looked at now, it would {words} ({found.code}): {found.reason}"
        told = Outlook(becomes, said, found.code)
    elif found.code:
        told = Outlook(Becomes.UNSEEN, _unseen(_reason(found)), found.code)
    else:
        told = Outlook(Becomes.WAITS, f"Looked at now, it would wait: {_reason(found)}")
    return _with_its_time(due, told)


def not_looked_at(due: DueInvitation, why: str) -> Outlook:
    """That nobody could look, because of this sentence."""
    return _with_its_time(due, Outlook(Becomes.UNSEEN, _unseen(why)))


def kept(due: DueInvitation, now: datetime) -> Outlook | None:
    """What is to be said of an e-mail that Trustpilot has and keeps; None of any other."""
    gone = due.text("Status__c") == InvitationStatus.ACCEPTED.value
    if not (gone and due.is_held_by_trustpilot and due.due_at is not None and due.due_at > now):
        return None
    said = f"Trustpilot has it and keeps it until {when(due.due_at)}: {_NO_WAY_BACK}"
    return Outlook(Becomes.KEPT, said, at=due.due_at)


def when(moment: datetime) -> str:
    """A moment as sentences say it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _goes(due: DueInvitation, person: Person) -> str:
    what = "its link would be made for" if due.is_link else "it would go to"
    kind = "contact" if person.contact_id else "address"
    if _is_named(due, person):
        return f"{what} the {kind} on it."
    return f"{what} another {kind} than the one on it: the record leads there now."


def _is_named(due: DueInvitation, person: Person) -> bool:
    if person.contact_id:
        return person.contact_id == (due.text("Recipient_Id__c") or due.text("Contact__c"))
    return address(person.email) == address(due.text("Recipient_Email__c"))


def _unseen(why: str) -> str:
    return f"It waits, because the look could not look: {why}"


def _reason(wait: Wait) -> str:
    return wait.reason.partition(" wait: ")[2] or wait.reason


def _with_its_time(due: DueInvitation, told: Outlook) -> Outlook:
    if not due.is_held_by_trustpilot:
        return Outlook(told.becomes, told.sentence, told.code, due.due_at)
    at = due.due_at - HELD_AHEAD if due.due_at is not None else None
    return Outlook(told.becomes, f"{told.sentence} Note: {KEPT_THERE}", told.code, at)
