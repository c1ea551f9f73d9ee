"""What is said of a review after it was compared with the org."""

import pytest

from connector.core.reviews.comparison import StoreReview
from connector.core.reviews.verdicts import Verdict, verdicts


def store(review_id, *, is_new):
    return StoreReview({"External_Id__c": review_id}, is_new=is_new)


def test_a_review_to_be_written_is_new_or_different():
    found = verdicts(["a", "b"], [store("a", is_new=True), store("b", is_new=False)], [])
    assert found == {"a": Verdict.NEW, "b": Verdict.DIFFERENT}


def test_a_review_that_is_not_wanted_is_filtered():
    assert verdicts(["a"], [], ["a"]) == {"a": Verdict.FILTERED}


def test_a_review_without_a_write_is_unchanged():
    assert verdicts(["a"], [], []) == {"a": Verdict.UNCHANGED}


def test_each_review_is_told_of_once_and_writes_come_first():
    found = verdicts(["a", "b", "c"], [store("c", is_new=True)], ["b"])
    assert list(found) == ["c", "b", "a"]


@pytest.mark.parametrize("verdict", Verdict)
def test_what_needs_no_write_is_settled(verdict):
    written = {Verdict.NEW, Verdict.DIFFERENT}
    assert verdict.is_settled is (verdict not in written)
