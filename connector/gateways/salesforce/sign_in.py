"""Signing in to Salesforce: client credentials or JWT bearer, at the org's own domain.

It asks for a session and explains a refusal; it neither keeps nor renews one.
simple-salesforce signs in to hosts of its own choice (Salesforce 3.1), so this is done here.
The endpoints: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import jwt
import requests
from pydantic import SecretStr

from connector.core.terms.errors import (
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    SignInError,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.gateways.http.client import Repeat, VendorHttp
from connector.gateways.http.redaction import redacted
from connector.gateways.salesforce.errors import VENDOR
from connector.gateways.salesforce.wire import organization_of

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 -- a path, no secret
# Salesforce 9: an assertion may be good for 3 to 5 minutes at most.
_ASSERTION_LIFE = timedelta(minutes=3)
_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class SalesforceAccess:
    """How to reach and enter the org.

    With `private_key` (PEM, RSA) and `username` the JWT bearer flow is used, else client
    credentials with `client_secret`. `api_version` is like "66.0"; empty means negotiated.
    """

    login_url: str
    client_id: str
    client_secret: SecretStr | None = None
    private_key: SecretStr | None = None
    username: str = ""
    # Salesforce 9: the login host, also where the endpoint is the org's own domain.
    audience: str = "https://login.salesforce.com"
    api_version: str = ""


@dataclass(frozen=True)
class Grant:
    """A session that the org granted; `organization_id` has 18 characters or is empty."""

    access_token: SecretStr
    instance_url: str
    organization_id: str


def sign_in(http: VendorHttp, access: SalesforceAccess) -> Grant:
    """Return a new session.

    Raises:
        SignInError: the org does not accept the credential; repeating would not help.
        AllowanceExhausted: too many sign-ins.
        VendorUnreachable, VendorAnswerUnreadable: no usable answer.
    """
    url = access.login_url.rstrip("/") + TOKEN_PATH
    form, basic = _form(http, access)
    answer = http.session(Repeat.SAFE).post(
        url, data=form, auth=basic, headers={"Accept": "application/json"}
    )
    body = _json(answer)
    if answer.status_code != HTTPStatus.OK:
        raise _refused(answer.status_code, body)
    return _grant(body)


def _form(
    http: VendorHttp, access: SalesforceAccess
) -> tuple[dict[str, str], tuple[str, str] | None]:
    if access.private_key is None:
        secret = access.client_secret.get_secret_value() if access.client_secret else ""
        credentials = (access.client_id.strip(), secret.strip())
        if not all(text and text.isascii() and text.isprintable() for text in credentials):
            raise SignInError(
                VENDOR,
                "The client id or the client secret is empty or holds characters that none has.",
                next_step=_CREDENTIALS,
            )
        return {"grant_type": "client_credentials"}, credentials
    # Salesforce 9: the org judges `exp` by real time: the machine's clock, not a Date header.
    until = http.clock.now() + _ASSERTION_LIFE
    return {"grant_type": _BEARER, "assertion": _assertion(access, int(until.timestamp()))}, None


def _assertion(access: SalesforceAccess, until: int) -> str:
    key = access.private_key.get_secret_value() if access.private_key else ""
    claims = {
        "iss": access.client_id,
        "sub": access.username,
        "aud": access.audience,
        "exp": until,
    }
    try:
        return jwt.encode(claims, key, algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        pass  # the exception may quote the key, so it must not be chained
    raise SignInError(
        VENDOR,
        "The private key of the JWT sign-in is not an RSA key in PEM form.",
        next_step="Set salesforce.private_key to the key whose certificate the app holds.",
    )


def _json(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _grant(body: Mapping[str, Any]) -> Grant:
    # Salesforce 9: no expires_in comes, and instance_url can change from one answer to the next.
    token, instance = body.get("access_token"), body.get("instance_url")
    if not (isinstance(token, str) and token and isinstance(instance, str) and instance):
        raise VendorAnswerUnreadable(
            "Salesforce answered the sign-in with something that is not a session.",
            _facts(HTTPStatus.OK),
            next_step="Check that salesforce.login_url is your My Domain address.",
        )
    return Grant(SecretStr(token), instance, organization_of(body.get("id")))


def _refused(status: int, body: Mapping[str, Any]) -> ConnectorError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return AllowanceExhausted(VENDOR, "Salesforce asks for fewer sign-ins.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return VendorUnreachable(
            f"Salesforce could not answer the sign-in (HTTP {status}).",
            _facts(status),
            maybe_processed=False,
            next_step="Try again later; https://status.salesforce.com tells of disruptions.",
        )
    # Salesforce 9: permanent, unknown ones too: asking again could lock the user out.
    code, said = str(body.get("error") or ""), str(body.get("error_description") or "")
    cause, next_step = _advice(code, said)
    words = ": ".join(filter(None, (code, redacted(said)))) or f"HTTP {status}"
    return SignInError(VENDOR, f"{cause} ({words}).", next_step=next_step)


def _facts(status: int) -> CallFacts:
    return CallFacts(VENDOR, "POST", TOKEN_PATH, status)


def _advice(code: str, said: str) -> tuple[str, str]:
    for expected, words, cause, next_step in _ADVICE:
        if expected == code and words in said.lower():
            return cause, next_step
    return (
        "Salesforce does not accept the sign-in",
        "Check salesforce.login_url (your My Domain address) and the credentials.",
    )


_CREDENTIALS = "Check the values of salesforce.client_id and salesforce.client_secret."
_ADVICE = (
    (
        "invalid_grant",
        # Salesforce 9: login.salesforce.com does not serve this flow.
        "not supported on this domain",
        "Client credentials are accepted only at the org's own domain",
        "Set salesforce.login_url to your My Domain address, https://….my.salesforce.com.",
    ),
    (
        "invalid_grant",
        "no client credentials user",
        "The external client app has no user to run as",
        "Choose a Run As user in the app's client credentials policy.",
    ),
    (
        "invalid_grant",
        "hasn't approved",
        "The user is not pre-authorised for the external client app",
        "Choose 'Admin approved users are pre-authorized' in the app and assign the user.",
    ),
    (
        "invalid_grant",
        "audience is invalid",
        "Salesforce does not accept the audience of the JWT",
        "Set salesforce.audience to https://login.salesforce.com or https://test.salesforce.com.",
    ),
    (
        "invalid_grant",
        "",
        "Salesforce does not accept the credential",
        "Check the username, the certificate in the app, this machine's clock, and Login History.",
    ),
    ("invalid_client", "", "Salesforce does not know this client id and secret", _CREDENTIALS),
    ("invalid_client_id", "", "Salesforce does not know this client id", _CREDENTIALS),
    (
        "unsupported_grant_type",
        "",
        "The external client app does not allow this way of signing in",
        "Enable the flow in the app's OAuth settings.",
    ),
    (
        # Salesforce 9: uncertain: this word and `invalid_app_access`.
        "inactive_user",
        "",
        "The user of the connector is inactive",
        "Activate the user, or choose another one in the app.",
    ),
    (
        "invalid_app_access",
        "",
        "The user may not use the external client app",
        "Assign the user to the app in its policies.",
    ),
)
