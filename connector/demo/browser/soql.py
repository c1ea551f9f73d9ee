"""The filters and orders of a GraphQL query of Salesforce's UI API, as SOQL.

Text only: values come in as plain Python values, nothing here reads the org.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OPERATORS = {
    "eq": "=",
    "ne": "!=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "LIKE",
    "in": "IN",
    "nin": "NOT IN",
}


class UnknownQuery(ValueError):
    """A query asks for something that the local page does not know."""


def where_of(filters: Mapping[str, Any] | None) -> str:
    """Return ` WHERE ...` for a `where` argument, or nothing for none. Raises `UnknownQuery`."""
    return f" WHERE {_all_of(filters)}" if filters else ""


def order_of(orders: Mapping[str, Any] | None) -> str:
    """Return ` ORDER BY ...` for an `orderBy` argument; empty values come last."""
    if not orders:
        return ""
    columns = [f"{name} {how['order']} NULLS LAST" for name, how in orders.items()]
    return f" ORDER BY {', '.join(columns)}"


def literal(value: Any) -> str:
    """Return a value as SOQL writes it: quoted text, or a plain number, truth value or null."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"({', '.join(literal(each) for each in value)})"
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _all_of(filters: Mapping[str, Any]) -> str:
    return " AND ".join(_condition(name, what) for name, what in filters.items())


def _condition(name: str, what: Any) -> str:
    if name in {"and", "or"}:
        return f"({f' {name.upper()} '.join(f'({_all_of(each)})' for each in what)})"
    if name == "not":
        return f"(NOT ({_all_of(what)}))"
    return " AND ".join(_comparison(name, operator, value) for operator, value in what.items())


def _comparison(field: str, operator: str, value: Any) -> str:
    if operator not in _OPERATORS:
        raise UnknownQuery(f"{operator} is no operator of {field}")
    return f"{field} {_OPERATORS[operator]} {_moment(value)}"


def _moment(value: Any) -> str:
    """Dates have an object around them: a value, a word of SOQL, or a range of days."""
    if not isinstance(value, dict):
        return literal(value)
    if "value" in value:
        return str(value["value"])
    if "literal" in value:
        return str(value["literal"])
    ((name, days),) = value["range"].items()
    return f"{name.upper()}:{int(days)}"
