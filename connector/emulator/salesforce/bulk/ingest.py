"""Bulk API 2.0 ingest: a CSV goes up, a job works it off, three result files come down.

Reference 5.1. Result rows do not keep the order of the upload.
"""

import csv
from collections.abc import Sequence
from typing import Any

from connector.emulator.salesforce.bulk.jobs import (
    FINAL_STATES,
    LINE_ENDINGS,
    IngestJob,
    csv_answer,
    dialect_of,
    wrong_state,
)
from connector.emulator.salesforce.rest.errors import in_bulk_file
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError, not_found
from connector.emulator.salesforce.rows.one_by_one import RowResult, RowWriter
from connector.emulator.salesforce.schema.fields import SObject
from connector.emulator.salesforce.times import stamp

JOB_PREFIX = "750"
NULL_CELL = "#N/A"
OPERATIONS = ("insert", "update", "upsert", "delete")
ERROR_ID_SINCE = 53


def create(state: State, ask: Ask) -> Answer:
    """Answers POST jobs/ingest: a job in state Open with its contentUrl.

    Raises:
        ApiError: 400 for an unknown object, operation, key field or CSV word.
    """
    body = ask.json_object()
    operation = body.get("operation", "")
    if operation == "hardDelete":
        raise ApiError(400, "FEATURENOTENABLED", "hardDelete is not enabled for this user")
    if operation not in OPERATIONS:
        raise ApiError(400, "INVALIDJOB", f"Unknown operation: {operation}")
    sobject = _object(state, str(body.get("object", "")))
    job = IngestJob(
        id=state.mint.next_id(JOB_PREFIX),
        operation=operation,
        object=sobject,
        version=ask.version,
        created=stamp(state.now()),
        user_id=state.settings.user_id,
        dialect=dialect_of(body),
        key_field=_key_field(state, sobject, body) if operation == "upsert" else "",
    )
    state.ingest_jobs[job.id] = job
    return Answer(200, {**_description(job), "contentUrl": _content_url(job)})


def upload(state: State, ask: Ask, job_id: str) -> Answer:
    """Answers PUT contentUrl with an empty 201; one upload per job."""
    job = _job(state, job_id)
    if job.state != "Open" or job.upload is not None:
        raise wrong_state(job)
    if not ask.headers.get("content-type", "").startswith("text/csv"):
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "The content type must be text/csv")
    job.upload = ask.body
    return Answer(201)


def change_state(state: State, ask: Ask, job_id: str) -> Answer:
    """Answers PATCH jobs/ingest/id: UploadComplete for an open job, Aborted for an unfinished."""
    job = _job(state, job_id)
    wanted = ask.json_object().get("state")
    if wanted == "UploadComplete" and job.state == "Open":
        job.state = wanted
    elif wanted == "Aborted" and job.state not in FINAL_STATES:
        job.state = wanted
        _read_upload(job)
    else:
        raise wrong_state(job)
    return Answer(200, _description(job))


def read(state: State, _ask: Ask, job_id: str) -> Answer:
    """Answers GET jobs/ingest/id; enough polls work the rows off."""
    job = _job(state, job_id)
    if job.poll(state.settings.bulk_polls):
        _finish(state, job)
    return Answer(200, _progress(job))


def list_jobs(state: State, _ask: Ask) -> Answer:
    """Answers GET jobs/ingest: all jobs on one page."""
    records = [_description(job) for job in state.ingest_jobs.values()]
    return Answer(200, {"done": True, "nextRecordsUrl": None, "records": records})


def delete(state: State, _ask: Ask, job_id: str) -> Answer:
    """Answers DELETE jobs/ingest/id with 204; a job at work is refused."""
    job = _job(state, job_id)
    if job.state not in FINAL_STATES:
        raise wrong_state(job)
    del state.ingest_jobs[job_id]
    return Answer(204)


def successful_results(state: State, _ask: Ask, job_id: str) -> Answer:
    """Answers the rows that went in: sf__Id, sf__Created and the columns of the upload."""
    job = _finished(state, job_id)
    return csv_answer(job.dialect.write([["sf__Id", "sf__Created", *job.header], *job.successful]))


def failed_results(state: State, _ask: Ask, job_id: str) -> Answer:
    """Answers the refused rows: sf__Id (since v53), sf__Error and the columns of the upload."""
    job = _finished(state, job_id)
    extra = ["sf__Id", "sf__Error"]
    skip = 0 if float(job.version) >= ERROR_ID_SINCE else 1
    rows = [[*extra, *job.header], *job.failed]
    return csv_answer(job.dialect.write([row[skip:] for row in rows]))


def unprocessed_records(state: State, _ask: Ask, job_id: str) -> Answer:
    """Answers the rows that the job never reached, in the columns of the upload."""
    job = _finished(state, job_id)
    return csv_answer(job.dialect.write([job.header, *job.unprocessed]))


def _object(state: State, name: str) -> str:
    try:
        return state.org.sobject(name).name
    except ApiError as error:
        text = f"Entity '{name}' is not supported by the Bulk API."
        raise ApiError(400, "INVALIDENTITY", text) from error


def _key_field(state: State, sobject: str, body: dict[str, Any]) -> str:
    name = body.get("externalIdFieldName")
    if not name:
        raise ApiError(400, "INVALIDJOB", "externalIdFieldName is required for an upsert")
    try:
        return state.org.key_field(sobject, name)
    except ApiError as error:
        text = f"InvalidJob : Field name provided, {name}, is not an External ID or indexed field"
        raise ApiError(400, "INVALIDJOB", text) from error


def _job(state: State, job_id: str) -> IngestJob:
    if job_id not in state.ingest_jobs:
        raise not_found()
    return state.ingest_jobs[job_id]


def _finished(state: State, job_id: str) -> IngestJob:
    job = _job(state, job_id)
    if job.state not in FINAL_STATES:
        raise wrong_state(job)
    return job


def _content_url(job: IngestJob) -> str:
    return f"services/data/v{job.version}/jobs/ingest/{job.id}/batches"


def _description(job: IngestJob) -> dict[str, Any]:
    key = {"externalIdFieldName": job.key_field} if job.key_field else {}
    return {**job.description(), **key}


def _progress(job: IngestJob) -> dict[str, Any]:
    done = len(job.successful) + len(job.failed)
    error = {"errorMessage": job.error} if job.error else {}
    return {
        **_description(job),
        "contentUrl": _content_url(job),
        "jobType": "V2Ingest",
        "numberRecordsProcessed": done,
        "numberRecordsFailed": len(job.failed),
        "retries": 0,
        "totalProcessingTime": done,
        "apiActiveProcessingTime": done,
        "apexProcessingTime": 0,
        **error,
    }


def _finish(state: State, job: IngestJob) -> None:
    """Works the upload off; a file that cannot be read fails the job as a whole."""
    job.error = _read_upload(job) or _unknown_column(state, job)
    if job.error:
        job.state = "Failed"
        return
    rows, job.unprocessed = job.unprocessed, []
    sobject = state.org.sobject(job.object)
    values = [_values(sobject, job.header, row) for row in rows]
    for row, result in zip(rows, _written(state, job, values), strict=True):
        _file(job, row, result)
    job.successful.reverse()  # the vendor keeps no order either
    job.failed.reverse()
    job.state = "JobComplete"


def _read_upload(job: IngestJob) -> str:
    """Fills header and rows from the upload; returns what is wrong with it, or nothing."""
    try:
        text = (job.upload or b"").decode("utf-8-sig")
        found = job.dialect.read(text)
    except (UnicodeDecodeError, csv.Error):
        return "ClientInputError : Failed to parse the CSV"
    if not found:
        return "InvalidBatch : The upload has no header"
    job.header, job.unprocessed = found[0], found[1:]
    uses_crlf = text.partition("\n")[0].endswith("\r")
    if "\n" in text and uses_crlf != (LINE_ENDINGS[job.dialect.line_ending] == "\r\n"):
        setting = job.dialect.line_ending
        return (
            "ClientInputError : LineEnding is invalid on user data. "
            f"Current LineEnding setting is {setting}"
        )
    return ""


def _unknown_column(state: State, job: IngestJob) -> str:
    sobject = state.org.sobject(job.object)
    if job.operation == "delete" and job.header != ["Id"]:
        return "InvalidBatch : The 'delete' batch must contain only ids"
    for column in job.header:
        relationship, dot, _ = column.rpartition(".")
        known = sobject.parent(relationship) if dot else sobject.field_named(column)
        if known is None:
            return f"InvalidBatch : Field name not found : {column}"
    return ""


def _values(sobject: SObject, header: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    """Returns a row as fields: an empty cell is no field at all, #N/A is null."""
    values: dict[str, Any] = {}
    for column, cell in zip(header, row, strict=False):
        relationship, _, key = column.rpartition(".")
        lookup = sobject.parent(relationship) if relationship else None
        if cell == NULL_CELL:
            values[lookup.name if lookup else column] = None
        elif cell:
            values[relationship or column] = {key: cell} if lookup else cell
    return values


def _written(state: State, job: IngestJob, rows: list[dict[str, Any]]) -> list[RowResult]:
    writer = RowWriter(state.org)
    if job.operation == "upsert":
        return writer.upsert(job.object, job.key_field, rows)
    if job.operation == "insert":
        return [writer.insert(job.object, row) for row in rows]
    if job.operation == "update":
        return [writer.update(job.object, row) for row in rows]
    return [writer.delete(row.get("Id", "")) for row in rows]


def _file(job: IngestJob, row: list[str], result: RowResult) -> None:
    if result.error is not None:
        job.failed.append(["", in_bulk_file(result.error), *row])
    else:
        created = job.operation == "insert" or bool(result.created)
        job.successful.append([result.id, str(created).lower(), *row])
