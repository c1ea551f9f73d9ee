"""Which reviews a business unit wants in Salesforce.

It decides about reviews that the org does not hold: one that is there is kept true in any case.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.terms.reviews import Review


@dataclass(frozen=True)
class ReviewFilter:
    """What a review must be to come in; as it stands, everything does.

    `stars` and `languages` (lower case, `en` also stands for `en-gb`) are empty for all;
    `minimum_text` counts the characters of title and text together, without outer blanks.
    """

    stars: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    verified_only: bool = False
    minimum_text: int = 0

    def lets_in(self, review: Review) -> bool:
        """True when the review is wanted; what Trustpilot does not say keeps none out."""
        return (
            _is_among(review.stars, self.stars)
            and self._speaks(review.language)
            and not (self.verified_only and review.is_verified is False)
            and _length(review) >= self.minimum_text
        )

    def _speaks(self, language: str | None) -> bool:
        if not language or not self.languages:
            return True
        tag = language.replace("_", "-").lower()
        return not {tag, *_same_language(tag)}.isdisjoint(self.languages)


EVERYTHING = ReviewFilter()
"""Lets every review in."""


def _same_language(tag: str) -> tuple[str, ...]:
    """The language of a tag; Norwegian has two codes, and either may stand on either side."""
    language = tag.partition("-")[0]
    return ("no", "nb") if language in {"no", "nb"} else (language,)


def _is_among(stars: int | None, wanted: frozenset[int]) -> bool:
    return stars is None or not wanted or stars in wanted


def _length(review: Review) -> int:
    return sum(len((text or "").strip()) for text in (review.title, review.text))
