"""What a run says and leaves undone where the org's package is not the one that it was made for.

Rows that would hold fields which an older package lacks are not written: half an invitation could
be one that is sent twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connector.core.org.package_version import VERSION_FIELD, Standing
from connector.core.run.issues import Issue, issue_key
from connector.core.run.report import FlowReport
from connector.core.terms.objects import CHECKPOINT
from connector.flows.run.context import RunContext

FLOW = "package"

PACKAGE_OUTDATED = "package_outdated"
"""The issue about an org whose package is older than the connector."""

PACKAGE_NEWER = "package_newer"
"""The issue about an org whose package is newer than the connector."""

_RECORD = CHECKPOINT

_ISSUES = {
    Standing.OLDER: Issue(
        PACKAGE_OUTDATED,
        "The package in this org is older than this connector, or hides "
        f"{CHECKPOINT}.{VERSION_FIELD} from its user: no invitation is claimed or sent.",
        "Type: connector deploy, and see that the connector's user has Trustpilot_Connector.",
        FLOW,
        _RECORD,
    ),
    Standing.NEWER: Issue(
        PACKAGE_NEWER,
        "The package in this org is newer than this connector, which works as before.",
        "Update the connector, so that it knows all that the package holds.",
        FLOW,
        _RECORD,
    ),
}


def startable(
    wanted: Iterable[str], context: RunContext, needs_current: Collection[str]
) -> list[str]:
    """The flows that may run: on an older package those do not that write what it may lack."""
    older = context.opening.package is Standing.OLDER
    return [name for name in wanted if not (older and name in needs_current)]


def package_report(context: RunContext) -> list[FlowReport]:
    """The issue about the org's package, and the closing of one that is over; mostly nothing."""
    issue = _ISSUES.get(context.opening.package)
    keys = (issue_key(code, _RECORD) for code in (PACKAGE_OUTDATED, PACKAGE_NEWER))
    passed = tuple(
        key for key in keys if key in context.opening.issues and not (issue and issue.key == key)
    )
    if issue:
        return [FlowReport(FLOW, issues=(issue,), passed=passed, notes=(_note(issue),))]
    return [FlowReport(FLOW, passed=passed)] if passed else []


def _note(issue: Issue) -> str:
    return f"{issue.message} {issue.next_step}"
