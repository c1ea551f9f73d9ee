"""One person, however their address is written; and never two people taken for one."""

import hashlib
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.core.terms.addresses import (
    address,
    address_key,
    address_keys,
    bare,
    domain,
    spellings,
)

ASCII = "ann@xn--bcher-kva.example"
UNICODE = "ann@bücher.example"
SAME = (
    UNICODE,
    "Ann@Bücher.Example",
    "ann@BÜCHER.example.",
    f"  {normalize('NFD', UNICODE)} ",  # the letter and its dots apart
    "ann@bücher\u3002example",  # a full stop as it is typed in Japanese
    "ann@\uff42ücher.example",  # a letter of full width
    "ANN@XN--BCHER-KVA.EXAMPLE",
    ASCII,
)
NONSENSE = (
    "",
    "@",
    "ann",
    "ann@",
    "@example.com",
    "ann@@example..com",
    "ann@ex ample.com",
    "ann@-.example",
    "ann@xn--.example",
    "ann@xn--a-ecp.example",
    "ann@_dmarc.example.com",
    "ann@[192.0.2.1]",
    "ann@" + "x" * 70 + ".example",
    "ann@" + "ü." * 200,
    "ann@\ud800.example",
    "ann@e\u0301.\u200d.example",
)
# Mostly what addresses are made of, and anything else now and then.
TYPED = st.one_of(
    st.text(),
    st.text(alphabet="aBüß.@-_ \u3002\u00ad\u0130\u03a3x\u13a0n1\t"),
    st.builds("{}@{}.{}".format, st.text(max_size=4), st.text(max_size=8), st.text(max_size=4)),
    st.builds("a@xn--{}.example".format, st.text(alphabet="abz019-", max_size=8)),
)


@pytest.mark.parametrize("written", SAME)
def test_one_address_is_equal_however_written(written):
    assert address(written) == ASCII


@pytest.mark.parametrize("written", SAME)
def test_one_address_has_one_key(written):
    assert address_key(written) == address_key(ASCII) == address_keys(written)[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@example.com", "anne@example.com"),
        ("ann@straße.example", "ann@strasse.example"),  # two domains since 2010
        ("a.nn@example.com", "ann@example.com"),  # some vendors ignore the dot, others do not
        ("ann+shop@example.com", "ann@example.com"),
        ("ann@example.com", "ann@example.com.au"),
    ],
)
def test_two_addresses_stay_two(one, other):
    assert address(one) != address(other)
    assert not set(address_keys(one)) & set(address_keys(other))


@pytest.mark.parametrize("nothing", [None, "", "  ", 0])
def test_nothing_is_no_address(nothing):
    assert address(nothing) == ""


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_itself_in_lower_case(text):
    assert address(text.upper()) == address(text)
    assert address_keys(text)[0] == address_key(text)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (" Ann@Example.com ", ("ann@example.com",)),
        ("ann@example.com.", ("ann@example.com", "ann@example.com.")),
        (UNICODE, (ASCII, UNICODE)),
        (ASCII.upper(), (ASCII, UNICODE)),
        ("ann@bücher.example.", (ASCII, UNICODE, "ann@bücher.example.")),
        ("ann@ex ample.com", ("ann@ex ample.com",)),
    ],
)
def test_the_org_is_asked_for_few_spellings(typed, asked):
    assert spellings(typed) == asked


@pytest.mark.parametrize("written", [UNICODE, UNICODE.upper(), ASCII])
def test_keys_made_before_still_count(written):
    """Until now a key was made of the address in lower case, whatever its domain."""
    before = {hashlib.sha256(each.encode()).hexdigest() for each in (ASCII, UNICODE)}
    assert before == set(address_keys(written))


def test_a_common_address_keeps_its_one_key():
    before = hashlib.sha256(b"ann@example.com").hexdigest()
    assert address_keys("Ann@Example.com ") == (before,)


@given(TYPED)
@example("a@\u13a0.example")
@example("a@example.\u00ad")
@example("a@b. .")
def test_comparing_twice_changes_nothing(text):
    assert address(address(text)) == address(text)


@given(TYPED)
def test_every_spelling_is_the_same_address(text):
    asked = spellings(text)
    assert asked[0] == address(text)
    assert {address(each) for each in asked} == {address(text)}
    assert 1 <= len(asked) == len(set(asked)) <= 3


@given(TYPED, TYPED)
def test_equal_addresses_have_equal_keys_and_others_do_not(one, other):
    assert (address(one) == address(other)) == (address_key(one) == address_key(other))


@given(TYPED, st.sampled_from(["", " ", "\t"]))
def test_blanks_and_capitals_do_not_count(text, blank):
    assert address(blank + text.lower().upper().lower() + blank) == address(
        text.lower().upper().lower()
    )


@given(TYPED)
def test_keys_show_nothing_and_never_fail(text):
    for key in address_keys(text):
        assert len(key) == 64
        assert set(key) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "written", ["Bücher.Example", "bücher.example.", " xn--bcher-kva.example "]
)
def test_a_domain_compares_as_the_end_of_an_address_does(written):
    assert domain(written) == ASCII.partition("@")[2]


@pytest.mark.parametrize(
    "written",
    [
        "ann@example.com",
        '"ann@example.com"',
        " 'ann@example.com', ",
        "Ann Example <ann@example.com>;",
        "mailto:ann@example.com",
        "MAILTO:<ann@example.com>",
        '"Ann Example" <"ann@example.com">,',
        "\ufeffann@example.com\u00a0",
    ],
)
def test_what_programs_write_around_an_address_is_taken_off(written):
    assert bare(written) == "ann@example.com"


@pytest.mark.parametrize(("written", "left"), [("", ""), ('"', '"'), (None, ""), ("ann", "ann")])
def test_what_is_no_address_is_left_as_it_is(written, left):
    assert bare(written) == left
