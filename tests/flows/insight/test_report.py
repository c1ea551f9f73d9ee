"""The report's numbers are the ledger's rows, month by month."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from connector.core.insight.report import Outcome
from connector.core.terms.errors import ConfigurationError, SafetyStop, VendorError
from connector.core.terms.objects import InvitationStatus
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault
from connector.flows.insight.report import Stretch, last_claims, read_report
from connector.wiring import Transports, connect, run_policy

INVITATION = "Trustpilot_Invitation__c"


@pytest.fixture
def side(settings, emulator, clock, reporter):
    """The org and the policy, as the command has them."""
    door = InProcessDoor(emulator)
    world = connect(settings, reporter, Transports(door, door, clock))
    return world.org, run_policy(settings)


@pytest.fixture
def ledger(emulator):
    """Invitations of fourteen months, made in the order of time until now."""
    chance, numbers = random.Random(4), iter(range(1000))  # noqa: S311 - no secret
    emulator.clock.advance(timedelta(days=-420))
    for _ in range(140):
        emulator.clock.advance(timedelta(days=3))
        values = {
            "Claim_Key__c": f"key-{next(numbers)}",
            "Status__c": chance.choice(list(InvitationStatus)).value,
            "Rule__c": chance.choice(["after-a-closed-case", "an old one", None]),
            "Reason_Code__c": chance.choice([None, "no_email", "cooldown", "not_sampled"]),
        }
        emulator.org.insert(INVITATION, values)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "stretch",
    [Stretch(1), Stretch(12), Stretch(24), Stretch(1, date(2025, 7, 16))],
    ids=["month", "year", "two years", "since"],
)
def test_every_row_counts_once_in_its_month(stretch, side, scene):
    report = read_report(*side, stretch)
    assert report.since == stretch.since or report.since.day == 1
    expected = Counter(
        (row["CreatedDate"][:7], row["Rule__c"] or "", row["Reason_Code__c"] or "")
        for row in scene.soql(
            "SELECT CreatedDate, Rule__c, Reason_Code__c FROM Trustpilot_Invitation__c"
        )
        if row["CreatedDate"][:10] >= f"{report.since}"
    )
    found = Counter()
    for each in report.counts:
        found[each.month, each.rule, each.reason] += each.count
    assert found == expected
    assert expected


@pytest.mark.usefixtures("ledger")
def test_the_org_counts_five_months_in_a_call(side, emulator):
    read_report(*side, Stretch(1))
    emulator.calls.clear()
    read_report(*side, Stretch(10))
    assert len(emulator.calls.all()) == 2


def test_what_a_run_did_is_counted(started, side):
    started.move("Case")
    contact = started.value("Order", started.world.order_id, "BillToContactId")
    started.emulator.org.update("Contact", contact, {"HasOptedOutOfEmail": True})
    started.move("Order")
    started.run()
    report = read_report(*side, Stretch(1))
    counts = {(each.rule, each.outcome, each.reason): each.count for each in report.counts}
    assert counts == {
        ("after-a-closed-case", Outcome.WAITING, ""): 1,
        ("after-an-activated-order", Outcome.SKIPPED, "opted_out"): 1,
    }
    assert report.names[0] == "after-a-won-opportunity"  # a rule that did nothing is told as well


def test_a_day_that_is_still_to_come_is_refused(side):
    with pytest.raises(ConfigurationError, match="still to come"):
        read_report(*side, Stretch(1, date(2026, 3, 3)))


def test_today_is_no_day_to_come(side):
    assert read_report(*side, Stretch(1, date(2026, 3, 2))).counts == ()


def test_another_org_is_not_counted(side):
    org, policy = side
    other = type(policy)(**{**vars(policy), "organization_id": "00D000000000001AAA"})
    for ask in (lambda: read_report(org, other, Stretch(1)), lambda: last_claims(org, other)):
        with pytest.raises(SafetyStop):
            ask()


def test_the_last_claim_is_the_newest(started, side):
    started.move("Case")
    started.run()
    last = last_claims(*side)
    (row,) = started.soql("SELECT CreatedDate FROM Trustpilot_Invitation__c")
    assert last == {
        "after-a-won-opportunity": None,
        "after-an-activated-order": None,
        "after-a-closed-case": row["CreatedDate"],
    }


def test_an_answer_that_makes_no_sense_is_no_report(started, side):
    started.emulator.faults.add(
        Fault("salesforce", path="*/composite", times=None, status=200, body="<html>Down</html>")
    )
    with pytest.raises(VendorError) as failed:
        read_report(*side, Stretch(1))
    assert "Down" not in str(failed.value)
