"""getUpdated and getDeleted: windows of minutes over the org's own stamps."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def emulator(metadata_folder, connected_app):
    world = Emulator(metadata_folder, clock=EmulatorClock(START))
    world.salesforce.settings.connected_apps.append(connected_app)
    return world


def window(api, kind, start, end):
    params = {"start": start.isoformat(), "end": end.isoformat()}
    return api.get(f"sobjects/Gadget__c/{kind}/", params=params)


def test_updated_rows_stand_in_their_window_once(api, side, emulator):
    early = side.org.insert("Gadget__c", {"Name": "a"})
    emulator.clock.advance(timedelta(minutes=10))
    late = side.org.insert("Gadget__c", {"Name": "b"})
    emulator.clock.advance(timedelta(minutes=10))
    side.org.update("Gadget__c", late, {"Name": "c"})
    emulator.clock.advance(timedelta(minutes=10))
    answer = window(api, "updated", START, START + timedelta(minutes=15)).json()
    assert answer["ids"] == [early]
    answer = window(api, "updated", START, START + timedelta(minutes=25)).json()
    assert sorted(answer["ids"]) == sorted([early, late])


def test_the_covered_time_is_the_next_start_and_never_ahead_of_now(api, emulator):
    emulator.clock.advance(timedelta(minutes=30, seconds=40))
    past = window(api, "updated", START, START + timedelta(minutes=5)).json()
    assert past["latestDateCovered"] == "2026-03-01T12:05:00.000+0000"
    future = window(api, "updated", START, START + timedelta(hours=5)).json()
    assert future["latestDateCovered"] == "2026-03-01T12:30:00.000+0000"


def test_seconds_of_a_window_are_ignored(api, side, emulator):
    made = side.org.insert("Gadget__c", {"Name": "a"})
    emulator.clock.advance(timedelta(minutes=5))
    start = START + timedelta(seconds=59)
    assert window(api, "updated", start, START + timedelta(minutes=1)).json()["ids"] == [made]


def test_deleted_rows_come_with_their_times(api, side, emulator):
    made = side.org.insert("Gadget__c", {"Name": "a"})
    emulator.clock.advance(timedelta(minutes=3))
    side.org.delete("Gadget__c", made)
    emulator.clock.advance(timedelta(minutes=3))
    answer = window(api, "deleted", START, START + timedelta(minutes=5)).json()
    assert answer["deletedRecords"] == [{"id": made, "deletedDate": "2026-03-01T12:03:00.000+0000"}]
    assert answer["earliestDateAvailable"] == "2026-02-14T12:06:00.000+0000"
    assert window(api, "updated", START, START + timedelta(minutes=5)).json()["ids"] == []


@pytest.mark.parametrize(
    ("kind", "days", "status"),
    [
        ("updated", 30, 200),
        ("updated", 31, 400),
        ("deleted", 15, 200),
        ("deleted", 16, 400),
    ],
)
def test_how_far_back_a_window_may_reach(api, kind, days, status):
    answer = window(api, kind, START - timedelta(days=days), START)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"


@pytest.mark.parametrize(
    ("start", "end", "meaning"),
    [
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:30Z", "the same minute"),
        ("2026-03-01T12:05:00Z", "2026-03-01T12:00:00Z", "backwards"),
        ("2026-03-01T12:00:00", "2026-03-01T12:05:00", "without an offset"),
        ("yesterday", "2026-03-01T12:05:00Z", "no date"),
        ("2026-03-01T12:00:00Z", "", "no end"),
    ],
)
def test_a_window_that_is_none_is_a_400(api, start, end, meaning):
    params = {"start": start, "end": end}
    assert api.get("sobjects/Gadget__c/updated", params=params).status_code == 400, meaning


def test_a_raw_plus_in_the_address_is_read_as_one(api):
    query = "start=2026-03-01T11:00:00+00:00&end=2026-03-01T12:00:00+0000"
    assert api.get(f"sobjects/Gadget__c/updated/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("kind", "fixture"),
    [
        ("updated", "restforce_get_updated_success_response.json"),
        ("deleted", "restforce_get_deleted_success_response.json"),
    ],
)
def test_the_fixtures_have_our_shape(api, samples, kind, fixture):
    recorded = json.loads((samples / fixture).read_text())
    ours = window(api, kind, START - timedelta(hours=1), START).json()
    assert set(ours) == set(recorded)
    assert {name: type(value) for name, value in ours.items()} == {
        name: type(value) for name, value in recorded.items()
    }
