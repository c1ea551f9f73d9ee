# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""Entries are found whatever hides them, and an edit of an old record never makes one up."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from connector.core.rules.grammar import TriggerObject
from connector.core.rules.observed import HISTORY_IS_KEPT, Watch, sights_text
from connector.core.run.exit_codes import ExitCode
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import custom_row_error
from connector.flows.rules.entries import read_entries
from connector.wiring import Transports, connect

HANDLES = {
    "Opportunity": ("opportunity_id", "StageName", "Negotiation/Review"),
    "Order": ("order_id", "Status", "Draft"),
    "Case": ("case_id", "Status", "Working"),
}
STAGES = {"Opportunity": "Closed Won", "Order": "Activated", "Case": "Closed"}


@pytest.fixture
def with_rules(settings):
    """The settings with changed values in the rules of one object: `with_rules("Case", ...)`."""

    def change(sobject, **values):
        rules = tuple(
            replace(rule, **values) if rule.on == sobject else rule
            for rule in settings.invitations.rules
        )
        return replace(settings, invitations=replace(settings.invitations, rules=rules))

    return change


@pytest.fixture
def working(with_rules):
    """A rule for cases that become Working: no stamp of a case tells when that was."""
    return with_rules("Case", stages=("Working",))


def change(scene, sobject, value):
    handle, field, _ = HANDLES[sobject]
    scene.emulator.org.update(sobject, getattr(scene.world, handle), {field: value})


def wait(scene, **time):
    scene.emulator.clock.advance(timedelta(**time))


def evidence(scene):
    return [(row["Old_Stage__c"], row["Evidence__c"]) for row in scene.rows()]


def new_case(scene, status="New"):
    values = {"ContactId": scene.contact, "Status": status}
    return scene.emulator.org.insert("Case", values)


def memory(scene, key):
    rows = scene.soql("SELECT Key__c, Seen__c FROM Trustpilot_Checkpoint__c")
    return next(row["Seen__c"] for row in rows if row["Key__c"] == key)


@pytest.fixture
def no_history(scene):
    """An org that shows no history of cases."""
    scene.emulator.org.hide_object("CaseHistory")
    return scene


@pytest.fixture
def untracked(scene):
    """An org that shows the history of cases, in which their status was never tracked."""
    scene.emulator.org.untrack_history("Case", "Status")
    return scene


class TestPassingThrough:
    @pytest.mark.parametrize("sobject", ["Opportunity", "Case"])
    def test_a_record_that_is_gone_again_is_not_asked_about_and_the_report_says_so(
        self, sobject, started, with_rules
    ):
        change(started, sobject, STAGES[sobject])
        wait(started, minutes=1)
        change(started, sobject, HANDLES[sobject][2])
        wait(started, minutes=1)
        report = started.run(settings=with_rules(sobject))
        assert started.rows() == []
        assert report.count("invitations_claimed") == 0
        told = [note for flow in report.flows for note in flow.notes if "have left" in note]
        assert len(told) == 1

    def test_what_left_unasked_counts_when_it_enters_again(self, started):
        change(started, "Case", "Closed")
        change(started, "Case", "Working")
        started.run()
        assert started.rows() == []
        wait(started, hours=2)
        change(started, "Case", "Closed")
        entered = started.emulator.clock.now()
        wait(started, minutes=1)
        started.run()
        (row,) = started.rows()
        assert started.when(row["Entered_At__c"]) == entered

    def test_who_left_and_came_back_between_two_runs_is_asked_about_the_second_time(self, started):
        for status in ("Closed", "Working", "Closed"):
            change(started, "Case", status)
            wait(started, minutes=1)
        started.run()
        (row,) = started.rows()
        latest = started.emulator.clock.now() - timedelta(minutes=1)
        assert started.when(row["Entered_At__c"]) == latest

    def test_from_one_stage_of_a_rule_to_another_is_not_leaving(self, started, with_rules):
        started.emulator.org.settings.order_status_codes["Shipped"] = "Activated"
        both = with_rules("Order", stages=("Activated", "Shipped"))
        for status in ("Activated", "Shipped"):
            change(started, "Order", status)
            wait(started, minutes=1)
        started.run(settings=both)
        (row,) = started.rows()
        assert (row["Old_Stage__c"], row["New_Stage__c"]) == ("Draft", "Activated")
        wait(started, minutes=3)
        started.run(settings=both)
        assert len(started.rows()) == 1

    def test_a_rule_whose_stage_was_left_does_not_keep_another_rule_from_asking(
        self, started, settings
    ):
        closed = next(rule for rule in settings.invitations.rules if rule.on == "Case")
        first = replace(closed, name="escalated", stages=("Escalated",))
        rules = (first, closed)
        both = replace(settings, invitations=replace(settings.invitations, rules=rules))
        started.run(settings=both)
        wait(started, hours=1)
        change(started, "Case", "Escalated")
        wait(started, minutes=1)
        change(started, "Case", "Closed")
        started.run(settings=both)
        assert [row["Rule__c"] for row in started.rows()] == ["after-a-closed-case"]


class TestOpportunities:
    def test_a_hidden_history_is_replaced_by_the_field_history(self, started):
        started.emulator.org.hide_object("OpportunityHistory")
        change(started, "Opportunity", "Closed Won")
        report = started.run()
        assert evidence(started) == [("Negotiation/Review", "OpportunityFieldHistory")]
        assert any("OpportunityHistory" in note for flow in report.flows for note in flow.notes)
        assert started.exit_code(report) is ExitCode.DONE

    @pytest.mark.parametrize("how", ["untracked", "hidden"])
    def test_without_any_history_the_last_change_of_stage_is_the_proof(self, how, started):
        started.emulator.org.hide_object("OpportunityHistory")
        if how == "hidden":
            started.emulator.org.hide_object("OpportunityFieldHistory")
        else:
            started.emulator.org.untrack_history("Opportunity", "StageName")
        change(started, "Opportunity", "Closed Won")
        started.run()
        assert evidence(started) == [(None, "LastStageChangeDate")]

    def test_without_any_history_an_edit_of_an_old_one_is_no_entry(self, scene):
        change(scene, "Opportunity", "Closed Won")
        scene.emulator.org.hide_object("OpportunityHistory")
        scene.emulator.org.hide_object("OpportunityFieldHistory")
        wait(scene, days=2)
        scene.run()
        wait(scene, hours=1)
        org, won = scene.emulator.org, scene.world.opportunity_id
        org.update("Opportunity", won, {"Amount": 9999})
        scene.run()
        assert scene.rows() == []

    def test_a_history_that_hides_the_stage_counts_as_hidden(self, started):
        started.emulator.org.hide_field("OpportunityHistory", "StageName")
        change(started, "Opportunity", "Closed Won")
        started.run()
        assert evidence(started) == [("Negotiation/Review", "OpportunityFieldHistory")]


class TestObserving:
    @pytest.mark.parametrize("org", ["no_history", "untracked"])
    def test_a_case_seen_outside_and_then_inside_is_an_entry(self, org, request, working):
        scene = request.getfixturevalue(org)
        case = new_case(scene)
        wait(scene, days=2)  # the first run looks at what was changed last, however long ago
        scene.run(settings=working)
        wait(scene, hours=1)
        scene.emulator.org.update("Case", case, {"Status": "Working"})
        changed = scene.emulator.clock.now()
        wait(scene, minutes=4)
        scene.run(settings=working)
        (row,) = scene.rows()
        assert row["Trigger_Record_Id__c"] == case
        assert scene.when(row["Entered_At__c"]) == changed
        assert evidence(scene) == [("New", "Observed")]

    def test_a_case_that_was_made_and_seen_between_is_an_entry_as_well(self, no_history, working):
        scene = no_history
        scene.run(settings=working)
        wait(scene, hours=1)
        case = new_case(scene)
        scene.run(settings=working)
        wait(scene, days=3)  # the sight outlives any overlap
        scene.run(settings=working)
        scene.emulator.org.update("Case", case, {"Status": "Working"})
        scene.run(settings=working)
        assert evidence(scene) == [("New", "Observed")]

    @pytest.mark.parametrize("org", ["no_history", "untracked"])
    def test_an_old_case_that_is_merely_edited_is_no_entry(self, org, request, working):
        scene = request.getfixturevalue(org)
        wait(scene, days=2)  # it is Working since long ago
        for edit in range(3):
            scene.run(settings=working)
            scene.emulator.org.update("Case", scene.world.case_id, {"Subject": str(edit)})
            wait(scene, hours=1)
        wait(scene, days=1)
        scene.run(settings=working)
        assert scene.rows() == []

    def test_idle_runs_cost_no_further_call(self, no_history, working):
        scene = no_history
        for _ in range(2):
            scene.run(settings=working)
            wait(scene, hours=1)
        scene.emulator.calls.clear()
        scene.run(settings=working)
        assert scene.emulator.calls.counted("salesforce") == 3

    @pytest.mark.parametrize("after", [False, True])
    def test_a_run_killed_at_any_call_neither_loses_nor_doubles_it(
        self, after, no_history, working, dying_door, killed
    ):
        scene = no_history
        scene.run(settings=working)
        for at in range(8):
            case = new_case(scene)
            scene.run(settings=working)
            scene.emulator.org.update("Case", case, {"Status": "Working"})
            wait(scene, minutes=1)
            with suppress(killed):  # the last calls are more than such a run makes
                scene.run(settings=working, door=dying_door(at, after=after))
            wait(scene, hours=1)
            scene.run(settings=working)
            asked = [row["Trigger_Record_Id__c"] for row in scene.rows()]
            assert asked.count(case) == 1
            assert len(asked) == at + 1

    def test_a_refused_claim_is_observed_again(self, no_history, working):
        scene = no_history
        case = new_case(scene)
        scene.run(settings=working)
        scene.emulator.faults.add(
            custom_row_error(
                "Trustpilot_Invitation__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not now."
            )
        )
        wait(scene, hours=1)
        scene.emulator.org.update("Case", case, {"Status": "Working"})
        scene.run(settings=working)
        assert scene.rows() == []
        wait(scene, hours=20)
        scene.run(settings=working)
        assert evidence(scene) == [("New", "Observed")]
        assert scene.issues() == []

    def test_where_the_history_tells_nothing_is_remembered(self, started):
        change(started, "Case", "Closed")
        started.run()
        assert memory(started, "case_entries:") == sights_text(HISTORY_IS_KEPT)
        wait(started, hours=1)
        new_case(started)
        started.run()
        assert memory(started, "case_entries:") == sights_text(HISTORY_IS_KEPT)

    def test_a_day_without_a_tracked_change_begins_observing_again(self, started, working):
        change(started, "Case", "New")
        started.run(settings=working)
        started.emulator.org.untrack_history("Case", "Status")
        wait(started, hours=30)
        started.run(settings=working)
        wait(started, hours=30)  # the first sweep still saw a tracked change, maybe
        started.run(settings=working)
        case = new_case(started)
        started.run(settings=working)
        wait(started, hours=1)
        started.emulator.org.update("Case", case, {"Status": "Working"})
        started.run(settings=working)
        assert evidence(started) == [("New", "Observed")]

    def test_sights_are_forgotten_while_no_rule_is_on(self, no_history, working, with_rules):
        scene = no_history
        off = with_rules("Case", stages=("Working",), enabled=False)
        case = new_case(scene)
        scene.run(settings=working)
        wait(scene, hours=1)
        scene.run(settings=off)
        scene.emulator.org.update("Case", case, {"Status": "Working"})
        scene.run(settings=off)
        wait(scene, hours=1)
        scene.run(settings=working)
        assert scene.rows() == []


class TestLateCommits:
    @pytest.mark.parametrize("sobject", ["Opportunity", "Order", "Case"])
    @pytest.mark.parametrize(
        ("late", "found"),
        [
            (timedelta(minutes=9), "at once"),  # within the overlap
            (timedelta(minutes=40), "in a day"),
        ],
    )
    def test_a_change_that_shows_late_is_found(self, sobject, late, found, started):
        started.run()
        self.commit_late(started, sobject, late)
        started.run()
        assert len(started.rows()) == (found == "at once")
        wait(started, hours=24)
        started.run()
        assert len(started.rows()) == 1
        wait(started, hours=24)
        started.run()
        assert len(started.rows()) == 1

    def test_a_sweep_does_not_ask_about_the_time_before_a_new_rule(self, started, settings):
        closed = next(rule for rule in settings.invitations.rules if rule.on == "Case")
        other = replace(closed, name="escalated", stages=("Escalated",))
        before = replace(settings, invitations=replace(settings.invitations, rules=(other,)))
        started.run(settings=before)
        change(started, "Case", "Closed")
        wait(started, minutes=1)
        started.run(settings=before)
        started.run()  # now there is a rule for closed cases
        wait(started, hours=23, minutes=30)
        started.run()
        assert started.rows() == []

    def test_a_new_rule_that_says_from_when_reads_back_to_then(self, started, with_rules):
        off = with_rules("Case", enabled=False)
        started.run(settings=off)
        change(started, "Case", "Closed")
        wait(started, days=3)
        started.run(settings=off)
        since = started.emulator.clock.now() - timedelta(days=7)
        started.run(settings=with_rules("Case", active_from=since))
        assert [row["Trigger_Object__c"] for row in started.rows()] == ["Case"]

    @staticmethod
    def commit_late(scene, sobject, late):
        """A transaction stamps its rows and becomes visible only now."""
        wait(scene, seconds=-late.total_seconds())
        change(scene, sobject, STAGES[sobject])
        wait(scene, seconds=late.total_seconds())


class BusyDoor(InProcessDoor):
    """Somebody activates the order just before entries are read."""

    def __init__(self, scene):
        super().__init__(scene.emulator)
        self.scene = scene

    def send(self, request, *args, **options):
        if "OrderHistory" in str(request.body):
            change(self.scene, "Order", "Activated")
        return super().send(request, *args, **options)


@dataclass
class TickingClock:
    """A stopwatch that never shows the same twice, as real ones do."""

    usual: object
    ticks: int = 0

    def monotonic(self):
        self.ticks += 1
        return self.usual.monotonic() + self.ticks / 10_000

    def now(self):
        return self.usual.now()

    def sleep(self, seconds):
        self.usual.sleep(seconds)


def test_what_happens_in_the_second_of_the_first_run_and_after_it_counts(
    scene, passes_on, settings, clock
):
    one_run = passes_on(scene.emulator, settings, TickingClock(clock))
    one_run(door=BusyDoor(scene))
    wait(scene, minutes=1)
    one_run()
    assert [row["Trigger_Object__c"] for row in scene.rows()] == ["Order"]


class TestManyRows:
    @pytest.mark.parametrize("history", ["kept", "hidden"])
    @pytest.mark.parametrize("most_rows", [1, 2, 3])
    def test_a_window_read_piece_by_piece_gives_the_same_entries(
        self, history, most_rows, scene, settings, reporter, clock
    ):
        since = scene.emulator.clock.now()
        for number in range(5):
            if number % 2:
                wait(scene, seconds=1)  # some share a second, some do not
            case = new_case(scene)
            scene.emulator.org.update("Case", case, {"Status": "Closed"})
            scene.emulator.org.update("Opportunity", scene.world.opportunity_id, {"Amount": number})
            change(scene, "Opportunity", ("Closed Won", "Closed Lost")[number % 2])
        change(scene, "Order", "Activated")
        if history == "hidden":
            for name in ("CaseHistory", "OrderHistory", "OpportunityHistory"):
                scene.emulator.org.hide_object(name)
        door = InProcessDoor(scene.emulator)
        org = connect(settings, reporter, Transports(door, door, clock)).org
        rules = settings.invitations.rules
        watches = {trigger: Watch(since, {}) for trigger in TriggerObject}
        whole = read_entries(org, rules, watches)
        pieces = read_entries(org, rules, watches, most_rows)
        assert len(whole.entries) == 7
        assert pieces.entries == whole.entries
        assert pieces.sights == whole.sights
