"""Salesforce's spelling of dates and times: read leniently where the vendor does, write one form.

Pure text and datetime work; the clock is the caller's.
"""

import re
from datetime import UTC, date, datetime

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE
)


def stamp(moment: datetime) -> str:
    """Writes a moment as `2026-01-01T00:00:00.000+0000`, cut to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def stamp_with_fraction(moment: datetime) -> str:
    """Writes a moment with its milliseconds: the form a query literal is compared in."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def read_moment(text: str) -> datetime | None:
    """Reads a date-time that carries its offset; None for anything else."""
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_date(text: str) -> date | None:
    """Reads `YYYY-MM-DD`; None for anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
