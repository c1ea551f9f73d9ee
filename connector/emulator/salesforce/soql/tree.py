"""The parts of a parsed SOQL query. Values only; positions point into the query text."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

ValueKind = Literal["string", "number", "boolean", "null", "date", "datetime", "range"]


@dataclass(frozen=True)
class Path:
    """A field, reached over parent relationships: `Account.Owner.Name`."""

    parts: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        """The path as one word."""
        return ".".join(self.parts)


@dataclass(frozen=True)
class Value:
    r"""A literal of a filter.

    Of a date range `content` is the word and `number` its n (LAST_N_DAYS:n). `pattern` is a
    string as LIKE reads it, with `\%`, `\_` and `\\` still escaped.
    """

    kind: ValueKind
    content: str | float | bool | date | datetime | None
    at: int
    number: int = 0
    pattern: str = ""


@dataclass(frozen=True)
class Column:
    """A selected field."""

    path: Path
    alias: str | None = None


@dataclass(frozen=True)
class Aggregate:
    """A selected or sorted aggregate; `function` in capitals, no path for a bare COUNT()."""

    function: str
    path: Path | None
    alias: str | None
    at: int


@dataclass(frozen=True)
class FieldsOf:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    kind: str
    at: int


@dataclass(frozen=True)
class ChildQuery:
    """A query over a child relationship, in the SELECT list."""

    query: "Query"


@dataclass(frozen=True)
class Comparison:
    """A field against a literal; `operator` one of = != < <= > >= LIKE."""

    path: Path
    operator: str
    value: Value


@dataclass(frozen=True)
class InList:
    """A field against a list of literals."""

    path: Path
    values: tuple[Value, ...]
    negated: bool


@dataclass(frozen=True)
class InQuery:
    """A semi-join, or an anti-join when negated."""

    path: Path
    query: "Query"
    negated: bool


@dataclass(frozen=True)
class Includes:
    """A multi-select picklist against choices; `a;b` in one literal means both."""

    path: Path
    values: tuple[Value, ...]
    negated: bool


@dataclass(frozen=True)
class AllOf:
    """Conditions joined by AND."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """Conditions joined by OR."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Negation:
    """NOT of a condition."""

    part: "Condition"


Condition = Comparison | InList | InQuery | Includes | AllOf | AnyOf | Negation
Item = Column | Aggregate | FieldsOf | ChildQuery


@dataclass(frozen=True)
class Ordering:
    """One ORDER BY entry."""

    key: Path | Aggregate
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """A whole query; `at` is where its object name stands."""

    text: str
    items: tuple[Item, ...]
    sobject: str
    at: int
    alias: str | None = None
    where: Condition | None = None
    group_by: tuple[Path, ...] = ()
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
    all_rows: bool = False
