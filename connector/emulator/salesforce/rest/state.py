"""Everything that the HTTP surface keeps between two requests.

One object, handed to every handler, so that handlers stay plain functions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connector.emulator.clock import EmulatorClock
from connector.emulator.salesforce.bulk.jobs import IngestJob, QueryJob
from connector.emulator.salesforce.deploy.install import Deployment
from connector.emulator.salesforce.org import Org, QueryResult
from connector.emulator.salesforce.rest.auth import Allowance, Sessions
from connector.emulator.salesforce.rest.settings import SalesforceSettings
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.ids import IdMint
from connector.emulator.switches import Switches


@dataclass(frozen=True)
class Cursor:
    """A query result that a client pages through, and when its locator dies."""

    found: QueryResult
    resource: str
    expires: datetime


@dataclass
class State:
    """The org, its settings, its sessions, open cursors, bulk jobs and deployments.

    `dispatch` answers a sub-request of a composite call through the same route table.
    """

    org: Org
    clock: EmulatorClock
    switches: Switches
    settings: SalesforceSettings
    sessions: Sessions
    allowance: Allowance
    dispatch: Callable[[Ask], Answer]
    mint: IdMint = field(default_factory=IdMint)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    ingest_jobs: dict[str, IngestJob] = field(default_factory=dict)
    query_jobs: dict[str, QueryJob] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)

    def now(self) -> datetime:
        """Returns the emulated time in UTC."""
        return self.clock.now().astimezone(UTC)
