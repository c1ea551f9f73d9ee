"""What the tests of tags share: an agent's desk, an order, and windows to both vendors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from connector.core.run.exit_codes import exit_code
from connector.core.run.report import RunReport
from connector.emulator.app import Emulator
from connector.emulator.doors import InProcessDoor
from connector.emulator.world import World

FLOW = ["tags_out"]
REVIEW = "Trustpilot_Review__c"
FIELDS = (
    "SELECT Id, External_Id__c, Tags__c, Tags_To_Add__c, Tags_Wanted__c, Tags_Error__c, "
    "Match_Method__c FROM Trustpilot_Review__c"
)


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
class Desk:
    """An agent's desk, and windows to both vendors."""

    emulator: Emulator
    world: World
    one_run: Callable[..., RunReport]

    @property
    def trustpilot(self):
        return self.emulator.trustpilot

    def run(self, **options):
        """Do one pass of the flow."""
        return self.one_run(FLOW, **options)

    def review(self, **fields):
        """Let a customer write a service review; it is in the org and idle."""
        review = self.trustpilot.add_service_review(self.world.business_unit_id, **fields)
        self.one_run(["reviews_in"])
        return review["id"]

    def row(self, review_id):
        """The review as the agent sees it."""
        (found,) = [r for r in self.emulator.org.query(FIELDS) if r["External_Id__c"] == review_id]
        return found

    def write(self, review_id, tags=None, **values):
        """Type tags, or tick the box."""
        values |= {} if tags is None else {"Tags_To_Add__c": tags}
        self.emulator.org.update(REVIEW, self.row(review_id)["Id"], values)

    def live(self, review_id):
        """The values of the tags that Trustpilot has."""
        return [tag["value"] for tag in self.trustpilot.service_review(review_id)["tags"]]

    def puts(self):
        return self.emulator.calls.counts("trustpilot", "PUT", "*/tags")

    def in_the_meantime(self, method, ending, does, turn=1):
        return InTheMeantime(self.emulator, method, ending, does, turn)

    @staticmethod
    def exit_code(report):
        """What `connector run` would end with."""
        return exit_code(report.failures, issues=report.open_issues)

    def issues(self):
        rows = self.emulator.org.query(
            "SELECT Code__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'"
        )
        return [row["Code__c"] for row in rows]


@pytest.fixture
def desk(emulator, world, one_run):
    return Desk(emulator, world, one_run)


@pytest.fixture
def review(desk):
    """The id of a service review with one tag that Trustpilot has."""
    return desk.review(text="Fine.", tags=[{"group": "generic", "value": "delivery"}])


@pytest.fixture
def with_paths(configured):
    """The configuration that takes tags from these fields: `with_paths("Order__r.Type")`."""

    def load(*paths):
        line = f"reviews:\n  write_tags: [{', '.join(paths)}]\n"
        return configured(lambda text: text.replace("reviews:\n", line, 1))

    return load


@pytest.fixture
def order_number(desk):
    """The number of an order of type Online, whose account is in Retail."""
    org = desk.emulator.org
    org.update("Order", desk.world.order_id, {"Type": "Online"})
    (order,) = org.query("SELECT OrderNumber, AccountId FROM Order WHERE Type = 'Online'")
    org.update("Account", order["AccountId"], {"Industry": "Retail"})
    return order["OrderNumber"]
