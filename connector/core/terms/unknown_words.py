"""A word that is not one of the words expected, and the word that was probably meant.

Documents (mappings, rules, settings) use small fixed vocabularies; this is how each of them
says no. It must not know any of the vocabularies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_LIST = 12


class UnknownWord(ValueError):
    """A document holds a word that means nothing at its place.

    `str()` is a sentence for the admin; `word` is what was written, `known` what may be.
    """

    def __init__(self, sentence: str, word: str, known: Iterable[str]) -> None:
        super().__init__(sentence)
        self.word = word
        self.known = tuple(known)

    @property
    def hint(self) -> str:
        """The word that was probably meant, or all the words there are."""
        return did_you_mean(self.word, self.known)


def quoted(text: str) -> str:
    """Return `text` in back quotes, or the word "This" where it could be personal or secret.

    Only words, blanks, dots and hyphens are repeated, so never an e-mail address.
    """
    return f"`{text}`" if re.fullmatch(r"[A-Za-z0-9_ .-]{1,80}", text) else "This"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the closest known word, or all of them where they are few.

    Empty when nothing is close and the list would be too long to help.
    """
    by_lower_case = {candidate.lower(): candidate for candidate in known}
    closest = get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.6)
    if closest:
        return f"Did you mean `{by_lower_case[closest[0]]}`?"
    if 0 < len(by_lower_case) <= _LONGEST_LIST:
        return f"Known here: {', '.join(by_lower_case.values())}."
    return ""
