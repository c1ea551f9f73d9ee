"""Checks the text of a reply before it is public: what it gives away, where it links, what it asks.

It compares the text with what the caller knows of the customer, and keeps nothing of it. Words
that the review itself shows to the public are no secret.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from connector.core.replies.change_requests import review_requests


class LintRule(StrEnum):
    """What is looked for in the text of a reply."""

    TOO_LONG = "too_long"
    EMAIL = "email"
    PHONE = "phone"
    ORDER_NUMBER = "order_number"
    SURNAME = "surname"
    LINK = "link"
    REVIEW_REQUEST = "review_request"
    PLACEHOLDER = "placeholder"
    PHRASE = "phrase"
    OTHER_EMAIL = "other_email"
    CAPITALS = "capitals"


class Severity(StrEnum):
    """What a finding does to the reply."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"


USUAL_SEVERITY = {
    rule: Severity.WARN if rule in {LintRule.OTHER_EMAIL, LintRule.CAPITALS} else Severity.BLOCK
    for rule in LintRule
}
"""What a finding does where the configuration says nothing."""


@dataclass(frozen=True)
class LintRules:
    """The rules as the configuration sets them.

    `longest` counts characters; `links_to` are hosts that any reply may link to, with their
    subdomains; `phrases` are words that no reply may hold.
    """

    longest: int = 5_000
    links_to: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    severity: Mapping[LintRule, Severity] = field(default_factory=lambda: USUAL_SEVERITY)


@dataclass(frozen=True)
class Known:
    """What is known of the customer and must not stand in public; `hosts` are the business's own.

    `shown` is what the review shows of its author.
    """

    emails: tuple[str, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)
    surname: str = field(default="", repr=False)
    shown: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that was found: by which rule, in which words of the reply."""

    rule: LintRule
    severity: Severity
    words: str = field(repr=False)


_SENTENCES = {
    LintRule.TOO_LONG: "it is too long",
    LintRule.EMAIL: "it gives away the customer's e-mail address",
    LintRule.PHONE: "it gives away the customer's phone number",
    LintRule.ORDER_NUMBER: "it gives away the order number",
    LintRule.SURNAME: "it gives away the customer's last name",
    LintRule.LINK: "it links to a host that is not allowed",
    LintRule.REVIEW_REQUEST: "it asks to change or remove the review",
    LintRule.PLACEHOLDER: "it has a gap that nobody filled in",
    LintRule.PHRASE: "it holds words that your configuration forbids",
    LintRule.OTHER_EMAIL: "it names an e-mail address of another host",
    LintRule.CAPITALS: "it shouts",
}


def lint(text: str, known: Known, rules: LintRules) -> tuple[Finding, ...]:
    """Everything that the rules find in a text, blocking or not, in the order of the rules."""
    plain = unicodedata.normalize("NFKC", text)
    found = [
        Finding(rule, severity, words)
        for rule, look in _LOOKS.items()
        if (severity := rules.severity.get(rule, Severity.BLOCK)) is not Severity.IGNORE
        for words in dict.fromkeys(look(plain, known, rules))
    ]
    return tuple(found)


def reasons(findings: Iterable[Finding], severity: Severity) -> tuple[str, ...]:
    """What was found, in words without the words that were found: fit for issues and logs."""
    return tuple(
        dict.fromkeys(_SENTENCES[each.rule] for each in findings if each.severity is severity)
    )


def told(findings: Iterable[Finding], severity: Severity) -> tuple[str, ...]:
    """What was found, with the words: for the review's record, whose agent wrote them."""
    return tuple(
        f"{_SENTENCES[each.rule]} ({each.words})" for each in findings if each.severity is severity
    )


def _too_long(text: str, _known: Known, rules: LintRules) -> Iterator[str]:
    if len(text) > rules.longest:
        yield f"{len(text)} characters, {rules.longest} are allowed"


_ADDRESS = re.compile(r"(?<![\w.+%/-])[\w.+%-]+@(?P<host>[\w-]+(?:\.[\w-]+)+)")
_AT = re.compile(r"\s*(?:@|[(\[]\s*at\s*[)\]])\s*", re.IGNORECASE)


def _email(text: str, known: Known, _rules: LintRules) -> Iterator[str]:
    """The customer's addresses, also where blanks or `(at)` are to hide them."""
    folded = _AT.sub("@", text).casefold()
    for address in filter(None, map(str.strip, known.emails)):
        if address.casefold() in folded:
            yield address


def _other_email(text: str, known: Known, rules: LintRules) -> Iterator[str]:
    customers = {address.strip().casefold() for address in known.emails}
    for match in _ADDRESS.finditer(text):
        is_ours = _is_at(match["host"].lower(), (*known.hosts, *rules.links_to))
        if match[0].casefold() not in customers and not is_ours:
            yield match[0]


_DIGITS = re.compile(r"\+?\d[\d ()./\u00a0-]{5,}\d")
_TELLING_DIGITS = 7
"""So many last digits of a number are written alike with and without country or area code."""


def _phone(text: str, known: Known, _rules: LintRules) -> Iterator[str]:
    tails = [tail for number in known.phones if (tail := _tail(number))]
    for match in _DIGITS.finditer(text):
        digits = _only_digits(match[0])
        if any(tail in digits for tail in tails):
            yield match[0]


def _tail(number: str) -> str:
    digits = _only_digits(number)
    return digits[-_TELLING_DIGITS:] if len(digits) >= _TELLING_DIGITS else ""


def _only_digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


_SHORTEST_NUMBER = 4
"""A shorter order number is also a price, an hour or a count."""


def _order_number(text: str, known: Known, _rules: LintRules) -> Iterator[str]:
    for number in known.numbers:
        plain = number.strip().lstrip("#").strip()
        for spelling in dict.fromkeys((plain, plain.lstrip("0"))):
            has_digit = any(letter.isdecimal() for letter in spelling)
            if len(spelling) >= _SHORTEST_NUMBER and has_digit:
                yield from _whole(spelling, text, re.IGNORECASE)


def _surname(text: str, known: Known, _rules: LintRules) -> Iterator[str]:
    """The last name as a word with a capital: `best wishes` does not name Mr Best."""
    name = unicodedata.normalize("NFKC", known.surname).strip()
    letters = sum(letter.isalpha() for letter in name)
    if letters < 2 or any(_whole(name, known.shown, re.IGNORECASE)):  # noqa: PLR2004 -- an initial
        return
    for spelling in dict.fromkeys((name, name.upper(), name.title())):
        yield from _whole(spelling, text)


def _whole(words: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> list[str]:
    """Where words stand by themselves in a text, not inside a longer one."""
    found = re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, flags)
    return [match[0] for match in found]


_LINK = re.compile(
    r"""(?<![\w@.-])                            # not the host of an e-mail address
        (?: (?:https?|ftp)://[^\s<>"']+         # an address with its scheme
          | www\.[^\s<>"']+
          | (?:[\w-]+\.)+[a-z]{2,24}/[^\s<>"']* # a host with a path
          | (?:[\w-]+\.)+                       # a bare host: only endings that are no words
            (?:com|net|org|info|biz|shop|store|site|online|link|app|eu|uk|de|fr|dk|ly|gl)(?![\w@])
        )""",
    re.VERBOSE,
)
_TRUSTPILOT = "trustpilot.com"


def _link(text: str, known: Known, rules: LintRules) -> Iterator[str]:
    allowed = (*known.hosts, *rules.links_to, _TRUSTPILOT)
    for match in _LINK.finditer(text):
        address = match[0].rstrip(".,;:!?)]}")
        if not _is_at(_host(address), allowed):
            yield address


def _host(address: str) -> str:
    """The host that a browser would go to, whatever stands before an `@`."""
    full = address if "://" in address else f"https://{address}"
    try:
        return (urlsplit(full).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_at(host: str, allowed: Iterable[str]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in allowed if one)


_PLACEHOLDER = re.compile(
    r"\{\{[^{}]*\}\}|\{[\w.!]+\}|<<[^<>]+>>|\[(?:[^\]\d]*\b)?(?:name|navn|nom|nombre|insert|xxx+)\b"
    r"[^\]]*\]|(?-i:\bX{3,}\b)|_{4,}",
    re.IGNORECASE,
)


def _placeholder(text: str, _known: Known, _rules: LintRules) -> Iterator[str]:
    yield from (match[0] for match in _PLACEHOLDER.finditer(text))


_SHOUTED_LETTERS = 20
_SHOUTED_SHARE = 0.6


def _capitals(text: str, _known: Known, _rules: LintRules) -> Iterator[str]:
    letters = [letter for letter in text if letter.upper() != letter.lower()]
    shouted = sum(letter.isupper() for letter in letters)
    if len(letters) >= _SHOUTED_LETTERS and shouted / len(letters) > _SHOUTED_SHARE:
        yield f"{shouted} of {len(letters)} letters are capitals"


def _review_request(text: str, _known: Known, _rules: LintRules) -> Iterator[str]:
    yield from review_requests(text)


def _phrase(text: str, _known: Known, rules: LintRules) -> Iterator[str]:
    folded = _folded(text)
    yield from (phrase for phrase in rules.phrases if _folded(phrase) and _folded(phrase) in folded)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_Look = Callable[[str, Known, LintRules], Iterator[str]]
_LOOKS: Mapping[LintRule, _Look] = {
    LintRule.TOO_LONG: _too_long,
    LintRule.EMAIL: _email,
    LintRule.PHONE: _phone,
    LintRule.ORDER_NUMBER: _order_number,
    LintRule.SURNAME: _surname,
    LintRule.LINK: _link,
    LintRule.REVIEW_REQUEST: _review_request,
    LintRule.PLACEHOLDER: _placeholder,
    LintRule.PHRASE: _phrase,
    LintRule.OTHER_EMAIL: _other_email,
    LintRule.CAPITALS: _capitals,
}
