"""The two doors of Trustpilot: which path and method belong to which handler."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.emulator.trustpilot import public_api
from connector.emulator.trustpilot.access import oauth
from connector.emulator.trustpilot.access.guards import Open, private, public
from connector.emulator.trustpilot.catalogue import api as catalogue_api
from connector.emulator.trustpilot.invitations import api as invitations_api
from connector.emulator.trustpilot.reviews import product_api as products_api
from connector.emulator.trustpilot.reviews import service_api as reviews_api
from connector.emulator.trustpilot.state import TrustpilotState
from connector.emulator.trustpilot.wire import Answer, Ask, endpoint

_OAUTH = "/v1/oauth/oauth-business-users-for-applications"
_UNIT = "/v1/private/business-units/{unit_id}"
_REVIEW = "/v1/private/reviews/{review_id}"
_PRODUCT_REVIEWS = "/v1/private/product-reviews"
_THREAD = "/v1/private/conversations/{conversation_id}"

Row = tuple[str, str, Open]

API_ROUTES: tuple[Row, ...] = (
    ("POST", f"{_OAUTH}/accesstoken", oauth.access_token),
    ("POST", f"{_OAUTH}/refresh", oauth.refresh),
    ("POST", f"{_OAUTH}/revoke", oauth.revoke),
    ("GET", "/v1/business-units/find", public(public_api.find_business_unit)),
    ("GET", "/v1/business-units/{unit_id}", public(public_api.business_unit)),
    ("GET", "/v1/reviews/deletions", public(public_api.review_deletions)),
    ("GET", "/v1/consumers/deletions", public(public_api.consumer_deletions)),
    ("GET", "/v1/reviews/{review_id}", public(public_api.public_review)),
    ("GET", "/v1/conversations/{conversation_id}", public(public_api.public_conversation)),
    ("GET", f"{_UNIT}/reviews", private(reviews_api.list_reviews)),
    ("GET", _REVIEW, private(reviews_api.one_review)),
    ("POST", f"{_REVIEW}/reply", private(reviews_api.reply)),
    ("DELETE", f"{_REVIEW}/reply", private(reviews_api.delete_reply)),
    ("GET", f"{_REVIEW}/tags", private(reviews_api.tags)),
    ("PUT", f"{_REVIEW}/tags", private(reviews_api.add_tags)),
    ("POST", f"{_REVIEW}/tags", private(reviews_api.replace_tags)),
    ("DELETE", f"{_REVIEW}/tags", private(reviews_api.remove_tag)),
    ("GET", f"{_UNIT}/products", private(catalogue_api.list_products)),
    ("POST", f"{_UNIT}/products", private(catalogue_api.upsert_products)),
    (
        "GET",
        f"{_PRODUCT_REVIEWS}/business-units/{{unit_id}}/reviews",
        private(products_api.list_product_reviews),
    ),
    (
        "POST",
        f"{_PRODUCT_REVIEWS}/business-units/{{unit_id}}/invitation-links",
        private(invitations_api.product_invitation_link),
    ),
    ("GET", f"{_PRODUCT_REVIEWS}/{{review_id}}", private(products_api.one_product_review)),
    (
        "POST",
        f"{_PRODUCT_REVIEWS}/{{review_id}}/create-conversation",
        private(products_api.create_conversation),
    ),
    ("GET", _THREAD, private(products_api.conversation)),
    ("POST", f"{_THREAD}/state", private(products_api.set_conversation_state)),
    ("POST", f"{_THREAD}/comments", private(products_api.add_comment)),
    ("GET", f"{_THREAD}/comments/{{comment_id}}", private(products_api.one_comment)),
    ("PUT", f"{_THREAD}/comments/{{comment_id}}", private(products_api.edit_comment)),
    ("GET", "/evaluate-bgl/{domain}", public_api.evaluate_link),
)

INVITATION_ROUTES: tuple[Row, ...] = (
    ("POST", f"{_UNIT}/email-invitations", private(invitations_api.email_invitation)),
    ("POST", f"{_UNIT}/invitation-links", private(invitations_api.invitation_link)),
    ("GET", f"{_UNIT}/templates", private(invitations_api.templates)),
    (
        "POST",
        f"{_UNIT}/invitation-data/delete",
        private(invitations_api.delete_invitation_data),
    ),
)


def api_app(state: TrustpilotState) -> Starlette:
    """Return the API host, with the page that business-generated links open."""
    return _app(state, API_ROUTES)


def invitations_app(state: TrustpilotState) -> Starlette:
    """Return the invitations host; it has no token endpoints."""
    return _app(state, INVITATION_ROUTES)


def _app(state: TrustpilotState, rows: tuple[Row, ...]) -> Starlette:
    routes = [
        Route(path, endpoint(_locked(state, handle)), methods=[method])
        for method, path, handle in rows
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _unknown_address})


def _locked(state: TrustpilotState, handle: Open) -> Callable[[Ask], Answer]:
    def locked(ask: Ask) -> Answer:
        with state.lock:
            return handle(state, ask)

    return locked


async def _unknown_address(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return Answer(status, {"message": "Resource not found"}).response()
