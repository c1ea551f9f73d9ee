"""Ids as Trustpilot writes them: 24 hexadecimal digits, here derived from a kind and a number.

Deterministic, so that a seeded world has the same ids in every process.
"""

from hashlib import sha256
from itertools import count


def object_id(*parts: object) -> str:
    """Return 24 hexadecimal digits that depend on the parts only."""
    return sha256("/".join(str(part) for part in parts).encode()).hexdigest()[:24]


class Ids:
    """Hands out ids, each kind with its own numbering."""

    def __init__(self) -> None:
        self._counters: dict[str, count[int]] = {}

    def next(self, kind: str) -> str:
        """Return the next id of a kind."""
        return object_id(kind, next(self._counters.setdefault(kind, count(1))))
