"""What an explanation says of a record: one verdict for each rule, and every check behind it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.core.insight.explanation import (
    INVITATION_WORDS,
    Known,
    entry_text,
    story,
    story_of_review_case,
    story_without_entry,
)
from connector.core.insight.outlook import KEPT_THERE, Becomes, Outlook
from connector.core.invitations.checks import explain
from connector.core.invitations.claims import Deciding, Earlier
from connector.core.invitations.facts import Experience, Surroundings
from connector.core.invitations.recipients import People, RecipientFacts
from connector.core.rules.entries import OBSERVED, Entry
from connector.core.rules.grammar import (
    Channel,
    FieldCondition,
    Hold,
    Rule,
    TriggerObject,
    parse_recipient,
)
from connector.core.terms.units import Unit

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
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
ANNA = {"Id": "003A", "Email": "anna@example.com", "Name": "Anna"}
RECORD = {"Id": "801A", "Status": "Activated", "BillToContactId": "003A", "Type": "Web"}


def experience(rule=RULE, **record):
    facts = RecipientFacts({**RECORD, **record}, (), People({"003A": ANNA}))
    around = Surroundings("00D000000000062EAA", now=NOW)
    unit = Unit("shop", "u1", "shop.example")
    return Experience(ENTRY, rule, facts, unit, around, NOW + timedelta(days=7))


def invitation(it, **changes):
    row = dict.fromkeys(INVITATION_WORDS)
    row |= {
        "id": "a01",
        "number": "TI-1",
        "status": "Scheduled",
        "rule": "orders",
        "claim_key": it.key,
        "due_at": it.due_at.isoformat(),
    }
    return row | changes


def verdict(it, decision=None, own=None, outlook=None, **known):
    invitations = () if own is None else (invitation(it, claim_key="x"), invitation(it, **own))
    outlooks = {"a01": outlook} if outlook else {}
    known = Known(**{"invitations": invitations, "reads_from": NOW, "now": NOW} | known)
    told = story(it, decision or Deciding().decide(it), replace(known, outlooks=outlooks))
    assert (told.rule, told.entry, told.due_at) == (it.rule, it.entry, it.due_at)
    assert told.checks == explain(it)
    return told.verdict


class TestTheNextRun:
    def test_it_claims(self):
        said = "The next run claims it; the invitation is due 2026-11-27 08:00 UTC."
        assert verdict(experience()) == said

    def test_it_leaves_to_trustpilot_what_cannot_be_stopped_then(self):
        assert KEPT_THERE in verdict(experience(replace(RULE, hold=Hold.TRUSTPILOT)))

    def test_it_records_why_nobody_is_asked(self):
        said = verdict(experience(BillToContactId=None))
        assert said == (
            "The next run records that nobody is asked: The record names nobody to invite."
        )

    def test_it_does_not_apply_the_rule(self):
        it = experience(replace(RULE, only_if=(FieldCondition("Type", ("Shop",)),)))
        said = "The condition on Type does not hold. The rule does not apply."
        assert verdict(it) == said

    @pytest.mark.parametrize(
        ("reads_from", "said"),
        [(NOW + timedelta(days=1), "since 2026-11-21 08:00 UTC"), (None, "of no such record")],
    )
    def test_it_does_not_find_what_runs_have_passed(self, reads_from, said):
        assert said in verdict(experience(), reads_from=reads_from)


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (Earlier("first"), "The rule first comes first and has the experience."),
        (Earlier("orders"), "An earlier entry of the record decides for this rule."),
        (Earlier("first", held=True), "first comes first and cannot be judged"),
    ],
)
def test_what_was_decided_before_names_who_did(decision, said):
    assert said in verdict(experience(), decision=decision)


class TestAnInvitationThatIsThere:
    @pytest.mark.parametrize(
        ("rule", "whose"), [("another", "the rule another"), (None, "a request")]
    )
    def test_it_may_be_somebody_elses(self, rule, whose):
        said = f"The experience has its invitation already: TI-1 of {whose} is Scheduled."
        assert verdict(experience(), own={"rule": rule}) == said

    def test_what_went_out_says_when(self):
        own = {"status": "Accepted", "sent_at": NOW.isoformat()}
        said = "The rule has decided: TI-1 is Accepted since 2026-11-20 08:00 UTC."
        assert verdict(experience(), own=own) == said

    def test_what_trustpilot_keeps_says_so(self):
        outlook = Outlook(Becomes.KEPT, "Trustpilot keeps it.")
        said = verdict(experience(), own={"status": "Accepted"}, outlook=outlook)
        assert said == "The rule has decided: TI-1 is Accepted. Trustpilot keeps it."

    def test_what_ended_unsent_says_why(self):
        own = {"status": "Skipped", "reason": "Nobody."}
        assert verdict(experience(), own=own) == "The rule has decided: TI-1 is Skipped: Nobody."

    def test_one_without_a_time_is_told_by_its_status(self):
        assert verdict(experience(), own={"due_at": None}).endswith("TI-1 is Scheduled.")

    def test_one_of_a_rule_that_is_off_waits(self):
        said = verdict(experience(replace(RULE, enabled=False)), own={})
        assert said.endswith("waits: the rule is switched off.")

    def test_one_that_waits_says_until_when_and_what_a_look_says(self):
        said = "TI-1 waits until 2026-11-27 08:00 UTC; the next run then looks again."
        assert verdict(experience(), own={}) == said
        outlook = Outlook(Becomes.GOES, "It would go.", at=NOW + timedelta(days=7))
        assert verdict(experience(), own={}, outlook=outlook) == f"{said} It would go."

    def test_one_that_is_due_says_since_when(self):
        said = verdict(experience(), own={}, now=NOW + timedelta(days=8))
        assert said == "TI-1 is due since 2026-11-27 08:00 UTC; the next run looks again."

    def test_one_that_goes_before_it_is_due_says_so(self):
        outlook = Outlook(Becomes.GOES, "It would go.", at=NOW - timedelta(days=83))
        said = "TI-1 is due 2026-11-27 08:00 UTC; the next run looks again. It would go."
        assert verdict(experience(), own={}, outlook=outlook) == said


class TestWithoutAnEntry:
    def test_a_rule_about_other_records_says_so(self):
        told = story_without_entry(RULE, TriggerObject.CASE, "Closed")
        assert (told.verdict, told.checks) == ("The rule is about Order records.", ())

    def test_a_record_that_has_not_entered_says_where_it_was_looked_for(self):
        said = story_without_entry(RULE, TriggerObject.ORDER, "Draft").verdict
        assert said.startswith("The record has not entered Activated; once it does")
        assert "OrderHistory" in said
        assert said.endswith("and what earlier runs saw.")

    def test_a_record_in_the_stage_has_no_proof(self):
        off = replace(RULE, enabled=False)
        said = story_without_entry(off, TriggerObject.ORDER, "Activated").verdict
        assert "nothing in the org proves when it entered" in said
        assert said.endswith("The rule is switched off.")

    def test_opportunities_have_a_history_of_their_own(self):
        rule = replace(RULE, on=TriggerObject.OPPORTUNITY)
        said = story_without_entry(rule, TriggerObject.OPPORTUNITY, "Open").verdict
        assert "Looked for in OpportunityHistory, " in said
        assert "earlier runs" not in said

    def test_the_case_of_a_review_is_asked_about_by_no_rule(self):
        assert "opened for a review" in story_of_review_case(RULE).verdict


def test_an_entry_is_told_with_its_proof():
    assert entry_text(ENTRY) == "Draft -> Activated, 2026-11-20 08:00 UTC (OrderHistory)"
    seen = replace(ENTRY, old_stage="", evidence=OBSERVED)
    assert entry_text(seen) == "Activated, 2026-11-20 08:00 UTC (two runs saw it)"
