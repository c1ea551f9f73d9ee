"""From HTTP to the handlers and back: versions, sessions, allowance, errors.

One request at a time enters the org, as one lock stands for the vendor's row locks.
"""

import threading
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.emulator.salesforce.rest import errors, routes
from connector.emulator.salesforce.rest.single import record_url
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask, located
from connector.emulator.salesforce.rows.errors import ApiError, RowError, not_found

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LONGEST_REQUEST_HEAD = 16_384
FIRST_VERSION_EVER_RETIRED = 21
_TOO_LONG = b"<html><head><title>Error</title></head><body>URI Too Long</body></html>"


class Surface:
    """Answers every request to the emulated org."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.RLock()

    def starlette(self) -> Starlette:
        """Returns the ASGI app."""
        return Starlette(routes=[Route("/{path:path}", self._endpoint, methods=METHODS)])

    def serve(self, ask: Ask) -> Answer:
        """Returns the answer to one counted request, refusals included."""
        with self._lock:
            if not ask.version:
                return self.dispatch(ask)
            try:
                self._check_version(ask.version)
                now = self._state.now()
                self._state.sessions.check(ask.headers.get("authorization", ""), now)
                self._state.allowance.spend(now)
            except ApiError as error:
                return errors.of_request(error)
            return self._with_usage(self.dispatch(ask))

    def dispatch(self, ask: Ask) -> Answer:
        """Returns the answer to a request or sub-request, without a look at session or cap."""
        try:
            if ask.version:
                self._check_version(ask.version)
            return routes.answer(self._state, ask)
        except ApiError as error:
            return errors.of_request(error)
        except RowError as error:
            if error.record_ids:
                name = self._state.org.sobject(ask.segments[1]).name
                return Answer(300, [record_url(ask, name, row_id) for row_id in error.record_ids])
            return errors.of_row(error)

    async def _endpoint(self, request: Request) -> Response:
        body = await request.body()
        too_long = _too_long(request)
        answer = Answer(too_long, _TOO_LONG, media_type="text/html") if too_long else None
        answer = answer or self.serve(_ask(request, body))
        headers = dict(answer.headers)
        if answer.body is not None:
            headers["Content-Type"] = answer.media_type
        return Response(answer.content(), answer.status, headers)

    def _check_version(self, label: str) -> None:
        settings = self._state.settings
        number = float(label)
        if FIRST_VERSION_EVER_RETIRED <= number < settings.oldest_version:
            raise ApiError(410, "GONE", "The requested API version is retired")
        if not number.is_integer() or not (
            settings.oldest_version <= number <= settings.newest_version
        ):
            raise not_found()

    def _with_usage(self, answer: Answer) -> Answer:
        if not self._state.switches.sforce_limit_info_header:
            return answer
        usage = {"Sforce-Limit-Info": self._state.allowance.header(self._state.now())}
        return Answer(answer.status, answer.body, {**answer.headers, **usage}, answer.media_type)


def _ask(request: Request, body: bytes) -> Ask:
    version, segments, query = located(_target(request))
    headers = dict(request.headers)
    return Ask(
        method=request.method,
        version=version,
        segments=segments,
        query=query,
        headers=headers,
        body=body,
        door=f"{request.url.scheme}://{headers.get('host', '')}",
    )


def _target(request: Request) -> str:
    """Returns path and query as they came, still encoded: an encoded slash is part of a value."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    return f"{path}?{request.scope['query_string'].decode('latin-1')}"


def _too_long(request: Request) -> int | None:
    address = len(_target(request))
    if address > LONGEST_REQUEST_HEAD:
        return 414
    head = address + sum(len(name) + len(text) for name, text in request.headers.raw)
    return 431 if head > LONGEST_REQUEST_HEAD else None
