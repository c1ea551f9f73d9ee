"""An emulator with one business unit, and a session through each of its doors."""

from dataclasses import dataclass

import pytest
import requests

from connector.emulator.app import Emulator
from connector.emulator.doors import IN_PROCESS_URLS, HttpsDoors, InProcessDoor

DOMAIN = "shop.example"


@dataclass
class Way:
    """One way to reach an emulator: a session, and the base URL of each door."""

    emulator: Emulator
    session: requests.Session
    urls: dict[str, str]

    def find(self, **options):
        """Make the plainest call there is: look the business unit up."""
        return self.session.get(
            f"{self.urls['trustpilot']}/v1/business-units/find",
            params={"name": DOMAIN},
            headers={"apikey": self.emulator.trustpilot.application.api_key},
            **options,
        )


def _emulator():
    emulator = Emulator()
    emulator.trustpilot.add_business_unit(DOMAIN)
    return emulator


@pytest.fixture(scope="session")
def https():
    emulator = _emulator()
    with HttpsDoors(emulator) as doors, requests.Session() as session:
        # The machine's own REQUESTS_CA_BUNDLE would win over the session's.
        session.trust_env = False
        session.verify = str(doors.ca_file)
        urls = {name: getattr(doors, f"{name}_url") for name in IN_PROCESS_URLS}
        yield Way(emulator, session, urls)


@pytest.fixture
def in_process():
    emulator = _emulator()
    with requests.Session() as session:
        InProcessDoor(emulator).mount(session)
        yield Way(emulator, session, IN_PROCESS_URLS)


@pytest.fixture(params=["in process", "https"])
def way(request):
    """Either door; over HTTPS the emulator is shared, so traces of other tests are wiped."""
    if request.param == "in process":
        return request.getfixturevalue("in_process")
    shared = request.getfixturevalue("https")
    shared.emulator.faults.clear()
    shared.emulator.calls.clear()
    return shared
