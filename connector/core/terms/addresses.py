"""E-mail addresses as they are compared, as they may be stored, and as keys that show nothing.

One person may be written in several ways; a spelling that is not understood must not look like
somebody else, or they would be asked twice.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import idna

_DOMAIN_END = re.compile(r"[\s.\u3002\uff0e\uff61]+$")
"""Blanks and the dot of the root; three other signs are dots as well (UTS46)."""

_SIGHTLESS = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad"
"""Signs without a width, which a spreadsheet or a web page leaves around what is copied."""

_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u201e\u201c", "\u2018\u2019", "\u00ab\u00bb")
_NAMED = re.compile(r"[^@<>]*<(.*)>")
_SCHEME = "mailto:"

_DOMAINS = 4096
"""So many domains are remembered: a run compares few of them very often, and idna is slow."""


def address(text: object) -> str:
    """An e-mail address as it is compared: equal for all ways to write the same one.

    Outer blanks, capitals, and a dot at the end of the domain do not count; a domain in letters
    beyond ASCII is written in ASCII (`bücher.example` is `xn--bcher-kva.example`). What is no
    domain stays as it is, in lower case.
    """
    name, at, domain = _plain(text).rpartition("@")
    return name + at + _ascii(domain) if at else domain


def domain(text: object) -> str:
    """A domain as it is compared: as the part after the `@` of an address is."""
    return address(f"@{_plain(text)}").removeprefix("@")


def bare(text: object) -> str:
    """An address or a domain without what programs write around it.

    Blanks, quotes, angle brackets with a name before them, `mailto:`, and commas, semicolons or
    dots at the end are taken off, however they are nested. What is left may be no address at all.
    """
    before, left = "", str(text or "")
    while left != before:
        before, left = left, _unwrapped(left)
    return left


def _unwrapped(text: str) -> str:
    plain = text.strip().strip(_SIGHTLESS).strip().rstrip(",;.")
    if named := _NAMED.fullmatch(plain):
        return named[1]
    if plain[:1] + plain[-1:] in _QUOTES and len(plain) > 1:
        return plain[1:-1]
    return plain[len(_SCHEME) :] if plain.lower().startswith(_SCHEME) else plain


def spellings(text: object) -> tuple[str, ...]:
    """Every way in which the org may hold this address, the one to compare with first.

    The org compares without regard to capitals and keeps no outer blanks, so the common address
    has one spelling. A domain beyond ASCII is kept as somebody typed it, and so has two. What was
    asked with is the last one where it is yet another, as with a dot at its end: a text field may
    hold it so, an e-mail field never does, and no other address is asked for with such a dot.
    """
    compared = address(text)
    name, at, domain = compared.rpartition("@")
    in_letters = name + at + _unicode(domain) if at else compared
    return tuple(dict.fromkeys((compared, in_letters, _plain(text))))


def address_keys(text: object) -> tuple[str, ...]:
    """The key of an address, and after it those that were made of its other spellings before.

    Keys were once made of the address in lower case, and count as long as the org holds them.
    """
    return tuple(_key(each) for each in spellings(text))


def address_key(text: object) -> str:
    """64 hex characters that stand for an address, however it is written."""
    return _key(address(text))


def _key(spelling: str) -> str:
    # Half of a character pair has no bytes of its own, and may be typed all the same.
    return hashlib.sha256(spelling.encode(errors="surrogatepass")).hexdigest()


def _plain(text: object) -> str:
    return str(text or "").strip().lower()


@lru_cache(_DOMAINS)
def _ascii(domain: str) -> str:
    bare = _DOMAIN_END.sub("", domain)
    try:
        return _DOMAIN_END.sub("", idna.encode(bare, uts46=True).decode("ascii"))
    except ValueError:  # of which idna's own error is one
        return bare


@lru_cache(_DOMAINS)
def _unicode(domain: str) -> str:
    try:
        decoded = idna.decode(domain)
    except ValueError:
        return domain
    return decoded if _ascii(decoded) == domain else domain
