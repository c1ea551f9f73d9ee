"""What two runs saw of a record proves an entry; what one run saw proves nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.reviews.comparison import seen_reviews
from connector.core.rules.entries import OBSERVED
from connector.core.rules.grammar import TriggerObject
from connector.core.rules.observed import (
    HISTORY_IS_KEPT,
    LONGEST_MEMORY,
    Watch,
    kept_for,
    observed_entries,
    seen_now,
    sights_text,
)

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CASE = TriggerObject.CASE
WORKING = ("Working",)
STATUSES = ("New", "Working", "Closed")


def case(number, status, minutes=0):
    moment = START + timedelta(minutes=minutes)
    return {
        "Id": f"500{number:012d}AAA",
        "Status": status,
        "SystemModstamp": moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
    }


def key(number):
    return f"500{number:012d}"


@pytest.mark.parametrize(
    ("before", "now", "is_entry"),
    [
        ("New", "Working", True),
        ("Working", "Working", False),  # it was there already
        (None, "Working", False),  # never seen: it may have been there for years
        ("New", "Closed", False),  # another stage
        ("", "Working", True),  # seen without a status
    ],
)
def test_an_entry_is_observed_where_an_earlier_run_saw_another_stage(before, now, is_entry):
    sights = {} if before is None else {key(1): before}
    entries = observed_entries(CASE, [case(1, now, 7)], WORKING, sights)
    assert bool(entries) is is_entry
    if is_entry:
        (entry,) = entries
        assert (entry.record_id, entry.old_stage, entry.evidence) == (
            case(1, now)["Id"],
            before,
            OBSERVED,
        )
        assert entry.entered_at == START + timedelta(minutes=7)


def test_a_record_without_a_time_of_change_proves_nothing():
    row = case(1, "Working") | {"SystemModstamp": None}
    assert observed_entries(CASE, [row], WORKING, {key(1): "New"}) == []


def test_what_is_in_the_only_stage_is_forgotten_and_the_rest_remembered():
    rows = [case(1, "New"), case(2, "Working"), case(3, "Closed")]
    sights = seen_now(CASE, rows, WORKING, {key(2): "New", key(9): "Closed"})
    assert sights == {key(9): "Closed", key(1): "New", key(3): "Closed"}


def test_with_two_stages_a_move_from_one_to_the_other_is_observed():
    stages = ("Working", "Closed")
    sights = seen_now(CASE, [case(1, "Working")], stages, {})
    (entry,) = observed_entries(CASE, [case(1, "Closed")], stages, sights)
    assert (entry.old_stage, entry.new_stage) == ("Working", "Closed")


def test_the_newest_sights_survive_where_not_all_fit():
    many = {key(number): "Awaiting a customer's answer" for number in range(9000)}
    text = sights_text(many)
    kept = seen_reviews(text)
    assert LONGEST_MEMORY - 100 < len(text) <= LONGEST_MEMORY
    assert list(kept) == list(many)[-len(kept) :]


def test_sights_do_not_grow_in_memory_without_bound():
    rows = [case(number, "New") for number in range(20_000)]
    sights = seen_now(CASE, rows, WORKING, {})
    assert len(sights) < 7000
    assert key(19_999) in sights


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', "null"])
def test_a_memory_that_somebody_changed_proves_nothing(text):
    sights = seen_reviews(text)
    assert Watch(START, sights).observes
    assert observed_entries(CASE, [case(1, "Working")], WORKING, sights) == []


def test_that_the_history_is_kept_survives_the_checkpoint():
    assert not Watch(START, seen_reviews(sights_text(HISTORY_IS_KEPT))).observes


def test_the_sight_of_a_refused_record_is_needed_again():
    before = {key(1): "New", key(2): "New"}
    assert kept_for([case(1, "Working")["Id"]], before, {key(3): "New"}) == {
        key(3): "New",
        key(1): "New",
    }


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 4), st.sampled_from(STATUSES)), max_size=6), max_size=8
    )
)
def test_over_any_runs_an_entry_is_exactly_a_record_seen_outside_and_then_inside(runs):
    """Each run sees the last state of what changed before it; its memory goes through the org."""
    text, now, outside = "", {}, {}
    for changes in runs:
        touched = dict(changes)
        now |= touched
        rows = [case(number, now[number]) for number in touched]
        sights = seen_reviews(text)
        found = observed_entries(CASE, rows, WORKING, sights)
        expected = {n for n in touched if now[n] == "Working" and outside.get(n)}
        assert {int(entry.record_id[3:15]) for entry in found} == expected
        assert len(found) == len(expected)
        outside |= {n: now[n] != "Working" for n in touched}
        text = sights_text(seen_now(CASE, rows, WORKING, sights))
    assert not text or json.loads(text)
