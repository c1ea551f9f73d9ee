"""What is left of vendor text before it reaches a log or an issue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.http.redaction import redacted


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail ann@example.com now", "mail [hidden] now"),
        ("<ann.o'neil+shop@mail.example.com>", "<[hidden]>"),
        ('"consumerEmail":"ann@example.com"', '"consumerEmail":"[hidden]"'),
        ('"ann smith"@example.com', "[hidden]"),
        ("ann%40example.com", "[hidden]"),
        ("jörg@bücher.example", "[hidden]"),
        ("ann @ example.com", "ann [hidden] example.com"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer [hidden]"),
        ("basic dHBrLTE6dHBzLTE=", "basic [hidden]"),
        ("tpa-12ab tpr-x tpk-y tps-z", "[hidden] [hidden] [hidden] [hidden]"),
        ("sid 00D000000000001AAA!AQ.xyz_1 end", "sid [hidden] end"),
        ("sid 00D000000000001!AQ.xyz", "sid [hidden]"),
        ("eyJhbGciOi.eyJpc3Mi.c2ln", "[hidden]"),
        ("GET /v1/reviews?referralEmail=x&page=2 failed", "GET /v1/reviews?[hidden] failed"),
        ("call +45 12 34 56 78 today", "call [hidden] today"),
        ("(0123) 456-7890", "[hidden]"),
        ("phone 01234567", "phone [hidden]"),
    ],
)
def test_personal_data_and_secrets_are_hidden(text, left):
    assert redacted(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Pagination limit exceeded.",
        "review 5f1a2b3c4d5e6f7a8b9c0d1e was not found",  # an id is what one looks up
        "errorCode 1014",
        "row 001xx000003DGb1AAG",
        "at 2026-03-02T09:00:00Z",
        "Is it open? Yes.",
        "\u4f60\u597d \U0001f600",
    ],
)
def test_what_helps_to_look_things_up_stays(text):
    assert redacted(text) == text


def test_text_is_cut_and_says_so():
    cut = redacted("word " * 100, 20)
    assert len(cut) == 20
    assert cut.endswith("…")


@pytest.mark.parametrize("filler", ["x", "x ", '"x', "1", "?a=", "<p>"])
def test_an_address_at_the_end_of_a_huge_page_is_not_shown(filler):
    page = filler * 2_000
    for shift in range(20):
        text = page[: 1_180 + shift] + " ann@example.com ann%40example.com " + page
        assert "ann" not in redacted(text, 10_000)


def test_several_lines_become_one():
    assert redacted("one\n  two\r\nthree\x0bfour") == "one two three four"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Name 'Ann  Smith' is too short", "Name '[hidden]' is too short"),
        ("ANN SMITH", "[hidden]"),
        ("Smith, Ann", "[hidden], [hidden]"),
        ("Annual plan", "Annual plan"),  # only whole words are names
    ],
)
def test_values_of_the_request_are_hidden_when_they_are_echoed(text, left):
    assert redacted(text, hide=("Ann Smith", "")) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Not allowed: Dear Ann, we are sorry.", "Not allowed: [hidden]"),
        ("Not allowed: Dear Ann, we ar...", "Not allowed: Dear Ann, we ar..."),  # not four words
        ("Cut short: dear ann,  we are", "Cut short: [hidden]"),
        ("The message is too long, we are sorry", "The message is too long, we are sorry"),
    ],
)
def test_an_echoed_text_is_hidden_from_its_first_words_on(text, left):
    assert redacted(text, hide=("Dear Ann,\nwe are sorry.",)) == left


def test_nothing_gives_nothing():
    assert redacted(None) == ""


NOISE = st.text(max_size=40)


@given(NOISE, st.emails(), NOISE)
def test_no_address_comes_through_whatever_surrounds_it(before, address, after):
    assert "@" not in redacted(f"{before}{address}{after}", 1000)
    assert address not in redacted(f"{before} {address} {after}", 1000)


@given(st.emails())
def test_no_part_of_an_address_is_left(address):
    assert redacted(f"to <{address}> at", 1000).replace("[hidden]", "") == "to <> at"


@given(NOISE, st.from_regex(r"tp[arks]-[A-Za-z0-9._~]{4,30}", fullmatch=True), NOISE)
def test_no_token_comes_through_whatever_surrounds_it(before, token, after):
    assert token not in redacted(f"{before} {token} {after}", 1000)


@given(st.text(max_size=400), st.integers(1, 100))
def test_the_length_holds_for_any_text(text, longest):
    assert len(redacted(text, longest)) <= longest
