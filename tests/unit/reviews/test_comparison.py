"""Which reviews are written, and what a live reply does to the reply's status."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.reviews.comparison import (
    LONGEST_MEMORY,
    MappedReview,
    is_seen,
    plan_reviews,
    reply_change,
    seen_reviews,
    seen_text,
    touches_reply,
    with_conversations,
    with_edits,
)
from connector.core.terms.reviews import Comment, Conversation


def mapped(review_id="r1", content_hash="h1", *, wanted=True, **fields):
    return MappedReview({"External_Id__c": review_id, **fields}, content_hash, wanted=wanted)


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


def test_a_review_that_is_not_wanted_stays_out_unless_the_org_holds_it():
    unwanted = [mapped("r1", wanted=False), mapped("r2", "h2", wanted=False)]
    plan = plan_reviews(unwanted, {"r2": stored("h1")})
    assert [store.id for store in plan.stores] == ["r2"]
    assert (plan.filtered, plan.unchanged) == (("r1",), 0)


def test_of_one_review_listed_twice_the_later_one_wins():
    plan = plan_reviews([mapped(content_hash="old"), mapped(content_hash="new")], {})
    assert [store.row["Content_Hash__c"] for store in plan.stores] == ["new"]


def changes(store, before, **now):
    """What storing a review does to the reply; `now` is what the org says by then."""
    return reply_change(store, before, {**before, **now})


@pytest.mark.parametrize("status", [None, "", "Published", "Deleted", "Edited Review"])
def test_a_reply_written_at_trustpilot_shows_as_published(status):
    before = stored("old", None, status)
    (store,) = plan_reviews([mapped(Live_Reply__c="Thanks")], {"r1": before}).stores
    assert touches_reply(store, before)
    assert changes(store, before) == {
        "Reply_Status__c": "Published",
        "Published_Reply__c": "Thanks",
    }


@pytest.mark.parametrize("status", ["Draft", "Queued", "Approved", "Blocked", "Conflict", "Failed"])
def test_a_reply_under_way_is_left_to_its_agent(status):
    before = stored("old", "Before", status)
    (store,) = plan_reviews([mapped(Live_Reply__c="After")], {"r1": before}).stores
    assert changes(store, before) == {}


@pytest.mark.parametrize("status", ["Draft", "Queued", "Delete Queued"])
def test_a_status_that_was_set_since_the_review_was_read_stays(status):
    before = stored("old", None, "Published")
    (store,) = plan_reviews([mapped(Live_Reply__c="Thanks")], {"r1": before}).stores
    assert changes(store, before, Reply_Status__c=status) == {}


def test_a_reply_that_was_deleted_at_trustpilot_shows_as_deleted():
    before = stored("old", "Thanks", "Published")
    (store,) = plan_reviews([mapped(Live_Reply__c=None)], {"r1": before}).stores
    assert changes(store, before) == {"Reply_Status__c": "Deleted", "Published_Reply__c": None}


@pytest.mark.parametrize("fields", [{"Live_Reply__c": "Thanks"}, {}])
def test_a_change_elsewhere_leaves_the_reply_alone(fields):
    before = stored("old", "Thanks", "Published")
    (store,) = plan_reviews([mapped(**fields)], {"r1": before}).stores
    assert not touches_reply(store, before)
    assert changes(store, before) == {}


def test_a_new_review_that_is_answered_already_comes_with_its_status():
    (store,) = plan_reviews([mapped(Live_Reply__c="Thanks")], {}).stores
    assert (store.row["Reply_Status__c"], store.row["Published_Reply__c"]) == (
        "Published",
        "Thanks",
    )
    assert not touches_reply(store, {})


def test_the_row_of_a_known_review_never_holds_what_agents_write():
    before = {"r1": stored("old", None, "Published")}
    (store,) = plan_reviews([mapped(Live_Reply__c="Thanks")], before).stores
    assert not {"Reply_Status__c", "Reply__c", "Published_Reply__c"} & store.row.keys()


def thread(*texts, state="public"):
    said = tuple(
        Comment(str(n), text, by_business=True, author_id="u") for n, text in enumerate(texts)
    )
    return {"r1": Conversation("c1", state, said)}


def test_the_answer_in_a_conversation_shows_as_published():
    before = stored("old")
    plan = plan_reviews([mapped()], {"r1": before})
    (store,) = with_conversations(plan, thread("Thanks"), {"r1": before}).stores
    assert (store.row["Live_Reply__c"], store.row["Live_Reply_Author_Id__c"]) == ("Thanks", "u")
    assert store.row["Conversation_State__c"] == "public"
    assert changes(store, before)["Reply_Status__c"] == "Published"


def test_our_comment_stays_the_answer_when_a_colleague_adds_another():
    before = stored("old", "Ours", "Published")
    plan = plan_reviews([mapped()], {"r1": before})
    (store,) = with_conversations(plan, thread("Ours", "And more"), {"r1": before}).stores
    assert changes(store, before) == {}


def test_a_new_review_with_a_conversation_comes_with_its_status():
    plan = with_conversations(plan_reviews([mapped()], {}), thread("Thanks"), {})
    assert plan.stores[0].row["Reply_Status__c"] == "Published"


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


EDITED_AT = datetime(2026, 11, 22, 9, 0, 0, 500_000, tzinfo=UTC)
BEFORE = {
    "Stars__c": 2.0,
    "Title__c": "Late",
    "Text__c": "It came late.",
    "Review_Updated__c": None,
    "Edit_Count__c": None,
    "Reply_Status__c": "Published",
}


def edited(row, **before):
    words = {"Stars__c": 2, "Title__c": "Late", "Text__c": "It came late.", **row}
    plan = plan_reviews([mapped(content_hash="h2", **words)], {"r1": stored("h1")})
    (store,) = with_edits(plan, {"r1": {**BEFORE, **before}})
    return store


def test_other_words_with_a_later_time_are_an_edit():
    store = edited({"Text__c": "It came.", "Review_Updated__c": EDITED_AT})
    row = store.row
    assert store.is_edit
    assert (row["Edited__c"], row["Edit_Count__c"]) == (True, 1)
    assert (row["Previous_Stars__c"], row["Previous_Text__c"]) == (2.0, "It came late.")


@pytest.mark.parametrize(
    ("row", "before"),
    [
        ({"Likes__c": 3, "Review_Updated__c": EDITED_AT}, {}),  # no other words
        ({"Text__c": " It came late.\r\n", "Review_Updated__c": EDITED_AT}, {}),  # reads the same
        ({"Text__c": "IT CAME LATE.", "Review_Updated__c": None}, {}),  # another mapping
        (
            {"Text__c": "IT CAME LATE.", "Review_Updated__c": EDITED_AT},
            {"Review_Updated__c": "2026-11-22T09:00:00.000+0000"},
        ),  # another mapping of a review that was edited before
    ],
)
def test_what_is_no_edit_does_not_look_like_one(row, before):
    assert "Edited__c" not in edited(row, **before).row


def test_without_the_time_of_the_edit_the_words_alone_decide():
    assert edited({"Stars__c": 5}).row["Edited__c"]


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        ("Published", "Edited Review"),  # it answers words that are gone
        ("Queued", "Edited Review"),  # it would
        ("Approved", "Edited Review"),
        (None, None),
        ("Draft", None),  # who is still writing sees the edit
        ("Conflict", None),
        ("Delete Queued", None),
    ],
)
def test_a_reply_to_words_that_are_gone_asks_to_be_written_again(status, becomes):
    store = edited({"Stars__c": 1, "Review_Updated__c": EDITED_AT})
    before = stored("h1", None, status)
    assert touches_reply(store, before)
    change = changes(store, before)
    assert change.get("Reply_Status__c") == becomes
    assert bool(change.get("Reply_Error__c")) is bool(becomes)


def test_a_new_review_is_no_edit():
    plan = plan_reviews([mapped(Stars__c=1)], {})
    assert with_edits(plan, {}) == plan.stores


def test_a_tombstone_is_left_alone():
    plan = plan_reviews([mapped(content_hash="h2")], {"r1": stored("h1") | {"Deleted__c": True}})
    assert plan.stores == ()


def test_a_review_that_is_shown_again_is_written_though_nothing_changed():
    missing = stored("h1") | {"Missing_Since__c": "2026-11-20T00:00:00.000+0000"}
    (store,) = plan_reviews([mapped()], {"r1": missing}).stores
    assert store.row["Missing_Since__c"] is None


def test_the_memory_of_a_checkpoint_tells_the_same_content_from_another():
    memory = seen_reviews(seen_text({"r1": "a" * 64}))
    assert is_seen(mapped(content_hash="a" * 64), memory)
    assert not is_seen(mapped(content_hash="b" * 64), memory)
    assert not is_seen(mapped("r2", content_hash="a" * 64), memory)


def test_a_memory_that_does_not_fit_its_field_is_left_out():
    assert seen_text({f"{number:024}": "a" * 64 for number in range(4000)}) == ""
    assert (
        0 < len(seen_text({f"{number:024}": "a" * 64 for number in range(2000)})) < LONGEST_MEMORY
    )


@pytest.mark.parametrize("text", [None, "", "no JSON", "[1]", "7"])
def test_a_spoilt_memory_is_no_memory(text):
    assert seen_reviews(text) == {}
