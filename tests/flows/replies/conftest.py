"""What the tests of replies share: an agent's desk, and windows to both vendors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from agents_desk import AgentsDesk, InTheMeantime


@dataclass(frozen=True)
class Desk(AgentsDesk):
    """The desk of somebody who writes replies."""

    flow: ClassVar = ["replies_out"]
    seen: ClassVar = (
        "Reply__c, Reply_Status__c, Reply_Error__c, Reply_Warnings__c, "
        "Published_Reply__c, Their_Reply__c, Conflict_Choice__c, Live_Reply__c, Live_Reply_At__c, "
        "Live_Reply_Author__c, Live_Reply_Author_Id__c, Replied_At__c, Conversation_Id__c, "
        "Conversation_State__c, Edited__c, Text__c, Previous_Text__c"
    )

    def queue(self, review_id, text=None):
        """Write a reply and press the button; without a text only press the button."""
        values = {"Reply_Status__c": "Queued"} | ({} if text is None else {"Reply__c": text})
        self.set(review_id, **values)

    def choose(self, review_id, choice):
        """Say what is to become of a conflict."""
        self.set(review_id, Conflict_Choice__c=choice)

    def delete(self, review_id):
        """Ask for the live reply to be removed."""
        self.set(review_id, Reply_Status__c="Delete Queued")

    def status(self, review_id):
        return self.row(review_id)["Reply_Status__c"]

    def in_the_meantime(self, ending, does, method="POST", turn=1):
        """A door that lets somebody do something right before the n-th call to such a path."""
        return InTheMeantime(self.emulator, method, ending, does, turn)

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
