"""The overlap between runs: read again at Trustpilot, remembered in the org, true all the same."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from connector.emulator.faults import Fault, custom_row_error

CHECKPOINT = "SELECT Id, Key__c, Seen__c FROM Trustpilot_Checkpoint__c"


@pytest.fixture
def reads(emulator):
    """How many calls asked the org for something."""
    return lambda: emulator.calls.counts("salesforce", "POST", "*/composite")


@pytest.fixture
def overlap(one_run, write, emulator):
    """One review that every run of the test reads again; the calls so far are forgotten."""
    one_run()
    review_id = write(text="Before", stars=3)
    one_run()
    emulator.calls.clear()
    return review_id


def memories(soql):
    return {row["Key__c"]: row for row in soql(CHECKPOINT)}


def test_the_checkpoint_remembers_what_the_next_run_reads_again(overlap, soql, world):
    row = memories(soql)[f"service_reviews:{world.business_unit_id}"]
    assert overlap in row["Seen__c"]


def test_a_review_edited_inside_the_overlap_is_written(overlap, one_run, emulator, stored):
    emulator.trustpilot.edit_review(overlap, stars=1, text="After")
    report = one_run()
    assert report.count("reviews_changed") == 1
    assert (stored(overlap)["Stars__c"], stored(overlap)["Text__c"]) == (1, "After")


@pytest.mark.usefixtures("overlap")
@pytest.mark.parametrize("text", [None, "not JSON", "[1, 2]", '{"another": "hash"}'])
def test_a_memory_that_somebody_spoilt_costs_one_question_and_nothing_else(
    text, one_run, emulator, soql, reads
):
    (row,) = (row for key, row in memories(soql).items() if key.startswith("service_reviews:"))
    emulator.org.update("Trustpilot_Checkpoint__c", row["Id"], {"Seen__c": text})
    one_run(only=["reviews_in"])
    spoilt = reads()
    emulator.calls.clear()
    report = one_run(only=["reviews_in"])
    assert spoilt == reads() + 1
    assert report.count("reviews_changed") == report.count("reviews_new") == 0


def test_a_review_that_the_org_refused_is_not_remembered(one_run, write, emulator, soql):
    one_run()
    emulator.faults.add(custom_row_error("Trustpilot_Review__c", "STRING_TOO_LONG", "Too long"))
    refused = write(text="Refused")
    one_run()
    assert all(refused not in (row["Seen__c"] or "") for row in memories(soql).values())


def test_reviews_written_while_trustpilots_clock_was_behind_the_orgs_still_come_in(
    one_run, write, emulator, differences
):
    behind = format_datetime(emulator.clock.now() - timedelta(hours=1), usegmt=True)
    emulator.faults.add(Fault("trustpilot", headers={"Date": behind}, times=None))
    one_run()
    emulator.faults.clear()
    write(ago=timedelta(minutes=40), text="Later than the window's end")
    one_run()
    assert differences() == []
