"""Thousands of rows by Bulk jobs: in order, complete, and whole through faults at every call."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connector.core.terms.errors import AccessDenied, AllowanceExhausted
from connector.core.terms.records import RowError
from connector.emulator.faults import (
    Fault,
    custom_row_error,
    drop_after,
    html_page,
    row_lock,
)
from connector.gateways.salesforce.csv_files import csv_line, fields_of, files, results_by_key
from one_fault import OF_SALESFORCE

ISSUE = "Trustpilot_Issue__c"
REVIEW = "Trustpilot_Review__c"
COLLECTIONS = "*/composite/sobjects*"
MANY = 2_001
WRITTEN = f"SELECT Id, Key__c, Code__c FROM {ISSUE}"  # noqa: S608 -- a test's own text

CALLS = {
    "making the job": ("POST", "*/jobs/ingest"),
    "the upload": ("PUT", "*/batches"),
    "starting the job": ("PATCH", "*/jobs/ingest/*"),
    "asking how far it is": ("GET", f"*/jobs/ingest/750{'?' * 15}"),
    "its successful rows": ("GET", "*/successfulResults/"),
    "its failed rows": ("GET", "*/failedResults/"),
    "removing the job": ("DELETE", "*/jobs/ingest/*"),
}


@pytest.fixture
def collections(emulator):
    """Counts the collections that reached the org."""
    return lambda: emulator.calls.counts("salesforce", "*", COLLECTIONS)


@pytest.fixture
def jobs(emulator):
    """The calls about jobs that reached the org, as method and last part of the path."""

    def of():
        calls = [call for call in emulator.calls.all() if "/jobs/ingest" in call.path]
        return [(call.method, call.path.strip("/").split("/")[-1]) for call in calls]

    return of


def rows(count=MANY, **values):
    return [{"Key__c": f"key {i:05d}", "Code__c": "X", **values} for i in range(count)]


def matches(side, results, given, code="X"):
    """Every row is in the org once, with its code, under the id that its result names."""
    found = side.org.query(WRITTEN)
    assert len(found) == len(given)
    stored = {row["Key__c"]: row for row in found}
    assert [result.id for result in results] == [stored[row["Key__c"]]["Id"] for row in given]
    assert {row["Code__c"] for row in found} == {code}


# -- without faults -----------------------------------------------------------------------------


def test_2001_rows_go_by_one_job_of_seven_calls(org, side, jobs, collections):
    given = rows()
    results = org.upsert(ISSUE, "Key__c", given)
    matches(side, results, given)
    assert all(result.created for result in results)
    job = jobs()[2][1]
    assert jobs() == [
        ("POST", "ingest"),
        ("PUT", "batches"),
        ("PATCH", job),
        ("GET", job),
        ("GET", job),
        ("GET", "successfulResults"),
        ("DELETE", job),
    ]
    assert collections() == 0


def test_2000_rows_go_by_collections(org, side, jobs, collections):
    given = rows(2_000)
    matches(side, org.upsert(ISSUE, "Key__c", given), given)
    assert (jobs(), collections()) == ([], 10)


def test_2001_rows_with_few_keys_go_by_collections(org, jobs, collections):
    results = org.upsert(ISSUE, "Key__c", [{"Key__c": f"{i % 7}"} for i in range(MANY)])
    assert len({result.id for result in results}) == 7
    assert (jobs(), collections()) == ([], 1)


def test_a_second_upsert_updates_and_says_so(org, side):
    first = org.upsert(ISSUE, "Key__c", rows(Code__c="before"))
    second = org.upsert(ISSUE, "Key__c", rows(Code__c="after"))
    matches(side, second, rows(), code="after")
    assert {(one.created, other.created) for one, other in zip(first, second, strict=True)} == {
        (True, False)
    }


def test_the_pauses_between_two_looks_at_a_job_grow(org, side, clock):
    side.settings.bulk_polls = 14
    org.upsert(ISSUE, "Key__c", rows())
    assert clock.slept == sorted(clock.slept)
    assert len(clock.slept) == 14
    assert (clock.slept[0], clock.slept[-1]) == (0.25, 30)


AWKWARD = {
    "line breaks": "one\ntwo\n\nthree",
    "a quote": 'she said "well", twice',
    "a quote at the end": 'an inch is 1"',
    "commas": "a,b,,c",
    "other letters": "café ключ 日本",
    "an emoji": "🙂👩‍👩‍👧",
    "looks like an error": "CODE:message:Field__c--",
    "the word for null": "#N/A",
    "the word for null in a text": "it says #N/A here",
    "a formula": "=1+1",
    "as long as a job carries": "x" * 32_000,
    "longer than a job carries": "y" * 32_001,
    "several lines that begin with a quote": '"a"\n"b"',
}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_a_text_arrives_as_it_was_written(org, side, text):
    given = [{"External_Id__c": f"{i:05d}", "Stars__c": 5} for i in range(MANY)]
    given[7]["Text__c"] = text
    results = org.upsert(REVIEW, "External_Id__c", given)
    assert side.org.retrieve(REVIEW, results[7].id)["Text__c"] == text
    assert side.org.retrieve(REVIEW, results[8].id)["Text__c"] is None


def test_outer_blanks_are_treated_as_in_collections(org, side):
    org.upsert(ISSUE, "Key__c", rows(Message__c="  leading and trailing  "))
    org.upsert(ISSUE, "Key__c", [{"Key__c": "alone", "Message__c": "  leading and trailing  "}])
    found = side.org.query(f"SELECT Message__c FROM {ISSUE}")  # noqa: S608 -- a test's own text
    assert len(found) == MANY + 1
    assert len({row["Message__c"] for row in found}) == 1


def test_texts_with_carriage_returns_are_treated_as_in_collections(org, side):
    text = "one\r\ntwo\rthree"
    by_job = org.upsert(ISSUE, "Key__c", rows(Message__c=text))
    (by_collection,) = org.upsert(ISSUE, "Key__c", [{"Key__c": "alone", "Message__c": text}])
    stored = [side.org.retrieve(ISSUE, one.id)["Message__c"] for one in (by_job[3], by_collection)]
    assert stored[0] == stored[1]


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_clears_a_field_and_a_field_that_is_not_named_stays(org, side, nothing):
    org.upsert(ISSUE, "Key__c", rows(Message__c="before", Next_Step__c="before"))
    changed = rows()
    changed[5]["Message__c"] = nothing
    results = org.upsert(ISSUE, "Key__c", changed)
    row = side.org.retrieve(ISSUE, results[5].id)
    assert (row["Message__c"], row["Next_Step__c"]) == (None, "before")
    assert side.org.retrieve(ISSUE, results[6].id)["Message__c"] == "before"


def test_values_are_stored_as_they_were_meant(org, side):
    seen = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    given = [
        {
            "External_Id__c": f"{i:05d}",
            "Review_Created__c": seen,
            "Verified__c": True,
            "Stars__c": Decimal(4),
            "Title__c": "nul\0byte",
        }
        for i in range(MANY)
    ]
    results = org.upsert(REVIEW, "External_Id__c", given)
    row = side.org.retrieve(REVIEW, results[0].id)
    assert row["Review_Created__c"] == "2026-02-03T04:05:06.000+0000"
    assert (row["Verified__c"], row["Stars__c"], row["Title__c"]) == (True, 4, "nulbyte")


@pytest.mark.parametrize(
    "key", ["ann@example.inc", "a/b?c#d", 'it\'s "quoted"', "ключ 🙂", "#N/A", " blanks ", "a,b"]
)
def test_a_key_may_hold_anything(org, side, key):
    given = [*rows(), {"Key__c": key, "Code__c": "X"}]
    for _ in range(2):
        results = org.upsert(ISSUE, "Key__c", given)
    assert side.org.retrieve(ISSUE, results[-1].id)["Key__c"] == key.strip()
    assert len(side.org.query(WRITTEN)) == MANY + 1


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_row_without_key_is_refused_and_not_inserted(org, side, key):
    results = org.upsert(ISSUE, "Key__c", [{"Key__c": key, "Code__c": "X"}, *rows()])
    assert results[0].error.code == "MISSING_ARGUMENT"
    matches(side, results[1:], rows())


# -- rows that the org refuses ------------------------------------------------------------------


def test_bad_rows_among_thousands_stop_no_other_and_keep_their_places(org, side, collections):
    given = rows()
    for place in (0, 700, 2_000):
        given[place]["Code__c"] = "x" * 65
    results = org.upsert(ISSUE, "Key__c", given)
    assert [i for i, one in enumerate(results) if not one.ok] == [0, 700, 2_000]
    error = results[700].error
    assert (error.code, error.fields) == ("STRING_TOO_LONG", ("Code__c",))
    assert "xxxxx" not in error.message
    matches(side, [one for one in results if one.ok], [r for r in given if r["Code__c"] == "X"])
    assert collections() == 0


def test_an_error_of_several_lines_belongs_to_its_row(org, emulator):
    message = 'Line one: "no"\nline two, with a comma:\n'
    emulator.faults.add(custom_row_error(ISSUE, "FIELD_CUSTOM_VALIDATION_EXCEPTION", message))
    results = org.upsert(ISSUE, "Key__c", rows())
    (refused,) = [one.error for one in results if not one.ok]
    assert refused.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "line two" in refused.message


def test_a_refusal_holds_no_address(org, emulator):
    emulator.faults.add(custom_row_error(ISSUE, "SOME_RULE", "Call ann@example.com first"))
    results = org.upsert(ISSUE, "Key__c", rows())
    (refused,) = [one.error for one in results if not one.ok]
    assert "ann@example.com" not in refused.message


def test_locked_rows_are_written_by_a_collection(org, side, emulator, collections):
    emulator.faults.add(row_lock(ISSUE, times=3, skip=10))
    results = org.upsert(ISSUE, "Key__c", rows())
    matches(side, results, rows())
    assert collections() == 1


def test_a_lost_race_is_run_again(org, side, emulator, collections):
    message = "duplicate value found: Key__c duplicates value on record with id: a00000000000001"
    emulator.faults.add(custom_row_error(ISSUE, "DUPLICATE_VALUE", message, fields=("Key__c",)))
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert collections() == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CODE:message:A__c,B__c--", RowError("CODE", "message", ("A__c", "B__c"))),
        ("CODE:message:--", RowError("CODE", "message")),
        ("CODE:one: two: three:A__c --", RowError("CODE", "one: two: three", ("A__c",))),
        ("CODE:no fields at all", RowError("CODE", "no fields at all")),
        ("CODE", RowError("CODE", "")),
        ("", RowError("UNKNOWN_EXCEPTION", "")),
    ],
)
def test_an_error_is_read_in_any_shape(text, expected):
    file = f'"sf__Id","sf__Error","Key__c"\n"","{text}","k"\n'
    assert results_by_key(file, "Key__c")["k"].error == expected


@pytest.mark.parametrize(
    "file",
    ["", "\n", '"sf__Id","sf__Created"\n"a00","true"\n', '"sf__Id","Key__c"\n"a00","k'],
    ids=["empty", "blank", "without the key", "cut off"],
)
def test_a_file_that_cannot_be_read_has_no_results(file):
    assert results_by_key(file, "Key__c") == {}


# -- jobs that do not end well ------------------------------------------------------------------


def test_a_failed_job_leaves_its_rows_to_collections(org, side, emulator, collections):
    broken = {"state": "Failed", "errorMessage": "InternalServerError", "numberRecordsFailed": 0}
    emulator.faults.add(Fault("salesforce", "GET", "*/jobs/ingest/750*", status=200, body=broken))
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert collections() == 11


def test_what_a_failed_job_did_write_is_not_written_again(org, side, emulator, collections):
    """The answer that tells of the end is lost, and the repeat says that the job failed."""
    side.settings.bulk_polls = 1
    method, path = CALLS["asking how far it is"]
    emulator.faults.add(drop_after(method=method, path=path))
    emulator.faults.add(Fault("salesforce", method, path, status=200, body={"state": "Failed"}))
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert collections() == 0


def test_a_field_that_the_org_does_not_have_is_told_of_every_row(org, side):
    results = org.upsert(ISSUE, "Key__c", rows(Nonsense__c="x"))
    assert {one.error.code for one in results} == {"INVALID_FIELD"}
    assert side.org.query(WRITTEN) == []


def test_a_key_that_is_no_external_id_is_a_matter_of_setup(org):
    with pytest.raises(AccessDenied, match="Code__c"):
        org.upsert(ISSUE, "Code__c", [{"Code__c": f"{i}"} for i in range(MANY)])


def test_a_job_that_never_ends_is_aborted_and_its_rows_go_by_collections(
    org, side, jobs, clock, collections
):
    side.settings.bulk_polls = 10**6
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert 1_700 < clock.elapsed < 1_900
    assert [method for method, _ in jobs() if method == "PATCH"] == ["PATCH", "PATCH"]
    assert jobs()[-1][0] == "DELETE"
    assert collections() == 11


def test_an_aborted_job_leaves_its_rows_to_collections(org, side, emulator, collections):
    gone = {"state": "Aborted"}
    emulator.faults.add(Fault("salesforce", "GET", "*/jobs/ingest/750*", status=200, body=gone))
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert collections() == 11


def test_an_org_without_bulk_takes_collections(org, side, emulator, collections):
    off = [{"errorCode": "FUNCTIONALITY_NOT_ENABLED", "message": "Bulk is not enabled"}]
    emulator.faults.add(
        Fault("salesforce", "*", "*/jobs/ingest*", times=None, status=403, body=off)
    )
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert collections() == 11


# -- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
# Making a job is never repeated: where Salesforce asks for fewer calls, the run stops.
@pytest.mark.parametrize("fault", sorted(OF_SALESFORCE.keys() - {"too many requests"}))
def test_one_fault_at_any_call_doubles_and_loses_nothing(org, side, emulator, fault, call):
    method, path = CALLS[call]
    emulator.faults.add(OF_SALESFORCE[fault](method=method, path=path))
    given = rows()
    given[9]["Code__c"] = "x" * 65
    results = org.upsert(ISSUE, "Key__c", given)
    assert results.pop(9).error.code == "STRING_TOO_LONG"
    del given[9]
    matches(side, results, given)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_never_works_doubles_and_loses_nothing(org, side, emulator, call):
    method, path = CALLS[call]
    emulator.faults.add(html_page(method=method, path=path, times=None))
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())


def test_making_a_job_is_never_repeated_blindly(org, side, emulator, jobs, collections):
    emulator.faults.add(drop_after(method="POST", path="*/jobs/ingest"))
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert jobs() == [("POST", "ingest")]
    assert collections() == 11


def test_a_session_that_ends_in_the_middle_is_renewed_once(org, side, jobs, collections):
    org.now()
    side.sessions.end_all()
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())
    assert jobs()[:2] == [("POST", "ingest"), ("POST", "ingest")]
    assert collections() == 0


@pytest.mark.parametrize("allowed", range(1, 7))
def test_the_daily_cap_stops_the_upsert_at_any_call_and_a_repeat_completes_it(org, side, allowed):
    org.now()
    side.settings.daily_cap = allowed
    with pytest.raises(AllowanceExhausted, match="24 hours"):
        org.upsert(ISSUE, "Key__c", rows())
    side.settings.daily_cap = 100_000
    matches(side, org.upsert(ISSUE, "Key__c", rows()), rows())


# -- files --------------------------------------------------------------------------------------


def uploads(rows, **limit):
    fields = fields_of(rows)
    return list(files(fields, [csv_line(row, fields) for row in rows], **limit))


def is_carried(row):
    return csv_line(row, tuple(row)) is not None


def test_uploads_stay_below_the_limit_and_hold_every_row_once():
    given = [{"Key__c": f"key {i}", "Message__c": "ü" * (i % 90)} for i in range(500)]
    found = uploads(given, most_bytes=2_000)
    assert max(map(len, found)) <= 2_000
    assert len(found) > 10
    assert {file.split(b"\n")[0] for file in found} == {b'"Key__c","Message__c"'}
    keys = [line.split(b",")[0] for file in found for line in file.splitlines()[1:]]
    assert keys == [f'"key {i}"'.encode() for i in range(500)]


def test_a_row_that_alone_is_above_the_limit_gets_a_file_of_its_own():
    given = [{"Key__c": "a" * 300}, {"Key__c": "b"}]
    assert len(uploads(given, most_bytes=100)) == 2


def test_no_rows_are_no_file():
    assert uploads([]) == []


@pytest.mark.parametrize(
    ("value", "carried"),
    [
        ("text", True),
        ("x" * 32_000, True),
        ("x" * 32_001, False),
        ("#N/A", False),
        (" #N/A ", False),
        ({"Ext__c": "a parent by its key"}, False),
        (["a", "list"], False),
        (date(2026, 1, 1), True),
        (Decimal("1.5"), True),
        (True, True),
        (None, True),
    ],
)
def test_a_row_is_carried_or_left_to_collections(value, carried):
    assert is_carried({"Key__c": "a", "Field__c": value}) is carried


def test_a_row_of_many_long_texts_is_left_to_collections():
    assert not is_carried({f"Field_{i}__c": "x" * 31_000 for i in range(13)})
