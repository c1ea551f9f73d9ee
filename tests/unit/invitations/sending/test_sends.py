"""What becomes of a due invitation: the right to send, and what came back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.invitations.kinds import AskedFor
from connector.core.invitations.recipients import Person
from connector.core.invitations.sending.due import DueInvitation, Stop
from connector.core.invitations.sending.sends import (
    Ready,
    attempt_row,
    link_row,
    recipient_row,
    refused_link_row,
    settle,
    settle_foreign,
    what_to_ask,
)
from connector.core.products.bought import NO_PRODUCTS, Products
from connector.core.replies.comment_rights import comment_right_is_spent, comment_right_row
from connector.core.rules.grammar import Channel, Rule, Send, TriggerObject, parse_recipient
from connector.core.terms.addresses import address_key
from connector.core.terms.attempts import LONGEST_SEND, person_run
from connector.core.terms.objects import AttemptOutcome, InvitationStatus
from connector.core.terms.outcomes import SendOutcome, Verdict
from connector.core.terms.units import Unit

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
STAGES = ("Activated", "Shipped")


def due(**changes):
    return DueInvitation(
        {
            "Id": "a01",
            "Claim_Key__c": "k" * 64,
            "Business_Unit__c": "a0B",
            "Rule__c": "orders",
            "Trigger_Object__c": "Order",
            "Trigger_Record_Id__c": "801A",
            "New_Stage__c": "Activated",
            "Contact__c": "003A",
            "Recipient_Email__c": "old@example.com",
            "Recipient_Name__c": "Anna",
            "Channel__c": "Email",
            "Status__c": "Scheduled",
            "Reference_Number__c": "00000100",
            "Tags__c": None,
            "Attempts__c": 0,
            **changes,
        }
    )


def ready(asked=AskedFor()):  # noqa: B008 -- a frozen value
    return Ready(due(), Unit("shop", "bu1", "shop.example"), Person("a@example.com", ""), asked)


def a_rule(*, enabled=True, stages=STAGES, send=Send.SERVICE, **more):
    return Rule(
        name="orders",
        on=TriggerObject.ORDER,
        stage_field="Status",
        stages=stages,
        to=(parse_recipient("bill_to"),),
        after=timedelta(0),
        channel=Channel.EMAIL,
        business_unit="shop",
        enabled=enabled,
        send=send,
        **more,
    )


def test_a_link_is_stored_on_its_invitation():
    row = link_row(ready(), "https://example.com/x")
    assert row == {
        "Id": "a01",
        "Status__c": "Link Ready",
        "Link__c": "https://example.com/x",
        "Reason_Code__c": None,
        "Reason__c": None,
    }


TENT, LAMP = Products(("TENT-1",)), Products(("LAMP",))


@pytest.mark.parametrize(
    ("send", "lines", "asked"),
    [
        (Send.SERVICE, TENT, AskedFor()),
        (Send.PRODUCT, TENT, AskedFor(service=False, products=TENT)),
        (Send.BOTH, TENT, AskedFor(products=TENT)),
    ],
)
@pytest.mark.parametrize("stored", [True, False], ids=["on the invitation", "in the rule"])
def test_what_goes_out_is_what_was_claimed_else_what_the_rule_says(send, lines, asked, stored):
    invitation = due(Send__c=send.value) if stored else due()
    rule = a_rule() if stored else a_rule(send=send)
    assert what_to_ask(invitation, rule, lines) == asked


def test_products_on_the_invitation_count_before_those_of_the_lines():
    invitation = due(Send__c="product_review", Skus__c="LAMP")
    assert what_to_ask(invitation, a_rule(), TENT) == AskedFor(service=False, products=LAMP)


def test_without_products_only_the_service_is_asked_about_and_the_ledger_says_so():
    asked = what_to_ask(due(), a_rule(send=Send.BOTH), NO_PRODUCTS)
    assert (asked.service, asked.products) == (True, NO_PRODUCTS)
    settled = settle(due(), "a02", SendOutcome(Verdict.ACCEPTED, 202), NOW, asked)
    assert "no product" in settled.invitation["Reason__c"]
    assert settled.invitation["Status__c"] == "Accepted"
    assert "Skus__c" not in settled.invitation


def test_an_invitation_to_products_without_any_is_skipped():
    stop = what_to_ask(due(), a_rule(send=Send.PRODUCT), NO_PRODUCTS)
    assert isinstance(stop, Stop)
    assert (stop.status.value, stop.code) == ("Skipped", "no_products")


@pytest.mark.parametrize(
    ("verdict", "recorded"),
    [
        (Verdict.ACCEPTED, "TENT-1, Lamp"),
        (Verdict.UNKNOWN, "TENT-1, Lamp"),  # it may have gone out
        (Verdict.REFUSED, None),
        (Verdict.TRY_LATER, None),
    ],
)
def test_the_products_that_went_out_are_remembered(verdict, recorded):
    asked = AskedFor(products=Products(("TENT-1", "Lamp")))
    row = settle(due(), "a02", SendOutcome(verdict), NOW, asked).invitation
    assert row.get("Skus__c") == recorded


def test_a_link_remembers_its_products_its_id_and_what_is_missing():
    row = link_row(ready(AskedFor(products=TENT)), "https://example.com/x", "f" * 70)
    assert (row["Skus__c"], row["Review_Link_Id__c"]) == ("TENT-1", "f" * 64)
    assert link_row(ready(AskedFor(note="No product.")), "https://x.example")["Reason__c"] == (
        "No product."
    )


@pytest.mark.parametrize(
    ("status", "fix"),
    [(400, "recipient"), (403, "role"), (404, "business unit"), (418, "support"), (None, "")],
)
def test_a_refusal_tells_the_vendors_words_and_what_to_do(status, fix):
    outcome = SendOutcome(Verdict.REFUSED, status, "1001", "x" * 400)
    reason = settle(due(), "a02", outcome, NOW).invitation["Reason__c"]
    assert "1001" in reason
    assert fix in reason
    assert len(reason) <= 255
    row = refused_link_row(due(), status, f"Trustpilot said 1001 ({'x' * 400}).")
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Failed", "refused")
    assert fix in row["Reason__c"]
    assert len(row["Reason__c"]) <= 255


@pytest.mark.parametrize(("attempts", "number"), [(None, 1), (0, 1), (1, 2), (2.0, 3)])
def test_the_right_to_send_has_the_number_of_the_next_attempt(attempts, number):
    row = attempt_row(due(Attempts__c=attempts), NOW, "run-1")
    assert row["Attempt_Key__c"] == "k" * 64 + f":{number}"
    assert row["Attempt__c"] == number
    assert len(row["Attempt_Key__c"]) <= 80  # the field's length
    assert (row["Invitation__c"], row["Started_At__c"], row["Run_Id__c"]) == ("a01", NOW, "run-1")


@pytest.mark.parametrize(
    ("verdict", "outcome", "status", "reason"),
    [
        (Verdict.ACCEPTED, "Accepted", "Accepted", None),
        (Verdict.REFUSED, "Failed", "Failed", "refused"),
        (Verdict.TRY_LATER, "Not Sent", "Scheduled", "try_later"),  # it did not happen
        (Verdict.UNKNOWN, "Unknown", "Unknown", "outcome_unknown"),  # it may have
    ],
)
def test_each_verdict_settles_attempt_and_invitation(verdict, outcome, status, reason):
    settled = settle(due(), "a02", SendOutcome(verdict, 400, "1001", "no"), NOW)
    assert settled.outcome.value == settled.attempt["Outcome__c"] == outcome
    assert settled.attempt["Id"] == "a02"
    assert (settled.attempt["Http_Status__c"], settled.attempt["Detail__c"]) == (400, "1001 no")
    assert settled.invitation["Status__c"] == status
    assert settled.invitation["Reason_Code__c"] == reason
    assert settled.invitation["Attempts__c"] == 1
    assert ("Sent_At__c" in settled.invitation) is (verdict is Verdict.ACCEPTED)


def attempt(outcome=None, age=timedelta(minutes=1), **fields):
    started = (NOW - age).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return {"Id": "a02", "Started_At__c": started, "Outcome__c": outcome, **fields}


@pytest.mark.parametrize("age", [timedelta(seconds=1), LONGEST_SEND, timedelta(days=3)])
@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("Accepted", "Accepted"),
        ("Failed", "Failed"),
        ("Not Sent", "Scheduled"),
        ("Unknown", "Unknown"),
    ],
)
def test_an_outcome_that_another_run_left_is_copied_however_old(outcome, status, age):
    row = settle_foreign(due(), attempt(outcome, age), NOW)
    assert (row["Status__c"], row["Attempts__c"]) == (status, 1)


def test_a_copied_outcome_keeps_its_own_time_and_reason():
    at = "2026-11-27T07:30:00.000+0000"
    sent = settle_foreign(due(), attempt("Accepted", Outcome_At__c=at), NOW)
    assert sent["Sent_At__c"] == NOW - timedelta(minutes=30)
    failed = settle_foreign(due(), attempt("Failed", Detail__c="1001 no"), NOW)
    assert failed["Reason__c"].startswith("Trustpilot refused it (1001 no). ")


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(0), "Sending"),
        (LONGEST_SEND - timedelta(seconds=1), "Sending"),
        (LONGEST_SEND, "Unknown"),  # the run that was sending is gone
        (timedelta(days=30), "Unknown"),
    ],
)
def test_an_attempt_without_outcome_is_sending_and_then_unknown(age, status):
    assert settle_foreign(due(), attempt(age=age), NOW)["Status__c"] == status


def test_an_attempt_that_does_not_say_when_it_began_is_unknown():
    row = settle_foreign(due(), {"Id": "a02", "Started_At__c": None}, NOW)
    assert row["Status__c"] == "Unknown"
    assert row["Reason__c"]


def test_what_is_shown_as_sending_already_is_not_written_again():
    assert settle_foreign(due(Status__c="Sending"), attempt(), NOW) is None


_VERDICTS = st.sampled_from(Verdict)


@given(st.lists(_VERDICTS, min_size=1, max_size=8), st.integers(0, 5))
def test_a_new_right_exists_only_after_an_attempt_that_was_not_sent(verdicts, behind):
    """However many runs look, with however old a view, each right is taken once."""
    invitation, rights, sent, views = due(), {}, 0, []
    for verdict in verdicts:
        views.append(invitation)
        seen = views[max(0, len(views) - 1 - behind)]
        if seen.row["Status__c"] not in ("Scheduled", "Sending"):
            continue
        known = rights.get(seen.attempt_key)
        if known is not None:
            row = settle_foreign(seen, known, NOW)
        else:
            settled = settle(seen, "a02", SendOutcome(verdict), NOW)
            rights[seen.attempt_key] = attempt(settled.outcome.value)
            sent += verdict is not Verdict.TRY_LATER
            row = settled.invitation
        invitation = DueInvitation({**invitation.row, **(row or {})})
    assert sent <= 1


@pytest.mark.parametrize("outcome", list(AttemptOutcome))
def test_a_late_word_that_somebody_is_sending_does_not_open_a_second_right(outcome):
    """A run that saw the attempt unfinished writes `Sending` after its outcome was recorded."""
    late = settle_foreign(due(), attempt(), NOW)
    verdict = {
        AttemptOutcome.ACCEPTED: Verdict.ACCEPTED,
        AttemptOutcome.FAILED: Verdict.REFUSED,
        AttemptOutcome.NOT_SENT: Verdict.TRY_LATER,
        AttemptOutcome.UNKNOWN: Verdict.UNKNOWN,
    }[outcome]
    recorded = settle(due(), "a02", SendOutcome(verdict), NOW).invitation
    after = DueInvitation({**due().row, **recorded, **late})
    assert after.attempt_key == due().attempt_key


@pytest.mark.parametrize(
    ("outcome", "age", "spent"),
    [
        ("Not Sent", timedelta(0), True),  # given back
        ("Failed", timedelta(0), True),  # refused: the agent may correct and post again
        (None, timedelta(minutes=1), False),  # somebody is commenting right now
        ("Unknown", timedelta(minutes=1), False),  # it may still appear
        ("Accepted", timedelta(minutes=1), False),
        (None, LONGEST_SEND, True),  # what is not there by now was not added
        ("Unknown", LONGEST_SEND, True),
    ],
)
def test_a_right_to_comment_is_spent_when_nobody_can_be_using_it(outcome, age, spent):
    assert comment_right_is_spent(attempt(outcome, age), NOW) is spent


def test_each_try_to_comment_has_a_key_of_its_own_that_fits_its_field():
    rows = [comment_right_row("r" * 64, number, NOW, "run-1") for number in (1, 2, 50)]
    keys = [row["Attempt_Key__c"] for row in rows]
    assert len(set(keys)) == 3
    assert max(map(len, keys)) <= 80


def test_the_row_names_who_is_really_asked():
    person = Person("new@example.com", "Anna Example", "003B")
    row = recipient_row(Ready(due(Recipient_Id__c="003A"), ready().unit, person))
    assert row == {
        "Id": "a01",
        "Contact__c": "003B",
        "Recipient_Id__c": "003B",
        "Recipient_Email__c": "new@example.com",
        "Recipient_Name__c": "Anna Example",
        "Cooldown_Key__c": address_key("new@example.com"),
    }


def test_a_row_that_names_the_right_person_is_left_alone():
    named = due(Recipient_Id__c="003A", Cooldown_Key__c=address_key("old@example.com"))
    same = Person("old@example.com", "Anna", "003A")
    assert recipient_row(Ready(named, ready().unit, same)) == {}
    renamed = Person("old@example.com", "Anna B.", "003A")  # the mail has the name that is true now
    assert recipient_row(Ready(named, ready().unit, renamed)) == {}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (InvitationStatus.CANCELLED, "cancelled_by_person"),
        (InvitationStatus.ON_HOLD, "held_by_person"),
    ],
)
def test_a_right_that_a_person_took_stops_the_invitation_as_wanted(wanted, code):
    taken = attempt("Not Sent", Run_Id__c=person_run(wanted, "run-1"))
    row = settle_foreign(due(Attempts__c=1), taken, NOW)
    assert (row["Id"], row["Status__c"], row["Reason_Code__c"]) == ("a01", wanted.value, code)
    assert row["Attempts__c"] == 2  # the right is used up, so the next one has a new key
    assert row["Reason__c"].endswith(".")


@pytest.mark.parametrize("status", [None, 200, 408, 502, 503])
@pytest.mark.parametrize("detail", ["", "an HTML page", "x" * 400])
def test_what_is_unknown_always_says_why(status, detail):
    settled = settle(due(), "a02", SendOutcome(Verdict.UNKNOWN, status, "", detail), NOW)
    reason = settled.invitation["Reason__c"]
    assert 0 < len(reason) <= 255
    assert str(status or "") in reason
    left = {"Http_Status__c": status, "Detail__c": settled.attempt["Detail__c"]}
    assert settle_foreign(due(), attempt("Unknown", **left), NOW)["Reason__c"] == reason
