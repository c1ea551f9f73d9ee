"""What every flow of one run shares: the two sides, the policy, and what was read at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.core.policy import RunPolicy
from connector.core.run.issues import OpenIssue
from connector.core.terms.records import Row
from connector.core.terms.units import Unit
from connector.flows.ports import Org, Reporter, Trustpilot


@dataclass(frozen=True)
class Opening:
    """What the org remembered when the run began.

    `marks` and `seen` are by the checkpoint's key, `unit_rows` by Trustpilot's id. `tagged` are
    the reviews that tags are to be added to, with `core.replies.tags.TAG_FIELDS`. `invitations`
    are those that are due, and what agents and Flows ask for whenever it is due, one page.
    `response_checks` are the reviews whose answer was due by now, `automatic` those with an
    automatic reply that is due.
    """

    marks: Mapping[str, datetime]
    seen: Mapping[str, Mapping[str, str]]
    unit_rows: Mapping[str, Row]
    invitations: tuple[Row, ...]
    queued_replies: tuple[Row, ...]
    issues: Mapping[str, OpenIssue]
    tagged: tuple[Row, ...] = ()
    response_checks: tuple[Row, ...] = ()
    automatic: tuple[Row, ...] = ()


@dataclass(frozen=True)
class RunContext:
    """The surroundings of one run.

    `now` is the org's time when the run began; every window ends there.
    `new_iv` makes 16 random bytes; with `dry_run` nothing may be written to either side.
    """

    run_id: str
    now: datetime
    dry_run: bool
    org: Org
    trustpilot: Trustpilot
    reporter: Reporter
    policy: RunPolicy
    opening: Opening
    units: tuple[Unit, ...]
    new_iv: Callable[[], bytes]

    def unit_named(self, name: str) -> Unit:
        """The business unit that the configuration calls so."""
        return next(unit for unit in self.units if unit.name == name)

    def unit_of_record(self, record_id: str) -> Unit | None:
        """The business unit whose record this is; None when it is not configured any more."""
        return next((unit for unit in self.units if unit.record_id == record_id), None)
