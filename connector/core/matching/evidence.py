"""What a review says about who wrote it and what it is about, ready to be compared.

Consumers type references themselves (Trustpilot 14), so everything is normalised, for
comparing only. Nothing in here looks at records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connector.core.mapping.transforms import email
from connector.core.terms.reviews import Review

LONGEST_REFERENCE = 255
"""Characters of a reference number or SKU that any field compared with can hold."""

_OPPORTUNITY = "006"
"""https://developer.salesforce.com/docs: the key prefix of Opportunity ids."""

_SHORT_ID, _LONG_ID = 15, 18
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True)
class Evidence:
    """The facts of one review that may connect it with the org.

    `reference` is as it was typed, without outer blanks; `emails` are in lower case; what a
    review does not have, or what no field could hold, is empty.
    """

    review_id: str
    unit_id: str = ""
    reference: str = ""
    emails: frozenset[str] = frozenset()
    sku: str = ""

    @property
    def is_any(self) -> bool:
        """True when there is anything to look for in the org."""
        return bool(self.reference or self.emails or self.sku)

    @property
    def opportunity_id(self) -> str:
        """The reference number as an Opportunity's id of 15 characters; empty if it is none."""
        return opportunity_id(self.reference)


def evidence_of(review: Review) -> Evidence:
    """What this review says, and what its consumer answered when asked who they are."""
    return make_evidence(
        review.id,
        unit_id=review.business_unit_id,
        reference=usual_reference(
            review.reference_number, review.consumer_response_reference_number
        ),
        emails=(review.invited_email, review.consumer_email, review.consumer_response_email),
        sku=review.product_sku,
    )


def make_evidence(
    review_id: str,
    *,
    unit_id: str,
    reference: str | None,
    emails: Iterable[str | None],
    sku: str | None,
) -> Evidence:
    """Evidence from texts as they stand: cleaned, and without what nothing could equal."""
    addresses = (email(text) for text in emails if text)
    return Evidence(
        review_id,
        unit_id,
        _usable(reference) if reference and reference_key(reference) else "",
        frozenset(address for address in addresses if address),
        _usable(sku),
    )


def usual_reference(of_review: str | None, of_response: str | None) -> str | None:
    """The review's own reference number; the one in the consumer's response where it has none."""
    return of_review if reference_key(of_review) else of_response


def reference_key(text: Any) -> str:
    """Return a reference number without blanks, '#' and capitals: equal keys are one number."""
    # Trustpilot 14: typed with blanks, with a '#' or in other capitals.
    return "".join(str(text or "").split()).replace("#", "").casefold()


def spellings(reference: str) -> tuple[str, ...]:
    """The ways in which a record may hold the number that was typed, without repeats.

    The org compares without regard to capitals, but blanks and signs count.
    """
    bare = reference.strip().strip("#").strip()
    compact = "".join(reference.split()).replace("#", "")
    return tuple(dict.fromkeys(each for each in (reference, bare, compact) if each))


def opportunity_id(reference: str) -> str:
    """Return the case-sensitive 15 characters of an Opportunity's id, or an empty string.

    In an id of 18 characters the last three say which letters are capitals (Salesforce 12), so a
    number that was typed in the wrong case is still understood.
    """
    typed = "".join(reference.split()).replace("#", "")
    if not (typed.isascii() and typed.isalnum() and typed.startswith(_OPPORTUNITY)):
        return ""
    if len(typed) == _SHORT_ID:
        return typed
    capitals = [_CHECKSUM.find(sign) for sign in typed[_SHORT_ID:].upper()]
    if len(typed) != _LONG_ID or -1 in capitals:
        return ""
    return "".join(
        sign.upper() if capitals[i // 5] >> i % 5 & 1 else sign.lower()
        for i, sign in enumerate(typed[:_SHORT_ID])
    )


def _usable(text: str | None) -> str:
    stripped = (text or "").replace("\0", "").strip()
    return stripped if len(stripped) <= LONGEST_REFERENCE else ""
