"""Writes issues to the org: at the end of a run, or at once where nothing else would remember.

An issue is written at once where the record that it is about is going to forget what is left to
do. It decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connector.core.run.issues import Issue, issue_rows
from connector.core.terms.errors import CallFacts, RequestRefused
from connector.core.terms.objects import ISSUE
from connector.core.terms.records import RowResult
from connector.flows.run.context import RunContext


def note_at_once(context: RunContext, issues: Sequence[Issue]) -> None:
    """Write these issues now; the end of the run writes them again, which changes nothing.

    Raises what keeps them from being written: then nothing may be done that relies on them.
    """
    rows = issue_rows(issues, context.opening.issues, context.now, context.run_id)
    write_issues(context, rows)


def write_issues(context: RunContext, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows of issues. Raises `RequestRefused` where the org refuses one."""
    if rows:
        demand(ISSUE, context.org.upsert(ISSUE, "Key__c", rows))


def demand(object_name: str, results: Iterable[RowResult]) -> None:
    """Raise `RequestRefused` where the org refuses one of the connector's own rows."""
    for result in results:
        if result.error is not None:
            raise RequestRefused(
                f"The org refuses the connector's own {object_name}: {result.error.code} "
                f"({', '.join(result.error.fields)}).",
                CallFacts("Salesforce", "PATCH", object_name, code=result.error.code),
                next_step="Deploy salesforce/ again and assign Trustpilot_Connector, "
                "then type: connector status",
            )
