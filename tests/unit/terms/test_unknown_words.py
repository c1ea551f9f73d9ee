"""What is suggested for a word that nobody knows, and what may be repeated in a message."""

import pytest

from connector.core.terms.unknown_words import UnknownWord, did_you_mean, quoted


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


@pytest.mark.parametrize("text", ["Status", "Closed Won", "Trustpilot_Review__c", "a.b-c"])
def test_a_plain_word_is_repeated_in_back_quotes(text):
    assert quoted(text) == f"`{text}`"


def test_an_unknown_word_carries_what_may_be_written_instead():
    error = UnknownWord("`ORDR` is no object.", "ORDR", iter(["Order", "Case"]))
    assert str(error) == "`ORDR` is no object."
    assert (error.word, error.known) == ("ORDR", ("Order", "Case"))
    assert error.hint == "Did you mean `Order`?"
