"""The emulator's clock."""

from datetime import UTC, datetime, timedelta

from connector.emulator.clock import EmulatorClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_it_tells_the_machines_time_in_utc():
    now = EmulatorClock().now()
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    assert now.tzinfo is UTC


def test_seven_days_pass_at_once():
    clock = EmulatorClock(frozen_at=NOON)
    assert clock.advance(timedelta(days=7)) == NOON + timedelta(days=7)
    assert clock.now() == NOON + timedelta(days=7)


def test_it_advances_by_seconds_too():
    clock = EmulatorClock(frozen_at=NOON)
    clock.advance(90)
    clock.advance(0.5)
    assert clock.now() == NOON + timedelta(seconds=90.5)


def test_a_running_clock_keeps_running_after_an_advance():
    clock = EmulatorClock()
    clock.advance(timedelta(hours=1))
    first = clock.now()
    assert clock.now() >= first > datetime.now(UTC) + timedelta(minutes=59)
