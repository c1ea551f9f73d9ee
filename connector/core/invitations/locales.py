"""Which locale an invitation speaks, and which template goes with it."""

from __future__ import annotations

from connector.core.rules.grammar import Rule

KNOWN_LOCALES = (
    *("da-DK", "de-AT", "de-CH", "de-DE", "en-AU", "en-CA", "en-GB", "en-IE", "en-NZ", "en-US"),
    *("es-ES", "fi-FI", "fr-BE", "fr-FR", "it-IT", "ja-JP", "nb-NO", "nl-BE", "nl-NL", "pl-PL"),
    *("pt-BR", "pt-PT", "ru-RU", "sv-SE", "zh-CN"),
)
"""The locales that clients of Trustpilot are known to use."""

_BY_SPELLING = {locale.casefold(): locale for locale in KNOWN_LOCALES}


def known_locale(written: object) -> str:
    """The locale that a field's value names, spelled as Trustpilot does; empty for none of them.

    `en_GB` and `EN-gb` are `en-GB`; `en` alone names no country, and none is guessed.
    """
    return _BY_SPELLING.get(str(written or "").strip().replace("_", "-").casefold(), "")


def template_for(rule: Rule, locale: str) -> str:
    """The rule's template for exactly this locale, else for its language, else for all others."""
    by_locale = {key.replace("_", "-").casefold(): name for key, name in rule.templates}
    exact, language = locale.casefold(), _language(locale)
    if exact in by_locale:
        return by_locale[exact]
    if language in by_locale:
        return by_locale[language]
    of_language = (
        name for key, name in by_locale.items() if language and _language(key) == language
    )
    return next(of_language, rule.template)


def _language(locale: str) -> str:
    return locale.partition("-")[0].casefold()
