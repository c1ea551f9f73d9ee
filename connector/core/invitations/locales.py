"""Which locale an invitation speaks, and which template goes with it."""

from __future__ import annotations

from connector.core.rules.grammar import Rule

KNOWN_LOCALES = (
    *("da-DK", "de-AT", "de-CH", "de-DE", "en-AU", "en-CA", "en-GB", "en-IE", "en-NZ", "en-US"),
    *("es-ES", "fi-FI", "fr-BE", "fr-FR", "it-IT", "ja-JP", "nb-NO", "nl-BE", "nl-NL", "pl-PL"),
    *("pt-BR", "pt-PT", "ru-RU", "sv-SE", "zh-CN"),
)
"""The locales that clients of Trustpilot are known to use."""

_USUAL = {
    locale.partition("-")[0]: locale
    for locale in (
        *("da-DK", "de-DE", "en-US", "es-ES", "fi-FI", "fr-FR", "it-IT", "ja-JP", "nb-NO"),
        *("nl-NL", "pl-PL", "pt-PT", "ru-RU", "sv-SE", "zh-CN"),
    )
}
"""The country of a language that stands alone: its only one here, or the usual one."""

_OTHER_CODES = {"no": "nb"}
"""Norwegian is `no` for many programs, Salesforce among them; Trustpilot knows Bokmål."""

_VARIANTS = frozenset({"euro", "preeuro", "pinyin", "stroke"})
"""What Salesforce puts behind a locale for its currency or its order of words."""

_BY_SPELLING = {locale.casefold(): locale for locale in KNOWN_LOCALES}


def known_locale(written: object, own: str = "") -> str:
    """The locale that a field's value names, spelled as Trustpilot does; empty for none of them.

    `en_GB` and `EN-gb` are `en-GB`, `no_NO` is `nb-NO`, and `de_AT_EURO` is `de-AT`. A language
    alone has its `own` locale where that speaks it, else that of its usual country. A country
    that Trustpilot does not know is not replaced by another one.
    """
    language, *rest = str(written or "").strip().replace("_", "-").casefold().split("-")
    language = _OTHER_CODES.get(language, language)
    if len(rest) > 1 and rest[-1] in _VARIANTS:
        rest = rest[:-1]
    if rest:
        return _BY_SPELLING.get("-".join((language, *rest)), "")
    return own if own and _language(own) == language else _USUAL.get(language, "")


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
