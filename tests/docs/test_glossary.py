"""The glossary explains each word once, and only words that are used."""

import pytest

PAGE = "docs/glossary.md"


def test_no_word_is_explained_twice(page):
    words = page(PAGE).table("word").column()
    assert len(words) == len(set(words))


def test_the_words_stand_in_alphabetical_order(page):
    words = [word.lower() for word in page(PAGE).table("word").column()]
    assert words == sorted(words)


def test_every_word_is_used_outside_the_glossary(page, pages, root):
    texts = [each.text for each in pages if each.name != PAGE]
    texts += [path.read_text(encoding="utf-8") for path in root.glob("connector/**/*.py")]
    everything = " ".join(" ".join(texts).lower().split())
    words = page(PAGE).table("word").column()
    assert [word for word in words if word.lower() not in everything] == []


@pytest.mark.parametrize("wrong", ["fake", "mock server", "simulator"])
def test_the_emulator_is_called_nothing_else(wrong, pages):
    assert [page.name for page in pages if wrong in page.prose.lower()] == []
