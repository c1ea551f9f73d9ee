"""Nothing in the world could reach or name somebody real."""

import json
import re

import pytest

from connector.emulator.world.business import Business
from connector.emulator.world.languages import CODES, MOODS, RIGHT_TO_LEFT, language

ADDRESS = re.compile(r"[\w.+'-]+@([\w.-]+)")
SITE = re.compile(r"https?://([\w.-]+)")


def text_of(values):
    return json.dumps(values, ensure_ascii=False, default=str)


def test_every_address_and_site_is_reserved_for_examples(written, written_about_products, now):
    business = Business.of(7, 60, now, 300)
    everything = text_of([dict(change.values) for change in business.changes()])
    everything += text_of(list(written(count=500)))
    everything += text_of([r.fields for r in written_about_products(count=200)])

    hosts = set(ADDRESS.findall(everything)) | set(SITE.findall(everything))
    assert {host.lower().removeprefix("www.") for host in hosts} == {
        "example.com",
        "example.org",
        "example.net",
    }


@pytest.mark.parametrize("code", CODES)
def test_a_language_can_say_something_in_every_mood(code):
    spoken = language(code)

    assert (spoken.code, spoken.locale[:2]) == (code, code)
    for mood in set(MOODS.values()):
        assert len(spoken.titles[mood]) >= 3
        assert len(spoken.sentences[mood]) >= 4
        assert len(spoken.product_sentences[mood]) >= 3
    assert all("{name}" in reply for reply in spoken.replies)


@pytest.mark.parametrize("code", CODES)
def test_names_have_a_spelling_for_e_mail(code):
    spoken = language(code)
    spellings = [spelled for _, spelled in (*spoken.first_names, *spoken.last_names)]

    assert all(re.fullmatch(r"[a-z]+", spelled) for spelled in spellings)


def test_no_two_languages_share_a_sentence():
    sentences = [s for code in CODES for of in language(code).sentences.values() for s in of]

    assert len(sentences) == len(set(sentences))


def test_right_to_left_languages_are_written_in_their_own_script():
    scripts = {"ar": r"[\u0600-\u06FF]", "he": r"[\u0590-\u05FF]"}

    assert set(scripts) == RIGHT_TO_LEFT
    for code, letters in scripts.items():
        for sentence in language(code).sentences["good"]:
            assert re.match(letters, sentence)
