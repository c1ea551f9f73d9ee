"""Resolves the field paths of a query into SQL columns, joining parents on the way.

SQL text is made of schema names and running numbers only.
"""

import itertools
from dataclasses import dataclass, field

from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.salesforce.rows.store import quoted
from connector.emulator.salesforce.schema.fields import Field, SObject
from connector.emulator.salesforce.schema.visibility import Visibility
from connector.emulator.salesforce.soql.errors import (
    malformed,
    no_such_column,
    no_such_relationship,
    query_error,
)
from connector.emulator.salesforce.soql.tree import Path, Query

_MOST_PARENTS = 5


@dataclass(frozen=True)
class Resolved:
    """A field behind a path: its SQL, its owner, and the relationships that lead to it."""

    sql: str
    field: Field
    sobject: SObject
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """A parent object joined to the query."""

    table: str
    sobject: SObject

    def column(self, name: str) -> str:
        """SQL of one of its columns."""
        return f"{self.table}.{quoted(name)}"


@dataclass
class Scope:
    """The tables of one (sub-)query. `numbers` gives each table of the whole query its name."""

    visibility: Visibility
    query: Query
    sobject: SObject
    numbers: "itertools.count[int]"
    joined: dict[tuple[str, ...], Joined] = field(default_factory=dict)
    _joins: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.joined[()] = Joined(f"t{next(self.numbers)}", self.sobject)

    @property
    def root(self) -> Joined:
        """The queried object's own table."""
        return self.joined[()]

    @property
    def from_sql(self) -> str:
        """The FROM clause; complete once every path is resolved."""
        start = f"{quoted(self.sobject.name)} AS {self.root.table}"
        return " ".join(["FROM", start, *self._joins])

    def resolve(self, path: Path) -> Resolved:
        """Finds a field; raises ApiError INVALID_FIELD."""
        parts = self._without_alias(path.parts)
        if len(parts) > _MOST_PARENTS + 1:
            raise self.refuse("MALFORMED_QUERY", "too many levels of parent relationships", path)
        parents: tuple[str, ...] = ()
        for name in parts[:-1]:
            parents = self._parent(parents, name, path)
        owner = self.joined[parents]
        found = self.visibility.field(owner.sobject, parts[-1])
        if found is None:
            raise no_such_column(parts[-1], owner.sobject.name, self.query.text, path.at)
        return self._column(owner, found, parents)

    def may_read(self, owner: Joined) -> str:
        """Returns the condition under which the user may read a row: sharing does not hide it."""
        hidden = ", ".join(f"'{record_id}'" for record_id in sorted(self.visibility.hidden_rows))
        return f"{owner.column('Id')} NOT IN ({hidden})" if hidden else "1"

    def own(self, found: Field) -> Resolved:
        """Returns the column of a field of the queried object."""
        return self._column(self.root, found, ())

    def refuse(self, code: str, message: str, path: Path) -> ApiError:
        """Returns an error that points at a path."""
        return query_error(code, message, self.query.text, path.at)

    def refuse_as(self, use: str, path: Path) -> ApiError:
        """Returns the error of a field whose type forbids a use (grouped, sorted)."""
        message = f"field '{path.parts[-1]}' can not be {use} in a query call"
        return malformed(message, self.query.text, path.at)

    def _without_alias(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        own_names = {self.sobject.name.lower(), (self.query.alias or "").lower()}
        is_parent = self.visibility.parent(self.sobject, parts[0]) is not None
        if len(parts) > 1 and parts[0].lower() in own_names and not is_parent:
            return parts[1:]
        return parts

    def _parent(self, parents: tuple[str, ...], name: str, path: Path) -> tuple[str, ...]:
        found = self.visibility.parent(self.joined[parents].sobject, name)
        if found is None:
            raise no_such_relationship(name, self.query.text, path.at)
        return self._join(parents, *found)

    def _join(self, parents: tuple[str, ...], lookup: Field, target: SObject) -> tuple[str, ...]:
        reached = (*parents, lookup.relationship_name or lookup.name)
        if reached not in self.joined:
            joined = Joined(f"t{next(self.numbers)}", target)
            self._joins.append(
                f"LEFT JOIN {quoted(target.name)} AS {joined.table} "
                f"ON {joined.column('Id')} = {self.joined[parents].column(lookup.name)} "
                f"AND {self.may_read(joined)}"
            )
            self.joined[reached] = joined
        return reached

    def _column(self, owner: Joined, found: Field, parents: tuple[str, ...]) -> Resolved:
        if found.expression is not None:
            return Resolved(_constant_sql(owner, found), found, owner.sobject, parents)
        if not found.formula:
            return Resolved(owner.column(found.name), found, owner.sobject, parents)
        relationship, name = found.formula
        lookup, target = self.visibility.schema.parent(owner.sobject, relationship)
        source = self.joined[self._join(parents, lookup, target)]
        return Resolved(source.column(name), found, owner.sobject, parents)


def _constant_sql(owner: Joined, found: Field) -> str:
    """Returns the SQL of a formula's value; a missing parent has none."""
    value = found.constant
    if value is None:
        return "NULL"
    written = f"'{value.replace(chr(39), 2 * chr(39))}'" if isinstance(value, str) else repr(value)
    return f"(CASE WHEN {owner.column('Id')} IS NOT NULL THEN {written} END)"
