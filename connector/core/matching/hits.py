"""The rows that may be what a review is about, found again by what the review says.

It says what fits, never which of them it is: that is `core.matching.plan`'s decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.matching.evidence import Evidence, reference_key
from connector.core.terms.objects import InvitationStatus, MatchMethod
from connector.core.terms.records import Row

MAY_HAVE_ARRIVED = frozenset(
    status.value
    for status in (
        InvitationStatus.SENDING,
        InvitationStatus.ACCEPTED,
        InvitationStatus.LINK_READY,
        InvitationStatus.DELIVERED,
        InvitationStatus.UNKNOWN,
        InvitationStatus.REVIEWED,
    )
)
"""An invitation of any other status reached nobody, so no review can come of it."""

_EXPERIENCES = ("Order__c", "Case__c", "Opportunity__c")


@dataclass(frozen=True)
class Candidates:
    """The org's rows that share anything with some review, as they were read.

    `roles` are contact roles of `opportunities`, `products` come by SKU or by product code.
    """

    invitations: tuple[Row, ...] = ()
    orders: tuple[Row, ...] = ()
    cases: tuple[Row, ...] = ()
    opportunities: tuple[Row, ...] = ()
    roles: tuple[Row, ...] = ()
    contacts: tuple[Row, ...] = ()
    person_accounts: tuple[Row, ...] = ()
    products: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Person:
    """Somebody named by a record; what the record does not say is empty."""

    contact_id: str = ""
    account_id: str = ""
    email: str = ""


@dataclass(frozen=True)
class Hit:
    """One row that fits: how it was found, its own lookups, its account, its people in order.

    `usual` is the contact whom the record means where nothing else is known; it may be empty.
    """

    method: MatchMethod
    lookups: Mapping[str, str]
    account_id: str = ""
    people: tuple[Person, ...] = ()
    usual: str = ""
    status: str = ""


class Hits:
    """The candidates by what they can be found by."""

    def __init__(self, found: Candidates) -> None:
        sent = (row for row in found.invitations if row.get("Status__c") in MAY_HAVE_ARRIVED)
        self._invitations = _grouped(sent, lambda row: reference_key(row["Reference_Number__c"]))
        self._orders = _grouped(found.orders, lambda row: reference_key(row["OrderNumber"]))
        self._cases = _grouped(found.cases, lambda row: reference_key(row["CaseNumber"]))
        # Salesforce 12: the first 15 characters are the id, the others say where its capitals are.
        self._opportunities = _grouped(found.opportunities, lambda row: str(row["Id"])[:15])
        self._roles = _grouped(found.roles, lambda row: _id(row, "OpportunityId"))
        experiences = (*found.orders, *found.cases, *found.opportunities)
        self._accounts_by_record = {str(row["Id"]): _id(row, "AccountId") for row in experiences}
        self._contacts = _grouped(found.contacts, lambda row: _address(row.get("Email")))
        self._accounts = _grouped(
            found.person_accounts, lambda row: _address(row.get("PersonEmail"))
        )
        self._skus = _grouped(found.products, lambda row: str(row.get("StockKeepingUnit") or ""))
        self._codes = _grouped(found.products, lambda row: str(row.get("ProductCode") or ""))

    def invitations(self, evidence: Evidence) -> tuple[Hit, ...]:
        """Our invitations of the same business unit with this reference number."""
        rows = self._invitations.get(reference_key(evidence.reference), ())
        return tuple(
            _invitation(row, self._accounts_by_record) for row in rows if _same_unit(row, evidence)
        )

    def records(self, evidence: Evidence) -> tuple[Hit, ...]:
        """Orders and cases with this number, and the opportunity with this id."""
        key = reference_key(evidence.reference)
        opportunities = self._opportunities.get(evidence.opportunity_id, ())
        return (
            *map(_order, self._orders.get(key, ())),
            *map(_case, self._cases.get(key, ())),
            *(_opportunity(row, self._roles.get(str(row["Id"]), ())) for row in opportunities),
        )

    def people(self, evidence: Evidence) -> tuple[Person, ...]:
        """Everybody with one of these addresses; a person account and its contact are one."""
        addresses = sorted(evidence.emails)
        contacts = _once(row for each in addresses for row in self._contacts.get(each, ()))
        people = [
            Person(str(row["Id"]), _id(row, "AccountId"), _address(row.get("Email")))
            for row in contacts
        ]
        # Salesforce 6: a person account has a shadow contact: both are one person.
        known = {person.account_id for person in people}
        accounts = _once(row for each in addresses for row in self._accounts.get(each, ()))
        return (
            *people,
            *(
                Person(_id(row, "PersonContactId"), str(row["Id"]), _address(row["PersonEmail"]))
                for row in accounts
                if row["Id"] not in known
            ),
        )

    def products(self, evidence: Evidence) -> tuple[str, ...]:
        """The ids of products with exactly this SKU, or else with exactly this product code."""
        if not evidence.sku:
            return ()
        # Trustpilot 14: SKUs differ by capitals, which the org's search ignores.
        rows = self._skus.get(evidence.sku) or self._codes.get(evidence.sku, ())
        return tuple(str(row["Id"]) for row in rows)


def _invitation(row: Row, accounts: Mapping[str, str]) -> Hit:
    contact, parent = _id(row, "Contact__c"), row.get("Contact__r") or {}
    lookups = {name: _id(row, name) for name in _EXPERIENCES if row.get(name)}
    of_records = (accounts.get(each, "") for each in lookups.values())
    account = _id(parent, "AccountId") or next((each for each in of_records if each), "")
    addresses = (row.get("Recipient_Email__c"), parent.get("Email"))
    return Hit(
        MatchMethod.INVITATION,
        {"Invitation__c": str(row["Id"]), **lookups},
        account,
        tuple(Person(contact, account, _address(each)) for each in addresses if each),
        contact,
        str(row["Status__c"]),
    )


def _order(row: Row) -> Hit:
    people = tuple(
        Person(_id(row, name), email=_address((row.get(parent) or {}).get("Email")))
        for name, parent in (
            ("BillToContactId", "BillToContact"),
            ("ShipToContactId", "ShipToContact"),
        )
        if row.get(name)
    )
    usual = people[0].contact_id if people else ""
    found = {"Order__c": str(row["Id"])}
    return Hit(MatchMethod.ORDER_NUMBER, found, _id(row, "AccountId"), people, usual)


def _case(row: Row) -> Hit:
    contact = _id(row, "ContactId")
    # Salesforce 6: SuppliedEmail is what the customer wrote into a web form.
    addresses = ((row.get("Contact") or {}).get("Email"), row.get("SuppliedEmail"))
    people = tuple(Person(contact, email=_address(each)) for each in addresses if each)
    found = {"Case__c": str(row["Id"])}
    return Hit(MatchMethod.CASE_NUMBER, found, _id(row, "AccountId"), people, contact)


def _opportunity(row: Row, roles: Iterable[Row]) -> Hit:
    # Salesforce 12: none of the roles need be primary.
    named = sorted(roles, key=lambda role: (not role.get("IsPrimary"), str(role["Id"])))
    people = tuple(
        # Salesforce 6: the contact of a role may be deleted, or not visible to us.
        Person(_id(role, "ContactId"), email=_address((role.get("Contact") or {}).get("Email")))
        for role in named
        if role.get("ContactId")
    )
    certain = len({person.contact_id for person in people}) == 1 or any(
        role.get("IsPrimary") for role in named
    )
    usual = people[0].contact_id if people and certain else ""
    found = {"Opportunity__c": str(row["Id"])}
    return Hit(MatchMethod.OPPORTUNITY, found, _id(row, "AccountId"), people, usual)


def _same_unit(row: Row, evidence: Evidence) -> bool:
    unit = (row.get("Business_Unit__r") or {}).get("External_Id__c")
    return not unit or not evidence.unit_id or unit == evidence.unit_id


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, tuple[Row, ...]]:
    """Rows by their key, each row once; rows without a key are left out."""
    grouped: dict[str, list[Row]] = {}
    for row in _once(rows):
        grouped.setdefault(key(row), []).append(row)
    return {name: tuple(group) for name, group in grouped.items() if name}


def _once(rows: Iterable[Row]) -> list[Row]:
    return list({str(row["Id"]): row for row in rows}.values())


def _address(value: Any) -> str:
    return str(value or "").strip().lower()


def _id(row: Row, name: str) -> str:
    return str(row.get(name) or "")
