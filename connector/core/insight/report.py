"""What became of the experiences that rules looked at, counted from the ledger.

Counts only: no record, no person. What a condition leaves out makes no row in the ledger, so it is
counted nowhere; the report names the conditions instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from connector.core.rules.grammar import Rule
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row

GROUPED = ("Rule__c", "Status__c", "Reason_Code__c")
"""What the ledger's rows are counted by."""


class Outcome(StrEnum):
    """What became of an experience; each one counts under exactly one of these."""

    INVITED = "invited"
    WAITING = "waiting"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


_OUTCOMES: Mapping[str, Outcome] = {
    InvitationStatus.REQUESTED.value: Outcome.WAITING,
    InvitationStatus.SCHEDULED.value: Outcome.WAITING,
    InvitationStatus.ON_HOLD.value: Outcome.WAITING,
    InvitationStatus.SENDING.value: Outcome.WAITING,
    InvitationStatus.ACCEPTED.value: Outcome.INVITED,
    InvitationStatus.LINK_READY.value: Outcome.INVITED,
    InvitationStatus.DELIVERED.value: Outcome.INVITED,
    InvitationStatus.NOT_DELIVERED.value: Outcome.INVITED,
    InvitationStatus.REVIEWED.value: Outcome.INVITED,
    InvitationStatus.SKIPPED.value: Outcome.SKIPPED,
    InvitationStatus.CANCELLED.value: Outcome.CANCELLED,
    InvitationStatus.FAILED.value: Outcome.FAILED,
    InvitationStatus.UNKNOWN.value: Outcome.UNKNOWN,
}


@dataclass(frozen=True)
class Month:
    """A stretch of one calendar month (UTC): from `start` to before `end`."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, order=True)
class Count:
    """So many experiences of a rule in a month came to this; no rule stands for a request.

    `reason` is a reason code, empty where the invitation has none.
    """

    month: str
    rule: str
    outcome: Outcome
    reason: str
    count: int


@dataclass(frozen=True)
class RuleReport:
    """All counts since a day, and the rules as they are configured now."""

    since: date
    until: datetime
    counts: tuple[Count, ...]
    rules: tuple[Rule, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The rules in the order of the file, then those that are gone, then what has no rule."""
        counted = {each.rule for each in self.counts}
        here = [rule.name for rule in self.rules]
        gone = sorted(counted - {*here, ""})
        return (*here, *gone, *([""] if "" in counted else []))

    def by_month(self, rule: str) -> Mapping[str, Counter[Outcome]]:
        """The counts of a rule by month and outcome, oldest first."""
        found: dict[str, Counter[Outcome]] = {}
        for each in self.counts:
            if each.rule == rule:
                found.setdefault(each.month, Counter())[each.outcome] += each.count
        return found

    def reasons(self, rule: str) -> Mapping[tuple[Outcome, str], int]:
        """Why a rule did not invite, most often first."""
        found: Counter[tuple[Outcome, str]] = Counter()
        for each in self.counts:
            if each.rule == rule and each.outcome is not Outcome.INVITED and each.reason:
                found[each.outcome, each.reason] += each.count
        return dict(found.most_common())


def months(since: date, until: datetime) -> Iterator[Month]:
    """The months from a day until now; the first begins with that day, the last ends with now."""
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    while start < until:
        end = _next_month(start)
        yield Month(f"{start:%Y-%m}", start, end)
        start = end


def months_ago(number: int, now: datetime) -> date:
    """The first day of the month so many months before this one, which counts as the first."""
    total = now.year * 12 + now.month - number
    return date(total // 12, total % 12 + 1, 1)


def counts_of(month: Month, rows: Iterable[Row]) -> list[Count]:
    """The counts of a month, from rows by `GROUPED` with their `total`."""
    found: Counter[tuple[str, Outcome, str]] = Counter()
    for row in rows:
        outcome = _OUTCOMES.get(str(row.get("Status__c") or ""), Outcome.UNKNOWN)
        key = str(row.get("Rule__c") or ""), outcome, str(row.get("Reason_Code__c") or "")
        found[key] += int(row.get("total") or 0)
    return sorted(Count(month.name, *key, number) for key, number in found.items())


def _next_month(moment: datetime) -> datetime:
    total = moment.year * 12 + moment.month
    return moment.replace(year=total // 12, month=total % 12 + 1, day=1)
