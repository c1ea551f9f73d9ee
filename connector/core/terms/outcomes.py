"""What became of something that must not happen twice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_ACCOUNT_REFUSALS = frozenset({401, 403})


class Verdict(StrEnum):
    """What became of something that must not happen twice."""

    # Trustpilot 7.2: an invitation may be accepted and never be sent, without a word.
    ACCEPTED = "accepted"  # a 2xx came back
    REFUSED = "refused"  # a 4xx came back: it did not happen, and will not by repeating
    TRY_LATER = "try later"  # 429, or the connection was never made: it did not happen
    UNKNOWN = "unknown"  # no answer, a 408 or a 5xx after it was sent: it may have happened


@dataclass(frozen=True)
class SendOutcome:
    """What Trustpilot said to one invitation; `detail` holds no personal data."""

    verdict: Verdict
    status: int | None = None
    code: str = ""
    detail: str = ""

    @property
    def words(self) -> str:
        """What Trustpilot said, as far as it said anything."""
        return " ".join(part for part in (self.code, self.detail) if part)

    @property
    def refuses_account(self) -> bool:
        """True where the account is refused, whatever it asked."""
        return self.status in _ACCOUNT_REFUSALS
