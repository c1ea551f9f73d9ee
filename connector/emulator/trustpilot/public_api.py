"""What an API key alone may read: business units, single reviews, conversations, deletions.

And the page that a business-generated link opens, which needs no key at all.
"""

import html
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.emulator.trustpilot.access.guards import unit_at
from connector.emulator.trustpilot.business_units import BusinessUnit
from connector.emulator.trustpilot.errors import VendorError, bad_request, not_found
from connector.emulator.trustpilot.invitations.links import (
    LinkProblem,
    OpenedLink,
    decrypt,
    read_payload,
)
from connector.emulator.trustpilot.reviews.service import Bounds, public_json
from connector.emulator.trustpilot.state import Deletion, TrustpilotState
from connector.emulator.trustpilot.times import rendered
from connector.emulator.trustpilot.wire import HTML_TYPE, Answer, Ask

HIGHEST_LIMIT = 1000
DEFAULT_LIMIT = 100
DAY = timedelta(days=1)


def find_business_unit(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `GET /business-units/find?name=` for an exact domain."""
    name = ask.last("name")
    if not name:
        raise bad_request("name is required.")
    for unit in state.units.values():
        if unit.known_as(name):
            return Answer(body=unit.json(state.service.stars(unit.id)))
    if state.switches.unknown_domain == "empty":
        return Answer()
    raise not_found("Business unit")


def business_unit(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `GET /business-units/{id}`."""
    unit = unit_at(state, ask.path["unit_id"])
    return Answer(body=unit.json(state.service.stars(unit.id)))


def public_review(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `GET /reviews/{id}` without the fields of the business."""
    review = state.service.get(ask.path["review_id"])
    if review is None:
        raise gone(state, ask.path["review_id"])
    shown = public_json(review, state.units[review["businessUnitId"]])
    return Answer(body=rendered(shown, state.switches))


def gone(state: TrustpilotState, review_id: str) -> VendorError:
    """Return the refusal for a review that is not there: the switch's for a deleted one."""
    deleted = any(one.id == review_id for one in state.review_deletions)
    return not_found("Review", state.switches.gone_status if deleted else 404)


def public_conversation(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `GET /conversations/{id}` for a public thread."""
    conversation = state.product.conversations.get(ask.path["conversation_id"])
    if conversation is None or conversation.state != "public":
        raise not_found("Conversation")
    return Answer(body=rendered(conversation.json(), state.switches))


def review_deletions(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `GET /reviews/deletions`."""
    key = state.switches.deletions_id_key
    return _deletions(state, ask, state.review_deletions, ("reviews", key))


def consumer_deletions(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `GET /consumers/deletions`."""
    return _deletions(state, ask, state.consumer_deletions, ("consumers", "consumerId"))


def _deletions(
    state: TrustpilotState, ask: Ask, deletions: list[Deletion], names: tuple[str, str]
) -> Answer:
    limit = ask.number("limit", DEFAULT_LIMIT, HIGHEST_LIMIT)
    start, end = _day(ask, "startDate"), _day(ask, "endDate")
    bounds = Bounds(start, end + DAY if end else None, with_end=False)
    inside = deletions[bounds.slice([deletion.at for deletion in deletions])]
    offset = _offset(ask.last("nextToken"))
    rows = inside[offset : offset + limit]
    more = offset + limit < len(inside)
    body: dict[str, Any] = {
        names[0]: [{names[1]: row.id, "deletedAt": row.at} for row in rows],
        "nextToken": _token(offset + limit) if more else None,
    }
    return Answer(body=rendered(body, state.switches))


def _day(ask: Ask, name: str) -> datetime | None:
    text = ask.last(name)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        raise bad_request(f"{name} must be a date.") from None


def _token(offset: int) -> str:
    return urlsafe_b64encode(f"after:{offset}".encode()).decode()


def _offset(token: str) -> int:
    try:
        return int(urlsafe_b64decode(token).decode().removeprefix("after:")) if token else 0
    except ValueError:
        raise bad_request("nextToken is not valid.") from None


def evaluate_link(state: TrustpilotState, ask: Ask) -> Answer:
    """Answer `GET /evaluate-bgl/{domain}?p=` with a page: accepted, or 400 with what is wrong."""
    domain = ask.path["domain"]
    unit = next((unit for unit in state.units.values() if unit.domain == domain), None)
    if unit is None:
        return _page(404, "There is no such company.")
    payload: dict[str, Any] = {}
    problem = ""
    try:
        payload = read_payload(decrypt(ask.last("p"), unit.link_keys))
        _refuse_unknown_skus(state, unit, payload)
        _refuse_second_review(state, unit, payload)
    except LinkProblem as found:
        problem = str(found)
    state.opened_links.append(OpenedLink(state.clock.now(), domain, payload, problem))
    return _page(400, problem) if problem else _page(200, f"Rate your experience with {domain}")


def _refuse_unknown_skus(
    state: TrustpilotState, unit: BusinessUnit, payload: dict[str, Any]
) -> None:
    skus = payload.get("skus", [])
    if state.switches.link_skus_must_be_known and not unit.skus.issuperset(skus):
        raise LinkProblem("The link names a product that is not in the catalogue.")


def _refuse_second_review(
    state: TrustpilotState, unit: BusinessUnit, payload: dict[str, Any]
) -> None:
    for review in state.service.of_unit(unit.id, Bounds(None, None)):
        email = (review.get("referralEmail") or "").lower()
        if (email, review.get("referenceId")) == (payload["email"].lower(), payload["ref"]):
            raise LinkProblem("This experience has already been reviewed.")


def _page(status: int, text: str) -> Answer:
    page = f"<!doctype html><html><body><p>{html.escape(text)}</p></body></html>"
    return Answer(status, page, HTML_TYPE)
