"""Each check by itself: what makes it decline, and that all of them are told in order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.core.invitations.checks import (
    OF_ENTRY,
    OF_EXPERIENCE,
    OF_PERSON,
    OF_RECORD,
    CheckResult,
    Effect,
    choose,
    explain,
    first_objection,
    is_triggered,
    needs_people,
    not_of_its_own,
    unit_matches,
)
from connector.core.invitations.facts import (
    Asking,
    Courtesy,
    Experience,
    OtherInvitation,
    Surroundings,
    asked_by_person,
    courtesy_of,
)
from connector.core.invitations.reach import Reach
from connector.core.invitations.recipients import Candidate, People, RecipientFacts
from connector.core.invitations.unseen import CONSENT_OBJECT
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import (
    Channel,
    ConsentSource,
    FieldCondition,
    IfLeft,
    Include,
    Rule,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.addresses import address_key
from connector.core.terms.units import Unit

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ORG = "00D000000000062EAA"
ANNA = {"Id": "003A", "Email": "anna@example.com", "Name": "Anna Example"}
RULE = Rule(
    name="orders",
    on=TriggerObject.ORDER,
    stage_field="Status",
    stages=("Activated",),
    to=(parse_recipient("bill_to"),),
    after=timedelta(days=7),
    channel=Channel.EMAIL,
    business_unit="shop",
)
ENTRY = Entry(TriggerObject.ORDER, "801A", "Draft", "Activated", NOW, "OrderHistory")
RECORD = {
    "Id": "801A",
    "Status": "Activated",
    "BillToContactId": "003A",
    "Type": "Web",
    "Account": {"Size": 7.0},
}
FACTS = RecipientFacts(RECORD, (), People({"003A": ANNA}))
PLAIN = Experience(ENTRY, RULE, FACTS, Unit("shop", "u1", "shop.example"), Surroundings(ORG), NOW)


def asking(candidate=None, rule=RULE, asked=None, **reach):
    who = candidate or Candidate("bill_to", ANNA["Email"], "Anna", "003A", (ANNA,))
    around = Surroundings(ORG, Reach(**reach), asked or {})
    return Asking(who, around, NOW, "own", courtesy_of(rule))


def declined(checks, facts):
    found = first_objection(checks, facts)
    return found.code if found else ""


def with_rule(**changes):
    return replace(PLAIN, rule=replace(RULE, **changes))


@pytest.mark.parametrize(
    ("experience", "code"),
    [
        (PLAIN, ""),
        (with_rule(enabled=False), "rule_off"),
        (with_rule(on=TriggerObject.CASE), "other_object"),
        (with_rule(stages=("Shipped",)), "other_stage"),
        (with_rule(active_from=NOW + timedelta(days=1)), "too_early"),
        (replace(PLAIN, floor=NOW + timedelta(days=1)), "too_early"),  # before the first run
        (replace(PLAIN, taken=True), "claimed_already"),
        (replace(PLAIN, unit=None), "unknown_business_unit"),
        (
            replace(PLAIN, facts=replace(FACTS, record={"Id": "801A", "Status": "Activated"})),
            "no_recipient",
        ),
    ],
)
def test_an_experience_is_declined_by_the_first_check_that_objects(experience, code):
    assert declined((*OF_ENTRY, *OF_RECORD, *OF_EXPERIENCE), experience) == code


def only(path, *values, negated=False):
    return FieldCondition(path, values, negated)


@pytest.mark.parametrize(
    ("conditions", "hidden", "code"),
    [
        ((only("Type", "Web"),), (), ""),
        ((only("Type", "shop", "WEB"),), (), ""),  # one of several, whatever its capitals
        ((only("Type", "Shop"),), (), "condition_not_met"),
        ((only("Type", "Web", negated=True),), (), "condition_not_met"),
        ((only("Account.Size", "7"),), (), ""),  # a number
        ((only("Missing__c", ""),), (), ""),  # an empty field
        ((only("Missing__c", "x", negated=True),), (), ""),
        ((only("Type", "Web"), only("Account.Size", "8")), (), "condition_not_met"),  # all of them
        ((only("Type", "Web"),), ("Type",), "condition_unreadable"),
        ((only("Type", "x", negated=True),), ("Type",), "condition_unreadable"),
        # what is readable says no already, so what is hidden does not matter
        ((only("Type", "Web"), only("Account.Size", "8")), ("Type",), "condition_not_met"),
    ],
)
def test_conditions_hold_fail_or_cannot_be_told(conditions, hidden, code):
    facts = replace(FACTS, hidden=frozenset(hidden))
    experience = replace(with_rule(only_if=conditions), facts=facts)
    assert declined(OF_RECORD, experience) == code


@pytest.mark.parametrize(("value", "words"), [(True, "true"), (False, "False"), (None, "")])
def test_a_condition_on_a_checkbox_is_written_as_true_or_false(value, words):
    facts = replace(FACTS, record={**RECORD, "Vip__c": value})
    experience = replace(with_rule(only_if=(only("Vip__c", words),)), facts=facts)
    assert declined(OF_RECORD, experience) == ""


def test_a_hidden_field_that_should_name_the_business_unit_is_no_answer():
    facts = replace(FACTS, hidden=frozenset({"Brand__c"}))
    experience = replace(with_rule(business_unit_field="Brand__c"), facts=facts, unit=None)
    assert declined((*OF_RECORD, *OF_EXPERIENCE), experience) == "unit_unreadable"


def contact(**flags):
    return Candidate("bill_to", ANNA["Email"], "Anna", "003A", ({**ANNA, **flags},))


@pytest.mark.parametrize(
    ("candidate", "code"),
    [
        (contact(), ""),
        (Candidate("bill_to", contact_id="003A", readable=False), "contact_unreadable"),
        (Candidate("bill_to", "", contact_id="003A", rows=(ANNA,)), "no_email"),
        (Candidate("field X__c", "none"), "no_email"),
        (contact(HasOptedOutOfEmail=True), "opted_out"),
        (contact(HasOptedOutOfEmail=None), ""),  # hidden: counts as not set
        (contact(IsEmailBounced=True), "bounced"),
        (contact(Individual=None), ""),
        (contact(Individual={"HasOptedOutProfiling": True}), ""),  # nothing is profiled
        (contact(Individual={"HasOptedOutSolicit": True}), "individual_opted_out"),
        (contact(Individual={"HasOptedOutProcessing": True}), "individual_opted_out"),
        (contact(Individual={"ShouldForget": True}), "individual_opted_out"),
        (replace(contact(), withheld=True), "consent_withheld"),
        # one of two contacts with a typed address has opted out
        (
            Candidate("field X__c", "a@example.com", rows=(ANNA, {"HasOptedOutOfEmail": True})),
            "opted_out",
        ),
    ],
)
def test_a_person_is_declined_by_the_first_check_that_objects(candidate, code):
    found = first_objection(OF_PERSON, asking(candidate))
    assert (found.code if found else "") == code
    if found:
        assert found.sentence.endswith(".")
        assert "anna" not in found.sentence.lower()  # no personal data


@pytest.mark.parametrize(
    ("reach", "code"),
    [
        ({"own_domains": {"example.com"}}, "own_domain"),
        ({"own_domains": {"mple.com"}}, ""),  # no part of a word
        ({"own_domains": {"com"}}, "own_domain"),
        ({"own_domains": {"mail.example.com"}}, ""),
        ({"suppressed": {"anna@example.com"}}, "suppressed"),
        ({"suppressed": {"example.com"}}, "suppressed"),
        ({"suppressed": {"na@example.com"}}, ""),
        ({"canary": {"anna@example.com"}}, ""),
        ({"canary": {"tester@shop.example"}}, "not_canary"),
        ({"canary": {"anna@example.com"}, "suppressed": {"anna@example.com"}}, "suppressed"),
    ],
)
@pytest.mark.parametrize("email", ["anna@example.com", " ANNA@Example.COM"])
def test_reach_compares_addresses_and_domains_whatever_their_capitals(reach, code, email):
    who = Candidate("field X__c", email)
    assert declined(OF_PERSON, asking(who, **{k: frozenset(v) for k, v in reach.items()})) == code


def test_a_domain_below_an_own_one_is_own_as_well():
    who = Candidate("field X__c", "a@mail.shop.example")
    assert declined(OF_PERSON, asking(who, own_domains=frozenset({"shop.example"}))) == "own_domain"


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("Scheduled", True),
        ("Sending", True),
        ("Accepted", True),
        ("Link Ready", True),
        ("Unknown", True),  # it may have been sent
        ("Reviewed", True),
        ("Delivered", True),
        ("Cancelled", False),
        ("Skipped", False),
        ("Failed", False),
    ],
)
def test_an_invitation_that_reached_the_person_or_may_counts_against_the_cooldown(status, counts):
    row = {
        "Id": "a02",
        "Cooldown_Key__c": address_key(ANNA["Email"]),
        "Claim_Key__c": "other",
        "Status__c": status,
        "Due_At__c": "2026-11-01T08:00:00.000+0000",
        "LastModifiedDate": "2026-10-01T08:00:00.000+0000",
    }
    rule = replace(RULE, cooldown=timedelta(days=90))
    asked = asked_by_person([row])
    assert declined(OF_PERSON, asking(rule=rule, asked=asked)) == ("cooldown" if counts else "")
    assert declined(OF_PERSON, asking(asked=asked)) == ""  # the rule has no cooldown


def test_an_invitation_far_ahead_counts_as_one_long_ago_does():
    key = address_key(ANNA["Email"])
    rule = replace(RULE, cooldown=timedelta(days=90))
    for days, code in ((-90, ""), (-89, "cooldown"), (89, "cooldown"), (90, "")):
        prior = OtherInvitation("other", NOW + timedelta(days=days), waiting=True)
        assert declined(OF_PERSON, asking(rule=rule, asked={key: (prior,)})) == code


def two_rungs(bill_to, ship_to):
    rule = replace(RULE, to=(parse_recipient("bill_to"), parse_recipient("ship_to")))
    people = People({"003A": {**ANNA, **bill_to}, "003B": {**ANNA, "Id": "003B", **ship_to}})
    record = {**RECORD, "ShipToContactId": "003B"}
    return replace(PLAIN, rule=rule, facts=RecipientFacts(record, (), people))


def test_who_may_not_be_asked_is_passed_over_for_the_next_on_the_ladder():
    assert choose(two_rungs({"HasOptedOutOfEmail": True}, {})).contact_id == "003B"


def test_where_nobody_may_be_asked_the_first_objection_is_told():
    found = choose(two_rungs({"HasOptedOutOfEmail": True}, {"Email": None}))
    assert isinstance(found, CheckResult)
    assert (found.code, found.about) == ("opted_out", "bill_to")


def test_an_explanation_leaves_no_check_out_even_where_the_first_one_declines():
    off = replace(two_rungs({"Email": None}, {}), taken=True)
    off = replace(off, rule=replace(off.rule, enabled=False))
    results = explain(off)
    about = [(each.about, each.code) for each in results]
    experience = [("", each.code) for each in (*OF_ENTRY, *OF_RECORD, *OF_EXPERIENCE)]
    people = [(step, each.code) for step in ("bill_to", "ship_to") for each in OF_PERSON]
    assert about == experience + people
    assert [each.code for each in results if not each.passed] == [
        "rule_off",
        "claimed_already",
        "no_email",
    ]
    assert all(each.sentence.endswith(".") for each in results)


def test_no_table_asks_a_question_twice():
    for table in ((*OF_ENTRY, *OF_RECORD, *OF_EXPERIENCE), OF_PERSON):
        codes = [each.code for each in table]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("courtesy", "unseen", "declines"),
    [
        (Courtesy(), (), False),
        (Courtesy(), ("Contact.HasOptedOutOfEmail",), True),
        (Courtesy(), ("Lead",), True),
        (Courtesy(leads=False), ("Lead", "Lead.HasOptedOutOfEmail"), False),
        (Courtesy(), (CONSENT_OBJECT,), False),  # the rule does not ask for it
        (Courtesy(consent=ConsentSource.SALESFORCE), (CONSENT_OBJECT,), True),
        (Courtesy(consent=ConsentSource.NONE), ("Contact.HasOptedOutOfEmail", "Lead"), False),
    ],
)
def test_what_cannot_be_read_is_not_taken_for_a_yes(courtesy, unseen, declines):
    who = replace(asking(), courtesy=courtesy)
    who = replace(who, candidate=replace(who.candidate, unseen=unseen))
    assert declined(OF_PERSON, who) == ("consent_unreadable" if declines else "")


def test_nobody_is_asked_instead_of_one_of_whom_it_cannot_be_told():
    blind = People({**FACTS.people.contacts}, unreadable=("Contact.HasOptedOutOfEmail",))
    found = choose(replace(PLAIN, facts=replace(FACTS, people=blind)))
    assert (found.code, found.effect) == ("consent_unreadable", Effect.HELD)


def test_what_waits_does_not_count_when_it_is_about_to_go():
    key, rule = address_key(ANNA["Email"]), replace(RULE, cooldown=timedelta(days=90))
    waits = OtherInvitation("other", NOW, waiting=True)
    who = asking(rule=rule, asked={key: (waits,)})
    assert declined(OF_PERSON, who) == "cooldown"
    assert declined(OF_PERSON, replace(who, waiting_counts=False)) == ""


@pytest.mark.parametrize(
    ("trigger", "field", "word"),
    [
        (TriggerObject.CASE, "MasterRecordId", Include.MERGED_CASES),
        (TriggerObject.ORDER, "IsReductionOrder", Include.REDUCTION_ORDERS),
    ],
)
def test_a_merged_case_and_a_reduction_order_are_no_experience(trigger, field, word):
    record = {"Id": "1", field: True}
    assert not_of_its_own(trigger, record, ())
    assert not_of_its_own(trigger, record, (word,)) == ""
    assert not_of_its_own(trigger, {"Id": "1"}, ()) == ""
    assert not_of_its_own(TriggerObject.OPPORTUNITY, record, ()) == ""


@pytest.mark.parametrize(("days", "code"), [(13, ""), (15, "too_late")])
def test_what_is_found_too_late_is_recorded_as_such(days, code):
    late = replace(RULE, latest=timedelta(days=14))
    around = Surroundings(ORG, now=NOW)
    it = replace(PLAIN, rule=late, around=around, due_at=NOW - timedelta(days=days))
    assert declined(OF_EXPERIENCE, it) == code
    assert declined(OF_EXPERIENCE, replace(it, rule=RULE)) == ""  # there is no limit
    assert declined(OF_EXPERIENCE, replace(it, around=Surroundings(ORG))) == ""  # the past


@pytest.mark.parametrize(("stage", "code"), [("Activated", ""), ("Draft", "left_stage")])
def test_a_record_that_has_left_its_stage_is_for_the_next_rule(stage, code):
    left = replace(PLAIN, facts=replace(FACTS, record={**RECORD, "Status": stage}))
    assert declined(OF_RECORD, left) == code
    anyway = replace(left, rule=replace(RULE, if_left=IfLeft.SEND))
    assert declined(OF_RECORD, anyway) == ""


@pytest.mark.parametrize(
    ("seconds", "active_from", "early"),
    [(-1, None, False), (0, None, True), (1, None, True), (1, NOW - timedelta(days=9), True)],
)
def test_an_entry_while_a_canary_list_held_counts_for_no_rule(seconds, active_from, early):
    around = Surroundings(ORG, left_out_until=NOW + timedelta(seconds=seconds))
    it = replace(PLAIN, around=around, rule=replace(RULE, active_from=active_from))
    assert (declined(OF_ENTRY, it) == "too_early") is early


@pytest.mark.parametrize(
    ("canary", "code"),
    [((), ""), (("anna@example.com",), ""), (("tester@shop.example",), "not_canary")],
)
def test_an_experience_of_nobody_on_the_canary_list_is_left_unclaimed(canary, code):
    it = replace(PLAIN, around=Surroundings(ORG, Reach(canary=frozenset(canary))))
    found = first_objection(OF_EXPERIENCE, it)
    assert (found.code if found else "") == code
    assert found is None or found.effect is Effect.LEFT


def test_a_sample_asks_some_experiences_and_the_same_ones_each_time():
    orders = [replace(PLAIN, entry=replace(ENTRY, record_id=f"801{n}")) for n in range(60)]
    half = [replace(it, rule=replace(RULE, sample=2)) for it in orders]
    codes = [declined(OF_EXPERIENCE, it) for it in half]
    assert set(codes) == {"", "not_sampled"}
    assert [declined(OF_EXPERIENCE, replace(it, due_at=NOW)) for it in half] == codes
    assert {declined(OF_EXPERIENCE, it) for it in orders} == {""}  # without a sample everybody


def test_nobody_is_chosen_where_the_experience_itself_is_declined():
    found = choose(with_rule(enabled=False))
    assert (found.code, found.about, found.passed) == ("rule_off", "", False)


@pytest.mark.parametrize(
    ("experience", "triggered", "people"),
    [
        (PLAIN, True, True),
        (with_rule(enabled=False), False, False),
        (with_rule(stages=("Shipped",)), False, False),
        (replace(PLAIN, taken=True), True, False),  # the record says no already
        (replace(PLAIN, unit=None), True, True),  # told only when it is decided
    ],
)
def test_people_are_read_only_where_entry_and_record_leave_it_open(experience, triggered, people):
    assert (is_triggered(experience), needs_people(experience)) == (triggered, people)


@pytest.mark.parametrize(
    ("written", "matches"),
    [("Shop", True), (" SHOP.example", True), ("other", False), ("", False), (None, False)],
)
def test_a_value_names_a_business_unit_by_name_or_domain(written, matches):
    assert unit_matches(written, "shop", "shop.example") is matches
    assert not unit_matches(written, "", "")  # two empty words are no match
