"""One session with the org, shared by all threads: signed in late, renewed once, never logged.

It sends single requests through simple-salesforce and turns every refusal into one of our
errors. What a request is about is for the readers and writers above it.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError
from simple_salesforce.util import Usage

from connector.core.terms.errors import (
    CallFacts,
    ConnectorError,
    RequestRefused,
    SignInError,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.gateways.http.client import Repeat, VendorHttp
from connector.gateways.http.clock import Clock
from connector.gateways.salesforce.errors import VENDOR, Meaning, Refusal, read_refusal, to_error
from connector.gateways.salesforce.sign_in import Grant, SalesforceAccess, sign_in

NEWEST_VERSION = (66, 0)
"""The newest REST version that this code was written against."""

# Salesforce 3.2: simple-salesforce itself repeats nothing.
ATTEMPTS = 4
"""How often a request or row is sent that the org was too busy for, or a safe one whose answer
nobody can read."""

_HEADERS = {
    # Salesforce 4.6: by this name others recognise our writes in change events.
    "Sforce-Call-Options": "client=connector",
    "Sforce-Auto-Assign": "FALSE",  # Salesforce 4.6: else a case that we touch is reassigned
    "X-PrettyPrint": "0",
}


@dataclass(frozen=True)
class Request:
    """One call below `/services/data/vNN.0/`, or to an absolute path that the org named.

    `effect`: it is to change something. `csv`: the body is UTF-8 bytes of CSV, and the answer
    is the text of such a file instead of JSON. `assign`: the org's active assignment rules run.
    `archive`: a zip file that goes with the body, each a part of its own.
    """

    method: str
    path: str
    body: Any = None
    repeat: Repeat = Repeat.SAFE
    effect: bool = False
    csv: bool = False
    assign: bool = False
    archive: bytes = b""


_Hooks = Mapping[str, Callable[..., None]]
"""What requests tells of an answer before anybody reads it."""


@dataclass(frozen=True)
class _Live:
    grant: Grant
    clients: dict[Repeat, Salesforce]


class _Unreadable:
    """Stands for a success whose body is not JSON."""


class SalesforceSession:
    """Sends requests to the org; the first one signs in. Thread-safe."""

    def __init__(self, http: VendorHttp, access: SalesforceAccess) -> None:
        self._http = http
        self._access = access
        self._lock = threading.Lock()
        self._live: _Live | None = None
        self._version = access.api_version.removeprefix("v")
        self._refused: SignInError | None = None
        self._usage: tuple[int, int] | None = None

    @property
    def grant(self) -> Grant:
        """What the sign-in brought; signs in where that has not happened."""
        return self._connected(than=None).grant

    @property
    def version(self) -> str:
        """The REST version in use, like "66.0"."""
        self._connected(than=None)
        return self._version

    @property
    def usage(self) -> tuple[int, int] | None:
        """API calls used and allowed in the last 24 hours, as the org last said."""
        return self._usage

    @property
    def clock(self) -> Clock:
        """The clock to wait by."""
        return self._http.clock

    def now(self) -> datetime:
        """Return the org's time, aware and UTC."""
        self._connected(than=None)
        return self._http.server_time()

    def pause(self, attempt: int) -> None:
        """Wait before asking again: longer each time, and not all threads at once."""
        spread = random.uniform(0.5, 1.5)  # noqa: S311 -- jitter is no secret
        self._http.pause(spread * 2**attempt)

    def ask(self, request: Request) -> Any:
        """Return the JSON answer, or the text of a CSV answer; None stands for empty JSON.

        Raises one of our errors for everything else. A request with `Repeat.NEVER` whose
        outcome is unknown raises `VendorUnreachable` with `maybe_processed`.
        """
        for attempt in range(ATTEMPTS):
            answer = self._answer(request)
            if not _worth_repeating(request, answer):
                break
            if attempt < ATTEMPTS - 1:
                self.pause(attempt)
        return _usable(request, answer)

    def _answer(self, request: Request) -> Any:
        """Send once, and once more where the session had ended: a 401 was not processed."""
        live = self._connected(than=None)
        answer = self._send(live, request)
        return self._send(self._connected(than=live), request) if _expired(answer) else answer

    def _send(self, live: _Live, request: Request) -> Any:
        client, hooks = live.clients[request.repeat], {"response": self._note_usage}
        if request.csv:
            return _csv_answer(client, request, hooks)
        if request.archive:
            return _archive_answer(client, request, hooks)
        data = None if request.body is None else json.dumps(request.body)
        # requests leaves out a header that is None, and without this one the rules run.
        headers = {"Sforce-Auto-Assign": None} if request.assign else {}
        try:
            if request.path.startswith("/"):
                return client.query_more(request.path, identifier_is_url=True, hooks=hooks)
            options: dict[str, Any] = {"data": data, "headers": headers, "hooks": hooks}
            # Salesforce 3.4: None for 204, and for an empty list or object as well.
            return client.restful(request.path, method=request.method, **options)
        except SalesforceError as error:
            # Salesforce 3.5: its text holds the URL and the whole body, so it is not raised on.
            return read_refusal(error.status, error.content)
        except (requests.RequestException, TypeError):
            # Not JSON; or JSON without a length, which simple-salesforce asks for.
            return _Unreadable()

    def _note_usage(self, response: requests.Response, **_options: Any) -> None:
        """Keep what any answer tells; simple-salesforce looks at its own successes alone."""
        # Salesforce 4.6: the header that tells may be absent.
        told = Salesforce.parse_api_usage(response.headers.get("Sforce-Limit-Info", ""))
        used = told.get("api-usage")
        if isinstance(used, Usage):
            self._usage = (used.used, used.total)

    def _connected(self, *, than: _Live | None) -> _Live:
        """Return the session, another one `than` this; the first thread to ask renews it."""
        with self._lock:
            if self._refused is not None:
                raise self._refused  # Salesforce 9: asking again could lock the user out
            if self._live is None or self._live is than:
                self._live = self._sign_in()
            return self._live

    def _sign_in(self) -> _Live:
        try:
            live = self._granted()
            return live if self._version else self._negotiated(live)
        except SignInError as refused:
            self._refused = refused
            raise

    def _negotiated(self, live: _Live) -> _Live:
        """Agree on a REST version, which every further address names."""
        # Salesforce 2: uncertain: whether this list is given without a session; so it goes along.
        request = Request("GET", "/services/data")
        answer = self._send(live, request)
        if _expired(answer):
            live = self._granted()
            answer = self._send(live, request)
        self._version = newest_version(request, _usable(request, answer))
        return self._clients(live.grant)

    def _granted(self) -> _Live:
        return self._clients(sign_in(self._http, self._access))

    def _clients(self, grant: Grant) -> _Live:
        # Salesforce 3.3: a client whose session is renewed keeps old addresses, so it is made anew.
        return _Live(grant, {repeat: self._client(grant, repeat) for repeat in Repeat})

    def _client(self, grant: Grant, repeat: Repeat) -> Salesforce:
        # Salesforce 3.3: given a password it would renew by itself, recursing and losing headers.
        client = Salesforce(
            session_id=grant.access_token.get_secret_value(),
            instance_url=grant.instance_url,
            version=self._version,
            session=self._http.session(repeat),
            object_pairs_hook=dict,
        )
        client.headers.update(_HEADERS)
        return client


def _csv_answer(client: Salesforce, request: Request, hooks: _Hooks) -> Any:
    """Send past simple-salesforce, which reads CSV as Latin-1 (Salesforce 3.6)."""
    response = client.session.request(
        request.method,
        client.base_url + request.path,
        data=request.body,
        headers={**client.headers, "Content-Type": "text/csv", "Accept": "text/csv"},
        hooks=hooks,
    )
    if response.status_code >= requests.codes.multiple_choices:
        return read_refusal(response.status_code, _json_of(response))
    if response.content and "text/csv" not in response.headers.get("Content-Type", ""):
        return _Unreadable()  # a page of somebody in between
    try:
        return response.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _Unreadable()


def _archive_answer(client: Salesforce, request: Request, hooks: _Hooks) -> Any:
    """Send past simple-salesforce, whose deploy speaks SOAP and would spoil the client.

    It leaves its headers there, and every later call carries them (Salesforce 3.3). Here they are
    a copy, thrown away with the request, without the type that only JSON bodies have.
    """
    parts: dict[str, tuple[str | None, str | bytes, str]] = {
        "json": (None, json.dumps(request.body), "application/json"),
        "file": ("package.zip", request.archive, "application/zip"),
    }
    response = client.session.request(
        request.method,
        client.base_url + request.path,
        files=parts,
        headers={name: text for name, text in client.headers.items() if name != "Content-Type"},
        hooks=hooks,
    )
    body = _json_of(response)
    if response.status_code >= requests.codes.multiple_choices:
        return read_refusal(response.status_code, body)
    return _Unreadable() if body is None else body


def _json_of(response: requests.Response) -> Any:
    try:
        # Salesforce 4.7: the edge, and an org under maintenance, answer in HTML or not at all.
        return response.json()
    except requests.JSONDecodeError:
        return None


def unreadable(request: Request) -> ConnectorError:
    """Say that a success came back which nobody can read, so that the outcome is unknown."""
    facts = _facts(request, Refusal(200))
    sentence = f"Salesforce's answer to {facts.method} {facts.path} is not what it documents."
    if request.repeat is not Repeat.SAFE:
        return VendorUnreachable(sentence, facts, maybe_processed=True)
    return VendorAnswerUnreadable(
        sentence, facts, next_step="Look for a proxy or a maintenance page between you and the org."
    )


def newest_version(request: Request, listed: Any) -> str:
    """Return the newest REST version that the org and this code both know, like "66.0"."""
    if not isinstance(listed, list):
        raise unreadable(request)
    usable = [version for version in map(_version, listed) if (0, 0) < version <= NEWEST_VERSION]
    if not usable:
        raise RequestRefused(
            "The org offers no REST version that this connector knows.",
            _facts(request, Refusal(200)),
            next_step="Update the connector.",
        )
    return "{}.{}".format(*max(usable))


def _version(item: Any) -> tuple[int, int]:
    named = item.get("version") if isinstance(item, dict) else None
    numbers = re.fullmatch(r"(\d+)\.(\d+)", str(named))
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def _usable(request: Request, answer: Any) -> Any:
    if isinstance(answer, Refusal):
        raise to_error(answer, _facts(request, answer), effect=request.effect)
    if isinstance(answer, _Unreadable):
        raise unreadable(request)
    return answer


def _expired(answer: Any) -> bool:
    return isinstance(answer, Refusal) and answer.meaning is Meaning.EXPIRED


def _worth_repeating(request: Request, answer: Any) -> bool:
    if isinstance(answer, _Unreadable):
        return request.repeat is Repeat.SAFE
    return isinstance(answer, Refusal) and answer.meaning is Meaning.BUSY


def _facts(request: Request, refusal: Refusal) -> CallFacts:
    return CallFacts(VENDOR, request.method, request.path, refusal.status, refusal.code)
