"""Brings what Trustpilot's portal exports about invitations into the org's list.

Our own invitations learn what became of them, those of others are added. Nothing is sent.
Typing the same again does no harm: rows are updated by id and added by a unique key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.invitations.portal_changes import (
    DELIVERY_FIELDS,
    DeliveryPlan,
    DeliveryReport,
    PortalPlace,
    plan_delivery,
    reference_of,
)
from connector.core.invitations.portal_export import ExportedInvitation, PortalExport
from connector.core.policy import RunPolicy
from connector.core.terms.errors import ConfigurationError, Problem
from connector.core.terms.objects import INVITATION, ISSUE, IssueStatus
from connector.core.terms.records import AnyOf, Condition, Row, RowResult, Select
from connector.core.terms.units import Unit
from connector.flows.ports import Org, Trustpilot
from connector.flows.run.look import unit_policy
from connector.flows.run.opening import read_opening, refuse_other_org, resolve_units


@dataclass(frozen=True)
class Sides:
    """The org that is written to, and Trustpilot, which is asked for an unknown business unit."""

    org: Org
    trustpilot: Trustpilot


def import_export(
    sides: Sides, policy: RunPolicy, export: PortalExport, unit_name: str, *, dry_run: bool
) -> DeliveryReport:
    """Bring the export of one business unit into the org, and say what it changed.

    Raises `SafetyStop` for another org, `ConfigurationError` where it is not clear which business
    unit the export is of, and whatever keeps the org from answering.
    """
    org = sides.org
    refuse_other_org(org, policy)
    unit = _unit(sides, policy, unit_name, dry_run=dry_run)
    place = PortalPlace(org.organization_id, unit.id, unit.record_id)
    rows = _read(org, export.invitations, place)
    plan = plan_delivery(export.invitations, rows, place)
    refused = () if dry_run else _write(org, plan)
    written = [*plan.updates, *plan.additions]
    return DeliveryReport(
        dry_run,
        Counter(str(row["Status__c"]) for row in written),
        updated=len(plan.updates),
        added=len(plan.additions),
        unchanged=plan.unchanged,
        faults=export.faults,
        refused=refused,
    )


def _unit(sides: Sides, policy: RunPolicy, name: str, *, dry_run: bool) -> Unit:
    if not name and len(policy.units) > 1:
        names = ", ".join(unit.name for unit in policy.units)
        raise ConfigurationError(
            [Problem(f"The export is of one business unit; the configuration has {names}.")],
            next_step="Add --business-unit with one of these names.",
        )
    wanted = unit_policy(policy, name or policy.units[0].name)
    opening = read_opening(sides.org)
    units = resolve_units(sides.org, sides.trustpilot, policy, opening, dry_run=dry_run)
    return next(unit for unit in units if unit.name == wanted.name)


def _read(org: Org, lines: Sequence[ExportedInvitation], place: PortalPlace) -> list[Row]:
    """The invitations of this business unit that the lines may be about, each once."""
    if not lines:
        return []
    references = tuple(dict.fromkeys(ref for line in lines if (ref := reference_of(line))))
    keys = tuple(dict.fromkeys(place.key(line) for line in lines))
    of_unit = AnyOf(
        (
            Condition("Business_Unit__c", "=", place.unit_record or None),
            Condition("Business_Unit__c", "=", None),
        )
    )
    answers = org.read(
        [
            Select(
                INVITATION,
                DELIVERY_FIELDS,
                (Condition("Reference_Number__c", "in", references), of_unit),
            ),
            Select(INVITATION, DELIVERY_FIELDS, (Condition("Claim_Key__c", "in", keys),)),
        ]
    )
    rows = (row for answer in answers for row in answer.rows)
    return list({str(row["Id"]): row for row in rows}.values())


def _write(org: Org, plan: DeliveryPlan) -> tuple[tuple[int, str], ...]:
    """Write the plan; return line and code of each row that the org refused."""
    refused: list[tuple[int, str]] = []
    if plan.updates:
        refused += _refused(plan, "Id", plan.updates, org.update(INVITATION, plan.updates))
    if plan.additions:
        results = org.upsert(INVITATION, "Claim_Key__c", plan.additions)
        refused += _refused(plan, "Claim_Key__c", plan.additions, results)
    _close_issues(org, plan.passed)
    return tuple(sorted(refused))


def _refused(
    plan: DeliveryPlan,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    results: Sequence[RowResult],
) -> list[tuple[int, str]]:
    return [
        (plan.lines[str(row[name])], result.error.code)
        for row, result in zip(rows, results, strict=True)
        if result.error is not None
    ]


def _close_issues(org: Org, keys: Sequence[str]) -> None:
    if not keys:
        return
    is_open = Condition("Status__c", "=", IssueStatus.OPEN.value)
    (answer,) = org.read(
        [Select(ISSUE, ("Id",), (Condition("Key__c", "in", tuple(keys)), is_open))]
    )
    closed = {"Status__c": IssueStatus.CLOSED.value, "Last_Seen__c": org.now()}
    if answer.rows:
        org.update(ISSUE, [{"Id": row["Id"], **closed} for row in answer.rows])
