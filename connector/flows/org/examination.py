"""What the checks of `connector doctor` share: policy, places in documents, the machine's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.core.org.findings import Check, Finding, passed, warned
from connector.core.org.standard_needs import Places
from connector.core.policy import RunPolicy

MOST_DRIFT = timedelta(minutes=2)
"""A JWT is good for three minutes, so a clock that is further off endangers the sign-in."""


@dataclass(frozen=True)
class Examination:
    """What is examined, and on which machine.

    `places` tells where the keys of rules stand, by rule name and key. `configuration` is what
    reading the configuration found already.
    """

    policy: RunPolicy
    places: Places
    machine_now: Callable[[], datetime]
    configuration: tuple[Finding, ...] = ()

    def clock(self, check: Check, vendor: str, vendor_now: datetime) -> Finding:
        """Compare a vendor's time with this machine's."""
        drift = self.machine_now() - vendor_now
        if abs(drift) <= MOST_DRIFT:
            return passed(check, f"This machine's clock agrees with {vendor}'s.")
        seconds = round(abs(drift).total_seconds())
        side = "ahead of" if drift > timedelta(0) else "behind"
        return warned(
            check,
            f"This machine's clock is {seconds} seconds {side} {vendor}'s.",
            "Set it by NTP: a JWT that is dated wrongly is refused, whatever the key.",
        )
