"""Which review a case rule fits, and what a template makes of a review."""

import re
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.cases.rules import (
    TEMPLATE_WORDS,
    UNIT_WORD,
    CaseOwner,
    CaseRule,
    OwnerKind,
    fill,
    parse_language,
    parse_owner,
    parse_record_type,
    parse_template,
)
from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.unknown_words import UnknownWord

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def review(**words):
    return Review("r1", words.pop("type", ReviewType.SERVICE), "u1", NOW, **words)


@pytest.mark.parametrize(
    ("rule", "words", "unit", "expected"),
    [
        ({}, {}, "shop", True),  # a rule that names nothing fits all
        ({"stars": (1, 2)}, {"stars": 2}, "shop", True),
        ({"stars": (1, 2)}, {"stars": 3}, "shop", False),
        ({"stars": (1, 2)}, {"stars": None}, "shop", False),
        ({"business_units": ("shop", "outlet")}, {}, "outlet", True),
        ({"business_units": ("shop",)}, {}, "outlet", False),
        ({"languages": ("en",)}, {"language": "EN"}, "shop", True),
        ({"languages": ("en",)}, {"language": "de"}, "shop", False),
        ({"languages": ("en",)}, {"language": None}, "shop", False),
        ({"types": (ReviewType.PRODUCT,)}, {"type": ReviewType.PRODUCT}, "shop", True),
        ({"types": (ReviewType.PRODUCT,)}, {}, "shop", False),
        ({"stars": (1,), "languages": ("en",)}, {"stars": 1, "language": "de"}, "shop", False),
    ],
)
def test_a_rule_fits_when_everything_it_names_fits(rule, words, unit, expected):
    assert CaseRule(name="r", **rule).fits(review(**words), unit) is expected


def test_an_owner_is_a_queue_or_a_user():
    assert parse_owner(" queue  Front_Desk ") == CaseOwner(OwnerKind.QUEUE, "Front_Desk")
    assert parse_owner("user jo@shop.example") == CaseOwner(OwnerKind.USER, "jo@shop.example")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("queue", "`queue` needs a queue's API name"),
        ("queue Front Desk", "`queue` needs a queue's API name"),
        ("queue x' OR Name != '", "`queue` needs a queue's API name"),
        ("user", "`user` needs a username"),
        ("user jo", "`user` needs a username"),
        ("team A", "`team` is not a kind of owner."),
        ("", "This is not a kind of owner."),
        ("jo@shop.example", "This is not a kind of owner."),
    ],
)
def test_what_names_no_owner_is_refused_without_repeating_an_address(text, said):
    with pytest.raises(ValueError, match=re.escape(said)) as refusal:
        parse_owner(text)
    assert "@" not in str(refusal.value).replace("jo@shop.example`.", "")


def test_without_an_owner_the_orgs_assignment_rules_choose():
    assert CaseRule(name="r").assignment_rules
    assert not CaseRule(name="r", owner=CaseOwner(OwnerKind.QUEUE, "Front_Desk")).assignment_rules


def test_names_that_can_be_are_taken_as_they_are():
    assert parse_record_type("Trustpilot_Review") == "Trustpilot_Review"
    assert [parse_language(each) for each in ("en", "fil")] == ["en", "fil"]


@pytest.mark.parametrize("text", ["", "Two words", "a'b", "1st", "x" * 81])
def test_a_record_type_is_an_api_name(text):
    with pytest.raises(ValueError, match="API name"):
        parse_record_type(text)


@pytest.mark.parametrize("text", ["EN", "english", "e", "en-GB", ""])
def test_a_language_is_two_or_three_small_letters(text):
    with pytest.raises(ValueError, match="written like `en`"):
        parse_language(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{titl}", "`titl` is not a word that a template may use."),
        ("{}", "This is not a word that a template may use."),
        ("{0}", "`0` is not a word"),
        ("{consumer_email}", "`consumer_email` is not a word"),
        ("{title.__class__}", "`title.__class__` is not a word"),
        ("{title[0]}", "This is not a word"),
        ("{stars!r}", "Only a word stands in braces"),
        ("{stars:>9999999}", "Only a word stands in braces"),
        ("{stars", "A brace is not closed"),
        ("stars}", "A brace is not closed"),
    ],
)
def test_what_is_no_template_is_refused(text, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_template(text)


def test_a_misspelt_word_brings_the_word_that_was_meant():
    with pytest.raises(UnknownWord) as refusal:
        parse_template("{titl}")
    assert refusal.value.hint == "Did you mean `title`?"


def test_a_template_takes_the_words_and_leaves_the_rest():
    text = parse_template("{{{business_unit}}} {stars}/5 {type}: {title}{text}")

    assert fill(text, review(stars=2, title="Bad"), "shop") == "{shop} 2/5 Service: Bad"


def test_what_a_customer_writes_in_braces_stays_as_it_is():
    assert fill("{title}", review(title="{text} {0.__class__}"), "shop") == "{text} {0.__class__}"


TEXTS = st.none() | st.text()
REVIEWS = st.builds(
    Review,
    id=st.text(min_size=1),
    type=st.sampled_from(ReviewType),
    business_unit_id=st.text(),
    created_at=st.just(NOW),
    stars=st.none() | st.integers(),
    **{
        each.name: TEXTS
        for each in fields(Review)
        if each.name in TEMPLATE_WORDS and each.name not in {"id", "type", "stars"}
    },
)


@given(review=REVIEWS, words=st.lists(st.sampled_from((*TEMPLATE_WORDS, UNIT_WORD))))
def test_every_accepted_template_can_be_filled_with_every_review(review, words):
    template = parse_template(" ".join(f"{{{word}}}" for word in words))

    assert fill(template, review, "shop").count(" ") >= max(0, len(words) - 1)


@given(text=st.text(st.sampled_from("{}!:.[]0 astrile"), max_size=12))
def test_a_template_is_refused_when_it_is_written_or_never(text):
    try:
        template = parse_template(text)
    except ValueError:
        return
    assert isinstance(fill(template, review(), "shop"), str)
