"""Deleting records of the emulated org: each id has its own outcome, and gone is gone."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from connector.core.terms.errors import VendorAnswerUnreadable, VendorUnreachable
from connector.emulator.doors import SALESFORCE_URL
from connector.emulator.faults import (
    Fault,
    custom_row_error,
    drop_after,
    drop_before,
    expired_session,
    row_lock,
)
from connector.emulator.salesforce import ConnectedApp
from connector.gateways.http.client import VendorHttp
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg

REVIEW = "Trustpilot_Review__c"
CALL = "*/composite/sobjects"


@pytest.fixture
def org(emulator, clock, door):
    app = ConnectedApp("client", "hush", "integration@shop.example")
    emulator.salesforce.settings.connected_apps.append(app)
    access = SalesforceAccess(SALESFORCE_URL, app.client_id, SecretStr(app.client_secret))
    return SalesforceOrg(VendorHttp("Salesforce", clock=clock, adapter=door), access)


@pytest.fixture
def records(emulator):
    """Make so many reviews: `records(3)` -> their record ids."""
    rows = ({"External_Id__c": f"r{n}", "Type__c": "Service"} for n in range(10_000))
    return lambda n: [emulator.org.insert(REVIEW, next(rows)) for _ in range(n)]


def test_200_records_go_in_one_call_and_results_keep_the_order(org, records, emulator):
    ids = records(201)
    results = org.delete(ids)
    assert [result.id for result in results] == ids
    assert emulator.org.count(REVIEW) == 0
    assert emulator.calls.counts("salesforce", "DELETE", CALL) == 2


def test_nothing_to_delete_is_no_call(org, emulator):
    assert org.delete([]) == []
    assert emulator.calls.all() == []


def test_an_id_that_is_given_twice_is_deleted_once(org, records):
    (one,) = records(1)
    assert [result.ok for result in org.delete([one, one])] == [True, True]


def test_what_is_in_the_bin_already_counts_as_deleted(org, records, emulator):
    gone, there = records(2)
    emulator.org.delete(REVIEW, gone)
    assert [(result.id, result.ok) for result in org.delete([gone, there])] == [
        (gone, True),
        (there, True),
    ]


def test_a_refused_record_does_not_hold_the_others(org, records, emulator):
    ids = records(3)
    emulator.faults.add(custom_row_error(REVIEW, "DELETE_FAILED", "No"))
    codes = [result.error and result.error.code for result in org.delete(ids)]
    assert codes == ["DELETE_FAILED", None, None]
    assert emulator.org.count(REVIEW) == 1


@pytest.mark.parametrize(
    "fault",
    [
        drop_before(vendor="salesforce", method="DELETE"),
        drop_after(vendor="salesforce", method="DELETE"),
        expired_session(method="DELETE"),
        row_lock(REVIEW),
        Fault("salesforce", method="DELETE", status=503, body="busy"),
    ],
    ids=["dropped before", "dropped after", "session expired", "row lock", "503"],
)
def test_a_deletion_that_met_trouble_is_sent_again(org, records, emulator, fault):
    ids = records(2)
    emulator.faults.add(fault)
    assert [result.ok for result in org.delete(ids)] == [True, True]
    assert emulator.org.count(REVIEW) == 0


def test_an_org_that_stays_away_is_unreachable(org, records, emulator):
    ids = records(1)
    emulator.faults.add(drop_before(vendor="salesforce", method="DELETE", times=None))
    with pytest.raises(VendorUnreachable):
        org.delete(ids)


@pytest.mark.parametrize("body", [[], {}, [7], [{"success": True}] * 2])
def test_an_answer_that_does_not_fit_the_question_is_unreadable(org, records, emulator, body):
    ids = records(1)
    emulator.faults.add(Fault("salesforce", method="DELETE", status=200, body=body, times=None))
    with pytest.raises(VendorAnswerUnreadable):
        org.delete(ids)
