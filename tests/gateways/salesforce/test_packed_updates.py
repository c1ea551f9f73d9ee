"""Updates of several objects in one call: in their order, each part as if written alone."""

from __future__ import annotations

import pytest

from connector.core.terms.errors import VendorUnreachable
from connector.core.terms.records import Update
from connector.emulator.faults import (
    Fault,
    custom_row_error,
    drop_after,
    html_page,
    row_lock,
    truncated_json,
)

ISSUE, MARK = "Trustpilot_Issue__c", "Trustpilot_Checkpoint__c"


@pytest.fixture
def made(org):
    """The record ids of a few issues and marks."""

    def make(count):
        keys = [{"Key__c": f"key {i:04d}"} for i in range(count)]
        issues = org.insert(ISSUE, [{**key, "Code__c": "X"} for key in keys])
        return [[one.id for one in part] for part in (issues, org.insert(MARK, keys))]

    return make


@pytest.fixture
def calls(emulator):
    return lambda: emulator.calls.counts("salesforce", "*", "*/composite*")


@pytest.fixture
def codes(side):
    """What the org holds: the issues' codes and the marks' runs, in the order of the keys."""

    def values(field, name):
        rows = side.org.query(f"SELECT {field} FROM {name} ORDER BY Key__c")  # noqa: S608 -- ours
        return [row[field] for row in rows]

    return lambda: (values("Code__c", ISSUE), values("Run_Id__c", MARK))


def both(issues, marks):
    return [
        Update(ISSUE, tuple({"Id": one, "Code__c": "Y"} for one in issues)),
        Update(MARK, tuple({"Id": one, "Run_Id__c": "r"} for one in marks)),
    ]


@pytest.mark.parametrize("size", [(2, 1), (200, 1), (201, 4)])
def test_two_objects_travel_in_one_call_where_they_fit_it(org, made, calls, codes, size):
    count, expected = size
    issues, marks = made(count)
    before = calls()
    results = org.update_together(both(issues, marks))
    assert [[row.id for row in part] for part in results] == [issues, marks]
    assert calls() - before == expected
    assert codes() == (["Y"] * count, ["r"] * count)


def test_a_row_that_the_org_refuses_is_told_and_the_others_are_kept(org, made, codes, emulator):
    issues, marks = made(2)
    emulator.faults.add(custom_row_error(ISSUE, "SOME_RULE", "No."))
    first, second = org.update_together(both(issues, marks))
    assert [row.error.code if row.error else None for row in first] == ["SOME_RULE", None]
    assert all(row.ok for row in second)
    assert codes() == (["X", "Y"], ["r", "r"])


@pytest.mark.parametrize(
    "fault",
    [
        row_lock(MARK),
        drop_after(vendor="salesforce", path="*/composite*"),
        truncated_json(vendor="salesforce", path="*/composite*"),
        html_page(vendor="salesforce", path="*/composite*"),
        Fault("salesforce", path="*/composite", status=200, body={"compositeResponse": []}),
        Fault("salesforce", path="*/composite", status=503, body=""),
    ],
    ids=["a lock", "lost", "broken off", "a web page", "no part", "busy"],
)
def test_what_is_not_plainly_done_is_done_again(org, made, codes, emulator, fault):
    issues, marks = made(2)
    emulator.faults.add(fault)
    results = org.update_together(both(issues, marks))
    assert all(row.ok for part in results for row in part)
    assert codes() == (["Y", "Y"], ["r", "r"])


def test_an_org_that_is_gone_is_said_so(org, made, emulator):
    issues, marks = made(1)
    emulator.faults.add(Fault("salesforce", status=503, body="", times=None))
    with pytest.raises(VendorUnreachable):
        org.update_together(both(issues, marks))
