"""The sign-in resources: token, revoke and userinfo. Reference section 9.

Grants: client credentials (Basic or body) and JWT bearer. Errors are dicts with status 400.
An assertion's `exp` is judged by the machine's clock, because the client signs by its own.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

import jwt

from connector.emulator.salesforce.rest.settings import ConnectedApp
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_ASSERTION = timedelta(minutes=5)


class Refusal(Exception):
    """A sign-in that the vendor refuses: the two words of its error body."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


def token(state: State, ask: Ask) -> Answer:
    """Answers a token request: 200 with a new access token, 400 with an error dict."""
    form = dict(parse_qsl(ask.body.decode("utf-8", "replace"), keep_blank_values=True))
    grants = {"client_credentials": _client_credentials, JWT_GRANT: _jwt_bearer}
    grant = grants.get(form.get("grant_type", ""), _unsupported)
    try:
        username, app = grant(state, ask, form)
    except Refusal as refusal:
        body = {"error": refusal.error, "error_description": refusal.description}
        return Answer(400, body)
    return Answer(200, _token_body(state, ask, username, app), {"Cache-Control": "no-store"})


def revoke(state: State, ask: Ask) -> Answer:
    """Ends the sessions behind a token (form or query): 200 empty, 400 for an unknown one."""
    form = dict(parse_qsl(ask.body.decode("utf-8", "replace")))
    if state.sessions.revoke(form.get("token") or ask.query.get("token", "")):
        return Answer(200)
    return Answer(400, {"error": "invalid_token", "error_description": "invalid token"})


def userinfo(state: State, ask: Ask) -> Answer:
    """Answers who the caller is; 403 with a bare word where the token is dead."""
    session = state.sessions.find(ask.headers.get("authorization", ""), state.now())
    if session is None:
        return Answer(403, b"Bad_OAuth_Token", media_type="text/html;charset=UTF-8")
    settings = state.settings
    return Answer(
        200,
        {
            "sub": _identity_url(state),
            "user_id": settings.user_id,
            "organization_id": settings.org_id,
            "preferred_username": session.username,
            "name": "Integration User",
            "email": session.username,
            "active": True,
        },
    )


def _unsupported(_state: State, _ask: Ask, _form: dict[str, str]) -> tuple[str, ConnectedApp]:
    raise Refusal("unsupported_grant_type", "grant type not supported")


def _client_credentials(state: State, ask: Ask, form: dict[str, str]) -> tuple[str, ConnectedApp]:
    client_id, secret = _basic(ask.headers.get("authorization", ""))
    client_id = client_id or form.get("client_id", "")
    secret = secret or form.get("client_secret", "")
    app = state.settings.app(client_id)
    if app is None:
        raise Refusal("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret.encode(), app.client_secret.encode()):
        raise Refusal("invalid_client", "invalid client credentials")
    if not app.run_as:
        raise Refusal("invalid_grant", "no client credentials user enabled")
    return app.run_as, app


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refusal("invalid_client", "invalid client credentials") from error
    return unquote(client_id), unquote(secret)


def _jwt_bearer(state: State, ask: Ask, form: dict[str, str]) -> tuple[str, ConnectedApp]:
    assertion = form.get("assertion", "")
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise Refusal("invalid_grant", "invalid assertion") from error
    app = state.settings.app(str(claims.get("iss", "")))
    if app is None:
        raise Refusal("invalid_client_id", "client identifier invalid")
    claims = _verified(app, assertion, (*LOGIN_HOSTS, ask.door))
    username = str(claims["sub"])
    if username not in app.approved:
        raise Refusal("invalid_grant", "user hasn't approved this consumer")
    return username, app


def _verified(app: ConnectedApp, assertion: str, audiences: tuple[str, ...]) -> dict[str, Any]:
    try:
        claims = jwt.decode(
            assertion,
            app.public_key,
            algorithms=["RS256"],
            audience=audiences,
            options={"require": ["exp", "sub", "aud"]},
        )
    except jwt.InvalidAudienceError as error:
        raise Refusal("invalid_grant", "audience is invalid") from error
    except (jwt.InvalidTokenError, jwt.InvalidKeyError) as error:
        raise Refusal("invalid_grant", "invalid assertion") from error
    if int(claims["exp"]) > (datetime.now(UTC) + LONGEST_ASSERTION).timestamp():
        raise Refusal("invalid_grant", "invalid assertion")
    return claims


def _token_body(state: State, ask: Ask, username: str, app: ConnectedApp) -> dict[str, str]:
    now = state.now()
    identity = _identity_url(state)
    issued_at = str(int(now.timestamp() * 1000))
    digest = hmac.digest(
        app.client_secret.encode(), (identity + issued_at).encode(), hashlib.sha256
    )
    return {
        "access_token": state.sessions.open(username, app, now).token,
        "signature": base64.b64encode(digest).decode(),
        "scope": " ".join(app.scopes),
        "instance_url": ask.door,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }


def _identity_url(state: State) -> str:
    return f"{LOGIN_HOSTS[0]}/id/{state.settings.org_id}/{state.settings.user_id}"
