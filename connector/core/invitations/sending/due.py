"""An invitation whose time has come, as the org remembers it, and how it may end unsent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.core.invitations.kinds import is_held_by_trustpilot
from connector.core.products.bought import Products, stored_products
from connector.core.rules.grammar import TriggerObject
from connector.core.terms.instants import instant
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.records import Row, in_one_line

RECIPIENT_ID = "Recipient_Id__c"
"""The contact whom an invitation is for; a deletion does not empty it, as it does the lookup."""

DUE_FIELDS = (
    "Id",
    "Claim_Key__c",
    "Business_Unit__c",
    "Rule__c",
    "Trigger_Object__c",
    "Trigger_Record_Id__c",
    "New_Stage__c",
    "Contact__c",
    RECIPIENT_ID,
    "Cooldown_Key__c",
    "Recipient_Email__c",
    "Recipient_Name__c",
    "Channel__c",
    "Due_At__c",
    "Status__c",
    "Reason_Code__c",
    "Reference_Number__c",
    "Locale__c",
    "Template_Id__c",
    "Tags__c",
    "Attempts__c",
    "Send__c",
    "Skus__c",
    "Products__c",
    "Hold__c",
)
"""What is read of an invitation before it is decided."""


@dataclass(frozen=True)
class DueInvitation:
    """An invitation whose time has come, as the org remembers it."""

    row: Row

    @property
    def id(self) -> str:
        """The record id of the invitation."""
        return str(self.row["Id"])

    @property
    def trigger(self) -> TriggerObject:
        """Which kind of record led to it."""
        return TriggerObject(self.row["Trigger_Object__c"])

    @property
    def trigger_id(self) -> str:
        """The record that led to it."""
        return str(self.row["Trigger_Record_Id__c"])

    @property
    def is_link(self) -> bool:
        """True when a link is wanted, not an e-mail."""
        return self.is_own_link or bool(self.row["Channel__c"] == "Invitation Link")

    @property
    def is_own_link(self) -> bool:
        """True when the link is made here, with the keys of the business unit."""
        return bool(self.row["Channel__c"] == "Business Generated Link")

    @property
    def is_held_by_trustpilot(self) -> bool:
        """True when it goes out before it is due, and Trustpilot keeps it until then."""
        return is_held_by_trustpilot(self.row)

    @property
    def due_at(self) -> datetime | None:
        """When the customer is to be asked."""
        value = self.row.get("Due_At__c")
        return value if isinstance(value, datetime) else instant(value)

    @property
    def products(self) -> Products:
        """The products that stand on the invitation itself."""
        return stored_products(self.text("Skus__c"), self.text("Products__c"))

    @property
    def attempt(self) -> int:
        """The number that the next attempt has."""
        return int(self.row.get("Attempts__c") or 0) + 1

    @property
    def attempt_key(self) -> str:
        """The unique key of the right to send this time."""
        return f"{self.row['Claim_Key__c']}:{self.attempt}"

    def text(self, field: str) -> str:
        """A text field of the invitation, empty where it is not set."""
        return str(self.row.get(field) or "")

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that the review will carry."""
        tags = (in_one_line(tag) for tag in self.text("Tags__c").split(","))
        return tuple(tag for tag in tags if tag)


@dataclass(frozen=True)
class Wait:
    """Leave the invitation as it is; `reason` is a sentence for the run's notes.

    With a `code` it becomes an issue, because somebody has to do something about it.
    """

    reason: str
    code: str = ""


@dataclass(frozen=True)
class Stop:
    """The invitation ends here: its status, a reason code and a sentence."""

    status: InvitationStatus
    code: str
    reason: str


def stop_row(due: DueInvitation, stop: Stop) -> dict[str, Any]:
    """The row that ends an invitation without sending."""
    return {
        "Id": due.id,
        "Status__c": stop.status.value,
        "Reason_Code__c": stop.code,
        "Reason__c": stop.reason[:255],
    }
