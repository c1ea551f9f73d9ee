"""What a rule would have done, told from its decisions: counts of any number, and a few lines.

Nothing is decided here: the decisions are those of `core.invitations.claims`, one after the other.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from connector.core.invitations.claims import Claim, Decision, Earlier, plan_claim
from connector.core.invitations.facts import Experience
from connector.core.rules.grammar import Channel, Rule, Send

ROWS_A_CALL = 200
"""Rows that one call to the org writes (Salesforce 4.2)."""

ASKED = "asked"
RECORD_GONE = "record_gone"
OTHER_RULE = "other_rule"
OTHER_RULE_WAITS = "other_rule_waits"
ENTERED_AGAIN = "entered_again"

OUTCOMES: Mapping[str, str] = {
    RECORD_GONE: "The record is deleted, not visible, or the case of a review.",
    OTHER_RULE: "Another rule has the experience.",
    OTHER_RULE_WAITS: "A rule before it cannot be judged, so this one asks nobody either.",
    ENTERED_AGAIN: "The record entered several stages of the rule; an earlier entry decided.",
}
"""What can become of an entry beside `ASKED` and the codes of the checks."""

CLAIMED, BEFORE, BEHIND = "claimed", "before", "behind"

COLLISIONS: Mapping[str, str] = {
    CLAIMED: "has decided about it already",
    BEFORE: "comes first and decides",
    BEHIND: "would ask too and comes later",
}
"""How two rules meet on one experience: what is to be said of the other one."""


@dataclass(frozen=True)
class NotAsked:
    """So many entries led to no invitation, for this reason."""

    code: str
    sentence: str
    count: int


@dataclass(frozen=True)
class Collision:
    """So many experiences that another rule asks about as well; no name stands for a request."""

    rule: str
    how: str
    count: int


@dataclass(frozen=True)
class Line:
    """What becomes of one entry; `email` and `name` only where somebody asks for them."""

    record: str
    stage: str
    entered_at: datetime
    evidence: str
    outcome: str
    due_at: datetime | None = None
    contact: str = ""
    email: str = ""
    name: str = ""


@dataclass(frozen=True)
class Costs:
    """Calls: what looking at all of it takes, what claiming and sending add, and Trustpilot's."""

    reading: int
    claiming: int
    sending: int
    trustpilot: int


@dataclass(frozen=True)
class SimulationReport:
    """What a rule would do with the entries of a stretch of time.

    `asked` and the counts of `not_asked` together are all `entries`. `due_months` counts who is
    asked by the month in which it is due; `due_at_once` are those due already. `asked_in_time`
    counts who would have been asked, each in time, had the rule been on all the while.
    """

    rule: Rule
    since: datetime
    until: datetime
    entries: int
    evidence: Mapping[str, int]
    asked: int
    asked_in_time: int
    due_at_once: int
    due_months: Mapping[str, int]
    not_asked: tuple[NotAsked, ...]
    collisions: tuple[Collision, ...]
    lines: tuple[Line, ...]
    costs: Costs
    notes: tuple[str, ...] = ()


class Simulation:
    """Counts what becomes of the entries of one rule, whatever their number.

    Of single entries only the latest `most_lines` are kept, with the recipient if `personal`.
    """

    def __init__(self, rule: Rule, now: datetime, most_lines: int, *, personal: bool) -> None:
        self._rule, self._now, self._personal = rule, now, personal
        self._entries = self._asked = self._in_time = self._recorded = self._due = 0
        self._evidence: Counter[str] = Counter()
        self._months: Counter[str] = Counter()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._collisions: Counter[tuple[str, str]] = Counter()
        self._lines: deque[Line] = deque(maxlen=most_lines)

    def take(self, it: Experience, decision: Decision) -> None:
        """Count one more decision, of this rule or of another one."""
        if it.rule.name != self._rule.name:
            if decision == Earlier(self._rule.name) and _would_ask(it):
                self._collisions[it.rule.name, BEHIND] += 1
            return
        self._see(it)
        if isinstance(decision, Earlier):
            self._earlier(it, decision)
        elif isinstance(decision, Claim):
            self._claim(it, decision)
        else:
            if it.taken and decision.code == "claimed_already" and it.taken_by != self._rule.name:
                self._collisions[it.taken_by, CLAIMED] += 1
            self._not_asked(it, decision.code, decision.sentence)

    def take_in_time(self, it: Experience, decision: Decision) -> None:
        """Count one more decision of the other story, in which the rule was on all the while."""
        asks = isinstance(decision, Claim) and not decision.skipped
        self._in_time += asks and it.rule.name == self._rule.name

    def gone(self, it: Experience) -> None:
        """Count an entry whose record could not be read."""
        if it.rule.name == self._rule.name:
            self._see(it)
            self._not_asked(it, RECORD_GONE)

    def report(self, since: datetime, reading: int, notes: tuple[str, ...]) -> SimulationReport:
        """Everything together; `reading` are the calls to the org that it took."""
        return SimulationReport(
            rule=self._rule,
            since=since,
            until=self._now,
            entries=self._entries,
            evidence=dict(self._evidence.most_common()),
            asked=self._asked,
            asked_in_time=self._in_time,
            due_at_once=self._due,
            due_months=dict(sorted(self._months.items())),
            not_asked=tuple(NotAsked(*key, n) for key, n in self._reasons.most_common()),
            collisions=tuple(Collision(*key, n) for key, n in self._collisions.most_common()),
            lines=tuple(self._lines),
            costs=costs(self._rule, reading, self._recorded, self._asked),
            notes=notes,
        )

    def _see(self, it: Experience) -> None:
        self._entries += 1
        self._evidence[it.entry.evidence] += 1

    def _earlier(self, it: Experience, decision: Earlier) -> None:
        if decision.rule == self._rule.name:
            self._not_asked(it, ENTERED_AGAIN)
            return
        own = plan_claim(it)
        if not isinstance(own, Claim):
            self._not_asked(it, own.code, own.sentence)
        elif decision.held:
            self._not_asked(it, OTHER_RULE_WAITS)
        else:
            self._collisions[decision.rule, BEFORE] += 1
            self._not_asked(it, OTHER_RULE)

    def _claim(self, it: Experience, claim: Claim) -> None:
        self._recorded += 1
        row = claim.row
        if claim.skipped:
            self._not_asked(it, str(row["Reason_Code__c"]), str(row["Reason__c"]))
            return
        due: datetime = row["Due_At__c"]
        self._asked += 1
        self._due += due <= self._now
        self._months[f"{due:%Y-%m}"] += 1
        line = replace(_line(it, ASKED), due_at=due, contact=row["Contact__c"] or "")
        if self._personal:
            email, name = row["Recipient_Email__c"], row["Recipient_Name__c"] or ""
            line = replace(line, email=email, name=name)
        self._lines.append(line)

    def _not_asked(self, it: Experience, code: str, sentence: str = "") -> None:
        self._reasons[code, sentence or OUTCOMES[code]] += 1
        self._lines.append(_line(it, code))


def _line(it: Experience, outcome: str) -> Line:
    entry = it.entry
    return Line(entry.record_id, entry.new_stage, entry.entered_at, entry.evidence, outcome)


def _would_ask(it: Experience) -> bool:
    own = plan_claim(it)
    return isinstance(own, Claim) and not own.skipped


def costs(rule: Rule, reading: int, recorded: int, asked: int) -> Costs:
    """The calls for `recorded` claims of a rule, of which `asked` go out.

    An e-mail takes a right and an outcome in the org and one call to Trustpilot; a link takes an
    update, another one where it is written to the record, and up to two calls.
    """
    batches = ceil(asked / ROWS_A_CALL)
    if rule.channel is Channel.EMAIL:
        sending, calls = 2 * batches, asked
    else:
        sending = (2 if rule.write_link_to else 1) * batches
        both = 2 if rule.send is Send.BOTH else 1
        calls = asked * both if rule.channel is Channel.INVITATION_LINK else 0
    return Costs(reading, ceil(recorded / ROWS_A_CALL), sending, calls)
