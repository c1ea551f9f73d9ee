"""Where Salesforce's spelling of rows ends: records in, records out, ids and times.

Pure text and dictionary work: it sends nothing and judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from connector.core.terms.records import Row

_SHORT_ID, _LONG_ID = 15, 18
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def cleaned(text: str) -> str:
    """Return the text without what Salesforce cannot store: NUL, and halves of surrogate pairs."""
    if text.isascii():
        return text.replace("\0", "")
    # Salesforce 12: NUL. Halves of pairs are ours: no UTF-8 body could carry them.
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def time_text(moment: datetime) -> str:
    """Write an aware time as the org writes it: `2026-01-31T09:30:00.000+0000` (Salesforce 12).

    Raises `ValueError` for a time without zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be written to the org")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def long_id(text: str) -> str:
    """Return the 18-character form of a record id; anything else comes back unchanged.

    The three added characters say which letters are capitals (Salesforce 12).
    """
    if len(text) != _SHORT_ID or not (text.isascii() and text.isalnum()):
        return text
    groups = (text[start : start + 5] for start in (0, 5, 10))
    return text + "".join(
        _CHECKSUM[sum(char.isupper() << bit for bit, char in enumerate(group))] for group in groups
    )


def organization_of(identity_url: object) -> str:
    """Return the org's id from a token's `id` URL, or an empty string.

    The URL ends in `/id/{org}/{user}` (Salesforce 9).
    """
    if not isinstance(identity_url, str):
        return ""
    match urlsplit(identity_url).path.strip("/").split("/"):
        case ["id", organization, _] if len(organization) in (_SHORT_ID, _LONG_ID):
            return long_id(organization)
    return ""


def to_record(object_name: str, row: Row) -> dict[str, Any]:
    """Spell a row as a collection's record: its type first (Salesforce 4.2), its values as JSON."""
    return {"attributes": {"type": object_name}, **{key: json_value(row[key]) for key in row}}


def from_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a queried record as a row: parents nested, every `attributes` dropped."""
    return {key: _plain(record[key]) for key in record if key != "attributes"}


def json_value(value: Any) -> Any:
    """Return a value as JSON carries it: times as text, texts without what cannot be stored."""
    if value is None or isinstance(value, bool | int):
        return value
    for kind, spell in _SPELLED:
        if isinstance(value, kind):
            return spell(value)
    return value


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: json_value(value[key]) for key in value}


_SPELLED: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (str, cleaned),
    (datetime, time_text),
    (date, date.isoformat),
    (Decimal, float),
    (Mapping, _mapping),
)
"""How values are spelled, by their kind; a time is a date too, so it comes first."""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_record(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
