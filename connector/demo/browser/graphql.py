"""Answers the GraphQL queries of the components from the emulated org, in the UI API's shape.

It knows connections (`edges`, `node`, `totalCount`) and aggregates, and no mutation: what a
person changes goes through the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    value_from_ast_untyped,
)

from connector.demo.browser.records import shown
from connector.demo.browser.soql import UnknownQuery, order_of, where_of
from connector.emulator.salesforce.org import Org
from connector.emulator.salesforce.rows.errors import ApiError

_USUAL_ROWS = 10
_FUNCTIONS = ("avg", "count", "max", "min", "sum")


def answer(org: Org, query: str, variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the GraphQL answer to a query: `data`, or what is wrong with it in `errors`."""
    try:
        return {"data": _answer(org, query, dict(variables or {})), "errors": []}
    except (GraphQLSyntaxError, UnknownQuery) as error:
        return {"data": None, "errors": [{"message": str(error)}]}
    except ApiError as error:
        return {"data": None, "errors": [{"message": error.message}]}


def _answer(org: Org, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    (operation,) = parse(query).definitions
    if not isinstance(operation, OperationDefinitionNode):
        raise UnknownQuery("a query is expected")
    (uiapi,) = _fields(operation.selection_set)
    parts = {}
    for part in _fields(uiapi.selection_set):
        look = {"query": _connection, "aggregate": _aggregate}.get(part.name.value)
        if look is None:
            raise UnknownQuery(f"uiapi has no {part.name.value}")
        parts[_key(part)] = {
            _key(each): look(org, each, variables) for each in _fields(part.selection_set)
        }
    return {_key(uiapi): parts}


def _connection(org: Org, asked: FieldNode, variables: dict[str, Any]) -> dict[str, Any]:
    arguments = _arguments(asked, variables)
    (node,) = _named(asked, "edges", "node")
    columns = [field.name.value for field in _fields(node.selection_set)]
    source = f"FROM {asked.name.value}{where_of(arguments.get('where'))}"
    limit = int(arguments.get("first", _USUAL_ROWS))
    soql = f"SELECT {', '.join(columns)} {source}{order_of(arguments.get('orderBy'))} LIMIT {limit}"
    rows = org.query(soql)
    found: dict[str, Any] = {"edges": [{"node": _node(columns, row)} for row in rows]}
    if any(field.name.value == "totalCount" for field in _fields(asked.selection_set)):
        found["totalCount"] = org.run(f"SELECT COUNT() {source}").total_size
    return found


def _node(columns: list[str], row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: row[name] if name == "Id" else {"value": shown(row[name]), "displayValue": row[name]}
        for name in columns
    }


def _aggregate(org: Org, asked: FieldNode, variables: dict[str, Any]) -> dict[str, Any]:
    arguments = _arguments(asked, variables)
    groups = list(arguments.get("groupBy", {}))
    (aggregate,) = _named(asked, "edges", "node", "aggregate")
    functions = [
        (field.name.value, function)
        for field in _fields(aggregate.selection_set)
        for function in (each.name.value for each in _fields(field.selection_set))
        if function in _FUNCTIONS
    ]
    columns = [*groups, *(f"{how.upper()}({of}) {_alias(of, how)}" for of, how in functions)]
    grouped = f" GROUP BY {', '.join(groups)}" if groups else ""
    source = f"FROM {asked.name.value}{where_of(arguments.get('where'))}"
    rows = org.query(f"SELECT {', '.join(columns)} {source}{grouped}")
    return {"edges": [{"node": {"aggregate": _group(groups, functions, row)}} for row in rows]}


def _group(
    groups: list[str], functions: list[tuple[str, str]], row: Mapping[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {name: {"value": row[name]} for name in groups}
    for of, how in functions:
        found.setdefault(of, {})[how] = {"value": row[_alias(of, how)]}
    return found


def _alias(of: str, how: str) -> str:
    return f"{how}_{of.removesuffix('__c')}"


def _fields(selection: SelectionSetNode | None) -> Iterator[FieldNode]:
    for node in selection.selections if selection else ():
        if not isinstance(node, FieldNode):
            raise UnknownQuery("fragments are not known here")
        yield node


def _named(asked: FieldNode, *path: str) -> list[FieldNode]:
    """Return the node at the end of a path of selections; `UnknownQuery` where it is not asked."""
    found = [asked]
    for name in path:
        inner = [each for one in found for each in _fields(one.selection_set)]
        found = [each for each in inner if each.name.value == name]
        if not found:
            raise UnknownQuery(f"{asked.name.value} is asked without {name}")
    return found[:1]


def _arguments(asked: FieldNode, variables: dict[str, Any]) -> dict[str, Any]:
    given = asked.arguments or ()
    return {each.name.value: value_from_ast_untyped(each.value, variables) for each in given}


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value
