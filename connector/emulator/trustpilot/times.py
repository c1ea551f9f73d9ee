"""Trustpilot's spellings of time: what it writes (by switches) and what it reads in requests."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.emulator.switches import Switches

_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z)?)?")
_AMERICAN = "%m/%d/%Y %H:%M:%S"


def moment(value: datetime | str) -> datetime:
    """Return an aware UTC time of millisecond precision; naive means UTC."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at - timedelta(microseconds=at.microsecond % 1000)


def vendor_text(at: datetime, switches: Switches) -> str:
    """Write a time as the switches want it: with or without fraction and Z."""
    timespec = "milliseconds" if switches.times_with_fraction else "seconds"
    text = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=timespec)
    return text + "Z" if switches.times_with_z else text


def rendered(value: Any, switches: Switches) -> Any:
    """Return a JSON value in which every datetime became vendor text."""
    if isinstance(value, datetime):
        return vendor_text(value, switches)
    if isinstance(value, dict):
        return {key: rendered(item, switches) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rendered(item, switches) for item in value]
    return value


def read_filter_time(text: str, switches: Switches) -> datetime:
    """Read `startDateTime` or `endDateTime`: ISO, UTC; a date alone is its midnight.

    Raises:
        ValueError: for any other spelling, and for a Z where the switch refuses it.
    """
    match = _ISO.fullmatch(text)
    if match is None or (match[4] and not switches.zulu_in_requests):
        raise ValueError(text)
    return moment(text)


def read_send_time(text: str, switches: Switches) -> datetime:
    """Read `preferredSendTime`: ISO, or the month-first spelling of the older documents.

    Raises:
        ValueError: for any other spelling.
    """
    if "/" in text:
        return datetime.strptime(text, _AMERICAN).replace(tzinfo=UTC)
    return read_filter_time(text, switches)
