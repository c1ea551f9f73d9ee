"""The time zones that this machine knows, by their IANA names.

The core knows no files, so a zone is found here and handed in as a value.
"""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, available_timezones

from connector.core.terms.unknown_words import UnknownWord


def find_zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name. Raises `UnknownWord` for a name there is not."""
    zone = zone_or_none(name)
    if zone is None:
        known = sorted(available_timezones())
        raise UnknownWord("This machine does not know the time zone.", name, known)
    return zone


def zone_or_none(name: str) -> tzinfo | None:
    """Return a time zone by its IANA name, None for a name there is not."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such name, no name at all, or a folder of names
        return None
