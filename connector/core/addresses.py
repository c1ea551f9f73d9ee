"""E-mail addresses as keys: the same person in any spelling, without the address itself."""

from __future__ import annotations

import hashlib


def address_key(address: str) -> str:
    """64 hex characters that stand for an address, whatever its capitals and outer blanks."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()
