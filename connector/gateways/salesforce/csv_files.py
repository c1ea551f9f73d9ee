"""Rows as the CSV that Bulk API 2.0 takes, and a job's result files as results by key.

Pure text work: it sends nothing. The format is Salesforce 5.1.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector.core.terms.records import Row, RowError, RowResult
from connector.gateways.salesforce.errors import row_error
from connector.gateways.salesforce.wire import json_value, long_id

MOST_BYTES = 90_000_000
"""Bytes of one upload; the org takes 100 MB (Salesforce 5.1).
https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm"""

# Salesforce 5.1: an empty cell changes nothing; only this text empties a field.
_NULL = "#N/A"
_UNNAMED = object()
# Salesforce 5.1: uncertain: 32,000 or 131,072 characters a field, the pages differ.
_LONGEST_TEXT = 32_000
# Salesforce 5.1: the most characters and fields of a record.
_LONGEST_ROW = 400_000
_MOST_FIELDS = 5_000

# Salesforce 5.1: uncertain: sf__Error is CODE:message:Fields-- and may span lines.
_FIELDS = re.compile(r"(.*):([\w., ]*)--\s*", re.DOTALL)


def fields_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return every field that one of the rows names, each once."""
    return tuple(dict.fromkeys(field for row in rows for field in row))


def csv_line(row: Row, fields: Sequence[str]) -> bytes | None:
    """Write a row as a line of UTF-8 CSV, or return None where Bulk cannot carry what it means.

    A field that the row does not name is an empty cell, which the org leaves as it is; None and
    empty texts are written as null. Bulk cannot carry the literal text `#N/A`, which means null
    there, nor very long texts; parents named by a key of theirs are left to collections.
    """
    values = [json_value(row[field]) if field in row else _UNNAMED for field in fields]
    cells = ["" if value is _UNNAMED else _cell(value) for value in values]
    if len(row) > _MOST_FIELDS or sum(map(len, cells)) > _LONGEST_ROW:
        return None
    return _line(cells) if all(map(_carries, values)) else None


def files(
    fields: Sequence[str], lines: Iterable[bytes], most_bytes: int = MOST_BYTES
) -> Iterator[bytes]:
    """Put lines below a header, cut into files of at most `most_bytes`."""
    header = _line(fields)
    found: list[bytes] = []
    size = len(header)
    for line in lines:
        if found and size + len(line) > most_bytes:
            yield header + b"".join(found)
            found, size = [], len(header)
        found.append(line)
        size += len(line)
    if found:
        yield header + b"".join(found)


def results_by_key(text: str, key: str) -> dict[str, RowResult]:
    """Read a file of successful or of failed rows, each under its key.

    Their order may differ from that of the rows sent (Salesforce 5.1).
    What cannot be read is left out: its rows count as rows without a result.
    """
    found: dict[str, RowResult] = {}
    try:
        # One row at a time: each row repeats everything that was sent.
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
            if name := (row.get(key) or "").strip():
                found[name] = _result(row)
    except csv.Error:
        return {}
    return found


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
    return value is None or value is _UNNAMED or isinstance(value, bool | int | float)


def _cell(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text if text.strip() else _NULL


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    # Salesforce 5.1: nothing is trimmed, and a blank beside a quote spoils its row.
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue().encode()
