"""Which experiences are claimed: keys that collide on purpose, rules in order, rows that fit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.invitations.checks import is_triggered
from connector.core.invitations.claims import (
    Claim,
    Deciding,
    in_order,
    plan_claim,
    plan_claims,
    reference_number,
    unit_for,
)
from connector.core.invitations.facts import Experience, OtherInvitation, Surroundings
from connector.core.invitations.reach import Reach
from connector.core.invitations.recipients import People, RecipientFacts
from connector.core.rules.delays import due_at
from connector.core.rules.entries import Entry
from connector.core.rules.grammar import (
    STAGE_FIELDS,
    Channel,
    FieldCondition,
    IfLeft,
    Rule,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.addresses import address_key
from connector.core.terms.units import Unit

ENTERED = datetime(2026, 11, 20, 8, 0, 0, 750_000, tzinfo=UTC)
ORG = "00D000000000062EAA"
SHOP = Unit("shop", "u1", "shop.example", record_id="a0B000000000001AAA")
ANNA = {"Id": "003000000000001AAA", "Email": "anna@example.com", "Name": "Anna Example"}


def a_rule(**changes):
    usual = Rule(
        name="orders",
        on=TriggerObject.ORDER,
        stage_field=STAGE_FIELDS[TriggerObject.ORDER],
        stages=("Activated",),
        to=(parse_recipient("bill_to"),),
        after=timedelta(days=7),
        channel=Channel.EMAIL,
        business_unit="shop",
    )
    return replace(usual, **changes)


def an_entry(**changes):
    usual = Entry(TriggerObject.ORDER, "801A", "Draft", "Activated", ENTERED, "OrderHistory")
    return replace(usual, **changes)


def facts(record=None, contacts=(ANNA,), hidden=()):
    row = {
        "Id": "801A",
        "OrderNumber": "00000100",
        "BillToContactId": ANNA["Id"],
        "Status": "Activated",
        "StageName": "Activated",
    }
    return RecipientFacts(
        row | (record or {}), (), People({c["Id"]: c for c in contacts}), frozenset(hidden)
    )


def experience(rule=None, entry=None, known=None, **changes):
    rule, entry = rule or a_rule(), entry or an_entry()
    usual = Experience(
        entry, rule, known or facts(), SHOP, Surroundings(ORG), due_at(entry.entered_at, rule)
    )
    return replace(usual, **changes)


def triggered(rule, floor=None):
    return is_triggered(experience(rule, floor=floor))


def claimed(rule=None, entry=None, known=None):
    return plan_claim(experience(rule, entry, known))


def test_two_rules_on_one_record_collide_on_one_claim_key():
    rules = [a_rule(), a_rule(name="again", channel=Channel.BUSINESS_GENERATED_LINK)]
    assert len({claimed(rule).key for rule in rules}) == 1


@pytest.mark.parametrize(
    ("change", "triggers"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"on": TriggerObject.CASE}, False),
        ({"stages": ("Shipped",)}, False),
        ({"stages": ("Shipped", "Activated")}, True),
        ({"active_from": ENTERED}, True),  # from this very moment
        ({"active_from": ENTERED + timedelta(seconds=1)}, False),
    ],
)
def test_a_rule_is_triggered_by_its_object_and_stage_while_active(change, triggers):
    assert triggered(a_rule(**change)) is triggers


@pytest.mark.parametrize(
    ("active_from", "floor", "triggers"),
    [
        (None, ENTERED + timedelta(seconds=1), False),  # before the first run
        (None, ENTERED, True),
        # active_from reaches back before the first run on purpose
        (ENTERED - timedelta(days=1), ENTERED + timedelta(days=1), True),
        (ENTERED + timedelta(days=1), None, False),
    ],
)
def test_the_floor_counts_only_for_rules_without_active_from(active_from, floor, triggers):
    assert triggered(a_rule(active_from=active_from), floor) is triggers


def test_rules_are_tried_in_the_order_of_the_file():
    rules = [a_rule(name="b"), a_rule(name="a")]
    (claim,) = plan_claims(experience(rule) for rule in rules).claims
    assert claim.row["Rule__c"] == "b"


def test_a_claim_carries_its_evidence_and_the_rule_as_it_was():
    row = claimed().row
    assert row["Status__c"] == "Scheduled"
    assert (row["Old_Stage__c"], row["New_Stage__c"]) == ("Draft", "Activated")
    assert row["Evidence__c"] == "OrderHistory"
    assert row["Entered_At__c"] == ENTERED.replace(microsecond=0)
    assert (row["Rule__c"], row["Rule_Version__c"]) == ("orders", a_rule().version)
    assert (row["Trigger_Object__c"], row["Trigger_Record_Id__c"]) == ("Order", "801A")
    assert row["Order__c"] == "801A"
    assert row["Business_Unit__c"] == SHOP.record_id


@pytest.mark.parametrize(
    ("on", "lookup"),
    [
        (TriggerObject.OPPORTUNITY, "Opportunity__c"),
        (TriggerObject.ORDER, "Order__c"),
        (TriggerObject.CASE, "Case__c"),
    ],
)
def test_a_claim_looks_up_only_its_own_experience(on, lookup):
    row = claimed(a_rule(on=on, reference_field=""), an_entry(object=on)).row
    lookups = {"Opportunity__c", "Order__c", "Case__c"} & set(row)
    assert lookups == {lookup}


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=90), timedelta(days=3650)])
def test_an_invitation_is_due_so_long_after_the_entry(after):
    due = claimed(a_rule(after=after)).row["Due_At__c"]
    assert due == (ENTERED + after).replace(microsecond=0)


def test_a_contact_is_stored_with_its_address_and_name():
    row = claimed().row
    assert (row["Contact__c"], row["Recipient_Email__c"], row["Recipient_Name__c"]) == (
        ANNA["Id"],
        "anna@example.com",
        "Anna Example",
    )


def test_a_skipped_claim_says_why_and_keeps_no_address():
    claim = claimed(known=facts(contacts=({**ANNA, "HasOptedOutOfEmail": True},)))
    assert claim.skipped
    assert claim.row["Reason_Code__c"] == "opted_out"
    assert claim.row["Reason__c"].endswith(".")
    assert not {"Recipient_Email__c", "Recipient_Name__c", "Contact__c"} & set(claim.row)


@pytest.mark.parametrize(
    ("number", "reference"),
    [
        ("00000100", "00000100"),
        ("A#1*2+3", "A-1-2-3"),
        ('"x"%&', "-x---"),
        ("WEB/2026-1_(a);b", "WEB/2026-1_(a);b"),  # allowed specials stay
        ("Größe 7", "Größe 7"),
        (None, "801A"),  # the field is empty: the record's id
        (1042, "1042"),  # a number field
    ],
)
def test_a_reference_number_holds_nothing_that_trustpilot_refuses(number, reference):
    assert reference_number(a_rule(), facts({"OrderNumber": number})) == reference


@given(st.text(min_size=1, max_size=300))
def test_every_reference_number_fits_its_field_and_is_the_same_each_time(number):
    first = reference_number(a_rule(), facts({"OrderNumber": number}))
    assert len(first) <= 255
    assert not set(first) & set('#*+"%&')
    assert first == reference_number(a_rule(), facts({"OrderNumber": number}))


@given(st.from_regex(r"\s+", fullmatch=True) | st.sampled_from(["", " ", "\n"]))
def test_a_reference_of_blanks_is_replaced_by_the_record_id(number):
    assert reference_number(a_rule(), facts({"OrderNumber": number})) == "801A"


@pytest.mark.parametrize(
    ("values", "tags"),
    [
        ({"Type": "New Business", "Account": {"Industry": "Retail"}}, "New Business, Retail"),
        ({"Type": "a, b", "Account": {"Industry": "c"}}, "a  b, c"),  # a comma would make two tags
        ({"Type": "\u00a0a\tb\nc\u00a0d", "Account": {"Industry": " \ufeff"}}, "a b c d"),
        ({"Type": None, "Account": {"Industry": "c"}}, "c"),
        ({"Type": "", "Account": None}, None),
        ({"Type": 7, "Account": {"Industry": False}}, "7, False"),
    ],
)
def test_tags_are_the_values_of_the_fields_that_the_rule_names(values, tags):
    rule = a_rule(tags=("Type", "Account.Industry"))
    assert claimed(rule, known=facts(values)).row["Tags__c"] == tags


RETAIL = FieldCondition("Account.Industry", ("Retail",))


def test_a_rule_whose_condition_fails_leaves_the_experience_to_the_next_rule():
    choosy = a_rule(name="choosy", only_if=(RETAIL,))
    plan = plan_claims([experience(choosy), experience(a_rule(name="plain"))])
    assert [claim.row["Rule__c"] for claim in plan.claims] == ["plain"]
    assert plan.notes == ("1 record(s) did not meet the conditions of the rule choosy.",)


def test_a_rule_that_cannot_be_judged_holds_the_record_and_no_later_rule_asks():
    choosy = a_rule(name="choosy", only_if=(RETAIL,))
    hidden = facts(hidden=["Account.Industry"])
    plan = plan_claims([experience(choosy, known=hidden), experience(known=hidden)])
    assert plan.claims == ()
    assert [(each.rule.name, each.entry) for each in plan.held] == [("choosy", an_entry())]
    assert "Account.Industry" in plan.held[0].reason
    assert "choosy" not in plan.judged


def test_the_plan_of_a_claimed_experience_is_empty():
    plan = plan_claims([experience(taken=True)])
    assert (plan.claims, plan.held, plan.notes) == ((), (), ())


def test_two_entries_of_one_record_make_one_claim():
    later = an_entry(new_stage="Shipped", entered_at=ENTERED + timedelta(hours=1))
    both = a_rule(stages=("Activated", "Shipped"))
    (claim,) = plan_claims([experience(both, later), experience(both)]).claims
    assert claim.row["New_Stage__c"] == "Activated"


def second_order(known, rule):
    entry = an_entry(record_id="801B", entered_at=ENTERED + timedelta(hours=1))
    return experience(rule, entry, replace(known, record={**known.record, "Id": "801B"}))


def test_of_two_orders_of_one_person_within_the_cooldown_the_earlier_entry_is_asked():
    rule = a_rule(cooldown=timedelta(days=90))
    two = [second_order(facts(), rule), experience(rule)]
    plan = plan_claims(two)
    assert [(c.row["Trigger_Record_Id__c"], c.row.get("Reason_Code__c")) for c in plan.claims] == [
        ("801A", None),
        ("801B", "cooldown"),
    ]
    assert plan == plan_claims(reversed(two))


def test_without_a_cooldown_each_order_of_a_person_is_asked_about():
    plan = plan_claims([experience(), second_order(facts(), a_rule())])
    assert [claim.skipped for claim in plan.claims] == [False, False]


def test_one_order_with_two_business_units_has_one_claim_for_each():
    other = replace(SHOP, name="other", id="u2", record_id="a0B000000000002AAA")
    plan = plan_claims([experience(), experience(a_rule(name="b"), unit=other)])
    assert [claim.row["Business_Unit__c"] for claim in plan.claims] == [
        SHOP.record_id,
        other.record_id,
    ]


BY_BRAND = {"business_unit": "", "business_unit_field": "Brand__c"}


@pytest.mark.parametrize(
    ("brand", "name"),
    [
        ("shop", "shop"),
        (" SHOP ", "shop"),  # by name, whatever its capitals
        ("Shop.Example", "shop"),  # by domain
        ("other", ""),
        ("", ""),  # nothing was said, so nothing is guessed
        (None, ""),
        (7, ""),
    ],
)
def test_a_field_names_the_business_unit_by_name_or_domain(brand, name):
    found = unit_for(a_rule(**BY_BRAND), {"Brand__c": brand}, [SHOP])
    assert (found.name if found else "") == name


@pytest.mark.parametrize(("wanted", "name"), [("shop", "shop"), ("other", "other"), ("gone", "")])
def test_a_rule_names_the_business_unit_itself_whatever_the_record_holds(wanted, name):
    units = [SHOP, replace(SHOP, name="other", id="u2")]
    found = unit_for(a_rule(business_unit=wanted), {"Brand__c": "shop"}, units)
    assert (found.name if found else "") == name


def test_an_unknown_business_unit_is_recorded_under_a_key_that_burns_no_experience():
    claim = plan_claim(experience(a_rule(**BY_BRAND), unit=None))
    assert claim.row["Reason_Code__c"] == "unknown_business_unit"
    assert claim.row["Business_Unit__c"] is None
    assert claim.key != claimed().key


def test_every_third_experience_is_asked_and_the_others_say_that_they_were_not_sampled():
    orders = [an_entry(record_id=f"801{n:04}") for n in range(900)]
    third = plan_claims(experience(a_rule(sample=3), entry) for entry in orders).claims
    sixth = plan_claims(experience(a_rule(sample=6), entry) for entry in orders).claims
    asked = {claim.key for claim in third if not claim.skipped}
    assert len(third) == 900
    assert 250 < len(asked) < 350
    assert {c.row["Reason_Code__c"] for c in third if c.skipped} == {"not_sampled"}
    assert {claim.key for claim in sixth if not claim.skipped} < asked  # nested, not drawn anew


def test_a_canary_list_leaves_the_experiences_of_others_unclaimed():
    reach = Reach(canary=frozenset({"tester@shop.example"}))
    plan = plan_claims([experience(around=Surroundings(ORG, reach))])
    assert plan.claims == ()
    assert plan.notes == ("1 record(s) were left alone: nobody on them is on the canary list.",)


def test_somebody_on_the_canary_list_is_asked_wherever_they_stand_on_the_ladder():
    tester = {"Id": "003T", "Email": "Tester@Shop.example", "Name": "Tester"}
    reach = Reach(canary=frozenset({"tester@shop.example"}))
    rule = a_rule(to=(parse_recipient("bill_to"), parse_recipient("ship_to")))
    known = facts({"ShipToContactId": "003T"}, [ANNA, tester])
    around = Surroundings(ORG, reach)
    assert plan_claim(experience(rule, known=known, around=around)).row["Contact__c"] == "003T"
    out = facts({"ShipToContactId": "003T"}, [ANNA, {**tester, "HasOptedOutOfEmail": True}])
    declined = plan_claim(experience(rule, known=out, around=around))
    assert declined.row["Reason_Code__c"] == "opted_out"


@pytest.mark.parametrize(
    ("written", "locale", "template"),
    [
        ("de_DE", "de-DE", "german"),
        ("EN-gb", "en-GB", "british"),
        ("en-US", "en-US", "british"),  # another English, before the one for all others
        ("fr-FR", "fr-FR", "usual"),
        ("en", "en-US", "british"),  # no country, so the usual one
        ("da", "da-DK", "usual"),
        ("en-XX", "da-DK", "usual"),  # another country, so the rule's own locale
        (None, "da-DK", "usual"),
    ],
)
def test_the_locale_of_the_record_chooses_the_template(written, locale, template):
    rule = a_rule(
        locale="da-DK",
        locale_field="Locale__c",
        template="usual",
        templates=(("de", "german"), ("en-GB", "british")),
    )
    row = claimed(rule, known=facts({"Locale__c": written})).row
    assert (row["Locale__c"], row["Template_Id__c"]) == (locale, template)


@pytest.mark.parametrize(("written", "told"), [("de_DE", 0), ("klingon", 1), (None, 1)])
def test_a_record_without_a_known_locale_is_told_of_and_claimed(written, told):
    rule = a_rule(locale="da-DK", locale_field="Locale__c")
    plan = plan_claims([experience(rule, known=facts({"Locale__c": written}))])
    assert len(plan.claims) == 1
    note = "1 record(s) hold no locale that Trustpilot knows (rule orders)."
    assert plan.notes == (note,) * told


def test_a_record_that_has_left_is_told_of_unless_another_rule_claims_it():
    left = facts({"Status": "Shipped"})
    first = experience(known=left)
    plan = plan_claims([first])
    assert plan.claims == ()
    assert plan.notes == ("1 record(s) were in a rule's stage and have left it: nobody is asked.",)
    minds_nothing = experience(a_rule(name="again", if_left=IfLeft.SEND), known=left)
    both = plan_claims([first, minds_nothing])
    assert [claim.row["Rule__c"] for claim in both.claims] == ["again"]
    assert both.notes == ()


def test_the_person_is_stored_as_a_hash_that_capitals_do_not_change():
    shouting = facts(contacts=[{**ANNA, "Email": "ANNA@Example.com"}])
    keys = {claimed(known=known).row["Cooldown_Key__c"] for known in (None, shouting)}
    assert keys == {address_key("anna@example.com")}
    assert len(keys.pop()) == 64


_people = st.fixed_dictionaries(
    {"Email": st.sampled_from(["anna@example.com", "ben@shop.example", "", None])},
    optional={
        "HasOptedOutOfEmail": st.booleans(),
        "IsEmailBounced": st.booleans(),
        "Individual": st.none() | st.fixed_dictionaries({"ShouldForget": st.booleans()}),
    },
)
_reaches = st.builds(
    Reach,
    own_domains=st.sampled_from([frozenset(), frozenset({"shop.example"})]),
    suppressed=st.sampled_from([frozenset(), frozenset({"anna@example.com"})]),
    canary=st.sampled_from([frozenset(), frozenset({"ben@shop.example"})]),
)
_rules = st.builds(
    a_rule,
    name=st.sampled_from(["a", "b"]),
    sample=st.integers(1, 3),
    cooldown=st.sampled_from([timedelta(0), timedelta(days=90)]),
    only_if=st.sampled_from([(), (RETAIL,), (replace(RETAIL, negated=True),)]),
)


@st.composite
def _days(draw):
    """Some orders of some people in one run, each seen by some rules."""
    reach, rules = draw(_reaches), draw(st.lists(_rules, min_size=1, max_size=2))
    found = []
    for number in range(draw(st.integers(1, 5))):
        known = facts(
            {"Id": f"801{number}", "Account": {"Industry": draw(st.sampled_from(["Retail", ""]))}},
            [{**ANNA, **draw(_people)}],
            draw(st.sampled_from([(), ("Account.Industry",)])),
        )
        entry = an_entry(
            record_id=f"801{number}", entered_at=ENTERED + timedelta(days=draw(st.integers(0, 3)))
        )
        around, taken = Surroundings(ORG, reach), draw(st.booleans())
        found.append([experience(rule, entry, known, around=around, taken=taken) for rule in rules])
    return found


@given(_days(), st.randoms())
def test_any_facts_lead_to_one_decision_about_each_experience_in_any_order(day, chance):
    plan = plan_claims(it for each in day for it in each)
    keys = [claim.key for claim in plan.claims]
    assert len(keys) == len(set(keys))
    held = {each.entry.record_id for each in plan.held}
    assert not held & {claim.entry.record_id for claim in plan.claims}
    shuffled = chance.sample(day, len(day))
    assert plan_claims(it for each in shuffled for it in each) == plan


@given(_days(), st.integers(1, 4))
def test_decisions_piece_by_piece_are_those_of_one_plan(day, size):
    deciding, pieces = Deciding(), []
    ordered = in_order(it for each in day for it in each)
    for start in range(0, len(ordered), size):
        pieces += [deciding.decide(it) for it in ordered[start : start + size]]
    assert tuple(each for each in pieces if isinstance(each, Claim)) == plan_claims(ordered).claims


@given(_days())
def test_what_was_claimed_is_not_claimed_again(day):
    every = [it for each in day for it in each]
    done = {claim.key for claim in plan_claims(every).claims}
    again = plan_claims(replace(it, taken=it.taken or it.key in done) for it in every)
    assert again.claims == ()


@given(_days())
def test_nobody_is_scheduled_whom_reach_or_flags_forbid(day):
    for claim in plan_claims(it for each in day for it in each).claims:
        (it, *_) = [each for some in day for each in some if each.entry == claim.entry]
        person, reach = it.facts.people.contacts[ANNA["Id"]], it.around.reach
        if not claim.skipped:
            assert not person.get("HasOptedOutOfEmail")
            assert not person.get("IsEmailBounced")
            assert person["Email"] not in reach.suppressed
            assert not reach.canary or person["Email"] in reach.canary
            assert not (reach.own_domains and person["Email"].endswith("@shop.example"))


def test_an_invitation_of_long_ago_is_no_obstacle():
    prior = OtherInvitation("k", ENTERED - timedelta(days=84), waiting=False)
    around = Surroundings(ORG, asked={address_key("anna@example.com"): (prior,)})
    # The new one is due seven days after the entry: 91 days lie between the two.
    codes = {
        days: plan_claim(experience(a_rule(cooldown=timedelta(days=days)), around=around)).row.get(
            "Reason_Code__c"
        )
        for days in (90, 91, 92)
    }
    assert codes == {90: None, 91: None, 92: "cooldown"}
    assert isinstance(claimed(), Claim)
