"""Nobody is asked who should not be: what people did while a run waited, or was slow, is heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from connector.core.rules.grammar import Include, parse_recipient
from connector.core.run.exit_codes import ExitCode
from connector.core.terms.addresses import address_key
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import meanwhile, slow
from connector.flows.engine import RunRequest
from connector.flows.engine import run as engine_run
from connector.wiring import Transports, connect, run_policy
from in_process import FollowingClock

DAY = timedelta(days=1)
SEND = {"vendor": "invitations", "method": "POST", "path": "*/email-invitations"}
FLOW = ["invitations_out"]
LEDGER = (
    "SELECT Id, Status__c, Reason_Code__c, Contact__c, Recipient_Id__c, Recipient_Email__c, "
    "Cooldown_Key__c, Trigger_Record_Id__c FROM Trustpilot_Invitation__c ORDER BY Id"
)


@pytest.fixture
def org(emulator):
    emulator.org.settings.restricted_deletes = "emptied"
    return emulator.org


@pytest.fixture
def person(org):
    """Make a contact with an address of its own, and give its id."""
    numbers = count(1)

    def make(**values):
        usual = {"LastName": "Fielding", "Email": f"fielding{next(numbers)}@example.org"}
        return org.insert("Contact", usual | values)

    return make


@pytest.fixture
def closed(org, person):
    """Make a closed case of somebody, and give its id."""

    def make(contact=None, **values):
        return org.insert("Case", {"ContactId": contact or person(), "Status": "Closed", **values})

    return make


@pytest.fixture
def run(emulator, settings, clock, reporter, rule_on):
    """Do one pass with the rule about closed cases changed; `limits` are those of the gateways."""
    numbers = count(1)

    usual = clock

    def one(*, on="Case", limits=None, clock=usual, **changes):
        chosen = replace(settings, limits=replace(settings.limits, **(limits or {})))
        door = InProcessDoor(emulator)
        world = connect(chosen, reporter, Transports(door, door, clock))
        rules = (rule_on(on, **changes),)
        policy = replace(run_policy(settings), rules=rules)
        return engine_run(world, policy, RunRequest(f"look-{next(numbers)}", FLOW))

    return one


@pytest.fixture
def waits(started, closed, run):
    """Claim an invitation about a new case, and let it become due; gives case and contact."""

    def one(contact=None, **values):
        case = closed(contact, **values)
        run()
        started.emulator.clock.advance(DAY + timedelta(minutes=1))
        return case

    return one


@dataclass(frozen=True)
class Town:
    """Everybody: people and records in the org, runs, and windows to both vendors."""

    scene: Any
    org: Any
    person: Callable[..., str]
    closed: Callable[..., str]
    run: Callable[..., Any]
    waits: Callable[..., str]


@pytest.fixture
def town(request):
    names = ("started", "org", "person", "closed", "run", "waits")
    return Town(*(request.getfixturevalue(name) for name in names))


def ledger(scene):
    return scene.soql(LEDGER)


def the_row(scene, case):
    (row,) = [row for row in ledger(scene) if row["Trigger_Record_Id__c"] == case]
    return row


def told(scene, case):
    row = the_row(scene, case)
    return row["Status__c"], row["Reason_Code__c"]


def asked(scene):
    return sorted(mail.email for mail in scene.received)


# While a run waits for its own allowance


@pytest.fixture
def crowd(town):
    """Forty invitations are due; gives (case, contact, address) of each."""
    people = []
    for _ in range(40):
        case = town.closed()
        contact = town.scene.value("Case", case, "ContactId")
        people.append((case, contact, town.scene.value("Contact", contact, "Email")))
    town.run()
    town.scene.emulator.clock.advance(DAY + timedelta(minutes=1))
    return people


@dataclass
class ActingClock(FollowingClock):
    """Somebody acts while the run sleeps for long, the first time that it does."""

    act: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        """Let time pass, and people work in it."""
        super().sleep(seconds)
        if seconds > 60:
            self.act()
            self.act = lambda: None


def test_what_people_do_while_the_run_waits_for_its_rate_is_heard(crowd, town):
    """Seen: 81 of 81 cancelled, 81 of 81 opted out and 82 of 82 who had left got their mail."""
    before = len(crowd) // 2
    rows = {row["Trigger_Record_Id__c"]: row["Id"] for row in ledger(town.scene)}
    done = []

    def act():
        for case, _, _ in crowd[before + 2 :: 3]:
            town.org.update("Trustpilot_Invitation__c", rows[case], {"Status__c": "Cancelled"})
            done.append((case, "Cancelled"))
        for case, contact, _ in crowd[before + 3 :: 3]:
            town.org.update("Contact", contact, {"HasOptedOutOfEmail": True})
            done.append((case, "Skipped"))
        for case, _, _ in crowd[before + 4 :: 3]:
            town.org.update("Case", case, {"Status": "Working"})
            done.append((case, "Cancelled"))

    clock = ActingClock(town.scene.emulator, act=act)
    town.run(clock=clock, limits={"trustpilot_per_5_minutes": 21})
    assert sum(clock.slept) > 200
    spared = dict(done)
    addresses = {case: email for case, _, email in crowd}
    got = asked(town.scene)
    assert not {addresses[case] for case in spared} & set(got)
    assert len(got) == len(set(got)) == len(crowd) - len(spared)
    for case, status in spared.items():
        assert the_row(town.scene, case)["Status__c"] == status


@pytest.mark.usefixtures("crowd")
def test_a_wait_is_said_before_it_begins(reporter, town):
    town.run(limits={"trustpilot_per_5_minutes": 21})
    said = reporter.of("waiting")
    assert said
    assert {each["vendor"] for each in said} == {"Trustpilot"}
    assert all(each["seconds"] > 2 for each in said)


@pytest.mark.usefixtures("crowd")
def test_a_pause_counts_from_the_next_batch_on(town):
    (unit,) = town.scene.soql("SELECT Id FROM Trustpilot_Business_Unit__c")

    def pause():
        values = {"Pause_Invitations__c": True}
        town.org.update("Trustpilot_Business_Unit__c", unit["Id"], values)

    town.scene.emulator.faults.add(meanwhile(pause, **SEND))
    town.run()
    assert len(town.scene.received) == 1
    assert {row["Status__c"] for row in ledger(town.scene)} == {"Accepted", "Scheduled"}


@pytest.mark.parametrize("seconds", [0.5, 2, 6, 13])
def test_between_look_and_call_lie_at_most_fifteen_seconds(seconds, crowd, town):
    calls = town.scene.emulator.calls
    town.scene.emulator.faults.add(slow(seconds, vendor="invitations", path="*"))
    calls.clear()
    town.run()
    town.run()
    looks = [call.at for call in calls.all() if "composite" in call.path and call.method == "POST"]
    sends = [call.at for call in calls.all() if "email-invitations" in call.path]
    assert len(town.scene.received) == len(set(asked(town.scene))) == len(crowd)
    for sent in sends:
        assert min(sent - at for at in looks if at <= sent) <= timedelta(seconds=15)


def test_what_found_no_time_gives_its_right_back_and_goes_with_another_look(crowd, town):
    town.scene.emulator.faults.add(slow(3, vendor="invitations", path="*"))
    report = town.run()
    outcomes = [
        row["Outcome__c"]
        for row in town.scene.soql("SELECT Outcome__c FROM Trustpilot_Send_Attempt__c")
    ]
    assert outcomes.count("Accepted") == report.count("invitations_sent") == len(crowd)
    assert set(outcomes) <= {"Accepted", "Not Sent"}
    assert report.count("invitations_waiting") == 0


@pytest.mark.parametrize("left", [12, 18, 20, 30])
@pytest.mark.usefixtures("crowd")
def test_no_right_is_taken_unless_its_outcome_can_be_recorded(left, town):
    """Seen: with 18 to 20 calls left 125 mails went out whose outcome could not be written."""
    used = town.scene.emulator.calls.counted("salesforce")
    town.scene.emulator.salesforce.settings.daily_cap = used + left
    report = town.run()
    assert town.scene.exit_code(report) is ExitCode.ALLOWANCE
    attempts = town.scene.soql("SELECT Outcome__c FROM Trustpilot_Send_Attempt__c")
    accepted = [row for row in attempts if row["Outcome__c"] == "Accepted"]
    assert all(row["Outcome__c"] for row in attempts)
    assert len(accepted) == len(town.scene.received)


# Whom it is for


@pytest.mark.parametrize("channel", ["email", "business_generated_link", "invitation_link"])
def test_a_deleted_contact_is_not_asked_at_the_address_left_behind(channel, town):
    contact = town.person()
    case = town.closed(contact)
    town.run(channel=channel)
    town.org.delete("Contact", contact)
    town.scene.emulator.clock.advance(DAY + timedelta(minutes=1))
    town.run(channel=channel)
    assert town.scene.received == []
    assert told(town.scene, case) == ("Cancelled", "contact_gone")


def test_a_contact_deleted_before_its_request_was_taken_up_is_not_asked(town):
    contact = town.person(Email="kim@example.org")
    values = {
        "Status__c": "Requested",
        "Contact__c": contact,
        "Recipient_Email__c": "kim@example.org",
        "Channel__c": "Email",
    }
    request = town.org.insert("Trustpilot_Invitation__c", values)
    town.org.delete("Contact", contact)
    town.run()
    assert town.scene.received == []
    (row,) = [row for row in ledger(town.scene) if row["Id"] == request]
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Cancelled", "contact_gone")


def test_a_request_whose_contact_was_deleted_while_it_waited_is_cancelled(town):
    contact = town.person()
    due = (town.scene.emulator.clock.now() + DAY).isoformat()
    values = {"Status__c": "Requested", "Contact__c": contact, "Due_At__c": due}
    request = town.org.insert("Trustpilot_Invitation__c", values)
    town.run()
    town.org.delete("Contact", contact)
    town.scene.emulator.clock.advance(2 * DAY)
    town.run()
    assert town.scene.received == []
    (row,) = [row for row in ledger(town.scene) if row["Id"] == request]
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Cancelled", "contact_gone")


def test_a_new_address_is_used_and_the_ledger_knows_it(town):
    contact = town.person(Email="old@example.org")
    case = town.waits(contact)
    town.org.update("Contact", contact, {"Email": "new@example.org"})
    town.run(cooldown=30 * DAY)
    assert asked(town.scene) == ["new@example.org"]
    row = the_row(town.scene, case)
    assert row["Recipient_Email__c"] == "new@example.org"
    assert row["Cooldown_Key__c"] == address_key("new@example.org")
    again = town.closed(town.person(Email="new@example.org"))
    town.run(cooldown=30 * DAY)
    assert told(town.scene, again) == ("Skipped", "cooldown")


def test_a_merged_contact_is_asked_as_the_one_that_is_kept(town):
    loser, kept = town.person(Email="loser@example.org"), town.person(Email="kept@example.org")
    case = town.waits(loser)
    town.org.merge("Contact", kept, [loser])
    town.run()
    assert asked(town.scene) == ["kept@example.org"]
    row = the_row(town.scene, case)
    assert (row["Contact__c"], row["Recipient_Id__c"]) == (kept, kept)
    assert row["Recipient_Email__c"] == "kept@example.org"


def test_a_replaced_contact_of_the_record_is_asked_instead(town):
    case = town.waits(town.person(Email="before@example.org"))
    after = town.person(Email="after@example.org")
    town.org.update("Case", case, {"ContactId": after})
    town.run()
    assert asked(town.scene) == ["after@example.org"]
    assert the_row(town.scene, case)["Contact__c"] == after


def test_a_row_that_somebody_turned_to_another_person_is_held(town):
    case = town.waits()
    eve = town.person(Email="eve@example.org")
    town.org.update(
        "Trustpilot_Invitation__c", the_row(town.scene, case)["Id"], {"Contact__c": eve}
    )
    report = town.run()
    assert town.scene.received == []
    assert told(town.scene, case) == ("On Hold", "recipient_changed")
    assert town.scene.exit_code(report) is ExitCode.NEEDS_A_LOOK
    assert ("invitation_held", the_row(town.scene, case)["Id"]) in town.scene.issues()
    released = {"Status__c": "Scheduled"}
    town.org.update("Trustpilot_Invitation__c", the_row(town.scene, case)["Id"], released)
    town.run()
    assert asked(town.scene) != []
    assert town.scene.issues() == []


def test_an_emptied_lookup_of_somebody_who_is_there_is_held(town):
    case = town.waits()
    row = the_row(town.scene, case)["Id"]
    town.org.update("Trustpilot_Invitation__c", row, {"Contact__c": None})
    town.run()
    assert town.scene.received == []
    assert told(town.scene, case) == ("On Hold", "recipient_changed")


@pytest.mark.parametrize("kept", ["deleted", "kept"])
def test_a_case_that_was_merged_is_no_experience(kept, town):
    town.org.settings.merged_cases = kept
    town.org.settings.merged_case_status = "Closed"
    contact = town.person()
    case, master = town.waits(contact), town.closed(contact)
    town.org.merge("Case", master, [case])
    town.run()
    assert the_row(town.scene, case)["Status__c"] == "Cancelled"
    assert town.scene.received == []


def test_a_merged_case_claims_nothing_unless_the_rule_includes_it(town):
    town.org.settings.merged_cases = "kept"
    town.org.settings.merged_case_status = "Closed"
    contact = town.person()
    merged, master = town.closed(contact, Status="New"), town.closed(contact, Status="New")
    town.org.merge("Case", master, [merged])
    town.run()
    assert ledger(town.scene) == []
    town.run(include=(Include.MERGED_CASES,))
    assert merged in {row["Trigger_Record_Id__c"] for row in ledger(town.scene)}


def test_a_reduction_order_is_no_experience_unless_the_rule_includes_it(town):
    account = town.org.insert("Account", {"Name": "Example"})
    contact = town.person(AccountId=account)

    def activated(**values):
        usual = {"AccountId": account, "BillToContactId": contact, "Status": "Draft"}
        order = town.org.insert("Order", {**usual, "EffectiveDate": "2026-03-02", **values})
        town.scene.emulator.clock.advance(timedelta(seconds=5))
        town.org.update("Order", order, {"Status": "Activated"})
        return order

    activated(IsReductionOrder=True)
    plain = activated()
    town.run(on="Order", to=(parse_recipient("bill_to"),))
    assert [row["Trigger_Record_Id__c"] for row in ledger(town.scene)] == [plain]


def test_what_is_too_late_is_skipped_and_zero_is_no_limit(town):
    case = town.waits()
    town.scene.emulator.clock.advance(180 * DAY)
    town.run(latest=14 * DAY)
    assert town.scene.received == []
    assert told(town.scene, case) == ("Skipped", "too_late")
    other = town.closed()
    town.run()
    town.scene.emulator.clock.advance(181 * DAY)
    town.run(latest=timedelta(0))
    assert told(town.scene, other) == ("Accepted", None)


# Consent


@pytest.mark.parametrize(
    ("sobject", "values"),
    [
        ("Contact", {"LastName": "Again", "Email": "KIM@example.org"}),
        ("Lead", {"LastName": "Again", "Company": "Example", "Email": "Kim@Example.org"}),
        ("Account", {"LastName": "Again", "PersonEmail": "kim@example.org"}),
    ],
)
@pytest.mark.parametrize("when", ["before the claim", "while it waits"])
def test_an_opt_out_belongs_to_the_address(sobject, values, when, town):
    """Seen: mailed although a second contact with the same address had opted out."""
    flag = "PersonHasOptedOutOfEmail" if sobject == "Account" else "HasOptedOutOfEmail"

    def opt_out():
        town.org.insert(sobject, {**values, flag: True})

    case = town.closed(town.person(Email="kim@example.org"))
    if when == "before the claim":
        opt_out()
    town.run()
    if when == "while it waits":
        opt_out()
    town.scene.emulator.clock.advance(DAY + timedelta(minutes=1))
    town.run()
    assert town.scene.received == []
    assert told(town.scene, case) == ("Skipped", "opted_out")


@pytest.mark.parametrize(
    ("sobject", "field"), [("Contact", "HasOptedOutOfEmail"), ("Lead", "HasOptedOutOfEmail")]
)
def test_what_cannot_be_read_is_no_yes(sobject, field, town):
    case = town.waits()
    town.org.hide_field(sobject, field)
    report = town.run()
    assert town.scene.received == []
    assert the_row(town.scene, case)["Status__c"] == "Scheduled"
    assert [code for code, _ in town.scene.issues()] == ["consent_unreadable"]
    assert town.scene.exit_code(report) is ExitCode.NEEDS_A_LOOK
    town.org.show_field(sobject, field)
    town.run()
    assert len(town.scene.received) == 1
    assert town.scene.issues() == []


def test_an_org_without_leads_says_so_in_its_rule(town):
    town.waits()
    town.org.hide_object("Lead")
    town.run()
    assert town.scene.received == []
    town.run(leads=False)
    assert len(town.scene.received) == 1


@pytest.mark.usefixtures("crowd")
def test_a_field_hidden_in_the_middle_of_a_run_stops_the_rest(town):
    hide = meanwhile(lambda: town.org.hide_field("Contact", "HasOptedOutOfEmail"), **SEND)
    town.scene.emulator.faults.add(hide)
    town.run()
    assert len(town.scene.received) == 1


# Cooldown


def test_of_four_overdue_invitations_of_one_person_one_goes(town):
    """Seen: four mails within 13 ms, with a cooldown of 10 days."""
    contact = town.person()
    cases = []
    for _ in range(4):  # claimed by a rule that had no cooldown yet, and due far apart
        cases.append(town.closed(contact))
        town.run(after=60 * DAY)
        town.scene.emulator.clock.advance(15 * DAY)
    town.scene.emulator.clock.advance(60 * DAY)
    town.run(cooldown=10 * DAY)
    assert len(town.scene.received) == 1
    assert [told(town.scene, case) for case in cases] == [
        ("Accepted", None),
        *[("Skipped", "cooldown")] * 3,
    ]


def test_after_a_pause_of_months_one_person_gets_one_mail(town):
    contact = town.person()
    (unit,) = town.scene.soql("SELECT Id FROM Trustpilot_Business_Unit__c")
    town.org.update("Trustpilot_Business_Unit__c", unit["Id"], {"Pause_Invitations__c": True})
    cases = []
    for _ in range(4):
        cases.append(town.closed(contact))
        town.run(cooldown=10 * DAY)
        town.scene.emulator.clock.advance(15 * DAY)
    assert {row["Status__c"] for row in ledger(town.scene)} == {"Scheduled", "Skipped"}
    town.org.update("Trustpilot_Business_Unit__c", unit["Id"], {"Pause_Invitations__c": False})
    town.run(cooldown=10 * DAY)
    town.run(cooldown=10 * DAY)
    assert len(town.scene.received) == 1
    assert told(town.scene, cases[0]) == ("Accepted", None)


def test_two_requests_for_one_person_make_one_mail(town):
    contact = town.person()
    for number in range(2):
        values = {"Status__c": "Requested", "Contact__c": contact}
        reference = {"Reference_Number__c": f"R-{number}"}
        town.org.insert("Trustpilot_Invitation__c", values | reference)
    town.run()
    town.run()
    town.run()
    assert len(town.scene.received) == 1


# What waits for long


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("why", ["paused", "rule off", "unreadable"])
def test_what_waits_for_long_costs_a_run_no_calls(why, town):
    town.run(enabled=False)  # a run with nothing to send, for the comparison
    calls = town.scene.emulator.calls
    calls.clear()
    town.run(enabled=False)
    idle = calls.counted("salesforce")
    if why == "paused":
        (unit,) = town.scene.soql("SELECT Id FROM Trustpilot_Business_Unit__c")
        values = {"Pause_Invitations__c": True}
        town.org.update("Trustpilot_Business_Unit__c", unit["Id"], values)
    if why == "unreadable":
        town.org.hide_field("Lead", "HasOptedOutOfEmail")
        town.run()
    calls.clear()
    report = town.run(enabled=why != "rule off")
    assert report.count("invitations_waiting") == 40
    # A rule that is on asks for entries; what cannot be read is found out by one look.
    assert calls.counted("salesforce") <= idle + {"paused": 1, "rule off": 0, "unreadable": 6}[why]
    assert town.scene.received == []


def test_a_crowd_that_declines_is_looked_at_in_ever_larger_batches(crowd, town):
    for _, contact, _ in crowd:
        town.org.update("Contact", contact, {"HasOptedOutOfEmail": True})
    calls = town.scene.emulator.calls
    calls.clear()
    report = town.run()
    assert report.count("invitations_skipped") == len(crowd)
    # 1, 5, 25 and 9 of them: for each two calls of the look, one for rights, one for the stops.
    assert calls.counted("salesforce") <= 4 * 4 + 6
