"""The allowance of a vendor is never overrun, and never left unused."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.terms.errors import AllowanceExhausted
from connector.gateways.http.budget import TRUSTPILOT_RATES, Budget, Rate


class _Steps:
    """A clock for property tests: a fixture would be shared between examples."""

    def __init__(self):
        self.at = 0.0

    def now(self):
        raise AssertionError

    def monotonic(self):
        return self.at

    def sleep(self, seconds):
        self.at += seconds


def test_calls_within_the_rate_do_not_wait(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(5, 60),))
    for _ in range(5):
        budget.acquire()
    assert clock.slept == []


def test_the_first_call_above_the_rate_waits_until_the_oldest_is_forgotten(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(2, 60),))
    budget.acquire()
    clock.advance(20)
    budget.acquire()
    budget.acquire()
    assert sum(clock.slept) == pytest.approx(40, abs=0.05)


def test_the_tighter_of_two_rates_decides(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(2, 10), Rate(3, 100)))
    for _ in range(4):
        budget.acquire()
    assert clock.elapsed == pytest.approx(100, abs=0.05)


def test_a_wait_beyond_the_limit_stops_the_work_instead(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(1, 3600),), longest_wait=60)
    budget.acquire()
    with pytest.raises(AllowanceExhausted) as caught:
        budget.acquire()
    assert caught.value.vendor == "Trustpilot"
    assert clock.slept == []


def test_a_run_has_a_ceiling(clock):
    budget = Budget("Trustpilot", clock, at_most=3)
    for _ in range(3):
        budget.acquire()
    with pytest.raises(AllowanceExhausted):
        budget.acquire()
    assert budget.used == 3


def test_a_ceiling_of_nothing_allows_nothing(clock):
    with pytest.raises(AllowanceExhausted):
        Budget("Trustpilot", clock, at_most=0).acquire()


def test_trustpilots_rates_are_833_in_five_minutes_and_10000_in_an_hour(clock):
    assert {(rate.calls, rate.seconds) for rate in TRUSTPILOT_RATES} == {(833, 300), (10_000, 3600)}
    budget = Budget("Trustpilot", clock)
    for _ in range(833):
        budget.acquire()
    assert clock.elapsed == 0
    budget.acquire()
    assert clock.elapsed == pytest.approx(300, abs=0.05)


def test_threads_share_one_allowance(clock):
    budget = Budget("Trustpilot", clock, at_most=50)
    refused = []

    def take():
        for _ in range(10):
            try:
                budget.acquire()
            except AllowanceExhausted as error:
                refused.append(error)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (budget.used, len(refused)) == (50, 30)


@given(
    calls=st.integers(1, 8),
    seconds=st.integers(1, 30),
    pauses=st.lists(st.floats(0, 10), max_size=40),
)
def test_no_stretch_of_time_holds_more_calls_than_its_rate(calls, seconds, pauses):
    steps = _Steps()
    budget = Budget("Trustpilot", steps, rates=(Rate(calls, seconds),))
    made = []
    for pause in pauses:
        steps.at += pause
        budget.acquire()
        made.append(steps.at)
    for first, beyond in zip(made, made[calls:], strict=False):
        assert beyond - first >= seconds - 1e-6


def test_room_is_there_at_once_and_uses_nothing_up(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(5, 60),))
    assert budget.await_room(3) == 3
    assert (budget.used, clock.slept) == (0, [])


def test_who_waits_for_room_gets_it_and_never_waits_again(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(5, 60), Rate(8, 600)))
    for _ in range(4):
        budget.acquire()
        clock.advance(10)
    assert budget.await_room(3) == 3
    waited = sum(clock.slept)
    assert waited == pytest.approx(30, abs=0.1)
    for _ in range(3):
        budget.acquire()
    assert sum(clock.slept) == waited


def test_room_for_more_than_a_rate_ever_allows_is_room_for_as_many_as_it_does(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(5, 60), Rate(8, 600)))
    assert budget.await_room(200) == 5


def test_a_ceiling_leaves_no_more_room_than_it_has(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(5, 60),), at_most=2)
    assert budget.await_room(4) == 2
    budget.acquire()
    budget.acquire()
    with pytest.raises(AllowanceExhausted):
        budget.await_room(1)


def test_room_that_is_too_far_away_stops_the_work_instead(clock):
    budget = Budget("Trustpilot", clock, rates=(Rate(1, 3600),), longest_wait=60)
    budget.acquire()
    with pytest.raises(AllowanceExhausted):
        budget.await_room(1)
    assert clock.slept == []
