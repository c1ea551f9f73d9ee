"""Signs in to Trustpilot as the account (client credentials) and keeps the token.

It asks for a token as rarely as it can: Trustpilot answers 429 to whoever asks more often
than tokens expire (developers.trustpilot.com/authentication). Tokens are never logged.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import requests
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from pydantic import SecretStr
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from connector.core.terms.errors import SignInError, VendorUnreachable
from connector.gateways.http.client import Repeat, VendorHttp
from connector.gateways.trustpilot.errors import (
    CREDENTIALS,
    VENDOR,
    check,
    error_words,
    json_of,
    unreadable,
)

_TOKEN_PATH = "/oauth/oauth-business-users-for-applications/accesstoken"  # noqa: S105 -- a path
# Trustpilot 3.3: 100 hours.
_DOCUMENTED_LIFETIME = 100 * 3600.0
_EARLY = 3600.0
_EARLY_SHARE = 0.1  # of a lifetime so short that an hour would eat most of it
_BATCH = 60.0  # a token at hand outlives the calls that were prepared together
_BATCH_SHARE = 0.5  # of a lifetime that a batch would eat
_REFUSED = frozenset({400, 401, 403})


@dataclass(frozen=True)
class TrustpilotAccess:
    """Where Trustpilot is and who we are there; URLs with or without a trailing `/v1`.

    `acting_user_id` is the business user (Admin or Manager) in whose name we write
    (Trustpilot 3.4).
    """

    api_url: str
    invitations_url: str
    api_key: SecretStr
    api_secret: SecretStr
    acting_user_id: str = ""


def base_url(url: str) -> str:
    """Return the address below which all paths of version 1 stand, without a final slash."""
    return url.strip().rstrip("/").removesuffix("/v1").rstrip("/") + "/v1"


def header_safe(secret: SecretStr, variable: str) -> str:
    """Return a credential that fits into a header, without the blanks that copying adds.

    Raises:
        SignInError: it is empty or holds characters no header can carry.
    """
    value = secret.get_secret_value().strip()
    if value and value.isascii() and value.isprintable():
        return value
    what = "holds characters that no credential has" if value else "is empty"
    raise SignInError(VENDOR, f"{variable} {what}.", next_step=f"Set {variable} again.")


class TrustpilotSignIn:
    """Hands out one access token to all threads; at most one request for it is under way."""

    def __init__(self, http: VendorHttp, access: TrustpilotAccess) -> None:
        self._http = http
        self._access = access
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = -math.inf

    def token(self) -> str:
        """Return a token that is good for a while: renewed an hour before it expires.

        One that lives for less than ten hours is renewed later, but a minute before its end.

        Raises:
            SignInError: Trustpilot does not accept the key and secret.
            AllowanceExhausted: tokens were asked for too often.
            VendorUnreachable: no token came; nothing was changed at Trustpilot.
        """
        with self._lock:
            if self._http.clock.monotonic() >= self._good_until:
                self._renew()
            return self._token

    def token_at_hand(self) -> str:
        """Return the last token, even where its renewal is due; signs in only without any.

        For a call that was prepared (`token`) and must not be held up; raises like `token`.
        """
        with self._lock:
            if not self._token:
                self._renew()
            return self._token

    def forget(self, refused: str) -> None:
        """Have the next `token` be another one than the one Trustpilot refused."""
        with self._lock:
            if self._token == refused:
                self._good_until = -math.inf

    def token_after(self, refused: str) -> str:
        """Return another token than the one Trustpilot refused; raises like `token`."""
        with self._lock:
            if self._token == refused:
                self._renew()
            return self._token

    def _renew(self) -> None:
        # Trustpilot 3.2: client credentials bring no refresh token, so a new one is asked for.
        asked_at = self._http.clock.monotonic()
        answer = self._ask()
        lifetime = _lifetime(answer.get("expires_in"))
        self._token = str(answer["access_token"])
        self._good_until = asked_at + lifetime - _early(lifetime)

    def _ask(self) -> dict[str, object]:
        key = header_safe(self._access.api_key, "TRUSTPILOT_API_KEY")
        secret = header_safe(self._access.api_secret, "TRUSTPILOT_API_SECRET")
        session = _TokenSession(client=BackendApplicationClient(client_id=key))
        self._http.equip(session, Repeat.SAFE)
        session.register_compliance_hook("access_token_response", _usable)
        url = base_url(self._access.api_url) + _TOKEN_PATH
        try:
            # Trustpilot 3.1: key and secret would be taken from the body too; Basic is preferred.
            return dict(session.fetch_token(url, auth=HTTPBasicAuth(key, secret)))
        except VendorUnreachable as error:
            unreachable = VendorUnreachable(
                error.message, error.facts, maybe_processed=False, next_step=error.next_step
            )
        except (OAuth2Error, ValueError) as error:
            # Chained it would show the answer, and so perhaps the token.
            raise SignInError(
                VENDOR,
                f"The token of {VENDOR} cannot be used ({type(error).__name__}).",
                next_step="Check that trustpilot.api_url begins with https:// and is right.",
            ) from None
        raise unreachable


class _TokenSession(OAuth2Session):
    """A session that takes the credential nowhere else: it follows no redirect."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 -- requests' signature
        return None


def _usable(response: requests.Response) -> requests.Response:
    """Return the token answer when it holds a token, and raise what else it means."""
    if response.status_code in _REFUSED:
        words = error_words(response)
        said = words.message or words.code or "no reason given"
        raise SignInError(
            VENDOR,
            f"{VENDOR} does not accept the API key and secret "
            f"({response.status_code}: {said.rstrip('.')}).",
            next_step=CREDENTIALS,
        )
    body = json_of(check(response))
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
        raise unreadable(response, "it holds no token")
    return response


def _early(lifetime: float) -> float:
    """Return how many seconds before its end a token is renewed."""
    batch = min(_BATCH, lifetime * _BATCH_SHARE)
    return max(batch, min(_EARLY, lifetime * _EARLY_SHARE))


def _lifetime(expires_in: object) -> float:
    """Return a lifetime in seconds; it comes as text (Trustpilot 3.3)."""
    try:
        seconds = float(str(expires_in))
    except ValueError:
        return _DOCUMENTED_LIFETIME
    return seconds if math.isfinite(seconds) and seconds > 0 else _DOCUMENTED_LIFETIME
