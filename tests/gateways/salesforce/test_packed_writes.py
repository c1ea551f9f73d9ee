"""Rows of several objects in one call: each part ends as if it had been written alone."""

from __future__ import annotations

import pytest

from connector.core.terms.errors import VendorUnreachable
from connector.core.terms.records import Upsert
from connector.emulator.faults import (
    Fault,
    custom_row_error,
    drop_after,
    expired_session,
    html_page,
    row_lock,
    too_many_requests,
    truncated_json,
)

ISSUE, MARK, RUN = "Trustpilot_Issue__c", "Trustpilot_Checkpoint__c", "Trustpilot_Run__c"


def issues(count, **values):
    return tuple({"Key__c": f"key {i:04d}", "Code__c": "X", **values} for i in range(count))


def three(count=2):
    return [
        Upsert(ISSUE, "Key__c", issues(count)),
        Upsert(MARK, "Key__c", ({"Key__c": "a mark"},)),
        Upsert(RUN, "Run_Id__c", ({"Run_Id__c": "a run"},)),
    ]


@pytest.fixture
def calls(emulator):
    """Counts every call to the org but sign-in and the list of versions."""
    return lambda: emulator.calls.counts("salesforce", "*", "*/composite*")


@pytest.fixture
def kept(side):
    """How many rows the org holds of each object."""
    return lambda: tuple(
        len(side.org.query(f"SELECT Id FROM {name}"))  # noqa: S608 -- names of our own objects
        for name in (ISSUE, MARK, RUN)
    )


def test_rows_of_three_objects_travel_in_one_call(org, kept, calls):
    results = org.upsert_together(three())
    assert [[row.created for row in part] for part in results] == [[True, True], [True], [True]]
    assert kept() == (2, 1, 1)
    assert calls() == 1


def test_the_results_of_each_part_are_in_the_order_of_its_rows(org, side):
    org.upsert_together(three())
    again = org.upsert_together(three())
    known = {
        row["Key__c"]: row["Id"]
        for row in side.org.query(f"SELECT Id, Key__c FROM {ISSUE}")  # noqa: S608 -- as above
    }
    assert [row.id for row in again[0]] == [known["key 0000"], known["key 0001"]]
    assert not any(row.created for part in again for row in part)


def test_a_row_that_the_org_refuses_is_told_and_the_others_are_kept(org, kept, emulator):
    emulator.faults.add(custom_row_error(MARK, "SOME_RULE", "No."))
    found = org.upsert_together(three())
    assert [[row.ok for row in part] for part in found] == [[True, True], [False], [True]]
    assert found[1][0].error.code == "SOME_RULE"
    assert kept() == (2, 0, 1)


def test_a_locked_row_is_written_again_alone(org, kept, emulator):
    emulator.faults.add(row_lock(ISSUE))
    assert all(row.ok for part in org.upsert_together(three()) for row in part)
    assert kept() == (2, 1, 1)


def test_rows_with_one_key_become_one_row_and_a_row_without_key_is_refused(org, kept):
    rows = (*issues(1), *issues(1, Code__c="Y"), {"Code__c": "Z"})
    (found, _) = org.upsert_together([Upsert(ISSUE, "Key__c", rows), three()[1]])
    assert [row.ok for row in found] == [True, True, False]
    assert kept() == (1, 1, 0)


def test_more_than_200_rows_of_an_object_go_the_usual_way(org, kept):
    found = org.upsert_together(three(count=201))
    assert sum(row.ok for part in found for row in part) == 203
    assert kept() == (201, 1, 1)


@pytest.mark.parametrize(
    "fault",
    [
        drop_after(vendor="salesforce", path="*/composite*"),
        truncated_json(vendor="salesforce", path="*/composite*"),
        html_page(vendor="salesforce", path="*/composite*"),
        too_many_requests(1, vendor="salesforce", path="*/composite*"),
        expired_session(path="*/composite*"),
        Fault("salesforce", path="*/composite", status=200, body={"compositeResponse": []}),
        Fault(
            "salesforce",
            path="*/composite",
            status=200,
            body={
                "compositeResponse": [
                    {"referenceId": "part0", "httpStatusCode": 500, "body": "Oops"},
                    {"referenceId": "part1", "httpStatusCode": 200, "body": []},
                    {"referenceId": "part2", "httpStatusCode": 200, "body": [None]},
                ]
            },
        ),
    ],
    ids=["lost", "broken off", "a web page", "too many", "expired", "no part", "parts unread"],
)
def test_trouble_on_the_way_doubles_and_loses_nothing(org, kept, emulator, fault):
    emulator.faults.add(fault)
    assert all(row.ok for part in org.upsert_together(three()) for row in part)
    assert kept() == (2, 1, 1)


def test_an_org_that_stays_away_is_said_to_be_away(org, emulator):
    org.now()
    emulator.faults.add(Fault("salesforce", path="*/composite*", drop="before", times=None))
    with pytest.raises(VendorUnreachable):
        org.upsert_together(three())
