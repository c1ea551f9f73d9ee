# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""A simulation says what a run would do, by claim and by reason, and writes nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from connector.core.cases.plan import CASE_KEY
from connector.core.invitations.reach import EVERYBODY, Reach
from connector.core.rules.grammar import FieldCondition, IfLeft
from connector.core.terms.errors import ConfigurationError, VendorError
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault
from connector.flows.engine import looking
from connector.flows.insight.simulation import Trial, simulate
from connector.wiring import Transports, connect, run_policy

DAYS = 60
TRIED = "tried"
STATUSES = ("New", "Working", "Escalated", "Closed")


@pytest.fixture
def tried(emulator, settings, clock, reporter):
    """Simulate the rule of the name `tried`: `tried(rules, reach, at_once=3)`."""

    def run(rules, reach=EVERYBODY, *, name=TRIED, days=1, **options):
        door = InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(door, door, clock))
        policy = replace(run_policy(settings), rules=tuple(rules), reach=reach)
        trial = Trial(name, days, **{"lines": 2000, **options})
        return simulate(
            looking(world, policy, "looking"), trial, lambda: world.calls()["Salesforce"]
        )

    return run


@pytest.fixture
def closing(rule_on):
    """A rule for closed cases, to be tried: switched off."""

    def make(**changes):
        return rule_on("Case", **{"name": TRIED, "enabled": False, "business_days": 0} | changes)

    return make


def people(org):
    """Contacts of all kinds: plain, opted out, bounced, without address, one address twice."""
    kinds = [
        {"Email": "anna@example.com"},
        {"Email": "ben@example.org"},
        {"Email": "cleo@example.net", "HasOptedOutOfEmail": True},
        {"Email": "dora@example.com", "EmailBouncedReason": "gone"},
        {},
        {"Email": "ANNA@example.com"},
    ]
    return [
        org.insert("Contact", {"LastName": f"Person {i}", **each}) for i, each in enumerate(kinds)
    ]


def lived(emulator, chance, cases=14):
    """Let weeks pass in which cases are opened, moved on, left and some of them deleted."""
    org = emulator.org
    contacts, made = people(org), []
    for _ in range(4 * cases):
        emulator.clock.advance(timedelta(hours=chance.randint(1, 20)))
        if not made or chance.random() < 0.25:
            contact = chance.choice([*contacts, None])
            origin = chance.choice(["Web", "Phone"])
            made.append(
                org.insert("Case", {"ContactId": contact, "Status": "New", "Origin": origin})
            )
        org.update("Case", chance.choice(made), {"Status": chance.choice(STATUSES)})
    org.delete("Case", made[0])


def claims(scene, name=TRIED):
    """What the ledger holds of a rule: record, reason, contact and due time of each claim."""
    return sorted(
        (
            row["Trigger_Record_Id__c"],
            row["Reason_Code__c"] or "asked",
            row["Contact__c"] or "",
            scene.when(row["Due_At__c"]) if not row["Reason_Code__c"] else None,
        )
        for row in scene.rows()
        if row["Rule__c"] == name
    )


def told(report):
    """The same of a simulation, without what makes no row in the ledger."""
    recorded = {each.code for each in report.not_asked} & {
        "no_recipient", "no_email", "opted_out", "bounced", "cooldown", "not_sampled", "own_domain",
        "suppressed", "contact_unreadable", "unknown_business_unit", "too_late",
    }  # fmt: skip
    return sorted(
        (line.record, line.outcome, line.contact, line.due_at)
        for line in report.lines
        if line.outcome in {"asked", *recorded}
    )


def variants(chance):
    """A rule as admins write them, by chance."""
    return {
        "stages": chance.choice([("Closed",), ("Escalated", "Closed"), ("Working",)]),
        "after": timedelta(days=chance.choice([0, 3, 40])),
        "cooldown": timedelta(days=chance.choice([0, 2, 10, 30])),
        "latest": timedelta(days=chance.choice([0, 0, 5, 14, 30])),
        "sample": chance.choice([1, 1, 2]),
        "if_left": chance.choice(list(IfLeft)),
        "only_if": chance.choice([(), (FieldCondition("Origin", ("Web",)),)]),
    }


@pytest.mark.parametrize("seed", range(24))
def test_a_run_with_the_rule_switched_on_does_what_the_simulation_said(
    seed, scene, rule_on, closing, tried, deciding_run
):
    chance = random.Random(seed)  # noqa: S311 - no secret
    other = rule_on(
        "Case",
        name="other",
        cooldown=timedelta(days=5),
        **chance.choice([{"stages": ("Closed",)}, {"stages": ("Escalated",)}]),
    )
    deciding_run((other,))
    scene.pause(paused=True)
    lived(scene.emulator, chance, cases=12)
    deciding_run((other,))
    lived(scene.emulator, chance, cases=12)
    rule = closing(**variants(chance))
    hidden = chance.choice([None, None, "history", "condition"])
    if hidden == "history":
        scene.emulator.org.hide_object("CaseHistory")
    if hidden == "condition":
        scene.emulator.org.hide_field("Case", "Origin")
    rules = chance.choice([(rule, other), (other, rule)])
    reach = chance.choice([EVERYBODY, Reach(suppressed=frozenset({"example.org"}))])

    report = tried(rules, reach, days=DAYS, at_once=chance.choice([1, 3, 2000]))

    assert report.entries == report.asked + sum(each.count for each in report.not_asked)
    assert len(report.lines) == report.entries
    on = replace(rule, enabled=True, active_from=report.since)
    deciding_run(tuple(on if each is rule else each for each in rules), reach)
    assert told(report) == claims(scene)
    assert report.asked == sum(reason == "asked" for _, reason, *_ in claims(scene))


class TestOverdue:
    """Four cases of one person, closed over weeks; nobody was asked, for the rule was off."""

    @pytest.fixture
    def weeks(self, started):
        for _ in range(4):
            values = {"ContactId": started.contact, "Status": "Closed"}
            started.emulator.org.insert("Case", values)
            started.emulator.clock.advance(timedelta(days=15))
        return started

    @pytest.mark.parametrize(
        ("cooldown", "latest", "asked", "in_time"),
        [(10, 0, 1, 4), (20, 0, 1, 2), (0, 0, 4, 4), (10, 14, 0, 4), (10, 20, 1, 4), (0, 35, 2, 4)],
    )
    def test_they_count_from_now_and_beside_it_as_if_asked_in_time(
        self, cooldown, latest, asked, in_time, weeks, closing, tried, deciding_run
    ):
        days = {"cooldown": timedelta(days=cooldown), "latest": timedelta(days=latest)}
        rule = closing(**days, after=timedelta(0))
        report = tried([rule], days=60)
        assert (report.asked, report.asked_in_time) == (asked, in_time)
        assert {each.code for each in report.not_asked} <= {"cooldown", "too_late"}
        deciding_run((replace(rule, enabled=True, active_from=report.since),))
        assert len(weeks.received) == asked
        assert told(report) == claims(weeks)

    def test_another_rules_overdue_invitation_goes_now_as_well(
        self, weeks, rule_on, closing, tried, deciding_run
    ):
        other = rule_on("Order", name="other")
        order = {"BillToContactId": weeks.contact}
        weeks.emulator.org.update("Order", weeks.world.order_id, order)
        deciding_run((other,))
        weeks.pause(paused=True)
        weeks.move("Order")
        deciding_run((other,))
        weeks.emulator.clock.advance(timedelta(days=40))
        rule = closing(cooldown=timedelta(days=10), latest=timedelta(0), after=timedelta(0))
        report = tried([rule, other], days=100)
        assert (report.asked, report.entries) == (0, 4)
        assert {each.code for each in report.not_asked} == {"cooldown"}
        deciding_run((replace(rule, enabled=True, active_from=report.since), other))
        assert told(report) == claims(weeks)


def test_a_simulation_writes_nothing(started, closing, tried, writes):
    started.move("Case")
    before = started.soql("SELECT Id, SystemModstamp FROM Trustpilot_Checkpoint__c")
    started.emulator.calls.clear()
    report = tried([closing()])
    assert report.asked == 1
    assert writes("salesforce") == []
    assert writes("trustpilot") == []
    assert started.rows() == []
    assert started.soql("SELECT Id, SystemModstamp FROM Trustpilot_Checkpoint__c") == before


def test_only_entries_of_the_last_days_count(started, closing, tried):
    started.move("Case")
    started.emulator.clock.advance(timedelta(days=3))
    assert tried([closing()], days=2).entries == 0
    assert tried([closing()], days=4).entries == 1


def test_who_is_asked_is_a_contact_and_personal_only_on_request(started, closing, tried):
    started.move("Case")
    (line,) = tried([closing()]).lines
    assert (line.contact, line.email, line.name) == (started.contact, "", "")
    (line,) = tried([closing()], personal=True).lines
    assert (line.email, line.name) == ("nadia.larkin@example.net", "Nadia Larkin")


def test_what_is_due_is_told_by_month_and_what_is_due_at_once_apart(started, closing, tried):
    started.move("Case")
    report = tried([closing(after=timedelta(days=40))])
    assert (report.due_at_once, report.due_months) == (0, {"2026-04": 1})
    started.emulator.clock.advance(timedelta(days=3))
    report = tried([closing(after=timedelta(days=1))], days=4)
    assert (report.due_at_once, report.due_months) == (1, {"2026-03": 1})


@pytest.mark.parametrize(
    ("order", "how", "asked"), [((0, 1), "behind", 1), ((1, 0), "before", 0)], ids=["1st", "2nd"]
)
def test_rules_that_want_the_same_experience_collide(order, how, asked, started, closing, tried):
    started.move("Case")
    both = [closing(), closing(name="other", enabled=True)]
    report = tried([both[at] for at in order])
    assert [(each.rule, each.how, each.count) for each in report.collisions] == [("other", how, 1)]
    assert report.asked == asked


def test_an_experience_of_another_rule_collides_by_its_name(started, closing, tried, deciding_run):
    other = closing(name="other", enabled=True)
    started.move("Case")
    deciding_run((other,))
    report = tried([closing(), other])
    assert [(each.rule, each.how, each.count) for each in report.collisions] == [
        ("other", "claimed", 1)
    ]
    assert [each.code for each in report.not_asked] == ["claimed_already"]


def test_rules_whose_conditions_part_them_do_not_collide(started, closing, tried):
    started.move("Case")
    web = closing(name="other", enabled=True, only_if=(FieldCondition("Origin", ("Web",)),))
    assert tried([closing(), web]).collisions == ()
    assert tried([web, closing()]).collisions == ()


def test_a_rule_that_is_on_already_collides_with_nobody(started, closing, tried, deciding_run):
    rule = closing(enabled=True)
    started.move("Case")
    deciding_run((rule,))
    report = tried([rule])
    assert ([each.code for each in report.not_asked], report.collisions) == (
        ["claimed_already"],
        (),
    )


def test_the_case_of_a_review_is_counted_and_asks_nobody(started, closing, tried):
    case = started.move("Case")
    started.emulator.org.update("Case", case, {CASE_KEY: "service:1"})
    report = tried([closing()])
    assert [(each.code, each.count) for each in report.not_asked] == [("record_gone", 1)]


def test_cooldown_counts_across_pieces(started, closing, tried):
    for _ in range(3):
        values = {"ContactId": started.contact, "Status": "Closed"}
        started.emulator.org.insert("Case", values)
        started.emulator.clock.advance(timedelta(hours=1))
    for at_once in (1, 2, 3):
        report = tried([closing(cooldown=timedelta(days=9))], at_once=at_once)
        assert (report.asked, [each.code for each in report.not_asked]) == (1, ["cooldown"])


def test_what_the_next_run_claims_of_another_object_counts_for_the_cooldown(
    started, rule_on, tried, deciding_run
):
    order = {"BillToContactId": started.contact}
    started.emulator.org.update("Order", started.world.order_id, order)
    started.move("Case")
    started.emulator.clock.advance(timedelta(minutes=1))
    started.move("Order")
    rule = rule_on("Order", name=TRIED, enabled=False, cooldown=timedelta(days=9))
    other = rule_on("Case", name="other")
    report = tried([rule, other])
    assert [each.code for each in report.not_asked] == ["cooldown"]
    deciding_run((replace(rule, enabled=True, active_from=report.since), other))
    assert [reason for _, reason, *_ in claims(started)] == ["cooldown"]


def test_hidden_history_is_told(started, closing, tried):
    started.emulator.org.hide_object("CaseHistory")
    started.move("Case")
    report = tried([closing()])
    assert report.asked == 1
    assert any("CaseHistory" in note for note in report.notes)


def test_progress_is_told_piece_by_piece(started, closing, tried, reporter):
    for _ in range(3):
        started.emulator.org.insert("Case", {"ContactId": started.contact, "Status": "Closed"})
    tried([closing()], at_once=2)
    assert [step for step in reporter.steps if step[0] == "entries"] == [
        ("entries", 0, None),
        ("entries", 2, 3),
        ("entries", 3, 3),
    ]


def test_the_calls_that_it_foretells_are_those_of_a_run(started, closing, tried, deciding_run):
    for _ in range(201):
        started.emulator.org.insert("Case", {"ContactId": started.contact, "Status": "Closed"})
    report = tried([closing(after=timedelta(0))])
    started.emulator.calls.clear()
    deciding_run((closing(enabled=True, active_from=report.since, after=timedelta(0)),))
    sent = [call for call in started.emulator.calls.all() if call.vendor == "invitations"]
    assert report.costs.trustpilot == report.asked == 201
    assert len([call for call in sent if "/oauth" not in call.path]) == 201
    assert report.costs.claiming == 2
    assert report.costs.reading <= 6


def test_an_unknown_rule_is_named_with_one_that_is_near(closing, tried):
    with pytest.raises(ConfigurationError, match=r"Did you mean `tried`\?"):
        tried([closing()], name="treid")
    with pytest.raises(ConfigurationError) as refused:
        tried([closing()], name="someone@example.com")
    assert "someone" not in str(refused.value)
    with pytest.raises(ConfigurationError, match=r"There is no rule\."):
        tried([])


def test_an_answer_that_makes_no_sense_is_no_simulation(started, closing, tried):
    started.emulator.faults.add(
        Fault("salesforce", path="*/composite", times=None, status=200, body="<html>Down</html>")
    )
    with pytest.raises(VendorError) as failed:
        tried([closing()])
    assert "Down" not in str(failed.value)
