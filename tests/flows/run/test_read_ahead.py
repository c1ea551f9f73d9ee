"""Reading ahead keeps the order, passes on what the source raises, and never asks too much."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.flows.run.read_ahead import read_ahead


@given(st.lists(st.integers()), st.integers(1, 5))
def test_every_item_comes_once_and_in_order(items, ahead):
    assert list(read_ahead(items, items=ahead)) == items


def test_what_the_source_raises_comes_after_the_items_before_it():
    def source():
        yield 1
        yield 2
        raise LookupError

    items = read_ahead(source(), items=3)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(LookupError):
        next(items)


def test_the_source_is_read_on_while_an_item_is_dealt_with():
    third_was_asked_for = threading.Event()

    def source():
        yield 1
        yield 2
        third_was_asked_for.set()
        yield 3

    items = read_ahead(source(), items=2)
    assert next(items) == 1
    assert third_was_asked_for.wait(5)
    assert list(items) == [2, 3]


def test_no_more_than_the_items_ahead_are_read_before_they_are_wanted():
    asked = []

    def source():
        for number in range(50):
            asked.append(number)
            yield number

    items = read_ahead(source(), items=4)
    next(items)
    items.close()
    assert 1 <= len(asked) <= 5


def test_a_caller_that_stops_early_leaves_no_thread_behind():
    items = read_ahead(iter(range(100)), items=2)
    next(items)
    items.close()
    names = [thread.name for thread in threading.enumerate()]
    assert not any(name.startswith("read-ahead") for name in names)
