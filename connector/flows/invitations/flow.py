"""Invitations out: claim the experiences that entered a stage, then work off what is due.

Invitations that somebody asked for are claimed after those of the rules.

A claim and the right to send are inserts on unique keys in the org: however many connectors
run, and wherever one is killed, nobody is asked twice for one experience.
"""

from __future__ import annotations

from typing import Any

from connector.core.run.report import FlowReport
from connector.core.terms.errors import ConnectorError
from connector.flows.invitations.claims import FLOW, claim_entries
from connector.flows.invitations.sending.due import work_off
from connector.flows.run.context import RunContext
from connector.flows.run.tally import Tally


def run(context: RunContext) -> FlowReport:
    """Claim what is new and send what is due."""
    tally = Tally(FLOW)
    if not any(rule.enabled for rule in context.policy.rules):
        tally.notes.append("No invitation rule is switched on.")
    claimed: list[dict[str, Any]] = []
    try:
        with tally.going_on():
            claimed = claim_entries(context, tally)
        work_off(context, claimed, tally)
    except ConnectorError as failure:
        tally.failures.append(failure)
    told = {issue.key for issue in tally.issues}
    tally.passed = [key for key in tally.passed if key not in told]
    return tally.report()
