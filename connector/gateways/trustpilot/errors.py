"""Turns Trustpilot's answers into JSON or into our errors; its error bodies have many shapes.

The shapes are Trustpilot 10.3. Nothing here sends a request. Vendor words are redacted before
they enter a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    NotFound,
    RequestRefused,
    SignInError,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.gateways.http.redaction import redacted

VENDOR = "Trustpilot"

CREDENTIALS = "Check TRUSTPILOT_API_KEY and TRUSTPILOT_API_SECRET."
# Trustpilot 3.5: what a 403 with a good token can mean.
_RIGHTS = (
    "Check that this business unit belongs to the account, that its plan includes this API, "
    "and that trustpilot.acting_user_id is an Admin or Manager."
)
# Trustpilot 5.7: uncertain: 410; a deleted or hidden review gives 404.
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
# Trustpilot 5.3: stands in the `details` of a 400.
_PAGING_LIMIT = "pagination limit exceeded"
_SERVER_ERRORS = HTTPStatus.INTERNAL_SERVER_ERROR
_DEEPEST = 4
_NOT_JSON = object()


@dataclass(frozen=True)
class ErrorWords:
    """What an error body says, whatever its shape; the message is redacted."""

    code: str = ""
    message: str = ""
    correlation_id: str = ""


def json_of(response: requests.Response) -> Any:
    """Return the JSON of an answer; None for an empty body, which is normal (Trustpilot 1).

    Raises:
        VendorAnswerUnreadable: the body is not JSON.
    """
    body = _parsed(response)
    if body is _NOT_JSON:
        raise unreadable(response, "the answer is not JSON")
    return body


def _parsed(response: requests.Response) -> Any:
    if not response.content.strip():
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        return _NOT_JSON


def unreadable(response: requests.Response, why: str) -> VendorAnswerUnreadable:
    """Return the error for a success status with a body that cannot be used."""
    facts = facts_of(response)
    return VendorAnswerUnreadable(
        f"{VENDOR} answered {facts.method} {facts.path} with {facts.status}, but {why}.",
        facts,
        next_step="Try again later; status.trustpilot.com says whether something is wrong.",
    )


def error_words(response: requests.Response, hide: tuple[str, ...] = ()) -> ErrorWords:
    """Return what an error body says; nothing for an HTML page or an empty body.

    `hide` are values of the request that must not be echoed.
    """
    body = _parsed(response)
    if body is _NOT_JSON:
        return ErrorWords(message="an HTML page" if is_html(response) else "")
    found = dict(reversed(list(_leaves(body))))
    return ErrorWords(
        code=redacted(_first(found, "errorcode", "code"), 60, hide=hide),
        message=redacted(": ".join(_said(found)), 200, hide=hide),
        correlation_id=redacted(_first(found, "correlationid"), 60, hide=hide),
    )


_MESSAGE_KEYS = ("faultstring", "error", "message", "error_description", "details", "detail")


def _said(found: dict[str, str]) -> list[str]:
    """Return what the body says in words, from the general to the particular, each once."""
    return list(dict.fromkeys(found[key] for key in _MESSAGE_KEYS if found.get(key)))


def _first(found: dict[str, str], *keys: str) -> str:
    return next((found[key] for key in keys if found.get(key)), "")


def _leaves(body: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield every (lower-cased key, text) of a body, outermost first, to a small depth."""
    if isinstance(body, list):
        body = {str(index): item for index, item in enumerate(body)}
    if not isinstance(body, dict) or depth > _DEEPEST:
        return
    for key, value in body.items():
        # Trustpilot 10.3: OAuth writes its keys with capitals.
        if isinstance(value, str | int):
            yield str(key).lower(), str(value)
    for value in body.values():
        yield from _leaves(value, depth + 1)


def is_html(response: requests.Response) -> bool:
    """Say whether the answer is a web page: then it comes from something before Trustpilot."""
    kind = response.headers.get("Content-Type", "").lower()
    return "html" in kind or response.content.lstrip()[:1] == b"<"


def is_paging_limit(response: requests.Response) -> bool:
    """Say whether a list refused to be paged any further, which is not the end of its data."""
    if response.status_code != HTTPStatus.BAD_REQUEST:
        return False
    return any(_PAGING_LIMIT in text.lower() for _, text in _leaves(_parsed(response)))


def check(response: requests.Response, hide: tuple[str, ...] = ()) -> requests.Response:
    """Return an answer with a 2xx status, and raise the fitting error for any other.

    `hide` are values of the request that must not be echoed.

    Raises:
        SignInError: 401. `AccessDenied`: 403.
        AllowanceExhausted: 429.
        NotFound: 404 or 410. `RequestRefused`: any other 4xx, and a redirect.
        VendorUnreachable: 5xx, and 408.
    """
    if response.status_code // 100 == 2:  # noqa: PLR2004 -- the class of successes
        return response
    raise refusal(response, hide)


def refusal(response: requests.Response, hide: tuple[str, ...] = ()) -> ConnectorError:
    """Return the error that stands for an answer without success."""
    facts = facts_of(response)
    sentence = _sentence(facts, error_words(response, hide))
    match response.status_code:
        case HTTPStatus.UNAUTHORIZED:
            return SignInError(VENDOR, sentence, next_step=CREDENTIALS)
        case HTTPStatus.FORBIDDEN:
            return AccessDenied(VENDOR, sentence, next_step=_RIGHTS)
        case HTTPStatus.TOO_MANY_REQUESTS:
            # Trustpilot 10.1: the longer of two limits is one hour, and no header tells the rest.
            return AllowanceExhausted(
                VENDOR, sentence, next_step="Wait an hour; the next run resumes."
            )
        case status if status in _GONE:
            return NotFound(sentence, facts)
        # Trustpilot 10.2: the table of statuses ends at 501, its clients have met 503. A 408 comes
        # from something before Trustpilot (RFC 9110, 15.5.9), maybe after the request was taken.
        case status if status == HTTPStatus.REQUEST_TIMEOUT or status >= _SERVER_ERRORS:
            return VendorUnreachable(
                sentence,
                facts,
                maybe_processed=facts.method != "GET",
                next_step="Try again later; status.trustpilot.com says whether something is wrong.",
            )
        case _:
            return RequestRefused(sentence, facts)


def facts_of(response: requests.Response) -> CallFacts:
    """Return which call was answered how; the path has no query."""
    words = error_words(response) if not response.ok else ErrorWords()
    return CallFacts(
        VENDOR,
        response.request.method or "",
        urlsplit(response.request.url or "").path,
        response.status_code,
        words.code,
        words.correlation_id,
    )


def _sentence(facts: CallFacts, words: ErrorWords) -> str:
    said = ": ".join(part for part in (words.code, words.message) if part)
    answer = f"{VENDOR} answered {facts.method} {facts.path} with {facts.status}"
    return f"{answer} ({said.rstrip('.')})." if said else f"{answer}."
