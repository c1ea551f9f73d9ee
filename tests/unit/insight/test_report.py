"""Months and counts: every row of the ledger counts once, whatever is in it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.insight.report import (
    Count,
    Month,
    Outcome,
    RuleReport,
    counts_of,
    months,
    months_ago,
)
from connector.core.terms.objects import InvitationStatus

MAY = Month("2026-05", datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


def row(rule, status, reason=None, total=1):
    return {"Rule__c": rule, "Status__c": status, "Reason_Code__c": reason, "total": total}


def report(*counts):
    return RuleReport(date(2026, 5, 1), MAY.end, tuple(counts), ())


@pytest.mark.parametrize(
    ("number", "day"),
    [(1, date(2026, 3, 1)), (3, date(2026, 1, 1)), (4, date(2025, 12, 1)), (15, date(2025, 1, 1))],
)
def test_this_month_is_the_first_of_so_many(number, day):
    assert months_ago(number, datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == day


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 90_000))
def test_months_cover_the_time_without_gap_or_overlap(since, hours):
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    until = start + timedelta(hours=hours)
    found = list(months(since, until))
    assert found[0].start == start
    assert found[-1].start < until <= found[-1].end
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(f"{each.start:%Y-%m}" == each.name for each in found)
    assert all(each.start.day == 1 for each in found[1:])


@pytest.mark.parametrize("status", list(InvitationStatus))
def test_every_status_has_an_outcome(status):
    (count,) = counts_of(MAY, [row("orders", status.value)])
    expected = {
        "Requested": "waiting",
        "Scheduled": "waiting",
        "On Hold": "waiting",
        "Sending": "waiting",
        "Skipped": "skipped",
        "Cancelled": "cancelled",
        "Failed": "failed",
        "Unknown": "unknown",
    }
    assert count.outcome.value == expected.get(status.value, "invited")


_rows = st.lists(
    st.builds(
        row,
        st.sampled_from(["a", "b", None]),
        st.sampled_from([*(each.value for each in InvitationStatus), "Of an admin", None]),
        st.sampled_from([None, "no_email", "cooldown"]),
        st.integers(1, 9),
    )
)


@given(_rows)
def test_all_counts_together_are_all_rows(rows):
    counts = counts_of(MAY, rows)
    assert sum(each.count for each in counts) == sum(each["total"] for each in rows)
    told = report(*counts)
    by_rule = Counter()
    for each in rows:
        by_rule[each["Rule__c"] or ""] += each["total"]
    assert {name: told.by_month(name)["2026-05"].total() for name in told.names} == by_rule


def test_reasons_are_those_of_who_was_not_invited_most_often_first():
    told = report(
        Count("2026-05", "a", Outcome.SKIPPED, "no_email", 1),
        Count("2026-06", "a", Outcome.SKIPPED, "cooldown", 2),
        Count("2026-06", "a", Outcome.INVITED, "resolved_sent", 7),
        Count("2026-06", "b", Outcome.SKIPPED, "bounced", 9),
    )
    assert list(told.reasons("a").items()) == [
        ((Outcome.SKIPPED, "cooldown"), 2),
        ((Outcome.SKIPPED, "no_email"), 1),
    ]


def test_a_rule_that_is_gone_and_what_has_none_come_last():
    one = Count("2026-05", "", Outcome.INVITED, "", 1)
    other = Count("2026-05", "gone", Outcome.INVITED, "", 1)
    assert report(one, other).names == ("gone", "")
