"""Templates of replies: the first that fits, filled in, and never a gap or a brace."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.replies.templates import (
    MERGE_FIELDS,
    ReplyTemplate,
    UnitNames,
    merge_fields,
    parse_reply_template,
    suggested_reply,
)
from connector.core.terms.reviews import Review, ReviewType
from connector.core.terms.unknown_words import UnknownWord

UNIT = UnitNames("shop", "Example Outdoor Shop")


def review(**fields):
    usual = {"stars": 5, "language": "en", "consumer_name": "Wanda Smith"}
    return Review(
        id="r1",
        type=ReviewType.SERVICE,
        business_unit_id="u1",
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        **{**usual, **fields},
    )


def filled(text, **fields):
    return suggested_reply(
        [ReplyTemplate("one", parse_reply_template(text))], review(**fields), UNIT
    )


def test_merge_fields_are_filled_in():
    text = (
        "Dear {{consumer.first_name}} ({{ consumer.name }}), thanks for {{review.stars}} stars and "
        "{{product.name}} at {{location.name}}. Order {{order.number}}. {{business_unit.name}}"
    )
    fields = {"product_name": "Tent", "location_name": "Leeds", "reference_number": "A-1"}
    assert filled(text, **fields) == (
        "Dear Wanda (Wanda Smith), thanks for 5 stars and Tent at Leeds. Order A-1. "
        "Example Outdoor Shop"
    )


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Wanda Smith", "Wanda"),
        ("WANDA SMITH", "Wanda"),
        ("wanda", "Wanda"),
        ("  Wanda\n Smith", "Wanda"),
        ("Jean-Luc P.", "Jean-Luc"),
        ("Siân o", "Siân"),
        ("Wanda, of Leeds", "Wanda"),
        ("MacDuff", "MacDuff"),
        ("W. Smith", ""),
        ("W Smith", ""),
        ("Mrs Smith", ""),
        ("Mrs. Smith", ""),
        ("Dr Smith", ""),
        ("customer", ""),
        ("wanda@example.com", ""),
        ("wanda77", ""),
        ("07700900123", ""),
        ("{{x}}", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_first_name_is_the_first_word_where_that_is_a_name(name, first):
    assert filled("Hello {{consumer.first_name|-}}", consumer_name=name) == f"Hello {first or '-'}"


def test_a_template_with_an_empty_field_is_passed_over_for_the_next():
    templates = [
        ReplyTemplate("by name", "Thank you, {{consumer.first_name}}!"),
        ReplyTemplate("plain", "Thank you!"),
    ]
    assert suggested_reply(templates, review(), UNIT) == "Thank you, Wanda!"
    assert suggested_reply(templates, review(consumer_name=None), UNIT) == "Thank you!"
    assert suggested_reply(templates[:1], review(consumer_name=None), UNIT) == ""


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        ({}, True),
        ({"stars": (4, 5)}, True),
        ({"stars": (1,)}, False),
        ({"languages": ("en",)}, True),
        ({"languages": ("de", "fr")}, False),
        ({"business_units": ("shop",)}, True),
        ({"business_units": ("outlet",)}, False),
        ({"stars": (5,), "languages": ("en",), "business_units": ("outlet",)}, False),
    ],
)
def test_a_template_is_chosen_by_stars_language_and_business_unit(limits, fits):
    assert bool(suggested_reply([ReplyTemplate("one", "Hi!", **limits)], review(), UNIT)) is fits


def test_a_template_for_some_stars_or_languages_is_not_for_a_review_without_them():
    assert not ReplyTemplate("one", "Hi!", stars=(5,)).fits(review(stars=None), "shop")
    assert not ReplyTemplate("one", "Hi!", languages=("en",)).fits(review(language=None), "shop")


@pytest.mark.parametrize(
    "value", ["{{order.number}}", "[name]", "<b>", "}", "x" * 256, "   ", "\n"]
)
def test_a_value_that_could_pass_for_a_gap_is_no_value(value):
    assert filled("For {{product.name|it}}.", product_name=value) == "For it."
    assert filled("For {{product.name}}.", product_name=value) == ""


def test_a_value_is_put_on_one_line():
    assert filled("For {{product.name}}.", product_name="A\r\n  tent") == "For A tent."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi {{consumer.email}}", "`consumer.email` is not a merge field"),
        ("Hi {{}}!", "is not a merge field"),
        ("Hi {{consumer.first_name", "Braces hold a merge field"),
        ("Hi {consumer.first_name}", "Braces hold a merge field"),
        ("Hi {{consumer.first_name}}}", "Braces hold a merge field"),
        ("Hi {{{consumer.first_name}}}", "Braces hold a merge field"),
        ("Hi {{consumer.first_name|}}", "words for an empty field"),
        ("Hi {{consumer.first_name|  }}", "words for an empty field"),
        ("Hi {{consumer.first_name|[name]}}", "without brackets"),
        ("Hi {{consumer.first_name|a|b}}", None),
        ("{{consumer.first_name}}", "words beside its merge fields"),
        ("   ", "words beside its merge fields"),
    ],
)
def test_a_wrong_template_is_refused_with_a_sentence(text, said):
    if said is None:
        assert parse_reply_template(text) == text
        return
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_reply_template(text)


def test_a_misspelt_merge_field_brings_the_one_that_was_meant():
    with pytest.raises(UnknownWord) as refused:
        parse_reply_template("Hi {{consumer.firstname}}")
    assert refused.value.hint == "Did you mean `consumer.first_name`?"


def test_the_fields_of_a_template_are_told_in_their_order():
    assert merge_fields("a {{review.stars}} b {{ order.number | x }}") == (
        "review.stars",
        "order.number",
    )


texts = st.none() | st.text(max_size=300)


@given(
    st.lists(st.sampled_from(sorted(MERGE_FIELDS)), max_size=4),
    st.booleans(),
    st.tuples(texts, texts, texts, texts),
)
def test_whatever_a_review_holds_no_gap_and_no_brace_comes_out(words, with_words, values):
    instead = "|friend" if with_words else ""
    text = " ".join(["Thanks,", *(f"{{{{{word}{instead}}}}}" for word in words)])
    name, product, location, number = values
    fields = {
        "consumer_name": name,
        "product_name": product,
        "location_name": location,
        "reference_number": number,
    }
    reply = filled(text, **fields)
    assert not set("{}[]<>\r\n") & set(reply)
    if reply:
        assert len(reply.split()) >= 1 + len(words)
    else:
        assert words
        assert not with_words
