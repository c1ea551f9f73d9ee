"""What is suggested for a word that nobody knows, and what may be repeated in a message."""

import pytest

from connector.core.terms.unknown_words import did_you_mean, quoted


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("Statsu", ["Status", "Type"], "Did you mean `Status`?"),  # swapped letters
        ("ORDER", ["Order", "Case"], "Did you mean `Order`?"),  # wrong capitals
        ("xyz", ["Order", "Case"], "Known here: Order, Case."),  # nothing close: all there are
        ("xyz", [f"word{n}" for n in range(20)], ""),  # too many to list
        ("xyz", [], ""),
    ],
)
def test_the_closest_word_is_suggested(word, known, expected):
    assert did_you_mean(word, known) == expected


@pytest.mark.parametrize("text", ["someone@example.com", "a/b+c==", "x" * 81, ""])
def test_what_could_be_personal_or_secret_is_not_repeated(text):
    assert quoted(text) == "This"
