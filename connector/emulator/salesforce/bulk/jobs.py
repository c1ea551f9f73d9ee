"""Bulk API 2.0 jobs as facts: state, CSV dialect, what became of the rows. Reference 5.

Both kinds go UploadComplete, InProgress, JobComplete with the polls of the client.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.emulator.salesforce.rest.wire import Answer
from connector.emulator.salesforce.rows.errors import ApiError

CSV_TYPE = "text/csv"
DELIMITERS = {
    "COMMA": ",",
    "TAB": "\t",
    "PIPE": "|",
    "SEMICOLON": ";",
    "CARET": "^",
    "BACKQUOTE": "`",
}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
FINAL_STATES = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass(frozen=True)
class Dialect:
    """How the CSV of one job is written: the two words of the job's description."""

    delimiter: str = "COMMA"
    line_ending: str = "LF"

    def write(self, rows: Iterable[Sequence[str]]) -> bytes:
        """Returns the rows as UTF-8 CSV with every cell quoted."""
        out = io.StringIO()
        writer = csv.writer(
            out,
            delimiter=DELIMITERS[self.delimiter],
            lineterminator=LINE_ENDINGS[self.line_ending],
            quoting=csv.QUOTE_ALL,
        )
        writer.writerows(rows)
        return out.getvalue().encode()

    def read(self, text: str) -> list[list[str]]:
        """Returns the cells of every row; line breaks inside quotes belong to their cell."""
        source = io.StringIO(text, newline="")
        rows = csv.reader(source, delimiter=DELIMITERS[self.delimiter], strict=True)
        return [row for row in rows if row]


@dataclass
class Job:
    """What ingest and query jobs share."""

    id: str
    operation: str
    object: str
    version: str
    created: str
    user_id: str
    dialect: Dialect
    state: str = "Open"
    polls: int = 0
    error: str = ""

    def description(self) -> dict[str, Any]:
        """Returns the keys that the answers of both kinds have in common."""
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.user_id,
            "createdDate": self.created,
            "systemModstamp": self.created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "lineEnding": self.dialect.line_ending,
            "columnDelimiter": self.dialect.delimiter,
        }

    def poll(self, polls_needed: int) -> bool:
        """Counts one look at a waiting job; True when the job is to be finished now."""
        if self.state not in {"UploadComplete", "InProgress"}:
            return False
        self.polls += 1
        self.state = "InProgress"
        return self.polls >= polls_needed


@dataclass
class IngestJob(Job):
    """Rows on their way in: the upload, then the three result files as lists of cells."""

    key_field: str = ""
    upload: bytes | None = None
    header: list[str] = field(default_factory=list)
    successful: list[list[str]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)
    unprocessed: list[list[str]] = field(default_factory=list)


@dataclass
class QueryJob(Job):
    """Rows on their way out, flattened to cells when the job was made."""

    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def dialect_of(description: dict[str, Any]) -> Dialect:
    """Returns the CSV dialect that a job asks for.

    Raises:
        ApiError: 400 INVALIDJOB for an unknown word.
    """
    delimiter = description.get("columnDelimiter") or "COMMA"
    line_ending = description.get("lineEnding") or "LF"
    if delimiter not in DELIMITERS or line_ending not in LINE_ENDINGS:
        raise ApiError(400, "INVALIDJOB", "Unknown columnDelimiter or lineEnding")
    if description.get("contentType", "CSV") != "CSV":
        raise ApiError(400, "INVALIDJOB", "Invalid contentType: only CSV is supported")
    return Dialect(delimiter, line_ending)


def wrong_state(job: Job) -> ApiError:
    """Returns the refusal of a call that does not fit the job's state."""
    return ApiError(400, "INVALIDJOBSTATE", f"Job is in state {job.state}")


def csv_answer(content: bytes, **headers: str) -> Answer:
    """Returns a CSV answer; no charset, as recorded clients meet it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, content, named, CSV_TYPE)
