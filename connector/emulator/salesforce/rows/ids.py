"""Salesforce record ids: minting, the 15-to-18-character checksum, comparison form.

Ids are text; nothing here knows which objects exist.
"""

import re
from threading import Lock

_SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_15 = re.compile(r"[0-9A-Za-z]{15}")
_ID_18 = re.compile(r"[0-9A-Za-z]{15}[A-Za-z0-5]{3}")
_POD = "Qk0"
_COUNTER_DIGITS = 9


def checksum(id_15: str) -> str:
    """Returns the three characters that make a case-sensitive id safe to compare without case."""
    return "".join(
        _SUFFIX_LETTERS[sum(1 << bit for bit, char in enumerate(part) if "A" <= char <= "Z")]
        for part in (id_15[0:5], id_15[5:10], id_15[10:15])
    )


def normalise_id(text: str) -> str | None:
    """Returns the 18-character form of a 15- or 18-character id, or None for anything else.

    An 18-character id in the wrong case is repaired from its checksum, as the vendor does.
    """
    if _ID_15.fullmatch(text):
        return text + checksum(text)
    if not _ID_18.fullmatch(text):
        return None
    suffix = text[15:].upper()
    if checksum(text[:15]) == suffix:
        return text[:15] + suffix
    return _repair_case(text[:15], suffix)


def _repair_case(letters: str, suffix: str) -> str | None:
    uppers = [bool(_SUFFIX_LETTERS.index(char) >> bit & 1) for char in suffix for bit in range(5)]
    repaired = "".join(
        char.upper() if upper else char.lower() for char, upper in zip(letters, uppers, strict=True)
    )
    return repaired + suffix if checksum(repaired) == suffix else None


def base_62(number: int, digits: int) -> str:
    """Writes a number so that text order is number order."""
    out = ""
    for _ in range(digits):
        number, rest = divmod(number, len(_BASE_62))
        out = _BASE_62[rest] + out
    return out


class IdMint:
    """Hands out ids: each one sorts after the ones of the same prefix before it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: dict[str, int] = {}

    def next_id(self, key_prefix: str) -> str:
        """Returns a fresh 18-character id."""
        with self._lock:
            number = self._last.get(key_prefix, 0) + 1
            self._last[key_prefix] = number
        id_15 = key_prefix + _POD + base_62(number, _COUNTER_DIGITS)
        return id_15 + checksum(id_15)
