"""Finds out whom a rule invites for a record, and whether that person may be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connector.core.records import Row
from connector.core.rules import Recipient, Rule

CONTACT_FIELDS = ("Id", "Email", "Name", "HasOptedOutOfEmail", "IsEmailBounced")
"""What is read of a contact; a field that the org hides counts as not set."""

ROLE_FIELDS = ("Id", "OpportunityId", "ContactId", "Role", "IsPrimary")
"""What is read of an opportunity's contact roles."""

CONTACT_LOOKUPS: Mapping[str, str] = {
    "bill_to": "BillToContactId",
    "ship_to": "ShipToContactId",
    "contact": "ContactId",
}
"""Recipient kinds that are a lookup on the record itself, and the field that holds it."""

ROLE_KINDS = frozenset({"contact_role", "primary_contact"})
"""Recipient kinds that are found among an opportunity's contact roles."""


@dataclass(frozen=True)
class Person:
    """Someone who may be invited; `name` is empty where the org has none."""

    email: str
    name: str
    contact_id: str = ""


@dataclass(frozen=True)
class Declined:
    """Nobody is invited: a stable reason code and a sentence."""

    code: str
    reason: str


@dataclass(frozen=True)
class RecipientFacts:
    """What was read about one record: itself, its contact roles, the contacts by id."""

    record: Row
    roles: tuple[Row, ...] = ()
    contacts: Mapping[str, Row] = field(default_factory=dict)


def record_fields(rule: Rule) -> tuple[str, ...]:
    """The fields of the triggering record that finding the recipient needs."""
    fields: list[str] = []
    for recipient in rule.to:
        if recipient.kind in CONTACT_LOOKUPS:
            fields.append(CONTACT_LOOKUPS[recipient.kind])
        elif recipient.kind == "supplied_email":
            fields += ["SuppliedEmail", "SuppliedName"]
        elif recipient.kind == "field":
            fields.append(recipient.value)
    return tuple(fields)


def value_at(record: Row, path: str) -> object:
    """The value of a field or of a parent's field (`Account.PersonEmail`); None where absent."""
    value: object = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def contact_ids(rule: Rule, record: Row, roles: tuple[Row, ...]) -> tuple[str, ...]:
    """The contacts that must be read before the recipient can be chosen."""
    return tuple(
        dict.fromkeys(
            found for recipient in rule.to for found in _contacts(recipient, record, roles)
        )
    )


def choose_recipient(rule: Rule, facts: RecipientFacts) -> Person | Declined:
    """The first on the rule's ladder who has an e-mail address and may be asked.

    Where nobody may, the answer tells of the first obstacle on the ladder.
    """
    first_obstacle: Declined | None = None
    for recipient in rule.to:
        for candidate in _candidates(recipient, facts):
            if isinstance(candidate, Person):
                return candidate
            first_obstacle = first_obstacle or candidate
    return first_obstacle or Declined("no_recipient", "The record names nobody to invite.")


def may_be_asked(contact: Row) -> Person | Declined:
    """The contact as a recipient, unless an opt-out or a bounced address forbids it."""
    if not contact.get("Email"):
        return Declined("no_email", "The contact has no e-mail address.")
    if contact.get("HasOptedOutOfEmail"):
        return Declined("opted_out", "The contact has opted out of e-mail.")
    if contact.get("IsEmailBounced"):
        return Declined("bounced", "E-mail to the contact has bounced.")
    return Person(str(contact["Email"]), str(contact.get("Name") or ""), str(contact["Id"]))


def _candidates(recipient: Recipient, facts: RecipientFacts) -> Iterator[Person | Declined]:
    if recipient.kind == "supplied_email":
        yield _typed_in(facts.record, "SuppliedEmail", "SuppliedName")
    elif recipient.kind == "field":
        yield _typed_in(facts.record, recipient.value, "")
    else:
        for contact_id in _contacts(recipient, facts.record, facts.roles):
            contact = facts.contacts.get(contact_id)
            if contact is None:
                yield Declined("contact_unreadable", "The contact is deleted or not visible.")
            else:
                yield may_be_asked(contact)


def _typed_in(record: Row, email_path: str, name_path: str) -> Person | Declined:
    email = value_at(record, email_path)
    if not isinstance(email, str) or "@" not in email:
        return Declined("no_email", f"The field {email_path} holds no e-mail address.")
    name = value_at(record, name_path) if name_path else None
    return Person(email.strip(), str(name or ""))


def _contacts(recipient: Recipient, record: Row, roles: tuple[Row, ...]) -> Iterator[str]:
    if recipient.kind in CONTACT_LOOKUPS:
        found = record.get(CONTACT_LOOKUPS[recipient.kind])
        if found:
            yield str(found)
    elif recipient.kind in ROLE_KINDS:
        for role in sorted(roles, key=lambda row: (not row.get("IsPrimary"), str(row["Id"]))):
            if role.get("ContactId") and _plays(recipient, role):
                yield str(role["ContactId"])


def _plays(recipient: Recipient, role: Row) -> bool:
    if recipient.kind == "primary_contact":
        return bool(role.get("IsPrimary"))
    return str(role.get("Role") or "").casefold() == recipient.value.casefold()
