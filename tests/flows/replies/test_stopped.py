"""A run that somebody stops while it replies: what is live is told, and the rest waits."""

from __future__ import annotations

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import Stopped
from connector.emulator.faults import Fault, meanwhile
from in_process import Button

REPLY = {"vendor": "trustpilot", "method": "POST", "path": "*/reply"}
COMMENT = {"vendor": "trustpilot", "method": "POST", "path": "*/comments"}


@pytest.fixture
def queued(desk):
    """Twelve replies to service reviews that are to be posted."""
    unit = desk.world.business_unit_id
    ids = [desk.trustpilot.add_service_review(unit, text="Fine.")["id"] for _ in range(12)]
    desk.import_reviews()
    for each in ids:
        desk.queue(each, "Thank you!")
    return ids


def test_a_stopped_run_tells_which_replies_are_live_and_the_next_posts_the_rest(queued, desk):
    button = Button()
    desk.emulator.faults.add(meanwhile(button.press, skip=3, **REPLY))
    report = desk.run(stopping=button)
    live = {each for each in queued if desk.live(each)}
    assert 4 <= len(live) <= 7
    assert {each for each in queued if desk.status(each) == "Published"} == live
    assert {desk.status(each) for each in queued if each not in live} == {"Queued"}
    assert sum(isinstance(each, Stopped) for each in report.failures) == 1
    assert desk.exit_code(report) is ExitCode.INTERRUPTED
    desk.run()
    assert all(desk.live(each) for each in queued)
    assert desk.emulator.calls.counts(**REPLY) == len(queued)


def test_a_comment_without_an_answer_in_a_stopped_run_has_an_outcome(product, desk):
    button = Button()
    fault = Fault(**COMMENT, drop="after", meanwhile=button.press)
    desk.emulator.faults.add(fault)
    desk.queue(product, "Thank you!")
    desk.run(stopping=button)
    (attempt,) = desk.soql("SELECT Outcome__c FROM Trustpilot_Send_Attempt__c")
    assert attempt["Outcome__c"] == "Unknown"
    desk.emulator.clock.advance(600)
    desk.run()
    assert desk.comments(product) == ["Thank you!"]
    assert desk.status(product) == "Published"
