"""What Salesforce's refusals mean: one table from code and message to what is done about it.

The table is Salesforce 4.7. Vendor text is cut down here to what may be shown:
it echoes queries, keys and the very values that were refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    NotFound,
    RequestRefused,
    SignInError,
    VendorUnreachable,
)
from connector.core.terms.records import RowError
from connector.gateways.http.redaction import redacted

VENDOR = "Salesforce"
PERMISSION_SET = "Trustpilot_Connector"

_LOCK = "UNABLE_TO_LOCK_ROW"


class Meaning(Enum):
    """What a refusal asks for."""

    EXPIRED = auto()  # renew the session, once
    DENIED = auto()  # a person must grant something
    EXHAUSTED = auto()  # stop, the next run resumes
    BUSY = auto()  # nothing happened: ask again after a pause
    NO_FIELD = auto()  # missing or hidden, both look the same
    NO_OBJECT = auto()  # missing or hidden
    UNKNOWN_THING = auto()  # 404, 410
    UNAVAILABLE = auto()  # it may have happened
    REFUSED = auto()  # asking again would not help


@dataclass(frozen=True)
class Refusal:
    """An error answer of the REST API: `code` is empty where the body was no JSON error.

    `message` is the vendor's own and holds personal data; only `shown` may leave the gateways.
    """

    status: int
    code: str = ""
    message: str = field(default="", repr=False)

    @property
    def meaning(self) -> Meaning:
        """What is to be done about it: the first row of the table that fits."""
        for code, words, meaning in _BY_CODE:
            if code == self.code and words in self.message:
                return meaning
        return _by_status(self.status)

    @property
    def shown(self) -> str:
        """Code and sentence without data."""
        return f"{self.code}: {shown(self.message)}" if self.code else f"HTTP {self.status}"


_BY_CODE: tuple[tuple[str, str, Meaning], ...] = (
    # Salesforce 4.7: one code for two things: renewing a session without rights loops for ever.
    ("INVALID_SESSION_ID", "not valid for use with the REST API", Meaning.DENIED),
    ("INVALID_SESSION_ID", "", Meaning.EXPIRED),
    # Salesforce 4.7: one code for two limits: long calls at once, and calls in 24 hours.
    ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests", Meaning.BUSY),
    ("REQUEST_LIMIT_EXCEEDED", "", Meaning.EXHAUSTED),
    ("STORAGE_LIMIT_EXCEEDED", "", Meaning.EXHAUSTED),
    (_LOCK, "", Meaning.BUSY),
    ("QUERY_TIMEOUT", "", Meaning.BUSY),
    ("SERVER_UNAVAILABLE", "", Meaning.UNAVAILABLE),
    ("API_DISABLED_FOR_ORG", "", Meaning.DENIED),
    ("API_CURRENTLY_DISABLED", "", Meaning.DENIED),
    # Salesforce 4.7: the user lacks "Exempt from Transaction Security".
    ("TXN_SECURITY_METERING_ERROR", "", Meaning.DENIED),
    ("INSUFFICIENT_ACCESS_OR_READONLY", "", Meaning.DENIED),
    # Salesforce 4.7: a field that is hidden from the user is reported like one that is missing.
    ("INVALID_FIELD", "No such column", Meaning.NO_FIELD),
    ("INVALID_FIELD", "relationship", Meaning.NO_FIELD),
    # Salesforce 4.7: likewise an object.
    ("INVALID_TYPE", "", Meaning.NO_OBJECT),
)

_EDGE_BUSY = (406, 420, 428)  # Salesforce 4.7: the edge; 429 and 5xx were repeated below us
_NOT_FOUND, _TOO_MANY_REQUESTS = 404, 429
_SERVER_ERRORS = 500


def _by_status(status: int) -> Meaning:
    if status >= _SERVER_ERRORS:
        return Meaning.UNAVAILABLE
    if status in _EDGE_BUSY:
        return Meaning.BUSY
    known = {
        401: Meaning.EXPIRED,
        403: Meaning.DENIED,
        _NOT_FOUND: Meaning.UNKNOWN_THING,
        410: Meaning.UNKNOWN_THING,
        _TOO_MANY_REQUESTS: Meaning.EXHAUSTED,
    }
    return known.get(status, Meaning.REFUSED)


def read_refusal(status: int, content: Any) -> Refusal:
    """Read an error body of any shape: JSON list or object, HTML, nothing."""
    # Salesforce 4.7: REST sends a list, OAuth an object, Bulk 1 other keys, the edge HTML.
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, Mapping):
        return Refusal(status)
    code = first.get("errorCode") or first.get("exceptionCode") or first.get("error") or ""
    message = first.get("message") or first.get("exceptionMessage") or ""
    return Refusal(status, str(code), str(message))


# Salesforce 4.7: the echoed query and a line with ^ come before the reason.
_ECHOED_QUERY = re.compile(r".*ERROR at Row:\d+:Column:\d+\s*", re.DOTALL)
_ECHOED_VALUE = re.compile(
    r"(data value too large:|restricted picklist field:|invalid email address:"
    r"|external id specified:|value not of required type:|does not exist or is not accessible:"
    r"|Cannot deserialize instance of \w+ from VALUE_\w+ value|id value of incorrect type:"
    r"|malformed id|invalid cross reference id:?)"
    r"(?:.*(?=\(max length=\d+\)\s*$)|.*(?=or request may be missing[^']*$)|.*)",
    re.DOTALL | re.IGNORECASE,
)


def shown(message: str) -> str:
    """Return the vendor's sentence without the query or the values that it echoes."""
    text = _ECHOED_VALUE.sub(r"\1 [hidden] ", _ECHOED_QUERY.sub("", message))
    return redacted(text.strip(), longest=255)


def row_error(errors: Any) -> RowError:
    """Read the errors of one row of a collection; rows spell the code `statusCode`."""
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, Mapping):
        return RowError("UNKNOWN_EXCEPTION", "Salesforce refused the row without saying why.")
    fields, message = first.get("fields"), str(first.get("message") or "")
    sentence = shown(message)
    if _LOCK in message and _LOCK not in sentence:  # a trigger's long story was cut before it
        sentence = shown(f"{_LOCK}: {sentence}")
    return RowError(
        # Salesforce 4.2: `statusCode` in rows, `errorCode` in the refusal of a whole request.
        str(first.get("statusCode") or "UNKNOWN_EXCEPTION"),
        sentence,
        tuple(map(str, fields)) if isinstance(fields, list) else (),
    )


def is_locked(error: RowError) -> bool:
    """Say whether a row was refused only because another transaction held a record.

    A customer's trigger or flow reports the lock inside its own error (Salesforce 4.7).
    """
    return error.code == _LOCK or _LOCK in error.message


def is_lost_race(error: RowError, key: str) -> bool:
    """Say whether an upsert lost against another writer of the same key.

    Sent again it finds the row and changes it (Salesforce 4.8).
    """
    if error.code != "DUPLICATE_VALUE":
        return False
    named = re.search(r"duplicate value found: (\S+)", error.message)
    return key in error.fields or bool(named and named[1] in (key, "<unknown>"))


def to_error(refusal: Refusal, facts: CallFacts, *, effect: bool) -> ConnectorError:
    """Say what a refusal means for the operator; `effect`: the request was to change something."""
    match refusal.meaning:
        case Meaning.EXPIRED:
            return _session_refused(refusal)
        case Meaning.DENIED | Meaning.NO_FIELD | Meaning.NO_OBJECT:
            return denied(refusal, facts)
        case Meaning.UNKNOWN_THING if effect and refusal.status == _NOT_FOUND:
            return denied(refusal, facts)  # a write names only an object and its key
        case Meaning.EXHAUSTED:
            return _exhausted(refusal)
        case Meaning.BUSY | Meaning.UNAVAILABLE:
            processed = effect and refusal.meaning is Meaning.UNAVAILABLE
            return VendorUnreachable(
                f"Salesforce could not answer {facts.method} {facts.path} ({refusal.shown}).",
                facts,
                maybe_processed=processed,
                next_step="Try again later; https://status.salesforce.com tells of disruptions.",
            )
        case meaning:
            kind = NotFound if meaning is Meaning.UNKNOWN_THING else RequestRefused
            return kind(f"Salesforce refused {facts.method} {facts.path} ({refusal.shown}).", facts)


def _session_refused(refusal: Refusal) -> SignInError:
    return SignInError(
        VENDOR,
        f"Salesforce refuses a session that it has just granted ({refusal.shown}).",
        next_step="Look at the run-as user's session settings and login history in Setup.",
    )


def denied(refusal: Refusal, facts: CallFacts) -> AccessDenied:
    """Name what is missing and the permission set that grants it."""
    if "not valid for use with the REST API" in refusal.message:
        return AccessDenied(
            VENDOR,
            f"The Salesforce session may not use the REST API ({refusal.shown}).",
            next_step="Give the run-as user 'API Enabled' and a high enough session level.",
        )
    return AccessDenied(
        VENDOR,
        f"Salesforce does not allow {facts.method} {facts.path} ({refusal.shown}).",
        next_step=(
            f"Type `connector deploy`, and assign the permission set {PERMISSION_SET} "
            "to the run-as user; check that what is named exists."
        ),
    )


def _exhausted(refusal: Refusal) -> AllowanceExhausted:
    what = {
        "REQUEST_LIMIT_EXCEEDED": "The org's API calls of the last 24 hours are used up",
        "STORAGE_LIMIT_EXCEEDED": "The org's storage is full",
    }.get(refusal.code, "Salesforce asks for fewer calls")
    return AllowanceExhausted(
        VENDOR, f"{what} ({refusal.shown}).", next_step="Nothing is lost: the next run resumes."
    )
