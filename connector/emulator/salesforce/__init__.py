"""The emulated Salesforce: an org with its HTTP surface, played from the reference page.

`SalesforceSide` is the whole of it; nothing here imports what is outside the emulator.
"""

from pathlib import Path

from connector.emulator.calls import CallLog
from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import Faults
from connector.emulator.salesforce.org import Org
from connector.emulator.salesforce.rest.auth import Allowance, Sessions
from connector.emulator.salesforce.rest.settings import ConnectedApp, SalesforceSettings
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.surface import Surface
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.schema.metadata import read_permission_sets
from connector.emulator.salesforce.schema.objects import Schema
from connector.emulator.switches import Switches

__all__ = ["ConnectedApp", "SalesforceSettings", "SalesforceSide"]


class SalesforceSide:
    """One emulated org: `org` for rows and rules, `settings` for sign-in and limits, `app` (ASGI).

    It has the custom objects of a metadata folder, or none where there is no folder.
    `sessions` and `allowance` let a test end sessions or read the API use; `calls` is the log in
    which the door's frame notes every call.
    """

    def __init__(
        self,
        clock: EmulatorClock,
        faults: Faults,
        switches: Switches,
        calls: CallLog,
        metadata_folder: Path | None,
    ) -> None:
        self.calls = calls
        self.org = Org(Schema.load(metadata_folder), clock, faults)
        if metadata_folder is not None:
            self.org.already_assigned(read_permission_sets(metadata_folder))
        self.settings = SalesforceSettings(self.org)
        self.sessions = Sessions(self.settings)
        self.allowance = Allowance(self.settings)
        state = State(
            self.org, clock, switches, self.settings, self.sessions, self.allowance, self._dispatch
        )
        self._surface = Surface(state)
        self.app = self._surface.starlette()

    def _dispatch(self, ask: Ask) -> Answer:
        return self._surface.dispatch(ask)
