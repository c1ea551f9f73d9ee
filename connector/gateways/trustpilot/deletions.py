"""Trustpilot's lists of deleted reviews and consumers: pages, tokens, and what stands in them.

The lists hold the deletions of all businesses (Trustpilot 5.7); which are ours is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from connector.core.privacy.deletions import Deletion
from connector.core.terms.errors import CallFacts, RequestRefused, VendorAnswerUnreadable
from connector.gateways.trustpilot.calls import PagingLimitReached, TrustpilotCalls
from connector.gateways.trustpilot.errors import VENDOR
from connector.gateways.trustpilot.values import instant

# Trustpilot 5.7: the most that a call gives.
PER_PAGE = 1000


@dataclass(frozen=True)
class DeletionList:
    """One list: its path, the key of its items, and how an item may spell its id."""

    path: str
    key: str
    id_keys: tuple[str, ...]


# Trustpilot 5.7: uncertain: how this list names its items; the other one is documented.
REVIEWS = DeletionList("/reviews/deletions", "reviews", ("reviewId", "id"))
CONSUMERS = DeletionList("/consumers/deletions", "consumers", ("consumerId",))


def read_deletions(calls: TrustpilotCalls, which: DeletionList, since: date) -> Iterator[Deletion]:
    """Yield every deletion from this day (UTC) on, page by page.

    What can be read is yielded before anything is raised.

    Raises:
        VendorAnswerUnreadable: an answer is no list, an item has no id, or a page leads back.
        RequestRefused: Trustpilot pages no further.
    """
    # Trustpilot 5.7: a day here; other calls take a time.
    query: dict[str, str | int] = {"limit": PER_PAGE, "startDate": since.isoformat()}
    tokens: set[str] = set()
    unreadable = 0
    while True:
        answer = _page(calls, which, query)
        read = [_deletion(item, which) for item in answer[which.key]]
        unreadable += read.count(None)
        yield from filter(None, read)
        token = answer.get("nextToken")
        if not token:
            break
        if token in tokens:
            raise _not_documented(which, "with a page that leads back to an earlier one")
        tokens.add(token)
        query["nextToken"] = token
    if unreadable:
        raise _not_documented(which, f"with {unreadable} deletion(s) that name nothing")


def _page(
    calls: TrustpilotCalls, which: DeletionList, query: dict[str, str | int]
) -> dict[str, Any]:
    try:
        answer = calls.read_public(which.path, **query)
    except PagingLimitReached:
        refused = CallFacts(VENDOR, "GET", "/v1" + which.path, HTTPStatus.BAD_REQUEST)
        raise RequestRefused(f"{VENDOR} lists no more deletions.", refused) from None
    if not isinstance(answer, dict) or not isinstance(answer.get(which.key), list):
        raise _not_documented(which, f"without a list of {which.key}")
    if not isinstance(answer.get("nextToken"), str | None):
        raise _not_documented(which, "with a next page that cannot be asked for")
    return answer


def _deletion(item: object, which: DeletionList) -> Deletion | None:
    if not isinstance(item, dict):
        return None
    # Trustpilot 5.7: an official example has null for an id.
    found = (item[key] for key in which.id_keys if isinstance(item.get(key), str) and item[key])
    deleted_id = next(found, None)
    return Deletion(deleted_id, _moment(item.get("deletedAt"))) if deleted_id else None


def _moment(text: object) -> datetime | None:
    """When it was deleted; a time that cannot be read is none, and the deletion still counts."""
    try:
        return instant(text)
    except ValueError:
        return None


def _not_documented(which: DeletionList, what: str) -> VendorAnswerUnreadable:
    return VendorAnswerUnreadable(
        f"{VENDOR} answered GET /v1{which.path} {what}.",
        CallFacts(VENDOR, "GET", "/v1" + which.path),
    )
