"""What people say in ten languages: names, titles, sentences and our replies.

The fragments stand in `texts/`, one file per language; nothing here combines them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

CODES = ("en", "de", "fr", "es", "da", "nl", "pl", "ja", "ar", "he")
RIGHT_TO_LEFT = frozenset({"ar", "he"})
MOODS = {1: "poor", 2: "poor", 3: "fair", 4: "good", 5: "good"}

Moods = Mapping[str, tuple[str, ...]]
Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Language:
    """One language: its codes and the fragments that texts are made of.

    Names are pairs: as written, and as spelled in an e-mail address. The fragments of a mood
    ("good", "fair", "poor") fit together in any order. Replies have a place for `{name}`.
    """

    code: str
    locale: str
    country: str
    first_names: Names
    last_names: Names
    titles: Moods
    sentences: Moods
    product_sentences: Moods
    replies: tuple[str, ...]
    emoji: Moods

    @property
    def space(self) -> str:
        """What stands between two sentences: nothing in Japanese."""
        return "" if self.code == "ja" else " "


@cache
def language(code: str) -> Language:
    """Return the language of a code in `CODES`."""
    source = _read(code)
    return Language(
        code=source["language"],
        locale=source["locale"],
        country=source["country"],
        first_names=tuple((name, spelled) for name, spelled in source["first_names"]),
        last_names=tuple((name, spelled) for name, spelled in source["last_names"]),
        titles=_moods(source["titles"]),
        sentences=_moods(source["sentences"]),
        product_sentences=_moods(source["product"]),
        replies=tuple(source["replies"]),
        emoji=_moods(_read("emoji")),
    )


def _moods(source: Mapping[str, list[str]]) -> Moods:
    return {mood: tuple(fragments) for mood, fragments in source.items()}


def _read(name: str) -> dict[str, Any]:
    file = resources.files("connector.emulator.world") / "texts" / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
