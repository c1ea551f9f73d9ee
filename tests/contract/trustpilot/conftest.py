"""An emulated Trustpilot with one business unit, and a client that speaks plain HTTP to it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import requests

from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import INVITATIONS_URL, TRUSTPILOT_URL, InProcessDoor

OAUTH = "/v1/oauth/oauth-business-users-for-applications"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Client:
    """A client as a stranger would write it from the vendor's pages."""

    emulator: Emulator
    session: requests.Session
    unit: object
    headers: dict = field(default_factory=dict)

    @property
    def state(self):
        return self.emulator.trustpilot

    @property
    def switches(self):
        return self.emulator.switches

    def token(self, path="accesstoken", auth=None, **form):
        """Ask a token endpoint."""
        application = self.state.application
        auth = auth or (application.api_key, application.api_secret)
        url = f"{TRUSTPILOT_URL}{OAUTH}/{path}"
        return self.session.post(url, data=form, auth=auth, timeout=1)

    def sign_in(self, **form):
        """Use a fresh token from now on."""
        answer = self.token(**(form or {"grant_type": "client_credentials"})).json()
        self.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return answer

    def call(self, method, path, base=TRUSTPILOT_URL, headers=None, **options):
        """Call a path below /v1 with the token and the API key."""
        merged = {"apikey": self.state.application.api_key, **self.headers, **(headers or {})}
        url = f"{base}/v1{path}"
        return self.session.request(method, url, headers=merged, timeout=1, **options)

    def get(self, path, **params):
        return self.call("GET", path, params=params)

    def reviews(self, **params):
        """Return the reviews of one page of the private list."""
        answer = self.get(f"/private/business-units/{self.unit.id}/reviews", **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["reviews"]

    def invite(self, what="email-invitations", **options):
        """Call the invitations host as the acting user."""
        headers = {"x-business-user-id": self.state.acting_user_id, **options.pop("headers", {})}
        path = f"/private/business-units/{self.unit.id}/{what}"
        method = "GET" if what == "templates" else "POST"
        return self.call(method, path, INVITATIONS_URL, headers, **options)


@pytest.fixture
def client():
    emulator = Emulator(clock=EmulatorClock(frozen_at=NOON))
    unit = emulator.trustpilot.add_business_unit("shop.example", display_name="Shop")
    with requests.Session() as session:
        InProcessDoor(emulator).mount(session)
        stranger = Client(emulator, session, unit)
        stranger.sign_in()
        yield stranger
