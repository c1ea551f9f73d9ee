"""What becomes of accepted invitations: kept, silently dropped, erased; and links handed out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.emulator.switches import Switches
from connector.emulator.trustpilot.business_units import DEFAULT_SENDER, BusinessUnit
from connector.emulator.trustpilot.invitations.intake import (
    DUPLICATE,
    ERASED,
    IN_GRACE_PERIOD,
    NO_TEMPLATE,
    UNKNOWN_SKU,
    UNSUBSCRIBED,
    WRONG_SENDER,
    InvitationLink,
    ReceivedInvitation,
    SendTimes,
)


@dataclass
class Mailbox:
    """Holds every accepted invitation in the order of arrival, and every link handed out."""

    switches: Switches
    received: list[ReceivedInvitation] = field(default_factory=list)
    links: list[InvitationLink] = field(default_factory=list)
    unsubscribed: set[str] = field(default_factory=set)

    def accept(
        self,
        unit: BusinessUnit,
        user_id: str,
        body: dict[str, Any],
        times: SendTimes,
        now: datetime,
    ) -> ReceivedInvitation:
        """Keep a well-formed invitation, dropped silently where the vendor would not send it."""
        invitation = ReceivedInvitation(
            received_at=now,
            unit_id=unit.id,
            domain=unit.domain,
            user_id=user_id,
            email=body["consumerEmail"],
            name=body["consumerName"],
            reference=body["referenceNumber"],
            body=body,
            send_at=times.first(now),
        )
        invitation.dropped = self._why_dropped(invitation, unit)
        self.received.append(invitation)
        return invitation

    def mails(self, now: datetime) -> list[ReceivedInvitation]:
        """Return the invitations that reached a consumer as a mail."""
        return [one for one in self.received if one.is_mailed(now)]

    def erase(self, emails: set[str], older_than: datetime | None) -> None:
        """Forget the consumers of some invitations; nothing brings them back."""
        for one in self.received:
            old = older_than is not None and one.received_at < older_than
            if old or one.email.lower() in emails:
                one.email, one.name, one.body, one.dropped = "", "", {}, ERASED

    def _why_dropped(self, invitation: ReceivedInvitation, unit: BusinessUnit) -> str:
        parts = ("serviceReviewInvitation", "productReviewInvitation")
        templates = [(invitation.body.get(part) or {}).get("templateId") for part in parts]
        if any(template and template not in unit.templates for template in templates):
            return NO_TEMPLATE
        if invitation.body.get("senderEmail", DEFAULT_SENDER) not in unit.senders:
            return WRONG_SENDER
        skus = (invitation.body.get("productReviewInvitation") or {}).get("productSkus") or []
        if not unit.skus.issuperset(skus):
            return UNKNOWN_SKU
        if invitation.email.lower() in self.unsubscribed:
            return UNSUBSCRIBED
        live = [one for one in self.received if not one.dropped]
        if any(invitation.same_experience(one) for one in live):
            return DUPLICATE
        return IN_GRACE_PERIOD if self._in_grace(invitation, live) else ""

    def _in_grace(self, invitation: ReceivedInvitation, live: list[ReceivedInvitation]) -> bool:
        grace = timedelta(days=self.switches.invitation_grace_days)
        return any(
            one.email.lower() == invitation.email.lower()
            and invitation.received_at - one.received_at < grace
            for one in live
        )
