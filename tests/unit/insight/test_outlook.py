"""What a look at an invitation that waits has found is told in a sentence that names nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.core.insight.outlook import ENDS, KEPT_THERE, kept, not_looked_at, outlook, when
from connector.core.invitations.recipients import Person
from connector.core.invitations.sending.due import DueInvitation, Stop, Wait
from connector.core.terms.objects import InvitationStatus

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
ANNA = Person("anna@example.com", "Anna Example", "003A")
TYPED = Person("Anna@example.com ", "Anna Example")
BEN = Person("ben@example.com", "Ben Example", "003B")
LINK = {"Channel__c": "Invitation Link"}
ANOTHER_ADDRESS = "it would go to another address than the one on it: the record leads there now."
HELD = {"Hold__c": "trustpilot"}


def due(**changes):
    row = {
        "Id": "a01",
        "Contact__c": "003A",
        "Recipient_Id__c": "003A",
        "Recipient_Email__c": "anna@example.com",
        "Channel__c": "Email",
        "Status__c": "Scheduled",
        "Due_At__c": NOW + timedelta(days=100),
    }
    return DueInvitation(row | changes)


@pytest.mark.parametrize(
    ("person", "row", "said"),
    [
        (ANNA, {}, "it would go to the contact on it."),
        (ANNA, {"Recipient_Id__c": None}, "it would go to the contact on it."),
        (TYPED, {}, "it would go to the address on it."),
        (BEN, {}, "it would go to another contact than the one on it: the record leads there now."),
        (Person("ben@example.com", ""), {}, ANOTHER_ADDRESS),
        (ANNA, LINK, "its link would be made for the contact on it."),
    ],
)
def test_whom_it_goes_to_is_told_without_a_name(person, row, said):
    told = outlook(due(**row), person)
    assert (told.becomes, told.code) == ("goes", "")
    assert told.sentence == f"Looked at now, {said}"


@pytest.mark.parametrize("status", ENDS)
def test_an_end_is_told_with_its_code_and_reason(status):
    told = outlook(due(), Stop(status, "some_code", "Some reason."))
    becomes, words = ENDS[status]
    assert (told.becomes, told.code) == (becomes, "some_code")
    assert told.sentence == f"Looked at now, it would {words} (some_code): Some reason."


def test_every_way_to_end_unsent_has_its_words():
    stops = {InvitationStatus.CANCELLED, InvitationStatus.SKIPPED, InvitationStatus.ON_HOLD}
    assert set(ENDS) == stops


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Invitations wait: their unit is paused.", "their unit is paused."),
        ("The rule x is switched off or gone.", "The rule x is switched off or gone."),
    ],
)
def test_a_wait_is_told_with_its_reason(reason, said):
    told = outlook(due(), Wait(reason))
    assert (told.becomes, told.sentence) == ("waits", f"Looked at now, it would wait: {said}")


def test_what_cannot_be_read_is_no_answer():
    told = outlook(due(), Wait("Invitations wait: It is hidden.", "consent_unreadable"))
    assert (told.becomes, told.code) == ("unseen", "consent_unreadable")
    assert told.sentence == "It waits, because the look could not look: It is hidden."
    assert not_looked_at(due(), "It is hidden.").sentence == told.sentence


@pytest.mark.parametrize(("row", "days"), [({}, 100), (HELD, 10), (HELD | LINK, 100)])
def test_it_is_told_from_when_on_a_run_takes_it(row, days):
    assert outlook(due(**row), ANNA).at == NOW + timedelta(days=days)
    assert outlook(due(**row, Due_At__c=None), ANNA).at is None


def test_what_trustpilot_will_keep_cannot_be_stopped_then():
    told = outlook(due(**HELD), ANNA)
    assert told.sentence.endswith(f"the contact on it. Note: {KEPT_THERE}")
    assert "two mails" in KEPT_THERE
    assert KEPT_THERE not in outlook(due(), ANNA).sentence


def test_what_trustpilot_keeps_says_so():
    told = kept(due(**HELD, Status__c="Accepted"), NOW)
    assert (told.becomes, told.at) == ("kept", NOW + timedelta(days=100))
    assert f"keeps it until {when(told.at)}: nothing can be stopped any more" in told.sentence


@pytest.mark.parametrize(
    "row",
    [
        {"Status__c": "Accepted"},
        {**HELD},
        {**HELD, "Status__c": "Accepted", "Due_At__c": NOW},
        {**HELD, "Status__c": "Accepted", "Due_At__c": None},
    ],
)
def test_nothing_is_said_of_any_other(row):
    assert kept(due(**row), NOW) is None
