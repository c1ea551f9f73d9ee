"""Business-generated links: the algorithm against vectors that Trustpilot published."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.invitations.sending.links import (
    LinkPayload,
    business_generated_link,
    country_site,
    decode_key,
    seal,
)
from connector.core.terms.units import LinkKeys

SAMPLES = Path(__file__).resolve().parents[5] / "shared" / "samples" / "trustpilot"
KEYS = LinkKeys(bytes(range(32)), bytes(range(32, 64)))
IV = bytes(16)


@pytest.fixture(scope="module")
def vectors():
    path = SAMPLES / "bgl_vectors.json"
    if not path.exists():
        pytest.skip("Trustpilot's published vectors are not part of this checkout")
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def published_keys(vectors):
    keys = vectors["keys"]
    return LinkKeys(decode_key(keys["cryptkey_base64"]), decode_key(keys["authkey_base64"]))


def test_the_official_vector_is_reproduced(vectors, published_keys):
    official = vectors["official_decrypt_vector"]
    sealed = seal(published_keys, official["plaintext"].encode(), bytes.fromhex(official["iv_hex"]))
    assert base64.b64encode(sealed).decode() == official["output_base64"]


def test_the_official_length_is_reproduced(vectors, published_keys):
    official = vectors["official_length_vector"]
    sealed = seal(published_keys, official["plaintext"].encode(), IV)
    assert len(base64.b64encode(sealed)) == official["base64_length"]


def test_a_payload_becomes_the_derived_vector(vectors, published_keys):
    derived = vectors["derived_not_official"]
    said = json.loads(derived["plaintext"])
    payload = LinkPayload(
        said["email"], said["name"], said["ref"], tuple(said["skus"]), tuple(said["tags"])
    )
    assert payload.as_json().decode() == derived["plaintext"]
    sealed = seal(published_keys, payload.as_json(), bytes.fromhex(derived["iv_hex"]))
    assert base64.b64encode(sealed).decode() == derived["output_base64"]


def test_the_value_in_the_link_is_percent_encoded():
    link = business_generated_link(
        "https://www.trustpilot.com/",
        "shop.example",
        KEYS,
        LinkPayload("a@b.example", "A", "1"),
        IV,
    )
    assert link.startswith("https://www.trustpilot.com/evaluate-bgl/shop.example?p=")
    value = link.partition("?p=")[2]
    assert not set(value) & set("+/=")
    assert base64.b64decode(unquote(value), validate=True)


def test_nothing_of_the_customer_is_readable_in_the_link():
    payload = LinkPayload("ada@customer.example", "Ada", "ORDER-77")
    link = business_generated_link("https://t.example", "shop.example", KEYS, payload, IV)
    for word in ("ada", "customer", "ORDER-77"):
        assert word not in link


def test_the_same_facts_and_vector_give_the_same_link():
    payload = LinkPayload("a@b.example", "A", "1")
    links = {
        business_generated_link("https://t.example", "s.example", KEYS, payload, IV)
        for _ in range(3)
    }
    assert len(links) == 1


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0", "\u202f", "\ufeff"])
def test_tags_carry_no_blank_of_any_kind(blank):
    payload = LinkPayload("a@b.example", "A", "1", tags=(f"{blank}north{blank}east{blank}",))
    assert json.loads(payload.as_json())["tags"] == ["north_east"]


def test_tags_carry_no_spaces_and_empty_lists_are_left_out():
    assert json.loads(LinkPayload("a@b.example", "A", "1", (), ("north east",)).as_json()) == {
        "email": "a@b.example",
        "name": "A",
        "ref": "1",
        "tags": ["north_east"],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (base64.b64encode(bytes(31)).decode(), "31 bytes"),  # one byte short
        (base64.b64encode(bytes(33)).decode(), "33 bytes"),  # one byte long
        (base64.b64encode(bytes(16)).decode(), "16 bytes"),  # an AES-128 key
        ("", "0 bytes"),  # an empty variable
        ("not base64!", "not base64"),  # a key copied with other words
    ],
)
def test_a_wrong_key_is_refused_without_being_shown(text, said):
    with pytest.raises(ValueError, match=said) as refusal:
        decode_key(text)
    assert not text or text not in str(refusal.value)


def test_a_vector_of_another_length_is_refused():
    with pytest.raises(ValueError, match="15 bytes"):
        seal(KEYS, b"x", bytes(15))


def test_keys_do_not_show_in_their_repr():
    assert repr(KEYS) == "LinkKeys()"


@given(st.text(min_size=1), st.text(min_size=1), st.binary(min_size=16, max_size=16))
def test_any_customer_fits_into_a_link(name, reference, iv):
    payload = LinkPayload("a@b.example", name, reference)
    try:
        link = business_generated_link("https://t.example", "s.example", KEYS, payload, iv)
    except UnicodeEncodeError:
        assert any("\ud800" <= letter <= "\udfff" for letter in name + reference)
    else:
        sealed = base64.b64decode(parse_qs(urlsplit(link).query)["p"][0])
        assert sealed[:16] == iv
        assert (len(sealed) - 32) % 16 == 0


@pytest.mark.parametrize(
    ("locale", "site"),
    [
        ("da-DK", "https://dk.trustpilot.com"),
        ("en-GB", "https://uk.trustpilot.com"),
        ("de_AT", "https://at.trustpilot.com"),
        ("en-US", "https://www.trustpilot.com"),
        ("nl-BE", "https://www.trustpilot.com"),
        ("de", "https://www.trustpilot.com"),
        ("", "https://www.trustpilot.com"),
        ("../x", "https://www.trustpilot.com"),
    ],
)
def test_a_link_opens_the_site_of_the_locales_country(locale, site):
    assert country_site("https://www.trustpilot.com", locale) == site
    link = business_generated_link(site, "shop.example", KEYS, LinkPayload("a", "b", "1"), IV)
    assert link.startswith(f"{site}/evaluate-bgl/shop.example?p=")


def test_an_address_of_the_configuration_stays_as_it_is():
    assert country_site("https://127.0.0.1:8443", "da-DK") == "https://127.0.0.1:8443"
