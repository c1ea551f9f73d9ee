"""Decides what of a review or an invitation is blanked when its author is to be forgotten.

Everything goes that is not known to be harmless: a field that an older mapping filled, or that an
agent wrote into, is blanked as well. Who stores reviews has to purge them (Trustpilot 5.7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.core.mapping.rows import EARLIEST_YEAR, LATEST_YEAR, Mapping, fit
from connector.core.privacy.deletions import Deletion
from connector.core.terms.objects import REVIEW, InvitationStatus
from connector.core.terms.records import Row
from connector.core.terms.schema import FieldDefinition, Schema

KEY = "External_Id__c"
CONSUMER = "Consumer_Id__c"

KEPT = frozenset(
    {KEY, "Type__c", "Business_Unit__c", "Deleted__c", "Deleted_At__c", "Review_Case__c"}
)
"""What remains of an erased review: enough to know it again, nothing about anybody."""

_WRITTEN_AGAIN = (
    "Content_Hash__c",
    "Review_Created__c",
    "Match_Method__c",
    "Missing_Since__c",
    "Case_Opened_At__c",
    "Reply_Status__c",
    "Replied_At__c",
    "Auto_Reply_Key__c",
    "Response_Breached__c",
)
"""One field of each write that a slower run may make onto a tombstone."""

ERASURE_FIELDS = (
    "Id",
    KEY,
    "Deleted__c",
    *_WRITTEN_AGAIN,
    "Case_Rule__c",
    "Review_Case__c",
)
"""What is read of a review before it is decided."""

INVITATION_FIELDS = ("Id", "Status__c")
"""What is read of an invitation before it is decided."""

RECIPIENT_ID = "Recipient_Id__c"
"""The id of the contact whom an invitation was for: it stays when the contact is deleted."""

ERASED = "erased"
"""The reason code of an invitation whose recipient was erased before it went out."""

_NEVER_WRITTEN = frozenset({"AutoNumber", "Formula", "Summary"})
_ADDRESS_WORDS = frozenset({"consumer_email", "invited_email", "consumer_response_email"})
_ADDRESS_FIELDS = ("Consumer_Email__c", "Invited_Email__c", "Consumer_Response_Email__c")
# Salesforce 12: a long text cannot be filtered on.
_SEARCHABLE = frozenset({"Email", "Text"})
_RECIPIENT_FIELDS = (
    "Recipient_Email__c",
    "Recipient_Name__c",
    "Link__c",
    "Contact__c",
    RECIPIENT_ID,
    "Cooldown_Key__c",
)


class OnDelete(StrEnum):
    """What becomes of the record of a review that is gone."""

    ANONYMISE = "anonymise"
    DELETE = "delete"


_WAITING = frozenset(
    status.value
    for status in (
        InvitationStatus.REQUESTED,
        InvitationStatus.SCHEDULED,
        InvitationStatus.ON_HOLD,
    )
)
"""Statuses of an invitation that has not gone out."""


def needs_scrubbing(row: Row) -> bool:
    """True for a review with content, also where a slow run wrote it onto a tombstone."""
    return not row.get("Deleted__c") or any(row.get(name) for name in _WRITTEN_AGAIN)


def tombstone_row(schema: Schema, row: Row, deletion: Deletion, now: datetime) -> dict[str, Any]:
    """The update that leaves id, type, business unit and the flag of a review, and no more."""
    fields = schema.objects[REVIEW].fields.values()
    blanks = {each.name: fit(each, None) for each in fields if _is_blanked(each)}
    at = deletion.at
    known = at is not None and EARLIEST_YEAR <= at.year <= LATEST_YEAR
    return {
        **blanks,
        "Id": row["Id"],
        "Deleted__c": True,
        "Deleted_At__c": at if known else now,
    }


def scrubbed_invitation(row: Row, *, lacking: Collection[str] = ()) -> dict[str, Any]:
    """The update that forgets the recipient; one that has not gone out is cancelled.

    `lacking` are fields that an older package does not have: nothing can stand in them.
    """
    blanked = (name for name in _RECIPIENT_FIELDS if name not in lacking)
    scrubbed: dict[str, Any] = {"Id": row["Id"], **dict.fromkeys(blanked)}
    if row.get("Status__c") in _WAITING:
        scrubbed |= {
            "Status__c": InvitationStatus.CANCELLED.value,
            "Reason_Code__c": ERASED,
            "Reason__c": "The recipient asked to be erased.",
        }
    return scrubbed


def address_fields(schema: Schema, mappings: Iterable[Mapping]) -> tuple[str, ...]:
    """The fields of a review that may hold a consumer's e-mail address and can be searched."""
    mapped = [name for each in mappings for name in mapped_addresses(schema, each)]
    fields = schema.objects[REVIEW].fields
    names = dict.fromkeys([*_ADDRESS_FIELDS, *mapped])
    return tuple(name for name in names if fields[name].type in _SEARCHABLE)


def mapped_addresses(schema: Schema, mapping: Mapping) -> tuple[str, ...]:
    """The fields that a mapping fills with a consumer's e-mail address and that can be searched."""
    fields = schema.objects[mapping.object].fields
    targets = (each.target for each in mapping.fields if each.source in _ADDRESS_WORDS)
    return tuple(target for target in targets if fields[target].type in _SEARCHABLE)


def _is_blanked(field: FieldDefinition) -> bool:
    return field.name not in KEPT and field.type not in _NEVER_WRITTEN
