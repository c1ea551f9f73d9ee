"""What may happen to one call, by the names that tests go by, for the gateways of both vendors.

Nothing here knows which call it is: a test says where a fault strikes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.core.terms.outcomes import Verdict
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    expired_session,
    html_page,
    too_many_requests,
    truncated_json,
    unreadable_json,
)

OF_SALESFORCE: Mapping[str, Callable[..., Fault]] = {
    "dropped before processing": drop_before,
    "dropped after processing": drop_after,
    "cut off": truncated_json,
    "unreadable": unreadable_json,
    "maintenance page": html_page,
    "maintenance page with status 200": lambda **where: html_page(200, **where),
    "too many requests": lambda **where: too_many_requests(2, **where),
    "expired session": expired_session,
    "too slow": lambda **where: Fault("salesforce", delay_seconds=600, **where),
}
"""Faults that one call to Salesforce survives, made where they strike: `fault(path=...)`."""

OF_TRUSTPILOT: Mapping[str, tuple[Fault, Verdict, bool]] = {
    "drop before": (drop_before(), Verdict.UNKNOWN, False),
    "drop after": (drop_after(), Verdict.UNKNOWN, True),
    "truncated": (truncated_json(), Verdict.UNKNOWN, True),
    "slow": (Fault("*", delay_seconds=61), Verdict.UNKNOWN, True),
    "html 502": (html_page(502), Verdict.UNKNOWN, False),
    "500": (Fault("*", status=500, body={"message": "oops"}), Verdict.UNKNOWN, False),
    "503": (Fault("*", status=503), Verdict.UNKNOWN, False),
    "429": (too_many_requests(), Verdict.TRY_LATER, False),
}
"""Faults of a call to Trustpilot that is no read, what its outcome is, and whether it was done."""
