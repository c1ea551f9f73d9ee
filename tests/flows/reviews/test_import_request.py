"""The import that a super user asks for in Salesforce: done by the next run, told on the record."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault
from connector.report.run.report import code_of

UNIT = "SELECT Id, Import_Reviews__c, Import_Result__c FROM Trustpilot_Business_Unit__c"


@pytest.fixture
def request_row(soql):
    """The business unit's record, as far as the request is about it."""
    return lambda: soql(UNIT)[0]


@pytest.fixture
def asked(one_run, write, emulator, request_row):
    """An old review that no run reads by itself, and a request for so many days."""
    one_run()
    old = write(ago=timedelta(days=45), text="From long ago")

    def ask(days):
        fields = {"Import_Reviews__c": True, "Import_Days__c": days}
        emulator.org.update("Trustpilot_Business_Unit__c", request_row()["Id"], fields)
        return old

    return ask


def held(soql, review_id):
    return soql("SELECT Id FROM Trustpilot_Review__c WHERE External_Id__c = '{}'", review_id)


def test_the_next_run_imports_as_far_back_as_was_asked_and_says_so(
    asked, one_run, soql, request_row
):
    old = asked(60)
    report = one_run()
    row = request_row()
    assert held(soql, old)
    assert row["Import_Reviews__c"] is False
    assert "60 days: " in row["Import_Result__c"]
    assert report.count("reviews_new") > 0
    assert f", {report.count('reviews_new')} new, 0 changed." in row["Import_Result__c"]


def test_the_request_is_answered_once(asked, one_run, request_row):
    asked(60)
    one_run()
    said = request_row()["Import_Result__c"]
    report = one_run()
    assert not report.did_something
    assert request_row()["Import_Result__c"] == said


def test_a_request_without_days_means_thirty(asked, one_run, soql, request_row):
    old = asked(None)
    one_run()
    assert not held(soql, old)
    assert "30 days: " in request_row()["Import_Result__c"]


def test_a_tick_that_nobody_set_reads_nothing_more(one_run, write, soql, emulator, request_row):
    one_run()
    old = write(ago=timedelta(days=45))
    days = {"Import_Days__c": 60}
    emulator.org.update("Trustpilot_Business_Unit__c", request_row()["Id"], days)
    one_run()
    assert not held(soql, old)


def test_an_import_that_could_not_read_everything_goes_on_with_the_next_run(
    asked, one_run, soql, emulator, request_row
):
    old = asked(60)
    path = "*/private/business-units/*/reviews"
    emulator.faults.add(Fault("trustpilot", path=path, status=503, body="", times=None))
    report = one_run()
    assert code_of(report) is ExitCode.UNREACHABLE
    assert request_row()["Import_Reviews__c"] is True
    assert request_row()["Import_Result__c"].endswith("Not complete: the next run goes on.")
    emulator.faults.clear()
    one_run()
    assert held(soql, old)
    assert request_row()["Import_Reviews__c"] is False


def test_a_dry_run_leaves_the_request_alone(asked, one_run, soql, request_row):
    old = asked(60)
    report = one_run(dry_run=True)
    (flow,) = (flow for flow in report.flows if flow.flow == "reviews_in")
    assert old in [action.record for action in flow.actions]
    assert not held(soql, old)
    assert request_row()["Import_Reviews__c"] is True
