"""The org's times are read as aware UTC datetimes."""

from datetime import UTC, datetime

import pytest

from connector.core.terms.instants import instant, to_the_second

MOMENT = datetime(2026, 1, 1, 8, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T08:17:00.000+0000",  # as the REST API writes it
        "2026-01-01T08:17:00.000Z",  # as Bulk API 2.0 does
        "2026-01-01T09:17:00+01:00",
        "2026-01-01T08:17:00",  # without a zone it is UTC
    ],
)
def test_a_time_is_the_same_moment_however_it_is_written(text):
    read = instant(text)
    assert read == MOMENT
    assert read.tzinfo is UTC


@pytest.mark.parametrize("nothing", [None, "", 0])
def test_an_empty_field_is_no_time(nothing):
    assert instant(nothing) is None


def test_the_org_keeps_whole_seconds():
    assert to_the_second(MOMENT.replace(microsecond=999_999)) == MOMENT
