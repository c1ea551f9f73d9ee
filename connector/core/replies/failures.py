"""What kept something from being done at Trustpilot, although nothing is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConnectorError,
    VendorUnreachable,
)
from connector.core.terms.outcomes import SendOutcome, Verdict

_ALLOWANCE = 429


@dataclass(frozen=True)
class Deed:
    """What was to be done, in the words that its failures are told by.

    `verb` is what the account may not do and `rights` the next step then; `later` is what
    Trustpilot asked to do later; `lost` is said where no answer came, and `again` what comes then.
    """

    verb: str
    rights: str
    later: str
    lost: str
    again: str
    method: str
    path: str


def failed(deed: Deed, outcome: SendOutcome) -> ConnectorError:
    """The error that says so: about the account, the allowance, or the vendor."""
    if outcome.refuses_account:
        what = f"Trustpilot does not let this account {deed.verb}"
        message = f"{what} ({outcome.code or outcome.status})."
        return AccessDenied("Trustpilot", message, next_step=deed.rights)
    if outcome.status == _ALLOWANCE:
        return AllowanceExhausted("Trustpilot", f"Trustpilot asked to {deed.later} later.")
    return VendorUnreachable(
        deed.lost,
        CallFacts("Trustpilot", deed.method, deed.path, outcome.status),
        maybe_processed=outcome.verdict is Verdict.UNKNOWN,
        next_step=deed.again,
    )
