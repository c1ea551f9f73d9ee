"""Points in time as the org writes them, read into aware UTC datetimes."""

from __future__ import annotations

from datetime import UTC, datetime


def instant(text: object) -> datetime | None:
    """The aware UTC datetime that the org's text stands for; None for an empty field.

    The org writes `2026-01-01T08:17:00.000+0000` (Salesforce 12).
    """
    if not isinstance(text, str) or not text:
        return None
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def to_the_second(moment: datetime) -> datetime:
    """The moment without its fraction: the org keeps whole seconds (Salesforce 6.1)."""
    return moment.replace(microsecond=0)
