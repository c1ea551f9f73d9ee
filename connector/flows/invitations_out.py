"""Invitations out: claim the experiences that entered a stage, then work off what is due.

A claim and the right to send are inserts on unique keys in the org: however many connectors
run, and wherever one is killed, nobody is asked twice for one experience.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.core.asked import HELD_AHEAD, is_held_by_trustpilot
from connector.core.errors import ConnectorError
from connector.core.objects import InvitationStatus
from connector.core.run_report import FlowReport
from connector.flows.claims import FLOW, claim_entries
from connector.flows.context import RunContext
from connector.flows.due_invitations import work_off
from connector.flows.tally import Tally


def run(context: RunContext) -> FlowReport:
    """Claim what is new and send what is due."""
    tally = Tally(FLOW)
    if not any(rule.enabled for rule in context.policy.rules):
        tally.notes.append("No invitation rule is switched on.")
    claimed: list[dict[str, Any]] = []
    try:
        with tally.going_on():
            claimed = claim_entries(context, tally)
        due = [row for row in claimed if _is_due(row, context)]
        work_off(context, [*context.opening.due, *due], tally)
    except ConnectorError as failure:
        tally.failures.append(failure)
    return tally.report()


def _is_due(row: Mapping[str, Any], context: RunContext) -> bool:
    scheduled = row["Status__c"] == InvitationStatus.SCHEDULED.value
    until = context.now + HELD_AHEAD if is_held_by_trustpilot(row) else context.now
    return scheduled and bool(row["Due_At__c"] <= until)
