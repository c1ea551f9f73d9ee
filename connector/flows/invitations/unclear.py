"""Reads the invitations that are Unknown, and what is known of the try whose end nobody knows.

It writes nothing: a person sees from it which of them were sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.invitations.desk import last_attempt_key
from connector.core.invitations.shown import TRIED, UNCLEAR
from connector.core.policy import RunPolicy
from connector.core.run.shown import Listing, facts
from connector.core.terms.objects import INVITATION, SEND_ATTEMPT, InvitationStatus
from connector.core.terms.records import Condition, Row, Select
from connector.flows.invitations.look import NAMES
from connector.flows.ports import Org
from connector.flows.run.opening import refuse_other_org


@dataclass(frozen=True)
class Chosen:
    """Which unknown ends are meant: those that `words` name, and those of a run and a rule."""

    words: tuple[str, ...] = ()
    run: str = ""
    rule: str = ""

    @property
    def is_wide(self) -> bool:
        """True where not every invitation was named."""
        return bool(self.run or self.rule)

    def names(self, row: Row) -> bool:
        """True for one that a word names."""
        return any(NAMES.fit(row, word) for word in self.words)

    def takes_in(self, row: Row, tried: Row) -> bool:
        """True for one of the run and the rule; `tried` is the try whose end is not known."""
        of_run = not self.run or tried.get("Run_Id__c") == self.run
        # The org cuts the names of rules where it keeps them.
        of_rule = not self.rule or row.get("Rule__c") == self.rule[:80]
        return self.is_wide and of_run and of_rule


@dataclass(frozen=True)
class Unclear:
    """What is known of the chosen ones, and the ids of those that the run and the rule chose."""

    known: Listing
    taken_in: tuple[str, ...]


def unclear(org: Org, policy: RunPolicy, chosen: Chosen) -> Unclear:
    """The chosen ones that are Unknown, the oldest try first; two questions in one call."""
    refuse_other_org(org, policy)
    names = (*NAMES.keys, *UNCLEAR.values(), "Claim_Key__c", "Attempts__c")
    unknown = InvitationStatus.UNKNOWN.value
    rows, attempts = org.read(
        [
            Select(
                INVITATION, tuple(dict.fromkeys(names)), (Condition("Status__c", "=", unknown),)
            ),
            Select(
                SEND_ATTEMPT,
                ("Attempt_Key__c", *TRIED.values()),
                (Condition("Invitation__r.Status__c", "=", unknown),),
            ),
        ]
    )
    tries = {str(row["Attempt_Key__c"]): row for row in attempts.rows}
    pairs = [(row, tries.get(last_attempt_key(row), {})) for row in rows.rows]
    taken_in = tuple(str(row["Id"]) for row, tried in pairs if chosen.takes_in(row, tried))
    found = [
        facts(row, UNCLEAR) | facts(tried, TRIED)
        for row, tried in pairs
        if row["Id"] in taken_in or chosen.names(row)
    ]
    found.sort(key=lambda each: str(each["tried_at"] or ""))
    return Unclear(Listing(tuple(found), more=False), taken_in)
