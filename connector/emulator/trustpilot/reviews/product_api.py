"""Private product reviews over the API: the list, one review, conversations and comments."""

from typing import Any

from connector.emulator.trustpilot.access.accounts import Caller
from connector.emulator.trustpilot.access.guards import acting_user, own_unit
from connector.emulator.trustpilot.errors import bad_request, no_access, not_found
from connector.emulator.trustpilot.public_api import gone
from connector.emulator.trustpilot.reviews.listing import cut, next_page_links, page_of
from connector.emulator.trustpilot.reviews.product import Comment, Conversation, json_of
from connector.emulator.trustpilot.state import TrustpilotState
from connector.emulator.trustpilot.times import moment, rendered
from connector.emulator.trustpilot.wire import Answer, Ask


def list_product_reviews(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/product-reviews/business-units/{id}/reviews`: no dates, no order."""
    unit = own_unit(state, caller, ask.path["unit_id"])
    switches = state.switches
    page, per_page = page_of(ask, switches.pagination_cap)
    found = state.product.of_unit(unit.id, newest_first=switches.product_reviews_newest_first)
    shown = [json for json in map(json_of, found) if _wanted(json, ask)]
    body = {
        "links": next_page_links(ask, len(shown), switches),
        "productReviews": cut(shown, page, per_page),
    }
    return Answer(body=rendered(body, switches))


def _wanted(review: dict[str, Any], ask: Ask) -> bool:
    sku = (review["product"] or {}).get("sku") or ""
    return (
        ask.last("sku", sku) == sku
        and ask.last("language", review["language"]) == review["language"]
        and ask.last("state", review["state"]) == review["state"]
    )


def one_product_review(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/product-reviews/{id}`."""
    review = _own_review(state, caller, ask)
    return Answer(body=rendered(json_of(review), state.switches))


def create_conversation(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST /private/product-reviews/{id}/create-conversation`."""
    review = _own_review(state, caller, ask)
    known = review.get("conversationId")
    if known and state.switches.second_conversation == "same":
        return Answer(body={"conversationId": known})
    conversation = Conversation(
        id=state.ids.next("conversation"),
        business_unit_id=review["businessUnitId"],
        consumer_id=review["consumer"]["id"],
        review_id=review["id"],
    )
    state.product.conversations[conversation.id] = conversation
    review["conversationId"] = conversation.id
    return Answer(body={"conversationId": conversation.id})


def conversation(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/conversations/{id}`."""
    return Answer(body=rendered(_own_thread(state, caller, ask).json(), state.switches))


def set_conversation_state(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST /private/conversations/{id}/state`: public or private."""
    thread = _own_thread(state, caller, ask)
    wanted = ask.json_object().get("state")
    if wanted not in ("public", "private"):
        raise bad_request("state must be public or private.")
    thread.state = str(wanted)
    return Answer()


def add_comment(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `POST /private/conversations/{id}/comments`: every call adds one."""
    thread = _own_thread(state, caller, ask)
    body = ask.json_object()
    content = _content(body)
    user = acting_user(state, caller, ask)
    comment = Comment(
        id=state.ids.next("comment"),
        content=content,
        author_id=user.id if user else None,
        created_at=moment(state.clock.now()),
        integration_id=body.get("integrationId"),
    )
    thread.comments.append(comment)
    shown = {name: comment.json()[name] for name in ("commentId", "createdAt", "author", "content")}
    return Answer(body=rendered(shown, state.switches))


def one_comment(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `GET /private/conversations/{id}/comments/{id}`."""
    return Answer(body=rendered(_own_comment(state, caller, ask).json(), state.switches))


def edit_comment(state: TrustpilotState, caller: Caller, ask: Ask) -> Answer:
    """Answer `PUT /private/conversations/{id}/comments/{id}`: replace its content."""
    comment = _own_comment(state, caller, ask)
    body = ask.json_object()
    content = _content(body)
    acting_user(state, caller, ask)
    comment.content = content
    comment.integration_id = body.get("integrationId", comment.integration_id)
    comment.updated_at = moment(state.clock.now())
    return Answer(body=rendered(comment.json(), state.switches))


def _content(body: dict[str, Any]) -> str:
    content = body.get("content")
    if not isinstance(content, str) or not content.strip():
        raise bad_request("content is required.")
    return content


def _own_review(state: TrustpilotState, caller: Caller, ask: Ask) -> dict[str, Any]:
    review = state.product.reviews.get(ask.path["review_id"])
    if review is None:
        raise gone(state, ask.path["review_id"])
    if not caller.application.reaches(review["businessUnitId"]):
        raise no_access()
    return review


def _own_thread(state: TrustpilotState, caller: Caller, ask: Ask) -> Conversation:
    thread = state.product.conversations.get(ask.path["conversation_id"])
    if thread is None:
        raise not_found("Conversation")
    if not caller.application.reaches(thread.business_unit_id):
        raise no_access()
    return thread


def _own_comment(state: TrustpilotState, caller: Caller, ask: Ask) -> Comment:
    comment = _own_thread(state, caller, ask).comment(ask.path["comment_id"])
    if comment is None:
        raise not_found("Comment")
    return comment
