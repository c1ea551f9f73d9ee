"""Which reviews a business unit lets in; what Trustpilot does not say keeps none out."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.reviews.filter import EVERYTHING, ReviewFilter
from connector.core.terms.reviews import Review, ReviewType


def review(**words):
    return Review("r", ReviewType.SERVICE, "u", datetime(2026, 3, 1, tzinfo=UTC), **words)


@pytest.mark.parametrize(
    ("wanted", "words", "comes_in"),
    [
        ({"stars": {1, 2}}, {"stars": 2}, True),
        ({"stars": {1, 2}}, {"stars": 3}, False),
        ({"stars": {1, 2}}, {"stars": None}, True),
        ({"languages": {"en"}}, {"language": "en"}, True),
        ({"languages": {"en"}}, {"language": "EN-gb"}, True),
        ({"languages": {"en"}}, {"language": "en_GB"}, True),
        ({"languages": {"en-gb"}}, {"language": "en"}, False),
        ({"languages": {"en-gb"}}, {"language": "en-GB"}, True),
        ({"languages": {"de"}}, {"language": "en"}, False),
        ({"languages": {"no"}}, {"language": "nb-NO"}, True),
        ({"languages": {"nb"}}, {"language": "no"}, True),
        ({"languages": {"no"}}, {"language": "nn"}, False),
        ({"languages": {"de"}}, {"language": None}, True),
        ({"verified_only": True}, {"is_verified": False}, False),
        ({"verified_only": True}, {"is_verified": True}, True),
        ({"verified_only": True}, {"is_verified": None}, True),
        ({"minimum_text": 5}, {"title": "ab", "text": "cde"}, True),
        ({"minimum_text": 5}, {"title": "ab", "text": " cd \n"}, False),
        ({"minimum_text": 1}, {"title": None, "text": None}, False),
        ({"minimum_text": 0}, {"title": None, "text": None}, True),
    ],
)
def test_a_review_comes_in_when_it_is_what_was_asked_for(wanted, words, comes_in):
    sets = {
        name: frozenset(value) if isinstance(value, set) else value
        for name, value in wanted.items()
    }
    assert ReviewFilter(**sets).lets_in(review(**words)) is comes_in


@given(
    st.builds(
        review,
        stars=st.none() | st.integers(),
        language=st.none() | st.text(),
        is_verified=st.none() | st.booleans(),
        title=st.none() | st.text(),
        text=st.none() | st.text(),
    )
)
def test_without_a_filter_every_review_comes_in(any_review):
    assert EVERYTHING.lets_in(any_review)
