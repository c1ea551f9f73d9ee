"""What flows need from the outside: an org that stores, a Trustpilot that answers, a reporter.

Flows know these shapes and nothing of SOQL, JSON, HTTP or either vendor's library.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from typing import Protocol

from connector.core.invitations.sending.outgoing import (
    EmailInvitation,
    LinkRequest,
    ReviewLink,
    Template,
)
from connector.core.org.deployment import DeployRequest, DeployState
from connector.core.org.metadata_package import MetadataPackage
from connector.core.org.shapes import ObjectShape
from connector.core.privacy.deletions import Deletion
from connector.core.products.mapping import Item
from connector.core.terms.errors import Stopped
from connector.core.terms.outcomes import SendOutcome
from connector.core.terms.records import Answer, Row, RowResult, Select, Update, Upsert
from connector.core.terms.reviews import (
    BusinessUnitProfile,
    Conversation,
    Review,
    ReviewPage,
    ReviewType,
)


class Org(Protocol):
    """The Salesforce org: everything the connector remembers is in here."""

    @property
    def organization_id(self) -> str:
        """The 18-character id of the org signed in to."""
        ...

    @property
    def api_version(self) -> str:
        """The version of the org's API in use, like "66.0"."""
        ...

    def now(self) -> datetime:
        """The org's own time (its HTTP `Date`), aware and UTC; never the machine's clock."""
        ...

    def usage(self) -> tuple[int, int] | None:
        """API calls used and allowed in 24 hours, as the org last said; None before it did."""
        ...

    def read(self, selects: Sequence[Select]) -> list[Answer]:
        """Answer each `Select`, complete (all pages), five to a call."""
        ...

    def describe(self, names: Iterable[str]) -> Mapping[str, ObjectShape | None]:
        """What this user sees of each object; None where it sees none of that name."""
        ...

    def insert(
        self, object_name: str, rows: Sequence[Row], *, assign: bool = False
    ) -> list[RowResult]:
        """Create rows, 200 to a call, in order; never repeated when the outcome is unknown.

        With `assign` the org's active assignment rules choose the owners; no other write lets
        them run. Raises `VendorUnreachable` with `maybe_processed` when no answer came back.
        """
        ...

    def upsert(self, object_name: str, key: str, rows: Sequence[Row]) -> list[RowResult]:
        """Create or change rows by a unique external id; safe to repeat, and repeated."""
        ...

    def upsert_together(self, upserts: Sequence[Upsert]) -> list[list[RowResult]]:
        """Upsert rows of several objects, in one call where they fit it; no order is promised."""
        ...

    def update(self, object_name: str, rows: Sequence[Row]) -> list[RowResult]:
        """Change rows by their `Id`; safe to repeat, and repeated."""
        ...

    def update_together(self, updates: Sequence[Update]) -> list[list[RowResult]]:
        """Change rows of several objects, in their order, in one call where they fit it."""
        ...

    def delete(self, ids: Sequence[str]) -> list[RowResult]:
        """Move records to the bin; one that is gone already counts as deleted. Repeated."""
        ...


class DeployableOrg(Org, Protocol):
    """An org that also takes the package itself."""

    def deploy(self, package: MetadataPackage, request: DeployRequest) -> Iterator[DeployState]:
        """Send a package and yield how it goes on, until it is done; never sent twice.

        Raises `VendorUnreachable` with `maybe_processed` when nobody knows whether the org began.
        """
        ...


class Trustpilot(Protocol):
    """Trustpilot, as far as the flows need it."""

    def now(self) -> datetime:
        """Trustpilot's own time (its HTTP `Date`), aware and UTC."""
        ...

    def find_business_unit(self, domain: str) -> BusinessUnitProfile:
        """The business unit of exactly this domain. Raises `NotFound`."""
        ...

    def business_unit(self, unit_id: str) -> BusinessUnitProfile:
        """Score and totals of a business unit. Raises `NotFound`."""
        ...

    def probe_reviews(self, unit_id: str, review_type: ReviewType) -> None:
        """Ask for the shortest page of private reviews; raises what keeps them away."""
        ...

    def templates(self, unit_id: str) -> tuple[Template, ...]:
        """The invitation templates of a business unit."""
        ...

    def service_reviews(self, unit_id: str, start: datetime, end: datetime) -> Iterator[ReviewPage]:
        """Private service reviews created in [start, end], oldest first, 100 a page."""
        ...

    def product_reviews(self, unit_id: str) -> Iterator[ReviewPage]:
        """Private product reviews, page by page, in Trustpilot's own order."""
        ...

    def review(self, review_type: ReviewType, review_id: str) -> Review:
        """One review as it is now. Raises `NotFound` when it is gone (404 or 410)."""
        ...

    def reply(self, review_id: str, text: str, author_id: str = "") -> SendOutcome:
        """Publish the one reply of a service review, replacing what is live; no blind repeat.

        `author_id` is the business user in whose name; empty for the configured one.
        """
        ...

    def delete_reply(self, review_id: str) -> SendOutcome:
        """Remove the reply of a service review, or find none; never repeated."""
        ...

    def add_tags(self, review_id: str, values: Sequence[str]) -> SendOutcome:
        """Add tags to a service review beside those that are there; safe to repeat, repeated."""
        ...

    def conversation(self, conversation_id: str) -> Conversation:
        """A conversation with all its comments, oldest first. Raises `NotFound`."""
        ...

    def open_conversation(self, review_id: str) -> str:
        """Create the conversation of a product review and return its id; never repeated.

        Raises `VendorUnreachable` with `maybe_processed` when no answer came back.
        """
        ...

    def comment(self, conversation_id: str, text: str, author_id: str = "") -> SendOutcome:
        """Add one public comment; never repeated."""
        ...

    def edit_comment(
        self, conversation_id: str, comment_id: str, text: str, author_id: str = ""
    ) -> SendOutcome:
        """Replace the text of a comment; safe to repeat, repeated."""
        ...

    def prepare_to_send(self, most: int) -> int:
        """How many invitations can be sent now, `most` at most, none waiting for its turn."""
        ...

    def send_invitation(self, unit_id: str, invitation: EmailInvitation) -> SendOutcome:
        """Ask Trustpilot to invite one consumer by e-mail; one try, held up by nothing."""
        ...

    def service_link(self, unit_id: str, link: LinkRequest) -> ReviewLink:
        """A link to a service review, made by Trustpilot, which sends nothing; repeated."""
        ...

    def product_link(self, unit_id: str, link: LinkRequest) -> ReviewLink:
        """A link to the reviews of products, like `service_link`; repeated."""
        ...

    def deleted_reviews(self, since: date) -> Iterator[Deletion]:
        """Reviews deleted at Trustpilot since this day (UTC), whoever they were about."""
        ...

    def deleted_consumers(self, since: date) -> Iterator[Deletion]:
        """Consumers deleted at Trustpilot since this day (UTC), whoever they reviewed."""
        ...

    def products(self, unit_id: str, skus: Collection[str]) -> Mapping[str, Item]:
        """Those of these SKUs that the catalogue of a business unit holds, by SKU."""
        ...

    def push_products(self, unit_id: str, items: Sequence[Item]) -> frozenset[str]:
        """Create or change products by SKU; safe to repeat, and repeated.

        Returns the SKUs that Trustpilot confirms. Raises `RequestRefused` for the whole batch.
        """
        ...

    def delete_invitation_data(self, unit_id: str, emails: Sequence[str]) -> SendOutcome:
        """Have Trustpilot forget the invitations to these addresses; never repeated."""
        ...


class Reporter(Protocol):
    """Where a flow says what it does: log lines and progress, without personal data."""

    def event(self, name: str, **facts: object) -> None:
        """Say that something happened; facts are ids, counts and codes only."""
        ...

    def progress(self, what: str, done: int, total: int | None = None) -> None:
        """Say how far long work has come."""
        ...


class Stopping(Protocol):
    """Whether somebody wants the run to end before its end, and for how long it is waited for."""

    def wanted(self) -> Stopped | None:
        """Say who wants it to end, as the error that begins nothing new; None to go on."""
        ...

    def is_over(self) -> bool:
        """True when what is under way had its time, and is not waited for any longer."""
        ...

    def heeded(self) -> AbstractContextManager[None]:
        """Whoever stops the run meanwhile is heard at the next `wanted`, and not earlier."""
        ...


class NeverStopping:
    """Nobody stops the run: it goes on to its end."""

    def wanted(self) -> Stopped | None:
        """Nobody does."""
        return None

    def is_over(self) -> bool:
        """There is time."""
        return False

    def heeded(self) -> AbstractContextManager[None]:
        """Nothing is held back."""
        return nullcontext()
