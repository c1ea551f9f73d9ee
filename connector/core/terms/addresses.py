"""E-mail addresses as they are compared, and as keys that do not show them."""

from __future__ import annotations

import hashlib


def address(text: object) -> str:
    """An e-mail address as it is compared: in lower case, without outer blanks."""
    # Salesforce 6: contacts keep their address in lower case, however it was typed.
    return str(text or "").strip().lower()


def address_key(text: object) -> str:
    """64 hex characters that stand for an address, however it is written."""
    return hashlib.sha256(address(text).encode()).hexdigest()


def address_keys(text: object) -> tuple[str, ...]:
    """The present key of an address first, then those that were made of it before."""
    return (address_key(text),)


def spellings(text: object) -> tuple[str, ...]:
    """Every way of writing an address that a question for it must name."""
    return (address(text),)
