"""What a run did: whether anything changed, how often, and what stopped it."""

from datetime import UTC, datetime

import pytest

from connector.core.run.issues import Issue
from connector.core.run.report import ONLY_LOOKED_AT, Action, FlowReport, Mark, RunReport
from connector.core.terms.errors import SafetyStop

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ISSUE = Issue("code", "A sentence.", "A step.", "reviews_in", "k1")


def a_run(*flows):
    return RunReport("run-1", NOW, NOW, False, flows, {}, {}, 0)  # noqa: FBT003 - no dry run


def test_a_mark_is_unique_for_its_stream_and_business_unit():
    assert Mark("service_reviews", "u1", NOW).key == "service_reviews:u1"


def test_lines_for_a_terminal_show_in_no_repr():
    assert "words of a customer" not in repr(Action("post", "a01", shown=("words of a customer",)))


@pytest.mark.parametrize("word", sorted(ONLY_LOOKED_AT))
def test_a_run_that_only_looked_was_idle(word):
    flow = FlowReport("some", {word: 3, "reviews_new": 0})
    assert not flow.did_something
    assert not a_run(flow).did_something


@pytest.mark.parametrize(
    "flow",
    [
        FlowReport("some", {"reviews_read": 3, "reviews_new": 1}),
        FlowReport("some", issues=(ISSUE,)),
        FlowReport("some", passed=("key",)),
        FlowReport("some", failures=(SafetyStop("no"),)),
    ],
    ids=["a change", "an issue", "trouble that is over", "a failure"],
)
def test_whatever_changed_or_needs_a_look_is_something(flow):
    assert flow.did_something
    assert a_run(FlowReport("idle"), flow).did_something


def test_counts_and_failures_are_those_of_all_flows_in_order():
    first, second = SafetyStop("first"), SafetyStop("second")
    report = a_run(
        FlowReport("one", {"reviews_new": 2}, failures=(first,)),
        FlowReport("two", {"reviews_new": 3}, failures=(second,)),
    )
    assert report.count("reviews_new") == 5
    assert report.count("reviews_changed") == 0
    assert report.failures == (first, second)
