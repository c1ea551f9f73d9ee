"""The id of a Salesforce org in the one spelling that can be compared.

Setup shows 15 case-sensitive characters, the API answers with 18: the last three say which of
the first fifteen are capital letters (Salesforce 12). Nothing here knows which is the right org.
"""

from __future__ import annotations

import re

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT, _LONG, _GROUP = 15, 18, 5


def eighteen_characters(text: str) -> str:
    """Return an org id with its three check characters; raises ValueError where they are wrong."""
    if not re.fullmatch(r"00D[A-Za-z0-9]{12}(?:[A-Z0-5]{3})?", text):
        raise ValueError(
            "An organization id has 15 or 18 characters and starts with `00D`; "
            "Setup shows it under Company Information."
        )
    complete = text[:_SHORT] + _check_characters(text[:_SHORT])
    if len(text) == _LONG and text != complete:
        raise ValueError(
            "The last three characters do not fit the first fifteen. "
            "Copy the id again, with its capital letters."
        )
    return complete


def _check_characters(text: str) -> str:
    groups = (text[start : start + _GROUP] for start in range(0, _SHORT, _GROUP))
    return "".join(_DIGITS[_capitals(group)] for group in groups)


def _capitals(group: str) -> int:
    return sum(1 << position for position, letter in enumerate(group) if "A" <= letter <= "Z")
