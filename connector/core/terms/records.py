"""Questions to the org and its answers, and what became of rows written to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]
"""One record: field names to JSON values; a parent's fields under its relationship name."""

TAKEN = "DUPLICATE_VALUE"
"""The org's word for a unique key that somebody inserted before us (Salesforce 4.8)."""

GONE = "ENTITY_IS_DELETED"
"""The org's word for a record that was deleted."""

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in"]


def value_at(row: Row, path: str) -> object:
    """The value at a path, None where there is nothing.

    The org spells names its own way, whatever the capitals asked with.
    """
    value: object = row
    for step in path.lower().split("."):
        found = value if isinstance(value, Mapping) else {}
        value = next((found[name] for name in found if name.lower() == step), None)
    return value


def in_one_line(text: str) -> str:
    """The text with a plain blank for each tab, line end or other blank, and none around it."""
    # The sign without a width that some files begin with counts as a blank as well.
    return "".join(" " if each.isspace() or each == "\ufeff" else each for each in text).strip()


@dataclass(frozen=True)
class Condition:
    """One comparison of a field (a path is allowed) with a value; conditions are and-ed."""

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True)
class AnyOf:
    """Conditions of which one must hold at least; a long `in` list in here is not cut."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Select:
    """A question to the org: which fields of which records, in which order.

    `optional`: an object or field that the org does not have or hides is no error;
    the answer says what was missing. A hidden field in a condition or order leaves nothing to
    ask; inside an `AnyOf` only its own condition goes. With `count` the answer is one row:
    `total` says how many records match; with `fields` one row for each combination of their
    values. With `deleted` the answer also holds records in the recycle bin; the field `IsDeleted`
    tells which.
    """

    object: str
    fields: tuple[str, ...] = ()
    where: tuple[Condition | AnyOf, ...] = ()
    order_by: tuple[str, ...] = ()
    limit: int | None = None
    optional: bool = False
    count: bool = False
    deleted: bool = False

    @property
    def compared(self) -> tuple[str, ...]:
        """The fields of all conditions, those inside an `AnyOf` too."""
        return tuple(
            condition.field
            for each in self.where
            for condition in (each.conditions if isinstance(each, AnyOf) else (each,))
        )


@dataclass(frozen=True)
class Answer:
    """What the org said to one `Select`.

    `missing_object` is true when the org has no such object for this user;
    `missing_fields` are those left out because the org does not show them.
    """

    rows: tuple[Row, ...] = ()
    missing_object: bool = False
    missing_fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Upsert:
    """Rows of one object to be created or changed by a unique external id."""

    object: str
    key: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Update:
    """Rows of one object to be changed by their `Id`."""

    object: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class RowError:
    """Why the org refused one row: its status code, its sentence, the fields it named."""

    code: str
    message: str
    fields: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The code and the fields, for a sentence: the org's own may repeat a value."""
        return f"{self.code} ({', '.join(self.fields)})" if self.fields else self.code


@dataclass(frozen=True)
class RowResult:
    """What became of one row that was written, in the order the rows were given."""

    id: str | None = None
    created: bool = False
    error: RowError | None = None

    @property
    def ok(self) -> bool:
        """True when the org holds the row as it was sent."""
        return self.error is None
