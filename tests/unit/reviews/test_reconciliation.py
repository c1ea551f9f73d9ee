"""A check of Trustpilot's lists against the org says day by day what did not agree."""

from datetime import UTC, date, datetime

import pytest

from connector.core.reviews.reconciliation import DayCheck, Reconciliation, day_checks
from connector.core.terms.reviews import ReviewType

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def test_days_come_in_order_and_held_is_what_stood_there_already():
    days = {TUESDAY: {"listed": 1}, MONDAY: {"listed": 9, "missing": 1, "new": 2, "filtered": 3}}
    first, second = day_checks("shop", ReviewType.SERVICE, days)
    assert (first.day, first.held, first.missing) == (MONDAY, 3, 1)
    assert (second.day, second.held) == (TUESDAY, 1)


@pytest.mark.parametrize("word", ["missing", "different", "gone", "refused"])
def test_a_day_with_something_to_heal_does_not_agree(word):
    assert not DayCheck("shop", ReviewType.SERVICE, MONDAY, listed=2, **{word: 1}).agrees


@pytest.mark.parametrize("word", ["new", "filtered"])
def test_what_no_run_could_have_stored_is_no_disagreement(word):
    assert DayCheck("shop", ReviewType.SERVICE, MONDAY, listed=2, **{word: 1}).agrees


def test_the_days_that_differ_are_told_in_order():
    days = tuple(
        day_checks("shop", ReviewType.PRODUCT, {MONDAY: {"gone": 1}, TUESDAY: {"listed": 1}})
    )
    assert Reconciliation(datetime(2026, 3, 2, tzinfo=UTC), days).differing == days[:1]
