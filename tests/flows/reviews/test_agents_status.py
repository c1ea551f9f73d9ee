"""What an agent sets while a run brings reviews in is never lost."""

from __future__ import annotations

import pytest

from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault

TEXT = "Changed my mind {} times."
ROWS = (
    "SELECT Id, External_Id__c, Reply_Status__c, Live_Reply__c, Text__c, Edited__c "
    "FROM Trustpilot_Review__c"
)


class Meanwhile(InProcessDoor):
    """Lets somebody do something right before the n-th call to the org (from 0)."""

    def __init__(self, emulator, at, does):
        super().__init__(emulator)
        self.left, self.does = at, does

    def send(self, request, *args, **options):
        if "/services/data/" in request.url:
            self.left -= 1
            if self.left < 0 and self.does:
                does, self.does = self.does, None
                does()
        return super().send(request, *args, **options)


class Review:
    """A service review that was answered at Trustpilot and is in the org."""

    def __init__(self, emulator, review_id):
        self.emulator, self.id = emulator, review_id

    @property
    def row(self):
        (found,) = [
            row for row in self.emulator.org.query(ROWS) if row["External_Id__c"] == self.id
        ]
        return found

    def agent_sets(self, status):
        values = {"Reply_Status__c": status, "Reply__c": "Ours."}
        self.emulator.org.update("Trustpilot_Review__c", self.row["Id"], values)

    def changes(self, kind, number):
        """Let a day pass, and somebody change the review or its reply at Trustpilot."""
        self.emulator.clock.advance(86_400)
        if kind == "edit":
            self.emulator.trustpilot.edit_review(self.id, text=TEXT.format(number))
        else:
            self.emulator.trustpilot.portal_reply(self.id, f"Theirs {number}.", "A colleague")


@pytest.fixture
def review(emulator, world, one_run):
    """A service review that was answered at Trustpilot and is in the org."""
    review_id = emulator.trustpilot.add_service_review(world.business_unit_id, text="Fine.")["id"]
    emulator.trustpilot.portal_reply(review_id, "Theirs.", "A colleague")
    one_run(["reviews_in"])
    return Review(emulator, review_id)


@pytest.mark.parametrize(
    ("kind", "status", "becomes"),
    [
        ("reply", "Draft", {"Draft"}),
        ("reply", "Queued", {"Queued"}),
        ("edit", "Draft", {"Draft"}),
        ("edit", "Queued", {"Queued", "Edited Review"}),  # queued before the edit was on the record
    ],
)
def test_a_status_that_an_agent_sets_while_a_run_works_stays(
    kind, status, becomes, review, one_run
):
    """Whichever call of the run the agent comes before; only the last gap, one call, is left."""
    found = []
    for at in range(9):
        review.agent_sets("Published")
        review.changes(kind, at)
        door = Meanwhile(review.emulator, at, lambda: review.agent_sets(status))
        one_run(["reviews_in"], door=door)
        if door.does is None:
            found.append(review.row["Reply_Status__c"])
    assert len([each for each in found if each not in becomes]) <= 1
    assert len(found) >= 6


def test_a_run_killed_between_status_and_review_does_both_again(
    review, one_run, dying_door, killed
):
    review.changes("edit", 1)
    for at in range(40):
        try:
            one_run(["reviews_in"], door=dying_door(at, after=True))
            break
        except killed:
            continue
    seen = review.row
    assert (seen["Reply_Status__c"], seen["Text__c"], seen["Edited__c"]) == (
        "Edited Review",
        TEXT.format(1),
        True,
    )


def test_a_status_that_the_org_refuses_keeps_the_review_for_the_next_run(review, emulator, one_run):
    review.changes("reply", 1)
    refused = {"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "No.", "fields": []}
    answer = [{"success": False, "errors": [refused]}]
    emulator.faults.add(
        Fault("salesforce", "PATCH", "*/composite/sobjects", status=200, body=answer)
    )
    report = one_run(["reviews_in"])
    assert [issue.code for issue in report.flows[0].issues] == ["service_review_refused"]
    assert review.row["Live_Reply__c"] == "Theirs."
    one_run(["reviews_in"])
    assert review.row["Live_Reply__c"] == "Theirs 1."
