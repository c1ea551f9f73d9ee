"""Everything that the emulated Trustpilot holds, and the hands of everybody but API clients.

Consumers write, edit and delete; colleagues answer in the portal; an account manager adds
business units, users and senders. API calls reach the same state through the `*_api` modules.
"""

import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from connector.emulator.clock import EmulatorClock
from connector.emulator.switches import Switches
from connector.emulator.trustpilot.access.accounts import Accounts, Application, BusinessUser
from connector.emulator.trustpilot.access.rates import Rates
from connector.emulator.trustpilot.business_units import BusinessUnit, LinkKeys, Template
from connector.emulator.trustpilot.catalogue.products import Catalogues
from connector.emulator.trustpilot.ids import Ids, object_id
from connector.emulator.trustpilot.invitations.links import OpenedLink
from connector.emulator.trustpilot.invitations.mailbox import Mailbox
from connector.emulator.trustpilot.reviews import product as product_reviews
from connector.emulator.trustpilot.reviews import service as service_reviews
from connector.emulator.trustpilot.reviews.product import ProductReviews
from connector.emulator.trustpilot.reviews.service import ServiceReviews, private_json
from connector.emulator.trustpilot.times import moment, rendered

_TIMES = ("createdAt", "updatedAt", "experiencedAt")
_REPLY = {"authorBusinessUserId": None, "authorBusinessUserName": None, "updatedAt": None}


@dataclass(frozen=True)
class Deletion:
    """A review or consumer that is gone, as the deletions feeds tell it."""

    id: str
    at: datetime


class TrustpilotState:
    """Holds one emulated Trustpilot with one application and one acting user from the start.

    `application` is their API key and secret, `acting_user_id` an Admin of the account. Changes
    from several threads go through `lock`; the methods here take it themselves.
    """

    def __init__(self, clock: EmulatorClock, switches: Switches) -> None:
        self.clock = clock
        self.switches = switches
        self.lock = threading.RLock()
        self.accounts = Accounts(switches)
        self.rates = Rates(switches)
        self.units: dict[str, BusinessUnit] = {}
        self.service = ServiceReviews()
        self.product = ProductReviews()
        self.catalogues = Catalogues(switches)
        self.mailbox = Mailbox(switches)
        self.opened_links: list[OpenedLink] = []
        self.review_deletions: list[Deletion] = []
        self.consumer_deletions: list[Deletion] = []
        self.ids = Ids()
        self.application = self.add_application("tpk-emulator", "tps-emulator")
        self.acting_user_id = self.add_business_user("Ada Agent").id

    def add_application(
        self, api_key: str, api_secret: str, *, unit_ids: frozenset[str] | None = None
    ) -> Application:
        """Register an API key; `unit_ids` None lets it reach every business unit."""
        application = Application(api_key, api_secret, unit_ids)
        self.accounts.applications[api_key] = application
        return application

    def add_business_user(
        self, name: str, *, role: str = "Admin", email: str = "", password: str = ""
    ) -> BusinessUser:
        """Give a person a place in the account; with a password the password grant works."""
        user = BusinessUser(self.ids.next("user"), name, role, email, password)
        self.accounts.users[user.id] = user
        return user

    def add_business_unit(
        self,
        domain: str,
        *,
        display_name: str = "",
        country: str = "US",
        historic: Mapping[int, int] | None = None,
        link_keys: LinkKeys | None = None,
    ) -> BusinessUnit:
        """Open a business unit; `historic` are reviews per star that only the numbers show."""
        with self.lock:
            unit = BusinessUnit(
                id=self.ids.next("business unit"),
                domain=domain,
                display_name=display_name or domain,
                country=country,
                link_keys=link_keys or _keys_of(domain),
                historic=historic or {},
            )
            self.units[unit.id] = unit
            self.add_template(unit.id, "Service reviews", is_default=True)
            return unit

    def add_template(
        self, unit_id: str, name: str, *, is_default: bool = False, kind: str = "email"
    ) -> Template:
        """Give a business unit an invitation template."""
        template = Template(self.ids.next("template"), name, is_default, "en-US", kind)
        self.units[unit_id].templates[template.id] = template
        return template

    def add_service_review(self, unit_id: str, **fields: Any) -> dict[str, Any]:
        """Let a consumer write a service review and return its private JSON.

        `fields` are the vendor's names (reference 5.4), times as datetimes or text. A review
        with a `referralEmail` counts as invited unless the fields say otherwise.

        Raises:
            ValueError: for a name that the vendor does not have.
        """
        _refuse_unknown(fields, service_reviews.FIELDS)
        with self.lock:
            review = _timed({"createdAt": self.clock.now(), **fields})
            review.setdefault("id", self.ids.next("review"))
            review["consumer"] = self._consumer(fields.get("consumer"))
            if fields.get("referralEmail"):
                review = {**_invited(unit_id), **review}
            self.service.add(unit_id, review)
            return self.service_review(review["id"])

    def add_product_review(self, unit_id: str, **fields: Any) -> dict[str, Any]:
        """Let a consumer write a product review and return its JSON (reference 6.1)."""
        _refuse_unknown(fields, product_reviews.FIELDS)
        with self.lock:
            review = _timed({"createdAt": self.clock.now(), **fields})
            review.setdefault("id", self.ids.next("product review"))
            review["businessUnitId"] = unit_id
            review["consumer"] = self._consumer(fields.get("consumer"))
            self.product.reviews[review["id"]] = review
            return self.product_review(review["id"])

    def service_review(self, review_id: str) -> dict[str, Any]:
        """Return a live service review's private JSON; KeyError where there is none."""
        review = self.service.get(review_id)
        if review is None:
            raise KeyError(review_id)
        shown = private_json(review, self.units[review["businessUnitId"]])
        return dict(rendered(shown, self.switches))

    def product_review(self, review_id: str) -> dict[str, Any]:
        """Return a live product review's JSON; KeyError where there is none."""
        shown = product_reviews.json_of(self.product.reviews[review_id])
        return dict(rendered(shown, self.switches))

    def edit_review(self, review_id: str, **fields: Any) -> dict[str, Any]:
        """Let the consumer (or Trustpilot) change a review; `updatedAt` is now unless given."""
        with self.lock:
            changes = _timed({"updatedAt": self.clock.now(), **fields})
            if review_id in self.product.reviews:
                _refuse_unknown(fields, product_reviews.FIELDS)
                self.product.reviews[review_id].update(changes)
                return self.product_review(review_id)
            _refuse_unknown(fields, service_reviews.FIELDS)
            if review := self.service.get(review_id):
                self.service.change(review, changes)
            return self.service_review(review_id)

    def delete_review(self, review_id: str) -> None:
        """Take a service or product review away; the deletions feed tells it from now on."""
        with self.lock:
            gone = self.service.remove(review_id) or self.product.reviews.pop(review_id, None)
            if gone is None:
                raise KeyError(review_id)
            self.review_deletions.append(Deletion(review_id, self.clock.now()))

    def delete_consumer(self, consumer_id: str) -> None:
        """Take a consumer and all their reviews away; both deletions feeds tell it."""
        with self.lock:
            owned = self.service.of_consumer(consumer_id) + self.product.of_consumer(consumer_id)
            for review_id in owned:
                self.delete_review(review_id)
            self.consumer_deletions.append(Deletion(consumer_id, self.clock.now()))

    def portal_reply(self, review_id: str, text: str, author: str) -> None:
        """Let a colleague answer a service review in Trustpilot's own portal."""
        self.set_reply(review_id, text, BusinessUser(object_id("colleague", author), author))

    def set_reply(self, review_id: str, text: str, author: BusinessUser) -> None:
        """Publish or replace the reply of a service review."""
        with self.lock:
            review = self.service.get(review_id)
            if review is None:
                raise KeyError(review_id)
            before = review.get("companyReply")
            now = moment(self.clock.now())
            reply = {
                "text": text,
                "authorBusinessUserId": author.id,
                "authorBusinessUserName": author.name,
                "createdAt": before["createdAt"] if before else now,
                "updatedAt": now if before else None,
            }
            changes: dict[str, Any] = {"companyReply": reply}
            if self.switches.reply_touches_review:
                changes["updatedAt"] = now
            self.service.change(review, changes)

    def _consumer(self, given: Mapping[str, Any] | None) -> dict[str, Any]:
        consumer = dict(given or {})
        consumer.setdefault("id", self.ids.next("consumer"))
        return consumer


def _keys_of(domain: str) -> LinkKeys:
    encryption, authentication = (
        b64encode(sha256(f"{purpose} key of {domain}".encode()).digest()).decode()
        for purpose in ("encryption", "authentication")
    )
    return LinkKeys(encryption, authentication)


def _invited(unit_id: str) -> dict[str, Any]:
    return {
        "isVerified": True,
        "reviewVerificationLevel": "invited",
        "source": "InvitationApi",
        "invitation": {"businessUnitId": unit_id},
    }


def _timed(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with every time as an aware datetime, the reply's too."""
    timed: dict[str, Any] = {
        name: moment(value) if name in _TIMES and value is not None else value
        for name, value in fields.items()
    }
    if reply := timed.get("companyReply"):
        at = timed.get("createdAt") or timed.get("updatedAt")
        timed["companyReply"] = _timed({**_REPLY, "createdAt": at, **reply})
    return timed


def _refuse_unknown(fields: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(set(fields) - known):
        raise ValueError(f"Trustpilot's reviews have no {', '.join(unknown)}")
