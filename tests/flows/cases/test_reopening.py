"""An edited review opens its case again, and nothing of what agents wrote is touched."""

import pytest

from connector.emulator.faults import RowFault


@pytest.fixture
def closed(work, emulator):
    """A review whose case an agent has worked on and closed."""
    work.review()
    work.open()
    emulator.org.update(
        "Case", work.of()["Id"], {"Status": "Closed", "Description": "Called, solved."}
    )
    return work.of()


@pytest.mark.usefixtures("closed")
def test_a_closed_case_is_open_again_with_the_agents_words(work):
    report = work.reopen("r1")

    case = work.of()
    assert (case["Status"], case["IsClosed"]) == ("New", False)
    assert case["Description"] == "Called, solved."
    assert report.counts == {"cases_reopened": 1}


def test_an_open_case_gets_the_status_too(work):
    work.review(stars=1)
    work.open()
    work.emulator.org.update("Case", work.of()["Id"], {"Status": "Working"})

    work.reopen("r1")

    assert work.of()["Status"] == "New"


@pytest.mark.usefixtures("closed")
def test_the_rule_names_the_status(work, configured):
    section = "\ncases: {rules: [{name: unhappy, assignment_rules: true, reopen_as: Escalated}]}\n"

    work.reopen("r1", settings=configured(lambda text: text + section))

    assert work.of()["Status"] == "Escalated"


@pytest.mark.usefixtures("closed")
def test_a_rule_that_is_gone_means_new(work, configured):
    section = "\ncases: {rules: [{name: other, assignment_rules: true, reopen_as: Escalated}]}\n"

    work.reopen("r1", settings=configured(lambda text: text + section))

    assert work.of()["Status"] == "New"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(8))
@pytest.mark.usefixtures("closed")
def test_reopening_is_repeated_after_a_crash(work, dying_door, killed, at, after):
    try:
        work.reopen("r1", door=dying_door(at, after=after))
    except killed:
        work.reopen("r1")

    assert work.of()["IsClosed"] is False


def test_a_review_without_a_case_costs_nothing(work):
    work.review()
    work.emulator.calls.clear()

    report = work.reopen("r1")

    assert report.actions == ()
    assert not work.emulator.calls.counts("salesforce", "PATCH", "*/composite/sobjects")


def test_a_deleted_case_is_no_trouble(work, closed, emulator):
    emulator.org.delete("Case", closed["Id"])

    assert work.reopen("r1").issues == ()


@pytest.mark.usefixtures("closed")
def test_a_refused_reopening_is_tried_again(work, emulator):
    emulator.faults.add(RowFault("Case", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No."))
    (issue,) = work.reopen("r1").issues
    assert issue.code == "case_reopening_refused"

    work.retry()

    assert work.of()["IsClosed"] is False
    assert work.issues() == []


@pytest.mark.usefixtures("closed")
def test_a_dry_run_reopens_nothing(work):
    report = work.reopen("r1", dry_run=True)

    assert [(each.what, each.record) for each in report.actions] == [("reopen case", "r1")]
    assert work.of()["IsClosed"] is True
