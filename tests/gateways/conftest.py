"""What all gateway tests share: a clock that never waits, a scripted server, the emulator."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import INVITATIONS_URL, SALESFORCE_URL, TRUSTPILOT_URL, InProcessDoor
from connector.emulator.salesforce import ConnectedApp
from connector.gateways.http.client import VendorHttp
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg
from connector.gateways.trustpilot.client import TrustpilotClient
from connector.gateways.trustpilot.sign_in import TrustpilotAccess

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


@dataclass
class AdvancingClock:
    """A clock that moves only when somebody sleeps (or a test advances it)."""

    started: datetime = START
    elapsed: float = 0.0
    slept: list[float] = field(default_factory=list)
    followers: list[Callable[[float], object]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        return self.started + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        with self.lock:
            self.elapsed += seconds
            for follow in self.followers:
                follow(seconds)


@dataclass(frozen=True)
class Scripted:
    """What the scripted server does with one request."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    drop: bool = False
    cut_after: int | None = None
    delay: float = 0.0


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class ScriptedServer:
    """A real HTTP server on loopback that plays back a list and then answers 200."""

    def __init__(self) -> None:
        self.script: deque[Scripted] = deque()
        self.received: list[Received] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def will(self, *steps: Scripted) -> None:
        self.script.extend(steps)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _play(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            server.received.append(
                Received(self.command, self.path, dict(self.headers.items()), body)
            )
            step = server.script.popleft() if server.script else Scripted()
            if step.delay:
                time.sleep(step.delay)
            if not step.drop:
                self._answer(step)
            self.close_connection = True

        def _answer(self, step: Scripted) -> None:
            self.send_response_only(step.status)
            for name, value in step.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(step.body)))
            with suppress(ConnectionError):  # a client that lost patience has hung up
                self.end_headers()
                self.wfile.write(step.body[: step.cut_after])

        def log_message(self, *_args: object) -> None:
            """Say nothing: pytest's output is for failures."""

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _play  # noqa: N815 -- http.server's names

    return Handler


@pytest.fixture
def clock() -> AdvancingClock:
    """Time that passes only by sleeping; every sleep is in `clock.slept`."""
    return AdvancingClock()


@pytest.fixture
def server():
    """A scripted HTTP server: `server.will(scripted(status=503), ...)`, `server.received`."""
    running = ScriptedServer()
    yield running
    running.close()


@pytest.fixture
def scripted() -> type[Scripted]:
    """The steps that `server.will` takes (test folders are no packages to import from)."""
    return Scripted


@pytest.fixture
def emulator(clock):
    """Both vendors, empty, on a clock that stands at START and follows `clock`."""
    world = Emulator(clock=EmulatorClock(frozen_at=START))
    clock.followers.append(lambda seconds: world.clock.advance(timedelta(seconds=seconds)))
    return world


@pytest.fixture
def door(emulator):
    """The adapter that reaches the emulator without sockets."""
    return InProcessDoor(emulator)


@pytest.fixture
def unit(emulator):
    """A business unit of the emulated Trustpilot."""
    return emulator.trustpilot.add_business_unit("shop.example", display_name="Shop")


@pytest.fixture
def access(emulator):
    """What a client needs to know of the emulated Trustpilot."""
    return TrustpilotAccess(
        api_url=TRUSTPILOT_URL,
        invitations_url=f"{INVITATIONS_URL}/v1",
        api_key=SecretStr(emulator.trustpilot.application.api_key),
        api_secret=SecretStr(emulator.trustpilot.application.api_secret),
        acting_user_id=emulator.trustpilot.acting_user_id,
    )


@pytest.fixture
def trustpilot_http(clock, door):
    """The HTTP layer on the in-process door; waits move both clocks."""
    layer = VendorHttp("Trustpilot", clock=clock, adapter=door)
    yield layer
    layer.close()


@pytest.fixture
def trustpilot(trustpilot_http, access):
    """A Trustpilot client that talks to the emulator."""
    return TrustpilotClient(trustpilot_http, access)


@pytest.fixture
def side(emulator):
    """The emulated org with one app that may sign in."""
    apps = emulator.salesforce.settings.connected_apps
    apps.append(ConnectedApp("client", "hush", "integration@shop.example"))
    return emulator.salesforce


@pytest.fixture
def org(side, clock, door):
    """The Salesforce gateway, signed in through the in-process door."""
    app = side.settings.connected_apps[0]
    access = SalesforceAccess(SALESFORCE_URL, app.client_id, SecretStr(app.client_secret))
    return SalesforceOrg(VendorHttp("Salesforce", clock=clock, adapter=door), access)
