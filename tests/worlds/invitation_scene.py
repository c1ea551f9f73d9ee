"""People who move records on, what became of it, and runs by other rules: for several conftests.

A `conftest.py` below `tests/flows` imports the fixtures that its tests ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from connector.core.invitations.reach import EVERYBODY, Reach
from connector.core.rules.grammar import Rule
from connector.core.run.exit_codes import exit_code
from connector.core.run.report import RunReport
from connector.emulator.app import Emulator
from connector.emulator.doors import InProcessDoor
from connector.emulator.world import World
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.wiring import Transports, connect, run_policy

FLOW = ["invitations_out"]
INVITATIONS = (
    "SELECT Id, Claim_Key__c, Rule__c, Rule_Version__c, Trigger_Object__c, Trigger_Record_Id__c, "
    "Old_Stage__c, New_Stage__c, Entered_At__c, Evidence__c, Contact__c, Channel__c, Due_At__c, "
    "Status__c, Reason_Code__c, Reason__c, Reference_Number__c, Recipient_Email__c, Link__c, "
    "Sent_At__c, Attempts__c, Opportunity__c, Order__c, Case__c, Send__c, Skus__c, Hold__c, "
    "Review_Link_Id__c "
    "FROM Trustpilot_Invitation__c ORDER BY Id"
)
MOVES = {
    "Opportunity": ("opportunity_id", {"StageName": "Closed Won"}),
    "Order": ("order_id", {"Status": "Activated"}),
    "Case": ("case_id", {"Status": "Closed"}),
}


@dataclass(frozen=True)
class Scene:
    """People who work in the org, and windows to both vendors."""

    emulator: Emulator
    world: World
    one_run: Callable[..., RunReport]

    @property
    def soql(self):
        return self.emulator.org.query

    @property
    def received(self):
        """Every invitation that the emulated Trustpilot accepted, in order."""
        return self.emulator.trustpilot.mailbox.received

    def run(self, **options):
        """Do one pass of the flow."""
        return self.one_run(FLOW, **options)

    def move(self, sobject):
        """Move the early-stage record of an object on, and give its id."""
        handle, values = MOVES[sobject]
        self.emulator.org.update(sobject, getattr(self.world, handle), values)
        return getattr(self.world, handle)

    def rows(self):
        """All invitations in the org."""
        return self.soql(INVITATIONS)

    def issues(self):
        """The open issues as (code, record) pairs."""
        rows = self.soql(
            "SELECT Code__c, Record__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'"
        )
        return [(row["Code__c"], row["Record__c"]) for row in rows]

    @staticmethod
    def exit_code(report):
        """What `connector run` would end with."""
        return exit_code(report.failures, issues=report.open_issues)

    @staticmethod
    def when(text):
        """A time as the org writes it, as a datetime."""
        return datetime.fromisoformat(text).astimezone(UTC)

    def value(self, sobject, record_id, field):
        """One field of a record."""
        return self.emulator.org.retrieve(sobject, record_id, [field])[field]

    def pause(self, *, paused):
        """Set or lift the pause switch on the business unit's record."""
        (unit,) = self.soql("SELECT Id FROM Trustpilot_Business_Unit__c")
        values = {"Pause_Invitations__c": paused}
        self.emulator.org.update("Trustpilot_Business_Unit__c", unit["Id"], values)

    @property
    def contact(self):
        """The contact of the early-stage case."""
        return self.value("Case", self.world.case_id, "ContactId")


@pytest.fixture
def scene(emulator, world, one_run):
    return Scene(emulator, world, one_run)


@pytest.fixture
def started(scene):
    """The first run is over, and an hour has passed since."""
    scene.run()
    scene.emulator.clock.advance(timedelta(hours=1))
    scene.emulator.calls.clear()
    return scene


@pytest.fixture
def deciding_run(emulator, settings, clock, reporter):
    """Do one pass with these rules and this reach: `deciding_run(rules, reach, dry_run=False)`."""
    numbers = count(1)

    def one_run(
        rules: tuple[Rule, ...], reach: Reach = EVERYBODY, *, dry_run: bool = False
    ) -> RunReport:
        door = InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(door, door, clock))
        policy = replace(run_policy(settings), rules=rules, reach=reach)
        return engine_run(world, policy, RunRequest(f"deciding-{next(numbers)}", FLOW, dry_run))

    return one_run


@pytest.fixture
def rule_on(settings):
    """The ready rule of an object, changed: `rule_on("Order", sample=3)`."""

    def make(sobject: str, **changes) -> Rule:
        (found,) = [rule for rule in settings.invitations.rules if rule.on.value == sobject]
        return replace(found, **changes)

    return make
