"""Whoever acts whenever: nobody is asked whom a person who sees everything would not have asked.

An oracle is asked at every call to Trustpilot that asks a customer. In the end every experience
was asked about once or shows why not, and the ledger tells whom.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from connector.emulator.faults import Fault, drop_after, drop_before, meanwhile, too_many_requests

EXAMPLES = int(os.environ.get("INVITATIONS_EXAMPLES", "0"))
"""So many stories, new ones each time; without it a few, everywhere the same ones."""

ACTS = st.sampled_from(
    [
        *("cancel", "hold", "release", "opt_out", "opt_out", "opt_in"),
        *("lead_opts_out", "lead_opts_in", "person_opts_out"),
        *("delete_contact", "merge_contacts", "change_address", "change_address"),
        *("replace_contact", "leave_stage", "delete_record", "merge_cases", "type_into_case"),
        *("pause", "unpause", "unpause", "hide", "show", "show"),
        *("request", "request", "retype", "swap_contact", "new_customer", "new_lead"),
    ]
)
DEEDS = st.tuples(ACTS, st.integers(0, 11))
KINDS = st.sampled_from(["solved", "solved", "escalated", "won", "bought", "bought"])
CALLS = st.integers(0, 14)
PLACES = (
    {"vendor": "salesforce", "path": "*/composite", "skip": 2},
    {"vendor": "salesforce", "path": "*/composite", "skip": 5},
    {"vendor": "salesforce", "path": "*/composite/sobjects*"},
    {"vendor": "salesforce", "path": "*/composite/sobjects*", "skip": 2},
    {"vendor": "invitations", "method": "POST"},
    {"vendor": "invitations", "method": "POST", "skip": 1},
    {"vendor": "invitations", "method": "POST", "skip": 3},
)
TROUBLE = (
    drop_after(vendor="invitations"),
    drop_before(vendor="invitations"),
    drop_after(vendor="salesforce", path="*/composite/sobjects*"),
    too_many_requests(vendor="invitations"),
    Fault("invitations", status=500, body=""),
)


class Events(RuleBasedStateMachine):
    """Anything that may happen around invitations, in any order."""

    open_story: ClassVar[Callable[..., Any]]

    @initialize(kept=st.sampled_from(["deleted", "kept"]))
    def begin(self, kept):
        self.story = type(self).open_story(merged_cases=kept)
        self.emulator = self.story.emulator

    @rule(entries=st.lists(st.tuples(KINDS, st.integers(0, 8)), min_size=1, max_size=6))
    def records_enter(self, entries):
        for kind, who in entries:
            self.story.enter(kind, who)
        self.story.run()

    @rule(seconds=st.sampled_from([20, 61 * 60, 61 * 60, 86400, 3 * 86400, 31 * 86400]))
    def time_passes(self, seconds):
        self.emulator.clock.advance(seconds)

    @rule(deeds=st.lists(DEEDS, min_size=1, max_size=3))
    def people_act(self, deeds):
        for deed in deeds:
            self.story.act(*deed)

    @rule(minutes=st.sampled_from([1, 61]))
    def a_run(self, minutes):
        self.emulator.clock.advance(60 * minutes)
        self.watched(self.story.run)

    @rule(deeds=st.lists(DEEDS, min_size=1, max_size=6))
    def people_act_while_a_run_waits(self, deeds):
        self.emulator.clock.advance(61 * 60)
        acts = [partial(self.story.act, *deed) for deed in deeds]
        self.watched(partial(self.story.run, acts=acts, is_patient=True))

    @rule(deed=DEEDS, place=st.sampled_from(PLACES), seconds=st.sampled_from([0, 2, 3, 16]))
    def somebody_acts_in_the_middle(self, deed, place, seconds):
        self.emulator.clock.advance(61 * 60)

        def act():
            self.story.act(*deed)
            self.emulator.clock.advance(seconds)

        self.emulator.faults.add(meanwhile(act, **place))
        if seconds < 4:
            later = partial(self.emulator.clock.advance, seconds)
            self.emulator.faults.add(meanwhile(later, vendor="*", times=None))
        self.watched(self.story.run)

    @rule(fault=st.sampled_from(TROUBLE), deeds=st.lists(DEEDS, max_size=2))
    def a_run_in_trouble(self, fault, deeds):
        self.emulator.clock.advance(61 * 60)
        self.emulator.faults.add(fault)
        self.watched(self.story.run)
        for deed in deeds:
            self.story.act(*deed)

    @rule(at=CALLS, after=st.booleans(), deeds=st.lists(DEEDS, max_size=2))
    def a_run_is_killed(self, at, after, deeds):
        self.emulator.clock.advance(61 * 60)
        dies = {"dies_after" if after else "dies_before": at}
        self.watched(partial(self.story.run, **dies))
        for deed in deeds:
            self.story.act(*deed)

    @rule(one_at=CALLS, other_at=CALLS)
    def two_runs_race(self, one_at, other_at):
        self.emulator.clock.advance(61 * 60)
        self.watched(partial(self.story.two_at_once, one_at, other_at))

    def watched(self, work):
        """Do something that runs, and hear what the oracle said of its calls."""
        work()
        self.emulator.faults.clear()
        assert self.story.wrong == [], self.story.wrong

    def teardown(self):
        if hasattr(self, "story"):
            self.story.settle()
            assert self.story.what_is_wrong() == [], self.story.what_is_wrong()


def test_nobody_is_asked_whom_a_person_would_not_have_asked(open_story):
    class Here(Events):
        """The machine with this test's fixtures."""

    Here.open_story = staticmethod(open_story)
    run_state_machine_as_test(Here, settings=_settings())


def _settings():
    usual = hypothesis_settings(
        max_examples=EXAMPLES or 20,
        stateful_step_count=25,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,  # the same stories on every machine
        report_multiple_bugs=False,
    )
    if EXAMPLES:
        return usual
    return hypothesis_settings(usual, phases=[Phase.generate])
