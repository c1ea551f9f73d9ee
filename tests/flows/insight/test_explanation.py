"""Why one record's customer is asked or not: every rule and every check, as the org has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.core.cases.plan import CASE_KEY
from connector.core.invitations.checks import OF_ENTRY, OF_EXPERIENCE, OF_PERSON, OF_RECORD
from connector.core.invitations.reach import EVERYBODY, Reach
from connector.core.rules.grammar import ConsentSource, FieldCondition, IfLeft, parse_recipient
from connector.core.terms.addresses import address_key
from connector.core.terms.errors import ConfigurationError, VendorError
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault
from connector.flows.engine import looking
from connector.flows.insight.explanation import explain_record
from connector.wiring import Transports, connect, run_policy

INVITATION = "Trustpilot_Invitation__c"
NADIA = "nadia.larkin@example.net"
WEB = FieldCondition("Origin", ("Web",))


@pytest.fixture
def explained(emulator, settings, clock, reporter):
    """Explain a record or invitation by these rules: `explained(word, rules, reach)`."""

    def run(word, rules=None, reach=EVERYBODY):
        door = InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(door, door, clock))
        policy = run_policy(settings)
        policy = replace(policy, reach=reach, rules=policy.rules if rules is None else tuple(rules))
        return explain_record(looking(world, policy, "looking"), word)

    return run


def of_rule(told, name="after-a-closed-case"):
    """The one story of a rule."""
    (found,) = [story for story in told.rules if story.rule.name == name]
    return found


def declined(story):
    return [check.code for check in story.checks if not check.passed]


def test_what_the_next_run_does_is_told_before_it(started, explained):
    case = started.move("Case")
    story = of_rule(explained(case))
    assert declined(story) == []
    assert story.verdict.startswith("The next run claims it; the invitation is due 2026-03-03")
    started.run()
    (row,) = started.rows()
    assert story.due_at == started.when(row["Due_At__c"])


def test_every_check_is_told_in_order_and_those_of_people_for_each_of_them(
    started, explained, rule_on
):
    case = started.move("Case")
    ladder = (parse_recipient("supplied_email"), parse_recipient("contact"))
    story = of_rule(explained(case, [rule_on("Case", to=ladder)]))
    people = [check.code for check in OF_PERSON]
    expected = [check.code for check in (*OF_ENTRY, *OF_RECORD, *OF_EXPERIENCE)] + 2 * people
    assert [check.code for check in story.checks] == expected
    assert [check.about for check in story.checks if check.code == "no_email"] == [
        "supplied_email",
        "contact",
    ]
    assert declined(story) == ["no_email"]
    assert story.verdict.startswith("The next run claims it")


def individual(scene, **flags):
    made = scene.emulator.org.insert("Individual", {"LastName": "Larkin", **flags})
    scene.emulator.org.update("Contact", scene.contact, {"IndividualId": made})
    return made


def consent_withheld(scene):
    consent = {
        "PartyId": individual(scene),
        "ContactPointType": "Email",
        "PrivacyConsentStatus": "OptOut",
        "Name": "A consent",
    }
    scene.emulator.org.insert("ContactPointTypeConsent", consent)


def other_invitation(scene):
    values = {
        "Claim_Key__c": "another",
        "Status__c": "Accepted",
        "Sent_At__c": "2026-03-02T09:00:00Z",
        "Cooldown_Key__c": address_key(NADIA),
    }
    scene.emulator.org.insert(INVITATION, values)


def contact(**values):
    return lambda scene: scene.emulator.org.update("Contact", scene.contact, values)


def case(**values):
    return lambda scene: scene.emulator.org.update("Case", scene.world.case_id, values)


def nothing(_scene):
    return None


def hidden_origin(scene):
    scene.emulator.org.hide_field("Case", "Origin")


def merged(scene):
    org = scene.emulator.org
    org.settings.merged_cases = "kept"
    org.merge("Case", org.insert("Case", {"Status": "Working"}), [scene.world.case_id])


def days_later(scene):
    scene.emulator.clock.advance(timedelta(days=3))


BY_FIELD = {"business_unit": "", "business_unit_field": "Origin"}
CHECKS = {
    "rule_off": (nothing, {"enabled": False}, {}),
    "too_early": (nothing, {"active_from": timedelta(days=1)}, {}),
    "left_stage": (case(Status="Working"), {}, {}),
    "condition_not_met": (nothing, {"only_if": (FieldCondition("Origin", ("Fax",)),)}, {}),
    "condition_unreadable": (hidden_origin, {"only_if": (WEB,)}, {}),
    "unit_unreadable": (
        lambda scene: scene.emulator.org.hide_field("Case", "Origin"),
        BY_FIELD,
        {},
    ),
    "no_own_experience": (merged, {}, {}),
    "too_late": (days_later, {"after": timedelta(0), "latest": timedelta(days=1)}, {}),
    "unknown_business_unit": (nothing, BY_FIELD, {}),
    "not_sampled": (nothing, {"sample": 1000}, {}),
    "no_recipient": (case(ContactId=None), {}, {}),
    "contact_unreadable": (
        lambda scene: scene.emulator.org.hide_row("Contact", scene.contact),
        {},
        {},
    ),
    "no_email": (contact(Email=None), {}, {}),
    "not_canary": (nothing, {}, {"canary": frozenset({"tester@shop.example"})}),
    "consent_unreadable": (
        lambda scene: scene.emulator.org.hide_field("Contact", "HasOptedOutOfEmail"),
        {},
        {},
    ),
    "opted_out": (contact(HasOptedOutOfEmail=True), {}, {}),
    "bounced": (
        contact(EmailBouncedDate="2026-03-01T00:00:00Z"),
        {},
        {},
    ),
    "individual_opted_out": (lambda scene: individual(scene, ShouldForget=True), {}, {}),
    "consent_withheld": (consent_withheld, {"consent": ConsentSource.SALESFORCE}, {}),
    "own_domain": (nothing, {}, {"own_domains": frozenset({"example.net"})}),
    "suppressed": (nothing, {}, {"suppressed": frozenset({NADIA})}),
    "cooldown": (other_invitation, {"cooldown": timedelta(days=9)}, {}),
}


@pytest.mark.parametrize("code", CHECKS)
def test_a_check_that_declines_is_told_and_decides(code, started, explained, rule_on):
    prepare, changes, reach = CHECKS[code]
    record = started.move("Case")
    prepare(started)
    if "active_from" in changes:
        changes = {"active_from": started.emulator.clock.now() + changes["active_from"]}
    story = of_rule(explained(record, [rule_on("Case", **changes)], Reach(**reach)))
    assert code in declined(story)
    (said, *_) = [
        check.sentence for check in story.checks if check.code == code and not check.passed
    ]
    assert said in story.verdict


def test_every_code_of_a_check_is_explained_here_or_needs_no_record():
    every = {check.code for check in (*OF_ENTRY, *OF_RECORD, *OF_EXPERIENCE, *OF_PERSON)}
    assert every - {*CHECKS} == {"other_object", "other_stage", "claimed_already"}


def test_rules_about_other_records_say_so_and_check_nothing(started, explained):
    told = explained(started.move("Case"))
    assert [story.rule.name for story in told.rules] == [
        "after-a-won-opportunity",
        "after-an-activated-order",
        "after-a-closed-case",
    ]
    other = of_rule(told, "after-an-activated-order")
    assert (other.verdict, other.checks) == ("The rule is about Order records.", ())


def test_a_record_that_has_not_entered_says_where_entries_are_looked_for(started, explained):
    told = explained(started.world.case_id)
    story = of_rule(told)
    assert (told.stage, story.entry, story.checks) == ("Working", None, ())
    assert story.verdict == (
        "The record has not entered Closed; once it does, the invitation is due after 1 day. "
        "Looked for in CaseHistory, ClosedDate, CreatedDate and what earlier runs saw."
    )


def test_a_record_that_is_in_the_stage_without_a_proof_says_so(started, explained, rule_on):
    org = started.emulator.org
    opportunity = started.world.opportunity_id
    org.hide_object("OpportunityHistory")
    org.hide_object("OpportunityFieldHistory")
    org.hide_field("Opportunity", "LastStageChangeDate")
    org.hide_field("Opportunity", "CreatedDate")
    started.move("Opportunity")
    told = explained(opportunity, [rule_on("Opportunity")])
    assert "nothing in the org proves when it entered" in told.rules[0].verdict
    assert set(told.notes) == {
        "The org does not show OpportunityHistory.",
        "The org does not show OpportunityFieldHistory.",
    }


@pytest.mark.parametrize("sobject", ["Opportunity", "Order", "Case"])
def test_the_entry_is_told_with_the_evidence_of_a_run(sobject, started, explained):
    record = started.move(sobject)
    told = explained(record)
    started.run()
    (row,) = started.rows()
    entry = next(each for each in told.entries if each.new_stage == row["New_Stage__c"])
    assert entry.evidence == row["Evidence__c"]
    assert (entry.old_stage or None) == row["Old_Stage__c"]
    assert entry.entered_at == started.when(row["Entered_At__c"])


def test_an_entry_that_only_two_runs_tell_is_found(started, explained, rule_on, deciding_run):
    org = started.emulator.org
    org.hide_object("CaseHistory")
    rule = rule_on("Case", stages=("Escalated",))
    org.update("Case", started.world.case_id, {"Subject": "A change that a run sees"})
    deciding_run((rule,))
    started.emulator.clock.advance(timedelta(minutes=20))
    org.update("Case", started.world.case_id, {"Status": "Escalated"})
    story = of_rule(explained(started.world.case_id, [rule]))
    assert story.entry.evidence == "Observed"
    assert story.verdict.startswith("The next run claims it")


class TestInvitations:
    def test_one_that_waits_says_until_when(self, started, explained):
        record = started.move("Case")
        started.run()
        told = explained(record)
        story = of_rule(told)
        assert [each["status"] for each in told.invitations] == ["Scheduled"]
        assert "waits until 2026-03-03 10:00 UTC" in story.verdict
        assert declined(story) == ["claimed_already"]

    def test_one_that_is_due_says_so(self, started, explained):
        record = started.move("Case")
        started.run()
        started.emulator.clock.advance(timedelta(days=2))
        assert "is due since 2026-03-03" in of_rule(explained(record)).verdict

    def test_one_whose_rule_is_off_waits(self, started, explained, rule_on):
        record = started.move("Case")
        started.run()
        story = of_rule(explained(record, [rule_on("Case", enabled=False)]))
        assert story.verdict.endswith("waits: the rule is switched off.")

    def test_one_that_went_out_says_when(self, started, explained):
        record = started.move("Case")
        started.run()
        started.emulator.clock.advance(timedelta(days=2))
        started.run()
        assert "is Accepted since 2026-03-04" in of_rule(explained(record)).verdict

    def test_one_that_was_skipped_says_why(self, started, explained):
        contact(HasOptedOutOfEmail=True)(started)
        record = started.move("Case")
        started.run()
        assert "is Skipped: The contact has opted out" in of_rule(explained(record)).verdict

    def test_one_of_another_rule_has_the_experience(self, started, explained, rule_on):
        record = started.move("Case")
        started.run()
        told = explained(record, [rule_on("Case", name="new"), rule_on("Case")])
        assert "of the rule after-a-closed-case is Scheduled" in of_rule(told, "new").verdict

    def test_it_stands_for_its_record(self, started, explained):
        record = started.move("Case")
        started.run()
        (row,) = started.rows()
        number = started.value(INVITATION, row["Id"], "Name")
        for word in (row["Id"], row["Id"][:15], number, row["Reference_Number__c"]):
            assert explained(word).record == record


def test_of_two_rules_the_first_has_the_experience(started, explained, rule_on):
    record = started.move("Case")
    told = explained(record, [rule_on("Case", name="first"), rule_on("Case")])
    assert of_rule(told, "first").verdict.startswith("The next run claims it")
    assert of_rule(told).verdict == "The rule first comes first and has the experience."


def test_a_rule_that_is_off_says_so_whatever_the_others_do(started, explained, rule_on):
    record = started.move("Case")
    off = rule_on("Case", name="off", enabled=False)
    told = explained(record, [rule_on("Case"), off])
    assert of_rule(told, "off").verdict.startswith("The rule off is switched off.")
    assert of_rule(explained(record, [off, rule_on("Case")])).verdict.startswith("The next run")


def test_a_rule_behind_one_that_cannot_be_judged_waits(started, explained, rule_on):
    started.emulator.org.hide_field("Case", "Origin")
    record = started.move("Case")
    told = explained(record, [rule_on("Case", name="first", only_if=(WEB,)), rule_on("Case")])
    assert "first comes first and cannot be judged" in of_rule(told).verdict


def test_an_entry_that_runs_have_passed_is_not_promised(started, explained, rule_on, deciding_run):
    record = started.move("Case")
    canary = Reach(canary=frozenset({"tester@shop.example"}))
    rules = (rule_on("Case"),)
    deciding_run(rules, canary)
    started.emulator.clock.advance(timedelta(hours=3))
    deciding_run(rules, canary)
    on_it = Reach(canary=frozenset({"nadia.larkin@example.net"}))
    assert "is not found any more" in of_rule(explained(record, rules, on_it)).verdict
    assert "A canary list held until" in of_rule(explained(record, rules)).verdict


def test_several_entries_of_a_rule_are_told_each(started, explained, rule_on):
    for status in ("Escalated", "Closed"):
        started.emulator.org.update("Case", started.world.case_id, {"Status": status})
        started.emulator.clock.advance(timedelta(minutes=1))
    rule = rule_on("Case", stages=("Escalated", "Closed"), if_left=IfLeft.SEND)
    told = explained(started.world.case_id, [rule])
    assert [story.entry.new_stage for story in told.rules] == ["Escalated", "Closed"]
    assert told.rules[1].verdict == "An earlier entry of the record decides for this rule."


def test_the_case_of_a_review_is_asked_about_by_no_rule(started, explained):
    record = started.move("Case")
    started.emulator.org.update("Case", record, {CASE_KEY: "service:1"})
    verdicts = {story.verdict for story in explained(record).rules}
    assert verdicts == {"The case was opened for a review: closing it asks nobody once more."}


def test_ids_of_15_and_18_characters_are_the_same(started, explained):
    record = started.move("Order")
    assert explained(record[:15]) == explained(record)
    assert explained(f" {record} ").record == record


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("", "no id of an opportunity"),
        ("someone@example.com", "no id of an opportunity"),
        ("500", "no id of an opportunity"),
        ("500Qk0000000002", "no id"),
        ("003Qk0000000002IAA", "no id of an opportunity"),  # a contact
        ("500Qk00000zzzzzIAA", "shows no Case of this id"),
        ("O'Neill", "no id of an opportunity"),
    ],
)
def test_what_names_no_record_is_refused_and_not_repeated(word, said, started, explained):
    if word == "500Qk0000000002":
        started.emulator.org.delete("Case", started.world.case_id)
        said = "shows no Case of this id"
    with pytest.raises(ConfigurationError) as refused:
        explained(word)
    assert said in str(refused.value)
    assert not word or word not in f"{refused.value} {refused.value.next_step}"


def test_an_explanation_writes_nothing(started, explained, writes):
    record = started.move("Case")
    started.emulator.calls.clear()
    explained(record)
    assert (writes("salesforce"), writes("trustpilot"), started.rows()) == ([], [], [])


def test_without_rules_there_is_the_record_alone(started, explained):
    told = explained(started.move("Case"), ())
    assert told.rules == ()
    assert told.entries[-1].new_stage == "Closed"


def test_an_answer_that_makes_no_sense_is_no_explanation(started, explained):
    started.emulator.faults.add(
        Fault("salesforce", path="*/composite", times=None, status=200, body="<html>Down</html>")
    )
    with pytest.raises(VendorError) as failed:
        explained(started.world.case_id)
    assert "Down" not in str(failed.value)
