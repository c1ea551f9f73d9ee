"""The frame around a vendor's handlers: every call is dated, struck by faults and logged here.

It knows HTTP and nothing of either vendor, and it lets a handler's own exception through: a bug
of the emulator must be loud.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any, Protocol

from connector.emulator.calls import Call, CallLog, counts_toward_allowance
from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import HTML_PAGE, Fault, Faults

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

DELAY = "emulator.delay"
"""The scope extension with which a door lets an answer wait: `await extension(seconds)`."""

_NO_BODY_STATUSES = (204, 304)


class Ground(Protocol):
    """What a frame stands on: the emulator's clock, faults and log."""

    clock: EmulatorClock
    faults: Faults
    calls: CallLog


@dataclass
class Answer:
    """A whole HTTP answer, held back until the faults have had their turn."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Collect one ASGI message of the handlers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(bytes(name), bytes(text)) for name, text in message["headers"]]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def without(self, *names: bytes) -> list[tuple[bytes, bytes]]:
        """Return the headers that are not named."""
        return [header for header in self.headers if header[0].lower() not in names]


def _answer_of(fault: Fault) -> Answer:
    content_type = "application/json"
    body = fault.body
    if fault.html:
        content_type, body = "text/html; charset=utf-8", body or HTML_PAGE
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    status = fault.status or (503 if fault.html else 200)
    headers = {"content-type": content_type} | {k.lower(): v for k, v in fault.headers.items()}
    return Answer(status, [(k.encode(), v.encode()) for k, v in headers.items()], text.encode())


class VendorFrame:
    """Serves one door's handlers with faults, a Date header and a log entry per call.

    An answer that never starts means "close the connection"; one that ends before its
    Content-Length means "cut it off". Both doors know these two signs.
    """

    def __init__(self, vendor: str, app: AsgiApp, ground: Ground) -> None:
        self._vendor = vendor
        self._app = app
        self._ground = ground

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call as the armed faults want it."""
        fault = self._ground.faults.take(self._vendor, scope["method"], scope["path"])
        if fault and fault.meanwhile:
            fault.meanwhile()
        if fault and fault.drop == "before":
            self._log(scope, None, fault)
            return
        answer = await self._answer(fault, scope, receive)
        self._log(scope, answer.status, fault)
        if fault and fault.delay_seconds:
            await scope["extensions"][DELAY](fault.delay_seconds)
        if fault and fault.drop == "after":
            return
        await self._send(answer, send, cut=bool(fault and fault.truncate))

    async def _answer(self, fault: Fault | None, scope: Scope, receive: Receive) -> Answer:
        if fault and fault.answers_itself:
            return _answer_of(fault)
        answer = Answer()
        await self._app(scope, receive, answer.take)
        if fault:
            answer.headers += [(k.lower().encode(), v.encode()) for k, v in fault.headers.items()]
        return answer

    async def _send(self, answer: Answer, send: Send, *, cut: bool) -> None:
        date = format_datetime(self._ground.clock.now(), usegmt=True)
        headers = answer.without(b"content-length", *([] if answer.body else _TYPE))
        if not any(name == b"date" for name, _ in headers):  # a fault may tell another time
            headers.append((b"date", date.encode()))
        if answer.status not in _NO_BODY_STATUSES:
            length = len(answer.body) + int(cut)
            headers.append((b"content-length", str(length).encode()))
        body = answer.body[: len(answer.body) // 2] if cut else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": cut})

    def _log(self, scope: Scope, status: int | None, fault: Fault | None) -> None:
        path = scope["path"]
        self._ground.calls.add(
            Call(
                at=self._ground.clock.now(),
                vendor=self._vendor,
                method=scope["method"],
                path=path,
                query=scope["query_string"].decode(),
                status=status,
                counted=counts_toward_allowance(self._vendor, path, status),
                fault=(fault.name or "fault") if fault else "",
            )
        )


_TYPE = [b"content-type"]
