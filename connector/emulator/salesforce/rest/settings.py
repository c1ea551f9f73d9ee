"""What an administrator decides about the emulated org: who may sign in, how long, how often.

Plain data that tests change while the emulator runs; no behaviour.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from connector.emulator.salesforce.org import Org


@dataclass
class ConnectedApp:
    """An external client app of the org.

    `run_as` is the user of the client-credentials grant (empty: the grant is off).
    `public_key` (PEM) verifies JWT bearer assertions of the `approved` usernames.
    """

    client_id: str
    client_secret: str
    run_as: str = ""
    public_key: str = ""
    approved: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("api", "id")


@dataclass
class SalesforceSettings:
    """Facts of the org and of its API that a test may change at any moment.

    Of more than `open_cursors` query results that wait for their next page the oldest is lost.
    `page_rows` and `bulk_page_rows` cap a page below what a client asks for, as wide rows do.
    `bulk_polls` is the number of polls after which a bulk job is done; `bulk_times_with_z` tells
    how query jobs write times, with Z or with +0000 as REST does (not settled by the reference).
    `deploy_polls` is the number of polls after which a deployment is told to be done.
    Versions are whole numbers (66 for "66.0").
    """

    org: Org
    connected_apps: list[ConnectedApp] = field(default_factory=list)
    session_lifetime: timedelta = timedelta(hours=2)
    locator_lifetime: timedelta = timedelta(days=2)
    open_cursors: int = 100
    oldest_version: int = 31
    newest_version: int = 68
    page_rows: int = 2000
    bulk_page_rows: int = 250_000
    bulk_polls: int = 2
    bulk_times_with_z: bool = True
    deploy_polls: int = 2

    @property
    def org_id(self) -> str:
        """The 18-character id of the org."""
        return self.org.org_id

    @property
    def user_id(self) -> str:
        """The 18-character id of the integration user."""
        return self.org.user_id

    @property
    def daily_cap(self) -> int:
        """API calls that the org allows in 24 hours."""
        return self.org.settings.daily_api_requests

    @daily_cap.setter
    def daily_cap(self, calls: int) -> None:
        self.org.settings.daily_api_requests = calls

    def app(self, client_id: str) -> ConnectedApp | None:
        """Returns the app with this consumer key, or None."""
        return next((app for app in self.connected_apps if app.client_id == client_id), None)
