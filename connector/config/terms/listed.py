"""Entries of the lists of addresses and domains: understood however they are written, or refused.

An entry that is accepted but matches nobody would be worse than none: mail would go to those who
were listed. So an entry becomes what the checks compare with, or an error. No sentence repeats
what was written.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import PlainValidator

from connector.core.terms.addresses import address, bare, domain

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_NAME = re.compile(r"[^\s\"<>(),;:\\\[\]@*]+")
_BLANKS_OR_COLUMNS = re.compile(r"[\s,;|]")

_AS_DOMAIN = "A domain is written like `shop.example`: no `@`, `*` or `https://`."
_AS_ADDRESS = "This is not an e-mail address. Write it like `name@customer.example`."
_AS_EITHER = (
    "This is neither an e-mail address nor a domain. "
    "Write `name@customer.example`, or `customer.example` for everybody there."
)
_WHOLE_DOMAIN = "A whole domain is written without `@` and `*`, like `customer.example`."
_ONE_ONLY = (
    "There is more here than one entry. Write a single address or domain, like "
    "`name@customer.example` or `customer.example`, and no other column."
)


def out_of_reach(value: Any) -> str:
    """Return an address or a domain as it is compared. Raises ValueError where it is neither."""
    text = _bare(value)
    found = _address(text) or _domain(text)
    if not found:
        raise ValueError(_complaint(text))
    return found


def listed_address(value: Any) -> str:
    """Return an address as it is compared. Raises ValueError where it is none."""
    found = _address(_bare(value))
    if not found:
        raise ValueError(_AS_ADDRESS)
    return found


def listed_domain(value: Any) -> str:
    """Return a domain as it is compared. Raises ValueError where it is none."""
    found = _domain(_bare(value))
    if not found:
        raise ValueError(_AS_DOMAIN)
    return found


def _bare(value: Any) -> str:
    return bare(value) if isinstance(value, str) else ""


def _address(text: str) -> str:
    name, at, host = address(text).rpartition("@")
    sound = at and name.isprintable() and _NAME.fullmatch(name) and _DOMAIN.fullmatch(host)
    return f"{name}@{host}" if sound else ""


def _domain(text: str) -> str:
    host = domain(text)
    return host if _DOMAIN.fullmatch(host) else ""


def _complaint(text: str) -> str:
    before, _, after = text.rpartition("@")
    if before in {"", "*"} and _domain(after) and "@" in text:
        return _WHOLE_DOMAIN
    return _ONE_ONLY if "@" in text and _BLANKS_OR_COLUMNS.search(text) else _AS_EITHER


OutOfReach = Annotated[str, PlainValidator(out_of_reach, json_schema_input_type=str)]
"""An address or a domain, as it is compared."""
ListedAddress = Annotated[str, PlainValidator(listed_address, json_schema_input_type=str)]
"""An address, as it is compared."""
ListedDomain = Annotated[str, PlainValidator(listed_domain, json_schema_input_type=str)]
"""A domain, as it is compared."""
