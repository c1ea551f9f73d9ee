"""Translates the WHERE clause of a query into SQL with bound parameters.

SOQL knows two truth values: a comparison with an empty field is false, so its negation is true
(`!=` and `NOT IN` find empty fields). SQL's third value is folded away below each NOT.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.salesforce.schema.fields import ID_TYPES
from connector.emulator.salesforce.soql.errors import query_error
from connector.emulator.salesforce.soql.literals import bound_value, day_range
from connector.emulator.salesforce.soql.scope import Resolved, Scope
from connector.emulator.salesforce.soql.tree import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Includes,
    InList,
    InQuery,
    Negation,
    Path,
    Query,
    Value,
)

_EQUALITY = frozenset({"=", "!="})


@dataclass(frozen=True)
class Filters:
    """Writes conditions over one scope.

    `values` collects the bound parameters in the order of the SQL text; `subquery` translates
    the query of a semi-join into SQL.
    """

    scope: Scope
    values: list[Any]
    now: datetime
    subquery: Callable[[Query, Resolved], str]

    def sql(self, condition: Condition) -> str:
        """Returns the SQL of a condition; raises ApiError."""
        match condition:
            case AllOf(parts) | AnyOf(parts):
                word = " AND " if isinstance(condition, AllOf) else " OR "
                return "(" + word.join(self.sql(part) for part in parts) + ")"
            case Negation(part):
                return f"(NOT IFNULL({self.sql(part)}, 0))"
            case Comparison():
                return self._comparison(condition)
            case InList():
                return self._in_list(condition)
            case InQuery():
                return self._in_query(condition)
            case Includes():
                return self._includes(condition)

    def _column(self, path: Path) -> Resolved:
        found = self.scope.resolve(path)
        if not found.field.can_filter:
            message = f"field '{path.parts[-1]}' can not be filtered in a query call"
            raise self.scope.refuse("INVALID_FIELD", message, path)
        return found

    def _bind(self, column: Resolved, value: Value) -> str:
        self.values.append(bound_value(column.field, value, self.scope.query.text))
        return "?"

    def _comparison(self, condition: Comparison) -> str:
        column = self._column(condition.path)
        value, operator = condition.value, condition.operator
        if operator == "LIKE":
            return self._like(column, value)
        if operator not in _EQUALITY and column.field.type == "boolean":
            raise self._bad_operator("invalid operator on boolean field", value)
        if _is_null(column, value):
            words = {"=": "IS NULL", "!=": "IS NOT NULL"}
            return f"({column.sql} {words[operator]})" if operator in words else "(0)"
        if value.kind == "range":
            return self._range(column, operator, value)
        sql_operator = "IS NOT" if operator == "!=" else operator
        return f"({column.sql} {sql_operator} {self._bind(column, value)})"

    def _bad_operator(self, message: str, value: Value) -> ApiError:
        text = self.scope.query.text
        return query_error("INVALID_QUERY_FILTER_OPERATOR", message, text, value.at)

    def _like(self, column: Resolved, value: Value) -> str:
        if column.field.type in ID_TYPES:
            raise self._bad_operator("invalid operator on id field", value)
        if not column.field.is_text:
            raise self._bad_operator(f"invalid operator on {column.field.type} field", value)
        bound_value(column.field, value, self.scope.query.text)
        self.values.append(value.pattern)
        return f"SOQL_LIKE({column.sql}, ?)"

    def _range(self, column: Resolved, operator: str, value: Value) -> str:
        first, after = day_range(column.field, value, self.now, self.scope.query.text)
        sql, bounds = {
            "=": ("({0} >= ? AND {0} < ?)", (first, after)),
            "!=": ("({0} IS NULL OR {0} < ? OR {0} >= ?)", (first, after)),
            "<": ("({0} < ?)", (first,)),
            "<=": ("({0} < ?)", (after,)),
            ">": ("({0} >= ?)", (after,)),
            ">=": ("({0} >= ?)", (first,)),
        }[operator]
        self.values.extend(bounds)
        return sql.format(column.sql)

    def _in_list(self, condition: InList) -> str:
        column = self._column(condition.path)
        nulls = [value for value in condition.values if _is_null(column, value)]
        others = [value for value in condition.values if value not in nulls]
        marks = ", ".join(self._bind(column, value) for value in others)
        found = [f"{column.sql} IN ({marks})"] if others else []
        if nulls:
            found.append(f"{column.sql} IS NULL")
        sql = "(" + " OR ".join(found) + ")"
        return f"(NOT IFNULL({sql}, 0))" if condition.negated else sql

    def _in_query(self, condition: InQuery) -> str:
        column = self._column(condition.path)
        if column.field.type not in ID_TYPES:
            message = "semi join sub-selects can only filter id and reference fields"
            raise self.scope.refuse("MALFORMED_QUERY", message, condition.path)
        sql = f"{column.sql} IN ({self.subquery(condition.query, column)})"
        return f"(NOT IFNULL({sql}, 0))" if condition.negated else f"({sql})"

    def _includes(self, condition: Includes) -> str:
        column = self._column(condition.path)
        if column.field.type != "multipicklist":
            message = "INCLUDES and EXCLUDES need a multi-select picklist"
            raise self._bad_operator(message, condition.values[0])
        sql = " OR ".join(self._has_all(column, value) for value in condition.values)
        return f"(NOT IFNULL(({sql}), 0))" if condition.negated else f"({sql})"

    def _has_all(self, column: Resolved, value: Value) -> str:
        chosen = str(bound_value(column.field, value, self.scope.query.text)).split(";")
        self.values.extend(f";{entry};".casefold() for entry in chosen)
        held = f"CASEFOLD(';' || {column.sql} || ';')"
        return "(" + " AND ".join(f"INSTR({held}, ?) > 0" for _ in chosen) + ")"


def _is_null(column: Resolved, value: Value) -> bool:
    """Whether a literal means an empty field: null, or empty text."""
    return value.kind == "null" or (value.content == "" and column.field.is_text)
