"""The printed configuration reaches the running emulator."""

import re

import pytest
import requests

from connector.emulator.app import Emulator
from connector.emulator.credentials import AccountFacts
from connector.emulator.doors import HttpsDoors
from connector.emulator.ready_config import ready_config


@pytest.fixture(scope="module")
def printed():
    emulator = Emulator()
    unit = emulator.trustpilot.add_business_unit("shop.example")
    facts = AccountFacts(
        organization_id="00D000000000062AAA",
        salesforce_client_id="client",
        salesforce_client_secret="client secret",
        trustpilot_api_key=emulator.trustpilot.application.api_key,
        trustpilot_api_secret=emulator.trustpilot.application.api_secret,
        acting_user_id=emulator.trustpilot.acting_user_id,
        domain=unit.domain,
        link_encryption_key=unit.link_keys.encryption,
        link_authentication_key=unit.link_keys.authentication,
    )
    with HttpsDoors(emulator) as doors:
        yield (facts, *ready_config(doors, facts))


def test_every_secret_that_the_text_names_is_in_the_environment(printed):
    _, text, environment = printed
    named = set(re.findall(r"\{env: (\w+)\}", text))
    assert named == set(environment) - {"REQUESTS_CA_BUNDLE", "NO_PROXY"}


def test_no_secret_stands_in_the_text(printed):
    facts, text, _ = printed
    secrets = (
        facts.salesforce_client_secret,
        facts.trustpilot_api_secret,
        facts.link_encryption_key,
        facts.link_authentication_key,
    )
    assert [secret for secret in secrets if secret in text] == []


def test_a_client_with_this_environment_gets_a_token(printed, monkeypatch):
    _, text, environment = printed
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    api_url = re.search(r"^  api_url: (\S+)$", text, re.MULTILINE)[1]
    answer = requests.post(
        f"{api_url}/oauth/oauth-business-users-for-applications/accesstoken",
        data={"grant_type": "client_credentials"},
        auth=(environment["TRUSTPILOT_API_KEY"], environment["TRUSTPILOT_API_SECRET"]),
        timeout=10,
    )
    assert answer.json()["token_type"] == "BearerToken"


def test_the_repr_of_the_facts_shows_no_secret(printed):
    facts, _, environment = printed
    assert environment["TRUSTPILOT_API_SECRET"] not in repr(facts)
