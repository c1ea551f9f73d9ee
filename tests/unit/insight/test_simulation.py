"""What a simulation counts adds up, and what it keeps of single entries is bounded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.insight.simulation import (
    BEFORE,
    BEHIND,
    CLAIMED,
    COLLISIONS,
    OUTCOMES,
    Simulation,
    costs,
)
from connector.core.invitations.claims import Deciding, in_order
from connector.core.invitations.facts import Experience, Surroundings
from connector.core.invitations.recipients import People, RecipientFacts
from connector.core.rules.delays import due_at
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import (
    Channel,
    FieldCondition,
    Rule,
    Send,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.units import Unit

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RULE = Rule(
    name="tried",
    on=TriggerObject.ORDER,
    stage_field="Status",
    stages=("Activated", "Shipped"),
    to=(parse_recipient("bill_to"),),
    after=timedelta(days=7),
    channel=Channel.EMAIL,
    business_unit="shop",
)
SHOP = Unit("shop", "u1", "shop.example")


def experience(rule, number, day=0, stage="Activated", **person):
    entry = Entry(
        TriggerObject.ORDER,
        f"801{number}",
        "Draft",
        stage,
        NOW + timedelta(days=day),
        "OrderHistory",
    )
    contact = {"Id": "003A", "Email": "anna@example.com", "Name": "Anna", **person}
    record = {"Id": entry.record_id, "Status": stage, "BillToContactId": "003A", "Type": "Web"}
    facts = RecipientFacts(record, (), People({"003A": contact}))
    around = Surroundings("00D000000000062EAA")
    return Experience(entry, rule, facts, SHOP, around, due_at(entry.entered_at, rule))


def simulated(*experiences, lines=100, personal=False):
    simulation, deciding = Simulation(RULE, NOW, lines, personal=personal), Deciding()
    for it in in_order(experiences):
        simulation.take(it, deciding.decide(it))
    return simulation.report(NOW - timedelta(days=90), 0, ())


_rules = st.sampled_from(
    [
        RULE,
        replace(RULE, cooldown=timedelta(days=3)),
        replace(RULE, only_if=(FieldCondition("Type", ("Shop",)),)),
        replace(RULE, sample=2),
        replace(RULE, name="other"),
        replace(RULE, name="other", only_if=(FieldCondition("Type", ("Shop",)),)),
    ]
)
_experiences = st.builds(
    experience,
    _rules,
    st.integers(1, 4),
    st.integers(0, 9),
    st.sampled_from(["Activated", "Shipped"]),
    HasOptedOutOfEmail=st.booleans(),
)


@given(st.lists(_experiences, max_size=12), st.integers(0, 5))
def test_who_is_asked_and_who_is_not_are_all_entries_of_the_rule(every, lines):
    report = simulated(*every, lines=lines)
    mine = [it for it in every if it.rule.name == RULE.name]
    assert report.entries == len(mine) == sum(report.evidence.values())
    assert report.entries == report.asked + sum(each.count for each in report.not_asked)
    assert report.asked == sum(report.due_months.values())
    assert len(report.lines) == min(lines, len(mine))
    assert {each.how for each in report.collisions} <= {*COLLISIONS}


def test_the_latest_entries_are_kept_and_people_only_on_request():
    every = [experience(RULE, number, number) for number in (1, 2, 3)]
    assert [each.record for each in simulated(*every, lines=2).lines] == ["8012", "8013"]
    assert {(each.email, each.name) for each in simulated(*every).lines} == {("", "")}
    assert simulated(*every, personal=True).lines[0].email == "anna@example.com"


def test_an_experience_that_a_later_rule_wants_too_collides_once():
    other = replace(RULE, name="other")
    report = simulated(experience(RULE, 1), experience(other, 1), experience(RULE, 2))
    assert [(each.rule, each.how, each.count) for each in report.collisions] == [
        ("other", BEHIND, 1)
    ]


def test_a_later_rule_that_would_ask_nobody_does_not_collide():
    other = replace(RULE, name="other", sample=1000)
    assert simulated(experience(RULE, 1), experience(other, 1)).collisions == ()


def test_an_experience_of_a_rule_before_it_collides_where_it_would_ask():
    other = replace(RULE, name="other")
    report = simulated(experience(other, 1), experience(RULE, 1))
    assert [(each.rule, each.how) for each in report.collisions] == [("other", BEFORE)]
    assert [each.code for each in report.not_asked] == ["other_rule"]
    beside = replace(RULE, only_if=(FieldCondition("Type", ("Shop",)),))
    report = simulated(experience(other, 1), experience(beside, 1))
    assert report.collisions == ()
    assert [each.code for each in report.not_asked] == ["condition_not_met"]


def test_a_rule_before_it_that_cannot_be_judged_keeps_it_waiting():
    other = replace(RULE, name="other", only_if=(FieldCondition("Size", ("L",)),))
    it = experience(other, 1)
    blind = replace(it, facts=replace(it.facts, hidden=frozenset({"Size"})))
    report = simulated(blind, experience(RULE, 1))
    assert [each.code for each in report.not_asked] == ["other_rule_waits"]


def test_an_experience_that_has_its_invitation_collides_with_whose_it_is():
    report = simulated(replace(experience(RULE, 1), taken=True, taken_by="other"))
    assert [(each.rule, each.how) for each in report.collisions] == [("other", CLAIMED)]


def test_a_record_that_is_gone_counts_for_its_rule_alone():
    simulation = Simulation(RULE, NOW, 5, personal=False)
    simulation.gone(experience(RULE, 1))
    simulation.gone(experience(replace(RULE, name="other"), 1))
    report = simulation.report(NOW, 0, ())
    assert [(each.code, each.count) for each in report.not_asked] == [("record_gone", 1)]
    assert [each.outcome for each in report.lines] == ["record_gone"]


def test_the_story_of_a_rule_that_was_on_all_the_while_is_counted_beside():
    late = replace(RULE, latest=timedelta(days=14))
    simulation, deciding, in_time = Simulation(late, NOW, 5, personal=False), Deciding(), Deciding()
    for number, rule in ((1, late), (2, late), (3, replace(late, name="other"))):
        then = experience(rule, number)
        it = replace(then, around=replace(then.around, now=NOW + timedelta(days=60)))
        simulation.take(it, deciding.decide(it))
        simulation.take_in_time(then, in_time.decide(then))
    skipped = experience(replace(late, sample=1000), 4)
    simulation.take_in_time(skipped, in_time.decide(skipped))
    report = simulation.report(NOW, 0, ())
    assert (report.asked, report.asked_in_time) == (0, 2)
    assert [each.code for each in report.not_asked] == ["too_late"]


@pytest.mark.parametrize(
    ("changes", "sending", "trustpilot"),
    [
        ({}, 4, 201),
        ({"channel": Channel.BUSINESS_GENERATED_LINK}, 2, 0),
        ({"channel": Channel.BUSINESS_GENERATED_LINK, "write_link_to": "Link__c"}, 4, 0),
        ({"channel": Channel.INVITATION_LINK}, 2, 201),
        ({"channel": Channel.INVITATION_LINK, "send": Send.BOTH}, 2, 402),
    ],
)
def test_calls_are_those_of_the_channel(changes, sending, trustpilot):
    found = costs(replace(RULE, **changes), reading=3, recorded=401, asked=201)
    assert (found.reading, found.claiming) == (3, 3)
    assert (found.sending, found.trustpilot) == (sending, trustpilot)


def test_every_outcome_and_collision_ends_like_its_sentence():
    assert all(each.endswith(".") for each in OUTCOMES.values())
    assert not any(each.endswith(".") for each in COLLISIONS.values())
