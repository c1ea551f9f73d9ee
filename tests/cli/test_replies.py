"""`connector replies`: what is shown, what is not, and what is queued again."""

from __future__ import annotations

import json

import pytest

from connector.emulator.faults import Fault

SECRET = "Dear Ms Rarename, we are sorry."


@pytest.fixture
def reviews(desk):
    """Two reviews that are in the org, as their rows."""
    desk.type("run", "--only", "reviews_in")
    rows = desk.emulator.org.query(
        "SELECT Id, Name, External_Id__c FROM Trustpilot_Review__c "
        "WHERE Type__c = 'Service' AND Live_Reply_At__c = null ORDER BY Name LIMIT 2"
    )
    for row in rows:
        values = {"Reply__c": None, "Reply_Status__c": None, "Reply_Error__c": None}
        desk.emulator.org.update("Trustpilot_Review__c", row["Id"], values)
    return rows


@pytest.fixture
def stands(desk, reviews):
    """Let the replies of the two reviews stand somehow."""

    def set_status(*statuses, text=SECRET):
        for row, status in zip(reviews, statuses, strict=False):
            values = {"Reply__c": text, "Reply_Status__c": status}
            desk.emulator.org.update("Trustpilot_Review__c", row["Id"], values)

    return set_status


def status_of(desk, row):
    rows = desk.emulator.org.query("SELECT Id, Reply_Status__c FROM Trustpilot_Review__c")
    return next(each["Reply_Status__c"] for each in rows if each["Id"] == row["Id"])


def test_a_list_shows_what_waits_or_needs_a_look_and_no_text(desk, reviews, stands):
    stands("Failed", "Draft")
    result = desk.type("replies", "list")
    assert result.exit_code == 0
    assert reviews[0]["Name"] in result.stdout
    assert reviews[1]["Name"] not in result.stdout
    assert "1 reply." in result.stdout
    assert "Rarename" not in result.output


def test_a_list_is_asked_for_by_status_unit_and_limit(desk, reviews, stands):
    stands("Draft", "Draft")
    wanted = ("--status", "draft", "--business-unit", "shop", "--limit", "1", "--json")
    found = json.loads(desk.type("replies", "list", *wanted).stdout)
    assert len(found["replies"]) == 1
    assert found["more"] is True
    assert found["replies"][0]["status"] == "Draft"
    assert {row["Name"] for row in reviews} >= {found["replies"][0]["number"]}
    assert desk.type("replies", "list", "--business-unit", "nope").exit_code == 2


@pytest.mark.parametrize("key", ["Id", "Name", "External_Id__c"])
def test_a_reply_is_shown_with_its_text_and_the_difference(key, desk, reviews, stands):
    stands("Queued")
    desk.emulator.trustpilot.portal_reply(reviews[0]["External_Id__c"], "Theirs.", "A colleague")
    result = desk.type("replies", "show", reviews[0][key])
    assert result.exit_code == 0
    assert "  -Theirs." in result.stdout
    assert f"  +{SECRET}" in result.stdout
    assert "Queued at " in result.stdout
    (shown,) = json.loads(desk.type("replies", "show", reviews[0][key], "--json").stdout)["replies"]
    assert shown["live_now"] == "Theirs."
    assert shown["history"][-1]["status"] == "Queued"
    assert "Rarename" not in result.stderr


def test_a_reply_whose_review_is_gone_is_shown_as_far_as_it_is_known(desk, reviews, stands):
    stands("Queued")
    desk.emulator.faults.add(Fault("trustpilot", "GET", "*/private/reviews/*", status=404))
    result = desk.type("replies", "show", reviews[0]["Name"])
    assert "What is live is not known: The review is gone" in result.stdout


def test_a_word_that_names_nothing_is_told(desk, reviews):
    assert reviews
    result = desk.type("replies", "show", "TR-999999")
    assert result.exit_code == 1
    assert "No review is known by this." in result.stderr
    assert desk.type("replies", "retry", "TR-999999").exit_code == 1


def test_refused_replies_are_queued_again(desk, reviews, stands):
    stands("Failed", "Blocked")
    result = desk.type("replies", "retry")
    assert result.exit_code == 0
    assert [status_of(desk, row) for row in reviews] == ["Queued", "Queued"]
    assert f"{reviews[0]['Id']}: Failed -> Queued" in result.stdout


def test_a_dry_run_shows_texts_and_differences_and_changes_nothing(desk, reviews, stands):
    stands("Failed")
    result = desk.type("replies", "retry", "--dry-run")
    assert f"+{SECRET}" in result.stdout
    assert status_of(desk, reviews[0]) == "Failed"
    told = json.loads(desk.type("replies", "retry", "--dry-run", "--json").stdout)
    assert told["dry_run"] is True
    assert "Rarename" not in str(told)


@pytest.mark.parametrize(
    ("status", "code"),
    [("Queued", 0), ("Conflict", 1), ("Edited Review", 1), ("Published", 1), (None, 1)],
)
def test_what_a_person_must_decide_is_left_and_told(status, code, desk, reviews, stands):
    stands(status)
    result = desk.type("replies", "retry", reviews[0]["Name"], "--json")
    told = json.loads(result.stdout)
    assert told["exit_code"] == result.exit_code == code
    assert told["replies"][0]["after"] == (status or "")
    assert bool(told["replies"][0]["next_step"]) is bool(code)
    assert status_of(desk, reviews[0]) == status


def test_nothing_to_retry_is_no_trouble(desk, reviews):
    assert reviews
    result = desk.type("replies", "retry")
    assert result.exit_code == 0
    assert "nothing to try again" in result.stdout


def test_a_dry_run_that_is_piped_holds_no_text(desk, reviews, stands):
    stands("Draft", "Queued")  # a colleague has answered the first one in a test before
    result = desk.type("run", "--only", "replies_out", "--dry-run")
    assert f"would post reply {reviews[1]['External_Id__c']}" in result.stdout
    assert "Rarename" not in result.output
