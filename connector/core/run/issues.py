"""Issues: what could not be done, kept in the org until it passes.

An issue's key is its code and its record, so the same trouble is one row however often it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.core.terms.objects import IssueStatus
from connector.core.terms.records import Row

_SENTENCE = 255


def issue_key(code: str, record: str) -> str:
    """The unique key of an issue's row in the org."""
    return f"{code}:{record}"[:128]


@dataclass(frozen=True)
class Issue:
    """One thing that could not be done: a stable code, a sentence and the next step."""

    code: str
    message: str
    next_step: str
    flow: str
    record: str
    business_unit_id: str = ""

    @property
    def key(self) -> str:
        """The unique key of the issue's row in the org."""
        return issue_key(self.code, self.record)


ISSUE_FIELDS = (
    "Key__c",
    "Code__c",
    "Flow__c",
    "Record__c",
    "Attempts__c",
    "Business_Unit_Id__c",
    "Status__c",
)
"""What is read of an issue that is not closed."""


@dataclass(frozen=True)
class OpenIssue:
    """An issue as the org remembers it; `dropped` where a person gave it up."""

    key: str
    code: str
    flow: str
    record: str
    attempts: int = 1
    business_unit_id: str = ""
    dropped: bool = False


def open_issue(row: Row) -> OpenIssue:
    """The issue that a row of the org stands for."""
    return OpenIssue(
        key=row.get("Key__c") or "",
        code=row.get("Code__c") or "",
        flow=row.get("Flow__c") or "",
        record=row.get("Record__c") or "",
        attempts=int(row.get("Attempts__c") or 1),
        business_unit_id=row.get("Business_Unit_Id__c") or "",
        dropped=row.get("Status__c") == IssueStatus.DROPPED.value,
    )


def issue_rows(
    found: Iterable[Issue], known: Mapping[str, OpenIssue], now: datetime, run_id: str
) -> list[dict[str, object]]:
    """Rows for the issues of this run: new ones start counting, known ones count on.

    What a person dropped stays dropped, however often it comes.
    """
    rows: dict[str, dict[str, object]] = {}
    for issue in found:
        before = known.get(issue.key)
        row: dict[str, object] = {
            "Key__c": issue.key,
            "Code__c": issue.code,
            "Message__c": _fit(issue.message),
            "Next_Step__c": _fit(issue.next_step),
            "Flow__c": issue.flow,
            "Business_Unit_Id__c": issue.business_unit_id,
            "Record__c": issue.record[:64],
            "Attempts__c": before.attempts + 1 if before else 1,
            "Last_Seen__c": now,
            "Run_Id__c": run_id,
            "Status__c": _status(before).value,
        }
        if before is None:
            row["First_Seen__c"] = now
        rows[issue.key] = row
    return list(rows.values())


def closing_rows(
    passed: Iterable[str], known: Mapping[str, OpenIssue], now: datetime, run_id: str
) -> list[dict[str, object]]:
    """Rows that close those open issues whose trouble has passed."""
    return [
        {
            "Key__c": key,
            "Status__c": IssueStatus.CLOSED.value,
            "Last_Seen__c": now,
            "Run_Id__c": run_id,
        }
        for key in dict.fromkeys(passed)
        if key in known
    ]


def _status(before: OpenIssue | None) -> IssueStatus:
    return IssueStatus.DROPPED if before and before.dropped else IssueStatus.OPEN


def _fit(sentence: str) -> str:
    return sentence if len(sentence) <= _SENTENCE else sentence[: _SENTENCE - 1] + "…"
