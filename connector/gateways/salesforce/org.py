"""The Salesforce org, as the flows know it: it stores, and it answers questions.

The one door of the gateway: what is asked, written and renewed is in the modules beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connector.core.org.deployment import DeployRequest, DeployState
from connector.core.org.metadata_package import MetadataPackage
from connector.core.org.shapes import ObjectShape
from connector.core.terms.records import Answer, Row, RowResult, Select, Update, Upsert
from connector.gateways.http.client import VendorHttp
from connector.gateways.salesforce.bulk import MOST_BY_COLLECTIONS, Bulk
from connector.gateways.salesforce.deletes import Deleter
from connector.gateways.salesforce.deploy import Deployments
from connector.gateways.salesforce.reads import Reader
from connector.gateways.salesforce.session import SalesforceSession
from connector.gateways.salesforce.shapes import Shapes
from connector.gateways.salesforce.sign_in import SalesforceAccess
from connector.gateways.salesforce.wire import long_id
from connector.gateways.salesforce.writes import Writer

__all__ = ["SalesforceAccess", "SalesforceOrg"]


class SalesforceOrg:
    """One org, signed in to at the first call. Thread-safe.

    Raises `SignInError`, `AccessDenied`, `AllowanceExhausted` and `VendorError`;
    what the org says about single rows is in their `RowResult`.
    """

    def __init__(self, http: VendorHttp, access: SalesforceAccess) -> None:
        self._session = SalesforceSession(http, access)
        self._shapes = Shapes(self._session)
        self._reader = Reader(self._session, self._shapes)
        self._writer = Writer(self._session)
        self._deleter = Deleter(self._session)
        self._bulk = Bulk(self._session, self._writer)
        self._deployments = Deployments(self._session)
        self._organization_id = ""

    @property
    def organization_id(self) -> str:
        """The 18-character id of the org signed in to."""
        if not self._organization_id:
            self._organization_id = self._session.grant.organization_id or self._asked_id()
        return self._organization_id

    @property
    def api_version(self) -> str:
        """The REST version in use, like "66.0"."""
        return self._session.version

    def now(self) -> datetime:
        """Return the org's own time (its HTTP `Date`), aware and UTC."""
        return self._session.now()

    def usage(self) -> tuple[int, int] | None:
        """Return the API calls used and allowed in 24 hours, as the org last said, or None."""
        return self._session.usage

    def read(self, selects: Sequence[Select]) -> list[Answer]:
        """Answer each `Select`, complete (all pages), five to a call.

        A hidden or missing field or object raises `AccessDenied`, unless the `Select` is
        optional; then the answer names it. With a hidden field in a condition or an order
        the answer has no rows.
        """
        return self._reader.read(selects)

    def describe(self, names: Iterable[str]) -> Mapping[str, ObjectShape | None]:
        """Return what the user sees of each object; None where it sees none of that name.

        One call for each object, at most once in the life of this gateway.
        """
        return {name: self._shapes.shape(name) for name in names}

    def insert(
        self, object_name: str, rows: Sequence[Row], *, assign: bool = False
    ) -> list[RowResult]:
        """Create rows, 200 to a call, in order; never repeated when the outcome is unknown.

        With `assign` the org's active assignment rules choose the owners; no other write lets
        them run. Raises `VendorUnreachable` with `maybe_processed` when no usable answer came
        back; earlier calls of the same insert have then taken effect.
        """
        return self._writer.insert(object_name, rows, assign=assign)

    def upsert(self, object_name: str, key: str, rows: Sequence[Row]) -> list[RowResult]:
        """Create or change rows by a unique external id; repeated where that is needed.

        Above 2,000 rows a Bulk job carries them, and collections what it leaves over.
        """
        if len(rows) > MOST_BY_COLLECTIONS:
            return self._bulk.upsert(object_name, key, rows)
        return self._writer.upsert(object_name, key, rows)

    def upsert_together(self, upserts: Sequence[Upsert]) -> list[list[RowResult]]:
        """Upsert rows of several objects, in one call where they fit it; repeated as needed."""
        return self._writer.upsert_together(upserts)

    def update(self, object_name: str, rows: Sequence[Row]) -> list[RowResult]:
        """Change rows by their `Id`; repeated where that is needed."""
        return self._writer.update(object_name, rows)

    def update_together(self, updates: Sequence[Update]) -> list[list[RowResult]]:
        """Change rows of several objects, in their order, in one call where they fit it."""
        return self._writer.update_together(updates)

    def delete(self, ids: Sequence[str]) -> list[RowResult]:
        """Move records to the bin, 200 to a call; repeated where that is needed.

        A record that is in the bin already counts as deleted.
        """
        return self._deleter.delete(ids)

    def deploy(self, package: MetadataPackage, request: DeployRequest) -> Iterator[DeployState]:
        """Send a package and yield how it goes on, until it is done; never sent twice.

        Raises `VendorUnreachable` with `maybe_processed` when nobody knows whether the org began.
        """
        return self._deployments.deploy(package, request)

    def _asked_id(self) -> str:
        (answer,) = self.read([Select("Organization", ("Id",), limit=1)])
        return long_id(str(answer.rows[0]["Id"])) if answer.rows else ""
