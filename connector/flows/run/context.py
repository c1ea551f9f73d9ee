"""What every flow of one run shares: the two sides, the policy, and what was read at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.core.org.package_version import Standing
from connector.core.policy import RunPolicy
from connector.core.run.issues import OpenIssue
from connector.core.terms.records import Row
from connector.core.terms.units import Unit
from connector.flows.ports import NeverStopping, Org, Reporter, Stopping, Trustpilot


@dataclass(frozen=True)
class Opening:
    """What the org remembered when the run began.

    `marks` and `seen` are by the checkpoint's key, `unit_rows` by Trustpilot's id. `tagged` are
    the reviews that tags are to be added to, with `core.replies.tags.TAG_FIELDS`. `invitations`
    are those that are due, and what agents and Flows ask for whenever it is due, one page.
    `response_checks` are the reviews whose answer was due by now, `automatic` those with an
    automatic reply that is due. `package` says how the package in the org compares with the
    one that this connector needs; of an older one `invitations` may lack fields.
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
    package: Standing = Standing.CURRENT

    def still_open(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys under which there is an issue."""
        return [key for key in keys if key in self.issues]

    def about_others(self, code: str, records: Iterable[str]) -> list[str]:
        """The keys of issues with this code that are about none of these records."""
        these, issues = set(records), self.issues.values()
        return [each.key for each in issues if each.code == code and each.record not in these]


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
    stopping: Stopping = field(default_factory=NeverStopping)

    def heed_stop(self) -> None:
        """Return when something new may begin. Raises `Stopped` when the run is to end."""
        if (stop := self.stopping.wanted()) is not None:
            raise stop

    def unit_named(self, name: str) -> Unit:
        """The business unit that the configuration calls so."""
        return next(unit for unit in self.units if unit.name == name)

    def unit_of_record(self, record_id: str) -> Unit | None:
        """The business unit whose record this is; None when it is not configured any more."""
        return next((unit for unit in self.units if unit.record_id == record_id), None)
