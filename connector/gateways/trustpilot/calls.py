"""Single calls to Trustpilot: the right host, credential and session for each.

Renews a refused token once and repeats that call once: a 401 was not processed. An e-mail
invitation alone is not repeated: what was decided about it would be older than it may be.
What the answers mean for reviews and invitations is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import requests

from connector.core.terms.errors import VendorAnswerUnreadable, VendorUnreachable
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.gateways.http.client import Repeat, VendorHttp
from connector.gateways.trustpilot.errors import (
    ErrorWords,
    check,
    error_words,
    is_html,
    is_paging_limit,
    json_of,
)
from connector.gateways.trustpilot.sign_in import (
    TrustpilotAccess,
    TrustpilotSignIn,
    base_url,
    header_safe,
)

_JSON = {"Accept": "application/json"}


class PagingLimitReached(Exception):
    """A list cannot be paged any further, although it goes on (Trustpilot 5.3)."""


@dataclass(frozen=True)
class _Write:
    """One write; `hide` are values of its body that must not be told on.

    `acting` is the business user who does it, empty for the one of the configuration.
    """

    method: str
    url: str
    body: dict[str, Any] | None = None
    hide: tuple[str, ...] = ()
    repeat: Repeat = Repeat.NEVER
    acting: str = ""


class TrustpilotCalls:
    """Makes one call at a time; paths begin with a slash, below `/v1`. Thread-safe."""

    def __init__(self, http: VendorHttp, access: TrustpilotAccess) -> None:
        self._http = http
        self._access = access
        self._sign_in = TrustpilotSignIn(http, access)
        self._api = base_url(access.api_url)
        # Trustpilot 1: invitations have a host of their own, which gives no tokens.
        self._invitations = base_url(access.invitations_url)

    def now(self) -> datetime:
        """Return the vendor's time; the token's answer tells it where no other has yet."""
        self._sign_in.token()
        return self._http.server_time()

    def prepare(self, most: int) -> int:
        """Return how many calls can be sent now, `most` at most, each without a wait of its own.

        Signs in and waits for its turn here, where nothing is under way yet.
        """
        token = self._sign_in.token()
        room = self._http.await_room(most)
        # That may have taken minutes; signing in takes a turn itself.
        return room if self._sign_in.token() == token else self._http.await_room(most)

    def read_public(self, path: str, **query: str | int) -> Any:
        """Return the JSON of a public call, None where the body is empty."""
        key = header_safe(self._access.api_key, "TRUSTPILOT_API_KEY")
        session = self._http.session(Repeat.SAFE)

        def ask() -> requests.Response:
            # Trustpilot 3.5: as a query parameter it would be accepted too; a header is advised.
            headers = {**_JSON, "apikey": key}
            return session.get(self._api + path, params=query, headers=headers)

        return _read(ask)

    def read_private(self, path: str, **query: str | int) -> Any:
        """Return the JSON of a private read, None where the body is empty.

        Raises:
            PagingLimitReached: the list has more, but not by this way.
        """
        return self._read_private(self._api + path, query)

    def read_invitations(self, path: str) -> Any:
        """Return the JSON of a private read on the invitations host, None where it is empty."""
        return self._read_private(self._invitations + path, {})

    def _read_private(self, url: str, query: Mapping[str, str | int]) -> Any:
        def ask() -> requests.Response:
            return self._private(Repeat.SAFE, "GET", url, params=query)

        return _read(ask)

    def create(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return the JSON that a creating call answered; it is sent once.

        Raises:
            VendorUnreachable: with `maybe_processed` when no usable answer came back.
        """
        answer = check(self._write(_Write("POST", self._api + path, body)))
        try:
            return json_of(answer)
        except VendorAnswerUnreadable as error:
            unclear = VendorUnreachable(
                error.message, error.facts, maybe_processed=True, next_step=error.next_step
            )
        raise unclear

    def make(self, path: str, body: dict[str, Any], hide: tuple[str, ...] = ()) -> Any:
        """Return the JSON that a creating call on the API host answered; repeated like a read.

        That a second one does no harm is the caller's promise.
        """
        return self._made(self._api + path, body, hide)

    def make_invitation(self, path: str, body: dict[str, Any], hide: tuple[str, ...] = ()) -> Any:
        """Return what `make` returns, from the invitations host."""
        return self._made(self._invitations + path, body, hide)

    def _made(self, url: str, body: dict[str, Any], hide: tuple[str, ...]) -> Any:
        write = _Write("POST", url, body, hide, Repeat.SAFE)
        return json_of(check(self._write(write), hide))

    def send(
        self, path: str, body: dict[str, Any], hide: tuple[str, ...] = (), *, acting: str = ""
    ) -> SendOutcome:
        """Return what became of a write that is sent once, on the API host.

        `hide` are values of the body that must not stand in the outcome's detail; `acting` is the
        business user in whose name it is done, where it is not the usual one.
        Whatever is raised from here, nothing was sent.
        """
        return self._outcome(_Write("POST", self._api + path, body, hide, acting=acting))

    def add(
        self, path: str, body: dict[str, Any], hide: tuple[str, ...] = (), *, acting: str = ""
    ) -> SendOutcome:
        """Return what became of a write like `send` that says the same thing twice.

        It is repeated like a read: that what is there stays there, once, is the caller's promise.
        """
        return self._outcome(_Write("PUT", self._api + path, body, hide, Repeat.SAFE, acting))

    def delete(self, path: str) -> SendOutcome:
        """Return what became of a deletion that is sent once, without body and content type.

        With a content type it would be refused (Trustpilot 5.5).
        """
        return self._outcome(_Write("DELETE", self._api + path))

    def upsert(self, path: str, body: dict[str, Any]) -> Any:
        """Return the JSON that a write by key answered; repeated like a read, as `add` is."""
        write = _Write("POST", self._api + path, body, repeat=Repeat.SAFE)
        return json_of(check(self._write(write)))

    def send_invitation(
        self, path: str, body: dict[str, Any], hide: tuple[str, ...] = ()
    ) -> SendOutcome:
        """Return what became of an invitation, on the invitations host: one try, now or not at all.

        Nothing holds it up after `prepare`: it renews no token, waits for no turn and is not
        repeated where no connection could be made. A 401 is its outcome; the next `prepare`
        signs in anew. Whatever is raised from here, nothing was sent.
        """
        return self._outcome(_Write("POST", self._invitations + path, body, hide, Repeat.NOW))

    def erase_invitations(
        self, path: str, body: dict[str, Any], hide: tuple[str, ...] = ()
    ) -> SendOutcome:
        """Return what became of a write like `send`, on the invitations host."""
        return self._outcome(_Write("POST", self._invitations + path, body, hide))

    def _outcome(self, write: _Write) -> SendOutcome:
        try:
            answer = self._write(write)
        except VendorUnreachable as error:
            verdict = Verdict.UNKNOWN if error.maybe_processed else Verdict.TRY_LATER
            return SendOutcome(verdict, detail=error.message)
        is_plain = answer.ok and not is_html(answer)
        words = ErrorWords() if is_plain else error_words(answer, write.hide)
        return SendOutcome(_verdict(answer), answer.status_code, words.code, words.message)

    def _write(self, write: _Write) -> requests.Response:
        headers = {}
        # Trustpilot 3.4: client credentials act for no user; where none is needed it does no harm.
        if acting := write.acting or self._access.acting_user_id:
            headers["x-business-user-id"] = acting
        return self._private(
            write.repeat, write.method, write.url, json=write.body, headers=headers
        )

    def _private(self, repeat: Repeat, method: str, url: str, **parts: Any) -> requests.Response:
        session = self._http.session(repeat)
        headers = {**_JSON, **parts.pop("headers", {})}
        at_once = repeat is Repeat.NOW
        token = self._sign_in.token_at_hand() if at_once else self._sign_in.token()

        def ask(bearer: str) -> requests.Response:
            signed = {**headers, "Authorization": f"Bearer {bearer}"}
            return session.request(method, url, headers=signed, **parts)

        answer = ask(token)
        # Trustpilot 1: a 401 is worth one new token and one repeat, a 403 never is.
        if answer.status_code != HTTPStatus.UNAUTHORIZED:
            return answer
        if at_once:
            self._sign_in.forget(token)
            return answer
        return ask(self._sign_in.token_after(token))


def _read(ask: Callable[[], requests.Response]) -> Any:
    """Return the JSON of a read; a body that cannot be read is asked for a second time."""
    try:
        return json_of(_pageable(ask()))
    except VendorAnswerUnreadable:
        return json_of(_pageable(ask()))


def _pageable(answer: requests.Response) -> requests.Response:
    if is_paging_limit(answer):
        raise PagingLimitReached
    return check(answer)


def _verdict(answer: requests.Response) -> Verdict:
    """Say what a status means for something that must not happen twice."""
    match answer.status_code // 100, answer.status_code:
        # Trustpilot 7.2: 200, 202 and 204 are all claimed for one call.
        case 2, _:
            # A web page with a good status comes from a proxy or firewall, not from Trustpilot.
            return Verdict.UNKNOWN if is_html(answer) else Verdict.ACCEPTED
        case _, HTTPStatus.TOO_MANY_REQUESTS:
            return Verdict.TRY_LATER
        # RFC 9110, 15.5.9: who gave up waiting may be a proxy, after Trustpilot took the request.
        case _, HTTPStatus.REQUEST_TIMEOUT:
            return Verdict.UNKNOWN
        case ((3 | 4), _):
            return Verdict.REFUSED
        case _:
            return Verdict.UNKNOWN
