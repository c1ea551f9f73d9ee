"""One request and one answer as Trustpilot's handlers see them, and the way from and to HTTP.

Handlers are plain functions under the state's lock; nothing here waits but for the body.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from connector.emulator.trustpilot.errors import VendorError, bad_request, unsupported_media_type

_HALVES = re.compile("[\ud800-\udfff]")

JSON_TYPE = "application/json"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Ask:
    """A request: path parameters, query pairs in their order, lower-case headers, raw body."""

    method: str
    url: str
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    def last(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        return dict(self.query).get(name, default)

    def every(self, name: str) -> list[str]:
        """Return all values of a repeated or comma-separated query parameter."""
        texts = [text for key, text in self.query if key == name]
        return [piece.strip() for text in texts for piece in text.split(",") if piece.strip()]

    def number(self, name: str, default: int, highest: int) -> int:
        """Return a query parameter between 1 and `highest`; 400 for anything else."""
        text = self.last(name, str(default))
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= highest:
            raise bad_request(f"{name} must be a number between 1 and {highest}.")
        return int(text)

    def json_object(self) -> dict[str, Any]:
        """Return the JSON body; 415 for another content type, 400 for anything but an object."""
        if not self.headers.get("content-type", "").startswith(JSON_TYPE):
            raise unsupported_media_type()
        try:
            body = json.loads(self.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise bad_request("The body must be a JSON object.")
        return body

    def form(self) -> dict[str, str]:
        """Return the fields of a form body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """An answer: a JSON value, or text of `media_type`, or nothing (`body` None)."""

    status: int = 200
    body: Any = None
    media_type: str = JSON_TYPE

    def response(self) -> Response:
        """Return it as a Starlette response; an empty one has no content type."""
        if self.body is None:
            return Response(status_code=self.status)
        text = self.body if self.media_type != JSON_TYPE else _text(self.body)
        return Response(text, self.status, media_type=self.media_type)


def _text(body: Any) -> str:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # Half an emoji cannot be written as UTF-8, only escaped.
    return _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def endpoint(handle: Callable[[Ask], Answer]) -> Callable[[Request], Awaitable[Response]]:
    """Return a Starlette endpoint that reads the request whole and answers refusals as JSON."""

    async def serve(request: Request) -> Response:
        ask = Ask(
            method=request.method,
            url=str(request.url),
            path=request.path_params,
            query=tuple(request.query_params.multi_items()),
            headers=request.headers,
            body=await request.body(),
        )
        try:
            return handle(ask).response()
        except VendorError as refusal:
            return Answer(refusal.status, refusal.body).response()

    return serve
