"""What an outcome says: Trustpilot's words, and whether the account itself is refused."""

import pytest

from connector.core.terms.outcomes import SendOutcome, Verdict


@pytest.mark.parametrize(
    ("code", "detail", "words"),
    [
        ("1001", "no address", "1001 no address"),
        ("1001", "", "1001"),
        ("", "no address", "no address"),
        ("", "", ""),  # it said nothing
    ],
)
def test_the_words_of_an_outcome_are_what_was_said(code, detail, words):
    assert SendOutcome(Verdict.REFUSED, 400, code, detail).words == words


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        (401, True),
        (403, True),
        (400, False),
        (404, False),
        (429, False),
        (500, False),
        (None, False),
    ],
)
@pytest.mark.parametrize("verdict", Verdict)
def test_only_401_and_403_refuse_the_account_whatever_it_asked(verdict, status, refused):
    assert SendOutcome(verdict, status).refuses_account is refused
