"""A `Select` in the org's own query language (SOQL): quoting, and cutting what is too long.

Pure text work: it sends nothing and knows nothing of answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from urllib.parse import quote

from simple_salesforce.format import quote_soql_value

from connector.core.terms.records import AnyOf, Condition, Operator, Select
from connector.gateways.salesforce.wire import cleaned

LONGEST_QUERY = 12_000
"""Bytes of one percent-encoded query; URI and headers together may be 16,384 (Salesforce 4.4)."""

_PATH = r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*"
_NAME = re.compile(_PATH, re.ASCII)
_ORDER = re.compile(
    _PATH + r"(?: (?:ASC|DESC))?(?: NULLS (?:FIRST|LAST))?", re.ASCII | re.IGNORECASE
)


def soql(select: Select) -> str:
    """Write the question as SOQL; values are quoted, names are checked.

    Raises `ValueError` for a name that is no field path, a naive time or an unquotable value.
    """
    fields = ", ".join(map(_name, select.fields))
    counted = ", ".join(filter(None, (fields, "COUNT(Id) total")))
    text = f"SELECT {counted if select.count else fields} FROM {_name(select.object)}"  # noqa: S608 -- every part is checked or quoted
    if select.where:
        text += " WHERE " + " AND ".join(map(_condition, select.where))
    if select.count and fields:
        text += f" GROUP BY {fields}"
    if select.order_by:
        text += " ORDER BY " + ", ".join(map(_order, select.order_by))
    if select.limit is not None:
        text += f" LIMIT {select.limit:d}"
    return text


def encoded(query: str) -> str:
    """Percent-encode a query for the `q=` of a query URL."""
    return quote(query, safe="")


def pieces(select: Select, longest: int = LONGEST_QUERY) -> list[Select]:
    """Cut a question with a long `in` list into questions that together ask the same.

    Each piece stays below `longest` encoded bytes where cutting a list can achieve it.
    An empty `in` list matches nothing, so it has no pieces.
    """
    select = replace(select, where=tuple(map(_tidied, select.where)))
    if any(_never_holds(condition) for condition in select.where):
        return []
    # Salesforce 4.4: the limit is one of encoded bytes.
    size = len(encoded(soql(select)))
    lists = {
        i: each
        for i, each in enumerate(select.where)
        if isinstance(each, Condition) and each.operator == "in"
    }
    position = max(lists, key=lambda i: len(lists[i].value), default=None)
    if size <= longest or position is None or len(lists[position].value) == 1:
        return [select]
    values = lists[position].value

    def asking(some: Sequence[Any]) -> Select:
        where = list(select.where)
        where[position] = replace(lists[position], value=tuple(some))
        return replace(select, where=tuple(where))

    # Every piece repeats the rest of the query, here with one value, and a cut is never exact.
    repeated = 2 * len(encoded(soql(asking(values[:1]))))
    room = longest - repeated if repeated < longest else longest
    parts = _cut(values, ceil(size / room))
    return [piece for part in parts for piece in pieces(asking(part), longest)]


def _cut(values: Sequence[Any], parts: int) -> Iterator[Sequence[Any]]:
    size = ceil(len(values) / min(parts, len(values)))
    return (values[start : start + size] for start in range(0, len(values), size))


def _tidied(condition: Condition | AnyOf) -> Condition | AnyOf:
    """Drop what repeats in a list, and what can never hold among alternatives."""
    if isinstance(condition, AnyOf):
        kept = map(_without_repeats, condition.conditions)
        return AnyOf(tuple(each for each in kept if not _never_holds(each)))
    return _without_repeats(condition)


def _without_repeats(condition: Condition) -> Condition:
    if condition.operator != "in":
        return condition
    return replace(condition, value=tuple(dict.fromkeys(condition.value)))


def _never_holds(condition: Condition | AnyOf) -> bool:
    """True for an empty list: nothing is in it, and the org cannot be asked so."""
    if isinstance(condition, AnyOf):
        return not condition.conditions
    return condition.operator == "in" and not condition.value


def _condition(condition: Condition | AnyOf) -> str:
    if isinstance(condition, AnyOf):
        return f"({' OR '.join(map(_comparison, condition.conditions))})"
    return _comparison(condition)


def _comparison(condition: Condition) -> str:
    field = _name(condition.field)
    if condition.operator == "in":
        return f"{field} IN ({','.join(_literal(value, '=') for value in condition.value)})"
    return f"{field} {condition.operator} {_literal(condition.value, condition.operator)}"


def _literal(value: Any, operator: Operator) -> str:
    if isinstance(value, datetime):
        # Salesforce 12: without quotes; with Z, for a plus sign would have to be encoded.
        return _whole_second(value, operator).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str):
        return quote_soql_value(cleaned(value))
    if isinstance(value, bool | date | None):
        return quote_soql_value(value)
    if isinstance(value, int | float | Decimal) and Decimal(value).is_finite():
        return format(Decimal(str(value)), "f")
    raise ValueError(f"a {type(value).__name__} cannot be compared with in a query")


def _whole_second(moment: datetime, operator: Operator) -> datetime:
    """Round so that the comparison means the same: the org keeps whole seconds (Salesforce 6.1)."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be compared with in a query")
    second = moment.astimezone(UTC).replace(microsecond=0)
    up = moment.microsecond and operator in ("<", ">=")
    return second + timedelta(seconds=1) if up else second


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"not the name of an object or field: {text!r}")
    return text


def _order(text: str) -> str:
    if not _ORDER.fullmatch(text):
        raise ValueError(f"not an order: {text!r}")
    return text
