"""Until when a review should be answered: open time only, whatever the clocks of a zone do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connector.core.replies.service_level import (
    Arrival,
    OpenHours,
    Opening,
    ResponseTarget,
    Weekday,
    arrival_fields,
    due_at,
    judged_row,
    looked_at_again,
    parse_opening,
)

BERLIN = ZoneInfo("Europe/Berlin")
WORKING_DAYS = frozenset(list(Weekday)[:5])
OFFICE = OpenHours(BERLIN, Opening(time(9), time(17)), WORKING_DAYS)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NIGHTS = time(5)  # no zone below changes its clocks between this hour and midnight, but Cairo

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",  # half an hour
    "Australia/Lord_Howe",  # changes by half an hour
    "Asia/Amman",  # changed in the night to Friday
    "America/Sao_Paulo",  # skipped midnight
    "Pacific/Apia",  # skipped a whole day in 2011
]
moments = st.integers(0, 20 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
lengths = st.integers(1, 40 * 60).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def openings(draw, earliest=time.min):
    """Open hours of a quarter of an hour at least."""
    first = earliest.hour * 4
    start = draw(st.integers(first, 94))
    end = draw(st.integers(start + 1, 96))
    return Opening(time(start // 4, start % 4 * 15), time(end // 4 % 24, end % 4 * 15))


@st.composite
def hours(draw, earliest=time.min):
    days = draw(st.sets(st.sampled_from(Weekday), min_size=1))
    holidays = draw(st.sets(st.dates(date(2009, 1, 1), date(2030, 1, 1)), max_size=3))
    opening = draw(openings(earliest))
    return OpenHours(draw(zones), opening, frozenset(days), frozenset(holidays))


def target(within, when=OpenHours()):  # noqa: B008 - a frozen value
    return ResponseTarget(within, hours=when)


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def is_open(moment, when):
    """Whether the business is open, by its clock and calendar alone."""
    local = moment.astimezone(when.zone)
    clock, until = local.time(), when.opening.until
    return (
        list(Weekday)[local.weekday()] in when.days
        and local.date() not in when.holidays
        and when.opening.start <= clock
        and (clock < until or until == time.min)
    )


@pytest.mark.parametrize(
    ("created", "within", "due"),
    [
        ("2026-03-02T10:00", 4, "2026-03-02T14:00"),
        ("2026-03-02T16:00", 4, "2026-03-03T12:00"),  # the rest of it tomorrow
        ("2026-03-06T16:00", 4, "2026-03-09T12:00"),  # over the weekend
        ("2026-03-07T11:00", 4, "2026-03-09T13:00"),  # written on a Saturday
        ("2026-03-02T05:00", 4, "2026-03-02T13:00"),  # before it opens
        ("2026-03-02T22:00", 4, "2026-03-03T13:00"),  # after it has closed
        ("2026-03-02T09:00", 8, "2026-03-02T17:00"),  # all of a day, to its end
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),  # clocks leap on the Sunday between
        ("2026-03-02T09:00", 40, "2026-03-06T17:00"),
    ],
)
def test_only_open_time_counts(created, within, due):
    assert due_at(berlin(created), target(timedelta(hours=within), OFFICE)) == berlin(due)


def test_no_time_counts_on_a_holiday():
    closed = OpenHours(BERLIN, OFFICE.opening, WORKING_DAYS, frozenset({date(2026, 3, 3)}))
    due = due_at(berlin("2026-03-02T16:00"), target(timedelta(hours=4), closed))
    assert due == berlin("2026-03-04T12:00")


@pytest.mark.parametrize(
    ("created", "due"),
    [
        ("2026-03-28T23:00", "2026-03-29T02:00"),  # 2 to 3 o'clock is left out: 4 o'clock there
        ("2026-10-24T23:00", "2026-10-25T01:00"),  # 2 to 3 o'clock comes twice: the second 2
    ],
)
def test_an_hour_counts_as_often_as_it_comes(created, due):
    found = due_at(berlin(created), target(timedelta(hours=4), OpenHours(BERLIN)))
    assert found.isoformat() == f"{due}:00+00:00"


def test_a_day_that_a_zone_leaps_over_counts_nothing():
    apia = OpenHours(ZoneInfo("Pacific/Apia"), Opening(time(9), time(17)))
    thursday = datetime(2011, 12, 29, 16, tzinfo=apia.zone)  # Friday the 30th never came
    due = due_at(thursday, target(timedelta(hours=2), apia))
    assert due == datetime(2011, 12, 31, 10, tzinfo=apia.zone)


@given(moments, lengths, zones)
def test_around_the_clock_a_target_is_a_length_of_time(created, within, zone):
    assert due_at(created, target(within, OpenHours(zone))) == created + within


@given(moments, lengths, hours())
def test_a_target_is_never_shorter_than_it_says(created, within, when):
    due = due_at(created, target(within, when))
    assert due >= created + within
    assert due.tzinfo is UTC


@given(moments, moments, lengths, hours())
def test_what_is_written_later_is_never_due_earlier(one, other, within, when):
    first, last = sorted([one, other])
    assert due_at(first, target(within, when)) <= due_at(last, target(within, when))


@given(moments, lengths, lengths, hours())
def test_two_targets_on_end_are_one_of_both_lengths(created, first, then, when):
    between = due_at(created, target(first, when))
    assert due_at(between, target(then, when)) == due_at(created, target(first + then, when))


@given(moments, st.integers(1, 600), hours(earliest=NIGHTS))
def test_the_open_minutes_until_the_due_time_are_those_of_the_target(created, minutes, when):
    minute = timedelta(minutes=1)
    created = created.replace(second=0)
    due = due_at(created, target(minutes * minute, when))
    assume(due - created < timedelta(days=9))
    whole = int((due - created) / minute)
    opened = sum(is_open(created + each * minute, when) for each in range(whole))
    assert opened == minutes
    assert is_open(due - minute, when)


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("09:00-17:30", Opening(time(9), time(17, 30))),
        (" 00:00 - 24:00 ", Opening()),
        ("22:00-24:00", Opening(time(22), time.min)),
    ],
)
def test_open_hours_are_read(text, opening):
    assert parse_opening(text) == opening


@pytest.mark.parametrize(
    "text",
    ["9-17", "09:00", "", "17:00-09:00", "09:00-09:00", "24:00-24:00", "09:00-25:00", "09:60-17:00",
     "09:00-24:30", "00:00-00:00"],
)  # fmt: skip
def test_what_is_no_open_hours_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"09:00-17:00|24:00"):
        parse_opening(text)


TARGETS = (
    ResponseTarget(timedelta(hours=1), stars=(1, 2), business_units=("shop",)),
    ResponseTarget(timedelta(hours=9), stars=(1, 2)),
    ResponseTarget(timedelta(days=2), stars=(3, 4, 5)),
)


def arrived(hours_ago=0.0, stars=1, unit="shop", **answer):
    return Arrival(NOW - timedelta(hours=hours_ago), stars, unit, **answer)


@pytest.mark.parametrize(
    ("stars", "unit", "hours"), [(1, "shop", 1), (1, "outlet", 9), (5, "shop", 48)]
)
def test_the_first_target_that_fits_counts(stars, unit, hours):
    fields = arrival_fields(TARGETS, arrived(stars=stars, unit=unit), NOW)
    assert fields == {
        "Response_Due_At__c": NOW + timedelta(hours=hours),
        "Response_Check_At__c": NOW + timedelta(hours=hours),
        "Response_Breached__c": False,
    }


def test_a_review_that_no_target_fits_has_no_due_time():
    assert arrival_fields(TARGETS, arrived(stars=None), NOW) == {}
    assert arrival_fields((), arrived(), NOW) == {}


@pytest.mark.parametrize("year", [1, 9999])
def test_a_review_of_an_impossible_year_has_no_due_time(year):
    arrival = Arrival(datetime(year, 1, 1, tzinfo=UTC), 1, "shop")
    assert arrival_fields(TARGETS, arrival, NOW) == {}


@pytest.mark.parametrize(
    ("arrival", "breached"),
    [
        (arrived(2), True),  # nobody has answered, and the hour is over
        (arrived(5, answered=True, answered_at=NOW - timedelta(hours=4.5)), False),
        (arrived(5, answered=True, answered_at=NOW - timedelta(hours=4)), False),  # just in time
        (arrived(5, answered=True, answered_at=NOW - timedelta(hours=3)), True),
        (arrived(5, answered=True), False),  # nobody says when
    ],
)
def test_what_is_over_or_answered_on_arrival_is_settled_at_once(arrival, breached):
    fields = arrival_fields(TARGETS, arrival, NOW)
    assert fields["Response_Breached__c"] is breached
    assert fields["Response_Check_At__c"] is None


def stored(**fields):
    """A review of the org that was due an hour ago."""
    an_hour_ago = "2026-03-02T08:00:00.000+0000"
    due = {"Response_Due_At__c": an_hour_ago, "Response_Check_At__c": an_hour_ago}
    return {"Id": "a01", **due, **fields}


@pytest.mark.parametrize(
    ("fields", "breached"),
    [
        ({}, True),
        ({"Live_Reply__c": "Yes", "Live_Reply_At__c": "2026-03-02T07:59:00.000+0000"}, False),
        ({"Live_Reply__c": "Yes", "Live_Reply_At__c": "2026-03-02T08:00:00.000+0000"}, False),
        ({"Live_Reply__c": "Yes", "Live_Reply_At__c": "2026-03-02T08:00:01.000+0000"}, True),
        ({"Live_Reply__c": "Yes"}, False),
    ],
)
def test_a_due_review_is_judged_by_when_its_answer_was_public(fields, breached):
    assert judged_row(stored(**fields), NOW) == {
        "Id": "a01",
        "Response_Check_At__c": None,
        "Response_Breached__c": breached,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"Deleted__c": True},
        {"Missing_Since__c": "2026-03-01T08:00:00.000+0000"},
        {"Response_Due_At__c": None},
    ],
)
def test_a_review_that_is_gone_is_settled_without_a_verdict(fields):
    assert judged_row(stored(**fields), NOW) == {"Id": "a01", "Response_Check_At__c": None}


@pytest.mark.parametrize("check", [None, "2026-03-02T09:00:01.000+0000"])
def test_what_is_not_due_yet_or_settled_is_left_alone(check):
    assert judged_row(stored(Response_Check_At__c=check), NOW) is None


def test_what_is_due_this_very_second_is_judged():
    row = stored(Response_Check_At__c="2026-03-02T09:00:00.000+0000")
    assert judged_row(row, NOW) is not None


@pytest.mark.parametrize(
    ("text", "whole"), [("00:00-24:00", True), ("00:00-23:59", False), ("09:00-24:00", False)]
)
def test_only_hours_from_midnight_to_midnight_are_a_whole_day(text, whole):
    assert parse_opening(text).is_whole_day is whole


def test_a_review_to_look_at_again_keeps_the_time_of_its_check():
    settled = {"Id": "a1", "Response_Check_At__c": None, "Response_Breached__c": True}
    assert looked_at_again(settled) == {"Id": "a1", "Response_Breached__c": True}
