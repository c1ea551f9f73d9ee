"""Batches: of one kind, one of each person, and no larger than the line can take."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.invitations.sending.batches import (
    LOOK_HOLDS,
    MOST_AT_ONCE,
    Line,
    deadline,
    in_turn,
    next_batch,
    turn_of,
)
from connector.core.invitations.sending.due import DueInvitation
from connector.core.invitations.sending.second_look import Known

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


def turn(number, who="", trigger="Order", channel="Email", *, minutes=None):
    return turn_of(
        DueInvitation(
            {
                "Id": f"a{number:02}",
                "Trigger_Object__c": trigger,
                "Channel__c": channel,
                "Recipient_Email__c": f"{who or number}@example.com",
                "Due_At__c": NOW + timedelta(minutes=number if minutes is None else minutes),
            }
        )
    )


def ids(turns):
    return [each.due.id for each in turns]


def test_the_oldest_are_first_and_ties_go_by_id():
    assert ids(in_turn([turn(3), turn(2, minutes=9), turn(1, minutes=9)])) == ["a03", "a01", "a02"]


def test_a_batch_has_one_kind_of_record_and_one_channel():
    waiting = [turn(1), turn(2, trigger="Case"), turn(3), turn(4, channel="Invitation Link")]
    assert ids(next_batch(waiting, 9)) == ["a01", "a03"]


def test_of_one_person_only_the_oldest_is_in_a_batch():
    waiting = [turn(1, "kim"), turn(2, "kim"), turn(3, "lee")]
    assert ids(next_batch(waiting, 9)) == ["a01", "a03"]


def test_without_a_cooldown_two_of_one_person_go_together():
    free = [replace(each, spaced=False) for each in (turn(1, "kim"), turn(2, "kim"))]
    assert ids(next_batch(free, 9)) == ["a01", "a02"]
    assert ids(next_batch([free[0], turn(2, "kim")], 9)) == ["a01"]


def test_nobody_goes_before_an_older_one_of_another_kind():
    waiting = [turn(1), turn(2, "kim", "Case"), turn(3, "kim")]
    assert ids(next_batch(waiting, 9)) == ["a01"]


def test_nothing_waits_for_nobody():
    assert next_batch([], 9) == ()


def test_another_look_asks_about_more():
    known = Known(frozenset({"003A"}), frozenset({"new@example.com"}))
    again = turn(1).again(known)
    assert (again.known, again.looks) == (known, 1)


people = st.sampled_from(["kim", "lee", "max", "pat"])
kinds = st.sampled_from(["Order", "Case"])


@given(st.lists(st.tuples(people, kinds), max_size=30), st.integers(1, 10))
def test_working_off_batches_never_lets_a_younger_one_of_a_person_go_first(wanted, most):
    waiting = [turn(number, who, kind) for number, (who, kind) in enumerate(wanted)]
    gone = []
    while waiting:
        batch = next_batch(waiting, most)
        assert batch  # it always goes on
        assert len(batch) <= most
        assert len({each.kind for each in batch}) == 1
        taken = set(ids(batch))
        waiting = [each for each in waiting if each.due.id not in taken]
        gone += batch
    for who in {each.due.text("Recipient_Email__c") for each in gone}:
        own = [each.due.id for each in gone if each.due.text("Recipient_Email__c") == who]
        assert own == sorted(own)


def test_a_good_line_takes_more_each_time():
    line, taken = Line(), []
    for _ in range(6):
        taken.append(line.most)
        line = line.after(line.most, 0, timedelta(seconds=line.most / 40))
    assert taken == [1, 5, 25, 125, MOST_AT_ONCE, MOST_AT_ONCE]


@pytest.mark.parametrize(
    ("begun", "returned", "seconds", "most"),
    [
        (125, 0, 100, 11),  # each takes 0.8 s, and two thirds of a look are 9.3 s
        (30, 95, 14, 19),  # no time for all of them
        (1, 0, 60, 1),
        (0, 5, 0, 1),
    ],
)
def test_a_slow_line_takes_what_a_look_lasts_for(begun, returned, seconds, most):
    assert Line(125).after(begun, returned, timedelta(seconds=seconds)).most == most


def test_what_is_unanswered_is_kept_in_mind():
    assert Line(5, 2).after(5, 0, timedelta(seconds=1)).unanswered == 2


def test_a_look_counts_for_less_than_fifteen_seconds():
    assert deadline(NOW) - NOW == LOOK_HOLDS
    assert timedelta(seconds=15) > LOOK_HOLDS
