"""Turns refusals into the vendor's error bodies. Reference 4.7.

The trap is kept: `statusCode` in the rows of collections, `errorCode` in top-level errors.
"""

from typing import Any

from connector.emulator.salesforce.rest.wire import Answer
from connector.emulator.salesforce.rows.errors import ApiError, RowError

ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using "
    "AllOrNone header",
)


def of_request(error: ApiError) -> Answer:
    """Returns the answer to a refused request; `fields` appears only where some are blamed."""
    entry: dict[str, Any] = {"message": error.message, "errorCode": error.error_code}
    if error.fields:
        entry["fields"] = list(error.fields)
    return Answer(error.http_status, [entry])


def of_row(error: RowError) -> Answer:
    """Returns the answer of a single-record call whose row was refused."""
    entry: dict[str, Any] = {
        "message": error.message,
        "errorCode": error.status_code,
        "fields": list(error.fields),
    }
    if error.duplicate_result:
        entry["duplicateResult"] = error.duplicate_result
    return Answer(error.http_status, [entry])


def in_row(error: RowError) -> dict[str, Any]:
    """Returns one entry of a row's `errors` in a collections answer."""
    entry: dict[str, Any] = {
        "statusCode": error.status_code,
        "message": error.message,
        "fields": list(error.fields),
    }
    if error.duplicate_result:
        entry["duplicateResult"] = error.duplicate_result
    return entry


def as_row_error(error: ApiError) -> RowError:
    """Returns a request's refusal as the refusal of one row (an unknown type in a collection)."""
    return RowError(error.error_code, error.message, error.fields)


def in_bulk_file(error: RowError) -> str:
    """Returns the text of the sf__Error column: code, message and fields between colons."""
    return f"{error.status_code}:{error.message}:{','.join(error.fields)}--"
