"""Notes what has to wait, and tells a person where one has to do something about it."""

from __future__ import annotations

from connector.core.invitations.sending.due import Wait
from connector.core.run.issues import Issue, issue_key
from connector.flows.invitations.claims import FLOW
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally

CONSENT_UNREADABLE = "consent_unreadable"

_REQUESTS = "requests"
"""What stands for the rule in the issues about invitations that have none."""


CANARY_HELD = Issue(
    "canary_held",
    "Invitations that only the canary list held back are on hold.",
    "Once the list is gone, look at the invitations with the reason code held_by_canary: release "
    "each one that is still to go (connector invitations release), cancel the others, and close "
    "this issue.",
    FLOW,
    "canary",
)
"""The one issue about everything that the canary list held back."""


def note_wait(wait: Wait, rule: str, tally: Tally) -> None:
    """Count an invitation that waits, and keep an issue about its rule where it has a code."""
    tally.counts["invitations_waiting"] += 1
    tally.notes.append(wait.reason)
    if wait.code:
        tally.issues.append(_issue(wait, rule or _REQUESTS))


def note_go(context: RunContext, rule: str, tally: Tally) -> None:
    """Close what is told of a rule whose people can be asked now."""
    key = issue_key(CONSENT_UNREADABLE, rule or _REQUESTS)
    tally.passed += context.opening.still_open([key])


def _issue(wait: Wait, rule: str) -> Issue:
    return Issue(
        wait.code,
        f"{wait.reason} Nobody is asked before it can be read.",
        "Give the connector's user read access to it (connector deploy brings the permission "
        "set), or say under consent why it need not be read.",
        FLOW,
        rule,
    )
