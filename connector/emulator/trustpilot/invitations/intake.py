"""E-mail invitations as Trustpilot takes them: what is a 400, and what is accepted but never sent.

Reference 7.2 and 7.5. An accepted invitation is not a sent one: the word that tells them apart
is internal, and no answer shows it.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.emulator.switches import Switches
from connector.emulator.trustpilot.errors import bad_request
from connector.emulator.trustpilot.times import read_send_time

NOT_SENT = "NotSent"
SUCCESS = "Success"
DUPLICATE = "DomainEmailOrderIDCombinationHasAlreadyBeenInvited"
NO_TEMPLATE = "CancelledNoTemplate"
WRONG_SENDER = "CancelledInvalidWebshopEmail"
UNSUBSCRIBED = "DroppedUnsubscribedAddress"
IN_GRACE_PERIOD = "CancelledRecipientInGracePeriod"
UNKNOWN_SKU = "UnknownSku"
ERASED = "Erased"

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FORBIDDEN_IN_REFERENCE = re.compile(r'[#*+"%&]')
_REQUIRED = ("referenceNumber", "consumerName", "consumerEmail")


@dataclass
class ReceivedInvitation:
    """One accepted invitation; `dropped` is the internal word why it is never sent, or empty."""

    received_at: datetime
    unit_id: str
    domain: str
    user_id: str
    email: str
    name: str
    reference: str
    body: dict[str, Any]
    send_at: datetime
    dropped: str = ""

    def status(self, now: datetime) -> str:
        """Return the internal status word at a moment."""
        if self.dropped:
            return self.dropped
        return NOT_SENT if now < self.send_at else SUCCESS

    def is_mailed(self, now: datetime) -> bool:
        """Tell whether a mail has reached the consumer at a moment."""
        return self.status(now) == SUCCESS

    def same_experience(self, other: "ReceivedInvitation") -> bool:
        """Tell whether domain, e-mail address and reference are the same."""
        return (self.domain, self.email.lower(), self.reference) == (
            other.domain,
            other.email.lower(),
            other.reference,
        )


@dataclass(frozen=True)
class InvitationLink:
    """A unique review link that was handed out; Trustpilot sends nothing for it.

    `kind` is service or product, after the reviews that the consumer can write there.
    """

    id: str
    unit_id: str
    email: str
    name: str
    reference: str
    body: dict[str, Any]
    kind: str = "service"

    @property
    def url(self) -> str:
        """Return the address that the consumer opens."""
        page = "evaluate-link" if self.kind == "service" else "products/evaluate-link"
        return f"https://www.trustpilot.com/{page}/{self.id}"


@dataclass(frozen=True)
class SendTimes:
    """When the service and the product invitation shall go out; None is as soon as possible."""

    service: datetime | None
    product: datetime | None

    def first(self, now: datetime) -> datetime:
        """Return the moment of the first mail."""
        known = [at for at in (self.service, self.product) if at is not None]
        return min(known, default=now)


def check_product_link(body: dict[str, Any]) -> dict[str, Any]:
    """Return the consumer of a well-formed body for a link to product reviews; 400 for others."""
    require_text(body, "referenceId")
    consumer = body.get("consumer")
    if not isinstance(consumer, dict):
        raise bad_request("consumer is required.")
    for name in ("email", "name"):
        require_text(consumer, name)
    require_email(consumer["email"])
    products, ids = body.get("products"), body.get("productIds")
    if bool(products) == bool(ids):
        raise bad_request("Exactly one of products and productIds is required.")
    kind: type = dict if products else str
    rows = products or ids
    if not isinstance(rows, list) or not all(isinstance(row, kind) for row in rows):
        raise bad_request("products must be objects, productIds must be strings.")
    return consumer


def check_body(body: dict[str, Any], switches: Switches) -> SendTimes:
    """Return the send times of a well-formed `email-invitations` body; 400 for any other."""
    for name in _REQUIRED:
        require_text(body, name)
    require_email(body["consumerEmail"])
    if body.get("type", "email") != "email":
        raise bad_request("type must be email.")
    if switches.reference_characters_enforced:
        refuse_forbidden_characters(body["referenceNumber"])
    service, product = (
        _part(body, "serviceReviewInvitation"),
        _part(body, "productReviewInvitation"),
    )
    if service is None and product is None:
        raise bad_request("serviceReviewInvitation or productReviewInvitation is required.")
    check_tags((service or {}).get("tags"))
    if product is not None:
        _check_products(product)
    times = SendTimes(_send_time(service, switches), _send_time(product, switches))
    if times.service and times.product and times.service >= times.product:
        raise bad_request("The service review invitation must precede the product one.")
    return times


def require_text(body: dict[str, Any], name: str) -> None:
    """Refuse a body in which a required text is missing or blank."""
    if not isinstance(body.get(name), str) or not body[name].strip():
        raise bad_request(f"{name} is required.")


def require_email(text: str) -> None:
    """Refuse text that is no e-mail address."""
    if not _EMAIL.fullmatch(text):
        raise bad_request("The e-mail address is not valid.")


def refuse_forbidden_characters(reference: str) -> None:
    """Refuse the reference characters that an old page of the vendor forbids."""
    if _FORBIDDEN_IN_REFERENCE.search(reference):
        raise bad_request("The reference contains characters that are not allowed.")


def check_tags(tags: Any) -> None:
    """Refuse tags that are no plain strings."""
    if not isinstance(tags or [], list) or not all(isinstance(tag, str) for tag in tags or []):
        raise bad_request("tags must be a list of strings.")


def _part(body: dict[str, Any], name: str) -> dict[str, Any] | None:
    part = body.get(name)
    if part is not None and not isinstance(part, dict):
        raise bad_request(f"{name} must be an object.")
    return part


def _check_products(product: dict[str, Any]) -> None:
    products, skus = product.get("products"), product.get("productSkus")
    if bool(products) == bool(skus):
        raise bad_request("Exactly one of products and productSkus is required.")
    kind: type = dict if products else str
    rows = products or skus
    if not isinstance(rows, list) or not all(isinstance(row, kind) for row in rows):
        raise bad_request("products must be objects, productSkus must be strings.")


def _send_time(part: dict[str, Any] | None, switches: Switches) -> datetime | None:
    text = (part or {}).get("preferredSendTime")
    if text is None:
        return None
    try:
        return read_send_time(text, switches)
    except (ValueError, TypeError):
        raise bad_request("preferredSendTime is not a date and time.") from None
