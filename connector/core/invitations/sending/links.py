"""Business-generated links: a customer's data, encrypted then authenticated, inside a URL.

Algorithm and key format: https://support.trustpilot.com/hc/en-us/articles/115004145087
(AES-256-CBC with PKCS7, HMAC-SHA256 over IV and ciphertext, standard base64, percent-encoded).
The initialisation vector comes in as an argument: this module knows no randomness.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from connector.core.terms.records import in_one_line
from connector.core.terms.units import LinkKeys

KEY_BYTES = 32
IV_BYTES = 16
_BLOCK_BITS = 128

PUBLIC_SITE = "https://www.trustpilot.com"
"""Where links point unless the configuration names another address."""

COUNTRY_SITES: Mapping[str, str] = MappingProxyType(
    {
        "AT": "at", "AU": "au", "BR": "br", "CA": "ca", "CH": "ch", "DE": "de", "DK": "dk",
        "ES": "es", "FI": "fi", "FR": "fr", "GB": "uk", "IE": "ie", "IT": "it", "JP": "jp",
        "NL": "nl", "NO": "no", "NZ": "nz", "PL": "pl", "PT": "pt", "SE": "se",
    }
)  # fmt: skip
"""Countries of a locale, and the name that stands for `www` on their site."""


def decode_key(text: str) -> bytes:
    """The raw key behind Trustpilot's base64 text.

    Raises ValueError with a sentence that tells what is wrong and never the key.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64; copy it again from Trustpilot Business") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"decodes to {len(key)} bytes; Trustpilot's keys have {KEY_BYTES}")
    return key


@dataclass(frozen=True)
class LinkPayload:
    """What a business-generated link tells Trustpilot about the customer.

    `reference_number` is spelled `ref` there; a link with the same one makes no second review.
    """

    email: str
    name: str
    reference_number: str
    skus: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def as_json(self) -> bytes:
        """The compact UTF-8 JSON that is encrypted; empty lists are left out.

        Trustpilot 11: tags have no blanks, whatever kind of blank it is.
        """
        payload: dict[str, object] = {
            "email": self.email,
            "name": self.name,
            "ref": self.reference_number,
        }
        if self.skus:
            payload["skus"] = list(self.skus)
        if self.tags:
            payload["tags"] = [in_one_line(tag).replace(" ", "_") for tag in self.tags]
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def seal(keys: LinkKeys, plaintext: bytes, iv: bytes) -> bytes:
    """IV, ciphertext and authentication tag in one piece, ready for base64."""
    if len(iv) != IV_BYTES:
        raise ValueError(f"the initialisation vector has {len(iv)} bytes instead of {IV_BYTES}")
    padder = PKCS7(_BLOCK_BITS).padder()
    padded = padder.update(plaintext) + padder.finalize()
    encryptor = Cipher(algorithms.AES256(keys.encryption), modes.CBC(iv)).encryptor()
    sealed = iv + encryptor.update(padded) + encryptor.finalize()
    return sealed + hmac.new(keys.authentication, sealed, hashlib.sha256).digest()


def country_site(review_url: str, locale: str) -> str:
    """The public site in the language of the locale's country; any other address as it is.

    A country without a site of its own keeps `www`.
    """
    _, _, country = locale.replace("_", "-").partition("-")
    site = COUNTRY_SITES.get(country.upper())
    if review_url.rstrip("/") != PUBLIC_SITE or site is None:
        return review_url
    return PUBLIC_SITE.replace("//www.", f"//{site}.")


def business_generated_link(
    review_url: str, domain: str, keys: LinkKeys, payload: LinkPayload, iv: bytes
) -> str:
    """The address a customer opens to review; nothing readable about them is in it."""
    value = base64.b64encode(seal(keys, payload.as_json(), iv)).decode("ascii")
    return f"{review_url.rstrip('/')}/evaluate-bgl/{quote(domain)}?p={quote(value, safe='')}"
