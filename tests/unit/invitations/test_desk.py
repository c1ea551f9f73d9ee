"""What a person's wish comes to, for every status of an invitation."""

from datetime import UTC, datetime

import pytest

from connector.core.invitations.desk import (
    AsWished,
    Change,
    DeskAction,
    Refusal,
    change_row,
    decide,
    found_sent_row,
    is_found_sent,
    last_attempt_key,
    right_row,
    sent_attempt_row,
)
from connector.core.invitations.sending.due import DueInvitation
from connector.core.invitations.sending.second_look import still_waiting
from connector.core.invitations.sending.sends import settle_foreign
from connector.core.terms.addresses import address_key
from connector.core.terms.attempts import person_run, persons_stop
from connector.core.terms.objects import InvitationStatus

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
RUN = "f" * 32

# One letter for each of cancel, hold, release, resolve --sent, resolve --resend:
# c changes it, a stands so already, r is refused.
TABLE = {
    "Requested": "ccarr",
    "Scheduled": "ccara",
    "On Hold": "cacrr",
    "Sending": "rrrrr",
    "Accepted": "rrrar",
    "Link Ready": "rrrrr",
    "Delivered": "rrrar",
    "Not Delivered": "rrrar",
    "Cancelled": "arrrr",
    "Skipped": "rrrrr",
    "Failed": "rrrrr",
    "Unknown": "rrrcc",
    "Reviewed": "rrrar",
}
LETTERS = {Change: "c", AsWished: "a", Refusal: "r"}


def row(**changes):
    return {
        "Id": "a01",
        "Claim_Key__c": "k" * 64,
        "Channel__c": "Email",
        "Status__c": "Scheduled",
        "Attempts__c": 0,
        **changes,
    }


def test_the_table_knows_every_status():
    assert list(TABLE) == [each.value for each in InvitationStatus]


@pytest.mark.parametrize("status", TABLE)
def test_every_wish_for_every_status_is_decided(status):
    said = [decide(row(Status__c=status), action) for action in DeskAction]
    assert "".join(LETTERS[type(each)] for each in said) == TABLE[status]


@pytest.mark.parametrize("status", TABLE)
@pytest.mark.parametrize("action", DeskAction)
def test_a_refusal_ends_with_a_next_step(status, action):
    decision = decide(row(Status__c=status), action)
    if isinstance(decision, Refusal):
        assert decision.sentence.endswith(".")
        assert decision.next_step.format(id="a01")


@pytest.mark.parametrize("status", [None, "", "Something else"])
def test_a_row_without_a_known_status_is_refused(status):
    assert isinstance(decide(row(Status__c=status), DeskAction.CANCEL), Refusal)


@pytest.mark.parametrize("action", [DeskAction.CANCEL, DeskAction.HOLD])
def test_who_stops_an_email_takes_the_right_to_send_it(action):
    change = decide(row(Attempts__c=2), action)
    assert change.takes_right
    right = right_row(row(Attempts__c=2), change, NOW, RUN)
    assert right["Attempt_Key__c"] == "k" * 64 + ":3"
    assert right["Outcome__c"] == "Not Sent"
    assert change_row(row(Attempts__c=2), change)["Attempts__c"] == 3


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"Channel__c": "Business Generated Link"}, id="a link has no right"),
        pytest.param({"Claim_Key__c": None, "Status__c": "Requested"}, id="no key yet"),
    ],
)
def test_where_no_run_can_be_sending_no_right_is_needed(changes):
    assert not decide(row(**changes), DeskAction.CANCEL).takes_right


def test_a_released_request_without_a_key_is_taken_up_first():
    held = row(Status__c="On Hold", Claim_Key__c=None)
    assert decide(held, DeskAction.RELEASE).status is InvitationStatus.REQUESTED


@pytest.mark.parametrize("action", [DeskAction.CANCEL, DeskAction.HOLD])
def test_a_run_that_meets_the_right_of_a_person_stops_the_invitation_likewise(action):
    change = decide(row(), action)
    attempt = right_row(row(), change, NOW, RUN)
    met = settle_foreign(DueInvitation(row()), attempt, NOW)
    assert met == change_row(row(), change)


def test_a_right_that_a_run_took_is_nobodys_stop():
    assert persons_stop({"Run_Id__c": RUN}) is None
    assert persons_stop({"Run_Id__c": None}) is None
    for status in (InvitationStatus.CANCELLED, InvitationStatus.ON_HOLD):
        assert persons_stop({"Run_Id__c": person_run(status, RUN)}) is status
        assert len(person_run(status, RUN)) <= 40


def test_resending_keeps_the_number_of_attempts_so_that_the_next_key_is_new():
    unknown = row(Status__c="Unknown", Attempts__c=1)
    changed = change_row(unknown, decide(unknown, DeskAction.RESEND))
    assert "Attempts__c" not in changed
    again = DueInvitation({**unknown, **changed})
    assert again.attempt_key == "k" * 64 + ":2"
    assert last_attempt_key(unknown) == "k" * 64 + ":1"


def test_what_was_sent_keeps_its_time_and_gets_one_where_it_has_none():
    unknown = row(Status__c="Unknown", Attempts__c=1)
    change = decide(unknown, DeskAction.SENT)
    assert change_row(unknown, change, NOW)["Sent_At__c"] == NOW
    assert "Sent_At__c" not in change_row({**unknown, "Sent_At__c": "earlier"}, change, NOW)


@pytest.mark.parametrize(
    ("now", "waits"),
    [
        ({"Status__c": "Scheduled"}, True),
        ({"Status__c": "Sending"}, True),
        ({"Status__c": "On Hold"}, False),
        ({"Status__c": "Cancelled"}, False),
        ({"Status__c": "Accepted"}, False),
        (None, False),
    ],
)
def test_what_somebody_stopped_since_it_was_read_is_not_sent(now, waits):
    assert still_waiting(now) is waits


@pytest.mark.parametrize("status", InvitationStatus)
@pytest.mark.parametrize("code", ["outcome_unknown", "resolved_sent", "refused", None])
def test_found_sent_is_what_was_unknown_and_is_accepted_now(status, code):
    found = is_found_sent(row(Status__c=status.value, Reason_Code__c=code))
    assert found == (status is InvitationStatus.ACCEPTED and code == "outcome_unknown")


def test_what_was_found_sent_is_recorded_as_the_command_does_but_for_the_status():
    unknown = row(Status__c="Unknown", Attempts__c=1)
    by_command = change_row(unknown, decide(unknown, DeskAction.SENT), NOW)
    assert {**found_sent_row(unknown, NOW), "Status__c": "Accepted"} == by_command


def test_once_it_is_recorded_it_is_not_found_again():
    accepted = row(Status__c="Accepted", Reason_Code__c="outcome_unknown", Attempts__c=1)
    assert not is_found_sent({**accepted, **found_sent_row(accepted, NOW)})


RELEASED = Change(InvitationStatus.SCHEDULED, "", "")


@pytest.mark.parametrize(
    ("contact", "email", "adopted"),
    [
        ("003A", "anna@example.com", {"Recipient_Id__c": "003A"}),
        # without a contact the address alone says who it is
        (
            None,
            "Anna@example.com",
            {"Recipient_Id__c": None, "Cooldown_Key__c": address_key("anna@example.com")},
        ),
        (None, None, {"Recipient_Id__c": None}),
    ],
)
def test_what_is_let_go_is_for_whom_the_row_names_now(contact, email, adopted):
    held = row(Status__c="On Hold", Contact__c=contact, Recipient_Email__c=email)
    changed = change_row(held, RELEASED)
    usual = {"Id", "Status__c", "Reason_Code__c", "Reason__c"}
    assert {name: value for name, value in changed.items() if name not in usual} == adopted


@pytest.mark.parametrize(("recorded", "kept"), [("2026-11-01T08:00:00.000+0000",) * 2, (None, NOW)])
def test_an_attempt_that_a_person_found_sent_is_accepted_at_its_own_time(recorded, kept):
    assert sent_attempt_row({"Id": "a02", "Outcome_At__c": recorded}, NOW) == {
        "Id": "a02",
        "Outcome__c": "Accepted",
        "Outcome_At__c": kept,
        "Detail__c": "A person found that it was sent.",
    }
