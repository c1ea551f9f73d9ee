# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""A check compares both sides day by day, says what differed, and heals it."""

from datetime import timedelta

import pytest

from connector.core.reviews.estimate import ImportRange
from connector.core.run.exit_codes import ExitCode
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault, custom_row_error
from connector.emulator.world import seed
from connector.flows.engine import RunRequest, check_since
from connector.report.reviews.reconciliation import check_code, check_sentence
from connector.wiring import Transports, connect, run_policy


@pytest.fixture
def world(bare):
    """A business with reviews of one month."""
    return seed(bare, service_reviews=40, product_reviews=12, people=5, days=25)


@pytest.fixture
def one_check(emulator, settings, clock, reporter):
    """Do one check of the last 30 days: the report and what was found."""

    def check(*, dry_run=False, door=None):
        carrier = door or InProcessDoor(emulator)
        both = connect(settings, reporter, Transports(carrier, carrier, clock))
        request = RunRequest("check-1", dry_run=dry_run)
        return check_since(both, run_policy(settings), request, ImportRange(days=30))

    return check


@pytest.fixture
def forget(emulator, soql):
    """Take reviews out of the org behind the connector's back; returns their ids."""

    def some(number):
        rows = soql("SELECT Id, External_Id__c FROM Trustpilot_Review__c LIMIT {}", number)
        for row in rows:
            emulator.org.delete("Trustpilot_Review__c", row["Id"])
        return {row["External_Id__c"] for row in rows}

    return some


def test_two_sides_that_agree_are_said_to_agree(one_run, one_check):
    one_run()
    report, found = one_check()
    assert found.differing == ()
    assert sum(day.listed for day in found.days) == 52
    assert sum(day.held for day in found.days) == 52
    assert check_code(report, found) is ExitCode.DONE
    assert "agree on every day" in check_sentence(report, found)


def test_what_was_lost_is_named_by_its_day_and_healed(one_run, one_check, forget, differences):
    one_run()
    lost = forget(3)
    report, found = one_check()
    assert sum(day.missing for day in found.differing) == len(lost) == 3
    assert report.count("reviews_new") == 3
    assert differences() == []
    assert one_check()[1].differing == ()


def test_a_dry_check_shows_what_differs_and_heals_nothing(one_run, one_check, forget, differences):
    one_run()
    forget(2)
    report, found = one_check(dry_run=True)
    assert sum(day.missing for day in found.days) == 2
    assert len(differences()) == 2
    assert check_code(report, found) is ExitCode.NEEDS_A_LOOK


def test_an_edit_is_a_difference_and_a_deletion_is_gone(one_run, one_check, emulator, soql):
    one_run()
    edited, deleted = (
        row["External_Id__c"]
        for row in soql(
            "SELECT External_Id__c FROM Trustpilot_Review__c WHERE Type__c = 'Service' LIMIT 2"
        )
    )
    emulator.trustpilot.edit_review(edited, text="Another text.")
    emulator.trustpilot.service.remove(deleted)
    report, found = one_check()
    assert sum(day.different for day in found.days) == 1
    assert sum(day.gone for day in found.days) == 1
    assert report.count("reviews_missing") == 1


def test_a_review_that_came_after_the_last_run_is_new_and_not_missing(
    one_run, one_check, emulator, world
):
    one_run()
    emulator.clock.advance(timedelta(hours=2))
    emulator.trustpilot.add_service_review(world.business_unit_id, createdAt=emulator.clock.now())
    _, found = one_check()
    assert sum(day.new for day in found.days) == 1
    assert found.differing == ()


def test_what_the_org_refuses_is_named_and_needs_a_look(one_run, one_check, emulator, forget):
    one_run()
    forget(1)
    emulator.faults.add(custom_row_error("Trustpilot_Review__c", "SOME_RULE", "No."))
    report, found = one_check()
    assert sum(day.refused for day in found.days) == 1
    assert check_code(report, found) is ExitCode.NEEDS_A_LOOK


def test_a_list_that_breaks_off_is_a_failure_and_claims_nothing(one_run, one_check, emulator):
    one_run()
    emulator.faults.add(
        Fault("trustpilot", path="*/private/business-units/*", status=500, times=None)
    )
    report, found = one_check()
    assert report.failures != ()
    assert {day.review_type.value for day in found.days} == {"Product"}


def test_no_mark_moves(one_run, one_check, emulator, soql):
    query = "SELECT Key__c, Mark__c FROM Trustpilot_Checkpoint__c WHERE Mark__c != null"
    one_run()
    before = sorted(map(str, soql(query)))
    emulator.clock.advance(timedelta(hours=1))
    one_check()
    assert sorted(map(str, soql(query))) == before


def test_a_check_that_is_killed_can_be_typed_again(
    one_run, one_check, forget, differences, dying_door, killed
):
    one_run()
    forget(2)
    for at in range(40):
        try:
            one_check(door=dying_door(at, after=bool(at % 2)))
        except killed:
            continue
        break
    assert one_check()[0].failures == ()
    assert differences() == []
