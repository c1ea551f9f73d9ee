# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""A run that meets trouble: the rest goes on, marks stay true, and the exit code is honest."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode, exit_code
from connector.core.terms.errors import (
    AllowanceExhausted,
    SignInError,
    VendorUnreachable,
)
from connector.emulator.faults import Fault, custom_row_error, drop_before, html_page
from connector.report.run.report import code_of

DEAD = {
    "dropped": drop_before(vendor="trustpilot", times=None),
    "503 pages": html_page(503, vendor="trustpilot", times=None),
    "500": Fault("trustpilot", status=500, body={"message": "Oops"}, times=None),
}


@pytest.mark.parametrize("how", list(DEAD))
def test_work_in_salesforce_goes_on_while_trustpilot_is_down(
    how, one_run, emulator, win, soql, runs, marks
):
    one_run()
    before = marks()
    emulator.clock.advance(timedelta(hours=1))
    win()
    emulator.faults.add(DEAD[how])

    report = one_run()

    assert code_of(report) is ExitCode.UNREACHABLE
    assert len(soql("SELECT Id FROM Trustpilot_Invitation__c")) == 1
    reviews = {key: at for key, at in marks().items() if "reviews" in key}
    assert reviews == {key: at for key, at in before.items() if "reviews" in key}
    assert runs()[-1]["Exit_Code__c"] == 5


def test_a_first_run_without_trustpilot_fails_loudly(one_run, emulator):
    emulator.faults.add(DEAD["dropped"])

    with pytest.raises(VendorUnreachable) as failure:
        one_run()

    assert failure.value.facts.vendor == "Trustpilot"


def test_an_org_that_dies_under_the_run_ends_it_without_more_calls_to_it(
    one_run, emulator, world, marks, differences
):
    one_run()
    before = marks()
    emulator.clock.advance(timedelta(hours=1))
    emulator.trustpilot.add_service_review(world.business_unit_id)
    dead = drop_before(vendor="salesforce", path="*/Trustpilot_Review__c/*", times=None)
    emulator.faults.add(dead)

    report = one_run()

    assert code_of(report) is ExitCode.UNREACHABLE
    assert [flow.flow for flow in report.flows][-1] == "reviews_in"
    emulator.faults.clear()
    assert marks() == before
    one_run()
    assert differences() == []


def test_the_orgs_allowance_ends_a_run_cleanly_and_the_next_one_resumes(
    one_run, emulator, world, differences, marks
):
    one_run()
    before = marks()
    emulator.clock.advance(timedelta(hours=1))
    emulator.trustpilot.add_service_review(world.business_unit_id)
    usual = emulator.org.settings.daily_api_requests
    emulator.org.settings.daily_api_requests = emulator.calls.counted("salesforce") + 3

    report = one_run()

    assert code_of(report) is ExitCode.ALLOWANCE
    assert marks() == before
    emulator.org.settings.daily_api_requests = usual
    assert code_of(one_run()) is ExitCode.DONE
    assert differences() == []


def test_trustpilots_allowance_ends_reviews_and_keeps_what_is_behind_the_marks(
    one_run, emulator, world, differences, marks
):
    one_run()
    before = marks()
    emulator.clock.advance(timedelta(hours=1))
    emulator.trustpilot.add_service_review(world.business_unit_id)
    emulator.trustpilot.add_product_review(world.business_unit_id)
    too_many = Fault("trustpilot", path="*/product-reviews/*", status=429, times=None)
    emulator.faults.add(too_many)

    report = one_run()

    assert code_of(report) is ExitCode.ALLOWANCE
    assert any(isinstance(failure, AllowanceExhausted) for failure in report.failures)
    after = marks()
    moved = {key.partition(":")[0] for key in after if after[key] != before[key]}
    assert "service_reviews" in moved
    assert "product_reviews" not in moved
    emulator.faults.clear()
    one_run()
    assert differences() == []


def test_our_own_rate_keeps_below_what_trustpilot_allows(
    one_run, settings, emulator, world, clock, differences
):
    emulator.switches.calls_per_five_minutes = 5
    for number in range(900):
        at = emulator.clock.now() - timedelta(minutes=number)
        emulator.trustpilot.add_service_review(world.business_unit_id, createdAt=at)
    slow = replace(settings.limits, trustpilot_per_5_minutes=5)

    report = one_run(settings=replace(settings, limits=slow))

    assert report.failures == ()
    assert differences() == []
    assert sum(clock.slept) >= 300


def test_a_wrong_api_secret_is_a_sign_in_problem(one_run, emulator):
    one_run()
    emulator.trustpilot.accounts.applications.clear()
    emulator.trustpilot.add_application("tpk-emulator", "another-secret")

    report = one_run()

    assert code_of(report) is ExitCode.SIGN_IN
    assert any(isinstance(failure, SignInError) for failure in report.failures)


def test_a_wrong_client_secret_of_the_org_ends_the_run_before_it_begins(one_run, emulator):
    emulator.salesforce.settings.connected_apps[0].client_secret = "another-secret"

    with pytest.raises(SignInError):
        one_run()


def test_a_session_that_expires_under_the_run_is_renewed(one_run, emulator, differences):
    emulator.faults.add(
        Fault(
            "salesforce",
            path="*/composite*",
            skip=1,
            status=401,
            body=[{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
        )
    )

    report = one_run()

    assert report.failures == ()
    assert differences() == []


class TestWhatTheOrgRefusesOfOurOwnRows:
    """Marks, issues and run rows are the connector's memory: without them it says so."""

    def test_no_mark_moves_when_an_issue_could_not_be_recorded(self, one_run, emulator, marks):
        emulator.faults.add(custom_row_error("Trustpilot_Review__c", "SOME_RULE", "no"))
        emulator.faults.add(custom_row_error("Trustpilot_Issue__c", "SOME_RULE", "no"))

        report = one_run()

        assert code_of(report) is ExitCode.UNREACHABLE
        assert marks() == {}
        assert any("Trustpilot_Issue__c" in failure.message for failure in report.failures)

    def test_a_mark_that_is_refused_fails_the_run(self, one_run, emulator, differences):
        emulator.faults.add(custom_row_error("Trustpilot_Checkpoint__c", "SOME_RULE", "no"))

        report = one_run()

        assert code_of(report) is ExitCode.UNREACHABLE
        assert [flow.flow for flow in report.flows if flow.failures] == ["closing"]
        assert code_of(one_run()) is ExitCode.DONE
        assert differences() == []

    def test_a_hidden_object_is_a_matter_of_permission(self, one_run, emulator):
        emulator.org.hide_object("Trustpilot_Issue__c")

        with pytest.raises(SignInError) as refusal:
            one_run()

        assert exit_code([refusal.value]) is ExitCode.SIGN_IN
