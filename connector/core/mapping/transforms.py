"""Small pure functions that make a review's value fit for the org, and their names in mappings.

Each takes a value that is present (never None) and gives text (one gives a date), or None where
nothing is left. They must not know fields or objects: fitting to a field is the mapping's work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import partial
from itertools import accumulate
from typing import Any
from urllib.parse import urlsplit

from connector.core.terms.unknown_words import UnknownWord, quoted

ELLIPSIS = "…"
# Salesforce 6: the length of an e-mail field of contacts and person accounts.
LONGEST_EMAIL = 80
LONGEST_URL = 255

_BEYOND_ONE_UNIT = 0xFFFF
# Control characters except newline and tab, lone surrogates, and the two non-characters:
# the org refuses or drops them (Salesforce 12: NUL).
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Narrower than RFC 5322 on purpose: what the org's Email type is known to accept.
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}"
)


class Kind(StrEnum):
    """What a value is, in the words an admin reads."""

    TEXT = "text"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    TIME = "a time"
    DATE = "a date"
    LIST = "a list"
    RATINGS = "attribute ratings"


@dataclass(frozen=True)
class Transform:
    """A named step between a source and its field."""

    name: str
    takes: Kind
    apply: Callable[[Any], Any] = field(compare=False, repr=False)
    gives: Kind = Kind.TEXT


def clean(text: str) -> str:
    """Return `text` with one kind of line break, without control characters and outer blanks."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWANTED.sub("", unified).strip()


def one_line(text: str) -> str:
    """Return `text` cleaned and with every run of blanks and line breaks as one blank."""
    return " ".join(clean(text).split())


def width(text: str) -> int:
    """Return how many characters the org may count for `text`, at most.

    Whether an emoji counts as one or two, and a line break as one or two (CRLF), is
    uncertain (Salesforce 12): both count two here, so a fitted text always fits.
    """
    return len(text) + sum(1 for character in text if _counts_two(character))


def truncate(text: str, limit: int) -> str:
    """Return `text`, or as many whole words of it as fit `limit` together with an ellipsis.

    A text that is one long word, or has its last blank in the first half, is cut in the word.
    """
    if len(text) * 2 <= limit or width(text) <= limit:
        return text
    end = _characters_within(text, limit - 1)
    kept = text[:end]
    if not text[end].isspace():
        last_blank = max(kept.rfind(" "), kept.rfind("\n"), kept.rfind("\t"))
        kept = kept[:last_blank] if last_blank * 2 >= end > 0 else kept
    return kept.rstrip().rstrip(",;:") + ELLIPSIS


def first_name(text: str) -> str | None:
    """Return the first word of a name."""
    words = clean(text).split()
    return words[0] if words else None


def join(values: Iterable[str]) -> str | None:
    """Return the values that are not blank as `a, b, c`."""
    return ", ".join(line for line in map(one_line, values) if line) or None


def join_tags(values: Iterable[str]) -> str | None:
    """Return the values as `a; b; c`, each once and sorted: the same text in whatever order.

    A tag may hold a comma, so a semicolon keeps them apart.
    """
    return "; ".join(sorted({line for line in map(one_line, values) if line})) or None


def stars_to_picklist(labels: tuple[str, ...], stars: float) -> str | None:
    """Return the label of one to five whole stars, None for anything else."""
    return dict(enumerate(labels, start=1)).get(stars)  # type: ignore[call-overload, no-any-return]


def local_date(zone: tzinfo, moment: datetime) -> date | None:
    """Return the day that a time falls on in a zone, None beyond the calendar's ends."""
    local = _local(zone, moment)
    return local.date() if local else None


def local_time(zone: tzinfo, moment: datetime) -> str | None:
    """Return a time as a clock in the zone shows it: `2026-03-02 09:30`."""
    local = _local(zone, moment)
    return local.isoformat(" ", "minutes")[: len("2026-03-02 09:30")] if local else None


def email(text: str) -> str | None:
    """Return an address in lower case, or None where the org's Email type would refuse it."""
    address = clean(text).lower()
    fits = len(address) <= LONGEST_EMAIL and _EMAIL.fullmatch(address)
    return address if fits else None


def url(text: str) -> str | None:
    """Return an http(s) address, or None: a shortened address would lead elsewhere."""
    address = web_address(text)
    return address if address and width(address) <= LONGEST_URL else None


def web_address(text: str) -> str | None:
    """Return an http(s) address of any length, or None for what is none."""
    address = clean(text)
    if any(character.isspace() for character in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:  # a broken IPv6 host
        return None
    # Trustpilot 14: texts are made by consumers, so not everything may become a link.
    return address if parts.scheme in {"http", "https"} and parts.netloc else None


def attribute_ratings(pairs: Iterable[tuple[str, float | str | None]]) -> str | None:
    """Return one line `name: rating` for each attribute that was rated."""
    lines = (f"{one_line(name)}: {_rating(rating)}" for name, rating in pairs if rating is not None)
    return "\n".join(lines) or None


def only_utc(name: str) -> tzinfo:
    """Return UTC, the one time zone that needs no files; raises `UnknownWord` for another."""
    if name != "UTC":
        raise UnknownWord("This is not a time zone that is known here.", name, ("UTC",))
    return UTC


def parse_transform(text: str, find_zone: Callable[[str], tzinfo] = only_utc) -> Transform:
    """Return the transform that a mapping names, such as `join` or `truncate 80`.

    `find_zone` finds a time zone by its IANA name. Raises `UnknownWord` for a name there is not,
    ValueError for a wrong argument.
    """
    name, _, argument = text.strip().partition(" ")
    if name == "truncate":
        return Transform(f"truncate {argument}", Kind.TEXT, partial(_shorten, _limit(argument)))
    if name in ("local_date", "local_time"):
        return _in_zone(name, argument.strip(), find_zone)
    if name == "stars_to_picklist" and argument:
        return Transform(text.strip(), Kind.NUMBER, partial(stars_to_picklist, _labels(argument)))
    if name not in TRANSFORMS or argument:
        raise UnknownWord(f"{quoted(text)} is not a transform.", text, (*TRANSFORMS, *EXAMPLES))
    return TRANSFORMS[name]


def _in_zone(name: str, argument: str, find_zone: Callable[[str], tzinfo]) -> Transform:
    if not argument:
        raise ValueError(f"`{name}` needs a time zone, such as `{name} Europe/Berlin`.")
    zone, full = find_zone(argument), f"{name} {argument}"
    if name == "local_time":
        return Transform(full, Kind.TIME, partial(local_time, zone))
    return Transform(full, Kind.TIME, partial(local_date, zone), gives=Kind.DATE)


def _local(zone: tzinfo, moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # the first or last hours of the calendar
        return None


def _labels(argument: str) -> tuple[str, ...]:
    labels = tuple(one_line(label) for label in argument.split(";"))
    if len(set(labels)) != len(STAR_LABELS) or len(labels) != len(STAR_LABELS) or "" in labels:
        raise ValueError(
            "`stars_to_picklist` takes five different labels from one star to five: "
            "`stars_to_picklist Awful;Poor;Fair;Good;Great`."
        )
    return labels


def _shorten(limit: int, text: str) -> str:
    return truncate(clean(text), limit)


def _limit(argument: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", argument):
        raise ValueError(
            "`truncate` needs the number of characters to keep, such as `truncate 80`. "
            "Text is cut to the length of its field in any case."
        )
    return int(argument)


def _rating(rating: float | str) -> str:
    return f"{rating:g}" if isinstance(rating, float) else one_line(str(rating))


def _counts_two(character: str) -> bool:
    return character == "\n" or ord(character) > _BEYOND_ONE_UNIT


def _characters_within(text: str, limit: int) -> int:
    """So many characters of a text that is wider than the limit are within it."""
    widths = accumulate(2 if _counts_two(each) else 1 for each in text)
    return next(index for index, used in enumerate(widths) if used > limit)


STAR_LABELS = ("1 star", "2 stars", "3 stars", "4 stars", "5 stars")
"""The picklist values of stars where the mapping names no labels of its own."""

TRANSFORMS = {
    transform.name: transform
    for transform in (
        Transform("first_name", Kind.TEXT, first_name),
        Transform("email", Kind.TEXT, email),
        Transform("url", Kind.TEXT, url),
        Transform("lower", Kind.TEXT, str.lower),
        Transform("upper", Kind.TEXT, str.upper),
        Transform("join", Kind.LIST, join),
        Transform("join_tags", Kind.LIST, join_tags),
        Transform("attribute_ratings", Kind.RATINGS, attribute_ratings),
        Transform("stars_to_picklist", Kind.NUMBER, partial(stars_to_picklist, STAR_LABELS)),
    )
}
"""Every transform that can go without an argument, by the name that mappings use."""

EXAMPLES = (
    "truncate 80",
    "stars_to_picklist Awful;Poor;Fair;Good;Great",
    "local_date Europe/Berlin",
    "local_time Europe/Berlin",
)
"""One example of each transform that takes an argument."""
