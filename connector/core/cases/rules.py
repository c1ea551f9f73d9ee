"""Case rules: which review becomes which kind of case, and the templates of its texts.

Values and their small grammar only. What a case's row holds is for `plan`; reading YAML is the
configuration's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.unknown_words import UnknownWord, quoted

TEMPLATE_WORDS = (
    "id",
    "type",
    "stars",
    "title",
    "text",
    "language",
    "consumer_name",
    "consumer_location",
    "reference_number",
    "source",
    "location_name",
    "product_name",
    "product_sku",
)
"""The words of a review that a template may use: text and numbers, no e-mail address."""

UNIT_WORD = "business_unit"
"""The one word of a template that is no word of a review: the configuration's name of the unit."""

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_USER_NAME = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class OwnerKind(StrEnum):
    """Who may own a case."""

    QUEUE = "queue"
    USER = "user"


@dataclass(frozen=True)
class CaseOwner:
    """A queue by its developer name, or a user by the username."""

    kind: OwnerKind
    name: str


@dataclass(frozen=True, kw_only=True)
class CaseRule:
    """One rule as an admin wrote it, with the defaults filled in.

    An empty `stars`, `business_units`, `languages` or `types` fits every review. `owner` is None
    where the org's own assignment rules choose. What is empty is left to the org.
    """

    name: str
    stars: tuple[int, ...] = ()
    business_units: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    types: tuple[ReviewType, ...] = ()
    record_type: str = ""
    owner: CaseOwner | None = None
    priority: str = ""
    origin: str = ""
    status: str = ""
    subject: str = "{stars} stars: {title}"
    description: str = "{text}"
    reopen_as: str = "New"
    close_as: str = "Closed"

    @property
    def assignment_rules(self) -> bool:
        """True where the org's active assignment rules choose the owner."""
        return self.owner is None

    def fits(self, review: Review, unit_name: str) -> bool:
        """Say whether the review of this business unit gets a case by this rule."""
        return (
            (not self.stars or review.stars in self.stars)
            and (not self.business_units or unit_name in self.business_units)
            and (not self.languages or (review.language or "").lower() in self.languages)
            and (not self.types or review.type in self.types)
        )


def parse_owner(text: str) -> CaseOwner:
    """Return the owner that `queue Trustpilot_Reviews` or `user jo@shop.example` names.

    Raises `UnknownWord` for a kind there is not, ValueError where the name is missing or wrong.
    """
    kind, _, rest = text.strip().partition(" ")
    name = rest.strip()
    if kind not in list(OwnerKind):
        raise UnknownWord(f"{quoted(kind)} is not a kind of owner.", kind, list(OwnerKind))
    if kind == OwnerKind.QUEUE and not _API_NAME.fullmatch(name):
        raise ValueError("`queue` needs a queue's API name, such as `queue Trustpilot_Reviews`.")
    if kind == OwnerKind.USER and not _USER_NAME.fullmatch(name):
        raise ValueError("`user` needs a username, such as `user jo@shop.example`.")
    return CaseOwner(OwnerKind(kind), name)


def parse_record_type(text: str) -> str:
    """Return `text` if it can be the API name of a record type. Raises ValueError."""
    if not _API_NAME.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not the API name of a record type, such as `Review`.")
    return text


def parse_language(text: str) -> str:
    """Return `text` if it is written like a language of Trustpilot, `en`. Raises ValueError."""
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise ValueError("A language is written like `en`: two or three small letters.")
    return text


def parse_template(text: str) -> str:
    """Return `text` if it is a template: text with words of a review in braces.

    Raises `UnknownWord` for a word there is not, ValueError for anything else in braces.
    """
    for word in _words(text):
        if word not in (*TEMPLATE_WORDS, UNIT_WORD):
            sentence = f"{quoted(word)} is not a word that a template may use."
            raise UnknownWord(sentence, word, (*TEMPLATE_WORDS, UNIT_WORD))
    return text


def fill(template: str, review: Review, unit_name: str) -> str:
    """Return the template with the review's words in their places; an absent word is empty."""
    filled: list[str] = []
    for literal, word, _spec, _conversion in Formatter().parse(template):
        filled.append(literal)
        if word == UNIT_WORD:
            filled.append(unit_name)
        elif word:
            value = getattr(review, word)
            filled.append("" if value is None else str(value))
    return "".join(filled)


def _words(text: str) -> list[str]:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise ValueError("A brace is not closed; a brace itself is written `{{` or `}}`.") from None
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise ValueError("Only a word stands in braces, such as `{stars}`.")
    return [word for _, word, _, _ in parts if word is not None]
