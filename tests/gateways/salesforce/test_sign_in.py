"""Signing in to the emulated org, in both ways, and what is said when it refuses."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from connector.core.terms.errors import (
    AllowanceExhausted,
    SignInError,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.core.terms.records import Select
from connector.emulator.doors import SALESFORCE_URL
from connector.emulator.faults import Fault, drop_before, html_page, too_many_requests
from connector.emulator.salesforce import ConnectedApp
from connector.gateways.http.client import VendorHttp
from connector.gateways.http.clock import SystemClock
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg
from connector.gateways.salesforce.sign_in import TOKEN_PATH, sign_in

SECRET = SecretStr("hush-hush")
USER = "integration@shop.example"


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def app(emulator, key):
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    made = ConnectedApp(
        "client", SECRET.get_secret_value(), USER, public_key=public.decode(), approved=(USER,)
    )
    emulator.salesforce.settings.connected_apps.append(made)
    return made


class MachineTime(SystemClock):
    """The real date, because an assertion is judged by it; but nobody waits."""

    def sleep(self, _seconds):
        pass


@pytest.fixture
def http(app, door):
    assert app.client_id == "client"
    return VendorHttp("Salesforce", clock=MachineTime(), adapter=door)


def by_secret(**more):
    return SalesforceAccess(
        **{"login_url": SALESFORCE_URL, "client_id": "client", "client_secret": SECRET, **more}
    )


def by_key(key, **more):
    facts = {"login_url": SALESFORCE_URL, "client_id": "client", "username": USER}
    return SalesforceAccess(**{**facts, "private_key": SecretStr(pem(key)), **more})


def test_client_credentials_bring_a_session_that_can_read(http, emulator):
    org = SalesforceOrg(http, by_secret())
    (answer,) = org.read([Select("Organization", ("Id",))])
    assert answer.rows[0]["Id"] == org.organization_id == emulator.salesforce.settings.org_id


def test_a_signed_assertion_brings_a_session_that_can_read(http, key, emulator):
    org = SalesforceOrg(http, by_key(key))
    (answer,) = org.read([Select("Organization", ("Id",))])
    assert answer.rows[0]["Id"] == emulator.salesforce.settings.org_id


def test_the_audience_may_be_the_orgs_own_address(http, key):
    assert sign_in(http, by_key(key, audience=SALESFORCE_URL)).access_token.get_secret_value()


def test_a_slash_at_the_end_of_the_address_does_no_harm(http):
    assert sign_in(http, by_secret(login_url=SALESFORCE_URL + "/")).instance_url


def test_a_grant_does_not_show_its_token(http):
    grant = sign_in(http, by_secret())
    assert grant.access_token.get_secret_value() not in repr(grant)


def test_a_wrong_secret_is_told_with_what_to_check(http):
    with pytest.raises(SignInError, match="invalid_client") as caught:
        sign_in(http, by_secret(client_secret=SecretStr("wrong-secret")))
    assert "client_secret" in caught.value.next_step
    assert "wrong-secret" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", " ", "hush\nhush", "hüsh", "hush \u2026"])
def test_what_no_header_can_carry_is_refused_without_a_call(http, emulator, secret):
    with pytest.raises(SignInError, match="client secret") as caught:
        sign_in(http, by_secret(client_secret=SecretStr(secret)))
    assert caught.value.__context__ is None
    assert emulator.calls.counts("salesforce") == 0


def test_blanks_around_a_secret_do_no_harm(http):
    assert sign_in(http, by_secret(client_secret=SecretStr(" hush-hush\n")))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"username": "other@shop.example"}, "not pre-authorised"),
        ({"audience": "https://elsewhere.example"}, "audience"),
    ],
)
def test_a_refused_assertion_is_told_by_its_cause(http, key, changes, words):
    with pytest.raises(SignInError, match=words) as caught:
        sign_in(http, by_key(key, **changes))
    assert "shop.example" not in str(caught.value)
    assert caught.value.next_step


def test_another_key_is_refused(http):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(SignInError, match="invalid assertion"):
        sign_in(http, by_key(stranger))


@pytest.mark.usefixtures("app")
def test_an_assertion_lives_by_the_machines_clock(key, door, clock):
    """The test clock stands in the past, so what it signs has expired."""
    http = VendorHttp("Salesforce", clock=clock, adapter=door)
    with pytest.raises(SignInError, match="invalid assertion"):
        sign_in(http, by_key(key))


@pytest.mark.parametrize("text", ["", "not a key", "-----BEGIN PRIVATE KEY-----\nMII\n-----END"])
def test_what_is_no_key_is_refused_without_showing_it(http, emulator, text):
    access = SalesforceAccess(SALESFORCE_URL, "client", private_key=SecretStr(text), username=USER)
    with pytest.raises(SignInError, match="PEM") as caught:
        sign_in(http, access)
    assert caught.value.__context__ is None
    assert emulator.calls.counts("salesforce") == 0


def test_an_app_without_run_as_user_is_told(http, app):
    app.run_as = ""
    with pytest.raises(SignInError, match="no user to run as"):
        sign_in(http, by_secret())


@pytest.mark.parametrize(
    ("error", "description", "words"),
    [
        ("invalid_grant", "request not supported on this domain", "My Domain"),
        ("invalid_grant", "user hasn't approved this consumer", "pre-authorized"),
        ("invalid_grant", "authentication failure", "Login History"),
        ("inactive_user", "user is inactive", "Activate"),
        ("invalid_app_access", "", "policies"),
        ("unsupported_grant_type", "", "OAuth settings"),
        ("something_new", "for ann@example.com", "login_url"),
    ],
)
def test_every_known_refusal_names_its_fix(http, emulator, error, description, words):
    body = {"error": error, "error_description": description}
    emulator.faults.add(Fault("salesforce", path=TOKEN_PATH, status=400, body=body))
    with pytest.raises(SignInError) as caught:
        sign_in(http, by_secret())
    assert words in caught.value.next_step
    assert "ann@example.com" not in str(caught.value)
    assert emulator.calls.counts("salesforce") == 1  # no storm: accounts lock


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (html_page(503, times=None), VendorUnreachable),
        (html_page(200), VendorAnswerUnreadable),
        (html_page(404), SignInError),  # not a Salesforce address
        (drop_before(times=None), VendorUnreachable),
        (too_many_requests(1, times=None), AllowanceExhausted),
        (Fault("salesforce", status=200, body=[]), VendorAnswerUnreadable),
        (Fault("salesforce", status=200, body={"access_token": "x"}), VendorAnswerUnreadable),
        (Fault("salesforce", status=302, headers={"Location": "https://x.example"}), SignInError),
    ],
)
def test_an_answer_that_is_no_session_is_told_for_what_it_is(http, emulator, fault, error):
    emulator.faults.add(fault)
    with pytest.raises(error):
        sign_in(http, by_secret())


def test_a_sign_in_survives_a_lost_answer(http, emulator):
    emulator.faults.add(drop_before())
    assert sign_in(http, by_secret()).organization_id
    assert emulator.calls.counts("salesforce", "POST", TOKEN_PATH) == 2
