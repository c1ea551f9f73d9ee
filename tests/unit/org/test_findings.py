"""Each finding has its level, its next step and its part in the exit code."""

import pytest

from connector.core.org.findings import (
    Check,
    DoctorReport,
    Finding,
    Level,
    Side,
    failed,
    misconfigured,
    passed,
    refused,
    warned,
)
from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import CallFacts, SignInError, VendorUnreachable

FIELD = Check.SALESFORCE_FIELD


@pytest.mark.parametrize("check", Check)
def test_a_codes_first_word_says_whose_matter_it_is(check):
    assert check.value.startswith(f"{check.side.value.lower()[:6]}")
    assert check.side in Side


@pytest.mark.parametrize(
    ("finding", "level", "code"),
    [
        (passed(FIELD, "Fine."), Level.PASS, ExitCode.DONE),
        (warned(FIELD, "Odd.", "Look."), Level.WARN, ExitCode.NEEDS_A_LOOK),
        (refused(FIELD, "Hidden.", "Grant."), Level.FAIL, ExitCode.SIGN_IN),
        (misconfigured(FIELD, "Too short.", "Deploy."), Level.FAIL, ExitCode.CONFIGURATION),
    ],
)
def test_each_kind_of_finding_has_its_level_and_exit_code(finding, level, code):
    assert (finding.level, finding.exit_code) == (level, code)


def test_a_check_that_ended_with_an_error_tells_the_error():
    error = SignInError("Salesforce", "It was refused.", next_step="Renew it.")
    found = failed(FIELD, error, place="a.yaml:1:1")
    assert found == Finding(
        FIELD, Level.FAIL, "It was refused.", "Renew it.", "a.yaml:1:1", ExitCode.SIGN_IN
    )
    assert failed(FIELD, error, fix="Ask Anna.").fix == "Ask Anna."


def test_the_most_serious_finding_decides_the_exit_code():
    lost = VendorUnreachable("Gone.", CallFacts("x", "GET", "/"), maybe_processed=False)
    fine, odd = passed(FIELD, "Fine."), warned(FIELD, "Odd.", "Look.")
    assert DoctorReport((fine,), {}).exit_code is ExitCode.DONE
    assert DoctorReport((fine, odd), {}).exit_code is ExitCode.NEEDS_A_LOOK
    assert DoctorReport((odd, failed(FIELD, lost), fine), {}).exit_code is ExitCode.UNREACHABLE
