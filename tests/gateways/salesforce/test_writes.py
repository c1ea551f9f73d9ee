"""Writing to the emulated org: nothing doubled, nothing lost, whatever happens on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.core.terms.errors import AccessDenied, AllowanceExhausted, VendorUnreachable
from connector.emulator.faults import (
    Fault,
    custom_row_error,
    drop_after,
    drop_before,
    row_lock,
    too_many_requests,
)
from one_fault import OF_SALESFORCE

ISSUE = "Trustpilot_Issue__c"
ROWS = "*/composite/sobjects*"


@pytest.fixture
def calls(emulator):
    """Counts the write calls that reached the org."""
    return lambda: emulator.calls.counts("salesforce", "*", ROWS)


def rows(count, **values):
    return [{"Key__c": f"key {i:04d}", "Code__c": "X", **values} for i in range(count)]


def stored(side, field="Code__c"):
    """Key -> field of every row that the org holds; fails where a key is there twice."""
    found = side.org.query(f"SELECT Id, Key__c, {field} FROM {ISSUE}")  # noqa: S608 -- a test's own text
    assert len({row["Key__c"] for row in found}) == len(found)
    return {row["Key__c"]: row[field] for row in found}


def ids(side):
    return {row["Key__c"]: row["Id"] for row in side.org.query(f"SELECT Id, Key__c FROM {ISSUE}")}  # noqa: S608 -- as above


# -- without faults -----------------------------------------------------------------------------


def test_250_rows_are_inserted_as_200_and_50_in_order(org, side, calls):
    results = org.insert(ISSUE, rows(250))
    assert calls() == 2
    known = ids(side)
    assert [result.id for result in results] == [known[row["Key__c"]] for row in rows(250)]
    assert all(result.created for result in results)


def test_the_first_of_two_calls_holds_200_rows(org, side, emulator):
    emulator.faults.add(drop_before(path=ROWS, skip=1))
    with pytest.raises(VendorUnreachable):
        org.insert(ISSUE, rows(250))
    assert sorted(stored(side)) == [row["Key__c"] for row in rows(200)]


def test_a_second_upsert_of_the_same_key_updates(org, side):
    first = org.upsert(ISSUE, "Key__c", rows(3, Message__c="one"))
    second = org.upsert(ISSUE, "Key__c", rows(3, Message__c="two"))
    assert [result.created for result in first + second] == [True] * 3 + [False] * 3
    assert [result.id for result in first] == [result.id for result in second]
    assert set(stored(side, "Message__c").values()) == {"two"}


def test_rows_with_one_key_in_one_upsert_become_one_row_and_the_last_wins(org, side, calls):
    given = [
        {"Key__c": "a", "Code__c": "X", "Message__c": "first"},
        {"Key__c": "b", "Code__c": "X"},
        {"Key__c": " a ", "Message__c": "last"},
    ]
    results = org.upsert(ISSUE, "Key__c", given)
    assert stored(side, "Message__c") == {"a": "last", "b": None}
    assert stored(side, "Code__c") == {"a": "X", "b": "X"}  # as two upserts would leave it
    assert results[0] == results[2]
    assert calls() == 1


def test_keys_that_differ_in_case_are_two_rows(org, side):
    org.upsert(ISSUE, "Key__c", [{"Key__c": "aB"}, {"Key__c": "Ab"}])
    assert sorted(stored(side)) == ["Ab", "aB"]


def test_a_key_that_looks_like_a_short_id_is_not_taken_for_the_long_one(org, side):
    org.upsert(ISSUE, "Key__c", [{"Key__c": "0017e00001W4GYR"}, {"Key__c": "0017e00001W4GYRAA3"}])
    assert sorted(stored(side)) == ["0017e00001W4GYR", "0017e00001W4GYRAA3"]


@pytest.mark.parametrize(
    "key", ["ann@example.inc", "a/b?c#d", "50% off+more", 'it\'s "quoted"', "ключ 🙂"]
)
def test_a_key_may_hold_what_an_address_may_not(org, side, key):
    for _ in range(2):
        org.upsert(ISSUE, "Key__c", [{"Key__c": key, "Code__c": "X"}])
    assert stored(side) == {key: "X"}


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_row_without_key_is_refused_and_not_inserted(org, side, key):
    results = org.upsert(ISSUE, "Key__c", [{"Key__c": key}, {"Key__c": "b"}, {"Code__c": "X"}])
    assert [result.ok for result in results] == [False, True, False]
    assert list(stored(side)) == ["b"]


def test_an_update_changes_the_named_fields_only(org, side):
    made = org.insert(ISSUE, rows(2, Message__c="before"))
    results = org.update(ISSUE, [{"Id": made[1].id, "Message__c": "after"}])
    assert [(result.ok, result.created, result.id) for result in results] == [
        (True, False, made[1].id)
    ]
    assert list(stored(side, "Message__c").values()) == ["before", "after"]


def test_an_id_that_is_given_short_and_long_is_one_row(org, side):
    (made,) = org.insert(ISSUE, rows(1))
    results = org.update(
        ISSUE, [{"Id": made.id[:15], "Message__c": "one"}, {"Id": made.id, "Code__c": "Y"}]
    )
    assert [result.id for result in results] == [made.id, made.id]
    assert stored(side, "Message__c") == {"key 0000": "one"}
    assert stored(side) == {"key 0000": "Y"}


def test_values_are_stored_as_they_were_meant(org, side):
    seen = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    org.insert(ISSUE, rows(1, First_Seen__c=seen, Message__c="nul\0byte", Attempts__c=3))
    (row,) = side.org.query(f"SELECT First_Seen__c, Message__c, Attempts__c FROM {ISSUE}")  # noqa: S608 -- as above
    assert row["First_Seen__c"] == "2026-02-03T04:05:06.000+0000"
    assert row["Message__c"] == "nulbyte"
    assert row["Attempts__c"] == 3


# -- rows that the org refuses ------------------------------------------------------------------


def test_one_bad_row_among_200_stops_no_other(org, side, calls):
    given = rows(200)
    given[120]["Code__c"] = "x" * 65
    results = org.insert(ISSUE, given)
    assert [i for i, result in enumerate(results) if not result.ok] == [120]
    error = results[120].error
    assert (error.code, error.fields) == ("STRING_TOO_LONG", ("Code__c",))
    assert "xxxxx" not in error.message
    assert len(stored(side)) == 199
    assert calls() == 1


def test_the_second_of_two_inserts_of_a_key_is_refused(org, side, calls):
    org.insert(ISSUE, rows(1, Message__c="first"))
    (result,) = org.insert(ISSUE, rows(1, Message__c="second"))
    assert result.error.code == "DUPLICATE_VALUE"
    assert stored(side, "Message__c") == {"key 0000": "first"}
    assert calls() == 2


@pytest.mark.parametrize("write", ["insert", "upsert", "update"])
def test_a_locked_row_is_sent_again_alone(org, side, emulator, clock, write):
    made = [] if write != "update" else org.insert(ISSUE, rows(3))
    emulator.calls.clear()
    emulator.faults.add(row_lock(ISSUE, skip=1))
    given = {
        "insert": lambda: org.insert(ISSUE, rows(3)),
        "upsert": lambda: org.upsert(ISSUE, "Key__c", rows(3)),
        "update": lambda: org.update(ISSUE, [{"Id": m.id, "Code__c": "Y"} for m in made]),
    }
    results = given[write]()
    assert all(result.ok for result in results)
    assert emulator.calls.counts("salesforce", "*", ROWS) == 2
    known = ids(side)
    assert [result.id for result in results] == [known[row["Key__c"]] for row in rows(3)]
    assert len(clock.slept) == 1


def test_a_row_that_stays_locked_is_reported_and_the_others_are_written(org, side, emulator, calls):
    emulator.faults.add(row_lock(ISSUE, times=4))
    results = org.insert(ISSUE, rows(1))
    assert results[0].error.code == "UNABLE_TO_LOCK_ROW"
    assert calls() == 4
    assert stored(side) == {}


def test_a_refusal_by_the_customers_rule_is_not_repeated(org, emulator, calls):
    message = "Call ann@example.com before you write this"
    emulator.faults.add(custom_row_error(ISSUE, "FIELD_CUSTOM_VALIDATION_EXCEPTION", message))
    results = org.upsert(ISSUE, "Key__c", rows(2))
    assert [result.ok for result in results] == [False, True]
    assert results[0].error.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "ann@example.com" not in results[0].error.message
    assert calls() == 1


def test_a_lost_race_inside_an_upsert_is_run_again(org, emulator, calls):
    message = "duplicate value found: Key__c duplicates value on record with id: a00000000000001"
    emulator.faults.add(custom_row_error(ISSUE, "DUPLICATE_VALUE", message, fields=("Key__c",)))
    results = org.upsert(ISSUE, "Key__c", rows(2))
    assert all(result.ok for result in results)
    assert calls() == 2


def test_a_key_that_is_no_external_id_is_a_matter_of_setup(org):
    with pytest.raises(AccessDenied) as caught:
        org.upsert(ISSUE, "Code__c", [{"Code__c": "X"}])
    assert "Code__c" in caught.value.message


def test_an_object_that_the_user_may_not_see_is_a_matter_of_setup(org, side):
    side.org.hide_object(ISSUE)
    with pytest.raises(AccessDenied, match=ISSUE):
        org.upsert(ISSUE, "Key__c", rows(1))


# -- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("fault", OF_SALESFORCE)
def test_an_upsert_survives_one_fault_without_doubles_or_gaps(org, side, emulator, fault, skip):
    emulator.faults.add(OF_SALESFORCE[fault](path=ROWS, skip=skip))
    results = org.upsert(ISSUE, "Key__c", rows(250))
    assert len(stored(side)) == 250
    known = ids(side)
    assert [result.id for result in results] == [known[row["Key__c"]] for row in rows(250)]


@pytest.mark.parametrize("fault", OF_SALESFORCE)
def test_an_update_survives_one_fault(org, side, emulator, fault):
    made = org.insert(ISSUE, rows(3))
    emulator.faults.add(OF_SALESFORCE[fault](path=ROWS))
    results = org.update(ISSUE, [{"Id": one.id, "Code__c": "Y"} for one in made])
    assert [result.id for result in results] == [one.id for one in made]
    assert stored(side) == {row["Key__c"]: "Y" for row in rows(3)}


@pytest.mark.parametrize(
    ("fault", "written"),
    [
        ("dropped before processing", 0),
        ("dropped after processing", 3),
        ("cut off", 3),
        ("unreadable", 0),
        ("maintenance page", 0),
        ("maintenance page with status 200", 0),
        ("too slow", 3),
    ],
)
def test_an_insert_whose_outcome_is_unknown_is_not_repeated(org, side, emulator, fault, written):
    emulator.faults.add(OF_SALESFORCE[fault](path=ROWS))
    with pytest.raises(VendorUnreachable) as caught:
        org.insert(ISSUE, rows(3))
    assert caught.value.maybe_processed
    assert emulator.calls.counts("salesforce", "POST", ROWS) == 1
    assert len(stored(side)) == written


def test_an_insert_that_was_not_let_in_says_so(org, side, emulator, calls):
    emulator.faults.add(too_many_requests(2, path=ROWS))
    with pytest.raises(AllowanceExhausted):
        org.insert(ISSUE, rows(3))
    assert calls() == 1
    assert stored(side) == {}


def test_an_insert_with_an_ended_session_is_sent_once_more(org, side, calls):
    org.now()
    side.sessions.end_all()
    assert all(result.ok for result in org.insert(ISSUE, rows(3)))
    assert calls() == 2
    assert len(stored(side)) == 3


def test_a_repeat_of_locked_rows_whose_outcome_is_unknown_is_not_repeated(
    org, side, emulator, calls
):
    emulator.faults.add(row_lock(ISSUE))
    emulator.faults.add(drop_after(path=ROWS, skip=1))
    with pytest.raises(VendorUnreachable) as caught:
        org.insert(ISSUE, rows(3))
    assert caught.value.maybe_processed
    assert calls() == 2
    assert len(stored(side)) == 3


@pytest.mark.parametrize("write", ["insert", "upsert"])
def test_the_daily_cap_stops_a_write_between_two_calls(org, side, calls, write):
    org.now()
    side.settings.daily_cap = 1
    arguments = (rows(250),) if write == "insert" else ("Key__c", rows(250))
    with pytest.raises(AllowanceExhausted, match="24 hours"):
        getattr(org, write)(ISSUE, *arguments)
    assert calls() == 2
    assert len(stored(side)) == 200


def test_too_many_calls_at_once_are_waited_out_even_by_an_insert(org, side, emulator, clock):
    """A call that was not let in was not processed, so it can be sent again."""
    message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": message}]
    emulator.faults.add(Fault("salesforce", path=ROWS, times=2, status=403, body=body))
    assert all(result.ok for result in org.insert(ISSUE, rows(3)))
    assert len(stored(side)) == 3
    assert len(clock.slept) == 2
