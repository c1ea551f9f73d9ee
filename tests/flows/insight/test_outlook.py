"""What an explanation foretells of an invitation that waits is what the next run does with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.core.rules.grammar import Channel, ConsentSource, Hold, parse_recipient
from connector.core.terms.addresses import address_key
from connector.emulator.doors import InProcessDoor
from connector.flows.engine import looking
from connector.flows.insight.explanation import explain_record
from connector.report.insight import explanation_as_json, explanation_as_text
from connector.wiring import Transports, connect, run_policy

INVITATION = "Trustpilot_Invitation__c"
STATUS = {"cancelled": "Cancelled", "skipped": "Skipped", "held": "On Hold", "goes": "Accepted"}


@pytest.fixture
def explained(emulator, settings, clock, reporter):
    """Explain a record by these rules: `explained(record, rules)`."""

    def run(word, rules=None, **changes):
        door = InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(door, door, clock))
        policy = replace(run_policy(settings), **changes)
        policy = replace(policy, rules=policy.rules if rules is None else tuple(rules))
        return explain_record(looking(world, policy, "looking"), word)

    return run


@pytest.fixture
def closed(started, deciding_run, rule_on):
    """A case whose invitation waits: `closed(**changes)` gives its rules."""

    def make(**changes):
        rules = (rule_on("Case", **changes),)
        started.move("Case")
        deciding_run(rules)
        return rules

    return make


def only(told):
    (outlook,) = told.outlooks.values()
    return outlook


def other_person(scene, **values):
    values = {"LastName": "Other", "Email": "other@example.org", **values}
    return scene.emulator.org.insert("Contact", values)


def contact(**values):
    return lambda scene: scene.emulator.org.update("Contact", scene.contact, values)


def deleted_contact(scene):
    scene.emulator.org.settings.restricted_deletes = "emptied"
    scene.emulator.org.delete("Contact", scene.contact)


def emptied_lookup(scene):
    (row,) = scene.rows()
    scene.emulator.org.update(INVITATION, row["Id"], {"Contact__c": None})


def other_on_the_row(scene):
    (row,) = scene.rows()
    scene.emulator.org.update(INVITATION, row["Id"], {"Contact__c": other_person(scene)})


def other_on_the_record(scene):
    values = {"ContactId": other_person(scene)}
    scene.emulator.org.update("Case", scene.world.case_id, values)


def merged_contact(scene):
    scene.emulator.org.merge("Contact", other_person(scene), [scene.contact])


def lead_that_opted_out(scene):
    values = {"Email": "nadia.larkin@example.net", "HasOptedOutOfEmail": True}
    scene.emulator.org.insert("Lead", {"LastName": "Larkin", "Company": "None", **values})


def other_invitation(scene, **changes):
    values = {
        "Claim_Key__c": "another",
        "Status__c": "Accepted",
        "Sent_At__c": "2026-03-02T09:00:00Z",
        "Cooldown_Key__c": address_key("nadia.larkin@example.net"),
        **changes,
    }
    scene.emulator.org.insert(INVITATION, values)


def nothing(_scene):
    return None


CHANGES = {
    "nothing": (nothing, "goes", ""),
    "deleted contact": (deleted_contact, "cancelled", "contact_gone"),
    "merged contact": (merged_contact, "goes", ""),
    "emptied lookup": (emptied_lookup, "held", "recipient_changed"),
    "another on the row": (other_on_the_row, "held", "recipient_changed"),
    "another on the record": (other_on_the_record, "goes", ""),
    "opted out": (contact(HasOptedOutOfEmail=True), "skipped", "opted_out"),
    "lead opted out": (lead_that_opted_out, "skipped", "opted_out"),
    "no address": (contact(Email=None), "skipped", "no_email"),
    "cooldown": (other_invitation, "skipped", "cooldown"),
    "left": (
        lambda scene: scene.emulator.org.update("Case", scene.world.case_id, {"Status": "Working"}),
        "cancelled",
        "left_stage",
    ),
    "too late": (
        lambda scene: scene.emulator.clock.advance(timedelta(days=9)),
        "skipped",
        "too_late",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_foretold_is_what_the_run_does(change, started, closed, explained, deciding_run):
    prepare, becomes, code = CHANGES[change]
    rules = closed(cooldown=timedelta(days=20), latest=timedelta(days=5))
    started.emulator.clock.advance(timedelta(days=2))
    prepare(started)
    outlook = only(explained(started.world.case_id, rules))
    assert (outlook.becomes, outlook.code) == (becomes, code)
    deciding_run(rules)
    row = next(each for each in started.rows() if each["Case__c"])
    assert (row["Status__c"], row["Reason_Code__c"] or "") == (STATUS[becomes], code)
    assert code == "" or (row["Reason__c"] in outlook.sentence)


def test_one_that_is_not_due_is_looked_at_as_well(started, closed, explained):
    rules = closed()
    deleted_contact(started)
    told = explained(started.world.case_id, rules)
    assert "waits until 2026-03-03" in told.rules[0].verdict
    assert "it would be cancelled (contact_gone)" in told.rules[0].verdict


def test_whom_it_would_go_to_is_told_without_a_name(started, closed, explained):
    rules = closed()
    assert only(explained(started.world.case_id, rules)).sentence == (
        "Looked at now, it would go to the contact on it."
    )
    other_on_the_record(started)
    told = explained(started.world.case_id, rules)
    assert "another contact than the one on it" in only(told).sentence
    for said in (explanation_as_json(told), explanation_as_text(told)):
        assert only(told).sentence in said
        assert "example" not in said


def test_an_address_of_the_record_is_one(started, closed, explained):
    to = (parse_recipient("supplied_email"),)
    values = {"SuppliedEmail": "web@example.com"}
    started.emulator.org.update("Case", started.world.case_id, values)
    rules = closed(to=to)
    assert only(explained(started.world.case_id, rules)).sentence.endswith("the address on it.")


def test_a_link_is_made_and_not_sent(started, closed, explained):
    rules = closed(channel=Channel.INVITATION_LINK)
    sentence = only(explained(started.world.case_id, rules)).sentence
    assert sentence == "Looked at now, its link would be made for the contact on it."


class TestWaits:
    def test_a_unit_that_is_paused(self, started, closed, explained):
        rules = closed()
        started.pause(paused=True)
        told = only(explained(started.world.case_id, rules))
        assert told.becomes == "waits"
        assert "their business unit is paused in Salesforce" in told.sentence

    def test_a_rule_that_is_gone(self, started, closed, explained):
        closed()
        told = only(explained(started.world.case_id, ()))
        assert "is switched off or gone" in told.sentence

    def test_a_template_that_trustpilot_does_not_have(self, started, closed, explained):
        rules = closed()
        (row,) = started.rows()
        started.emulator.org.update(INVITATION, row["Id"], {"Template_Id__c": "No such one"})
        told = only(explained(started.world.case_id, rules))
        assert told.becomes == "waits"
        assert "No such one" in told.sentence

    def test_a_business_unit_that_is_not_configured(self, started, closed, explained):
        rules = closed()
        (row,) = started.rows()
        started.emulator.org.update(INVITATION, row["Id"], {"Business_Unit__c": None})
        told = only(explained(started.world.case_id, rules))
        assert "business unit is not in the configuration" in told.sentence

    def test_an_older_one_of_the_same_person(self, started, closed, explained):
        rules = closed(cooldown=timedelta(days=9))
        (row,) = started.rows()
        due = started.when(row["Due_At__c"])
        earlier = (due - timedelta(minutes=5)).isoformat()
        other_invitation(started, Status__c="Scheduled", Due_At__c=earlier)
        now = started.emulator.clock.now()
        started.emulator.clock.advance(due - now + timedelta(minutes=1))
        told = only(explained(started.world.case_id, rules))
        assert told.becomes == "waits"
        assert "an older one of the same person goes first" in told.sentence


class TestCouldNotLook:
    def test_a_hidden_opt_out_is_no_yes(self, started, closed, explained):
        rules = closed()
        started.emulator.org.hide_field("Contact", "HasOptedOutOfEmail")
        told = explained(started.world.case_id, rules)
        assert (only(told).becomes, only(told).code) == ("unseen", "consent_unreadable")
        assert "could not look: The org does not show Contact.HasOptedOutOfEmail" in (
            told.rules[0].verdict
        )

    def test_no_check_says_that_it_saw_nothing(self, started, closed, explained):
        rules = closed(consent=ConsentSource.NONE)
        started.emulator.org.hide_field("Contact", "HasOptedOutOfEmail")
        (story,) = explained(started.world.case_id, rules).rules
        said = {each.code: each.sentence for each in story.checks}
        assert "The rule asks all the same." in said["consent_unreadable"]
        assert said["opted_out"].startswith("Could not look: The org does not show Contact.")

    def test_contacts_that_are_hidden_at_all(self, started, explained):
        values = {
            "Claim_Key__c": "requested",
            "Status__c": "Scheduled",
            "Due_At__c": "2026-03-02T09:00:00Z",
            "Trigger_Object__c": "Case",
            "Trigger_Record_Id__c": started.world.case_id,
            "Contact__c": started.contact,
            "Recipient_Id__c": started.contact,
            "Channel__c": "Email",
        }
        started.emulator.org.insert(INVITATION, values)
        started.emulator.org.hide_object("Contact")
        told = only(explained(started.world.case_id))
        assert told.becomes == "unseen"
        assert "could not look: The org does not show contacts" in told.sentence


HELD = {"hold": Hold.TRUSTPILOT, "channel": Channel.EMAIL, "business_days": 0}


class TestHeldByTrustpilot:
    def test_it_is_said_before_the_claim(self, started, explained, rule_on):
        record = started.move("Case")
        rules = [rule_on("Case", **HELD, after=timedelta(days=30))]
        verdict = explained(record, rules).rules[0].verdict
        assert "nothing can be stopped any more" in verdict
        assert "into two mails" in verdict

    def test_one_that_waits_says_from_when_on(self, started, closed, explained):
        rules = closed(**HELD, after=timedelta(days=100))
        told = explained(started.world.case_id, rules)
        assert "waits until 2026-03-12" in told.rules[0].verdict
        assert "once Trustpilot has it, nothing can be stopped" in only(told).sentence

    def test_one_that_trustpilot_has_says_so(self, started, closed, explained):
        rules = closed(**HELD, after=timedelta(days=30))
        (row,) = started.rows()
        assert row["Status__c"] == "Accepted"
        told = explained(started.world.case_id, rules)
        assert only(told).becomes == "kept"
        assert "Trustpilot has it and keeps it until 2026-04-01" in told.rules[0].verdict
        started.emulator.clock.advance(timedelta(days=31))
        assert explained(started.world.case_id, rules).outlooks == {}


def test_a_request_that_nobody_took_up_is_not_looked_at(started, explained):
    values = {"Status__c": "Scheduled", "Case__c": started.world.case_id}
    started.emulator.org.insert(INVITATION, values)
    told = explained(started.world.case_id)
    assert (len(told.invitations), told.outlooks) == (1, {})


def test_looking_ahead_writes_nothing(started, closed, explained, writes):
    rules = closed()
    started.emulator.clock.advance(timedelta(days=2))
    deleted_contact(started)
    before = started.rows()
    started.emulator.calls.clear()
    explained(started.world.case_id, rules)
    assert (writes("salesforce"), writes("trustpilot"), started.rows()) == ([], [], before)
