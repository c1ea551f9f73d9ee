"""Whatever agents, colleagues, faults and clocks do: nobody's words are overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from connector.core.errors import ConnectorError
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    expired_session,
    too_many_requests,
    truncated_json,
)
from connector.emulator.world import seed

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
FAULTS = (
    drop_before(vendor="*"),
    drop_after(vendor="*"),
    drop_after(vendor="trustpilot", method="POST"),
    drop_after(vendor="salesforce", path="*/composite/sobjects"),
    truncated_json(vendor="*"),
    too_many_requests(2, vendor="*"),
    expired_session(),
    Fault("*", status=503, body=""),
    Fault("trustpilot", "POST", status=400, body={"message": "No."}),
)
WHICH = st.sampled_from(["service", "service", "product"])


class Answers(RuleBasedStateMachine):
    """A service and a product review, and everybody who may answer them."""

    open_desk: ClassVar[Callable]

    @initialize()
    def open_shop(self):
        emulator = Emulator(clock=EmulatorClock(frozen_at=START))
        world = seed(emulator, service_reviews=0, product_reviews=0, people=1)
        self.desk = type(self).open_desk(emulator, world)
        state = emulator.trustpilot
        self.reviews = {
            "service": state.add_service_review(world.business_unit_id)["id"],
            "product": state.add_product_review(world.business_unit_id)["id"],
        }
        self.desk.import_reviews()
        self.texts, self.theirs, self.seen = 0, set(), set()

    def public(self, which):
        """All the words of the business that are public below a review."""
        if which == "product":
            return self.desk.comments(self.reviews[which])
        return [text for text in [self.desk.live(self.reviews[which])] if text]

    def new_text(self, who):
        self.texts += 1
        return f"{who} {self.texts}"

    @rule(which=WHICH)
    def an_agent_writes_and_posts(self, which):
        self.seen.add(self.desk.row(self.reviews[which])["Live_Reply__c"])
        self.desk.queue(self.reviews[which], self.new_text("agent"))

    @rule(which=WHICH)
    def an_agent_posts_again(self, which):
        row = self.desk.row(self.reviews[which])
        if row["Reply__c"]:
            self.seen.add(row["Live_Reply__c"])
            self.desk.queue(self.reviews[which])

    @rule()
    def a_colleague_answers_in_the_portal(self):
        text = self.new_text("colleague")
        self.theirs.add(text)
        self.desk.trustpilot.portal_reply(self.reviews["service"], text, "A colleague")

    @rule(fault=st.sampled_from(FAULTS), skip=st.integers(0, 12), times=st.integers(1, 5))
    def trouble_is_near(self, fault, skip, times):
        self.desk.emulator.faults.add(replace(fault, skip=skip, times=times))

    @rule(minutes=st.sampled_from([1, 6]))
    def time_passes(self, minutes):
        self.desk.emulator.clock.advance(timedelta(minutes=minutes))

    @rule(everything=st.booleans())
    def a_run(self, everything):
        before = self.public("service")
        with suppress(ConnectorError):  # trouble may end a run, in our own words
            self.desk.one_run(()) if everything else self.desk.run()
        overwritten = set(before) - set(self.public("service"))
        assert overwritten & self.theirs <= self.seen, "words were overwritten unseen"
        assert len(self.public("product")) <= 1, "a product review has two comments"

    def teardown(self):
        if not hasattr(self, "desk"):
            return
        self.desk.emulator.faults.clear()
        for _ in range(3):
            self.time_passes(6)
            self.a_run(everything=False)
        for which, review_id in self.reviews.items():
            row, public = self.desk.row(review_id), self.public(which)
            assert row["Reply_Status__c"] != "Queued"
            spoken_since = set(public) & self.theirs
            if row["Reply_Status__c"] == "Published" and not spoken_since:
                assert public == [row["Reply__c"]] == [row["Published_Reply__c"]]
            if row["Reply_Status__c"] == "Conflict" and which == "product":
                assert public == [row["Live_Reply__c"]]


def test_nobodys_words_are_overwritten_unseen_in_any_order_of_events(
    passes_on, settings, open_desk
):
    class Here(Answers):
        """The machine with this test's fixtures."""

    Here.open_desk = staticmethod(
        lambda emulator, world: open_desk(emulator, world, passes_on(emulator, settings))
    )
    run_state_machine_as_test(
        Here,
        settings=hypothesis_settings(
            max_examples=12,
            stateful_step_count=16,
            deadline=None,
            database=None,
            derandomize=True,  # the same story on every machine
        ),
    )
