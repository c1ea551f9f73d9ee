"""Erasing a person reaches the invitations whose lookup went with the contact."""

from __future__ import annotations

import pytest

from connector.emulator.doors import InProcessDoor
from connector.flows.privacy.person import erase_person
from connector.wiring import Transports, connect, run_policy

ADDRESS = "wanda@customer.example"
INVITATION = "Trustpilot_Invitation__c"


@pytest.fixture
def contact(emulator):
    """Make a contact: `contact(email)` gives its id."""
    return lambda email: emulator.org.insert("Contact", {"LastName": "Tester", "Email": email})


@pytest.fixture
def invited(emulator):
    """Insert an invitation that has gone out: `invited(Recipient_Id__c=...)` gives its id."""
    keys = iter("abcdefgh")

    def insert(**fields):
        values = {"Claim_Key__c": next(keys) * 64, "Status__c": "Failed", **fields}
        return emulator.org.insert(INVITATION, values)

    return insert


@pytest.fixture
def erase(emulator, settings, clock, reporter, one_run):
    """Erase the address as the command does; gives the report."""
    one_run()

    def run():
        door = InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(door, door, clock))
        return erase_person(
            world.org, world.trustpilot, run_policy(settings), ADDRESS, dry_run=False
        )

    return run


@pytest.fixture
def named(soql):
    """Whom each invitation still names, by its id."""
    query = f"SELECT Id, Recipient_Id__c FROM {INVITATION}"  # noqa: S608
    return lambda: {row["Id"]: row["Recipient_Id__c"] for row in soql(query)}


def test_an_emptied_lookup_is_found_by_the_id_of_a_contact_with_the_address(
    erase, contact, invited, named
):
    wanda = contact(ADDRESS)
    invitation = invited(Recipient_Id__c=wanda)

    report = erase()

    assert (report.invitations, report.refused) == ((invitation,), ())
    assert named() == {invitation: None}


def test_a_contact_that_is_deleted_is_known_from_another_invitation_to_the_address(
    erase, contact, invited, named, emulator
):
    gone = contact(ADDRESS)
    emulator.org.delete("Contact", gone)
    ids = [
        invited(Recipient_Id__c=gone, Recipient_Email__c=ADDRESS.upper()),
        invited(Recipient_Id__c=gone, Recipient_Email__c="wanda@work.example"),
    ]

    report = erase()

    assert report.invitations == tuple(ids)
    assert set(named().values()) == {None}


def test_other_contacts_keep_their_invitations(erase, contact, invited, named):
    contact(ADDRESS)
    other = contact("ben@customer.example")
    kept = [
        invited(Recipient_Id__c=other),
        invited(Recipient_Id__c=other, Contact__c=other),
        invited(),
    ]

    report = erase()

    assert report.invitations == ()
    assert named() == dict(zip(kept, (other, other, None), strict=True))


def test_a_contact_who_lives_under_another_address_is_not_erased_along(
    erase, contact, invited, named
):
    moved = contact("wanda@new.example")
    old = invited(Recipient_Id__c=moved, Contact__c=moved, Recipient_Email__c=ADDRESS)
    new = invited(Recipient_Id__c=moved, Contact__c=moved, Recipient_Email__c="wanda@new.example")

    report = erase()

    assert report.invitations == (old,)
    assert named() == {old: None, new: moved}
