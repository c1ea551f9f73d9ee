"""Translates a parsed query into one SQL statement and the plan of its records.

Every field passes the user's visibility; every literal travels as a bound parameter.
"""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.salesforce.rows.store import BIN_COLUMN
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.visibility import Visibility
from connector.emulator.salesforce.soql.errors import malformed, no_such_object, query_error
from connector.emulator.salesforce.soql.filters import Filters
from connector.emulator.salesforce.soql.scope import Resolved, Scope
from connector.emulator.salesforce.soql.tree import (
    Aggregate,
    ChildQuery,
    Column,
    FieldsOf,
    Ordering,
    Path,
    Query,
)

_MOST_FIELDS_ROWS = 200
_MOST_OFFSET = 2000
_AGGREGATE_SQL = {
    "COUNT": "COUNT({})",
    "COUNT_DISTINCT": "COUNT(DISTINCT {})",
    "MIN": "MIN({})",
    "MAX": "MAX({})",
    "SUM": "SUM({})",
    "AVG": "AVG({})",
}
_NUMERIC_ONLY = frozenset({"SUM", "AVG"})
_KEEPS_TYPE = frozenset({"MIN", "MAX"})


@dataclass(frozen=True)
class Output:
    """Where a column of the result goes: parent relationships, key, and the field to read as."""

    parents: tuple[str, ...]
    key: str
    field: Field | None


@dataclass(frozen=True)
class Plan:
    """One SQL statement and how its rows become records.

    `identities` gives the column of the Id of every joined object; an aggregate has none.
    """

    sobject: SObject
    sql: str
    values: tuple[Any, ...]
    outputs: tuple[Output, ...]
    identities: dict[tuple[str, ...], tuple[int, SObject]]
    child_queries: tuple[Query, ...] = ()

    @property
    def aggregate(self) -> bool:
        """Whether rows are AggregateResult."""
        return not self.identities


@dataclass(frozen=True)
class Reading:
    """What a translation depends on: who asks, when, and whether the bin counts."""

    visibility: Visibility
    now: datetime
    include_deleted: bool = False


@dataclass(frozen=True)
class ParentRows:
    """Limits a child query to the children of these parents; its rows begin with the parent."""

    lookup: Field
    ids: tuple[str, ...]


def queried_object(query: Query, reading: Reading) -> SObject:
    """Finds the object of a query; raises ApiError INVALID_TYPE."""
    found = reading.visibility.sobject(query.sobject)
    if found is None:
        raise no_such_object(query.sobject, query.text, query.at)
    return found


def is_bare_count(query: Query) -> bool:
    """Whether the query is `SELECT COUNT() FROM ...`."""
    first = query.items[0]
    return isinstance(first, Aggregate) and first.path is None


def translate(query: Query, reading: Reading) -> Plan:
    """Returns the plan of a top-level query; raises ApiError."""
    sobject = queried_object(query, reading)
    return _Translation(query, sobject, reading, itertools.count()).plan()


def translate_children(query: Query, child: SObject, reading: Reading, parents: ParentRows) -> Plan:
    """Returns the plan of a child query: no LIMIT (it counts per parent), parent id first."""
    if any(not isinstance(item, Column | FieldsOf) for item in query.items) or query.group_by:
        raise malformed("a child query selects fields only", query.text, query.at)
    return _Translation(query, child, reading, itertools.count()).plan(parents)


@dataclass
class _Translation:
    query: Query
    sobject: SObject
    reading: Reading
    numbers: "itertools.count[int]"
    values: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scope = Scope(self.reading.visibility, self.query, self.sobject, self.numbers)
        self.include_deleted = self.reading.include_deleted or self.query.all_rows

    # -- whole statements ------------------------------------------------------------------
    def plan(self, parents: ParentRows | None = None) -> Plan:
        if is_bare_count(self.query):
            return self._bare_count()
        if self.query.group_by or any(isinstance(item, Aggregate) for item in self.query.items):
            return self._grouped()
        return self._plain(parents)

    def _bare_count(self) -> Plan:
        if len(self.query.items) > 1 or self.query.group_by or self.query.order_by:
            raise self._malformed("COUNT() must stand alone")
        tail = self._where(None)
        inner = f"SELECT 1 {self.scope.from_sql} {tail} {self._slice()}"
        sql = f"SELECT COUNT(*) FROM ({inner})"  # noqa: S608 - schema names and bound values
        return Plan(self.sobject, sql, tuple(self.values), (Output((), "count", None),), {})

    def _plain(self, parents: ParentRows | None) -> Plan:
        chosen = self._chosen_columns()
        resolved = [self.scope.resolve(path) for path in chosen]
        outputs = tuple(Output(one.parents, one.field.name, one.field) for one in resolved)
        columns = [one.sql for one in resolved]
        where = self._where(parents)
        order = self._order()
        identities = {}
        for name, joined in self.scope.joined.items():
            identities[name] = (len(columns), joined.sobject)
            columns.append(joined.column("Id"))
        if parents is not None:
            columns.append(self.scope.root.column(parents.lookup.name))
        slices = "" if parents is not None else self._slice()
        sql = f"SELECT {', '.join(columns)} {self.scope.from_sql} {where} {order} {slices}"
        children = tuple(item.query for item in self.query.items if isinstance(item, ChildQuery))
        return Plan(self.sobject, sql, tuple(self.values), outputs, identities, children)

    def _grouped(self) -> Plan:
        groups = [self._group(path) for path in self.query.group_by]
        outputs, columns = [], []
        unnamed = itertools.count()
        for item in self.query.items:
            if isinstance(item, Aggregate):
                sql, read_as = self._aggregate(item)
                outputs.append(Output((), item.alias or f"expr{next(unnamed)}", read_as))
            elif isinstance(item, Column):
                found = self._grouped_column(item, groups)
                sql = found.sql
                outputs.append(Output((), item.alias or found.field.name, found.field))
            else:
                raise self._malformed("a grouped query selects fields and aggregates only")
            columns.append(sql)
        where = self._where(None)
        by = "GROUP BY " + ", ".join(group.sql for group in groups) if groups else ""
        order = self._order(groups)
        selected = ", ".join(columns)
        sql = f"SELECT {selected} {self.scope.from_sql} {where} {by} {order} {self._slice()}"
        return Plan(self.sobject, sql, tuple(self.values), tuple(outputs), {})

    # -- SELECT ------------------------------------------------------------------------------
    def _chosen_columns(self) -> list[Path]:
        chosen: list[Path] = []
        for item in self.query.items:
            if isinstance(item, FieldsOf):
                chosen += self._all_fields(item)
            elif isinstance(item, Column):
                if item.alias:
                    raise self._malformed(f"unexpected token: '{item.alias}'", item.path.at)
                chosen.append(item.path)
        seen: set[str] = set()
        for path in chosen:
            if path.text.lower() in seen:
                raise self._malformed(f"duplicate field selected: {path.text}", path.at)
            seen.add(path.text.lower())
        return chosen

    def _all_fields(self, item: FieldsOf) -> list[Path]:
        if item.kind not in {"ALL", "STANDARD", "CUSTOM"}:
            raise self._malformed(f"unexpected token: '{item.kind}'", item.at)
        limit = self.query.limit
        if item.kind != "STANDARD" and (limit is None or limit > _MOST_FIELDS_ROWS):
            message = f"The SOQL FIELDS function must have a LIMIT of at most {_MOST_FIELDS_ROWS}"
            raise self._malformed(message, item.at)
        return [
            Path((found.name,), item.at)
            for found in self.reading.visibility.fields(self.sobject)
            if item.kind == "ALL" or found.custom == (item.kind == "CUSTOM")
        ]

    def _aggregate(self, item: Aggregate) -> tuple[str, Field | None]:
        if item.path is None:
            raise self._malformed("COUNT() must stand alone", item.at)
        found = self.scope.resolve(item.path)
        numeric = found.field.type in {"double", "currency", "percent", "int"}
        if found.field.long_text or (item.function in _NUMERIC_ONLY and not numeric):
            message = f"field {item.path.text} does not support aggregate operator {item.function}"
            raise query_error("MALFORMED_QUERY", message, self.query.text, item.at)
        sql = _AGGREGATE_SQL[item.function].format(found.sql)
        return sql, found.field if item.function in _KEEPS_TYPE else None

    def _group(self, path: Path) -> Resolved:
        found = self.scope.resolve(path)
        if not found.field.can_group:
            raise self.scope.refuse_as("grouped", path)
        return found

    def _grouped_column(self, item: Column, groups: list[Resolved]) -> Resolved:
        found = self.scope.resolve(item.path)
        if found not in groups:
            message = f"Field must be grouped or aggregated: {item.path.text}"
            raise self._malformed(message, item.path.at)
        return found

    # -- the rest ----------------------------------------------------------------------------
    def _where(self, parents: ParentRows | None) -> str:
        filters = Filters(self.scope, self.values, self.reading.now, self._semi_join)
        parts = [self.scope.may_read(self.scope.root)]
        if not self.include_deleted:
            parts.append(f"{self.scope.root.table}.{BIN_COLUMN} = 0")
        if parents is not None:
            marks = ", ".join("?" * len(parents.ids))
            parts.append(f"{self.scope.root.column(parents.lookup.name)} IN ({marks})")
            self.values.extend(parents.ids)
        if self.query.where is not None:
            parts.append(filters.sql(self.query.where))
        return f"WHERE {' AND '.join(parts)}"

    def _semi_join(self, query: Query, outer: Resolved) -> str:
        """Translates `IN (SELECT field FROM ...)`; both fields must be ids."""
        sobject = queried_object(query, self.reading)
        inner = _Translation(query, sobject, self.reading, self.numbers, self.values)
        paths = [item.path for item in query.items if isinstance(item, Column)]
        if len(paths) != 1 or len(query.items) != 1:
            message = f"semi join on {outer.field.name} must select exactly one field"
            raise malformed(message, query.text, query.at)
        if query.limit is not None or query.order_by or query.group_by:
            message = "semi join sub-selects take a WHERE clause only"
            raise malformed(message, query.text, query.at)
        selected = inner.scope.resolve(paths[0])
        if selected.field.type not in {"id", "reference"}:
            message = f"semi join sub-select must select an id field: {paths[0].text}"
            raise malformed(message, query.text, paths[0].at)
        where = inner._where(None)
        return f"SELECT {selected.sql} {inner.scope.from_sql} {where}"

    def _order(self, groups: list[Resolved] | None = None) -> str:
        if not self.query.order_by:
            return ""
        listed = [self._ordering(entry, groups) for entry in self.query.order_by]
        return "ORDER BY " + ", ".join(listed)

    def _ordering(self, entry: Ordering, groups: list[Resolved] | None) -> str:
        direction = "DESC" if entry.descending else "ASC"
        nulls = "NULLS LAST" if entry.nulls_last else "NULLS FIRST"
        if isinstance(entry.key, Aggregate):
            if groups is None:
                raise self._malformed("ORDER BY an aggregate needs GROUP BY", entry.key.at)
            return f"{self._aggregate(entry.key)[0]} {direction} {nulls}"
        found = self.scope.resolve(entry.key)
        if not found.field.can_sort:
            raise self.scope.refuse_as("sorted", entry.key)
        if groups is not None and found not in groups:
            message = f"Field must be grouped or aggregated: {entry.key.text}"
            raise self._malformed(message, entry.key.at)
        always_filled = not found.field.nillable and not found.parents
        return f"{found.sql} {direction}" + ("" if always_filled else f" {nulls}")

    def _slice(self) -> str:
        if self.query.offset > _MOST_OFFSET:
            message = f"Maximum SOQL offset allowed is {_MOST_OFFSET}"
            raise query_error("NUMBER_OUTSIDE_VALID_RANGE", message, self.query.text, 0)
        limit = -1 if self.query.limit is None else self.query.limit
        self.values.extend((limit, self.query.offset))
        return "LIMIT ? OFFSET ?"

    def _malformed(self, message: str, at: int | None = None) -> ApiError:
        return malformed(message, self.query.text, self.query.at if at is None else at)
