"""What Trustpilot is asked for: an e-mail invitation or a link; and the templates it sends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class EmailInvitation:
    """One e-mail invitation to a service review, to product reviews, or to both.

    `send_at` is when Trustpilot should send it (aware, UTC). Empty strings are left out of
    the request, so that the account's defaults apply. Of `products` (described in Trustpilot's
    words) and `product_skus` only one is filled; without either only the service is asked about.
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
    service: bool = True
    products: tuple[Mapping[str, str], ...] = ()
    product_skus: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.products and self.product_skus:
            raise ValueError("products and product_skus exclude each other")
        if not (self.service or self.products or self.product_skus):
            raise ValueError("an invitation asks about something")


@dataclass(frozen=True)
class LinkRequest:
    """One link to be made by Trustpilot, which sends nothing for it.

    Where the customer goes after the review is `redirect_url`. `products` are needed for a link
    to product reviews, `tags` count for a link to a service review only.
    """

    email: str
    name: str
    reference_number: str
    locale: str = ""
    tags: tuple[str, ...] = ()
    redirect_url: str = ""
    products: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class ReviewLink:
    """A link that Trustpilot made; `id` is empty where it named none."""

    url: str
    id: str = ""


@dataclass(frozen=True)
class Template:
    """A template of a business unit at Trustpilot; `name` may be empty."""

    id: str
    name: str
    is_default: bool = False
