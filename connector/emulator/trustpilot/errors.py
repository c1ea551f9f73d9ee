"""Trustpilot's refusals: one exception that carries the status and the body a client sees.

The bodies have as many shapes as reference section 10.3 lists; none is unified here.
"""

from typing import Any


class VendorError(Exception):
    """A refusal: `status` and the JSON `body` of the answer."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body


def _fault(text: str, code: str) -> dict[str, Any]:
    return {"fault": {"faultstring": text, "detail": {"errorcode": code}}}


def invalid_token() -> VendorError:
    """Return the gateway's 401 for a missing, unknown or expired access token."""
    return VendorError(401, _fault("Invalid access token", "oauth.v2.InvalidAccessToken"))


def invalid_key() -> VendorError:
    """Return the gateway's 401 for a missing or unknown API key."""
    return VendorError(401, _fault("Invalid ApiKey", "oauth.v2.InvalidApiKey"))


def too_many_calls() -> VendorError:
    """Return the 429 of the rate limit; it carries no Retry-After."""
    return VendorError(429, _fault("Rate limit exceeded", "policies.ratelimit.QuotaViolation"))


def no_access() -> VendorError:
    """Return the 403 for a unit, a feature or a role that the caller has no right to."""
    body = {
        "message": "Access to resource is forbidden",
        "errorCode": 1014,
        "correlationId": "00000000-0000-4000-8000-000000001014",
    }
    return VendorError(403, body)


def bad_request(details: str) -> VendorError:
    """Return a 400 whose `details` say what is wrong."""
    return VendorError(400, {"message": "Bad request", "details": details})


def not_found(what: str, status: int = 404) -> VendorError:
    """Return a 404 (or the 410 of a deleted resource)."""
    return VendorError(status, {"message": f"{what} not found"})


def unsupported_media_type() -> VendorError:
    """Return the 415 for a body that is not announced as JSON."""
    return VendorError(415, {"message": "Unsupported media type"})
