"""What nobody could look at is told, and never taken for something that is not there."""

from datetime import UTC, datetime

import pytest

from connector.core.invitations.facts import Asking, Courtesy, Surroundings
from connector.core.invitations.recipients import CONTACT_OPT_OUT, Candidate
from connector.core.invitations.unseen import (
    CONSENT_OBJECT,
    asked_without,
    contact_unreadable,
    hidden_opt_outs,
    no_bounces,
    no_consents,
    no_email,
    no_opt_outs,
    no_person,
)
from connector.core.rules.grammar import ConsentSource

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ANNA = {
    "Id": "003A",
    "Email": "anna@example.com",
    "HasOptedOutOfEmail": False,
    "IsEmailBounced": False,
}
GONE = Candidate("bill_to", contact_id="003A", readable=False)
EMPTY = Candidate("field:Email__c")
STRANGER = Candidate("supplied_email", "new@example.com")


def asking(who=None, *, unseen=(), row=ANNA, consent=ConsentSource.FLAGS, leads=True):
    anna = Candidate("bill_to", ANNA["Email"], "Anna", "003A", (row,), unseen=unseen)
    courtesy = Courtesy(consent=consent, leads=leads)
    return Asking(who or anna, Surroundings("00D000000000062EAA"), NOW, "own", courtesy)


@pytest.mark.parametrize(
    ("consent", "leads", "hidden"),
    [
        (ConsentSource.FLAGS, True, [CONTACT_OPT_OUT, "Lead.Email"]),
        (ConsentSource.FLAGS, False, [CONTACT_OPT_OUT]),
        (ConsentSource.SALESFORCE, False, [CONTACT_OPT_OUT, CONSENT_OBJECT]),
    ],
)
def test_only_what_the_rule_asks_for_can_be_hidden(consent, leads, hidden):
    unseen = (CONTACT_OPT_OUT, "Lead.Email", CONSENT_OBJECT)
    who = asking(unseen=unseen, consent=consent, leads=leads)
    assert list(hidden_opt_outs(who)) == hidden


def test_what_is_seen_is_not_told():
    for said in (contact_unreadable, no_email, no_person, no_opt_outs, no_bounces, asked_without):
        assert said(asking()) == ""
    assert no_consents(asking(consent=ConsentSource.SALESFORCE)) == ""


def test_an_address_of_nobody_was_looked_for():
    for said in (no_person, no_opt_outs, no_bounces):
        assert said(asking(STRANGER)) == ""


@pytest.mark.parametrize("said", [no_person, no_opt_outs, no_bounces])
@pytest.mark.parametrize(
    ("who", "why"),
    [
        (GONE, "Could not look: The contact is deleted or not visible."),
        (EMPTY, "Could not look: The field holds no e-mail address."),
    ],
)
def test_nobody_who_is_not_there_is_looked_at(said, who, why):
    assert said(asking(who)) == why


def test_a_contact_without_an_address_is_told_apart_from_a_field():
    contact = Candidate("bill_to", contact_id="003A", rows=({"Id": "003A"},))
    assert no_email(asking(contact)) == "The contact holds no e-mail address."


def test_a_hidden_opt_out_may_be_there():
    who = asking(unseen=(CONSENT_OBJECT, CONTACT_OPT_OUT), consent=ConsentSource.SALESFORCE)
    assert no_opt_outs(who).startswith("Could not look: The org does not show Contact.")
    assert no_consents(who).startswith("Could not look: The org does not show ContactPoint")
    assert no_opt_outs(asking(unseen=(CONSENT_OBJECT,), consent=ConsentSource.SALESFORCE)) == ""


def test_a_hidden_bounce_may_be_there():
    row = {name: value for name, value in ANNA.items() if name != "IsEmailBounced"}
    assert "does not show Contact.IsEmailBounced" in no_bounces(asking(row=row))
    other = Candidate("bill_to", ANNA["Email"], "", "003A", (ANNA, {"Id": "00QA"}))
    assert no_bounces(asking(other)) == ""


def test_a_rule_that_asks_all_the_same_says_so():
    who = asking(unseen=(CONTACT_OPT_OUT,), consent=ConsentSource.NONE)
    assert asked_without(who).startswith("The rule asks all the same. The org does not show")


def test_a_rule_that_wants_no_consents_says_that_nobody_looks():
    assert no_consents(asking()) == "The rule does not look at consents."
