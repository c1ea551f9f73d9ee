"""Which reviews are written, and what a live reply does to the reply's status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.plan_reviews import MappedReview, plan_reviews


def mapped(review_id="r1", content_hash="h1", **fields):
    return MappedReview({"External_Id__c": review_id, **fields}, content_hash)


def stored(content_hash="h1", live=None, status=None):
    return {"Content_Hash__c": content_hash, "Live_Reply__c": live, "Reply_Status__c": status}


def test_a_review_the_org_does_not_have_is_new():
    plan = plan_reviews([mapped()], {})
    assert [store.is_new for store in plan.stores] == [True]
    assert plan.stores[0].row["Content_Hash__c"] == "h1"


def test_an_unchanged_review_costs_no_write():
    plan = plan_reviews([mapped()], {"r1": stored("h1")})
    assert plan.stores == ()
    assert plan.unchanged == 1


def test_a_changed_review_is_written_and_not_new():
    plan = plan_reviews([mapped(content_hash="h2")], {"r1": stored("h1")})
    assert [store.is_new for store in plan.stores] == [False]


def test_of_one_review_listed_twice_the_later_one_wins():
    plan = plan_reviews([mapped(content_hash="old"), mapped(content_hash="new")], {})
    assert [store.row["Content_Hash__c"] for store in plan.stores] == ["new"]


@pytest.mark.parametrize("status", [None, "", "Published", "Deleted"])
def test_a_reply_written_at_trustpilot_shows_as_published(status):
    before = {"r1": stored("old", None, status)}
    (store,) = plan_reviews([mapped(Live_Reply__c="Thanks")], before).stores
    assert store.row["Reply_Status__c"] == "Published"
    assert store.row["Published_Reply__c"] == "Thanks"


@pytest.mark.parametrize("status", ["Draft", "Queued", "Blocked", "Conflict", "Failed"])
def test_a_reply_under_way_is_left_to_its_agent(status):
    before = {"r1": stored("old", "Before", status)}
    (store,) = plan_reviews([mapped(Live_Reply__c="After")], before).stores
    assert "Reply_Status__c" not in store.row
    assert "Published_Reply__c" not in store.row


def test_a_reply_that_was_deleted_at_trustpilot_shows_as_deleted():
    before = {"r1": stored("old", "Thanks", "Published")}
    (store,) = plan_reviews([mapped(Live_Reply__c=None)], before).stores
    assert store.row["Reply_Status__c"] == "Deleted"
    assert store.row["Published_Reply__c"] is None


def test_a_change_elsewhere_leaves_the_reply_alone():
    before = {"r1": stored("old", "Thanks", "Published")}
    (store,) = plan_reviews([mapped(Live_Reply__c="Thanks")], before).stores
    assert "Reply_Status__c" not in store.row


def test_what_the_agent_writes_is_never_in_a_row():
    plan = plan_reviews([mapped(Live_Reply__c="Thanks")], {"r1": stored("old")})
    assert all("Reply__c" not in store.row for store in plan.stores)


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("123"))),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123")),
)
def test_the_plan_of_a_plans_result_is_empty(listed, held):
    reviews = [mapped(review_id, content_hash) for review_id, content_hash in listed]
    before = {review_id: stored(content_hash) for review_id, content_hash in held.items()}
    first = plan_reviews(reviews, before)
    after = before | {store.id: store.row for store in first.stores}
    assert plan_reviews(reviews, after).stores == ()
    assert len(first.stores) + first.unchanged == len({one for one, _ in listed})
