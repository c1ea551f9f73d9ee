"""Rows of the emulated org in an in-memory SQLite database: tables, indexes, plain reads.

Knows storage only. It checks no rule and takes no lock: the org serialises every call.
Object and field names come from the schema; values always travel as bound parameters.
"""

import re
import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from connector.emulator.salesforce.schema.fields import NUMBER_TYPES, Field, SObject
from connector.emulator.salesforce.schema.objects import Schema

# Each table has this column, whether or not the object shows it.
BIN_COLUMN = "IsDeleted"

Row = dict[str, Any]

_EXACT_TYPES = frozenset({"id", "reference", "email", "datetime", "date", "anyType"})
_INDEXED = ("SystemModstamp", "CreatedDate")


def _compare_without_case(left: str, right: str) -> int:
    first, second = left.casefold(), right.casefold()
    return (first > second) - (first < second)


@lru_cache(maxsize=512)
def _like_pattern(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|%|_|[^\\%_]+|\\", pattern, re.DOTALL)
    translated = {"%": ".*", "_": "."}
    text = "".join(
        translated.get(part) or re.escape(part[1:] if len(part) > 1 and part[0] == "\\" else part)
        for part in parts
    )
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def _soql_like(value: str | None, pattern: str) -> bool | None:
    return None if value is None else _like_pattern(pattern).fullmatch(value) is not None


def _folded(value: str | None) -> str | None:
    return None if value is None else value.casefold()


def _column_type(field: Field) -> str:
    if field.type in NUMBER_TYPES:
        return "INTEGER" if field.type == "int" else "REAL"
    if field.type == "boolean":
        return "INTEGER"
    exact = field.type in _EXACT_TYPES or field.case_sensitive or field.auto_number
    return "TEXT" if exact else "TEXT COLLATE FOLD"


def quoted(name: str) -> str:
    """Quotes a schema name for SQL."""
    return f'"{name}"'


class Store:
    """Holds all tables of one org."""

    def __init__(self, schema: Schema) -> None:
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        # Newer Pythons warn of a connection that nobody closed; the store's end is its end.
        weakref.finalize(self, self._db.close)
        self._db.create_collation("FOLD", _compare_without_case)
        self._db.create_function("SOQL_LIKE", 2, _soql_like, deterministic=True)
        self._db.create_function("CASEFOLD", 1, _folded, deterministic=True)
        self._depth = 0
        self._db.execute("CREATE TABLE DeleteLog (SObject TEXT, Id TEXT, At TEXT)")
        self._db.execute("CREATE INDEX DeleteLogByTime ON DeleteLog (SObject, At)")
        for sobject in schema:
            self.create(sobject)

    def create(self, sobject: SObject) -> None:
        """Makes room for the rows of an object."""
        table = quoted(sobject.name)
        stored = [field for field in sobject.fields.values() if field.stored]
        columns = {field.name: _column_type(field) for field in stored}
        columns["Id"] += " PRIMARY KEY"
        columns[BIN_COLUMN] = "INTEGER NOT NULL DEFAULT 0"
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        self._db.execute(f"CREATE TABLE {table} ({listed})")
        for field in stored:
            self._index(sobject, field)

    def _index(self, sobject: SObject, field: Field) -> None:
        table, column = quoted(sobject.name), quoted(field.name)
        name = quoted(f"{sobject.name}.{field.name}")
        if field.unique:
            self._db.execute(
                f"CREATE UNIQUE INDEX {name} ON {table} ({column}) WHERE {BIN_COLUMN} = 0"
            )
        elif field.name in _INDEXED:
            self._db.execute(f'CREATE INDEX {name} ON {table} ({column}, "Id")')
        elif field.type == "reference" or (field.is_key and field.type != "id"):
            self._db.execute(f"CREATE INDEX {name} ON {table} ({column})")

    def add_field(self, sobject: SObject, field: Field) -> None:
        """Adds a column; rows that are there get the field's default."""
        if not field.stored:
            return
        table, column = quoted(sobject.name), quoted(field.name)
        self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {_column_type(field)}")
        if field.default is not None:
            self._db.execute(f"UPDATE {table} SET {column} = ?", (field.default,))  # noqa: S608 - schema names
        self._index(sobject, field)

    def change_field(self, sobject: SObject, field: Field) -> None:
        """Gives a column the collation and the index that the field asks for now.

        Raises sqlite3.IntegrityError where rows share a value that shall be unique.
        """
        if not field.stored:
            return
        table, column = quoted(sobject.name), quoted(field.name)
        self._db.execute(f"DROP INDEX IF EXISTS {quoted(f'{sobject.name}.{field.name}')}")
        self._db.execute(f'ALTER TABLE {table} ADD COLUMN "changed" {_column_type(field)}')
        self._db.execute(f'UPDATE {table} SET "changed" = {column}')  # noqa: S608 - schema names
        self._db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        self._db.execute(f'ALTER TABLE {table} RENAME COLUMN "changed" TO {column}')
        self._index(sobject, field)

    def insert(self, sobject: SObject, row: Mapping[str, Any]) -> None:
        """Adds a complete row."""
        columns = ", ".join(quoted(name) for name in row)
        marks = ", ".join("?" * len(row))
        self._db.execute(
            f"INSERT INTO {quoted(sobject.name)} ({columns}) VALUES ({marks})",  # noqa: S608 - schema names
            tuple(row.values()),
        )

    def update(self, sobject: SObject, record_id: str, changes: Mapping[str, Any]) -> None:
        """Changes columns of one row."""
        assignments = ", ".join(f"{quoted(name)} = ?" for name in changes)
        self._db.execute(
            f'UPDATE {quoted(sobject.name)} SET {assignments} WHERE "Id" = ?',  # noqa: S608 - schema names
            (*changes.values(), record_id),
        )

    def row(self, sobject: SObject, record_id: str) -> Row | None:
        """Returns one row in its stored form, deleted or not."""
        cursor = self._db.execute(
            f'SELECT * FROM {quoted(sobject.name)} WHERE "Id" = ?',  # noqa: S608 - schema names
            (record_id,),
        )
        found = cursor.fetchone()
        if found is None:
            return None
        return dict(zip((column[0] for column in cursor.description), found, strict=True))

    def live_ids(self, sobject: SObject, field: str, value: Any) -> list[str]:
        """Returns the ids of rows outside the bin whose column has a value."""
        sql = f'SELECT "Id" FROM {quoted(sobject.name)} WHERE {quoted(field)} = ?'  # noqa: S608 - schema names
        return [found[0] for found in self.rows(f"{sql} AND {BIN_COLUMN} = 0", (value,))]

    def purge(self, sobject: SObject, record_id: str) -> None:
        """Removes a row for good."""
        sql = f'DELETE FROM {quoted(sobject.name)} WHERE "Id" = ?'  # noqa: S608 - schema names
        self._db.execute(sql, (record_id,))

    def log_deletion(self, sobject: SObject, record_id: str, now: str) -> None:
        """Notes that a row was deleted."""
        self._db.execute("INSERT INTO DeleteLog VALUES (?, ?, ?)", (sobject.name, record_id, now))

    def deletions(self, sobject: SObject, start: str, end: str) -> list[tuple[str, str]]:
        """Returns (id, time) of the deletions in [start, end)."""
        sql = "SELECT Id, At FROM DeleteLog WHERE SObject = ? AND At >= ? AND At < ?"
        return self._db.execute(sql, (sobject.name, start, end)).fetchall()

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Runs a read."""
        return self._db.execute(sql, parameters).fetchall()

    @contextmanager
    def undo_on_error(self) -> Iterator[None]:
        """Takes back the writes of the block if it raises. Blocks may nest."""
        self._depth += 1
        name = f"block_{self._depth}"
        self._db.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self._db.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            self._db.execute(f"RELEASE {name}")
            self._depth -= 1
