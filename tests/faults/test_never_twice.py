"""Nobody is invited twice for one experience, whatever ends a run, and whoever runs beside it.

Counted at the emulated Trustpilot, not in our own records.
"""

from __future__ import annotations

import random
import sys
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from connector.core.terms.errors import ConnectorError
from connector.emulator.faults import Fault, drop_after, truncated_json

FLOW = ("invitations_out",)


def before_the_run(shop):
    """One e-mail and one link fall due, and two experiences are new."""
    shop.case("Closed")
    shop.case("Escalated")
    shop.run(only=FLOW)
    shop.pass_time(timedelta(hours=1, minutes=1))
    shop.opportunity()
    shop.case("Closed")


def calls_of_a_run(shop):
    before_the_run(shop)
    shop.emulator.calls.clear()
    shop.run(only=FLOW)
    return shop.emulator.calls.counts()


def settled_by_clean_runs(shop):
    shop.emulator.faults.clear()
    for _ in range(3):
        shop.pass_time()
        shop.run(only=FLOW)
    shop.pass_time(timedelta(hours=1))
    shop.run(only=FLOW)


WAYS = {
    "its answer is lost": lambda at: drop_after(skip=at),
    "all answers are lost from then on": lambda at: drop_after(skip=at, times=None),
    "a 500 comes back": lambda at: Fault("*", skip=at, status=500, body=""),
    "only 503s come back from then on": lambda at: Fault(
        "*", skip=at, times=None, status=503, body=""
    ),
    "its answer breaks off": lambda at: truncated_json(skip=at),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_fault_at_any_call_invites_nobody_twice(shop, way):
    calls = calls_of_a_run(shop)
    for at in range(calls):
        before_the_run(shop)
        shop.emulator.faults.add(WAYS[way](at))
        with suppress(ConnectorError):  # the opening may fail; the flows report their failures
            shop.run(only=FLOW)
        shop.emulator.faults.clear()
        shop.pass_time()
    settled_by_clean_runs(shop)
    ends = shop.assert_never_twice()
    assert ends["Accepted"] > ends["Unknown"]


def where_sending_begins(shop):
    """The position of the first mail among the calls of a run, and how many calls there are."""
    before_the_run(shop)
    shop.emulator.calls.clear()
    shop.run(only=FLOW)
    calls = [(call.vendor, call.path) for call in shop.emulator.calls.all()]
    first = next(at for at, (vendor, _) in enumerate(calls) if vendor == "invitations")
    return first, len(calls)


def test_two_runs_that_overlap_in_any_way_while_one_is_sending_invite_nobody_twice(shop):
    first_mail, calls = where_sending_begins(shop)
    # A mail, its outcome, the other right, its mail, its outcome.
    one_halts_at = range(first_mail, first_mail + 5)
    for one_at in one_halts_at:
        for other_at in range(first_mail - 6, calls):
            before_the_run(shop)
            shop.two_at_once(one_at, other_at, FLOW)
            shop.pass_time()
    settled_by_clean_runs(shop)
    ends = shop.assert_never_twice()
    assert ends["Unknown"] == 0


def test_a_run_killed_while_it_settles_what_a_killed_run_left_hides_nothing(shop, killed):
    first_mail, calls = where_sending_begins(shop)
    for at in range(first_mail - 6, calls):
        before_the_run(shop)
        with pytest.raises(killed):  # two rights are taken, one mail is out, nothing is recorded
            shop.run(only=FLOW, door=shop.killed(first_mail, after=True))
        shop.pass_time()
        with suppress(killed):
            shop.run(only=FLOW, door=shop.killed(at, after=True))
        shop.pass_time()
    settled_by_clean_runs(shop)
    assert shop.assert_never_twice()["Unknown"] >= calls - first_mail


def test_without_a_fault_every_experience_is_accepted_or_link_ready(shop):
    calls_of_a_run(shop)
    settled_by_clean_runs(shop)
    assert shop.assert_never_twice() == {"Accepted": 3, "Link Ready": 1}
    assert sum(shop.received().values()) == 3


@pytest.fixture
def quick_switching():
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def bad_luck(rng):
    """Something that may happen to one of the next calls, to either vendor."""
    skip = rng.randrange(60)
    return rng.choice(
        [
            drop_after(skip=skip),
            Fault("*", skip=skip, status=500, body=""),
            Fault("invitations", skip=skip, status=429, body=""),
            truncated_json(vendor="salesforce", skip=skip),
            drop_after(vendor="salesforce", path="*/composite/sobjects", skip=skip // 10),
        ]
    )


def at_once(*runs):
    threads = [threading.Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.usefixtures("quick_switching")
def test_four_runs_at_once_with_faults_invite_nobody_twice(shop, killed, seed):
    rng = random.Random(seed)  # noqa: S311 - a test's dice
    for _ in range(120):
        shop.case("Closed")
    shop.run(only=FLOW)
    shop.pass_time(timedelta(hours=1, minutes=1))

    def a_run(door):
        with suppress(killed, ConnectorError):
            shop.run(only=FLOW, door=door)

    for _ in range(2):
        for _ in range(4):
            shop.emulator.faults.add(bad_luck(rng))
        doors = [None, None, None, shop.killed(rng.randrange(5, 40), after=rng.random() < 0.5)]
        at_once(*(lambda door=door: a_run(door) for door in doors))
        shop.pass_time(timedelta(minutes=1))
    settled_by_clean_runs(shop)
    ends = shop.assert_never_twice()
    assert ends["Accepted"] + ends["Unknown"] == 120
    assert ends["Accepted"] >= 10


@pytest.mark.usefixtures("quick_switching")
def test_four_runs_at_once_without_faults_send_everything_once(shop):
    for _ in range(120):
        shop.case("Closed")
    shop.run(only=FLOW)
    shop.pass_time(timedelta(hours=1, minutes=1))
    at_once(*([lambda: shop.run(only=FLOW)] * 4))
    settled_by_clean_runs(shop)
    assert shop.assert_never_twice() == {"Accepted": 120}
    assert sum(shop.received().values()) == 120


@pytest.mark.usefixtures("quick_switching")
def test_four_first_runs_at_once_claim_each_experience_once(shop):
    shop.run(only=FLOW)
    shop.pass_time()
    for _ in range(40):
        shop.case("Closed")
        shop.opportunity()
    at_once(*([lambda: shop.run(only=FLOW)] * 4))
    shop.pass_time(timedelta(hours=1, minutes=1))
    settled_by_clean_runs(shop)
    assert shop.assert_never_twice() == {"Accepted": 80}
