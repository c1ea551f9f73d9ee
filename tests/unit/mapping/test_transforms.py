"""What each named transform makes of a value, and which names a mapping may use."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.mapping.transforms import (
    EXAMPLES,
    TRANSFORMS,
    Kind,
    attribute_ratings,
    clean,
    email,
    first_name,
    join,
    join_tags,
    parse_transform,
    truncate,
    url,
    width,
)
from connector.core.terms.unknown_words import UnknownWord


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 10, "short"),  # nothing to cut
        ("exactly ten", 11, "exactly ten"),  # fills the field
        ("one two three", 10, "one two…"),  # cut at a word
        ("one two three", 8, "one two…"),  # the cut falls on a blank
        ("abcdefghij", 5, "abcd…"),  # one long word
        ("a bcdefghijklm", 10, "a bcdefgh…"),  # the only blank would lose most of the text
        ("😀😀😀", 5, "😀😀…"),  # an emoji may count two
        ("ab\ncd\nef", 6, "ab…"),  # so may a line break
        ("anything", 1, "…"),  # room for the ellipsis only
    ],
)
def test_text_is_cut_at_a_word_and_says_so(text, limit, expected):
    assert truncate(text, limit) == expected


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_cut_text_is_never_wider_than_its_limit(text, limit):
    assert width(truncate(text, limit)) <= limit


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x07c", "abc"),  # control characters
        ("a\r\nb\rc", "a\nb\nc"),  # line breaks of three systems
        ("a\tb", "a\tb"),  # a tab stays
        ("  a  ", "a"),  # the org trims as well
        ("\ud800x", "x"),  # half an emoji cannot be sent
        ("\u200f\u05e9\u05dc", "\u200f\u05e9\u05dc"),  # right-to-left text stays as it is
    ],
)
def test_cleaning_removes_only_what_the_org_cannot_keep(text, expected):
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada.Lovelace@Example.COM", "ada.lovelace@example.com"),  # the org stores lower case
        ("  a@example.org ", "a@example.org"),
        ("a+b@mail.example.org", "a+b@mail.example.org"),
        ("a..b@example.org", None),  # two dots in a row
        (".a@example.org", None),  # a leading dot
        ("a@example", None),  # no top-level domain
        ("a@b@example.org", None),
        ("jörg@example.org", None),  # outside ASCII
        ("a b@example.org", None),
        ("a" * 70 + "@example.org", None),  # longer than 80
        ("", None),
    ],
)
def test_an_address_the_org_would_refuse_is_dropped(text, expected):
    assert email(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://shop.example/p?x=1", "https://shop.example/p?x=1"),
        ("ftp://shop.example", None),  # not a web address
        ("shop.example", None),  # no scheme
        ("https://shop.example/a b", None),
        ("https://[broken", None),
        ("https://shop.example/" + "a" * 250, None),  # shortened it would lead elsewhere
    ],
)
def test_an_address_that_is_no_web_address_is_dropped(text, expected):
    assert url(text) == expected


def test_values_are_joined_without_the_blank_ones():
    assert join(("red", " ", "blue\nsky")) == "red, blue sky"
    assert join(()) is None


def test_tags_are_the_same_text_in_whatever_order_they_are_listed():
    assert join_tags(("vip", "late, again", " ", "vip")) == "late, again; vip"
    assert join_tags(("late, again", "vip")) == "late, again; vip"
    assert join_tags(()) is None


@pytest.mark.parametrize(
    ("text", "stars", "expected"),
    [
        ("stars_to_picklist", 1, "1 star"),
        ("stars_to_picklist", 5.0, "5 stars"),
        ("stars_to_picklist Awful; Poor ;Fair;Good;Great", 2, "Poor"),
        ("stars_to_picklist", 0, None),
        ("stars_to_picklist", 6, None),
        ("stars_to_picklist", 3.5, None),
        ("stars_to_picklist", float("nan"), None),
    ],
)
def test_stars_become_the_label_of_a_picklist(text, stars, expected):
    assert parse_transform(text).apply(stars) == expected


@pytest.mark.parametrize(
    "labels", ["Good", "a;b;c;d", "a;b;c;d;e;f", "a;b;c;d;a", "a;;c;d;e", ";;;;"]
)
def test_stars_need_five_different_labels(labels):
    with pytest.raises(ValueError, match="five different labels"):
        parse_transform(f"stars_to_picklist {labels}")


def far(name):
    """Thirteen hours ahead, as on some islands."""
    return timezone(timedelta(hours=13), name)


def test_a_time_becomes_the_day_and_the_clock_of_its_zone():
    moment = datetime(2026, 12, 31, 12, 30, 59, tzinfo=UTC)
    day, clock = parse_transform("local_date Far", far), parse_transform("local_time Far", far)

    assert (day.apply(moment), day.gives) == (date(2027, 1, 1), Kind.DATE)
    assert (clock.apply(moment), clock.gives) == ("2027-01-01 01:30", Kind.TEXT)


@pytest.mark.parametrize("name", ["local_date", "local_time"])
def test_a_time_beyond_the_calendar_has_no_day(name):
    assert parse_transform(f"{name} Far", far).apply(datetime.max.replace(tzinfo=UTC)) is None


@pytest.mark.parametrize("name", ["local_date", "local_time"])
def test_a_day_needs_a_time_zone(name):
    with pytest.raises(ValueError, match=f"such as `{name} Europe/Berlin`"):
        parse_transform(name)


def test_the_core_knows_no_time_zone_but_utc():
    assert parse_transform("local_date UTC").takes is Kind.TIME
    with pytest.raises(UnknownWord, match="not a time zone"):
        parse_transform("local_date Europe/Berlin")


VALUES = {
    Kind.TEXT: st.text(),
    Kind.NUMBER: st.integers() | st.floats(),
    Kind.TIME: st.datetimes(timezones=st.just(UTC)),
    Kind.LIST: st.lists(st.text()).map(tuple),
    Kind.RATINGS: st.lists(
        st.tuples(st.text(), st.none() | st.floats() | st.integers() | st.text())
    ).map(tuple),
}


@given(st.sampled_from([*TRANSFORMS, *EXAMPLES]), st.data())
def test_no_transform_raises_for_a_value_of_its_kind(text, data):
    transform = parse_transform(text, far)

    given = transform.apply(data.draw(VALUES[transform.takes]))

    assert given is None or isinstance(given, date if transform.gives is Kind.DATE else str)


def test_unrated_attributes_are_left_out():
    pairs = (("Quality", 4.0), ("Fit", None), ("Size", "small"), ("Value", 3))

    assert attribute_ratings(pairs) == "Quality: 4\nSize: small\nValue: 3"


def test_a_first_name_is_the_first_word():
    assert first_name(" Ada  Lovelace ") == "Ada"
    assert first_name("  ") is None


def test_a_number_makes_truncate_shorter_than_the_field():
    transform = parse_transform("truncate 9")

    assert transform.takes is Kind.TEXT
    assert transform.apply("one two three") == "one two…"


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_transform_is_found_by_its_name(name):
    assert parse_transform(name).name == name


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("joined", "Did you mean `join`?"),
        ("attribute_rating", "Did you mean `attribute_ratings`?"),
        ("join now", "Did you mean `join`?"),  # takes no number
    ],
)
def test_an_unknown_transform_names_the_one_that_was_meant(text, hint):
    with pytest.raises(UnknownWord) as refusal:
        parse_transform(text)

    assert refusal.value.hint == hint


@pytest.mark.parametrize("text", ["truncate", "truncate 0", "truncate many", "truncate -1"])
def test_truncate_needs_a_number_of_characters(text):
    with pytest.raises(ValueError, match="needs the number of characters"):
        parse_transform(text)
