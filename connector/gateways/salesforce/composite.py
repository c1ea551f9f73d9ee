"""Several requests in one call to the org, each with an answer of its own.

The outer answer is always a success (Salesforce 4.3); what became of each part stands in the part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.gateways.salesforce.session import Request, unreadable

PARTS_PER_CALL = 5
"""Queries and collections that one call can carry (Salesforce 4.3).
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm"""

Part = Mapping[str, Any]


def composite(parts: Sequence[Part], *, effect: bool = False) -> Request:
    """Return one call that holds these parts (method, url and body), to be done in their order."""
    # Salesforce 4.3: a name has letters, digits and underscores only.
    named = [{**part, "referenceId": f"part{i}"} for i, part in enumerate(parts)]
    # Salesforce 4.3: collating is the default, and then parts may change their order.
    body = {"allOrNone": False, "collateSubrequests": False, "compositeRequest": named}
    return Request("POST", "composite", body, effect=effect)


def parts_of(request: Request, answer: Any) -> list[Part | None]:
    """Return the answers in the order of the parts; None for one that is not there.

    Raises `VendorAnswerUnreadable` for an answer that is no list of parts.
    """
    parts = answer.get("compositeResponse") if isinstance(answer, Mapping) else None
    if not isinstance(parts, list):
        raise unreadable(request)
    named = {str(part.get("referenceId")): part for part in parts if isinstance(part, Mapping)}
    return [named.get(part["referenceId"]) for part in request.body["compositeRequest"]]
