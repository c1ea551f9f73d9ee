"""Whatever agents, colleagues, customers, faults, kills and clocks do, Salesforce tells the truth.

Nobody's words are overwritten or deleted that were not on the record when an agent acted; no
comment is there twice; no answer is posted to words that its agent had not seen.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from connector.core.terms.errors import ConnectorError
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    expired_session,
    html_page,
    too_many_requests,
    truncated_json,
)
from connector.emulator.trustpilot.reviews.product import Comment, Conversation
from connector.emulator.world import seed

EXAMPLES = int(os.environ.get("REPLIES_EXAMPLES", "0"))
"""So many stories, new ones each time; without it a few, everywhere the same ones."""

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
FAULTS = (
    drop_before(vendor="*"),
    drop_after(vendor="*"),
    drop_after(vendor="trustpilot", method="POST"),
    drop_after(vendor="trustpilot", method="PUT"),
    drop_after(vendor="trustpilot", method="DELETE"),
    drop_after(vendor="salesforce", path="*/composite/sobjects*"),
    truncated_json(vendor="*"),
    html_page(vendor="trustpilot"),
    html_page(200, vendor="trustpilot"),
    too_many_requests(2, vendor="*"),
    expired_session(),
    Fault("*", status=503, body=""),
    Fault("trustpilot", "POST", status=400, body={"message": "No."}),
)
WHICH = st.sampled_from(["service", "service", "product"])
CALLS = st.integers(0, 14)
OURS = "agent"
AGENTS = (
    *("posts", "posts", "posts", "drafts", "posts_what_is_there", "withdraws", "deletes"),
    *("chooses_mine", "chooses_theirs"),
)
OTHERS = (
    *("colleague_answers", "colleague_answers", "colleague_edits", "colleague_deletes"),
    *("customer_edits", "customer_edits"),
)


class Answers(RuleBasedStateMachine):
    """A service and a product review, and everybody who may have a word in their answers."""

    open_desk: ClassVar[Callable]
    dying_door: ClassVar[Callable]
    killed: ClassVar[type[BaseException]]

    @initialize(second=st.sampled_from(["same", "new"]))
    def open_shop(self, second):
        self.emulator = Emulator(clock=EmulatorClock(frozen_at=START))
        self.emulator.trustpilot.switches.second_conversation = second
        world = seed(self.emulator, service_reviews=0, product_reviews=0, people=1)
        self.desk = type(self).open_desk(self.emulator, world)
        state = self.emulator.trustpilot
        self.reviews = {
            "service": state.add_service_review(world.business_unit_id, text="words 0")["id"],
            "product": state.add_product_review(world.business_unit_id, content="words 0")["id"],
        }
        self.desk.import_reviews()
        self.told = 0
        self.seen = {which: set() for which in self.reviews}
        """What stood on the record, of any reply, when an agent acted."""
        self.colleagues_comments = 0
        self.answers = {}
        """The words of the review that its agent saw, by the text of the answer."""

    # -- what is public ----------------------------------------------------------------------

    def public(self, which):
        """All the words of the business that are public below a review."""
        if which == "product":
            return self.desk.comments(self.reviews[which])
        return [text for text in [self.desk.live(self.reviews[which])] if text]

    def words(self, which):
        """What the customer says now."""
        state, review_id = self.emulator.trustpilot, self.reviews[which]
        if which == "product":
            return state.product_review(review_id)["content"]
        return state.service_review(review_id)["text"]

    def row(self, which):
        return self.desk.row(self.reviews[which])

    def new_text(self, who):
        self.told += 1
        return f"{who} {self.told}"

    # -- agents ------------------------------------------------------------------------------

    def looks(self, which):
        """The agent sees the record, and what is on it."""
        row = self.row(which)
        names = ("Live_Reply__c", "Published_Reply__c", "Their_Reply__c")
        self.seen[which] |= {row[name] for name in names} - {None}
        return row

    def sets(self, which, **values):
        row = self.looks(which)
        text = values.get("Reply__c", row["Reply__c"])
        if values.get("Reply_Status__c") == "Queued" or "Conflict_Choice__c" in values:
            self.answers[text] = row["Text__c"]
        self.desk.set(self.reviews[which], **values)

    def posts(self, which):
        self.sets(which, Reply__c=self.new_text(OURS), Reply_Status__c="Queued")

    def drafts(self, which):
        self.sets(which, Reply__c=self.new_text(OURS), Reply_Status__c="Draft")

    def posts_what_is_there(self, which):
        if self.row(which)["Reply__c"]:
            self.sets(which, Reply_Status__c="Queued")

    def withdraws(self, which):
        if self.row(which)["Reply_Status__c"] == "Queued":
            self.sets(which, Reply_Status__c="Draft")

    def deletes(self, which):
        if self.row(which)["Live_Reply__c"]:
            self.sets(which, Reply_Status__c="Delete Queued")

    def chooses_mine(self, which):
        if self.row(which)["Reply_Status__c"] == "Conflict":
            self.sets(which, Conflict_Choice__c="Post Mine")

    def chooses_theirs(self, which):
        if self.row(which)["Reply_Status__c"] == "Conflict":
            self.sets(which, Conflict_Choice__c="Keep Theirs")

    # -- others ------------------------------------------------------------------------------

    def colleague_answers(self, which):
        state, text = self.emulator.trustpilot, self.new_text("colleague")
        if which == "service":
            state.portal_reply(self.reviews[which], text, "A colleague")
            return
        now, thread = self.emulator.clock.now(), self.thread()
        thread.comments.append(Comment(f"theirs-{self.told}", text, "u", now))
        self.colleagues_comments += 1

    def colleague_edits(self, which):
        if which == "service":
            self.colleague_answers(which)
        elif comments := self.thread().comments:
            comments[-1].content = self.new_text("colleague")

    def colleague_deletes(self, which):
        if which == "service":
            state = self.emulator.trustpilot
            state.service.change(state.service.get(self.reviews[which]), {"companyReply": None})

    def customer_edits(self, which):
        self.emulator.clock.advance(timedelta(seconds=2))
        words = {"content" if which == "product" else "text": self.new_text("words")}
        self.emulator.trustpilot.edit_review(self.reviews[which], **words)

    def thread(self):
        """The conversation below the product review, opened by a colleague where there is none."""
        product, review_id = self.emulator.trustpilot.product, self.reviews["product"]
        review = product.reviews[review_id]
        name = review.get("conversationId") or "conversation-of-theirs"
        review["conversationId"] = name
        opened = Conversation(name, review["businessUnitId"], "c", review_id)
        return product.conversations.setdefault(name, opened)

    # -- rules: few, so that stories have some of each ------------------------------------------

    @rule(which=WHICH, act=st.sampled_from(AGENTS))
    def an_agent(self, which, act):
        getattr(self, act)(which)

    @rule(which=WHICH, act=st.sampled_from(OTHERS))
    def somebody_else(self, which, act):
        getattr(self, act)(which)

    @rule(
        fault=st.sampled_from(FAULTS),
        skip=st.integers(0, 12),
        times=st.integers(1, 5),
        minutes=st.sampled_from([0, 1, 6, 24 * 60]),
    )
    def trouble_is_near(self, fault, skip, times, minutes):
        self.emulator.faults.add(replace(fault, skip=skip, times=times))
        self.time_passes(minutes)

    def time_passes(self, minutes):
        self.emulator.clock.advance(timedelta(minutes=minutes))

    # -- runs --------------------------------------------------------------------------------

    def watched(self, run):
        """Do something that runs, and hold what became public against what everybody knew."""
        before = {which: self.public(which) for which in self.reviews}
        words = {which: self.words(which) for which in self.reviews}
        with suppress(ConnectorError, type(self).killed):  # trouble may end a run
            run()
        for which in self.reviews:
            public = self.public(which)
            gone = {text for text in set(before[which]) - set(public) if OURS not in text}
            assert gone <= self.seen[which], f"words were lost unseen: {gone}"
            assert len(public) == len(set(public)), f"there twice: {public}"
            new = {text for text in set(public) - set(before[which]) if OURS in text}
            for text in new:
                assert self.answers[text] == words[which], f"{text} answers words that are gone"
        assert len(self.public("product")) <= self.colleagues_comments + 1

    @rule(
        which=WHICH,
        act=st.sampled_from(AGENTS),
        others=st.sampled_from(OTHERS),
        agent_first=st.booleans(),
    )
    def two_want_something_and_a_run_comes(self, which, act, others, agent_first):
        for each in (act, others) if agent_first else (others, act):
            getattr(self, each)(which)
        self.a_run(1, everything=False)

    @rule(minutes=st.sampled_from([1, 6, 24 * 60]), everything=st.booleans())
    def a_run(self, minutes, everything):
        self.emulator.faults.clear()
        self.time_passes(minutes)
        self.watched(lambda: self.desk.one_run(()) if everything else self.desk.run())

    @rule(everything=st.booleans())
    def a_run_in_trouble(self, everything):
        self.watched(lambda: self.desk.one_run(()) if everything else self.desk.run())

    @rule(at=CALLS, after=st.booleans(), everything=st.booleans())
    def a_run_is_killed(self, at, after, everything):
        door = type(self).dying_door(at, after=after, emulator=self.emulator)
        only = () if everything else ["replies_out"]
        self.watched(lambda: self.desk.one_run(only, door=door))

    @rule(ending=st.sampled_from(["/reply", "/comments"]), which=WHICH, another=st.booleans())
    def somebody_is_busy_while_a_run_posts(self, ending, which, another):
        def meanwhile():
            self.posts(which)
            if another:
                self.desk.run()

        door = self.desk.in_the_meantime(ending, meanwhile)
        self.watched(lambda: self.desk.run(door=door))

    # -- the end -----------------------------------------------------------------------------

    def teardown(self):
        if not hasattr(self, "desk"):
            return
        self.emulator.faults.clear()
        for minutes in (6, 6, 24 * 60, 6):
            self.a_run(minutes, everything=True)
        for which in self.reviews:
            self.the_record_tells_the_truth(which)

    def the_record_tells_the_truth(self, which):
        row, public = self.row(which), self.public(which)
        status, live = row["Reply_Status__c"], row["Live_Reply__c"]
        assert status not in ("Queued", "Approved", "Delete Queued"), status
        assert (live in public) if public else live is None, (live, public)
        if status == "Published":
            assert live == row["Published_Reply__c"], (row, public)
        if status == "Deleted":
            assert public == []
        if live and live == row["Reply__c"]:
            assert status in ("Published", "Edited Review", "Draft", "Failed"), row
        if status is None:
            assert public == []
        assert row["Text__c"] == self.words(which)


def test_salesforce_tells_the_truth_in_any_order_of_events(
    passes_on, settings, open_desk, dying_door, killed
):
    class Here(Answers):
        """The machine with this test's fixtures."""

    Here.open_desk = staticmethod(
        lambda emulator, world: open_desk(emulator, world, passes_on(emulator, settings))
    )
    Here.dying_door = staticmethod(dying_door)
    Here.killed = killed
    run_state_machine_as_test(Here, settings=_settings())


def _settings():
    usual = hypothesis_settings(
        max_examples=EXAMPLES or 10,
        stateful_step_count=25,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,  # the same stories on every machine
    )
    if EXAMPLES:
        return usual
    return hypothesis_settings(usual, phases=[Phase.generate])


pytestmark = pytest.mark.filterwarnings("default::hypothesis.errors.HypothesisWarning")
