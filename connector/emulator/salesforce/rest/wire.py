"""One request and one answer as the vendor sees them; knows nothing of sockets or of Starlette.

Sub-requests of composite calls are the same values, so that both kinds meet the same handlers.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from connector.emulator.salesforce.rows.errors import ApiError

JSON_TYPE = "application/json;charset=UTF-8"
_VERSIONED = re.compile(r"/services/data/v(\d+\.\d)(?=/|$)")


@dataclass(frozen=True)
class Ask:
    """A request: decoded path segments, last value of each query parameter, lower-case headers.

    `version` is the label of the path ("66.0") and `segments` then start behind it; outside
    `/services/data/vNN.0` the version is empty. `door` is scheme plus host as the client spelled
    them.
    """

    method: str
    version: str
    segments: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    door: str = ""

    def json(self) -> Any:
        """Returns the parsed body.

        Raises:
            ApiError: 400 JSON_PARSER_ERROR where the body is no JSON.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            text = "Unexpected character or end-of-input in the JSON body"
            raise ApiError(400, "JSON_PARSER_ERROR", text) from error

    def json_object(self) -> dict[str, Any]:
        """Returns the body as a dict; 400 JSON_PARSER_ERROR for anything else."""
        body = self.json()
        if not isinstance(body, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of object")
        return body

    def parameter(self, name: str) -> str:
        """Returns a query parameter that must be there; 400 MISSING_ARGUMENT otherwise."""
        if not self.query.get(name):
            raise ApiError(400, "MISSING_ARGUMENT", f"The {name} parameter is required")
        return self.query[name]


@dataclass(frozen=True)
class Answer:
    """An answer: a JSON value, or bytes of `media_type`, or nothing at all (`body` None)."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE

    def content(self) -> bytes:
        """Returns the bytes to send."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


def located(target: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Returns version, path segments and query of a path-and-query; raw spaces are fine in it.

    Only an encoded slash stays inside its segment; a trailing slash adds none.
    """
    path, _, query = target.partition("?")
    versioned = _VERSIONED.match(path)
    version = versioned[1] if versioned else ""
    rest = path[versioned.end() :] if versioned else path
    segments = tuple(unquote(part) for part in rest.split("/") if part)
    return version, segments, dict(parse_qsl(query, keep_blank_values=True))
