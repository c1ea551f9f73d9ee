"""What rules did, month by month, for `connector rules report`. Writes nothing.

The org counts; no row of the ledger is read, so the ledger may have any length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connector.core.insight.report import GROUPED, Month, RuleReport, counts_of, months, months_ago
from connector.core.policy import RunPolicy
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.objects import INVITATION
from connector.core.terms.records import Condition, Select
from connector.flows.ports import Org
from connector.flows.run.opening import refuse_other_org


@dataclass(frozen=True)
class Stretch:
    """The months to report: those since a day, or so many with this one."""

    months: int
    since: date | None = None


def read_report(org: Org, policy: RunPolicy, stretch: Stretch) -> RuleReport:
    """Count the ledger since a day. Raises `ConfigurationError` for a day that is still to come.

    An invitation counts in the month in which its record was made; five months take one call.
    """
    refuse_other_org(org, policy)
    now = org.now()
    since = stretch.since or months_ago(stretch.months, now)
    if since > now.date():
        raise ConfigurationError(
            [Problem(f"{since} is still to come.")], next_step="Name a day that is over."
        )
    asked = list(months(since, now))
    answers = org.read([_counted(month) for month in asked])
    counts = [
        each
        for month, answer in zip(asked, answers, strict=True)
        for each in counts_of(month, answer.rows)
    ]
    return RuleReport(since, now, tuple(counts), policy.rules)


def _counted(month: Month) -> Select:
    within = (
        Condition("CreatedDate", ">=", month.start),
        Condition("CreatedDate", "<", month.end),
    )
    return Select(INVITATION, GROUPED, within, count=True)


def last_claims(org: Org, policy: RunPolicy) -> dict[str, str | None]:
    """When each rule last made an invitation, by its name; None where it never did."""
    refuse_other_org(org, policy)
    names = [rule.name for rule in policy.rules]
    newest = [
        Select(
            INVITATION,
            ("CreatedDate",),
            (Condition("Rule__c", "=", name),),
            order_by=("CreatedDate DESC",),
            limit=1,
        )
        for name in names
    ]
    answers = org.read(newest) if newest else []
    return {
        name: answer.rows[0]["CreatedDate"] if answer.rows else None
        for name, answer in zip(names, answers, strict=True)
    }
