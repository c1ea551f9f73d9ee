"""Sessions and the daily allowance: who is calling, and how often the org was called.

Judges by the emulator's clock. Does not hand out sign-ins; `oauth` does.
Reference 4.6, 4.7 and 9.
"""

import secrets
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connector.emulator.salesforce.rest.settings import ConnectedApp, SalesforceSettings
from connector.emulator.salesforce.rows.errors import ApiError

ALLOWANCE_WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Session:
    """One access token: whose it is, which app asked for it, when it was last used."""

    token: str
    username: str
    app: ConnectedApp
    last_used: datetime


class Sessions:
    """Access tokens that the org knows; each dies after a lifetime without use."""

    def __init__(self, settings: SalesforceSettings) -> None:
        self._settings = settings
        self._by_token: dict[str, Session] = {}

    def open(self, username: str, app: ConnectedApp, now: datetime) -> Session:
        """Returns a new session; its token starts with the org id, as real ones do."""
        token = f"{self._settings.org_id[:15]}!AQ{secrets.token_urlsafe(72)}"
        session = Session(token, username, app, now)
        self._by_token[token] = session
        return session

    def check(self, authorization: str, now: datetime) -> Session:
        """Returns the live session of an Authorization header and notes its use.

        Raises:
            ApiError: 401 INVALID_SESSION_ID, with the one text that a new sign-in mends and the
                other that it does not (the app lacks the scope "api").
        """
        session = self.find(authorization, now)
        if session is None:
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if not {"api", "full"} & set(session.app.scopes):
            text = "This session is not valid for use with the REST API"
            raise ApiError(401, "INVALID_SESSION_ID", text)
        return session

    def find(self, authorization: str, now: datetime) -> Session | None:
        """Returns the live session of a "Bearer" or "OAuth" header, or None."""
        scheme, _, token = authorization.partition(" ")
        session = self._by_token.get(token.strip())
        if session is None or scheme.lower() not in {"bearer", "oauth"}:
            return None
        if now - session.last_used > self._settings.session_lifetime:
            del self._by_token[session.token]
            return None
        self._by_token[session.token] = replace(session, last_used=now)
        return session

    def revoke(self, token: str) -> bool:
        """Ends every session of the token's user and app; False where the token is unknown."""
        known = self._by_token.get(token)
        if known is None:
            return False
        for session in list(self._by_token.values()):
            if (session.username, session.app) == (known.username, known.app):
                del self._by_token[session.token]
        return True

    def end_all(self) -> None:
        """Ends every session, as an administrator or a password change does."""
        self._by_token.clear()


class Allowance:
    """Counts the API calls of the last 24 hours against the daily cap."""

    def __init__(self, settings: SalesforceSettings) -> None:
        self._settings = settings
        self._times: deque[datetime] = deque()

    def used(self, now: datetime) -> int:
        """Returns the number of calls counted in the 24 hours up to `now`."""
        while self._times and now - self._times[0] >= ALLOWANCE_WINDOW:
            self._times.popleft()
        return len(self._times)

    def remaining(self, now: datetime) -> int:
        """Returns the calls left, never negative."""
        return max(0, self._settings.daily_cap - self.used(now))

    def spend(self, now: datetime) -> None:
        """Counts one call.

        Raises:
            ApiError: 403 REQUEST_LIMIT_EXCEEDED where the cap is reached; nothing is counted then.
        """
        if not self.remaining(now):
            text = "TotalRequests Limit exceeded."
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", text)
        self._times.append(now)

    def header(self, now: datetime) -> str:
        """Returns the value of Sforce-Limit-Info."""
        return f"api-usage={self.used(now)}/{self._settings.daily_cap}"
