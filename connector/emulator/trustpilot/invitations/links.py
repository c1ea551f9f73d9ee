"""Business-generated links as Trustpilot reads them: decrypt, verify, and judge the payload.

Reference 11: AES-256-CBC with PKCS7, then HMAC-SHA256 over IV and ciphertext, all in base64.
"""

import binascii
import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from connector.emulator.trustpilot.business_units import LinkKeys

BLOCK = 16
TAG = 32


class LinkProblem(Exception):
    """A link that Trustpilot does not accept; the text is what its page says."""


@dataclass(frozen=True)
class OpenedLink:
    """One opening of a business-generated link; `problem` is empty where it was accepted."""

    at: datetime
    domain: str
    payload: dict[str, Any]
    problem: str

    @property
    def accepted(self) -> bool:
        """Tell whether the consumer could have written a review."""
        return not self.problem


def decrypt(text: str, keys: LinkKeys) -> bytes:
    """Return the plain text of a link's `p` parameter, already percent-decoded.

    Raises:
        LinkProblem: for text that is no base64, a tag that does not fit, or broken padding.
    """
    sealed = _unwrap(text)
    body, tag = sealed[:-TAG], sealed[-TAG:]
    check = HMAC(b64decode(keys.authentication), SHA256())
    check.update(body)
    try:
        check.verify(tag)
    except InvalidSignature:
        raise LinkProblem("The link's signature does not fit this domain.") from None
    cipher = Cipher(algorithms.AES(b64decode(keys.encryption)), modes.CBC(body[:BLOCK]))
    opener = cipher.decryptor()
    padding = PKCS7(BLOCK * 8).unpadder()
    try:
        padded = opener.update(body[BLOCK:]) + opener.finalize()
        return padding.update(padded) + padding.finalize()
    except ValueError:
        raise LinkProblem("The link was encrypted with another key.") from None


def _unwrap(text: str) -> bytes:
    try:
        sealed = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise LinkProblem("The link's payload is not base64.") from None
    if len(sealed) < BLOCK + BLOCK + TAG:
        raise LinkProblem("The link's payload is too short.")
    return sealed


def read_payload(plain: bytes) -> dict[str, Any]:
    """Return the payload of a decrypted link.

    Raises:
        LinkProblem: where it is no JSON object, lacks email, name or ref, or a tag has spaces.
    """
    try:
        payload = json.loads(plain)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise LinkProblem("The link's payload is not a JSON object.")
    for name in ("email", "name", "ref"):
        if not isinstance(payload.get(name), str) or not payload[name].strip():
            raise LinkProblem(f"The link's payload lacks {name}.")
    if "@" not in payload["email"]:
        raise LinkProblem("The link's email is not an e-mail address.")
    for name in ("skus", "tags"):
        _check_words(payload.get(name, []), name)
    return payload


def _check_words(words: Any, name: str) -> None:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise LinkProblem(f"The link's {name} must be a list of texts.")
    if name == "tags" and any(" " in word for word in words):
        raise LinkProblem("The link's tags must not contain spaces.")
