"""What a person is shown of single records, and told of what he wanted of them.

Values only; which words there are is each subject's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.terms.records import Row, value_at


@dataclass(frozen=True)
class Listing:
    """Records by the words of a list, in its order; `more` where the limit left some out."""

    records: tuple[Mapping[str, Any], ...]
    more: bool


@dataclass(frozen=True)
class Told:
    """What became of one wish: the status before and after; a sentence where it was refused."""

    record: str
    before: str
    after: str
    sentence: str = ""
    next_step: str = ""

    @property
    def refused(self) -> bool:
        """True when the record does not stand where it was wanted."""
        return bool(self.sentence)


def facts(row: Row, words: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row under their words; None where a field is empty."""
    return {word: value_at(row, path) for word, path in words.items()}
