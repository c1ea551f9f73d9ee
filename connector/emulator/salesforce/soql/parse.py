"""Parses SOQL text into a tree. Knows the language, not the objects.

Grammar: `soql.lark`. Raises ApiError MALFORMED_QUERY.
"""

import re
from functools import lru_cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.salesforce.soql.errors import malformed
from connector.emulator.salesforce.soql.tree import (
    Aggregate,
    AllOf,
    AnyOf,
    ChildQuery,
    Column,
    Comparison,
    Condition,
    FieldsOf,
    Includes,
    InList,
    InQuery,
    Item,
    Negation,
    Ordering,
    Path,
    Query,
    Value,
)
from connector.emulator.salesforce.times import read_date, read_moment

_LONGEST_QUERY = 100_000
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_WORD = re.compile(r"\w+|\W")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files("connector.emulator.salesforce.soql").joinpath("soql.lark")
    return Lark(grammar.read_text(encoding="utf-8"), parser="lalr", maybe_placeholders=True)


def parse(text: str) -> Query:
    """Returns the tree of a query; raises ApiError."""
    if len(text) > _LONGEST_QUERY:
        raise ApiError(400, "MALFORMED_QUERY", "SOQL statements cannot be longer than 100000")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unexpected(error, text) from None
    try:
        parsed: Query = _Builder(text).transform(tree)
    except VisitError as error:
        raise error.orig_exc from None
    return parsed


def _unexpected(error: UnexpectedInput, text: str) -> ApiError:
    at: int | None = getattr(error, "pos_in_stream", None)
    word = None if at is None or at < 0 else _WORD.match(text, at)
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if at is None or word is None or ended:
        return malformed("unexpected token: '<EOF>'", text, len(text))
    return malformed(f"unexpected token: '{word[0]}'", text, at)


def _unescape(quoted: str, kept: str = "") -> str:
    """Reads a string literal; escapes of the `kept` characters stay for whoever matches them."""

    def plain(match: re.Match[str]) -> str:
        char = match[1]
        return match[0] if char in kept else _ESCAPES.get(char.lower(), char)

    return re.sub(r"\\(.)", plain, quoted[1:-1], flags=re.DOTALL)


def _content(token: Token) -> tuple[str, Any]:
    """Returns the kind and content of a literal that is neither text nor range."""
    readers: dict[str, tuple[str, Any]] = {
        "TRUE": ("boolean", True),
        "FALSE": ("boolean", False),
        "NULL": ("null", None),
    }
    if token.type in readers:
        return readers[token.type]
    if token.type == "DATE":
        return "date", read_date(token)
    if token.type == "DATE_TIME":
        return "datetime", read_moment(token)
    return "number", float(token)


class _Builder(Transformer[Token, Any]):
    """Turns the parser's tree into ours, from the leaves up."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def start(self, parts: list[Any]) -> Query:
        query: Query = parts[0]
        return query

    def path(self, names: list[Token]) -> Path:
        return Path(tuple(str(name) for name in names), _at(names[0]))

    def value(self, parts: list[Token]) -> Value:
        token = parts[0]
        if token.type == "DATE_RANGE":
            word, _, number = token.upper().partition(":")
            return Value("range", word, _at(token), int(number or 0))
        if token.type == "STRING":
            pattern = _unescape(token, kept="%_\\")
            return Value("string", _unescape(token), _at(token), pattern=pattern)
        kind, content = _content(token)
        if content is None and kind != "null":
            raise malformed(f"unexpected token: '{token}'", self._text, _at(token))
        return Value(kind, content, _at(token))  # type: ignore[arg-type]  # one of ValueKind

    def column(self, parts: list[Any]) -> Column:
        path, alias = parts
        return Column(path, alias and str(alias))

    def aggregate(self, parts: list[Any]) -> Aggregate:
        function, path, alias = parts
        if path is None and function.upper() != "COUNT":
            raise malformed("unexpected token: ')'", self._text, _at(function))
        return Aggregate(function.upper(), path, alias and str(alias), _at(function))

    def fields_function(self, parts: list[Token]) -> FieldsOf:
        return FieldsOf(parts[1].upper(), _at(parts[1]))

    def child_query(self, parts: list[Query]) -> ChildQuery:
        return ChildQuery(parts[0])

    def select_list(self, parts: list[Item]) -> tuple[Item, ...]:
        return tuple(parts)

    def source(self, parts: list[Token | None]) -> tuple[str, int, str | None]:
        names = [part for part in parts if part is not None and part.type == "NAME"]
        alias = str(names[1]) if len(names) > 1 else None
        return str(names[0]), _at(names[0]), alias

    @v_args(inline=True)
    def comparison(self, path: Path, operator: Token, value: Value) -> Comparison:
        word = operator.upper()
        return Comparison(path, "!=" if word == "<>" else word, value)

    def in_list(self, parts: list[Any]) -> InList:
        path, negation, _in, *values = parts
        return InList(path, tuple(values), negated=negation is not None)

    def in_query(self, parts: list[Any]) -> InQuery:
        path, negation, _in, query = parts
        return InQuery(path, query, negated=negation is not None)

    def includes(self, parts: list[Any]) -> Includes:
        return Includes(parts[0], tuple(parts[2:]), negated=False)

    def excludes(self, parts: list[Any]) -> Includes:
        return Includes(parts[0], tuple(parts[2:]), negated=True)

    def all_of(self, parts: list[Any]) -> AllOf:
        return AllOf(_without_words(parts))

    def any_of(self, parts: list[Any]) -> AnyOf:
        return AnyOf(_without_words(parts))

    def negation(self, parts: list[Any]) -> Negation:
        return Negation(parts[1])

    def where(self, parts: list[Any]) -> dict[str, Any]:
        return {"where": parts[1]}

    def group(self, parts: list[Any]) -> dict[str, Any]:
        return {"group_by": tuple(parts[2:])}

    def ordering(self, parts: list[Any]) -> Ordering:
        words = {part.type for part in parts[1:] if isinstance(part, Token)}
        return Ordering(parts[0], descending="DESC" in words, nulls_last="LAST" in words)

    def order(self, parts: list[Any]) -> dict[str, Any]:
        return {"order_by": tuple(parts[2:])}

    def limit(self, parts: list[Token]) -> dict[str, Any]:
        return {"limit": self._whole_number(parts[1])}

    def offset(self, parts: list[Token]) -> dict[str, Any]:
        return {"offset": self._whole_number(parts[1])}

    def all_rows(self, _parts: list[Token]) -> dict[str, Any]:
        return {"all_rows": True}

    def _whole_number(self, token: Token) -> int:
        if not token.isdigit():
            raise malformed(f"unexpected token: '{token}'", self._text, _at(token))
        return int(token)

    def query(self, parts: list[Any]) -> Query:
        _select, items, _from, (sobject, at, alias), *clauses = parts
        given: dict[str, Any] = {}
        for clause in clauses:
            given |= clause or {}
        return Query(self._text, items, sobject, at, alias, **given)


def _at(token: Token) -> int:
    return token.start_pos or 0


def _without_words(parts: list[Any]) -> tuple[Condition, ...]:
    return tuple(part for part in parts if not isinstance(part, Token))
