"""Decides which customer, order, case or opportunity, and which product a review is about.

The same facts give the same decision in whatever order they were read. More than one record
that fits equally well is `Ambiguous`, never a guess, and nothing is ever created.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.matching.evidence import Evidence
from connector.core.matching.hits import Hit, Hits, Person
from connector.core.terms.objects import InvitationStatus, MatchMethod

LOOKUPS = (
    "Account__c",
    "Contact__c",
    "Opportunity__c",
    "Order__c",
    "Case__c",
    "Product__c",
    "Invitation__c",
)
"""The lookups of a review; a match names all of them, so that it replaces an earlier one."""

BECOMES_REVIEWED = frozenset(
    status.value
    for status in (
        InvitationStatus.ACCEPTED,
        InvitationStatus.LINK_READY,
        InvitationStatus.DELIVERED,
        InvitationStatus.UNKNOWN,
    )
)
"""Statuses in which an invitation waits for its review."""

CERTAIN = frozenset(
    method.value
    for method in (
        MatchMethod.INVITATION,
        MatchMethod.ORDER_NUMBER,
        MatchMethod.CASE_NUMBER,
        MatchMethod.OPPORTUNITY,
        MatchMethod.EMAIL,
    )
)
"""Methods by which a review is connected without a doubt, so that others may rely on it."""

_FOUND_BY: Mapping[MatchMethod, str] = {
    MatchMethod.INVITATION: "The reference number is that of an invitation",
    MatchMethod.ORDER_NUMBER: "The reference number is the number of an order",
    MatchMethod.CASE_NUMBER: "The reference number is the number of a case",
    MatchMethod.OPPORTUNITY: "The reference number is the id of an opportunity",
}

_NOUNS: Mapping[MatchMethod, tuple[str, str]] = {
    MatchMethod.INVITATION: ("invitation", "invitations"),
    MatchMethod.ORDER_NUMBER: ("order", "orders"),
    MatchMethod.CASE_NUMBER: ("case", "cases"),
    MatchMethod.OPPORTUNITY: ("opportunity", "opportunities"),
}


@dataclass(frozen=True)
class Match:
    """What a review is about: the lookups to write, how they were found, one sentence why.

    `fields` name every lookup (None where nothing was found), the method and the reason.
    `led_by` is the invitation that led to the review and still has to be told so.
    """

    fields: Mapping[str, Any]
    method: MatchMethod
    reason: str
    led_by: str = ""


def match(evidence: Evidence, hits: Hits) -> Match:
    """Connect one review by the strongest evidence there is: reference number, then e-mail."""
    known = hits.people(evidence)
    for found in (hits.invitations(evidence), hits.records(evidence)):
        if found:
            return _by_reference(evidence, found, known, hits)
    if len(known) > 1:
        reason = f"{len(known)} people in the org have the e-mail address."
        return _match(MatchMethod.AMBIGUOUS, reason, {}, evidence, hits)
    if known:
        (person,) = known
        lookups = {"Contact__c": person.contact_id, "Account__c": person.account_id}
        reason = "One person in the org has the e-mail address."
        return _match(MatchMethod.EMAIL, reason, lookups, evidence, hits)
    return _match(MatchMethod.NONE, _nothing(evidence), {}, evidence, hits)


def _by_reference(
    evidence: Evidence, found: tuple[Hit, ...], known: tuple[Person, ...], hits: Hits
) -> Match:
    """The record with this number; of several, the only one that the e-mail address confirms."""
    confirmed = tuple(hit for hit in found if _agreement(evidence, hit, known) is True)
    fitting = confirmed if len(found) > 1 and len(confirmed) == 1 else found
    if len(fitting) > 1:
        reason = f"The reference number fits {_listed(fitting)}."
        return _match(MatchMethod.AMBIGUOUS, reason, {}, evidence, hits)
    (hit,) = fitting
    agrees = _agreement(evidence, hit, known)
    method = MatchMethod.NEEDS_CHECK if agrees is False else hit.method
    found_match = _match(
        method,
        _FOUND_BY[hit.method] + _AGREEMENT[agrees],
        _lookups(evidence, hit, known),
        evidence,
        hits,
    )
    is_told = hit.status not in BECOMES_REVIEWED or agrees is False
    led_by = "" if is_told else hit.lookups["Invitation__c"]
    return Match(found_match.fields, method, found_match.reason, led_by)


_AGREEMENT: Mapping[bool | None, str] = {
    True: ", and the e-mail address agrees.",
    None: ".",
    False: ", but the e-mail address is another one: consumers type references themselves.",
}


def _agreement(evidence: Evidence, hit: Hit, known: tuple[Person, ...]) -> bool | None:
    """Say whether the e-mail address confirms the record or contradicts it; None: neither.

    A record that names nobody is held against the accounts of those who have the address.
    """
    addresses = {person.email for person in hit.people if person.email}
    if not evidence.emails:
        return None
    if addresses:
        return bool(addresses & evidence.emails)
    if not (known and hit.account_id):
        return None
    return hit.account_id in {person.account_id for person in known}


def _lookups(evidence: Evidence, hit: Hit, known: tuple[Person, ...]) -> dict[str, str]:
    """The record's lookups: its contact is the one who has the address, else its usual one."""
    of_record = {p.contact_id for p in hit.people if p.email in evidence.emails and p.contact_id}
    of_account = {p.contact_id for p in known if p.account_id == hit.account_id and p.contact_id}
    contact = hit.usual
    if of_record and contact not in of_record:
        contact = min(of_record) if len(of_record) == 1 else ""
    if not contact and not of_record and hit.account_id and len(of_account) == 1:
        contact = min(of_account)
    account = hit.account_id or _account_of(contact, known)
    return {**hit.lookups, "Contact__c": contact, "Account__c": account}


def _account_of(contact_id: str, known: tuple[Person, ...]) -> str:
    """The account of a contact among people who are known by their address."""
    found = {p.account_id for p in known if contact_id and p.contact_id == contact_id}
    return min(found, default="")


def _match(
    method: MatchMethod, reason: str, lookups: Mapping[str, str], evidence: Evidence, hits: Hits
) -> Match:
    products = hits.products(evidence)
    if len(products) == 1:
        lookups = {**lookups, "Product__c": products[0]}
    elif products:
        reason = f"{reason} {len(products)} products have the SKU, so none is linked."
    fields = {name: lookups.get(name) or None for name in LOOKUPS}
    fields |= {"Match_Method__c": method.value, "Match_Reason__c": reason}
    return Match(fields, method, reason)


def _listed(hits: tuple[Hit, ...]) -> str:
    counted = Counter(hit.method for hit in hits)
    parts = [f"{count} {_NOUNS[method][count > 1]}" for method, count in counted.items()]
    return " and ".join(parts)


def _nothing(evidence: Evidence) -> str:
    if not (evidence.reference or evidence.emails):
        return "The review has neither a reference number nor an e-mail address."
    return "Nobody and nothing in the org fits its reference number or e-mail address."
