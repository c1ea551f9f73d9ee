"""Decides what Trustpilot's export changes: what became of our invitations, and those of others.

A status only ever rises (accepted, not delivered, delivered, reviewed), so files may be read in
any order and any number of times, and nothing that a review has proved is taken back.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.core.invitations.claims import CHANNEL_WORDS, clean_reference
from connector.core.invitations.portal_export import ExportedInvitation, LineFault
from connector.core.rules.grammar import Channel
from connector.core.run.issues import issue_key
from connector.core.terms.addresses import address_key
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row

EVIDENCE = "Portal export"

DELIVERY_FIELDS = (
    "Id",
    "Claim_Key__c",
    "Status__c",
    "Reason_Code__c",
    "Reference_Number__c",
    "Recipient_Email__c",
    "Cooldown_Key__c",
    "Sent_At__c",
    "Evidence__c",
)
"""What is read of the invitations that an export may be about."""

_S = InvitationStatus
_RANK = {
    _S.FAILED: 0,
    _S.UNKNOWN: 0,
    _S.ACCEPTED: 1,
    _S.NOT_DELIVERED: 2,
    _S.DELIVERED: 3,
    _S.REVIEWED: 4,
}
_CODES = {_S.NOT_DELIVERED: "not_delivered", _S.DELIVERED: "delivered", _S.REVIEWED: "delivered"}
_SETTLED = ("invitation_unknown", "invitation_refused")


@dataclass(frozen=True)
class PortalPlace:
    """Where an export belongs: the org, the business unit at Trustpilot, its record."""

    organization_id: str
    unit_id: str
    unit_record: str

    def key(self, line: ExportedInvitation) -> str:
        """The claim key of an invitation that did not come from Salesforce."""
        parts = (
            self.organization_id,
            self.unit_id,
            "portal",
            _folded(reference_of(line)),
            address_key(line.email),
        )
        return hashlib.sha256("|".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class DeliveryPlan:
    """Rows to update, rows to add by their claim key, issues that are over, lines that say nothing.

    `lines` tells for each row which line of the file it came from.
    """

    updates: list[dict[str, Any]] = field(default_factory=list)
    additions: list[dict[str, Any]] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    unchanged: int = 0
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliveryReport:
    """What reading an export did: how many ended how, and the lines that a person must look at.

    `refused` are pairs of line and the org's code.
    """

    dry_run: bool
    statuses: Mapping[str, int]
    updated: int
    added: int
    unchanged: int
    faults: tuple[LineFault, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()


def reference_of(line: ExportedInvitation) -> str:
    """The reference number as our invitations hold it."""
    return clean_reference(line.reference)


def plan_delivery(
    lines: Sequence[ExportedInvitation], rows: Iterable[Row], place: PortalPlace
) -> DeliveryPlan:
    """What the lines change in the org's `rows`; the same lines once more change nothing."""
    plan = DeliveryPlan()
    targets = _targets(lines, list(rows), place)
    for found, some in targets.values():
        best = max(some, key=lambda each: (_RANK[each.status], -each.line))
        if found is None:
            _add(plan, best, place)
        elif not _rises(found, best):
            continue
        else:
            _update(plan, found, best)
    changed = len(plan.updates) + len(plan.additions)
    return DeliveryPlan(
        plan.updates, plan.additions, plan.passed, len(targets) - changed, plan.lines
    )


def _targets(
    lines: Sequence[ExportedInvitation], rows: list[Row], place: PortalPlace
) -> Mapping[str, tuple[Row | None, list[ExportedInvitation]]]:
    """The lines by the invitation they are about, or by the key of the one to be added."""
    by_key = {str(row.get("Claim_Key__c") or ""): row for row in rows}
    by_reference: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_reference[_folded(str(row.get("Reference_Number__c") or ""))].append(row)
    addresses: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        addresses[_folded(reference_of(line))].add(address_key(line.email))
    found: dict[str, tuple[Row | None, list[ExportedInvitation]]] = {}
    for line in lines:
        reference = _folded(reference_of(line))
        ours = by_reference[reference] if reference else []
        fits = _match(line, ours, alone=len(addresses[reference]) == 1)
        target = fits or by_key.get(place.key(line))
        name = str(target["Id"]) if target else place.key(line)
        found.setdefault(name, (target, []))[1].append(line)
    return found


def _match(line: ExportedInvitation, rows: Sequence[Row], *, alone: bool) -> Row | None:
    """The invitation with this reference number and address, else the only one with the number.

    One that never went to Trustpilot is not what the export speaks of.
    """
    at_trustpilot = [
        row for row in rows if _is_status(row, _RANK) or row.get("Status__c") == _S.SENDING
    ]
    key = address_key(line.email)
    same = [row for row in at_trustpilot if key in _address_keys(row)]
    if same:
        return min(same, key=lambda row: (row.get("Evidence__c") == EVIDENCE, str(row["Id"])))
    ours = [row for row in at_trustpilot if row.get("Evidence__c") != EVIDENCE]
    return ours[0] if alone and len(ours) == 1 else None


def _is_status(row: Row, statuses: Iterable[InvitationStatus]) -> bool:
    return row.get("Status__c") in {each.value for each in statuses}


def _address_keys(row: Row) -> set[str]:
    email = str(row.get("Recipient_Email__c") or "")
    return {str(row.get("Cooldown_Key__c") or ""), address_key(email) if email else ""} - {""}


def _rises(row: Row, line: ExportedInvitation) -> bool:
    """True when the line tells more than the invitation does; one being sent is left alone."""
    if not _is_status(row, _RANK):
        return False
    before, after = _RANK[_S(row["Status__c"])], _RANK[line.status]
    return after > before


def _update(plan: DeliveryPlan, row: Row, line: ExportedInvitation) -> None:
    changed: dict[str, Any] = {"Id": row["Id"], **_status_fields(line)}
    if line.sent_at and not row.get("Sent_At__c"):
        changed["Sent_At__c"] = line.sent_at
    plan.updates.append(changed)
    plan.lines[str(row["Id"])] = line.line
    if _is_status(row, (_S.UNKNOWN, _S.FAILED)):
        plan.passed.extend(issue_key(code, str(row["Id"])) for code in _SETTLED)


def _add(plan: DeliveryPlan, line: ExportedInvitation, place: PortalPlace) -> None:
    key = place.key(line)
    plan.lines[key] = line.line
    plan.additions.append(
        {
            "Claim_Key__c": key,
            "Business_Unit__c": place.unit_record or None,
            "Evidence__c": EVIDENCE,
            "Entered_At__c": line.created_at,
            "Channel__c": CHANNEL_WORDS[Channel.EMAIL],
            "Reference_Number__c": reference_of(line) or None,
            "Recipient_Email__c": line.email,
            "Cooldown_Key__c": address_key(line.email),
            "Sent_At__c": line.sent_at,
            "Attempts__c": 0,
            **_status_fields(line),
        }
    )


def _status_fields(line: ExportedInvitation) -> dict[str, Any]:
    code = _CODES.get(line.status)
    return {
        "Status__c": line.status.value,
        "Reason_Code__c": code,
        "Reason__c": f"Trustpilot's export says: {line.words}" if code else None,
    }


def _folded(reference: str) -> str:
    return reference.casefold()
