"""Token, revoke and userinfo: what a client that signs in by itself meets."""

import json
import time
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.emulator.doors import SALESFORCE_URL

TOKEN = f"{SALESFORCE_URL}/services/oauth2/token"
USERINFO = f"{SALESFORCE_URL}/services/oauth2/userinfo"
REVOKE = f"{SALESFORCE_URL}/services/oauth2/revoke"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
USERNAME = "integration@connector.example"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def assertion(key, connected_app):
    """Signs claims that are right unless a test says otherwise."""
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    connected_app.public_key = public.decode()
    connected_app.approved = (USERNAME,)

    def sign(signer=key, **changes):
        claims = {
            "iss": "consumer-key",
            "sub": USERNAME,
            "aud": "https://login.salesforce.com",
            "exp": str(int(time.time()) + 180),
        }
        return jwt.encode({**claims, **changes}, signer, algorithm="RS256")

    return sign


def test_client_credentials_in_the_form_give_a_token(door, side):
    form = {
        "grant_type": "client_credentials",
        "client_id": "consumer-key",
        "client_secret": "consumer-secret",
    }
    answer = door.post(TOKEN, data=form)
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {
        "access_token",
        "signature",
        "scope",
        "instance_url",
        "id",
        "token_type",
        "issued_at",
    }
    assert "expires_in" not in body
    assert body["token_type"] == "Bearer"
    assert body["access_token"].startswith(side.settings.org_id[:15] + "!AQ")
    assert body["issued_at"].isdecimal()


def test_client_credentials_in_the_basic_header_give_a_token(sign_in):
    assert sign_in()["scope"] == "api id"


def test_the_identity_names_org_and_user(sign_in, side):
    org, user = sign_in()["id"].split("/")[-2:]
    assert (org, user) == (side.settings.org_id, side.settings.user_id)
    assert len(org) == len(user) == 18


def test_the_instance_is_the_door_the_request_came_through(sign_in):
    assert sign_in()["instance_url"] == SALESFORCE_URL


@pytest.mark.parametrize(
    ("form", "error", "description"),
    [
        # a wrong secret
        (
            {"client_id": "consumer-key", "client_secret": "x"},
            "invalid_client",
            "invalid client credentials",
        ),
        # an app that the org does not know
        (
            {"client_id": "x", "client_secret": "x"},
            "invalid_client_id",
            "client identifier invalid",
        ),
        # a grant that is off or unknown
        ({"grant_type": "password"}, "unsupported_grant_type", "grant type not supported"),
        # an assertion that is none
        ({"grant_type": JWT_GRANT, "assertion": "x.y.z"}, "invalid_grant", "invalid assertion"),
    ],
)
def test_a_refused_sign_in_is_a_400_with_a_dict(door, form, error, description):
    answer = door.post(TOKEN, data={"grant_type": "client_credentials", **form})
    assert answer.status_code == 400
    assert answer.json() == {"error": error, "error_description": description}


def test_a_malformed_basic_header_is_an_invalid_client(door):
    header = {"Authorization": "Basic not-base64"}
    answer = door.post(TOKEN, data={"grant_type": "client_credentials"}, headers=header)
    assert answer.json()["error"] == "invalid_client"


def test_client_credentials_need_a_run_as_user(door, connected_app):
    connected_app.run_as = ""
    form = {"grant_type": "client_credentials"}
    answer = door.post(TOKEN, data=form, auth=("consumer-key", "consumer-secret"))
    assert answer.json()["error"] == "invalid_grant"


def test_a_signed_assertion_gives_a_working_token(door, assertion):
    answer = door.post(TOKEN, data={"grant_type": JWT_GRANT, "assertion": assertion()})
    assert answer.status_code == 200, answer.text
    header = {"Authorization": "Bearer " + answer.json()["access_token"]}
    assert door.get(USERINFO, headers=header).json()["preferred_username"] == USERNAME


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"aud": "https://elsewhere.example"}, "audience is invalid"),
        ({"sub": "somebody@connector.example"}, "user hasn't approved this consumer"),
        ({"exp": int(time.time()) - 60}, "invalid assertion"),  # expired
        ({"exp": int(time.time()) + 3600}, "invalid assertion"),  # further away than allowed
    ],
)
def test_an_assertion_with_a_wrong_claim_is_an_invalid_grant(door, assertion, changes, description):
    answer = door.post(TOKEN, data={"grant_type": JWT_GRANT, "assertion": assertion(**changes)})
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": description}


def test_an_assertion_signed_by_another_key_is_an_invalid_grant(door, assertion):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = {"grant_type": JWT_GRANT, "assertion": assertion(signer=stranger)}
    assert door.post(TOKEN, data=form).json()["error_description"] == "invalid assertion"


def test_the_org_itself_is_an_accepted_audience(door, assertion):
    form = {"grant_type": JWT_GRANT, "assertion": assertion(aud=SALESFORCE_URL)}
    assert door.post(TOKEN, data=form).status_code == 200


def test_an_emulated_clock_far_ahead_does_not_expire_assertions(door, assertion, emulator):
    emulator.clock.advance(timedelta(days=40))
    form = {"grant_type": JWT_GRANT, "assertion": assertion()}
    assert door.post(TOKEN, data=form).status_code == 200


def test_userinfo_names_user_and_org(api, side):
    body = api.get("/services/oauth2/userinfo").json()
    assert body["organization_id"] == side.settings.org_id
    assert body["user_id"] == side.settings.user_id
    assert body["preferred_username"] == USERNAME


def test_userinfo_with_a_dead_token_is_a_403_without_json(door):
    answer = door.get(USERINFO, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.text) == (403, "Bad_OAuth_Token")


def test_revoking_a_token_ends_every_session_of_user_and_app(door, sign_in, api):
    second = sign_in()["access_token"]
    assert door.post(REVOKE, data={"token": second}).status_code == 200
    assert api.get("limits").status_code == 401


def test_revoking_an_unknown_token_is_an_invalid_token(door):
    answer = door.post(REVOKE, data={"token": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_token")


def test_the_fixture_of_a_refused_sign_in_has_our_shape(door, samples):
    recorded = json.loads((samples / "restforce_auth_error_response.json").read_text())
    ours = door.post(TOKEN, data={"grant_type": "password"}).json()
    assert set(ours) == set(recorded)
