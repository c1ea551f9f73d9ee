"""Trustpilot as the flows need it: reviews as values, writes with their outcome.

It decides nothing: whether a reply or an invitation may go out is settled before it is called,
and what an unknown outcome means is settled after.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import count
from typing import Any, TypeVar
from urllib.parse import quote

from connector.core.invitations.sending.outgoing import (
    EmailInvitation,
    LinkRequest,
    ReviewLink,
    Template,
)
from connector.core.privacy.deletions import Deletion
from connector.core.products.mapping import Item
from connector.core.terms.errors import (
    CallFacts,
    NotFound,
    RequestRefused,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.reviews import (
    BusinessUnitProfile,
    Conversation,
    Review,
    ReviewPage,
    ReviewType,
    Unreadable,
)
from connector.gateways.http.client import VendorHttp
from connector.gateways.trustpilot import wire
from connector.gateways.trustpilot.calls import PagingLimitReached, TrustpilotCalls
from connector.gateways.trustpilot.deletions import CONSUMERS, REVIEWS, read_deletions
from connector.gateways.trustpilot.errors import VENDOR
from connector.gateways.trustpilot.products import push_products, read_products
from connector.gateways.trustpilot.sign_in import TrustpilotAccess
from connector.gateways.trustpilot.values import wire_time

__all__ = ["TrustpilotAccess", "TrustpilotClient"]

_Value = TypeVar("_Value")

# Trustpilot 5.1: the most. Trustpilot 6.1: uncertain for product reviews, so never more.
_PER_PAGE = 100
_LISTS = {
    ReviewType.SERVICE: ("/private/business-units/{}/reviews", "reviews"),
    ReviewType.PRODUCT: ("/private/product-reviews/business-units/{}/reviews", "productReviews"),
}
"""Where each kind of review is listed, and under which key."""
_REVIEW_PATHS = {
    ReviewType.SERVICE: "/private/reviews/{}",
    ReviewType.PRODUCT: "/private/product-reviews/{}",
}


class TrustpilotClient:
    """Fulfils the flows' Trustpilot port. The first call signs in, none happens before.

    Every call can raise `SignInError`, `AccessDenied`, `AllowanceExhausted` or a `VendorError`.
    Those that return a `SendOutcome` raise only when nothing was sent; what Trustpilot said
    is in the outcome.
    """

    def __init__(self, http: VendorHttp, settings: TrustpilotAccess) -> None:
        self._calls = TrustpilotCalls(http, settings)
        self._acting_user_id = settings.acting_user_id

    def now(self) -> datetime:
        """Return Trustpilot's own time (its HTTP `Date`), aware and UTC."""
        return self._calls.now()

    def find_business_unit(self, domain: str) -> BusinessUnitProfile:
        """Return the business unit of exactly this domain.

        Raises:
            NotFound: Trustpilot has none (Trustpilot 4: uncertain: a 404 or an empty answer).
        """
        path = "/business-units/find"
        try:
            found = self._calls.read_public(path, name=domain)
        except NotFound:
            found = None
        if found:
            return _readable(wire.profile(found), path)
        raise NotFound(
            f"{VENDOR} knows no business unit of the domain {domain}.",
            CallFacts(VENDOR, "GET", "/v1" + path),
            next_step="Check the domain of the business unit in the configuration.",
        )

    def business_unit(self, unit_id: str) -> BusinessUnitProfile:
        """Return score and totals of a business unit. Raises `NotFound`."""
        path = _path("/business-units/{}", unit_id)
        return _readable(wire.profile(self._calls.read_public(path)), path)

    def probe_reviews(self, unit_id: str, review_type: ReviewType) -> None:
        """Ask for a page with one private review; raises what keeps the list away."""
        template, key = _LISTS[review_type]
        path = _path(template, unit_id)
        _items(self._calls.read_private(path, page=1, perPage=1), key, path)

    def templates(self, unit_id: str) -> tuple[Template, ...]:
        """Return the invitation templates of a business unit."""
        path = _path("/private/business-units/{}/templates", unit_id)
        return _readable(wire.templates(self._calls.read_invitations(path)), path)

    def service_reviews(self, unit_id: str, start: datetime, end: datetime) -> Iterator[ReviewPage]:
        """Yield the private service reviews created in [start, end], oldest first, 100 a page.

        It ends at 100,000 records (Trustpilot 5.3): there the list is taken up again at
        the newest review that was read, and reviews already yielded are left out.
        """
        seam = _Seam(start.astimezone(UTC).replace(microsecond=0), end)
        while True:
            try:
                yield from map(seam.fresh, self._service_pages(unit_id, seam))
            except PagingLimitReached:
                if seam.newest <= seam.start:
                    raise _too_many(unit_id) from None
                seam.start = seam.newest
            else:
                return

    def product_reviews(self, unit_id: str) -> Iterator[ReviewPage]:
        """Yield all private product reviews, page by page, in Trustpilot's own order."""
        template, key = _LISTS[ReviewType.PRODUCT]
        path = _path(template, unit_id)

        # Trustpilot 6.1: this list knows no dates and no order, so it is read whole.
        def page(number: int) -> Any:
            return self._calls.read_private(path, page=number, perPage=_PER_PAGE)

        try:
            for items in _pages(page, key, path):
                yield wire.review_page(items, ReviewType.PRODUCT, unit_id)
        except PagingLimitReached:
            raise _too_many(unit_id) from None

    def review(self, review_type: ReviewType, review_id: str) -> Review:
        """Return one review as it is now. Raises `NotFound` when it is gone (Trustpilot 5.7)."""
        path = _path(_REVIEW_PATHS[review_type], review_id)
        return _readable(wire.review(self._calls.read_private(path), review_type), path)

    def reply(self, review_id: str, text: str, author_id: str = "") -> SendOutcome:
        """Publish the one reply of a service review, replacing what is live; sent once."""
        path = _path("/private/reviews/{}/reply", review_id)
        # Trustpilot 5.5: sent again it replaces, there is no other edit; it is public at once.
        author = author_id or self._acting_user_id
        return self._calls.send(path, wire.reply_body(text, author), (text,), acting=author_id)

    def delete_reply(self, review_id: str) -> SendOutcome:
        """Remove the reply of a service review; sent once. One that is not there counts as removed.

        What Trustpilot says then is not documented (Trustpilot 5.5).
        """
        outcome = self._calls.delete(_path("/private/reviews/{}/reply", review_id))
        if outcome.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return SendOutcome(Verdict.ACCEPTED, outcome.status)
        return outcome

    def add_tags(self, review_id: str, values: Sequence[str]) -> SendOutcome:
        """Add tags to a service review beside those that are there; repeated where that helps.

        Never by POST, which removes the others (Trustpilot 5.6).
        """
        path = _path("/private/reviews/{}/tags", review_id)
        return self._calls.add(path, wire.tags_body(values), tuple(values))

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation with all its comments, oldest first."""
        path = _path("/private/conversations/{}", conversation_id)
        return _readable(wire.conversation(self._calls.read_private(path), conversation_id), path)

    def open_conversation(self, review_id: str) -> str:
        """Create the conversation of a product review and return its id; sent once.

        Raises:
            VendorUnreachable: with `maybe_processed` when no usable answer came back.
        """
        path = _path("/private/product-reviews/{}/create-conversation", review_id)
        # Trustpilot 6.2: uncertain: what a second call does; so there is none.
        answer = self._calls.create(path)
        found = answer.get("conversationId") if isinstance(answer, dict) else None
        if isinstance(found, str) and found:
            return found
        raise VendorUnreachable(
            f"{VENDOR} answered POST /v1{path}, but not with the conversation's id.",
            CallFacts(VENDOR, "POST", "/v1" + path),
            maybe_processed=True,
        )

    def comment(self, conversation_id: str, text: str, author_id: str = "") -> SendOutcome:
        """Add one public comment; sent once, because a second call adds a second one."""
        path = _path("/private/conversations/{}/comments", conversation_id)
        # Trustpilot 6.2: and no comment can be deleted.
        return self._calls.send(path, wire.comment_body(text), (text,), acting=author_id)

    def edit_comment(
        self, conversation_id: str, comment_id: str, text: str, author_id: str = ""
    ) -> SendOutcome:
        """Replace the text of a comment; repeated where that helps."""
        path = _path("/private/conversations/{}/comments/", conversation_id) + quote(
            comment_id, safe=""
        )
        return self._calls.add(path, wire.comment_body(text), (text,), acting=author_id)

    def prepare_to_send(self, most: int) -> int:
        """Return how many invitations can be sent now, `most` at most, none waiting for its turn.

        Signs in and waits here, before anybody takes the right to send.
        """
        return self._calls.prepare(most)

    def send_invitation(self, unit_id: str, invitation: EmailInvitation) -> SendOutcome:
        """Ask Trustpilot to invite one consumer by e-mail: one try, now or not at all.

        Accepted means accepted by Trustpilot: whether a mail goes out, it does not tell
        (Trustpilot 7.2).
        """
        path = _path("/private/business-units/{}/email-invitations", unit_id)
        personal = (invitation.email, invitation.name)
        return self._calls.send_invitation(path, wire.invitation_body(invitation), personal)

    def service_link(self, unit_id: str, link: LinkRequest) -> ReviewLink:
        """Return a link to a service review; asked for again where that helps.

        A second link to the same reference reaches nobody: Trustpilot sends nothing for it.
        Raises `RequestRefused` or `NotFound` when it will not make this one.
        """
        path = _path("/private/business-units/{}/invitation-links", unit_id)
        personal = (link.email, link.name)
        answer = self._calls.make_invitation(path, wire.service_link_body(link), personal)
        return _readable(wire.review_link(answer), path, "POST")

    def product_link(self, unit_id: str, link: LinkRequest) -> ReviewLink:
        """Return a link to the reviews of `link.products`, like `service_link`."""
        path = _path("/private/product-reviews/business-units/{}/invitation-links", unit_id)
        personal = (link.email, link.name)
        answer = self._calls.make(path, wire.product_link_body(link), personal)
        return _readable(wire.review_link(answer), path, "POST")

    def deleted_reviews(self, since: date) -> Iterator[Deletion]:
        """Yield what the list of deleted reviews names since this day (UTC), of all businesses."""
        return read_deletions(self._calls, REVIEWS, since)

    def deleted_consumers(self, since: date) -> Iterator[Deletion]:
        """Yield what the list of deleted consumers names since this day (UTC)."""
        return read_deletions(self._calls, CONSUMERS, since)

    def delete_invitation_data(self, unit_id: str, emails: Sequence[str]) -> SendOutcome:
        """Have Trustpilot forget the invitations of a business unit to these addresses; sent once.

        Nothing brings them back: https://developers.trustpilot.com/invitation-api.
        """
        path = _path("/private/business-units/{}/invitation-data/delete", unit_id)
        # Trustpilot 7.3: addresses or an age, never both.
        return self._calls.erase_invitations(path, {"customerEmails": [*emails]}, tuple(emails))

    def products(self, unit_id: str, skus: Collection[str]) -> Mapping[str, Item]:
        """Return those of these SKUs that the catalogue of a business unit holds."""
        return read_products(self._calls, unit_id, skus)

    def push_products(self, unit_id: str, items: Sequence[Item]) -> frozenset[str]:
        """Create or change products by SKU, return the confirmed SKUs; safe to repeat, repeated."""
        return push_products(self._calls, unit_id, items)

    def _service_pages(self, unit_id: str, seam: _Seam) -> Iterator[ReviewPage]:
        template, key = _LISTS[ReviewType.SERVICE]
        path = _path(template, unit_id)
        # Trustpilot 5.1: uncertain: whether the ends are inclusive; ask for a second more on each.
        second = timedelta(seconds=1)
        window = {
            "startDateTime": wire_time(seam.start - second),
            "endDateTime": wire_time(seam.end + second),
        }

        def page(number: int) -> Any:
            # Trustpilot 5.3: newest first, every new review would shift the pages.
            return self._calls.read_private(
                path, page=number, perPage=_PER_PAGE, orderBy="createdat.asc", **window
            )

        for items in _pages(page, key, path):
            yield wire.review_page(items, ReviewType.SERVICE, unit_id)


class _Seam:
    """Where one listing ends and the next begins: keeps what was read in the newest second."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start
        self.end = end
        self.newest = start
        self._known: set[str] = set()

    def fresh(self, page: ReviewPage) -> ReviewPage:
        """Return the page without reviews outside the window or read before."""
        return replace(page, reviews=tuple(filter(self._is_fresh, page.reviews)))

    def _is_fresh(self, review: Review) -> bool:
        if not self.start <= review.created_at <= self.end or review.id in self._known:
            return False
        second = review.created_at.replace(microsecond=0)
        if second > self.newest:
            self.newest = second
            self._known.clear()
        self._known.add(review.id)
        return True


def _pages(page: Callable[[int], Any], key: str, path: str) -> Iterator[list[object]]:
    """Yield the items of each page until one is empty, or short without a link to a next one."""
    for number in count(1):
        answer = page(number)
        items = _items(answer, key, path)
        if items:
            yield items
        # Trustpilot 5.3: an answer may lack the link to its next page.
        if not items or (len(items) < _PER_PAGE and not _has_next(answer)):
            return


def _items(answer: Any, key: str, path: str) -> list[object]:
    items = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise _not_documented(path, f"without a list of {key}")
    return items


def _has_next(answer: dict[str, Any]) -> bool:
    links = answer.get("links")
    return isinstance(links, list) and any(
        isinstance(link, dict) and link.get("rel") == "next-page" for link in links
    )


def _too_many(unit_id: str) -> RequestRefused:
    return RequestRefused(
        f"{VENDOR} lists no more reviews of the business unit {unit_id}, although there are more.",
        CallFacts(VENDOR, "GET", "", HTTPStatus.BAD_REQUEST),
    )


def _readable(value: _Value | Unreadable, path: str, method: str = "GET") -> _Value:
    if isinstance(value, Unreadable):
        raise _not_documented(path, f"with something that {value.reason}", method)
    return value


def _not_documented(path: str, what: str, method: str = "GET") -> VendorAnswerUnreadable:
    return VendorAnswerUnreadable(
        f"{VENDOR} answered {method} /v1{path} {what}.", CallFacts(VENDOR, method, "/v1" + path)
    )


def _path(template: str, identifier: str) -> str:
    return template.format(quote(identifier, safe=""))
