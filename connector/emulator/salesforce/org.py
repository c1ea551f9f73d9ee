"""The emulated org: rows, rules and queries behind every Salesforce door.

The one public face of this folder's storage. It serialises every call with one lock, so that
of two racing inserts of one unique key exactly one wins. It knows no HTTP.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import Faults
from connector.emulator.salesforce.deploy.install import OrgMetadata
from connector.emulator.salesforce.deploy.zip_files import Component
from connector.emulator.salesforce.rows.errors import ApiError, not_found
from connector.emulator.salesforce.rows.history import History
from connector.emulator.salesforce.rows.ids import normalise_id
from connector.emulator.salesforce.rows.incoming import Incoming
from connector.emulator.salesforce.rows.records import Change, Records
from connector.emulator.salesforce.rows.store import BIN_COLUMN, Store, quoted
from connector.emulator.salesforce.rows.writer import Author, Writer
from connector.emulator.salesforce.schema.describe import describe_all, describe_one
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.objects import Schema
from connector.emulator.salesforce.schema.settings import OrgSettings
from connector.emulator.salesforce.schema.visibility import Visibility
from connector.emulator.salesforce.soql.parse import parse
from connector.emulator.salesforce.soql.results import QueryResult, Results
from connector.emulator.salesforce.soql.translate import Reading
from connector.emulator.salesforce.soql.tree import Column, Comparison, Path, Query, Value
from connector.emulator.salesforce.times import stamp

__all__ = ["Org", "OrgSettings", "QueryResult"]

API_VERSION = "66.0"
_NOBODY = "005000000000000AAA"


class Org:
    """Holds one org. Every method may be called from any thread.

    Field and object names are case-insensitive, ids may have 15 or 18 characters.
    Writes raise RowError (one row refused); reads and unknown objects raise ApiError.
    `version` only shows in the URLs of answers.
    """

    def __init__(self, schema: Schema, clock: EmulatorClock, faults: Faults) -> None:
        self.schema = schema
        self.settings = OrgSettings()
        self._clock = clock
        self._lock = RLock()
        self._store = Store(schema)
        self._records = Records(schema, self._store)
        self._visibility = Visibility(schema, self.settings)
        self._metadata = OrgMetadata(schema, self._store, self._visibility, self.settings)
        self._history = History(self._records)
        incoming = Incoming(self._visibility, self.settings, self._records)
        self._writer = Writer(incoming, self._records, self._history, faults)
        self.org_id = self._add_organization()
        self.user_id = self._add_integration_user()

    def _add_organization(self) -> str:
        organization = self._records.sobject("Organization")
        row = self._records.blank(organization)
        row |= {
            "Name": "Emulated Org",
            "OrganizationType": "Developer Edition",
            "InstanceName": "EMU1",
            "LanguageLocaleKey": "en_US",
            "TimeZoneSidKey": "UTC",
        }
        return self._records.add(organization, row, Change(_NOBODY, stamp(self._clock.now())))

    def _add_integration_user(self) -> str:
        users = self._records.sobject("User")
        row = self._records.blank(users)
        row |= {
            "Username": "integration@connector.example",
            "Email": "integration@connector.example",
            "LastName": "Integration User",
            "Name": "Integration User",
            "Alias": "integ",
        }
        return self._records.add(users, row, Change(_NOBODY, stamp(self._clock.now())))

    # -- what exists -----------------------------------------------------------------------
    def sobject(self, name: str) -> SObject:
        """Returns the visible object of that name; raises ApiError 404 NOT_FOUND."""
        found = self._visibility.sobject(name)
        if found is None:
            raise not_found()
        return found

    def sobject_of(self, record_id: str) -> SObject:
        """Returns the visible object whose key prefix an id carries; raises ApiError 404."""
        found = self.schema.with_prefix(record_id[:3])
        if found is None:
            raise not_found()
        return self.sobject(found.name)

    def key_field(self, sobject: str, name: str) -> str:
        """Returns the canonical name of an external id, idLookup field or Id; ApiError 404."""
        return self._writer.key_field(self.sobject(sobject), name).name

    def describe(self, sobject: str, *, version: str = API_VERSION) -> dict[str, Any]:
        """Returns the describe of one object as the integration user sees it."""
        return describe_one(self.sobject(sobject), self._visibility, _base_path(version))

    def describe_global(self, *, version: str = API_VERSION) -> dict[str, Any]:
        """Returns the list of all visible objects."""
        return describe_all(self._visibility, _base_path(version))

    # -- writing ---------------------------------------------------------------------------
    def insert(
        self,
        sobject: str,
        values: Mapping[str, Any],
        *,
        user: str | None = None,
        allow_duplicates: bool = False,
    ) -> str:
        """Adds a row and returns its 18-character id. Raises RowError.

        Values are JSON values; strings for numbers and booleans are accepted (Bulk CSV);
        `attributes` is ignored; `X__r: {"Ext__c": v}` resolves a lookup. `allow_duplicates` is
        allowSave of Sforce-Duplicate-Rule-Header.
        """
        found = self.sobject(sobject)
        with self._lock:
            return self._writer.insert(
                found, values, self._author(user, allow_duplicates=allow_duplicates)
            )

    def update(
        self,
        sobject: str,
        record_id: str,
        values: Mapping[str, Any],
        *,
        user: str | None = None,
        allow_duplicates: bool = False,
    ) -> None:
        """Changes the given fields of a row. Raises RowError.

        An unknown id is INVALID_CROSS_REFERENCE_KEY, one in the bin ENTITY_IS_DELETED.
        """
        found = self.sobject(sobject)
        with self._lock:
            self._writer.update(
                found, record_id, values, self._author(user, allow_duplicates=allow_duplicates)
            )

    def upsert(  # noqa: PLR0913 - a key is two words, and the doors name the rest
        self,
        sobject: str,
        key_field: str,
        key_value: Any,
        values: Mapping[str, Any],
        *,
        user: str | None = None,
        allow_duplicates: bool = False,
    ) -> tuple[str, bool]:
        """Updates the row with a key or inserts it; returns its id and whether it is new.

        Raises RowError (DUPLICATE_EXTERNAL_ID with `record_ids` where several rows match) and
        ApiError 404 where the field is no key. Key field Id with no value inserts.
        """
        found = self.sobject(sobject)
        with self._lock:
            author = self._author(user, allow_duplicates=allow_duplicates)
            return self._writer.upsert(found, (key_field, key_value), values, author)

    def delete(self, sobject: str, record_id: str, *, user: str | None = None) -> None:
        """Moves a row to the bin; its children follow, or their lookups are emptied.

        Raises RowError DELETE_FAILED where a child does not let it go.
        """
        found = self.sobject(sobject)
        with self._lock:
            self._writer.delete(found, record_id, self._author(user))

    def merge(
        self, sobject: str, master_id: str, loser_ids: Sequence[str], *, user: str | None = None
    ) -> None:
        """Merges contacts, leads, accounts or cases into a master, as somebody in the org does.

        Raises RowError. What becomes of a merged case: OrgSettings.merged_cases.
        """
        found = self._any_object(sobject)
        with self._lock:
            self._writer.merge(found, master_id, loser_ids, self._author(user))

    def convert_lead(self, lead_id: str, contact_id: str) -> None:
        """Marks a lead as converted to a contact, as somebody in the org does; ApiError 404."""
        leads, author = self._any_object("Lead"), self._author(None)
        with self._lock:
            if self._store.row(leads, lead_id) is None:
                raise not_found()
            facts: dict[str, Any] = {"IsConverted": True, "ConvertedDate": author.change.now[:10]}
            facts |= {"ConvertedContactId": contact_id, "Status": "Closed - Converted"}
            self._records.edit(leads, lead_id, facts, author.change)

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Undoes every write of the block if the block raises; others wait meanwhile."""
        with self._lock, self._store.undo_on_error():
            yield

    def _author(self, user: str | None, *, allow_duplicates: bool = False) -> Author:
        change = Change(user or self.user_id, stamp(self._clock.now()))
        return Author(change, allow_duplicates)

    # -- reading ---------------------------------------------------------------------------
    def retrieve(
        self,
        sobject: str,
        record_id: str,
        fields: Sequence[str] | None = None,
        *,
        version: str = API_VERSION,
    ) -> dict[str, Any]:
        """Returns a record with `attributes`: the given fields, by default all visible ones.

        Raises ApiError: 404 NOT_FOUND, 404 ENTITY_IS_DELETED, 400 INVALID_FIELD.
        """
        found = self.sobject(sobject)
        normal = normalise_id(record_id)
        with self._lock:
            row = normal and self._store.row(found, normal)
            if not normal or not row or normal in self._visibility.hidden_rows:
                raise not_found()
            if row[BIN_COLUMN]:
                raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted")
            chosen = fields or [field.name for field in self._visibility.fields(found)]
            return self._results(version).run(_one_record(found, normal, chosen)).records[0]

    def find(self, sobject: str, key_field: str, key_value: Any) -> list[str]:
        """Returns the ids of live rows whose key has a value: none, one or several."""
        found = self.sobject(sobject)
        field = self._writer.key_field(found, key_field)
        with self._lock:
            return self._writer.matches(found, field, key_value)

    def query(self, soql: str, *, include_deleted: bool = False) -> list[dict[str, Any]]:
        """Returns the records of a query (see run)."""
        return self.run(soql, include_deleted=include_deleted).records

    def run(
        self, soql: str, *, include_deleted: bool = False, version: str = API_VERSION
    ) -> QueryResult:
        """Returns the records of a query and their number.

        `SELECT COUNT()` has no records, only `total_size`. Children are
        `{"totalSize", "done", "records"}` or None. Raises ApiError 400 MALFORMED_QUERY,
        INVALID_FIELD, INVALID_TYPE, INVALID_QUERY_FILTER_OPERATOR.
        """
        query = parse(soql)
        with self._lock:
            return self._results(version, include_deleted=include_deleted).run(query)

    def _results(self, version: str, *, include_deleted: bool = False) -> Results:
        reading = Reading(self._visibility, self._clock.now(), include_deleted)
        return Results(self._store, reading, _base_path(version))

    def count(self, sobject: str) -> int:
        """Returns the number of rows outside the bin."""
        found = self.sobject(sobject)
        sql = f"SELECT COUNT(*) FROM {quoted(found.name)} WHERE {BIN_COLUMN} = 0"  # noqa: S608 - schema names
        with self._lock:
            return int(self._store.rows(sql, ())[0][0])

    def updated_ids(self, sobject: str, start: datetime, end: datetime) -> list[str]:
        """Returns ids of live, visible rows changed in [start, end), both cut to the minute."""
        found = self.sobject(sobject)
        sql = (
            f'SELECT "Id" FROM {quoted(found.name)} '  # noqa: S608 - schema names
            f'WHERE "SystemModstamp" >= ? AND "SystemModstamp" < ? AND {BIN_COLUMN} = 0'
        )
        with self._lock:
            changed = {row[0] for row in self._store.rows(sql, (_minute(start), _minute(end)))}
            return sorted(changed - self._visibility.hidden_rows)

    def deleted_ids(self, sobject: str, start: datetime, end: datetime) -> list[tuple[str, str]]:
        """Returns (id, deletedDate) of rows deleted in [start, end), both cut to the minute."""
        found = self.sobject(sobject)
        with self._lock:
            return self._store.deletions(found, _minute(start), _minute(end))

    # -- what an administrator does ----------------------------------------------------------
    def deploy(self, archive: bytes, *, check_only: bool = False) -> list[Component]:
        """Takes a zipped package, all of it or nothing; returns what it says of each component.

        New objects and fields are seen by nobody before a permission set that grants them is
        assigned.
        """
        with self._lock:
            return self._metadata.deploy(archive, check_only=check_only)

    def assign_permission_set(self, name: str) -> None:
        """Gives a permission set that was deployed to the integration user; ApiError 404."""
        with self._lock:
            if not self._metadata.assign(name):
                raise not_found()

    def already_assigned(self, names: Iterable[str]) -> None:
        """Notes the permission sets that the integration user had before anything was deployed."""
        self._metadata.assigned.update(names)

    @property
    def is_production(self) -> bool:
        """Whether the org is neither a sandbox nor a developer edition."""
        row = self._store.row(self._any_object("Organization"), self.org_id) or {}
        return not row["IsSandbox"] and row["OrganizationType"] != "Developer Edition"

    def become(self, edition: str, *, sandbox: bool = False) -> None:
        """Makes the org one of another edition, such as a production org."""
        changes = {"OrganizationType": edition, "IsSandbox": sandbox}
        organization = self._records.sobject("Organization")
        with self._lock:
            now = stamp(self._clock.now())
            self._records.edit_quietly(organization, self.org_id, changes, now)

    def hide_field(self, sobject: str, field: str) -> None:
        """Takes a field away from the integration user (field-level security)."""
        self._visibility.hide_field(*self._any_field(sobject, field))

    def show_field(self, sobject: str, field: str) -> None:
        """Gives a field to the integration user."""
        self._visibility.show_field(*self._any_field(sobject, field))

    def hide_object(self, sobject: str) -> None:
        """Takes an object away from the integration user."""
        self._visibility.hide_object(self._any_object(sobject))

    def show_object(self, sobject: str) -> None:
        """Gives an object to the integration user."""
        self._visibility.show_object(self._any_object(sobject))

    def hide_row(self, sobject: str, record_id: str) -> None:
        """Takes one record away from the integration user's reads (sharing)."""
        with self._lock:
            found = self._store.row(self._any_object(sobject), normalise_id(record_id) or "")
            if found is None:
                raise not_found()
            self._visibility.hidden_rows.add(found["Id"])

    def track_history(self, sobject: str, field: str) -> None:
        """Turns field history tracking on (Opportunity, Order, Case)."""
        found, tracked = self._any_field(sobject, field)
        if not self._history.can_track(found):
            raise not_found()
        self._history.track(found, tracked)

    def untrack_history(self, sobject: str, field: str) -> None:
        """Turns field history tracking off; what was tracked stays readable."""
        self._history.untrack(*self._any_field(sobject, field))

    def _any_object(self, name: str) -> SObject:
        found = self.schema.named(name)
        if found is None:
            raise not_found()
        return found

    def _any_field(self, sobject: str, field: str) -> tuple[SObject, Field]:
        owner = self._any_object(sobject)
        found = owner.field_named(field)
        if found is None:
            raise not_found()
        return owner, found


def _base_path(version: str) -> str:
    return f"/services/data/v{version}"


def _minute(moment: datetime) -> str:
    return stamp(moment.astimezone(UTC).replace(second=0, microsecond=0))


def _one_record(sobject: SObject, record_id: str, fields: Sequence[str]) -> Query:
    paths = {name.lower(): Path(tuple(name.split(".")), 0) for name in fields}
    return Query(
        text=", ".join(fields),
        items=tuple(Column(path) for path in paths.values()),
        sobject=sobject.name,
        at=0,
        where=Comparison(Path(("Id",), 0), "=", Value("string", record_id, 0)),
    )
