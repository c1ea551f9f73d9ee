"""Issues: one row per trouble, counted on, closed when it passes."""

from datetime import UTC, datetime

from connector.core.run.issues import Issue, closing_rows, issue_rows, open_issue

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ISSUE = Issue("review_refused", "The org refused it.", "Correct the mapping.", "reviews_in", "r1")


def known(attempts=2):
    row = {"Key__c": ISSUE.key, "Code__c": ISSUE.code, "Attempts__c": attempts}
    return {ISSUE.key: open_issue(row)}


def test_a_new_issue_starts_counting():
    (row,) = issue_rows([ISSUE], {}, NOW, "run")
    assert (row["Attempts__c"], row["First_Seen__c"], row["Status__c"]) == (1, NOW, "Open")


def test_a_known_issue_counts_on_and_keeps_its_first_time():
    (row,) = issue_rows([ISSUE], known(2), NOW, "run")
    assert row["Attempts__c"] == 3
    assert "First_Seen__c" not in row


def test_the_same_trouble_twice_in_a_run_is_one_row():
    assert len(issue_rows([ISSUE, ISSUE], {}, NOW, "run")) == 1


def test_a_long_sentence_is_cut_to_its_field():
    (row,) = issue_rows([Issue("c", "x" * 400, "y" * 400, "f", "r")], {}, NOW, "run")
    assert len(row["Message__c"]) == len(row["Next_Step__c"]) == 255


def test_a_long_record_still_gives_a_key_that_fits():
    assert len(Issue("c", "", "", "f", "r" * 400).key) == 128


def test_what_passed_is_closed_only_where_it_was_open():
    rows = closing_rows([ISSUE.key, "other:r2", ISSUE.key], known(), NOW, "run")
    assert [(row["Key__c"], row["Status__c"]) for row in rows] == [(ISSUE.key, "Closed")]


def test_a_row_with_empty_fields_is_read():
    issue = open_issue({"Key__c": None})
    assert (issue.key, issue.attempts, issue.record) == ("", 1, "")
