"""Which tags a review lacks at Trustpilot, and what its record says afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.replies.tags import (
    LATEST_FIELDS,
    added_row,
    gone_row,
    plan_tags,
    stopped_row,
    tags_in,
)

PATHS = ("Order__r.Type", "Account__r.Industry")


def review(**fields):
    return {
        "Id": "a01",
        "External_Id__c": "r1",
        "Type__c": "Service",
        "Tags_Wanted__c": False,
        **fields,
    }


def stored(row, written):
    """The row as the org shows it when the update is in: blanks at the ends are gone."""
    texts = {name: text.strip() for name, text in written.items() if isinstance(text, str)}
    return {**row, **written, **texts}


def latest(row):
    return {name: row.get(name) for name in LATEST_FIELDS}


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("vip, Big order;billing", ("vip", "Big order", "billing")),
        (" vip ,, ; ", ("vip",)),
        ("VIP, vip", ("VIP",)),  # the first spelling counts
        ("two\nlines", ("two", "lines")),
        ("many   blanks\t", ("many blanks",)),
        ("Food;Drinks", ("Food", "Drinks")),  # a multi-select picklist
        (True, ("true",)),
        (5.0, ("5",)),
        (2.5, ("2.5",)),
        (0, ("0",)),
        (None, ()),
        ("", ()),
        ({"city": "Aarhus"}, ()),  # an address has many parts
    ],
)
def test_a_value_names_its_tags(value, tags):
    assert tags_in(value) == tags


def test_what_is_typed_is_missing_unless_it_is_there_in_any_capitals():
    plan = plan_tags(review(Tags_To_Add__c="vip, gold", Tags__c="VIP, old"), ())
    assert (plan.typed, plan.missing) == (("vip", "gold"), ("gold",))


def test_linked_values_are_missing_only_where_the_tick_is_set():
    row = review(Order__r={"Type": "Online"}, Account__r={"Industry": None}, Tags_To_Add__c="vip")
    assert plan_tags(row, PATHS).missing == ("vip",)
    assert plan_tags({**row, "Tags_Wanted__c": True}, PATHS).missing == ("vip", "Online")


@pytest.mark.parametrize("order", [None, {}, {"Type": None}, {"Type": " "}])
def test_a_link_that_leads_nowhere_gives_no_tag(order):
    row = review(Tags_Wanted__c=True, Order__r=order)
    assert plan_tags(row, PATHS).missing == ()


def test_a_path_finds_its_value_whatever_capitals_the_org_answers_with():
    row = review(Tags_Wanted__c=True, Order__r={"Type": "Online"})
    assert plan_tags(row, ("order__r.type",)).missing == ("Online",)


def test_a_review_that_asks_for_nothing_has_no_plan():
    assert plan_tags(review(), PATHS) is None


def test_a_tombstone_has_no_plan():
    row = review(Deleted__c=True, Tags_To_Add__c="vip", Tags_Wanted__c=True)
    assert plan_tags(row, PATHS) is None


def test_a_product_review_is_refused_with_a_reason():
    plan = plan_tags(review(Type__c="Product", Tags_To_Add__c="vip"), ())
    assert "Product reviews" in plan.refusal


def test_what_was_added_is_taken_off_and_shown_and_the_error_emptied():
    row = review(Tags_To_Add__c="vip,gold", Tags__c="old, VIP", Tags_Wanted__c=True)
    assert added_row(plan_tags(row, ()), latest(row)) == {
        "Id": "a01",
        "Tags_To_Add__c": None,
        "Tags_Wanted__c": False,
        "Tags__c": "VIP; gold; old",
        "Tags_Error__c": None,
    }


def test_what_was_typed_meanwhile_stays():
    plan = plan_tags(review(Tags_To_Add__c="vip"), ())
    row = added_row(plan, {"Tags_To_Add__c": "VIP, late; later", "Tags__c": "vip"})
    assert row["Tags_To_Add__c"] == "late,later"
    assert "Tags__c" not in row  # another run has shown it already


def test_a_tick_that_came_meanwhile_stays():
    plan = plan_tags(review(Tags_To_Add__c="vip"), ())
    for row in (added_row(plan, {}), gone_row(plan, {}, "Gone."), stopped_row(plan, "No.")):
        assert "Tags_Wanted__c" not in row


def test_what_was_refused_stays_typed_and_is_not_planned_again():
    row = review(Tags_To_Add__c="vip, gold", Tags_Wanted__c=True)
    stopped = stopped_row(plan_tags(row, ()), "Too long.")
    assert stopped == {
        "Id": "a01",
        "Tags_Wanted__c": False,
        "Tags_Error__c": "Tags not added: “vip, gold”. Too long.",
    }
    assert plan_tags({**row, **stopped}, ()) is None


@pytest.mark.parametrize(
    "change",
    [{"Tags_To_Add__c": "vip"}, {"Tags_To_Add__c": "gold, vip"}, {"Tags_Wanted__c": True}],
)
def test_what_was_refused_is_planned_again_when_a_person_changes_it(change):
    row = review(Tags_To_Add__c="vip, gold", Tags_Error__c="Tags not added: “vip, gold”. No.")
    assert plan_tags({**row, **change}, ()) is not None


def test_tags_that_are_gone_remain_in_the_sentence():
    row = review(Tags_To_Add__c="vip")
    gone = gone_row(plan_tags(row, ()), latest(row), "The review is gone at Trustpilot.")
    assert gone == {
        "Id": "a01",
        "Tags_To_Add__c": None,
        "Tags_Error__c": "Tags not added: “vip”. The review is gone at Trustpilot.",
    }


TYPED = st.text(max_size=255)
ROWS = st.builds(
    lambda typed, there, ticked, order: review(
        Tags_To_Add__c=typed, Tags__c=there, Tags_Wanted__c=ticked, Order__r={"Type": order}
    ),
    TYPED | st.none(),
    TYPED | st.none(),
    st.booleans(),
    TYPED | st.none(),
)


@given(ROWS)
def test_the_plan_of_a_plans_result_is_empty(row):
    plan = plan_tags(row, PATHS)
    if plan is None:
        return
    for written in (
        added_row(plan, latest(row)),
        gone_row(plan, latest(row), "Gone."),
        stopped_row(plan, "No."),
    ):
        again = plan_tags(stored(row, written), PATHS)
        assert again is None or again.missing == ()


@given(TYPED)
def test_sending_what_is_there_sends_nothing(text):
    there = ", ".join(tags_in(text))
    plan = plan_tags(review(Tags_To_Add__c=text or "x", Tags__c=f"{there}, X"), ())
    assert plan.missing == ()


@given(ROWS, TYPED)
def test_no_field_is_longer_than_it_can_be_and_nothing_typed_meanwhile_is_lost(row, late):
    plan = plan_tags(row, PATHS)
    if plan is None:
        return
    written = added_row(plan, {**latest(row), "Tags_To_Add__c": late})
    left = tags_in(written["Tags_To_Add__c"])
    assert {tag.casefold() for tag in left} == {tag.casefold() for tag in tags_in(late)} - {
        tag.casefold() for tag in plan.typed
    }
    for text in (*written.values(), *stopped_row(plan, "w" * 300).values()):
        assert not isinstance(text, str) or len(text) <= 255
