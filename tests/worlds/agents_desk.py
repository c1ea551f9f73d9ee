"""An agent's desk, and windows to both vendors: what tests of replies and of tags share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from connector.core.run.exit_codes import exit_code
from connector.core.run.report import RunReport
from connector.emulator.app import Emulator
from connector.emulator.doors import InProcessDoor
from connector.emulator.world import World


class InTheMeantime(InProcessDoor):
    """Lets somebody do something right before the n-th call (from 1) that matches."""

    def __init__(self, emulator, method, ending, does, turn=1):
        super().__init__(emulator)
        self.method, self.ending, self.does, self.turn = method, ending, does, turn

    def send(self, request, *args, **options):
        if request.method == self.method and request.url.endswith(self.ending):
            self.turn -= 1
            if self.turn == 0:
                self.does()
        return super().send(request, *args, **options)


@dataclass(frozen=True)
class AgentsDesk:
    """What is seen and done there; whoever sits at it names the flow and the fields he looks at."""

    flow: ClassVar[list[str]]
    seen: ClassVar[str]

    emulator: Emulator
    world: World
    one_run: Callable[..., RunReport]

    @property
    def trustpilot(self):
        return self.emulator.trustpilot

    @property
    def soql(self):
        return self.emulator.org.query

    def run(self, **options):
        """Do one pass of the flow."""
        return self.one_run(self.flow, **options)

    def import_reviews(self):
        """Bring every review into the org."""
        self.one_run(["reviews_in"])

    def row(self, review_id):
        """The review as the agent sees it."""
        rows = self.soql(f"SELECT Id, External_Id__c, {self.seen} FROM Trustpilot_Review__c")  # noqa: S608 -- a test's own text
        (found,) = [row for row in rows if row["External_Id__c"] == review_id]
        return found

    def set(self, review_id, user=None, **values):
        """Fill in fields of the review, as somebody in Salesforce does."""
        record_id = self.row(review_id)["Id"]
        self.emulator.org.update("Trustpilot_Review__c", record_id, values, user=user)

    @staticmethod
    def exit_code(report):
        """What `connector run` would end with."""
        return exit_code(report.failures, issues=report.open_issues)

    def issues(self):
        rows = self.soql("SELECT Code__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'")
        return [row["Code__c"] for row in rows]
