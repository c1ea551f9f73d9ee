# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""What cannot be read or stored becomes an issue, is tried again, and closed when it passes."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import RowFault, custom_row_error
from connector.report.run.report import code_of


@pytest.mark.parametrize("kind", ["service", "product"])
def test_an_unreadable_review_becomes_an_issue_and_the_rest_comes_in(
    kind, one_run, write, soql, issues
):
    for _ in range(3):
        write(kind)
    odd = write(kind, stars=True)  # true is no number of stars

    report = one_run()

    (issue,) = issues()
    assert (issue["Code__c"], issue["Record__c"]) == (f"{kind}_review_unreadable", odd)
    assert issue["Message__c"].startswith("Trustpilot sent a review that could not be read")
    assert issue["Next_Step__c"]
    assert code_of(report) is ExitCode.NEEDS_A_LOOK
    held = soql("SELECT External_Id__c FROM Trustpilot_Review__c")
    assert odd not in {row["External_Id__c"] for row in held}
    assert len(held) == report.count("reviews_new") > 3


@pytest.mark.parametrize("kind", ["service", "product"])
def test_an_unreadable_review_is_asked_for_again_until_it_can_be_read(
    kind, one_run, write, emulator, issues, stored
):
    odd = write(kind, stars=True)
    one_run()
    emulator.clock.advance(timedelta(hours=2))
    still = one_run()
    (issue,) = issues()
    assert (issue["Status__c"], issue["Attempts__c"]) == ("Open", 2)
    assert code_of(still) is ExitCode.NEEDS_A_LOOK
    emulator.trustpilot.edit_review(odd, stars=4)
    emulator.clock.advance(timedelta(hours=2))

    healed = one_run()

    (issue,) = issues()
    assert issue["Status__c"] == "Closed"
    assert stored(odd)["Stars__c"] == 4
    assert code_of(healed) is ExitCode.DONE


def test_an_unreadable_review_inside_the_overlap_is_closed_as_soon_as_it_can_be_read(
    one_run, write, emulator, issues
):
    odd = write(stars=True)
    one_run()
    emulator.trustpilot.edit_review(odd, stars=4)

    one_run()

    assert [row["Status__c"] for row in issues()] == ["Closed"]


def test_a_row_that_the_org_refuses_becomes_an_issue_and_does_not_stop_the_others(
    one_run, emulator, issues, differences, world
):
    emulator.faults.add(
        custom_row_error(
            "Trustpilot_Review__c",
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "Reviews need a happy text, says rule 17",
            fields=("Text__c",),
        )
    )

    report = one_run()

    (issue,) = issues()
    assert issue["Code__c"] == "service_review_refused"
    assert issue["Message__c"] == (
        "The org refused the review: FIELD_CUSTOM_VALIDATION_EXCEPTION (Text__c)."
    )
    assert "next run tries again" in issue["Next_Step__c"]
    assert (issue["Status__c"], issue["Attempts__c"], issue["Flow__c"]) == ("Open", 1, "reviews_in")
    assert issue["Business_Unit_Id__c"] == world.business_unit_id
    assert differences() == [f"{issue['Record__c']} is lost"]
    assert code_of(report) is ExitCode.NEEDS_A_LOOK


def test_a_refused_row_is_retried_when_it_is_far_behind_the_mark_and_closed_when_it_passes(
    one_run, emulator, issues, differences
):
    refuse = custom_row_error("Trustpilot_Review__c", "STRING_TOO_LONG", "too long", rows=2)
    emulator.faults.add(refuse)
    one_run()
    emulator.clock.advance(timedelta(days=3))

    report = one_run()

    assert {row["Status__c"] for row in issues()} == {"Closed"}
    assert differences() == []
    assert code_of(report) is ExitCode.DONE
    assert report.open_issues == 0


def test_a_row_that_is_refused_again_counts_its_attempts_on_one_issue(one_run, emulator, issues):
    refuse = custom_row_error("Trustpilot_Review__c", "STRING_TOO_LONG", "too long", rows=3)
    emulator.faults.add(refuse)
    one_run()
    first = {row["Record__c"]: row["First_Seen__c"] for row in issues()}
    emulator.faults.add(custom_row_error("Trustpilot_Review__c", "STRING_TOO_LONG", "x", rows=3))
    emulator.clock.advance(timedelta(days=1))

    one_run()

    issues = issues()
    assert len(issues) == 3
    assert {row["Attempts__c"] for row in issues} == {2}
    assert all(row["First_Seen__c"] == first[row["Record__c"]] for row in issues)
    assert all(row["Last_Seen__c"] > row["First_Seen__c"] for row in issues)


def test_an_issue_whose_review_is_gone_is_closed(one_run, emulator, issues):
    emulator.faults.add(custom_row_error("Trustpilot_Review__c", "STRING_TOO_LONG", "too long"))
    one_run()
    (issue,) = issues()
    emulator.trustpilot.delete_review(issue["Record__c"])
    emulator.clock.advance(timedelta(days=1))

    report = one_run()

    assert [row["Status__c"] for row in issues()] == ["Closed"]
    assert any("is gone" in note for flow in report.flows for note in flow.notes)


def test_an_issue_is_closed_also_when_a_killed_run_has_stored_the_review(
    one_run, emulator, issues, dying_door, killed, differences
):
    emulator.faults.add(custom_row_error("Trustpilot_Review__c", "STRING_TOO_LONG", "too long"))
    one_run()
    emulator.clock.advance(timedelta(days=1))
    emulator.calls.clear()
    for at in range(60):  # die right after the review was stored, before the issue is closed
        with pytest.raises(killed):
            one_run(door=dying_door(at, after=True))
        if not differences():
            break
    assert [row["Status__c"] for row in issues()] == ["Open"]

    one_run()

    assert [row["Status__c"] for row in issues()] == ["Closed"]


def test_rows_that_were_locked_for_a_moment_are_written_by_the_same_run(
    one_run, emulator, differences
):
    lock = RowFault("Trustpilot_Review__c", "UNABLE_TO_LOCK_ROW", "unable to obtain", times=5)
    emulator.faults.add(lock)

    report = one_run()

    assert report.failures == ()
    assert differences() == []


def test_a_message_of_the_org_never_enters_an_issue(one_run, emulator, issues):
    said = "Ada Example <ada@example.com> wrote: terrible"
    emulator.faults.add(custom_row_error("Trustpilot_Review__c", "SOME_TRIGGER", said))

    one_run()

    (issue,) = issues()
    assert "ada" not in str(issue).lower()
    assert "terrible" not in str(issue)


def test_an_issue_that_a_person_dropped_stays_dropped_and_is_not_tried_again(
    one_run, write, emulator, soql, issues
):
    odd = write(stars=True)
    one_run()
    (issue,) = soql("SELECT Id FROM Trustpilot_Issue__c")
    emulator.org.update("Trustpilot_Issue__c", issue["Id"], {"Status__c": "Dropped"})
    seen_again = one_run()
    emulator.clock.advance(timedelta(hours=2))
    emulator.calls.clear()

    later = one_run()

    assert [row["Status__c"] for row in issues()] == ["Dropped"]
    assert code_of(seen_again) is code_of(later) is ExitCode.DONE
    assert emulator.calls.counts("trustpilot", "GET", f"*/reviews/{odd}") == 0
