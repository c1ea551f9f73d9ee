"""HTTPS on loopback: four uvicorn servers in one thread, under an authority made on the spot.

A client reaches them as any real server: by URL, with `REQUESTS_CA_BUNDLE` naming `ca_file`.
"""

import asyncio
import socket
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Protocol, Self

import trustme
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from connector.emulator.frame import DELAY, AsgiApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 600

_Connections = dict[tuple[str, int], asyncio.Transport]


class Apps(Protocol):
    """What stands behind the doors: the emulator."""

    def apps(self) -> dict[str, AsgiApp]:
        """Return one ASGI app per door name."""
        ...


class HttpsDoors:
    """Serves the emulator over HTTPS while the context is open.

    `ports` maps door names (salesforce, trustpilot, invitations, control) to ports; the others
    get free ones. `ca_file` and all sockets are gone after the context.
    """

    def __init__(self, emulator: Apps, ports: Mapping[str, int] | None = None) -> None:
        self._apps = emulator.apps()
        self._ports = dict(ports or {})
        self._sockets: dict[str, socket.socket] = {}
        self._servers: dict[str, uvicorn.Server] = {}
        self._connections: _Connections = {}
        self._opened = ExitStack()
        self._folder = Path()

    @property
    def ca_file(self) -> Path:
        """Return the path of the certificate authority's PEM file."""
        return self._folder / "ca.pem"

    @property
    def salesforce_url(self) -> str:
        """Return the base URL of the emulated org, without a trailing slash."""
        return self._url("salesforce")

    @property
    def trustpilot_url(self) -> str:
        """Return the base URL of Trustpilot's API host, without /v1."""
        return self._url("trustpilot")

    @property
    def invitations_url(self) -> str:
        """Return the base URL of Trustpilot's invitations host, without /v1."""
        return self._url("invitations")

    @property
    def control_url(self) -> str:
        """Return the base URL of the control door."""
        return self._url("control")

    def __enter__(self) -> Self:
        """Open all doors; they answer when this returns.

        Raises:
            OSError: where a port is taken; nothing stays open then.
        """
        with ExitStack() as opening:
            self._folder = Path(opening.enter_context(TemporaryDirectory(prefix="emulator-")))
            for door in self._apps:
                self._sockets[door] = opening.enter_context(_listen(self._ports.get(door, 0)))
                self._ports[door] = self._sockets[door].getsockname()[1]
            certificate = _make_certificate(self._folder, self.ca_file)
            for door, app in self._apps.items():
                self._servers[door] = uvicorn.Server(_config(app, certificate, self._connections))
            thread = threading.Thread(target=self._serve, name="emulator-doors", daemon=True)
            thread.start()
            opening.callback(thread.join)
            opening.callback(self._stop)
            self._opened = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all doors at once, also in the face of calls that still wait."""
        self._opened.close()

    def _stop(self) -> None:
        for server in self._servers.values():
            server.should_exit = server.force_exit = True

    def _url(self, door: str) -> str:
        return f"https://{HOST}:{self._ports[door]}"

    def _serve(self) -> None:
        asyncio.run(self._serve_all())

    async def _serve_all(self) -> None:
        await asyncio.gather(
            *(server.serve(sockets=[self._sockets[door]]) for door, server in self._servers.items())
        )
        for connection in list(self._connections.values()):
            connection.abort()
        await asyncio.sleep(0)  # lets the aborted connections close their sockets


def _make_certificate(folder: Path, ca_file: Path) -> Path:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_file))
    pem = folder / "server.pem"
    issued = authority.issue_cert(HOST, "localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(str(pem))
    return pem


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's delay off only for sockets that name TCP as their protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    return listener


def _config(app: AsgiApp, certificate: Path, connections: _Connections) -> uvicorn.Config:
    config = uvicorn.Config(
        _OnTheLine(app, connections),
        http=_protocol_that_notes(connections),
        ssl_certfile=str(certificate),
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    config.load()  # here, so that what is wrong with it reaches the caller
    return config


def _protocol_that_notes(connections: _Connections) -> type[H11Protocol]:
    class Noting(H11Protocol):
        """Uvicorn's protocol, which also notes the transport of every open connection."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._peer = transport.get_extra_info("peername")[:2]
            connections[self._peer] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self._peer, None)
            super().connection_lost(exc)

    return Noting


class _OnTheLine:
    """Turns a frame's signs into what happens on a TCP line: waiting, and closing unanswered."""

    def __init__(self, app: AsgiApp, connections: _Connections) -> None:
        self._app = app
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[DELAY] = asyncio.sleep
        started: list[Any] = []

        async def noted(message: Message) -> None:
            started.append(message["type"])
            await send(message)

        await self._app(scope, receive, noted)
        if not started:
            self._connections[scope["client"]].abort()
            while (await receive())["type"] != "http.disconnect":
                pass
