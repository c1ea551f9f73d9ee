"""The two doors to the emulator: HTTPS on loopback, and in-process for thousands of fast tests.

Behind both stand the same ASGI apps. The in-process door runs them without sockets and shows
faults as the exceptions that `requests` would raise; the only module here that knows `requests`.
"""

from collections.abc import Mapping
from http.client import RemoteDisconnected
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ReadTimeout
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from connector.emulator.clock import EmulatorClock
from connector.emulator.frame import DELAY, Answer, AsgiApp, Message, Scope
from connector.emulator.https_doors import HttpsDoors

__all__ = [
    "CONTROL_URL",
    "INVITATIONS_URL",
    "IN_PROCESS_URLS",
    "SALESFORCE_URL",
    "TRUSTPILOT_URL",
    "HttpsDoors",
    "InProcessDoor",
]

SALESFORCE_URL = "https://salesforce.emulator.example"
TRUSTPILOT_URL = "https://trustpilot.emulator.example"
INVITATIONS_URL = "https://invitations.emulator.example"
CONTROL_URL = "https://control.emulator.example"
IN_PROCESS_URLS = {
    "salesforce": SALESFORCE_URL,
    "trustpilot": TRUSTPILOT_URL,
    "invitations": INVITATIONS_URL,
    "control": CONTROL_URL,
}
_DOOR_OF_HOST = {urlsplit(url).netloc: door for door, url in IN_PROCESS_URLS.items()}


class Behind(Protocol):
    """What stands behind a door: the emulator."""

    clock: EmulatorClock

    def apps(self) -> dict[str, AsgiApp]:
        """Return one ASGI app per door name."""
        ...


class InProcessDoor(HTTPAdapter):
    """Answers `requests` calls to the four emulator URLs from the same process, without sockets.

    A delay longer than the read timeout raises ReadTimeout at once, after processing; a shorter
    one only moves the emulator's clock. Safe to share between sessions and threads.
    """

    def __init__(self, emulator: Behind) -> None:
        super().__init__()
        self._emulator = emulator

    def mount(self, session: Session) -> Session:
        """Mount this door on the four URLs of a session and return the session."""
        for url in IN_PROCESS_URLS.values():
            session.mount(url, self)
        return session

    def send(  # noqa: PLR0913, PLR0917 - the signature of requests.adapters.BaseAdapter
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002, ARG002 - the same
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002, ARG002 - the same
        cert: Any = None,  # noqa: ARG002 - the same
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - the same
    ) -> Response:
        """Return the emulator's answer, or raise what `requests` raises for a struck call."""
        url = urlsplit(request.url or "")
        if url.netloc not in _DOOR_OF_HOST:
            raise NoConnection(f"no emulated vendor at {url.netloc}", request=request)
        visit = _Visit(request)
        _run(self._emulator.apps()[_DOOR_OF_HOST[url.netloc]], visit)
        self._wait(visit.delay, timeout, request)
        if not visit.answered:
            lost = RemoteDisconnected("Remote end closed connection without response")
            raise NoConnection(ProtocolError("Connection aborted.", lost), request=request)
        return self.build_response(request, _raw(visit.answer, request.method))

    def _wait(self, delay: float, timeout: Any, request: PreparedRequest) -> None:
        read_timeout = timeout[1] if isinstance(timeout, tuple) else timeout
        patience = getattr(read_timeout, "read_timeout", read_timeout)
        if delay and patience is not None and delay > patience:
            self._emulator.clock.advance(patience)
            raise ReadTimeout(f"Read timed out. (read timeout={patience})", request=request)
        if delay:
            self._emulator.clock.advance(delay)


class _Visit:
    """One call on its way through an ASGI app."""

    def __init__(self, request: PreparedRequest) -> None:
        self.scope = _scope(request, self.hold)
        self.answer = Answer()
        self.answered = False
        self.delay = 0.0
        self._body = _body(request.body)

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Message) -> None:
        self.answered = True
        await self.answer.take(message)

    async def hold(self, seconds: float) -> None:
        self.delay += seconds


def _run(app: AsgiApp, visit: _Visit) -> None:
    """Run the app to its end on the caller's thread; no endpoint here ever truly waits."""
    steps: Any = app(visit.scope, visit.receive, visit.send)
    try:
        steps.send(None)
    except StopIteration:
        return
    steps.close()
    raise RuntimeError("an endpoint of the emulator waited for something other than the body")


def _scope(request: PreparedRequest, hold: Any) -> Scope:
    url = urlsplit(request.url or "")
    headers = [(b"host", url.netloc.encode())]
    headers += [
        (_as_bytes(name).lower(), _as_bytes(text)) for name, text in request.headers.items()
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(url.path) or "/",
        "raw_path": url.path.encode(),
        "root_path": "",
        "query_string": url.query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": (url.hostname, url.port or 443),
        "extensions": {DELAY: hold},
    }


def _as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, (str, bytes)):
        return body.encode() if isinstance(body, str) else body
    pieces = [body.read()] if hasattr(body, "read") else body
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)


def _raw(answer: Answer, method: str | None) -> HTTPResponse:
    """Return what urllib3 gives; it raises by itself where the body is shorter than announced."""
    return HTTPResponse(
        body=BytesIO(answer.body),
        headers=[(name.decode(), text.decode()) for name, text in answer.headers],  # type: ignore[arg-type]
        status=answer.status,
        preload_content=False,
        request_method=method,
    )
