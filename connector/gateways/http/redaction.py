"""Makes vendor text fit for a log line or an issue: no addresses, queries, secrets.

It must not be used on text that a person is meant to read in full (replies, review texts).
"""

from __future__ import annotations

import logging
import re

_HIDDEN = "[hidden]"
_ENOUGH = 1_200
_SHORTEST_NAME = 2
_LONGEST_NAME = 4
_ANY_CASE = re.IGNORECASE

# Order matters: a token may contain what the later rules look for.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # A bearer or basic credential, wherever a vendor echoes the header.
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"'<>,;]+"), rf"\1 {_HIDDEN}"),
    # Trustpilot 3.3: access tokens, refresh tokens, keys and secrets since about 2024.
    (re.compile(r"(?i)\btp[arks]-[^\s\"'<>,;&]+"), _HIDDEN),
    # Salesforce 9: a session id is the org's id, an exclamation mark, the token.
    (re.compile(r"\b00D\w{12,15}(?:!|%21)[^\s\"'<>,;&]+"), _HIDDEN),
    # Salesforce 9: a JSON web token, as the JWT bearer flow sends it and as a session id can be.
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), _HIDDEN),
    # Everything after the question mark of an address or a path.
    (re.compile(r"(?<=[\w/.])\?[^\s\"'<>]*=[^\s\"'<>]*"), "?" + _HIDDEN),
    # Whatever touches an at sign, written out or percent-encoded, in any script. What ends it
    # are the characters that RFC 5322 keeps out of an address without quotes.
    (
        re.compile(r"""(?:"[^":,]*"|[^\s<>()\[\]:;,"]*)(?:@|%40|\uFF20)[^\s<>()\[\]:;,"']*"""),
        _HIDDEN,
    ),
    # Seven digits or more, also with the separators people put into phone numbers.
    (re.compile(r"(?<![\w-])\+?\(?\d(?:[\s()./-]{0,2}\d){6,}(?![\w-])"), _HIDDEN),
)

_CHATTY_LIBRARIES = ("urllib3", "requests_oauthlib", "oauthlib", "simple_salesforce")


def redacted(text: object, longest: int = 300, *, hide: tuple[str, ...] = ()) -> str:
    """Return the text on one line, without addresses, credentials, queries and phone numbers.

    At most `longest` characters, the last one `…` when something was cut. `None` gives "".
    `hide` are values of the request that a vendor may echo: a name (up to four words) goes in
    whole and in parts, a longer text from its first words to the end of the line.
    """
    if text is None:
        return ""
    line = _without(_beginning(str(text)), hide)
    for pattern, replacement in _RULES:
        line = pattern.sub(replacement, line)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _without(line: str, hide: tuple[str, ...]) -> str:
    """Hide what a vendor echoes of the request: a name also in parts, a text from its start."""
    for words in map(str.split, hide):
        if len(words) > _LONGEST_NAME:
            # An echo may be cut short, so nothing behind its first words is shown.
            line = re.sub(rf"{_spaced(words[:_LONGEST_NAME])}.*", _HIDDEN, line, flags=_ANY_CASE)
        elif words:
            parts = [word for word in words if len(word) >= _SHORTEST_NAME]
            either = "|".join([_spaced(words), *map(re.escape, parts)])
            line = re.sub(rf"(?<!\w)(?:{either})(?!\w)", _HIDDEN, line, flags=_ANY_CASE)
    return line


def _spaced(words: list[str]) -> str:
    return r"\s+".join(map(re.escape, words))


def _beginning(text: str) -> str:
    """Return enough of the text for any message, on one line, never ending within a word.

    A vendor's error page may be a megabyte; half an address would not look like one.
    """
    words = text[:_ENOUGH].split()
    if len(text) > _ENOUGH and words:
        words[-1] = "…"
    return " ".join(words)


def silence_libraries() -> None:
    """Keep the libraries below us from logging URLs, headers and tokens.

    At DEBUG requests_oauthlib writes the token answer and urllib3 every path with its query;
    at WARNING urllib3 still writes the URL of an answer whose headers it cannot parse.
    """
    for name in _CHATTY_LIBRARIES:
        logging.getLogger(name).setLevel(logging.ERROR)
