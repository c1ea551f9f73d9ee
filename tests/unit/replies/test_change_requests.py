"""A reply that asks for another review is found, in five languages; thanks are none."""

import unicodedata

import pytest

from connector.core.replies.change_requests import review_requests

ASKING = [
    ("Would you consider removing your review?", "removing your review"),
    ("Please CHANGE   your\nrating.", "change your rating"),
    ("Could you take your review down?", "take your review down"),
    ("Give us five stars!", "give us five stars"),
    ("Bitte löschen Sie bitte Ihre Rezension.", "löschen sie bitte ihre rezension"),
    ("Wir bitten Sie, Ihre Bewertung zu ändern.", "ihre bewertung zu ändern"),
    ("Pouvez-vous modifier votre avis ?", "modifier votre avis"),
    ("Vil du ændre din anmeldelse?", "ændre din anmeldelse"),
    ("¿Puede cambiar su reseña?", "cambiar su reseña"),
]


@pytest.mark.parametrize(("text", "words"), ASKING)
def test_the_words_that_ask_are_told_in_one_line(text, words):
    assert list(review_requests(text)) == [words]


@pytest.mark.parametrize(("text", "words"), ASKING)
def test_decomposed_letters_ask_as_well(text, words):
    assert list(review_requests(unicodedata.normalize("NFD", text))) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thank you for updating your review.",
        "Thanks, you changed your rating.",
        "We changed our packaging because of reviews like yours.",
        "Danke, dass Sie Ihre Bewertung geändert haben.",
    ],
)
def test_thanks_for_an_edit_ask_for_nothing(text):
    assert list(review_requests(text)) == []


def test_every_request_of_a_text_is_told():
    assert len(list(review_requests("Change your review. Then delete this rating."))) == 2
