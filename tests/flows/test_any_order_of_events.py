"""Whatever consumers, colleagues, faults and clocks do, two clean runs bring the org up to date.

Every review of the window and since is in the org once, with the text, stars and reply it has
now: new ones at once, edits and replies of older ones after the daily re-scan.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from connector.core.errors import ConnectorError
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.faults import (
    Fault,
    custom_row_error,
    drop_after,
    drop_before,
    expired_session,
    too_many_requests,
    truncated_json,
)
from connector.emulator.trustpilot.service_reviews import Bounds
from connector.emulator.world import seed

START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
FAULTS = (
    drop_before(vendor="*"),
    drop_after(vendor="*"),
    truncated_json(vendor="*"),
    too_many_requests(2, vendor="*"),
    expired_session(),
    expired_session(vendor="trustpilot"),
    Fault("*", status=500, body={"message": "Oops"}),
    Fault("*", status=200, html=True),
)
KINDS = st.sampled_from(["service", "product"])
TEXTS = st.sampled_from(["Good", "Bad", "קצר", "😀" * 40, "two\nlines", "'quoted' \\ %_"])
STARS = st.integers(1, 5)


class Events(RuleBasedStateMachine):
    """Anything that may happen, in any order; `_settled` says what is wrong at the end."""

    make_run = differences = dying_door = killed = None  # given by the test

    @initialize()
    def open_shop(self):
        self.emulator = Emulator(clock=EmulatorClock(frozen_at=START))
        world = seed(self.emulator, service_reviews=0, product_reviews=0, people=1)
        self.unit_id = world.business_unit_id
        self.one_run = type(self).make_run(self.emulator)

    def written(self, kind):
        """Every review, oldest first; a story is shorter than the re-scan's reach."""
        if kind == "service":
            return self.emulator.trustpilot.service.of_unit(self.unit_id, Bounds(START, None))
        return list(self.emulator.trustpilot.product.reviews.values())

    @rule(kind=KINDS, text=TEXTS, stars=STARS, late=st.integers(0, 8))
    def a_consumer_writes(self, kind, text, stars, late):
        state = self.emulator.trustpilot
        at = self.emulator.clock.now() - timedelta(minutes=late)
        if kind == "service":
            state.add_service_review(self.unit_id, text=text, stars=stars, createdAt=at)
        else:
            state.add_product_review(self.unit_id, content=text, stars=stars, createdAt=at)

    @rule(kind=KINDS, text=TEXTS, stars=STARS, which=st.integers(0, 9))
    def a_consumer_edits(self, kind, text, stars, which):
        if written := self.written(kind):
            words = {"text" if kind == "service" else "content": text}
            review = written[which % len(written)]
            self.emulator.trustpilot.edit_review(review["id"], stars=stars, **words)

    @rule(text=TEXTS, which=st.integers(0, 9))
    def a_colleague_replies_in_the_portal(self, text, which):
        if written := self.written("service"):
            review = written[which % len(written)]
            self.emulator.trustpilot.portal_reply(review["id"], text, "A colleague")

    @rule(fault=st.sampled_from(FAULTS), skip=st.integers(0, 18), times=st.integers(1, 6))
    def trouble_is_near(self, fault, skip, times):
        self.emulator.faults.add(replace(fault, skip=skip, times=times))

    @rule(rows=st.integers(1, 3))
    def the_org_will_refuse_rows(self, rows):
        refusal = custom_row_error("Trustpilot_Review__c", "SOME_RULE", "No.", rows=rows)
        self.emulator.faults.add(refusal)

    @rule(minutes=st.sampled_from([1, 5, 30, 24 * 60]))
    def time_passes(self, minutes):
        self.emulator.clock.advance(timedelta(minutes=minutes))

    @rule(only=st.sampled_from([(), ("reviews_in",), ("summary",)]), dry_run=st.booleans())
    def a_run(self, only, dry_run):
        with suppress(ConnectorError):  # trouble may end a run, in our own words
            self.one_run(only, dry_run=dry_run)

    @rule(at=st.integers(0, 18), after=st.booleans())
    def a_run_is_killed(self, at, after):
        door = type(self).dying_door(at, after=after, emulator=self.emulator)
        with suppress(ConnectorError, type(self).killed):
            self.one_run(door=door)

    @precondition(lambda self: hasattr(self, "one_run"))
    @rule()
    def all_is_well_after_two_clean_runs(self):
        self.emulator.faults.clear()
        self.emulator.clock.advance(timedelta(days=1))
        for _ in range(2):
            report = self.one_run()
        assert report.failures == ()
        assert report.open_issues == 0
        assert type(self).differences(self.emulator) == []
        assert not self.one_run().did_something

    def teardown(self):
        if hasattr(self, "one_run"):
            self.all_is_well_after_two_clean_runs()


def test_two_clean_runs_bring_the_org_up_to_date_after_anything(
    passes_on, settings, differences, dying_door, killed
):
    class Here(Events):
        make_run = staticmethod(lambda emulator: passes_on(emulator, settings))

    Here.differences, Here.killed = staticmethod(differences), killed
    Here.dying_door = staticmethod(dying_door)

    run_state_machine_as_test(
        Here,
        settings=hypothesis_settings(
            max_examples=10,
            stateful_step_count=14,
            deadline=None,
            database=None,
            derandomize=True,  # the same story on every machine
        ),
    )
