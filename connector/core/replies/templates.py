"""Templates of replies: which one fits a review, and its text with every merge field filled in.

A template whose merge field has nothing to say and no words instead does not fit: no text comes
out of here with a gap or a brace. What becomes of the text is not for here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connector.core.mapping.transforms import one_line
from connector.core.terms.reviews import Review
from connector.core.terms.unknown_words import UnknownWord, quoted

LONGEST_TEMPLATE = 5_000

ORDER_NUMBER = "order.number"
"""The merge field whose value `replies.lint.order_number` looks for."""

_FIELD = re.compile(r"\{\{\s*(?P<word>[^{}|]*?)\s*(?:\|(?P<instead>[^{}]*))?\}\}")
_LONGEST_VALUE = 255
_NAME = re.compile(r"[^\W\d_]{2,}(?:['\u2019.-][^\W\d_]+)*")
_NO_NAMES = frozenset(
    {
        "anonym",
        "anonymous",
        "client",
        "consumer",
        "customer",
        "dr",
        "frau",
        "fru",
        "guest",
        "herr",
        "hr",
        "kunde",
        "mister",
        "miss",
        "mme",
        "mr",
        "mrs",
        "ms",
        "prof",
        "señor",
        "señora",
        "sir",
        "the",
        "user",
    }
)


@dataclass(frozen=True)
class ReplyTemplate:
    """One template as an admin wrote it.

    An empty `stars`, `languages` or `business_units` fits every review.
    """

    name: str
    text: str
    stars: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    business_units: tuple[str, ...] = ()

    def fits(self, review: Review, unit_name: str) -> bool:
        """Say whether the template is for such a review of this business unit."""
        return (
            (not self.stars or review.stars in self.stars)
            and (not self.languages or (review.language or "").lower() in self.languages)
            and (not self.business_units or unit_name in self.business_units)
        )


@dataclass(frozen=True)
class UnitNames:
    """A business unit by the word of the configuration and by the name that the public knows."""

    configured: str
    public: str


def parse_reply_template(text: str) -> str:
    """Return `text` if it is a template: text with merge fields in double braces.

    Raises `UnknownWord` for a merge field there is not, ValueError for any other brace.
    """
    if not _FIELD.sub("", text).strip():
        raise ValueError("A template holds words beside its merge fields.")
    if re.search(r"[{}]", _FIELD.sub("", text)):
        raise ValueError("Braces hold a merge field, such as `{{consumer.first_name|there}}`.")
    for found in _FIELD.finditer(text):
        if found["word"] not in MERGE_FIELDS:
            sentence = f"{quoted(found['word'])} is not a merge field of a reply."
            raise UnknownWord(sentence, found["word"], MERGE_FIELDS)
        if found["instead"] is not None and not _value(found["instead"]):
            raise ValueError("Behind `|` stand the words for an empty field, without brackets.")
    return text


def merge_fields(text: str) -> tuple[str, ...]:
    """The merge fields that a template uses, in their order."""
    return tuple(found["word"] for found in _FIELD.finditer(text))


def suggested_reply(templates: Sequence[ReplyTemplate], review: Review, unit: UnitNames) -> str:
    """The text of the first template that fits and has no gap; empty where there is none."""
    fitting = (each for each in templates if each.fits(review, unit.configured))
    return next((text for each in fitting if (text := _filled(each.text, review, unit))), "")


def _filled(text: str, review: Review, unit: UnitNames) -> str:
    """The text with every merge field filled in; empty where one has nothing to say."""
    filled: list[str] = []
    end = 0
    for found in _FIELD.finditer(text):
        value = _value(MERGE_FIELDS[found["word"]](review, unit)) or _value(found["instead"])
        if not value:
            return ""
        filled += [text[end : found.start()], value]
        end = found.end()
    return "".join([*filled, text[end:]]).strip()


def _value(value: object) -> str:
    """A value as one line; empty where it could pass for a gap, or is no value of a sentence."""
    text = "" if value is None else one_line(str(value))
    return "" if re.search(r"[{}\[\]<>]", text) or len(text) > _LONGEST_VALUE else text


def _first_name(review: Review, _unit: UnitNames) -> str:
    """The first word of the public name, where it looks like a name."""
    first = one_line(review.consumer_name or "").partition(" ")[0].rstrip(".,;:")
    if not _NAME.fullmatch(first) or first.lower() in _NO_NAMES:
        return ""
    return first.title() if first.isupper() or first.islower() else first


MERGE_FIELDS: Mapping[str, Callable[[Review, UnitNames], object]] = {
    "business_unit.name": lambda _review, unit: unit.public,
    "consumer.first_name": _first_name,
    "consumer.name": lambda review, _unit: review.consumer_name,
    "location.name": lambda review, _unit: review.location_name,
    ORDER_NUMBER: lambda review, _unit: review.reference_number,
    "product.name": lambda review, _unit: review.product_name,
    "review.stars": lambda review, _unit: review.stars,
}
"""The merge fields of a reply, and what each of them says about a review."""
