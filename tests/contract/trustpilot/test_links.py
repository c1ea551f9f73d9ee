"""Business-generated links: the published vectors, and the page that opens one."""

import json
import os
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from connector.emulator.trustpilot.business_units import LinkKeys
from connector.emulator.trustpilot.invitations.links import LinkProblem, decrypt

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT.parent / "shared" / "samples" / "trustpilot" / "bgl_vectors.json"
PAYLOAD = {"email": "kim@example.com", "name": "Kim Example", "ref": "A-1"}
needs_vectors = pytest.mark.skipif(
    not VECTORS.exists(), reason="the published vectors in ../shared/samples are not here"
)


def seal(plain, encryption=b"e" * 32, authentication=b"a" * 32, iv=None):
    """Encrypt as the vendor's page describes, step by step."""
    iv = iv or os.urandom(16)
    padder = PKCS7(128).padder()
    padded = padder.update(plain) + padder.finalize()
    cipher = Cipher(algorithms.AES(encryption), modes.CBC(iv)).encryptor()
    body = iv + cipher.update(padded) + cipher.finalize()
    tag = HMAC(authentication, SHA256())
    tag.update(body)
    return b64encode(body + tag.finalize()).decode()


@pytest.fixture
def opened(client):
    """Return a function that opens a link for a payload and returns status, page and record."""
    client.unit.link_keys = LinkKeys(b64encode(b"e" * 32).decode(), b64encode(b"a" * 32).decode())

    def opener(payload, domain="shop.example", **keys):
        text = payload if isinstance(payload, str) else seal(json.dumps(payload).encode(), **keys)
        url = f"https://trustpilot.emulator.example/evaluate-bgl/{domain}"
        answer = client.session.get(url, params={"p": text}, timeout=1)
        assert answer.headers["Content-Type"].startswith("text/html")
        return answer.status_code, answer.text, (client.state.opened_links or [None])[-1]

    return opener


@needs_vectors
@pytest.mark.parametrize("name", ["official_decrypt_vector", "derived_not_official"])
def test_a_published_vector_decrypts_to_its_plaintext(name):
    vectors = json.loads(VECTORS.read_text())
    keys = LinkKeys(vectors["keys"]["cryptkey_base64"], vectors["keys"]["authkey_base64"])
    plain = decrypt(vectors[name]["output_base64"], keys)
    assert plain.decode() == vectors[name]["plaintext"]


@needs_vectors
def test_a_published_vector_with_one_bit_turned_is_refused():
    vectors = json.loads(VECTORS.read_text())
    keys = LinkKeys(vectors["keys"]["cryptkey_base64"], vectors["keys"]["authkey_base64"])
    text = vectors["official_decrypt_vector"]["output_base64"]
    with pytest.raises(LinkProblem, match="signature"):
        decrypt("Z" + text[1:], keys)


def test_a_good_link_is_accepted_and_remembered(opened):
    status, page, record = opened(PAYLOAD | {"skus": ["LAMP-1"], "tags": ["vip"]})
    assert (status, record.accepted, record.payload["ref"]) == (200, True, "A-1")
    assert "shop.example" in page


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({"name": "Kim", "ref": "A-1"}, "lacks email"),
        ({"email": "kim@example.com", "ref": "A-1"}, "lacks name"),
        ({"email": "kim@example.com", "name": "Kim"}, "lacks ref"),
        (PAYLOAD | {"ref": ""}, "lacks ref"),
        (PAYLOAD | {"email": "kim"}, "not an e-mail address"),
        (PAYLOAD | {"tags": ["two words"]}, "must not contain spaces"),
        (PAYLOAD | {"skus": "LAMP-1"}, "must be a list of texts"),
        (["kim@example.com"], "not a JSON object"),
        ("not base64!", "not base64"),
        ("c2hvcnQ=", "too short"),
        ("", "too short"),
    ],
)
def test_a_wrong_link_says_what_is_wrong(opened, payload, why):
    status, page, record = opened(payload)
    assert status == 400
    assert why in page
    assert not record.accepted


def test_a_tag_of_another_key_is_refused(opened):
    status, page, _ = opened(PAYLOAD, authentication=b"x" * 32)
    assert (status, "signature" in page) == (400, True)


def test_another_encryption_key_is_refused(opened):
    assert opened(PAYLOAD, encryption=b"x" * 32, iv=b"i" * 16)[0] == 400


def test_a_link_without_percent_encoding_breaks(client, opened):
    plus = next(
        text for text in (seal(json.dumps(PAYLOAD).encode()) for _ in range(99)) if "+" in text
    )
    assert opened(plus)[0] == 200
    url = f"https://trustpilot.emulator.example/evaluate-bgl/shop.example?p={plus}"
    assert client.session.get(url, timeout=1).status_code == 400


def test_an_unknown_domain_has_no_page(opened):
    assert opened(PAYLOAD, domain="other.example")[0] == 404


def test_a_link_opens_again_until_a_review_was_written(client, opened):
    assert [opened(PAYLOAD)[0], opened(PAYLOAD)[0]] == [200, 200]
    client.state.add_service_review(
        client.unit.id, referralEmail="kim@example.com", referenceId="A-1"
    )
    status, page, _ = opened(PAYLOAD)
    assert (status, "already been reviewed" in page) == (400, True)
    assert opened(PAYLOAD | {"ref": "A-2"})[0] == 200


def test_skus_outside_the_catalogue_may_be_refused(client, opened):
    client.unit.skus.add("LAMP-1")
    assert opened(PAYLOAD | {"skus": ["lamp-1"]})[0] == 200
    client.switches.link_skus_must_be_known = True
    assert opened(PAYLOAD | {"skus": ["lamp-1"]})[0] == 400
    assert opened(PAYLOAD | {"skus": ["LAMP-1"]})[0] == 200
