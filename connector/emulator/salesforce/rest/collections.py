"""The sObject collections: up to 200 rows in one call, each with its own fate. Reference 4.2.

Always 200 when well-formed, even if every row failed.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from connector.emulator.salesforce.rest.single import row_writer
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.salesforce.rows.one_by_one import RowResult, all_or_none

MOST_ROWS = 200
MOST_TYPE_CHUNKS = 10


def create(state: State, ask: Ask) -> Answer:
    """Answers POST composite/sobjects."""
    body = ask.json_object()
    records = _typed_records(body)
    writer = row_writer(state, ask)
    return _written(state, body, lambda: [writer.insert(_type(row), row) for row in records])


def update(state: State, ask: Ask) -> Answer:
    """Answers PATCH composite/sobjects; rows answer without `created`."""
    body = ask.json_object()
    records = _typed_records(body)
    writer = row_writer(state, ask)
    return _written(state, body, lambda: [writer.update(_type(row), row) for row in records])


def upsert(state: State, ask: Ask, sobject: str, key_field: str) -> Answer:
    """Answers PATCH composite/sobjects/X/ExtField: one type only, that of the path.

    Raises:
        ApiError: 404 for an unknown object or key, 400 for rows of another type.
    """
    name = state.org.sobject(sobject).name
    key = state.org.key_field(name, key_field)
    body = ask.json_object()
    records = _typed_records(body)
    if any(_type(row).lower() != name.lower() for row in records):
        text = f"All records must be of the type in the URI: {name}"
        raise ApiError(400, "INVALID_INPUT", text)
    writer = row_writer(state, ask)
    return _written(state, body, lambda: writer.upsert(name, key, records))


def delete(state: State, ask: Ask) -> Answer:
    """Answers DELETE composite/sobjects?ids=&allOrNone=."""
    ids = ask.parameter("ids").split(",")
    _check_size(ids)
    writer = row_writer(state, ask)
    options = {"allOrNone": ask.query.get("allOrNone", "").lower() == "true"}
    return _written(state, options, lambda: [writer.delete(record_id) for record_id in ids])


def retrieve(state: State, ask: Ask, sobject: str) -> Answer:
    """Answers GET or POST composite/sobjects/X: a list in the order of the ids, null if unknown."""
    if ask.method == "POST":
        body = ask.json_object()
        ids, fields = body.get("ids", []), body.get("fields", [])
    else:
        ids, fields = ask.parameter("ids").split(","), ask.parameter("fields").split(",")
    _check_size(ids)
    name = state.org.sobject(sobject).name
    return Answer(200, [_found(state, ask, (name, record_id), fields) for record_id in ids])


def _found(
    state: State, ask: Ask, record: tuple[str, str], fields: list[str]
) -> dict[str, Any] | None:
    try:
        return state.org.retrieve(*record, fields, version=ask.version)
    except ApiError as error:
        if error.http_status == 404:  # noqa: PLR2004 - HTTP's own number
            return None
        raise


def _written(state: State, options: dict[str, Any], write: Callable[[], list[RowResult]]) -> Answer:
    results = all_or_none(state.org, write) if options.get("allOrNone") else write()
    return Answer(200, [result.body() for result in results])


def _typed_records(body: dict[str, Any]) -> list[dict[str, Any]]:
    records = body.get("records")
    if not isinstance(records, list) or not records:
        raise ApiError(400, "INVALID_INPUT", "The records list is missing or empty")
    _check_size(records)
    for record in records:
        if not isinstance(record, dict) or not record.get("attributes", {}).get("type"):
            raise ApiError(400, "INVALID_INPUT", "Each record needs attributes with a type")
    types = [_type(record) for record in records]
    if 1 + sum(one != other for one, other in pairwise(types)) > MOST_TYPE_CHUNKS:
        text = "Cannot have more than 10 chunks in a single operation"
        raise ApiError(400, "LIMIT_EXCEEDED", text)
    return records


def _check_size(rows: list[Any]) -> None:
    if len(rows) > MOST_ROWS:
        text = f"record limit reached. cannot submit more than {MOST_ROWS} records in this call"
        raise ApiError(400, "LIMIT_EXCEEDED", text)


def _type(record: dict[str, Any]) -> str:
    return str(record["attributes"]["type"])
