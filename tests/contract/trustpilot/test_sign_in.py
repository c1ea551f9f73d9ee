"""Tokens: four grants, text instead of numbers, lifetimes by the emulator's clock."""

from datetime import timedelta

import pytest

FORM = {"grant_type": "client_credentials"}
REDIRECT = "https://connector.example/callback"


def test_every_value_of_a_token_answer_is_text(client):
    answer = client.token(**FORM).json()
    assert {type(value) for value in answer.values()} == {str}
    assert (answer["expires_in"], answer["token_type"]) == ("360000", "BearerToken")
    assert int(answer["issued_at"]) == int(client.emulator.clock.now().timestamp())


def test_client_credentials_give_no_refresh_token(client):
    assert not [key for key in client.token(**FORM).json() if key.startswith("refresh")]


def test_the_key_may_stand_in_the_body(client):
    application = client.state.application
    url = "https://trustpilot.emulator.example/v1/oauth/oauth-business-users-for-applications"
    form = FORM | {"client_id": application.api_key, "client_secret": application.api_secret}
    answer = client.session.post(f"{url}/accesstoken", data=form, timeout=1)
    assert answer.json()["access_token"].startswith("tpa-")


@pytest.mark.parametrize(
    ("form", "auth", "status", "code"),
    [
        (FORM, ("tpk-emulator", "wrong"), 401, "invalid_client"),
        (FORM, ("unknown", "wrong"), 401, "invalid_client"),
        ({}, None, 400, "invalid_request"),
        ({"grant_type": "implicit"}, None, 400, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "a", "password": "b"}, None, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "no"}, None, 400, "invalid_grant"),
    ],
)
def test_a_refused_grant_says_why_in_capitals(client, form, auth, status, code):
    answer = client.token(auth=auth, **form)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (status, code)


def test_the_error_shape_of_the_standard_is_a_variant(client):
    client.switches.oauth_error_shape = "rfc6749"
    assert client.token().json()["error"] == "invalid_request"


def test_a_user_signs_in_with_a_password(client):
    client.state.add_business_user("Bo", email="bo@example.com", password="tent")
    answer = client.sign_in(grant_type="password", username="bo@example.com", password="tent")
    assert answer["refresh_token_expires_in"] == str(90 * 86400)
    assert client.get(f"/private/business-units/{client.unit.id}/reviews").status_code == 200


def test_a_code_is_good_once_and_for_its_redirect_uri_only(client):
    def code():
        now = client.emulator.clock.now()
        return client.state.accounts.authorize(client.state.acting_user_id, REDIRECT, now)

    def redeem(code, redirect_uri):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return client.token(**form).status_code

    first = code()
    assert [redeem(first, REDIRECT), redeem(first, REDIRECT)] == [200, 400]
    assert redeem(code(), f"{REDIRECT}/") == 400


@pytest.mark.parametrize("path", ["refresh", "accesstoken"])
def test_a_refresh_rotates_both_tokens(client, path):
    user = client.state.add_business_user("Bo", email="bo@example.com", password="tent")
    form = {"grant_type": "password", "username": user.email, "password": "tent"}
    before = client.token(**form).json()
    form = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
    after = client.token(path, **form).json()
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert "client_id" not in after
    again = client.token(path, **form)
    assert (again.status_code, again.json()["Error"]) == (400, "Invalid Refresh Token")


def test_an_old_refresh_token_may_survive(client):
    client.switches.old_refresh_token_survives = True
    user = client.state.add_business_user("Bo", email="bo@example.com", password="tent")
    form = {"grant_type": "password", "username": user.email, "password": "tent"}
    token = client.token(**form).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert [client.token("refresh", **form).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("days", [30, 90])
def test_a_refresh_token_dies_after_its_days(client, days):
    client.switches.refresh_token_days = days
    user = client.state.add_business_user("Bo", email="bo@example.com", password="tent")
    form = {"grant_type": "password", "username": user.email, "password": "tent"}
    token = client.token(**form).json()["refresh_token"]
    client.emulator.clock.advance(timedelta(days=days))
    refresh = {"grant_type": "refresh_token", "refresh_token": token}
    assert client.token("refresh", **refresh).status_code == 400


def test_an_access_token_lives_a_hundred_hours(client):
    path = f"/private/business-units/{client.unit.id}/reviews"
    client.emulator.clock.advance(timedelta(hours=99.9))
    assert client.get(path).status_code == 200
    client.emulator.clock.advance(timedelta(hours=0.2))
    answer = client.get(path)
    assert (answer.status_code, list(answer.json())) == (401, ["fault"])
    client.sign_in()
    assert client.get(path).status_code == 200


def test_a_revoked_token_is_dead_and_the_answer_empty(client):
    token = client.headers["Authorization"].removeprefix("Bearer ")
    answer = client.token("revoke", token=token)
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get(f"/private/business-units/{client.unit.id}/reviews").status_code == 401


def test_a_user_who_left_takes_their_token_along(client):
    user = client.state.add_business_user("Bo", email="bo@example.com", password="tent")
    answer = client.sign_in(grant_type="password", username=user.email, password="tent")
    del client.state.accounts.users[user.id]
    assert client.get(f"/private/business-units/{client.unit.id}/reviews").status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    assert client.token("refresh", **form).status_code == 400


def test_the_invitations_host_gives_no_tokens(client):
    url = "https://invitations.emulator.example/v1/oauth/oauth-business-users-for-applications"
    answer = client.session.post(f"{url}/accesstoken", data=FORM, timeout=1)
    assert answer.status_code == 404


def test_a_token_per_request_meets_a_429_where_the_switch_says_so(client):
    client.switches.token_requests_per_hour = 3
    client.emulator.clock.advance(timedelta(hours=2))
    assert [client.token(**FORM).status_code for _ in range(4)] == [200, 200, 200, 429]
    client.emulator.clock.advance(timedelta(hours=1))
    assert client.token(**FORM).status_code == 200
