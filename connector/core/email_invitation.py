"""The e-mail invitation that Trustpilot is asked to send, and the templates that it sends with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EmailInvitation:
    """One e-mail invitation to a service review.

    `send_at` is when Trustpilot should send it (aware, UTC). Empty strings are left out of
    the request, so that the account's defaults apply.
    """

    email: str
    name: str
    reference_number: str
    send_at: datetime
    locale: str = ""
    template_id: str = ""
    tags: tuple[str, ...] = ()
    sender_name: str = ""
    sender_email: str = ""
    reply_to: str = ""
    redirect_url: str = ""


@dataclass(frozen=True)
class Template:
    """A template of a business unit at Trustpilot; `name` may be empty."""

    id: str
    name: str
    is_default: bool = False
