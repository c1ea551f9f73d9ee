"""Something goes wrong at each call of a run in turn: afterwards nothing is lost or doubled."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from connector.core.terms.errors import ConnectorError
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import Fault, drop_after, drop_before, truncated_json
from connector.emulator.trustpilot.reviews.service import Bounds
from connector.emulator.world import seed

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)

FAULTS = {
    "dropped before": drop_before(vendor="*"),
    "dropped after": drop_after(vendor="*"),
    "500": Fault("*", status=500, body={"message": "Oops"}, name="500"),
    "truncated": truncated_json(vendor="*"),
    "dead from here on": drop_before(vendor="*", times=None),
}


class Business:
    """A small world in which something new happens on both sides before every run."""

    def __init__(self, passes_on, settings):
        self.emulator = Emulator(clock=EmulatorClock(frozen_at=START))
        self.world = seed(self.emulator, service_reviews=6, product_reviews=4, people=3)
        self.one_run = passes_on(self.emulator, settings)
        self.won = 0

    def happen(self):
        """A review of each kind arrives, and an opportunity is won."""
        clock, org, state = self.emulator.clock, self.emulator.org, self.emulator.trustpilot
        clock.advance(timedelta(hours=1))
        state.add_service_review(self.world.business_unit_id, text="New")
        state.add_product_review(self.world.business_unit_id, content="New")
        deal = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-04-01"}
        deal_id = org.insert("Opportunity", deal)
        clock.advance(timedelta(minutes=1))
        org.update("Opportunity", deal_id, {"StageName": "Closed Won"})
        self.won += 1

    def run_through_trouble(self, **how):
        """One run that may end in an error of ours, but in no other way."""
        with suppress(ConnectorError):
            self.one_run(**how)

    def marked_but_missing(self):
        """Reviews that a mark has passed and that the org neither holds nor has an issue for."""
        ask, state = self.emulator.org.query, self.emulator.trustpilot
        marks = ask("SELECT Key__c, Mark__c FROM Trustpilot_Checkpoint__c WHERE Mark__c != null")
        rows = ask("SELECT External_Id__c FROM Trustpilot_Review__c")
        issues = ask("SELECT Record__c FROM Trustpilot_Issue__c")
        known = {row["External_Id__c"] for row in rows} | {row["Record__c"] for row in issues}
        window = Bounds(START - timedelta(days=30), None)
        lists = {
            "service_reviews": state.service.of_unit(self.world.business_unit_id, window),
            "product_reviews": [
                review
                for review in state.product.reviews.values()
                if review["createdAt"] >= START - timedelta(days=30)
            ],
        }
        return [
            f"{review['id']} is behind its mark and missing"
            for row in marks
            for review in lists.get(row["Key__c"].partition(":")[0], [])
            if review["createdAt"] <= datetime.fromisoformat(row["Mark__c"])
            and review["id"] not in known
        ]

    def after_a_clean_run(self, differences):
        """Everything that is wrong once the trouble is over and one run went through."""
        self.emulator.faults.clear()
        report = self.one_run()
        org = self.emulator.org
        found = [repr(failure) for failure in report.failures] + differences(self.emulator)
        expected = {
            "Trustpilot_Invitation__c": self.won,
            "Trustpilot_Business_Unit__c": 1,
            "Trustpilot_Issue__c": 0,
        }
        return found + [
            f"{org.count(name)} rows of {name}, should be {number}"
            for name, number in expected.items()
            if org.count(name) != number
        ]


@pytest.fixture
def new_business(passes_on, settings):
    """Make a business of its own; all are the same, so one configuration fits every one."""
    return lambda: Business(passes_on, settings)


@pytest.mark.parametrize("kind", list(FAULTS))
def test_a_fault_at_any_call_of_a_later_run_loses_and_doubles_nothing(
    kind, new_business, differences
):
    business, wrong = new_business(), {}
    business.one_run()
    for at in count():
        business.happen()
        business.emulator.calls.clear()
        business.emulator.faults.add(replace(FAULTS[kind], skip=at))
        business.run_through_trouble()
        struck = any(call.fault for call in business.emulator.calls.all())
        found = business.marked_but_missing() + business.after_a_clean_run(differences)
        if found:
            wrong[at] = found
        if not struck:
            break
    assert wrong == {}
    assert at > 15  # the run makes as many calls, and each was struck once


def test_a_process_killed_after_any_call_of_a_later_run_loses_and_doubles_nothing(
    new_business, dying_door, killed, differences
):
    business, wrong = new_business(), {}
    business.one_run()
    for at in count():
        business.happen()
        door = dying_door(at, after=True, emulator=business.emulator)
        try:
            business.one_run(door=door)
        except killed:
            alive = False
        else:
            alive = True
        found = business.marked_but_missing() + business.after_a_clean_run(differences)
        if found:
            wrong[at] = found
        if alive:
            break
    assert wrong == {}
    assert at > 15


def test_a_first_run_killed_after_any_call_is_made_up_for_by_the_next(
    new_business, dying_door, killed, differences
):
    wrong = {}
    for at in count():
        business = new_business()
        door = dying_door(at, after=True, emulator=business.emulator)
        try:
            business.one_run(door=door)
        except killed:
            alive = False
        else:
            alive = True
        found = business.marked_but_missing() + business.after_a_clean_run(differences)
        if found:
            wrong[at] = found
        if alive:
            break
    assert wrong == {}
    assert at > 12
