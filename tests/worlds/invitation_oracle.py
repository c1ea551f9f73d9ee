"""What a person who sees everything in the org would say of a call that asks a customer.

It reads the rows of the emulated org and what the emulated Trustpilot received, and decides by
itself: no code of ours between. What is wrong with a call must have been wrong for `GRACE`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.emulator.app import Emulator

Row = Mapping[str, Any]

GRACE = timedelta(seconds=15)
"""So young a change may be missed by a call."""

LATEST = timedelta(days=7)
COOLDOWN = timedelta(days=2)
STAGES = {
    "solved": ("Case", "Status", "Closed"),
    "escalated": ("Case", "Status", "Escalated"),
    "bought": ("Order", "Status", "Activated"),
    "won": ("Opportunity", "StageName", "Closed Won"),
}
"""The rules of the story: the object, and the stage that a record has to be in."""

UNSPACED = "bought"
"""The rule that minds no cooldown."""

OPT_OUT = ("Contact", "HasOptedOutOfEmail")

_ROWS = {
    "invitations": "Id, Status__c, Reason_Code__c, Reason__c, Rule__c, Trigger_Object__c, "
    "Trigger_Record_Id__c, Contact__c, Recipient_Id__c, Recipient_Email__c, Cooldown_Key__c, "
    "Due_At__c, Reference_Number__c, Claim_Key__c, Channel__c, Attempts__c "
    "FROM Trustpilot_Invitation__c",
    "contacts": "Id, Email, HasOptedOutOfEmail, IsDeleted, MasterRecordId FROM Contact",
    "leads": "Id, Email, HasOptedOutOfEmail, IsDeleted FROM Lead",
    "accounts": "Id, PersonEmail, PersonHasOptedOutOfEmail, PersonContactId, IsDeleted "
    "FROM Account WHERE PersonContactId != null",
    "cases": "Id, Status, ContactId, SuppliedEmail, MasterRecordId, IsDeleted FROM Case",
    "orders": "Id, Status, BillToContactId, IsReductionOrder, IsDeleted FROM Order",
    "opportunities": "Id, StageName, IsDeleted FROM Opportunity",
    "roles": "Id, OpportunityId, ContactId, IsPrimary, IsDeleted FROM OpportunityContactRole",
    "units": "Id, Pause_Invitations__c FROM Trustpilot_Business_Unit__c",
}


def same(text: str | None) -> str:
    """An address as people compare it; those of the story are plain ones."""
    return (text or "").strip().lower()


@dataclass(frozen=True)
class Sent:
    """A call that asked a customer: when, whom, under which reference number."""

    at: datetime
    email: str
    reference: str
    is_link: bool


@dataclass(frozen=True)
class View:
    """All that a person could see in the org until `until`; deleted rows stand in the bin.

    `retyped` are invitations in which somebody typed another address by hand, `meant` whom a
    request was for.
    """

    until: datetime
    rows: Mapping[str, Mapping[str, Row]]
    hidden: bool
    retyped: frozenset[str]
    meant: Mapping[str, str]

    def row_of(self, reference: str) -> Row | None:
        """The invitation that goes by this number."""
        found = [
            row
            for row in self.rows["invitations"].values()
            if row["Reference_Number__c"] == reference and row["Claim_Key__c"]
        ]
        return found[0] if found else None

    def record(self, row: Row) -> Row | None:
        """The record that an invitation is about, as long as it is there."""
        names = {"Case": "cases", "Order": "orders", "Opportunity": "opportunities"}
        found = self.rows[names[row["Trigger_Object__c"]]].get(row["Trigger_Record_Id__c"])
        return found if found and not found["IsDeleted"] else None

    def heir(self, contact_id: str) -> str:
        """The contact that is left of one after all merges, or nothing."""
        contacts = self.rows["contacts"]
        while (master := contacts[contact_id]["MasterRecordId"]) and master != contact_id:
            contact_id = master
        return "" if contacts[contact_id]["IsDeleted"] else contact_id

    def email_of(self, contact_id: str) -> str:
        """What a contact's record says now."""
        return same(self.rows["contacts"].get(contact_id, {}).get("Email"))

    def ladder(self, row: Row, record: Row) -> dict[str, str]:
        """Whom the record leads to: addresses by contact, a typed one under no contact."""
        if row["Rule__c"] == "bought":
            ids = [record["BillToContactId"]]
        elif row["Rule__c"] == "won":
            roles = self.rows["roles"].values()
            ids = [
                role["ContactId"]
                for role in roles
                if role["OpportunityId"] == record["Id"]
                and role["IsPrimary"]
                and not role["IsDeleted"]
            ]
        else:
            ids = [record["ContactId"]] if row["Rule__c"] == "solved" else []
        found = {each: self.email_of(each) for each in ids if each}
        if row["Trigger_Object__c"] == "Case" and same(record["SuppliedEmail"]):
            found[""] = same(record["SuppliedEmail"])
        return found

    def people(self, email: str) -> Iterator[tuple[str, Row]]:
        """Everybody who has an address now, and what kind of row that is."""
        for kind, word in (("contacts", "Email"), ("leads", "Email"), ("accounts", "PersonEmail")):
            for row in self.rows[kind].values():
                if same(row[word]) == same(email) and not row["IsDeleted"]:
                    yield kind, row


def look(emulator: Emulator, story: Any) -> View:
    """See the whole org as it is now, hidden fields too; nobody can change it meanwhile."""
    org = emulator.org
    with org.all_or_none():
        if story.hidden:
            org.show_field(*OPT_OUT)
        rows = {
            name: {row["Id"]: row for row in org.query(f"SELECT {soql}", include_deleted=True)}
            for name, soql in _ROWS.items()
        }
        if story.hidden:
            org.hide_field(*OPT_OUT)
        return View(
            emulator.clock.now(), rows, story.hidden, frozenset(story.retyped), dict(story.meant)
        )


def objections(view: View, call: Sent, before: Iterable[Sent]) -> set[str]:
    """Everything that speaks against a call, were the org as this view has it."""
    row = view.row_of(call.reference)
    if row is None:
        return {"nobody knows this invitation"}
    said = set(_of_row(view, row, call))
    said |= set(_of_person(view, call.email))
    return said | set(_of_others(view, row, call, before))


def _of_row(view: View, row: Row, call: Sent) -> Iterator[str]:
    if row["Status__c"] not in ("Scheduled", "Sending"):
        yield f"it is {row['Status__c']}"
    if any(unit["Pause_Invitations__c"] for unit in view.rows["units"].values()):
        yield "the business unit is paused"
    due = datetime.fromisoformat(row["Due_At__c"])
    if due > call.at:
        yield "it is not due"
    if call.at - due > LATEST + GRACE:
        yield "it is too late"
    record = view.record(row) if row["Rule__c"] else None
    if row["Rule__c"]:
        yield from _of_record(row, record)
    if row["Id"] in view.retyped and not _is_released(row) and not row["Recipient_Id__c"]:
        yield "somebody typed another address"
    yield from _of_recipient(view, row, record, call)


def _of_record(row: Row, record: Row | None) -> Iterator[str]:
    _, field, stage = STAGES[row["Rule__c"]]
    if record is None:
        yield "the record is gone"
        return
    if record[field] != stage:
        yield "the record has left the stage"
    if record.get("MasterRecordId") or record.get("IsReductionOrder"):
        yield "it is no experience of its own"


def _is_released(row: Row) -> bool:
    return row["Reason_Code__c"] == "recipient_changed"


def _of_recipient(view: View, row: Row, record: Row | None, call: Sent) -> Iterator[str]:
    ladder = view.ladder(row, record) if record is not None else {}
    present, meant = row["Contact__c"] or "", row["Recipient_Id__c"] or ""
    meant = view.meant.get(row["Id"], "") or meant
    who = (present if _is_released(row) else "") or meant or present
    if who and not present:
        gone = view.rows["contacts"][who]
        if not gone["IsDeleted"]:
            yield "somebody emptied the contact"
        elif not view.heir(who):
            yield "the contact was deleted"
        present = view.heir(who)
    elif present != who and present not in ladder and view.heir(who) != present:
        yield "the row names somebody else"
    if same(call.email) not in _addresses(view, row, ladder, present):
        yield "the address is another one"


def _addresses(view: View, row: Row, ladder: Mapping[str, str], contact: str) -> set[str]:
    if not row["Rule__c"]:
        return {view.email_of(contact)} if contact else {same(row["Recipient_Email__c"])}
    if contact in ladder and contact:
        return {ladder[contact]}
    typed = ladder.get("")
    if not contact and typed and typed == same(row["Recipient_Email__c"]):
        return {typed}
    return set(ladder.values())


def _of_person(view: View, email: str) -> Iterator[str]:
    people = list(view.people(email))
    for kind, row in people:
        flag = "PersonHasOptedOutOfEmail" if kind == "accounts" else "HasOptedOutOfEmail"
        if row[flag]:
            yield "somebody with the address has opted out"
    accounts = {row["PersonContactId"] for kind, row in people if kind == "accounts"}
    plain = [row for kind, row in people if kind == "contacts" and row["Id"] not in accounts]
    if view.hidden and plain:
        yield "nobody can see whether they opted out"


def _of_others(view: View, row: Row, call: Sent, before: Iterable[Sent]) -> Iterator[str]:
    for other in before:
        known = view.row_of(other.reference)
        if known is not None and known["Id"] == row["Id"]:
            if not other.is_link:
                yield "they were asked about it already"
            continue
        near = call.at - other.at < COOLDOWN - GRACE
        if row["Rule__c"] != UNSPACED and near and same(other.email) == same(call.email):
            yield "they were asked a short time ago"


def key_of(email: str) -> str:
    """What stands for an address in the ledger."""
    return hashlib.sha256(same(email).encode()).hexdigest()
