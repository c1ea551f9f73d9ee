"""Whatever consumers, people, faults, kills and clocks do, clean runs bring both sides to agree.

Every wanted review is in the org once, with the words, stars, reply and tags that it has now;
nothing is left of what was deleted; drafts and notes of agents stand; each case and copy is there
once; no issue is open, and the run after it is idle.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from connector.emulator.faults import (
    Fault,
    RowFault,
    drop_after,
    drop_before,
    expired_session,
    html_page,
    too_many_requests,
    truncated_json,
    unreadable_json,
)

EXAMPLES = int(os.environ.get("ANY_ORDER_EXAMPLES", "0"))
"""So many stories of each kind, new ones each time; without it a few, everywhere the same ones."""

HALF = "\ud83d"


class Long(str):
    """A text that is told in a few letters."""

    __slots__ = ()

    def __repr__(self):
        return f"Long({self[:12]!r}...{len(self)})"


NAUGHTY = (
    "Good",
    "Never again",
    "  blanks\t and\r\nlines\r ",
    "a\x00b\x00",
    f"half an emoji {HALF}",
    "\x07\x1b[31mred\x7f\x85\ufffe\uffff",
    "\u202eمتجر رائع\u202c",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 " * 9,
    "Z\u0351\u036b\u0343\u036a\u0302algo",
    "' OR Id != null -- \\ %_",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.com")',
    "#N/A",
    "null",
    " \t\r\n ",
    "",
    None,
    Long("x" * 10_000),
    Long("many words " * 1_000),
    Long("\U0001f600" * 10_000),
)
WORDS = st.sampled_from(NAUGHTY) | st.text(st.characters(exclude_categories=()), max_size=20)
KINDS = st.sampled_from(["service", "service", "product"])
WHICH = st.integers(0, 11)
STARS = st.integers(1, 5)
LANGUAGES = st.sampled_from(["en", "en-GB", "da", None])

ODD = (
    {"unheardOf": {"deep": [1, None, "\x00"]}, "alsoNew": None},
    {"experiencedAt": "2018-10-02T09:58:35.135569Z"},
    {"experiencedAt": "2013-09-07T13:37:00", "updatedAt": "2022-07-08T22:41:48.1234567Z"},
    {"experiencedAt": "0001-01-01T00:00:00", "updatedAt": "9999-12-31T23:59:59.9999999Z"},
    {"experiencedAt": "yesterday", "updatedAt": 7},
    dict.fromkeys(
        (
            *("location", "source", "status", "complianceLabels", "findReviewer", "invitation"),
            *("businessUnitHistory", "reportData", "isVerified", "numberOfLikes", "tags"),
            *("product", "locale", "state", "attributeRatings", "attachments", "redirectUri"),
        )
    ),
)
"""What Trustpilot may send of a review beside its words: it costs nothing."""

PARTS = [
    {"referenceId": f"part{i}", "httpStatusCode": status, "body": body}
    for i, (status, body) in enumerate(
        [
            (503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "Busy."}]),
            (500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "Oops."}]),
            (200, {"records": None}),
        ]
    )
]
FAULTS = (
    drop_before(),
    drop_after(),
    drop_after(vendor="salesforce", path="*/composite/sobjects*"),
    too_many_requests(2),
    too_many_requests(),
    Fault("*", status=500, body={"message": "Oops"}),
    Fault("trustpilot", path="*/private/*", status=404, body={"message": "Nothing here."}),
    Fault("trustpilot", path="*/business-units/*/reviews", status=200, body={"reviews": []}),
    Fault("trustpilot", path="*/business-units/*/reviews", status=200, body={"reviews": None}),
    html_page(),
    html_page(200),
    truncated_json(),
    unreadable_json(),
    expired_session(),
    expired_session(vendor="trustpilot"),
    Fault(
        "salesforce",
        path="/services/data/*",
        status=403,
        body=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
    ),
    Fault("salesforce", path="*/composite", status=200, body={"compositeResponse": PARTS}),
    Fault("salesforce", path="*/composite", status=200, body={"compositeResponse": []}),
)
ROW_CODES = st.sampled_from(["UNABLE_TO_LOCK_ROW", "FIELD_CUSTOM_VALIDATION_EXCEPTION"])
ROWS_OF = (
    *("Trustpilot_Review__c", "Trustpilot_Review__c", "Case", "Feedback__c"),
    *("Trustpilot_Issue__c", "Trustpilot_Checkpoint__c", "Trustpilot_Business_Unit__c"),
)
HIDEABLE = (
    ("Contact", "Email"),
    ("Order", "BillToContactId"),
    ("Case", "SuppliedEmail"),
    ("Trustpilot_Review__c", "Likes__c"),
    ("Trustpilot_Review__c", "Text__c"),
    ("Feedback__c", "Headline__c"),
)
CALLS = st.integers(0, 16)


class Events(RuleBasedStateMachine):
    """Anything that may happen, in any order, in a shop of one kind of configuration."""

    shop_of: ClassVar[Callable[[], Any]]

    @initialize()
    def open_the_shop(self):
        self.story = type(self).shop_of()
        self.shop = self.story.shop
        self.days = 0

    # -- consumers, and Trustpilot itself --------------------------------------------------
    @rule(kind=KINDS, who=st.integers(0, 3), text=WORDS, title=WORDS, stars=STARS | st.none())
    def a_consumer_writes(self, kind, who, text, title, stars):
        self.story.write(kind, who, title=title, text=text, stars=stars)

    @rule(which=WHICH, text=WORDS, stars=STARS, language=LANGUAGES)
    def a_consumer_edits(self, which, text, stars, language):
        self.story.edit(which, text=text, stars=stars, language=language)

    @rule(which=WHICH)
    def a_consumer_deletes(self, which):
        self.story.delete(which)

    @rule(who=st.integers(0, 3))
    def a_consumer_leaves(self, who):
        self.story.delete_consumer(who)

    @rule(which=WHICH)
    def a_review_is_hidden_or_shown_again(self, which):
        self.story.hide_or_show(which)

    @rule(which=WHICH, odd=st.sampled_from(ODD))
    def trustpilot_sends_more_or_less(self, which, odd):
        self.story.send(which, odd)

    @rule(which=WHICH)
    def trustpilot_sends_what_cannot_be_read(self, which):
        self.story.spoil(which)

    @rule(zulu=st.booleans(), fraction=st.booleans())
    def trustpilot_spells_times_otherwise(self, zulu, fraction):
        switches = self.shop.emulator.switches
        switches.times_with_z, switches.times_with_fraction = zulu, fraction

    # -- people on both sides --------------------------------------------------------------
    @rule(which=WHICH, text=st.sampled_from(["Sorry.", "Thanks!", "\U0001f64f", None]))
    def a_colleague_replies_or_takes_it_back(self, which, text):
        self.story.reply(which, text)

    @rule(which=WHICH, values=st.lists(st.sampled_from(["late", "fine, really"]), max_size=2))
    def a_colleague_tags(self, which, values):
        self.story.tag(which, values)

    @rule(which=WHICH)
    def an_agent_drafts_a_reply(self, which):
        self.story.draft(which)

    @rule(which=WHICH, what=st.sampled_from(["close", "note", "delete"]))
    def an_agent_works_on_a_case(self, which, what):
        self.story.work_on_case(which, what)

    @rule()
    def a_super_user_asks_for_an_import(self):
        for row in self.shop.ask("SELECT Id FROM Trustpilot_Business_Unit__c"):
            wish = {"Import_Reviews__c": True, "Import_Days__c": 5}
            self.shop.change("Trustpilot_Business_Unit__c", row["Id"], **wish)

    @rule(name=st.sampled_from(HIDEABLE))
    def an_administrator_hides_a_field(self, name):
        self.shop.hide_field(*name)

    # -- time and trouble ------------------------------------------------------------------
    @precondition(lambda self: self.days < 20)
    @rule(minutes=st.sampled_from([1, 9, 30, 24 * 60]))
    def time_passes(self, minutes):
        self.days += minutes // (24 * 60)
        self.shop.emulator.clock.advance(timedelta(minutes=minutes))

    @rule(fault=st.sampled_from(FAULTS), skip=st.integers(0, 15), times=st.integers(1, 6))
    def trouble_is_near(self, fault, skip, times):
        self.shop.emulator.faults.add(replace(fault, skip=skip, times=times))

    @rule(name=st.sampled_from(ROWS_OF), code=ROW_CODES, times=st.integers(1, 6))
    def the_org_refuses_rows(self, name, code, times):
        self.shop.emulator.faults.add(RowFault(name, code, "No.", times=times))

    @rule()
    def trouble_is_over(self):
        self.calm()

    # -- processes of ours -----------------------------------------------------------------
    @rule(only=st.sampled_from([(), (), ("reviews_in",), ("erasure",)]), dry_run=st.booleans())
    def a_run(self, only, dry_run):
        self.shop.attempt(only=only, dry_run=dry_run)

    @rule(word=st.sampled_from(["import", "check"]), dry_run=st.booleans())
    def another_command(self, word, dry_run):
        self.shop.attempt(word, dry_run=dry_run)

    @rule(which=WHICH)
    def a_refresh(self, which):
        if wanted := self.story.named(which):
            self.shop.attempt("refresh", wanted=[wanted])

    @rule(at=CALLS, after=st.booleans())
    def a_run_is_killed(self, at, after):
        dies = {"dies_after" if after else "dies_before": at}
        self.shop.attempt(door=self.shop.door(**dies))

    @rule(one_at=CALLS, other_at=CALLS)
    def two_runs_race(self, one_at, other_at):
        self.shop.two_at_once(one_at, other_at)

    @rule(at=CALLS, which=WHICH, what=st.sampled_from(["edit", "delete", "hide"]), text=WORDS)
    def a_run_is_overtaken(self, at, which, what, text):
        """Something changes while a run is under way, and another run is faster."""

        def overtake():
            match what:
                case "edit":
                    self.story.edit(which, text=text, stars=1, language="en")
                case "delete":
                    self.story.delete(which)
                case "hide":
                    self.story.hide_or_show(which)
            self.shop.attempt()

        self.shop.attempt(door=self.shop.door(meets={at: overtake}))

    # -- what must be true -----------------------------------------------------------------
    def calm(self):
        """The last fault is over."""
        self.shop.calm()
        self.story.repair()

    @precondition(lambda self: self.days < 20)
    @rule()
    def all_is_well(self):
        self.settle()

    def settle(self):
        """After the last fault, the first run a day later brings both sides to agree.

        A first run looks for what is new, and leaves it to the next re-scan to look for what an
        import stored before it and Trustpilot has hidden since: then it takes a second day.
        """
        self.calm()
        days = 1 if self.story.has_marks() else 2
        for _ in range(days):
            self.days += 1
            self.shop.emulator.clock.advance(timedelta(days=1))
            report = self.shop.process()
            assert report.failures == ()
        assert self.story.what_is_wrong() == "", self.story.what_is_wrong()
        self.idle()

    def idle(self):
        """The next runs change nothing and cost next to nothing.

        A case that was just closed is a stage entry: as long as it lies in the overlap, the flow
        of invitations looks at it, which is one call more.
        """
        runs = ((0, 3),) if self.story.is_simple else ((0, 4), (11, 4), (11, 3))
        for minutes, most in runs:
            self.shop.emulator.clock.advance(timedelta(minutes=minutes))
            self.shop.emulator.calls.clear()
            report = self.shop.process()
            assert not report.did_something
            made = self.shop.emulator.calls.all()
            counted = Counter(call.vendor for call in made if call.counted)
            assert counted["salesforce"] <= most, str(report.calls)
            assert counted["trustpilot"] <= 3, str(report.calls)

    def teardown(self):
        if hasattr(self, "shop"):
            self.settle()


@pytest.mark.parametrize("variant", ["plain", "filtered", "cases and copies", "deleting"])
def test_clean_runs_bring_both_sides_to_agree_after_anything(variant, open_story):
    class Here(Events):
        shop_of = staticmethod(lambda: open_story(variant))

    usual = hypothesis_settings(
        max_examples=EXAMPLES or 6,
        stateful_step_count=50 if EXAMPLES else 30,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,  # the same stories on every machine
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
    )
    run_state_machine_as_test(Here, settings=usual)
