"""What the tests of tags share: an agent's desk, an order, and windows to both vendors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from agents_desk import AgentsDesk, InTheMeantime


@dataclass(frozen=True)
class Desk(AgentsDesk):
    """The desk of somebody who tags reviews."""

    flow: ClassVar = ["tags_out"]
    seen: ClassVar = "Tags__c, Tags_To_Add__c, Tags_Wanted__c, Tags_Error__c, Match_Method__c"

    def review(self, **fields):
        """Let a customer write a service review; it is in the org and idle."""
        review = self.trustpilot.add_service_review(self.world.business_unit_id, **fields)
        self.import_reviews()
        return review["id"]

    def write(self, review_id, tags=None, **values):
        """Type tags, or tick the box."""
        values |= {} if tags is None else {"Tags_To_Add__c": tags}
        self.set(review_id, **values)

    def live(self, review_id):
        """The values of the tags that Trustpilot has."""
        return [tag["value"] for tag in self.trustpilot.service_review(review_id)["tags"]]

    def puts(self):
        return self.emulator.calls.counts("trustpilot", "PUT", "*/tags")

    def in_the_meantime(self, method, ending, does, turn=1):
        return InTheMeantime(self.emulator, method, ending, does, turn)


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
