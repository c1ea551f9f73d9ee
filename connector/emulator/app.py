"""The whole emulator: both vendors over one clock, one set of faults and one call log.

It composes; what a vendor does stands in `trustpilot` and `salesforce`, how a client reaches
them in `doors`.
"""

import threading
from pathlib import Path

from connector.emulator.calls import CallLog
from connector.emulator.clock import EmulatorClock
from connector.emulator.control import control_app
from connector.emulator.credentials import AccountFacts
from connector.emulator.faults import Faults
from connector.emulator.frame import AsgiApp, Receive, Scope, Send, VendorFrame
from connector.emulator.salesforce import SalesforceSide
from connector.emulator.salesforce.org import Org
from connector.emulator.switches import Switches
from connector.emulator.trustpilot import TrustpilotState, api_app, invitations_app

DOORS = ("salesforce", "trustpilot", "invitations", "control")


def default_metadata_folder() -> Path:
    """Return the Salesforce package: beside the `connector` package, else shipped inside it."""
    package = Path(__file__).resolve().parent.parent
    beside = package.parent / "salesforce"
    return beside if beside.is_dir() else package / "shipped" / "salesforce"


class Emulator:
    """Plays both vendors: `clock`, `faults`, `calls`, `switches`, `salesforce`, `trustpilot`.

    `metadata_folder` holds the Salesforce package that was deployed to the emulated org, with all
    its permission sets assigned; with `empty_org` none was.
    """

    def __init__(
        self,
        metadata_folder: Path | None = None,
        *,
        clock: EmulatorClock | None = None,
        empty_org: bool = False,
    ) -> None:
        self.clock = clock or EmulatorClock()
        self.faults = Faults()
        self.calls = CallLog()
        self.switches = Switches()
        self.trustpilot = TrustpilotState(self.clock, self.switches)
        folder = metadata_folder or default_metadata_folder()
        self._metadata_folder = None if empty_org else folder
        self._salesforce: SalesforceSide | None = None
        self._lock = threading.RLock()
        self._apps: dict[str, AsgiApp] = {
            "salesforce": VendorFrame("salesforce", self._salesforce_app, self),
            "trustpilot": VendorFrame("trustpilot", api_app(self.trustpilot), self),
            "invitations": VendorFrame("invitations", invitations_app(self.trustpilot), self),
            "control": control_app(self),
        }

    @property
    def salesforce(self) -> SalesforceSide:
        """Return the emulated org's side, made when first asked for: it reads many files."""
        with self._lock:
            if self._salesforce is None:
                self._salesforce = SalesforceSide(
                    self.clock, self.faults, self.switches, self.calls, self._metadata_folder
                )
            return self._salesforce

    @property
    def org(self) -> Org:
        """Return the emulated org's rows and rules."""
        return self.salesforce.org

    @property
    def credentials(self) -> AccountFacts:
        """Return what a client needs: the first connected app, application and business unit.

        Raises:
            LookupError: where nobody has added a connected app or a business unit yet.
        """
        app, unit = (
            self.salesforce.settings.connected_apps[:1],
            list(self.trustpilot.units.values()),
        )
        if not app or not unit:
            raise LookupError("the emulated world has no connected app or no business unit yet")
        return AccountFacts(
            organization_id=self.salesforce.settings.org_id,
            salesforce_client_id=app[0].client_id,
            salesforce_client_secret=app[0].client_secret,
            trustpilot_api_key=self.trustpilot.application.api_key,
            trustpilot_api_secret=self.trustpilot.application.api_secret,
            acting_user_id=self.trustpilot.acting_user_id,
            domain=unit[0].domain,
            link_encryption_key=unit[0].link_keys.encryption,
            link_authentication_key=unit[0].link_keys.authentication,
        )

    def apps(self) -> dict[str, AsgiApp]:
        """Return the ASGI apps of the four doors: salesforce, trustpilot, invitations, control."""
        return self._apps

    async def _salesforce_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.salesforce.app(scope, receive, send)
