"""When an invitation is due: after a delay, out of quiet hours, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.rules.delays import due_at, only_utc, zone_for
from connector.core.rules.grammar import Channel, QuietHours, Recipient, Rule, TriggerObject

BERLIN = ZoneInfo("Europe/Berlin")  # +1, in summer +2; changes on Sundays
AMMAN = ZoneInfo("Asia/Amman")  # +2, in summer +3; changed in the night to Friday
RULE = Rule(
    name="orders",
    on=TriggerObject.ORDER,
    stage_field="Status",
    stages=("Activated",),
    to=(Recipient("bill_to"),),
    after=timedelta(0),
    channel=Channel.EMAIL,
    business_unit="shop",
)
NIGHT = QuietHours(time(20), time(8), "Europe/Berlin")
NOON = QuietHours(time(12), time(14), "Europe/Berlin")

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",  # half an hour
    "Australia/Lord_Howe",  # changes by half an hour
    "Asia/Amman",  # changed in the night to Friday
    "Africa/Cairo",  # goes back at midnight
    "America/Sao_Paulo",  # skipped midnight
    "Pacific/Apia",  # skipped a whole day in 2011
]


def at(text, zone=UTC):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def with_days(number, *holidays):
    return replace(RULE, business_days=number, holidays=holidays)


def with_quiet(quiet):
    return replace(RULE, quiet_hours=quiet)


def test_a_length_of_time_is_added():
    assert due_at(at("2026-03-02T10:00"), replace(RULE, after=timedelta(days=7))) == at(
        "2026-03-09T10:00"
    )


def test_the_answer_is_in_utc():
    due = due_at(at("2026-03-02T10:00", BERLIN), RULE, BERLIN)

    assert due == at("2026-03-02T09:00")
    assert due.tzinfo is UTC


@pytest.mark.parametrize(
    ("entered", "days", "due"),
    [
        ("2026-03-02T10:00", 1, "2026-03-03T10:00"),  # Monday to Tuesday
        ("2026-03-06T10:00", 1, "2026-03-09T10:00"),  # Friday to Monday
        ("2026-03-02T10:00", 5, "2026-03-09T10:00"),  # a week
        ("2026-03-02T10:00", 10, "2026-03-16T10:00"),
        ("2026-03-07T10:00", 1, "2026-03-10T00:00"),  # Saturday ends on Monday 0:00
        ("2026-03-08T23:59", 1, "2026-03-10T00:00"),  # so does Sunday
    ],
)
def test_business_days_are_monday_to_friday(entered, days, due):
    assert due_at(at(entered), with_days(days)) == at(due)


def test_a_holiday_is_no_business_day():
    holidays = (date(2026, 12, 25), date(2026, 12, 28))

    assert due_at(at("2026-12-24T10:00"), with_days(1, *holidays)) == at("2026-12-29T10:00")
    assert due_at(at("2026-12-25T10:00"), with_days(1, *holidays)) == at("2026-12-30T00:00")


def test_business_days_are_those_of_the_customer():
    # Friday evening in UTC is Saturday in Tokyo.
    entered = at("2026-03-06T20:00")

    assert due_at(entered, with_days(1)) == at("2026-03-09T20:00")
    assert due_at(entered, with_days(1), ZoneInfo("Asia/Tokyo")) == at("2026-03-09T15:00")


def test_business_days_keep_the_time_of_the_clock_when_summer_begins():
    # Sunday, 2026-03-29, 2:00 becomes 3:00.
    due = due_at(at("2026-03-27T10:00", BERLIN), with_days(1), BERLIN)

    assert due == at("2026-03-30T10:00", BERLIN)


def test_business_days_end_when_the_clock_leaps_over_their_time_of_day():
    # Friday, 2021-03-26, 0:00 became 1:00.
    due = due_at(at("2021-03-25T00:30", AMMAN), with_days(1), AMMAN)

    assert due == at("2021-03-25T22:00") == at("2021-03-26T01:00", AMMAN)


def test_an_hour_that_comes_twice_counts_as_the_end_of_the_first_one():
    # Friday, 2021-10-29, 1:00 became 0:00; the later entry must not be due earlier.
    once = at("2021-10-29T00:50", AMMAN)
    again = at("2021-10-29T00:10", AMMAN).replace(fold=1)

    assert due_at(once, with_days(1), AMMAN) == at("2021-11-01T00:50", AMMAN)
    assert due_at(again, with_days(1), AMMAN) == at("2021-11-01T01:00", AMMAN)


@pytest.mark.parametrize(
    ("quiet", "moment", "due"),
    [
        (NIGHT, "2026-03-02T19:59", "2026-03-02T19:59"),  # not yet
        (NIGHT, "2026-03-02T20:00", "2026-03-03T08:00"),  # they begin
        (NIGHT, "2026-03-02T23:30", "2026-03-03T08:00"),
        (NIGHT, "2026-03-03T00:00", "2026-03-03T08:00"),
        (NIGHT, "2026-03-03T07:59", "2026-03-03T08:00"),
        (NIGHT, "2026-03-03T08:00", "2026-03-03T08:00"),  # they are over
        (NOON, "2026-03-03T12:00", "2026-03-03T14:00"),
        (NOON, "2026-03-03T14:00", "2026-03-03T14:00"),
        (NOON, "2026-03-03T11:59", "2026-03-03T11:59"),
        (NIGHT, "2026-03-28T21:00", "2026-03-29T08:00"),  # summer begins in this night
        (NIGHT, "2026-10-24T21:00", "2026-10-25T08:00"),  # and ends in this one
    ],
)
def test_what_is_due_in_quiet_hours_is_due_at_their_end(quiet, moment, due):
    assert due_at(at(moment, BERLIN), with_quiet(quiet), BERLIN) == at(due, BERLIN)


def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_when_the_clock_leaps():
    quiet = QuietHours(time(20), time(2, 30))

    due = due_at(at("2026-03-29T00:30", BERLIN), with_quiet(quiet), BERLIN)

    assert due == at("2026-03-29T03:00", BERLIN)


def test_quiet_hours_are_quiet_in_both_hours_of_the_same_name():
    quiet = QuietHours(time(20), time(2, 30))
    again = at("2026-10-25T02:10", BERLIN).replace(fold=1)

    due = due_at(again, with_quiet(quiet), BERLIN)

    assert due == at("2026-10-25T01:30")  # 2:30, the second time


def test_a_clock_that_goes_back_out_of_quiet_hours_ends_them():
    quiet = QuietHours(time(2, 30), time(8))

    due = due_at(at("2026-10-25T02:45", BERLIN), with_quiet(quiet), BERLIN)

    assert due == at("2026-10-25T01:00")  # 2:00, the second time


def test_quiet_hours_that_leave_only_what_the_clock_leaps_over_last_until_the_next_day():
    quiet = QuietHours(time(2, 45), time(2, 15))

    due = due_at(at("2026-03-28T20:00", BERLIN), with_quiet(quiet), BERLIN)

    assert due == at("2026-03-30T02:15", BERLIN)


def test_quiet_hours_come_after_business_days():
    rule = replace(with_days(1), quiet_hours=NIGHT)

    assert due_at(at("2026-03-05T22:00", BERLIN), rule, BERLIN) == at("2026-03-07T08:00", BERLIN)


def known(name):
    return {"Europe/Berlin": BERLIN, "UTC": UTC}.get(name)


@pytest.mark.parametrize(
    ("quiet", "written", "zone"),
    [
        (QuietHours(time(20), time(8), "UTC", "Z__c"), "Europe/Berlin", BERLIN),
        (QuietHours(time(20), time(8), "UTC", "Z__c"), " Europe/Berlin ", BERLIN),
        (NIGHT, None, BERLIN),  # the field is empty
        (NIGHT, "", BERLIN),
        (NIGHT, "Mars/Olympus", BERLIN),  # no zone
        (NIGHT, 7, BERLIN),  # no text
        (QuietHours(time(20), time(8), "Gone/Zone"), None, UTC),  # the machine lost it
        (None, "Europe/Berlin", UTC),  # the rule has no quiet hours
    ],
)
def test_the_zone_is_the_customers_or_else_the_rules(quiet, written, zone):
    assert zone_for(with_quiet(quiet), written, known) == zone


def test_without_files_there_is_one_zone():
    assert only_utc("UTC") is UTC
    assert only_utc("Europe/Berlin") is None


moments = st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
clocks = st.times().map(lambda each: each.replace(second=0, microsecond=0))
quiet_hours = st.builds(QuietHours, clocks, clocks).filter(lambda each: each.start != each.end)
zones = st.sampled_from(ZONES).map(ZoneInfo)
rules = st.builds(
    lambda after, days, quiet, holidays: replace(
        RULE, after=after, business_days=days, quiet_hours=quiet, holidays=tuple(holidays)
    ),
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.integers(0, 12),
    st.none() | quiet_hours,
    st.lists(st.dates(date(2008, 1, 1), date(2030, 1, 1)), max_size=3),
)

CHANGES = [
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("Asia/Amman", "2021-03-25T22:00"),
    ("Asia/Amman", "2021-10-28T22:00"),
    ("Africa/Cairo", "2024-10-31T21:00"),
    ("Africa/Cairo", "2024-04-25T22:00"),
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("America/Sao_Paulo", "2019-02-17T02:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),
]
near_a_change = st.tuples(
    st.sampled_from(CHANGES), st.timedeltas(-timedelta(days=2), timedelta(hours=3))
).map(lambda each: (ZoneInfo(each[0][0]), at(each[0][1]) + each[1]))
anywhere = st.tuples(zones, moments)
soon = rules.map(
    lambda rule: replace(
        rule, after=rule.after % timedelta(hours=3), business_days=rule.business_days % 3
    )
)


@given(anywhere | near_a_change, rules | soon)
def test_nothing_is_due_before_its_time(place, rule):
    zone, entered_at = place

    assert due_at(entered_at, rule, zone) >= entered_at + rule.after


@given(anywhere | near_a_change, rules | soon)
def test_nothing_is_due_in_quiet_hours(place, rule):
    zone, entered_at = place

    clock = due_at(entered_at, rule, zone).astimezone(zone).time()

    if quiet := rule.quiet_hours:
        over_midnight = quiet.start > quiet.end
        after_start, before_end = clock >= quiet.start, clock < quiet.end
        assert not (after_start or before_end if over_midnight else after_start and before_end)


@given(anywhere | near_a_change, rules | soon, st.timedeltas(timedelta(0), timedelta(hours=30)))
def test_a_later_entry_is_never_due_earlier(place, rule, between):
    zone, entered_at = place

    assert due_at(entered_at, rule, zone) <= due_at(entered_at + between, rule, zone)


@given(anywhere | near_a_change, rules | soon)
def test_business_days_end_on_a_business_day(place, rule):
    zone, entered_at = place
    counted = replace(rule, quiet_hours=None, business_days=rule.business_days + 1)

    day = due_at(entered_at, counted, zone).astimezone(zone).date()

    leapt = timedelta(days=1) if zone.key == "Pacific/Apia" else timedelta(0)
    assert any(each.weekday() < 5 and each not in rule.holidays for each in (day, day - leapt))


@given(anywhere | near_a_change, quiet_hours)
def test_what_is_due_stays_due_when_it_is_looked_at_again(place, quiet):
    zone, entered_at = place
    due = due_at(entered_at, with_quiet(quiet), zone)

    assert due_at(due, with_quiet(quiet), zone) == due
