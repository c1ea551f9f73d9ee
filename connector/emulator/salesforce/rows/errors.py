"""The two ways the emulated org says no: about one row, or about a whole request.

Nothing here knows HTTP bodies; the doors turn these facts into the vendor's JSON.
"""

from typing import Any

# Statuses of single-record calls (reference section 4.7); every other row error is a 400.
_HTTP_STATUS_OF_ROW_ERROR = {
    "ENTITY_IS_DELETED": 404,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": 403,
    "STORAGE_LIMIT_EXCEEDED": 403,
}


class RowError(Exception):
    """One row is refused; the other rows of the request are not concerned.

    `status_code` is the vendor's row word (`statusCode` in collections, `errorCode` in a
    single-record answer), `fields` the API names it blames, `duplicate_result` the extra
    object of a `DUPLICATES_DETECTED` answer, `record_ids` the matches of an ambiguous key.
    """

    def __init__(
        self,
        status_code: str,
        message: str,
        fields: tuple[str, ...] = (),
        *,
        duplicate_result: dict[str, Any] | None = None,
        record_ids: tuple[str, ...] = (),
    ) -> None:
        super().__init__(status_code)
        self.status_code = status_code
        self.message = message
        self.fields = fields
        self.duplicate_result = duplicate_result
        self.record_ids = record_ids

    @property
    def http_status(self) -> int:
        """The status of a single-record call that ends in this error."""
        if self.record_ids:
            return 300
        return _HTTP_STATUS_OF_ROW_ERROR.get(self.status_code, 400)


class ApiError(Exception):
    """A whole request is refused: `http_status`, `error_code`, `message`, blamed `fields`."""

    def __init__(
        self, http_status: int, error_code: str, message: str, fields: tuple[str, ...] = ()
    ) -> None:
        super().__init__(error_code)
        self.http_status = http_status
        self.error_code = error_code
        self.message = message
        self.fields = fields


def not_found() -> ApiError:
    """The 404 of a path, object or record that does not exist."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def no_such_key(field_name: str) -> ApiError:
    """The 404 of an upsert or read by a field that is no key of the object."""
    return ApiError(
        404,
        "NOT_FOUND",
        f"Provided external ID field does not exist or is not accessible: {field_name}",
    )
