"""Automatic replies: for which reviews, when, and never more in a day than there are places."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.replies.automatic import (
    AutoReply,
    automatic_at,
    free_places,
    is_due,
    is_untouched,
    place_keys,
    plan_automatic,
    postponed_row,
    queued_row,
    withdrawn_row,
)
from connector.core.terms.reviews import Review, ReviewType

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = AutoReply(stars=(5,), business_units=("shop",), delay=timedelta(hours=2), per_day=3)
DUE = "2026-03-02T08:00:00.000+0000"


def review(hours_ago=1.0, **fields):
    usual = {"stars": 5, "consumer_name": "Wanda Smith"}
    return Review(
        id="r1",
        type=ReviewType.SERVICE,
        business_unit_id="u1",
        created_at=NOW - timedelta(hours=hours_ago),
        **{**usual, **fields},
    )


def row(number=1, **fields):
    usual = {"Stars__c": 5, "Suggested_Reply__c": "Thanks!", "Auto_Reply_At__c": DUE}
    return {"Id": f"a{number:03}", "External_Id__c": f"r{number}", **usual, **fields}


def test_the_delay_counts_from_when_the_review_was_written():
    assert automatic_at(POLICY, review(1), "shop", NOW) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("policy", "fields", "unit"),
    [
        (AutoReply(), {}, "shop"),  # off
        (POLICY, {"stars": 4}, "shop"),
        (POLICY, {"stars": None}, "shop"),
        (POLICY, {}, "outlet"),
        (POLICY, {"hours_ago": 73}, "shop"),  # an old review, of a first import
    ],
)
def test_a_review_that_does_not_fit_is_left_to_people(policy, fields, unit):
    assert automatic_at(policy, review(**fields), unit, NOW) is None


def test_every_business_unit_is_meant_where_none_is_named():
    assert AutoReply(stars=(5,)).is_for(5, "outlet")


@pytest.mark.parametrize(
    ("at", "due"), [(DUE, True), ("2026-03-02T09:00:00.000+0000", True),
                    ("2026-03-02T09:00:01.000+0000", False), (None, False)]
)  # fmt: skip
def test_a_reply_is_due_at_its_time(at, due):
    assert is_due(row(Auto_Reply_At__c=at), NOW) is due


TOUCHED = [
    {"Reply__c": "My own"},
    {"Reply_Status__c": "Draft"},
    {"Live_Reply__c": "Theirs"},
    {"Auto_Reply_Key__c": "u1:2026-03-01:1"},
    {"Deleted__c": True},
    {"Missing_Since__c": DUE},
]


@pytest.mark.parametrize("fields", TOUCHED)
def test_what_somebody_has_begun_or_answered_is_left_to_people(fields):
    assert not is_untouched(row(**fields))
    plan = plan_automatic(POLICY, "shop", [row(**fields)], ["k1"])
    assert (plan.queue, plan.withdrawn, plan.postponed) == ((), (row(**fields),), ())


@pytest.mark.parametrize(
    "fields", [{"Stars__c": 4}, {"Stars__c": None}, {"Suggested_Reply__c": None}]
)
def test_what_no_longer_fits_is_left_to_people(fields):
    assert plan_automatic(POLICY, "shop", [row(**fields)], ["k1"]).withdrawn


def test_what_was_planned_before_it_was_switched_off_is_left_to_people():
    assert plan_automatic(AutoReply(), "shop", [row()], ["k1"]).withdrawn


def test_those_that_waited_longest_get_the_places():
    later = row(1, Auto_Reply_At__c="2026-03-02T08:30:00.000+0000")
    earlier = row(2)
    plan = plan_automatic(POLICY, "shop", [later, earlier], ["k1"])
    assert [(each.row["Id"], each.key) for each in plan.queue] == [("a002", "k1")]
    assert plan.postponed == (later,)


rows = st.lists(st.sampled_from([{}, *TOUCHED, {"Stars__c": 1}]), max_size=12).map(
    lambda all_of: [row(number, **fields) for number, fields in enumerate(all_of)]
)


@given(rows, st.integers(0, 5))
def test_each_review_has_one_fate_and_no_place_is_given_twice(due, places):
    free = [f"k{number}" for number in range(places)]
    plan = plan_automatic(POLICY, "shop", due, free)
    fates = [each.row["Id"] for each in plan.queue]
    fates += [each["Id"] for each in (*plan.withdrawn, *plan.postponed)]
    assert sorted(fates) == sorted(each["Id"] for each in due)
    keys = [each.key for each in plan.queue]
    assert len(keys) == len(set(keys)) <= places
    assert all(is_untouched(each.row) for each in plan.queue)
    assert not plan.postponed or len(plan.queue) == places


def test_a_day_has_as_many_places_as_the_cap_and_each_day_its_own():
    keys = place_keys("u1", date(2026, 3, 2), 3)
    assert keys == ["u1:2026-03-02:1", "u1:2026-03-02:2", "u1:2026-03-02:3"]
    assert not set(keys) & set(place_keys("u1", date(2026, 3, 3), 3))
    assert free_places(keys, {"u1:2026-03-02:2"}) == [keys[0], keys[2]]


def test_the_longest_key_fits_its_field():
    assert len(place_keys("a" * 24, date(2026, 12, 31), 500)[-1]) <= 64


def test_the_rows_say_what_happens():
    (planned,) = plan_automatic(POLICY, "shop", [row()], ["k1"]).queue
    assert queued_row(planned) == {
        "Id": "a001",
        "Reply__c": "Thanks!",
        "Reply_Status__c": "Queued",
        "Automatic_Reply__c": True,
        "Auto_Reply_Key__c": "k1",
        "Auto_Reply_At__c": None,
    }
    assert withdrawn_row(row()) == {"Id": "a001", "Auto_Reply_At__c": None}
    tomorrow = datetime(2026, 3, 3, tzinfo=UTC)
    assert postponed_row(row(), NOW) == {"Id": "a001", "Auto_Reply_At__c": tomorrow}
