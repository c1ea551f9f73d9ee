"""Before a reply goes out: what is checked, who approves it, in whose name it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.trustpilot.access.accounts import BusinessUser

ANNA = "a" * 24


@pytest.fixture
def with_replies(configured):
    """Load the ready configuration with a section `replies`."""
    return lambda section: configured(lambda text: f"{text}\nreplies: {section}\n")


@pytest.fixture
def agent(desk):
    """The record id of a Salesforce user who answers reviews."""
    values = {
        "Username": "Anna@shop.example",
        "LastName": "Agent",
        "Email": "anna@shop.example",
        "Alias": "anna",
    }
    return desk.emulator.org.insert("User", values)


@pytest.fixture
def known(desk, service):
    """A service review of a customer of whom the org knows everything."""
    org = desk.emulator.org
    contact = org.insert(
        "Contact",
        {
            "FirstName": "Jane",
            "LastName": "Roebuck",
            "Email": "jane@mail.example",
            "MobilePhone": "+44 20 7946 0123",
        },
    )
    desk.set(service, Contact__c=contact, Reference_Number__c="SO-77123")
    return service


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Dear Ms Roebuck, sorry.", "last name (Roebuck)"),
        ("We wrote to jane@mail.example.", "e-mail address (jane@mail.example)"),
        ("We called 020 7946 0123.", "phone number (020 7946 0123)"),
        ("About SO-77123: sorry.", "order number (SO-77123)"),
        ("See https://elsewhere.example/x.", "not allowed (https://elsewhere.example/x)"),
        ("Please change your review.", "remove the review (change your review)"),
        ("Hello {{consumer.first_name}}!", "filled in ({{consumer.first_name}})"),
        ("x" * 5001, "too long (5001 characters, 5000 are allowed)"),
    ],
)
def test_a_reply_that_gives_something_away_is_blocked_with_the_words(text, what, known, desk):
    desk.queue(known, text)
    report = desk.run()
    seen = desk.row(known)
    assert desk.live(known) == ""
    assert seen["Reply_Status__c"] == "Blocked"
    assert seen["Reply_Error__c"].startswith("Correct the reply, then post again: ")
    assert what in seen["Reply_Error__c"]
    assert desk.exit_code(report) is ExitCode.NEEDS_A_LOOK
    desk.queue(known, "Sorry.")
    desk.run()
    assert (desk.live(known), desk.issues()) == ("Sorry.", [])


def test_what_was_found_is_in_no_issue_report_or_log(known, reporter, desk):
    desk.queue(known, "Dear Ms Roebuck, we wrote to jane@mail.example.")
    report = desk.run()
    (issue,) = report.flows[0].issues
    told = f"{report} {issue.message} {reporter.events}"
    assert "last name" in issue.message
    assert not any(word in told for word in ("Roebuck", "jane@", "Dear"))
    stored = desk.soql("SELECT Message__c FROM Trustpilot_Issue__c")
    assert "Roebuck" not in str(stored)


def test_warnings_stand_on_the_record_and_do_not_block(known, desk):
    desk.queue(known, "PLEASE WRITE TO US, WE WILL MEND IT AT ONCE FOR YOU: help@elsewhere.example")
    desk.run()
    seen = desk.row(known)
    assert seen["Reply_Status__c"] == "Published"
    address, capitals = seen["Reply_Warnings__c"].splitlines()
    assert address == "it names an e-mail address of another host (help@elsewhere.example)"
    assert capitals.startswith("it shouts (")
    desk.queue(known, "Calm.")
    desk.run()
    assert desk.row(known)["Reply_Warnings__c"] is None


def test_the_configuration_decides_what_blocks(known, with_replies, desk):
    settings = with_replies("{lint: {surname: ignore, link: warn, phrases: [our fault]}}")
    desk.queue(known, "Dear Ms Roebuck, see bit.ly/x.")
    desk.run(settings=settings)
    assert desk.status(known) == "Published"
    assert "bit.ly/x" in desk.row(known)["Reply_Warnings__c"]
    desk.queue(known, "It is our\nFAULT.")
    desk.run(settings=settings)
    assert desk.status(known) == "Blocked"


def test_the_shops_own_domain_may_be_linked(known, desk):
    (unit,) = desk.soql("SELECT Domain__c FROM Trustpilot_Business_Unit__c")
    desk.queue(known, f"See https://www.{unit['Domain__c']}/help.")
    desk.run()
    assert desk.status(known) == "Published"


@pytest.mark.parametrize("hidden", ["Phone", "MobilePhone"])
def test_what_the_org_hides_is_not_checked_and_keeps_nothing_back(hidden, known, desk):
    desk.emulator.org.hide_field("Contact", hidden)
    desk.queue(known, "Dear Ms Roebuck!")
    desk.run()
    assert desk.status(known) == "Blocked"
    desk.queue(known, "Sorry.")
    desk.run()
    assert desk.status(known) == "Published"


def test_with_approval_a_queued_reply_waits_for_approved(service, with_replies, desk):
    settings = with_replies("{approval: required}")
    desk.queue(service, "Thank you!")
    before = len(desk.emulator.calls.all())
    report = desk.run(settings=settings)
    assert (desk.live(service), desk.status(service)) == ("", "Queued")
    assert report.count("replies_unapproved") == 1
    assert not report.did_something
    calls = desk.emulator.calls.all()[before:]
    assert not [call for call in calls if "reviews" in call.path]
    desk.set(service, Reply_Status__c="Approved")
    desk.run(settings=settings)
    assert (desk.live(service), desk.status(service)) == ("Thank you!", "Published")


def test_with_approval_my_reply_in_a_conflict_waits_as_well(service, with_replies, desk):
    settings = with_replies("{approval: required}")
    desk.trustpilot.portal_reply(service, "Theirs.", "A colleague")
    desk.queue(service, "Ours.")
    desk.set(service, Reply_Status__c="Approved")
    desk.run(settings=settings)
    assert desk.status(service) == "Conflict"
    desk.choose(service, "Post Mine")
    desk.run(settings=settings)
    assert desk.live(service) == "Theirs."
    desk.set(service, Reply_Status__c="Approved")
    desk.run(settings=settings)
    assert (desk.live(service), desk.status(service)) == ("Ours.", "Published")


def test_without_approval_an_approved_reply_goes_out_like_a_queued_one(service, desk):
    desk.queue(service, "Thank you!")
    desk.set(service, Reply_Status__c="Approved")
    desk.run()
    assert desk.status(service) == "Published"


@pytest.fixture
def anna(desk):
    """Anna at Trustpilot, who may reply."""
    user = BusinessUser(ANNA, "Anna A.", role="Manager")
    desk.trustpilot.accounts.users[ANNA] = user
    return user


@pytest.fixture
def in_annas_name(with_replies, anna):
    """The configuration in which Anna of Salesforce is Anna at Trustpilot."""
    return with_replies(f"{{authors: [{{user: anna@shop.example, business_user: {anna.id!r}}}]}}")


@pytest.fixture
def both(service, product):
    """The ids of a service and a product review."""
    return service, product


@pytest.mark.parametrize("approved_by_another", [False, True])
def test_a_reply_goes_out_in_the_name_of_who_queued_it(
    approved_by_another, in_annas_name, both, agent, desk
):
    for review in both:
        desk.set(review, user=agent, Reply__c="Thank you!", Reply_Status__c="Queued")
        if approved_by_another:
            desk.set(review, Reply_Status__c="Approved")
    desk.run(settings=in_annas_name)
    reply = desk.trustpilot.service_review(both[0])["companyReply"]
    assert reply["authorBusinessUserId"] == ANNA
    (thread,) = desk.trustpilot.product.conversations.values()
    assert [comment.author_id for comment in thread.comments] == [ANNA]
    for review in both:
        assert desk.row(review)["Live_Reply_Author_Id__c"] == ANNA


def test_everybody_else_replies_as_the_configured_user(service, agent, with_replies, desk):
    settings = with_replies(f"{{authors: [{{user: bea@shop.example, business_user: {ANNA!r}}}]}}")
    desk.set(service, user=agent, Reply__c="Thank you!", Reply_Status__c="Queued")
    desk.run(settings=settings)
    reply = desk.trustpilot.service_review(service)["companyReply"]
    assert reply["authorBusinessUserId"] == settings.trustpilot.acting_user_id


@pytest.mark.parametrize("is_gone", [True, False])
def test_an_author_who_may_not_reply_fails_alone(is_gone, service, agent, in_annas_name, desk):
    users = desk.trustpilot.accounts.users
    anna = users.pop(ANNA)
    if not is_gone:
        users[ANNA] = replace(anna, role="Viewer")
    other = desk.trustpilot.add_service_review(desk.world.business_unit_id)["id"]
    desk.import_reviews()
    desk.set(service, user=agent, Reply__c="Thank you!", Reply_Status__c="Queued")
    desk.queue(other, "Thanks!")
    desk.run(settings=in_annas_name)
    assert desk.status(service) == "Failed"
    assert desk.status(other) == "Published"


def test_without_a_history_the_configured_user_replies(service, agent, in_annas_name, desk):
    desk.emulator.org.hide_object("Trustpilot_Review__History")
    desk.set(service, user=agent, Reply__c="Thank you!", Reply_Status__c="Queued")
    desk.run(settings=in_annas_name)
    reply = desk.trustpilot.service_review(service)["companyReply"]
    assert reply["authorBusinessUserId"] == in_annas_name.trustpilot.acting_user_id
