"""What the tests of replies share: an agent's desk, and windows to both vendors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from connector.core.run.exit_codes import exit_code
from connector.core.run.report import RunReport
from connector.emulator.app import Emulator
from connector.emulator.doors import InProcessDoor
from connector.emulator.world import World

FLOW = ["replies_out"]
REVIEWS = (
    "SELECT Id, External_Id__c, Reply__c, Reply_Status__c, Reply_Error__c, Reply_Warnings__c, "
    "Published_Reply__c, Their_Reply__c, Conflict_Choice__c, Live_Reply__c, Live_Reply_At__c, "
    "Live_Reply_Author__c, Live_Reply_Author_Id__c, Replied_At__c, Conversation_Id__c, "
    "Conversation_State__c, Edited__c, Text__c, Previous_Text__c FROM Trustpilot_Review__c"
)


class InTheMeantime(InProcessDoor):
    """Lets somebody do something right before a call that matches reaches the vendor."""

    def __init__(self, emulator, ending, does, method="POST"):
        super().__init__(emulator)
        self.ending, self.does, self.method = ending, does, method

    def send(self, request, *args, **options):
        if self.does and request.method == self.method and request.url.endswith(self.ending):
            does, self.does = self.does, None
            does()
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

    @property
    def soql(self):
        return self.emulator.org.query

    def run(self, **options):
        """Do one pass of the flow."""
        return self.one_run(FLOW, **options)

    def import_reviews(self):
        self.one_run(["reviews_in"])

    def row(self, review_id):
        """The review as the agent sees it."""
        rows = self.soql(REVIEWS)
        (found,) = [row for row in rows if row["External_Id__c"] == review_id]
        return found

    def queue(self, review_id, text=None):
        """Write a reply and press the button; without a text only press the button."""
        values = {"Reply_Status__c": "Queued"} | ({} if text is None else {"Reply__c": text})
        self.set(review_id, **values)

    def set(self, review_id, user=None, **values):
        """Fill in fields of the review, as somebody in Salesforce does."""
        record_id = self.row(review_id)["Id"]
        self.emulator.org.update("Trustpilot_Review__c", record_id, values, user=user)

    def choose(self, review_id, choice):
        """Say what is to become of a conflict."""
        self.set(review_id, Conflict_Choice__c=choice)

    def delete(self, review_id):
        """Ask for the live reply to be removed."""
        self.set(review_id, Reply_Status__c="Delete Queued")

    def status(self, review_id):
        return self.row(review_id)["Reply_Status__c"]

    @staticmethod
    def exit_code(report):
        """What `connector run` would end with."""
        return exit_code(report.failures, issues=report.open_issues)

    def in_the_meantime(self, ending, does, method="POST"):
        """A door that lets somebody do something right before a call to such a path."""
        return InTheMeantime(self.emulator, ending, does, method)

    def live(self, review_id):
        """What the public sees below a service review."""
        reply = self.trustpilot.service_review(review_id)["companyReply"]
        return reply["text"] if reply else ""

    def comments(self, review_id):
        """Every comment of the business below a product review, in all its conversations."""
        return [
            comment.content
            for thread in self.trustpilot.product.conversations.values()
            if thread.review_id == review_id
            for comment in thread.comments
            if comment.author_type == "businessUser"
        ]

    def issues(self):
        rows = self.soql("SELECT Code__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'")
        return [row["Code__c"] for row in rows]


@pytest.fixture
def desk(emulator, world, one_run):
    return Desk(emulator, world, one_run)


@pytest.fixture
def open_desk() -> type[Desk]:
    """Open a desk in another world: `open_desk(emulator, world, one_run)`."""
    return Desk


@pytest.fixture
def service(desk):
    """The id of a service review that is in the org."""
    review = desk.trustpilot.add_service_review(desk.world.business_unit_id, text="Fine.")
    desk.import_reviews()
    return review["id"]


@pytest.fixture
def product(desk):
    """The id of a product review that is in the org and has no conversation."""
    review = desk.trustpilot.add_product_review(desk.world.business_unit_id, content="Fine.")
    desk.import_reviews()
    return review["id"]


@pytest.fixture
def run_on(desk, dying_door, killed):
    """Kill a run at its first call, the next at its second, and so on, until one ends."""

    def until_one_ends(after):
        for at in range(40):
            try:
                return desk.run(door=dying_door(at, after=after))
            except killed:
                continue
        raise AssertionError("The run never ends.")

    return until_one_ends
