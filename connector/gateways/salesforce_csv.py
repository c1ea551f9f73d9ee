"""Rows as the CSV that Bulk API 2.0 takes, and a job's result files as results by key.

Pure text work: it sends nothing. The facts are in section 5.1 of the reference.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector.core.records import Row, RowError, RowResult
from connector.gateways.salesforce_errors import row_error
from connector.gateways.salesforce_wire import json_value, long_id

MOST_BYTES = 90_000_000
"""Bytes of one upload; the org takes 100 MB.
https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm"""

_NULL = "#N/A"
_LONGEST_TEXT = 32_000
_LONGEST_ROW = 400_000
_MOST_FIELDS = 5_000

_FIELDS = re.compile(r"(.*):([\w., ]*)--\s*", re.DOTALL)


def fits(row: Row) -> bool:
    """Say whether Bulk carries this row as it is meant.

    It cannot carry the literal text `#N/A`, which means null there, nor very long texts;
    parents named by a key of theirs are left to collections.
    """
    values = [json_value(value) for value in row.values()]
    return (
        len(values) <= _MOST_FIELDS
        and all(_carries(value) for value in values)
        and sum(len(_cell(value)) for value in values) <= _LONGEST_ROW
    )


def uploads(rows: Sequence[Row], most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
    """Write the rows as UTF-8 CSV, every cell quoted, cut into files of at most `most_bytes`.

    All files have the fields of all rows. A field that a row does not name is an empty cell,
    which the org leaves as it is; None and empty texts are written as null.
    """
    fields = tuple(dict.fromkeys(field for row in rows for field in row))
    header = _line(fields)
    lines: list[bytes] = []
    size = len(header)
    for row in rows:
        line = _line([_cell(json_value(row[field])) if field in row else "" for field in fields])
        if lines and size + len(line) > most_bytes:
            yield header + b"".join(lines)
            lines, size = [], len(header)
        lines.append(line)
        size += len(line)
    if lines:
        yield header + b"".join(lines)


def results_by_key(text: str, key: str) -> dict[str, RowResult]:
    """Read a file of successful or of failed rows; rows in any order, each under its key.

    What cannot be read is left out: its rows count as rows without a result.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return {}
    return {row[key].strip(): _result(row) for row in rows if row.get(key)}


def _result(row: Mapping[str, str | None]) -> RowResult:
    if "sf__Error" in row:
        return RowResult(error=_error(row["sf__Error"] or ""))
    created = (row.get("sf__Created") or "").lower() == "true"
    return RowResult(id=long_id(row.get("sf__Id") or "") or None, created=created)


def _error(text: str) -> RowError:
    """Read `CODE:message:Field,Field--`; the message may hold colons and line breaks."""
    code, _, rest = text.partition(":")
    found = _FIELDS.fullmatch(rest)
    message, names = found.groups() if found else (rest, "")
    fields = [name.strip() for name in names.split(",") if name.strip()]
    return row_error([{"statusCode": code.strip(), "message": message, "fields": fields}])


def _carries(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and value.strip() != _NULL
    return value is None or isinstance(value, bool | int | float)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    return text if text.strip() else _NULL


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue().encode()
