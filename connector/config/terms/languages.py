"""Languages and locales in the configuration: understood, or refused with what was meant."""

from __future__ import annotations

import re

from connector.core.invitations.locales import KNOWN_LOCALES, known_locale
from connector.core.terms.unknown_words import UnknownWord, quoted

# ISO 639-1: no other language is written with two letters.
_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca "
    "ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi "
    "fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie "  # codespell:ignore fo
    "ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv "
    "kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na "
    "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm "
    "rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv "
    "sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo "  # codespell:ignore te
    "wa wo xh yi yo za zh zu"
)
_LANGUAGES = frozenset(re.findall(r"[a-z]{2}", _TWO_LETTERS))
_OF_COUNTRY = {"at": "de", "cz": "cs", "dk": "da", "gb": "en", "gr": "el", "jp": "ja", "us": "en"}
_TAG = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
# Trustpilot 7.2: `aa-BB`.
_LOCALE = re.compile(r"[a-z]{2,3}([-_][a-z]{2})?", re.IGNORECASE)


def review_language(text: str) -> str:
    """Return the tag of a language in which reviews may be.

    Raises ValueError for a country or what else is no language: no review would come in.
    """
    found = _TAG.fullmatch(text)
    if not found:
        raise ValueError("A language is written like `en` or `en-GB`.")
    language = found[1].lower()
    if len(language) == len("en") and language not in _LANGUAGES:
        meant = _OF_COUNTRY.get(language, "")
        hint = f"Did you mean `{meant}`?" if meant else "Write it like `en`."
        raise ValueError(f"{quoted(text)} is no language, so it would let no review in. {hint}")
    return text


def locale(text: str) -> str:
    """Return the locale as Trustpilot spells it.

    Raises ValueError, or UnknownWord with what was meant, where Trustpilot is not known to have it.
    """
    found = known_locale(text)
    if not found:
        raise _no_locale(text)
    return found


def template_key(text: str) -> str:
    """Return `default`, or a locale as Trustpilot spells it. Raises as `locale` does.

    No spelling is mapped: two keys that come to the same locale would silently be one.
    """
    if text not in {"default", *KNOWN_LOCALES}:
        raise _no_locale(text)
    return text


def _no_locale(text: str) -> ValueError:
    meant = known_locale(text)
    if not meant and not _LOCALE.fullmatch(text):
        return ValueError("A locale is written like `en-GB`.")
    sentence = f"{quoted(text)} is no locale that Trustpilot is known to have."
    return UnknownWord(sentence, text, (meant,) if meant else KNOWN_LOCALES)
