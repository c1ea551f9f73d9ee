"""Which locale an invitation speaks, and which template goes with it."""

from datetime import timedelta

import pytest

from connector.core.invitations.locales import KNOWN_LOCALES, known_locale, template_for
from connector.core.rules.grammar import Channel, Rule, TriggerObject, parse_recipient


def a_rule(*templates):
    return Rule(
        name="orders",
        on=TriggerObject.ORDER,
        stage_field="Status",
        stages=("Activated",),
        to=(parse_recipient("bill_to"),),
        after=timedelta(0),
        channel=Channel.EMAIL,
        business_unit="shop",
        template="usual",
        templates=templates,
    )


@pytest.mark.parametrize("locale", KNOWN_LOCALES)
def test_a_locale_is_known_however_it_is_written(locale):
    for written in (locale, locale.upper(), f" {locale.replace('-', '_').lower()} "):
        assert known_locale(written) == locale


@pytest.mark.parametrize(
    ("written", "own", "expected"),
    [
        ("no_NO", "", "nb-NO"),
        ("no", "", "nb-NO"),
        ("NB", "", "nb-NO"),
        ("de_AT_EURO", "", "de-AT"),
        ("de_DE_PREEURO", "", "de-DE"),
        ("zh_CN_PINYIN", "", "zh-CN"),
        ("en", "", "en-US"),
        ("en", "en-GB", "en-GB"),
        ("no", "nb-NO", "nb-NO"),
        ("de", "en-GB", "de-DE"),
        ("da", "", "da-DK"),
    ],
)
def test_what_other_programs_write_is_understood(written, own, expected):
    assert known_locale(written, own) == expected


@pytest.mark.parametrize(
    "written",
    [None, "", "English", "xx-XX", 7, "xx", "de_LU", "zh_TW", "EURO", "de_EURO", "de_AT_XX", "_"],
)
def test_no_country_is_guessed(written):
    assert known_locale(written) == ""


@pytest.mark.parametrize(
    ("templates", "locale", "expected"),
    [
        ((), "de-AT", "usual"),
        ((("de", "German"), ("de_AT", "Austrian")), "de-AT", "Austrian"),
        ((("de", "German"), ("de-AT", "Austrian")), "de-CH", "German"),
        ((("de-AT", "Austrian"), ("de-CH", "Swiss")), "de-DE", "Austrian"),  # the same language
        ((("de", "German"),), "fr-FR", "usual"),
        ((("de", "German"),), "", "usual"),
    ],
)
def test_the_template_is_that_of_the_locale_then_of_the_language(templates, locale, expected):
    assert template_for(a_rule(*templates), locale) == expected
