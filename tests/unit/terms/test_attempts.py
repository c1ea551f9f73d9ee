"""What the row of an attempt says: what Trustpilot answered, or which person stopped it."""

from datetime import UTC, datetime

import pytest

from connector.core.terms.attempts import (
    outcome_row,
    person_run,
    persons_stop,
    refusal_reason,
    right_row,
    unknown_reason,
    with_fix,
)
from connector.core.terms.objects import InvitationStatus
from connector.core.terms.outcomes import SendOutcome, Verdict

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOM = 255


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (Verdict.ACCEPTED, "Accepted"),
        (Verdict.REFUSED, "Failed"),
        (Verdict.TRY_LATER, "Not Sent"),
        (Verdict.UNKNOWN, "Unknown"),
    ],
)
def test_every_answer_has_its_word_on_the_attempt(verdict, word):
    assert outcome_row("a1", SendOutcome(verdict, 202), NOW) == {
        "Id": "a1",
        "Outcome__c": word,
        "Outcome_At__c": NOW,
        "Http_Status__c": 202,
        "Detail__c": None,
    }


def test_the_vendors_words_are_kept_as_far_as_there_is_room():
    row = outcome_row("a1", SendOutcome(Verdict.REFUSED, 400, "bad_email", "no address"), NOW)
    assert row["Detail__c"] == "bad_email no address"
    long = outcome_row("a1", SendOutcome(Verdict.REFUSED, 400, "", "x" * 999), NOW)
    assert long["Detail__c"] == "x" * ROOM


@pytest.mark.parametrize("status", [InvitationStatus.CANCELLED, InvitationStatus.ON_HOLD])
def test_a_persons_right_says_what_the_person_wanted(status):
    run_id = person_run(status, "r" * 99)
    assert persons_stop({"Run_Id__c": run_id}) is status
    assert len(run_id) == 40


@pytest.mark.parametrize("taken_by", ["20260302T090000-ab12", "", None])
def test_a_runs_right_is_no_persons_stop(taken_by):
    assert persons_stop({"Run_Id__c": taken_by}) is None


@pytest.mark.parametrize(
    ("status", "detail", "said"),
    [
        (400, "email: invalid.", "Trustpilot refused it (400, email: invalid). Correct the "),
        (403, None, "Trustpilot refused it (403). Check the plan, "),
        (None, "gone", "Trustpilot refused it (gone). Look at status.trustpilot.com, "),
        (None, None, "Trustpilot refused it. Look at status.trustpilot.com, "),
    ],
)
def test_a_refusal_is_a_sentence_with_what_to_do(status, detail, said):
    assert refusal_reason(status, detail).startswith(said)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 415, 500, None])
def test_what_to_do_survives_the_longest_sentence(status):
    told = with_fix("word " * 100, status)
    assert len(told) <= ROOM
    assert told.endswith(with_fix("", status))


@pytest.mark.parametrize("number", [1, 2, 50])
def test_a_right_says_which_try_it_is_whose_and_since_when(number):
    assert right_row(f"key:{number}", number, NOW, "run-1") == {
        "Attempt_Key__c": f"key:{number}",
        "Attempt__c": number,
        "Started_At__c": NOW,
        "Run_Id__c": "run-1",
    }


@pytest.mark.parametrize(
    ("status", "detail", "said"),
    [
        (None, None, "No answer came back: it may have been sent."),
        (None, "It was cut off.", "It was cut off."),
        (502, "an HTML page", "The answer does not tell whether it was sent (502, an HTML page)."),
        (408, "", "The answer does not tell whether it was sent (408)."),
    ],
)
def test_an_unknown_end_always_says_why(status, detail, said):
    assert unknown_reason(status, detail) == said


def test_the_reason_of_an_unknown_end_fits_its_field():
    assert len(unknown_reason(500, "x" * 400)) <= ROOM
