"""query, queryAll and the pages behind their locators. Reference 4.4.

A cursor holds the rows as they were at the first page; it dies after two days, or when
too many others were opened since.
"""

from typing import Any

from connector.emulator.salesforce.rest.state import Cursor, State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError

CURSOR_PREFIX = "0r8"
SMALLEST_PAGE = 200
LONGEST_SOQL = 100_000


def query(state: State, ask: Ask) -> Answer:
    """Answers GET query?q= with the first page of the live rows."""
    return _first_page(state, ask, "query")


def query_all(state: State, ask: Ask) -> Answer:
    """Answers GET queryAll?q=: deleted rows too, with IsDeleted true."""
    return _first_page(state, ask, "queryAll")


def next_page(state: State, ask: Ask, locator: str) -> Answer:
    """Answers the page that a nextRecordsUrl names.

    Raises:
        ApiError: 400 INVALID_QUERY_LOCATOR for an unknown or dead locator.
    """
    key, _, offset = locator.rpartition("-")
    cursor = state.cursors.get(key)
    if cursor is None or not offset.isdecimal() or state.now() > cursor.expires:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return Answer(200, _page(state, ask, key, int(offset)))


def _first_page(state: State, ask: Ask, resource: str) -> Answer:
    soql = ask.parameter("q")
    if len(soql) > LONGEST_SOQL:
        raise ApiError(400, "QUERY_TOO_COMPLICATED", "The SOQL statement is too long")
    found = state.org.run(soql, include_deleted=resource == "queryAll", version=ask.version)
    key = state.mint.next_id(CURSOR_PREFIX)
    state.cursors[key] = Cursor(found, resource, state.now() + state.settings.locator_lifetime)
    body = _page(state, ask, key, 0)
    if body["done"]:
        del state.cursors[key]
    elif len(state.cursors) > state.settings.open_cursors:
        del state.cursors[next(iter(state.cursors))]
    return Answer(200, body)


def _page(state: State, ask: Ask, key: str, start: int) -> dict[str, Any]:
    cursor = state.cursors[key]
    end = start + _page_size(state, ask)
    body: dict[str, Any] = {
        "totalSize": cursor.found.total_size,
        "done": end >= len(cursor.found.records),
    }
    if not body["done"]:
        body["nextRecordsUrl"] = f"/services/data/v{ask.version}/{cursor.resource}/{key}-{end}"
    body["records"] = cursor.found.records[start:end]
    return body


def _page_size(state: State, ask: Ask) -> int:
    """Returns the wished batchSize within the vendor's bounds, and within what the org allows."""
    options = ask.headers.get("sforce-query-options", "")
    wished = options.lower().replace(" ", "").partition("batchsize=")[2]
    size = int(wished) if wished.isdecimal() else state.settings.page_rows
    return min(max(size, SMALLEST_PAGE), state.settings.page_rows)
