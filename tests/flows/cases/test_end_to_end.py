"""Whole runs: a review arrives, is edited and is deleted, and its case follows."""

from datetime import timedelta

import pytest

from connector.emulator.faults import RowFault

DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def run(passes_on, emulator, with_cases, queue):
    """A `one_run` with two case rules and the queue that they name."""
    assert queue
    return passes_on(emulator, with_cases)


@pytest.fixture
def write(emulator, world):
    """Let a customer write a review at Trustpilot; returns its id."""

    def one(stars=1, **words):
        words = {"title": "Never again", "text": "It broke.", **words}
        at = emulator.clock.now()
        add = emulator.trustpilot.add_service_review
        return add(world.business_unit_id, createdAt=at, stars=stars, **words)["id"]

    return one


def test_a_new_review_has_its_case_after_one_run(run, write, work, queue):
    unhappy, neutral = write(1), write(4)

    report = run()

    assert list(work.all()) == [unhappy]
    assert work.of(unhappy)["OwnerId"] == queue
    assert work.stored(unhappy)["Review_Case__c"] == work.of(unhappy)["Id"]
    assert work.stored(neutral)["Case_Rule__c"] is None
    assert report.count("cases_opened") == 1


def test_reviews_that_were_there_before_the_section_get_no_case(
    one_run, run, write, work, emulator
):
    write(1)
    one_run()
    emulator.clock.advance(2 * DAY)

    run()

    assert work.all() == {}


def test_an_idle_run_costs_no_call_more_than_without_the_section(run, one_run, write, emulator):
    write(1)
    run()
    run()

    def calls(go):
        before = len(emulator.calls.all())
        go()
        return len(emulator.calls.all()) - before

    assert calls(run) == calls(one_run)


def test_a_dry_run_names_the_case_and_makes_none(run, write, work):
    review_id = write(1)
    run(["summary"])

    report = run(dry_run=True)

    actions = [(each.what, each.record) for flow in report.flows for each in flow.actions]
    assert ("open case", review_id) in actions
    assert work.all() == {}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(20))
def test_wherever_a_run_is_killed_the_next_one_leaves_one_linked_case(  # noqa: PLR0913, PLR0917
    run, write, work, dying_door, killed, at, after
):
    review_id = write(1)
    try:
        run(door=dying_door(at, after=after))
    except killed:
        run()

    assert work.stored(review_id)["Review_Case__c"] == work.of(review_id)["Id"]


def test_a_refused_case_is_made_by_the_next_run(run, write, work, emulator):
    review_id = write(1)
    emulator.faults.add(RowFault("Case", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No."))
    run()
    assert work.issues() == [("case_refused", review_id)]

    run()

    assert list(work.all()) == [review_id]
    assert work.issues() == []


def test_an_unknown_queue_holds_the_cases_until_it_is_there(run, write, work, emulator, queue):
    emulator.org.delete("Group", queue)
    review_id = write(1)
    run()
    assert work.issues() == [("case_owner_unknown", "unhappy")]
    assert work.all() == {}

    values = {"Name": "Reviews", "DeveloperName": "Trustpilot_Reviews", "Type": "Queue"}
    emulator.org.insert("Group", values)
    run()

    assert list(work.all()) == [review_id]
    assert work.issues() == []


def test_an_edited_review_opens_its_case_again(run, write, work, emulator):
    review_id = write(1)
    run()
    agents = {"Status": "Closed", "Description": "Called, solved."}
    emulator.org.update("Case", work.of(review_id)["Id"], agents)
    emulator.clock.advance(2 * DAY)
    emulator.trustpilot.edit_review(review_id, text="Still broken.")

    report = run()

    case = work.of(review_id)
    assert (case["Status"], case["Description"]) == ("New", "Called, solved.")
    assert report.count("cases_reopened") == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(20))
def test_wherever_a_run_is_killed_an_edit_opens_the_case(  # noqa: PLR0913, PLR0917
    run, write, work, emulator, dying_door, killed, at, after
):
    review_id = write(1)
    run()
    emulator.org.update("Case", work.of(review_id)["Id"], {"Status": "Closed"})
    emulator.clock.advance(2 * DAY)
    emulator.trustpilot.edit_review(review_id, text="Still broken.")
    try:
        run(door=dying_door(at, after=after))
    except killed:
        run()

    assert work.of(review_id)["IsClosed"] is False


def test_an_answer_at_trustpilot_does_not_open_the_case(run, write, work, emulator):
    review_id = write(1)
    run()
    emulator.org.update("Case", work.of(review_id)["Id"], {"Status": "Closed"})
    emulator.clock.advance(2 * DAY)
    emulator.trustpilot.portal_reply(review_id, "Sorry.", "Pat")

    run()

    assert work.of(review_id)["IsClosed"] is True


def test_a_deleted_review_closes_and_empties_its_case_for_good(run, write, work, emulator):
    review_id = write(1)
    run()
    emulator.trustpilot.delete_review(review_id)

    run()
    emulator.clock.advance(2 * DAY)
    run()

    case = work.of(review_id)
    assert (case["Subject"], case["Description"], case["IsClosed"]) == (
        "Review deleted",
        None,
        True,
    )
    assert work.stored(review_id)["Review_Case__c"] == case["Id"]


def test_closing_the_case_of_a_review_invites_nobody(run, write, work, emulator, soql):
    review_id = write(1, referralEmail="wanda@customer.example")
    run()
    emulator.org.update("Case", work.of(review_id)["Id"], {"Status": "Closed"})
    emulator.clock.advance(DAY)

    run()

    assert soql("SELECT Id FROM Trustpilot_Invitation__c") == []


def test_every_new_review_gets_one_case_however_many_runs_go_by(run, write, work):
    first = write(1)
    run()
    second = write(2)

    run()
    run()

    assert sorted(work.all()) == sorted([first, second])
