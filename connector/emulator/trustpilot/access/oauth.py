"""The three token endpoints: accesstoken, refresh, revoke (reference 3.1 to 3.3).

Every value of a token answer is a JSON string, numbers too. Only the API host has them.
"""

import binascii
from base64 import b64decode
from datetime import datetime
from typing import Any

from connector.emulator.switches import Switches
from connector.emulator.trustpilot.access.accounts import ACCESS_LIFETIME, Application, Grant
from connector.emulator.trustpilot.errors import VendorError, too_many_calls
from connector.emulator.trustpilot.state import TrustpilotState
from connector.emulator.trustpilot.wire import Answer, Ask


def access_token(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `POST /accesstoken` for all four grants."""
    application = _application(state, ask)
    form = ask.form()
    kind = form.get("grant_type", "")
    if not kind:
        raise _refusal(state.switches, 400, "invalid_request", "Required param : grant_type")
    if kind == "refresh_token":
        return refresh(state, ask)
    if kind == "client_credentials":
        user_id: str | None = ""
    elif kind == "password":
        user_id = state.accounts.user_with_password(
            form.get("username", ""), form.get("password", "")
        )
    elif kind == "authorization_code":
        code, redirect_uri = form.get("code", ""), form.get("redirect_uri", "")
        user_id = state.accounts.redeem(code, redirect_uri, state.clock.now())
    else:
        raise _refusal(state.switches, 400, "unsupported_grant_type", "Unsupported grant type")
    if user_id is None:
        raise _refusal(state.switches, 400, "invalid_grant", "The grant is not valid")
    _count(state, application)
    grant = state.accounts.open(application, user_id, state.clock.now())
    return Answer(body=_first_answer(grant))


def refresh(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `POST /refresh` with a new access and a new refresh token."""
    application = _application(state, ask)
    form = ask.form()
    if form.get("grant_type") != "refresh_token":
        raise _refusal(state.switches, 400, "invalid_request", "Required param : grant_type")
    _count(state, application)
    token = form.get("refresh_token", "")
    grant = state.accounts.refresh(application, token, state.clock.now())
    if grant is None:
        raise _refusal(state.switches, 400, "invalid_request", "Invalid Refresh Token")
    return Answer(body=_answer(grant))


def revoke(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `POST /revoke` for an access or a refresh token, known or not, with or without key."""
    state.accounts.revoke(ask.form().get("token", ""))
    return Answer()


def _application(state: TrustpilotState, ask: Ask) -> Application:
    key, secret = _credentials(ask)
    application = state.accounts.applications.get(key)
    if application is None or application.api_secret != secret:
        raise _refusal(state.switches, 401, "invalid_client", "ClientId is Invalid")
    return application


def _credentials(ask: Ask) -> tuple[str, str]:
    scheme, _, encoded = ask.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        form = ask.form()
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        key, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return key, secret


def _count(state: TrustpilotState, application: Application) -> None:
    if not state.rates.admits_token(application.api_key, state.clock.now()):
        raise too_many_calls()


def _first_answer(grant: Grant) -> dict[str, Any]:
    return {
        **_answer(grant),
        "client_id": grant.application.api_key,
        "app_enduser": grant.user_id,
    }


def _answer(grant: Grant) -> dict[str, Any]:
    answer = {
        "access_token": grant.access_token,
        "issued_at": _seconds(grant.issued_at),
        "expires_in": str(int(ACCESS_LIFETIME.total_seconds())),
        "token_type": "BearerToken",
    }
    if not grant.refresh_token:
        return answer
    lifetime = grant.refresh_expires - grant.issued_at
    return answer | {
        "refresh_token": grant.refresh_token,
        "refresh_token_issued_at": _seconds(grant.issued_at),
        "refresh_token_expires_in": str(int(lifetime.total_seconds())),
        "refresh_token_status": "approved",
    }


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _refusal(switches: Switches, status: int, code: str, text: str) -> VendorError:
    if switches.oauth_error_shape == "rfc6749":
        return VendorError(status, {"error": code, "error_description": text})
    return VendorError(status, {"ErrorCode": code, "Error": text})
