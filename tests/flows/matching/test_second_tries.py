"""A review that matched nothing is tried again when customers and orders have come."""

from datetime import timedelta

import pytest

from connector.emulator.faults import custom_row_error
from connector.flows.matching import AT_A_TIME, rematch
from connector.flows.run.tally import Tally

ANNA = "anna@example.com"


@pytest.fixture
def unmatched(org, emulator, unit):
    """Store a review that matched nothing: `unmatched("r1", Invited_Email__c=...)`."""

    def store(name, days=1, tried=1, **fields):
        now = emulator.clock.now()
        row = {
            "External_Id__c": name,
            "Business_Unit__c": unit.record_id,
            "Review_Created__c": (now - timedelta(days=days)).isoformat(),
            "Match_Tried_At__c": (now - timedelta(days=tried)).isoformat(),
            "Match_Method__c": "None",
        }
        return org.insert("Trustpilot_Review__c", {**row, **fields})

    return store


@pytest.fixture
def tried_again(context):
    """Do the second tries of one run: `tried_again(dry_run=False)` -> the tally."""

    def run(*, dry_run=False):
        tally = Tally("reviews_in")
        rematch(context(dry_run=dry_run), tally)
        return tally

    return run


@pytest.fixture
def method(org):
    """The match method of a stored review."""
    return lambda record: org.retrieve("Trustpilot_Review__c", record, ["Match_Method__c"])[
        "Match_Method__c"
    ]


@pytest.fixture
def anna(customer, invitation):
    """Anna as a customer, and an invitation with the number A-1042."""
    customer(ANNA)
    invitation("A-1042", None)


def test_a_contact_that_came_later_is_found(unmatched, tried_again, method, customer, org):
    record = unmatched("r1", Invited_Email__c=ANNA)
    _, contact = customer(ANNA)
    tally = tried_again()

    assert method(record) == "E-mail"
    assert org.retrieve("Trustpilot_Review__c", record, ["Contact__c"])["Contact__c"] == contact
    assert tally.counts["reviews_matched"] == 1
    assert [(each.what, each.record) for each in tally.actions] == [("connect review", "r1")]


def test_an_invitation_found_later_becomes_reviewed(unmatched, tried_again, invitation, told):
    record = unmatched("r1", Reference_Number__c="A-1042")
    ours = invitation("A-1042", None)
    tally = tried_again()

    assert told(ours) == ("Reviewed", record)
    assert tally.counts["invitations_reviewed"] == 1


def test_an_invitation_that_was_not_told_before_is_told(unmatched, tried_again, invitation, told):
    ours = invitation("A-1042", None)
    record = unmatched("r1", Match_Method__c="Invitation", Invitation__c=ours)
    tally = tried_again()

    assert told(ours) == ("Reviewed", record)
    assert tally.counts == {"invitations_reviewed": 1}


def test_a_review_that_needs_a_check_tells_no_invitation(unmatched, tried_again, invitation, told):
    ours = invitation("A-1042", None)
    unmatched("r1", Match_Method__c="Needs Check", Invitation__c=ours)
    tried_again()

    assert told(ours) == ("Accepted", None)


def test_a_dry_run_says_it_and_writes_nothing(unmatched, tried_again, method, customer, writes):
    record = unmatched("r1", Invited_Email__c=ANNA)
    customer(ANNA)
    tally = tried_again(dry_run=True)

    assert [each.record for each in tally.actions] == ["r1"]
    assert (method(record), writes("salesforce")) == ("None", [])


def test_the_oldest_tries_come_first_and_go_to_the_end(unmatched, tried_again, method, customer):
    late = unmatched("late", tried=1, Invited_Email__c=ANNA)
    for n in range(AT_A_TIME):
        unmatched(f"r{n}", tried=2, Invited_Email__c=f"stranger{n}@example.org")
    customer(ANNA)

    tried_again()
    assert method(late) == "None"
    tried_again()
    assert method(late) == "E-mail"


@pytest.mark.parametrize(
    "fields",
    [
        {"days": 91},  # too long ago
        {"Match_Method__c": "Ambiguous"},  # several fitted: a person decides
        {"Match_Method__c": None},  # a tombstone, or never tried
        {"Match_Tried_At__c": None},  # carried nothing to look for
    ],
)
def test_what_is_not_tried_again(fields, unmatched, tried_again, customer, method):
    record = unmatched("r1", Invited_Email__c=ANNA, **fields)
    before = method(record)
    customer(ANNA)

    assert tried_again().counts["reviews_matched"] == 0
    assert method(record) == before


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Consumer_Response_Email__c": ANNA}, "E-mail"),
        ({"Consumer_Response_Reference__c": "# a-1042"}, "Invitation"),
        ({"Consumer_Response_Name__c": "Anna"}, "None"),  # a name finds nobody
    ],
)
@pytest.mark.usefixtures("anna")
def test_a_review_that_said_nothing_is_tried_once_its_consumer_has_answered(
    answer, expected, unmatched, tried_again, method
):
    record = unmatched("r1", Match_Tried_At__c=None, **answer)

    tried_again()

    assert method(record) == expected


def test_an_answer_that_came_after_a_try_in_vain_is_used(unmatched, tried_again, customer, method):
    record = unmatched(
        "r1", Reference_Number__c="unknown", Consumer_Response_Email__c=ANNA.capitalize()
    )
    customer(ANNA)

    tried_again()

    assert method(record) == "E-mail"


def test_nothing_to_try_costs_one_read(tried_again, calls):
    tried_again()
    assert [path for path in calls() if path != "data"] == ["composite"]


def test_a_refused_row_is_said_and_tried_again(
    unmatched, tried_again, invitation, emulator, method
):
    record = unmatched("r1", Reference_Number__c="A-1042")
    invitation("A-1042", None)
    emulator.faults.add(
        custom_row_error("Trustpilot_Review__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.")
    )
    tally = tried_again()

    assert tally.notes == ["Some reviews could not be connected; the next re-scan tries again."]
    assert (tally.counts["reviews_matched"], tally.counts["invitations_reviewed"]) == (0, 0)
    tried_again()
    assert method(record) == "Invitation"
