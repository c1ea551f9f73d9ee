"""What a run did, as values: one report per flow, one for the whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.core.run.issues import Issue
from connector.core.terms.errors import ConnectorError
from connector.core.terms.records import Row
from connector.core.terms.reviews import ReviewType

ONLY_LOOKED_AT = frozenset(
    {
        "reviews_read",
        "reviews_unchanged",
        "reviews_filtered",
        "invitations_waiting",
        "replies_unapproved",
        "products_read",
        "products_unchanged",
        "products_without_sku",
        "products_incomplete",
        "products_ambiguous",
    }
)
"""Words counted for information: a run that counts nothing else was idle."""

STREAMS = {ReviewType.SERVICE: "service_reviews", ReviewType.PRODUCT: "product_reviews"}
"""What marks and reports call the list of each type of reviews."""


@dataclass(frozen=True)
class Action:
    """One thing a plan wants done: what, to which record, with which facts.

    `facts` are fit to be printed: ids, counts, codes and times, no personal data. `shown` are
    lines for the terminal of somebody who asked for a dry run; they may hold texts, and stand in
    no log and no JSON.
    """

    what: str
    record: str
    facts: Mapping[str, object] = field(default_factory=dict)
    shown: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Mark:
    """How far a stream has been read: everything before `at` is stored or an issue.

    `seen` is what the next run will read again, for reviews: `core.reviews.comparison.seen_text`.
    """

    stream: str
    business_unit_id: str
    at: datetime
    seen: str = ""

    @property
    def key(self) -> str:
        """The unique key of the mark's row in the org."""
        return f"{self.stream}:{self.business_unit_id}"


@dataclass(frozen=True)
class FlowReport:
    """What one flow did.

    `counts` maps words to numbers; `notes` say in sentences why something was not done;
    `passed` are keys of open issues whose trouble is over; `failures` stopped part of the flow.
    `unit_rows` are business units as they should stand in the org, by their external id: they
    can wait for the end of the run and travel with the marks.
    """

    flow: str
    counts: Mapping[str, int] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    marks: tuple[Mark, ...] = ()
    issues: tuple[Issue, ...] = ()
    passed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    failures: tuple[ConnectorError, ...] = ()
    unit_rows: tuple[Row, ...] = ()

    @property
    def did_something(self) -> bool:
        """True when a record changed on either side, or something needs a look."""
        changes = any(n for word, n in self.counts.items() if word not in ONLY_LOOKED_AT)
        return changes or bool(self.issues or self.passed or self.failures)


@dataclass(frozen=True)
class RunReport:
    """What a whole run did: its flows in order, its cost, and how far it is complete.

    `calls` maps each flow (and `opening`, `closing`) to calls per vendor.
    `complete_through` maps business unit names to the time before which nothing is missing.
    """

    run_id: str
    started_at: datetime
    finished_at: datetime
    dry_run: bool
    flows: tuple[FlowReport, ...]
    calls: Mapping[str, Mapping[str, int]]
    complete_through: Mapping[str, datetime]
    open_issues: int

    @property
    def failures(self) -> tuple[ConnectorError, ...]:
        """Everything that stopped a part of the run, in order."""
        return tuple(failure for flow in self.flows for failure in flow.failures)

    @property
    def did_something(self) -> bool:
        """True when the run changed something; an idle run leaves no row in the org."""
        return any(flow.did_something for flow in self.flows)

    def count(self, word: str) -> int:
        """How often something happened, over all flows."""
        return sum(flow.counts.get(word, 0) for flow in self.flows)
