"""A small sound configuration, and what is found wrong with a changed one."""

import base64
from types import MappingProxyType

import pytest

from connector.config import load_settings
from connector.core.terms.errors import ConfigurationError

SOUND = """\
salesforce:
  login_url: https://org.example
  organization_id: 00D000000000062EAA
  client_id: {env: SF_ID}
  client_secret: {env: SF_SECRET}
trustpilot:
  api_key: {env: TP_KEY}
  api_secret: {env: TP_SECRET}
  acting_user_id: "0123456789abcdef01234567"
business_units:
  - name: shop
    domain: shop.example
    link_keys:
      encryption: {env: LINK_A}
      authentication: {env: LINK_B}
invitations:
  rules:
    - name: orders
      on: Order
      becomes: {Status: Activated}
      to: bill_to
      after: 7 days
      as: email
"""

ENVIRON = MappingProxyType(
    {
        "SF_ID": "emulated-id",
        "SF_SECRET": "emulated-secret",
        "TP_KEY": "emulated-key",
        "TP_SECRET": "emulated-api-secret",
        "LINK_A": base64.b64encode(b"a" * 32).decode(),
        "LINK_B": base64.b64encode(b"b" * 32).decode(),
    }
)


@pytest.fixture
def sound():
    """The text of a configuration without problems."""
    return SOUND


@pytest.fixture
def environ():
    """Every variable that the sound configuration refers to."""
    return dict(ENVIRON)


@pytest.fixture
def load(tmp_path):
    """Write a configuration text into a folder of its own and load it."""

    def load_text(text, environ=ENVIRON, *, require_secrets=True):
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path, environ, require_secrets=require_secrets)

    return load_text


@pytest.fixture
def problems_of(load):
    """The problems that loading a configuration text reports."""

    def find(text, environ=ENVIRON, *, require_secrets=True):
        with pytest.raises(ConfigurationError) as refusal:
            load(text, environ, require_secrets=require_secrets)
        return refusal.value.problems

    return find
