"""Who may call: applications, business users, access and refresh tokens.

Judges by the emulator's clock. Knows the rules of sign-in, not their HTTP spelling (`oauth`).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.emulator.switches import Switches
from connector.emulator.trustpilot.ids import Ids, object_id

ACCESS_LIFETIME = timedelta(hours=100)
CODE_LIFETIME = timedelta(minutes=10)
ROLES_THAT_WRITE = ("Admin", "Manager")


@dataclass(frozen=True)
class BusinessUser:
    """A person of the Trustpilot account; `role` Admin or Manager may reply and invite."""

    id: str
    name: str
    role: str = "Admin"
    email: str = ""
    password: str = ""


@dataclass(frozen=True)
class Application:
    """An API key with its secret; `unit_ids` None means every business unit of the world."""

    api_key: str
    api_secret: str
    unit_ids: frozenset[str] | None = None

    def reaches(self, unit_id: str) -> bool:
        """Tell whether the application may see a business unit's private data."""
        return self.unit_ids is None or unit_id in self.unit_ids


@dataclass(frozen=True)
class Grant:
    """One sign-in: an access token and, for a user's grant, a refresh token."""

    application: Application
    user_id: str
    access_token: str
    refresh_token: str
    issued_at: datetime
    refresh_expires: datetime

    @property
    def expires(self) -> datetime:
        """Return when the access token ends."""
        return self.issued_at + ACCESS_LIFETIME


@dataclass(frozen=True)
class Caller:
    """Who makes a private call; `user` is None with a client_credentials token."""

    application: Application
    user: BusinessUser | None


@dataclass(frozen=True)
class _Code:
    user_id: str
    redirect_uri: str
    expires: datetime


@dataclass
class Accounts:
    """Holds applications, users and live tokens of the emulated Trustpilot."""

    switches: Switches
    applications: dict[str, Application] = field(default_factory=dict)
    users: dict[str, BusinessUser] = field(default_factory=dict)
    _by_access: dict[str, Grant] = field(default_factory=dict)
    _by_refresh: dict[str, Grant] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _ids: Ids = field(default_factory=Ids)

    def open(self, application: Application, user_id: str, now: datetime) -> Grant:
        """Issue tokens; a grant without a user has no refresh token."""
        refresh = f"tpr-{self._ids.next('refresh token')}" if user_id else ""
        grant = Grant(
            application=application,
            user_id=user_id,
            access_token=f"tpa-{self._ids.next('access token')}",
            refresh_token=refresh,
            issued_at=now,
            refresh_expires=now + timedelta(days=self.switches.refresh_token_days),
        )
        self._by_access[grant.access_token] = grant
        if refresh:
            self._by_refresh[refresh] = grant
        return grant

    def refresh(self, application: Application, token: str, now: datetime) -> Grant | None:
        """Exchange a refresh token for a new pair, or return None where it is no longer good."""
        grant = self._by_refresh.get(token)
        if grant is None or grant.application != application or now >= grant.refresh_expires:
            return None
        if grant.user_id not in self.users:
            return None
        if not self.switches.old_refresh_token_survives:
            self.revoke(token)
        return self.open(application, grant.user_id, now)

    def revoke(self, token: str) -> None:
        """End the sign-in that an access or refresh token belongs to."""
        grant = self._by_access.get(token) or self._by_refresh.get(token)
        if grant is not None:
            self._by_access.pop(grant.access_token, None)
            self._by_refresh.pop(grant.refresh_token, None)

    def end_all(self) -> None:
        """End every access token at once; refresh tokens stay."""
        self._by_access.clear()

    def authorize(self, user_id: str, redirect_uri: str, now: datetime) -> str:
        """Return the code that a user's browser brings back to `redirect_uri`, good for once."""
        code = object_id("code", user_id, len(self._codes))
        self._codes[code] = _Code(user_id, redirect_uri, now + CODE_LIFETIME)
        return code

    def redeem(self, code: str, redirect_uri: str, now: datetime) -> str | None:
        """Return the user of a fresh code whose redirect URI is the same, and use the code up."""
        known = self._codes.pop(code, None)
        if known is None or known.redirect_uri != redirect_uri or now >= known.expires:
            return None
        return known.user_id

    def user_with_password(self, username: str, password: str) -> str | None:
        """Return the id of the user who signs in with this e-mail address and password."""
        for user in self.users.values():
            if user.password and (user.email, user.password) == (username, password):
                return user.id
        return None

    def caller(self, access_token: str, now: datetime) -> Caller | None:
        """Return who holds a live access token."""
        grant = self._by_access.get(access_token)
        if grant is None or now >= grant.expires:
            return None
        if grant.user_id and grant.user_id not in self.users:
            return None
        return Caller(grant.application, self.users.get(grant.user_id))
