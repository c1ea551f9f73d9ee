"""Private service reviews over the API: the list, one review, its reply and its tags."""

from connector.emulator.trustpilot.access.accounts import Caller
from connector.emulator.trustpilot.access.guards import author_of_reply, own_unit
from connector.emulator.trustpilot.errors import bad_request, no_access, not_found
from connector.emulator.trustpilot.public_api import gone
from connector.emulator.trustpilot.reviews.listing import (
    bounds_of,
    cut,
    matching,
    next_page_links,
    page_of,
)
from connector.emulator.trustpilot.reviews.service import Review, private_json
from connector.emulator.trustpilot.reviews.tags import Tag, same_tag, tags_of
from connector.emulator.trustpilot.state import TrustpilotState
from connector.emulator.trustpilot.times import rendered
from connector.emulator.trustpilot.wire import JSON_TYPE, Answer, Ask


def list_reviews(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/business-units/{id}/reviews`."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    page, per_page = page_of(ask, state.switches.pagination_cap)
    found = matching(state.service.of_unit(unit.id, bounds_of(ask, state.switches)), ask)
    body = {
        "links": next_page_links(ask, len(found), state.switches),
        "reviews": [private_json(review, unit) for review in cut(found, page, per_page)],
    }
    return Answer(body=rendered(body, state.switches))


def one_review(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/reviews/{id}`."""
    review = _own_review(state, caller, ask)
    shown = private_json(review, state.units[review["businessUnitId"]])
    return Answer(body=rendered(shown, state.switches))


def reply(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST /private/reviews/{id}/reply`: publish or replace; the answer is empty."""
    review = _own_review(state, caller, ask)
    body = ask.json_object()
    message = body.get("message")
    if not isinstance(message, str) or not message.strip():
        raise bad_request("message is required.")
    author = author_of_reply(state, caller, body.get("authorBusinessUserId"))
    state.set_reply(review["id"], message, author)
    return Answer(state.switches.reply_success_status)


def delete_reply(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `DELETE /private/reviews/{id}/reply`; a JSON content type is a 400."""
    review = _own_review(state, caller, ask)
    if ask.headers.get("content-type", "").startswith(JSON_TYPE):
        raise bad_request("The call takes no body.")
    if not review.get("companyReply"):
        status = state.switches.missing_reply_delete_status
        if status == 404:  # noqa: PLR2004 - HTTP's own number
            raise not_found("Reply")
        return Answer(status)
    state.service.change(review, {"companyReply": None})
    return Answer(204)


def tags(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/reviews/{id}/tags`."""
    return Answer(body={"tags": _own_review(state, caller, ask).get("tags", [])})


def add_tags(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `PUT /private/reviews/{id}/tags`: add to those that are there; the answer is empty."""
    review = _own_review(state, caller, ask)
    return _keep_tags(state, review, [*review.get("tags", []), *tags_of(ask)])


def replace_tags(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST /private/reviews/{id}/tags`: forget those that are there, set these."""
    return _keep_tags(state, _own_review(state, caller, ask), tags_of(ask))


def remove_tag(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `DELETE /private/reviews/{id}/tags?group=&value=`: take one away, if it is there."""
    review = _own_review(state, caller, ask)
    unwanted = {"group": ask.last("group"), "value": ask.last("value")}
    if not all(unwanted.values()):
        raise bad_request("group and value are required.")
    left = [tag for tag in review.get("tags", []) if not same_tag(tag, unwanted)]
    return _keep_tags(state, review, left)


def _keep_tags(state: TrustpilotState, review: Review, wanted: list[Tag]) -> Answer:
    kept: list[Tag] = []
    for tag in wanted:
        doubled = any(same_tag(tag, other) for other in kept)
        if not doubled or state.switches.second_same_tag == "new":
            kept.append(tag)
    state.service.change(review, {"tags": kept})
    return Answer(state.switches.tags_success_status)


def _own_review(state: TrustpilotState, caller: Caller, ask: Ask) -> Review:
    review = state.service.get(ask.path["review_id"])
    if review is None:
        raise gone(state, ask.path["review_id"])
    if not caller.application.reaches(review["businessUnitId"]):
        raise no_access()
    return review
