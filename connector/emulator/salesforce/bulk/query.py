"""Bulk API 2.0 query: a job reads rows, its results come down as pages of CSV. Reference 5.2.

The rows are read when the job is made; locators live as long as the job.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from connector.emulator.salesforce.bulk.jobs import (
    FINAL_STATES,
    QueryJob,
    csv_answer,
    dialect_of,
    wrong_state,
)
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError, not_found
from connector.emulator.salesforce.times import stamp

JOB_PREFIX = "750"
PAGES_AT_ONCE = 5
_SELECTED = re.compile(r"^\s*select\s+(.*?)\s+from\s+(\w+)", re.IGNORECASE | re.DOTALL)
_AGGREGATE = re.compile(
    r"\b(count|count_distinct|min|max|sum|avg)\s*\(|\bgroup\s+by\b", re.IGNORECASE
)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\+0000")


def create(state: State, ask: Ask) -> Answer:
    """Answers POST jobs/query with a job in state UploadComplete.

    Raises:
        ApiError: 400 for bad SOQL, sub-queries and aggregates.
    """
    body = ask.json_object()
    operation = body.get("operation", "")
    if operation not in {"query", "queryAll"}:
        raise ApiError(400, "INVALIDJOB", f"Unknown operation: {operation}")
    soql = str(body.get("query", ""))
    columns, sobject = _selection(soql)
    found = state.org.run(soql, include_deleted=operation == "queryAll")
    rows = [dict(_cells(record)) for record in found.records]
    header = list(rows[0]) if rows else columns
    spell = _zulu if state.settings.bulk_times_with_z else str
    job = QueryJob(
        id=state.mint.next_id(JOB_PREFIX),
        operation=operation,
        object=state.org.sobject(sobject).name,
        version=ask.version,
        created=stamp(state.now()),
        user_id=state.settings.user_id,
        dialect=dialect_of(body),
        state="UploadComplete",
        header=header,
        rows=[[spell(row.get(column, "")) for column in header] for row in rows],
    )
    state.query_jobs[job.id] = job
    return Answer(200, job.description())


def read(state: State, _ask: Ask, job_id: str) -> Answer:
    """Answers GET jobs/query/id; enough polls finish the job."""
    job = _job(state, job_id)
    if job.poll(state.settings.bulk_polls):
        job.state = "JobComplete"
    return Answer(
        200,
        {
            **job.description(),
            "jobType": "V2Query",
            "numberRecordsProcessed": len(job.rows) if job.state == "JobComplete" else 0,
            "retries": 0,
            "totalProcessingTime": len(job.rows),
            "isPkChunkingSupported": True,
        },
    )


def abort(state: State, ask: Ask, job_id: str) -> Answer:
    """Answers PATCH jobs/query/id: Aborted is the only state a client may set."""
    job = _job(state, job_id)
    if ask.json_object().get("state") != "Aborted" or job.state in FINAL_STATES:
        raise wrong_state(job)
    job.state = "Aborted"
    return Answer(200, job.description())


def delete(state: State, _ask: Ask, job_id: str) -> Answer:
    """Answers DELETE jobs/query/id with 204; a job at work is refused."""
    job = _job(state, job_id)
    if job.state not in FINAL_STATES:
        raise wrong_state(job)
    del state.query_jobs[job_id]
    return Answer(204)


def results(state: State, ask: Ask, job_id: str) -> Answer:
    """Answers one page of CSV, with its row count and the next locator in the headers.

    Raises:
        ApiError: 409 from another API version than the job's, 400 before the job is done or
            for a strange locator.
    """
    job = _finished(state, ask, job_id)
    start = _offset(ask.query.get("locator", ""))
    end = start + _page_size(state, ask)
    page = job.rows[start:end]
    return csv_answer(
        job.dialect.write([job.header, *page]),
        Sforce_NumberOfRecords=str(len(page)),
        Sforce_Locator=_locator(end) if end < len(job.rows) else "null",
    )


def result_pages(state: State, ask: Ask, job_id: str) -> Answer:
    """Answers the addresses of up to five pages, for clients that fetch them side by side."""
    job = _finished(state, ask, job_id)
    start, size = _offset(ask.query.get("locator", "")), _page_size(state, ask)
    path = f"/services/data/v{ask.version}/jobs/query/{job.id}"
    starts = range(start, max(len(job.rows), 1), size)
    pages = [_page_address(path, at) for at in starts[:PAGES_AT_ONCE]]
    more = starts[PAGES_AT_ONCE:]
    body: dict[str, Any] = {"resultPages": [{"resultUrl": page} for page in pages]}
    body["nextRecordsUrl"] = f"{path}/resultPages?locator={_locator(more[0])}" if more else None
    return Answer(200, {**body, "done": not more})


def _selection(soql: str) -> tuple[list[str], str]:
    found = _SELECTED.match(soql)
    if not found:
        raise ApiError(400, "MALFORMED_QUERY", "unexpected token")
    if "(" in found[1] and not _AGGREGATE.search(soql):
        raise ApiError(400, "API_ERROR", "Nested queries are not supported in Bulk Query")
    if _AGGREGATE.search(soql):
        raise ApiError(400, "API_ERROR", "Aggregate queries are not supported in Bulk Query")
    return [column.strip() for column in found[1].split(",")], found[2]


def _cells(record: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if name == "attributes":
            continue
        if isinstance(value, Mapping):
            yield from _cells(value, f"{path}{name}.")
        else:
            yield path + name, _cell(value)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _zulu(cell: str) -> str:
    found = _STAMP.fullmatch(cell)
    return f"{found[1]}Z" if found else cell


def _job(state: State, job_id: str) -> QueryJob:
    if job_id not in state.query_jobs:
        raise not_found()
    return state.query_jobs[job_id]


def _finished(state: State, ask: Ask, job_id: str) -> QueryJob:
    job = _job(state, job_id)
    if ask.version != job.version:
        text = f"The job was made with version {job.version}"
        raise ApiError(409, "API_VERSION_MISMATCH", text)
    if job.state != "JobComplete":
        raise wrong_state(job)
    return job


def _page_size(state: State, ask: Ask) -> int:
    wished = ask.query.get("maxRecords", "")
    size = int(wished) if wished.isdecimal() and int(wished) else state.settings.bulk_page_rows
    return min(size, state.settings.bulk_page_rows)


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(locator: str) -> int:
    try:
        padded = locator + "=" * (-len(locator) % 4)
        return int(base64.urlsafe_b64decode(padded)) if locator else 0
    except (ValueError, binascii.Error) as error:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from error


def _page_address(path: str, start: int) -> str:
    return f"{path}/results" + (f"?locator={_locator(start)}" if start else "")
