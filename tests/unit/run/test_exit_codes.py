"""The most serious failure decides the exit code."""

import pytest

from connector.core.run.exit_codes import MEANINGS, ExitCode, exit_code, most_serious
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConfigurationError,
    NotFound,
    Problem,
    SafetyStop,
    SignInError,
    VendorAnswerUnreadable,
    VendorUnreachable,
)

FACTS = CallFacts("Trustpilot", "GET", "/v1/x")
UNREACHABLE = VendorUnreachable("down", FACTS, maybe_processed=False)


@pytest.mark.parametrize(
    ("failures", "issues", "code"),
    [
        ([], 0, 0),  # all well
        ([], 3, 1),  # done, but issues are open
        ([ConfigurationError([Problem("bad key")])], 0, 2),
        ([AllowanceExhausted("Trustpilot", "used up")], 0, 3),
        ([SignInError("Salesforce", "expired")], 0, 4),
        ([AccessDenied("Trustpilot", "not an admin")], 0, 4),
        ([UNREACHABLE], 0, 5),
        ([VendorAnswerUnreadable("HTML", FACTS)], 0, 5),
        ([NotFound("gone", FACTS)], 0, 5),
        ([SafetyStop("another org")], 0, 6),
        ([UNREACHABLE, SafetyStop("another org")], 4, 6),  # a person first
        ([UNREACHABLE, AllowanceExhausted("Trustpilot", "used up")], 0, 3),
        ([AllowanceExhausted("Trustpilot", "used up"), SignInError("Salesforce", "x")], 0, 4),
    ],
)
def test_failures_and_issues_decide_the_code(failures, issues, code):
    assert exit_code(failures, issues=issues) == code


@pytest.mark.parametrize(
    ("codes", "worst"),
    [((), 0), ((0, 0), 0), ((0, 1), 1), ((1, 5), 5), ((5, 3), 3), ((3, 4), 4), ((4, 2, 6), 6)],
)
def test_of_several_codes_the_one_of_the_most_serious_failure_stands(codes, worst):
    assert most_serious(map(ExitCode, codes)) == worst


def test_every_code_has_a_meaning():
    assert set(MEANINGS) == set(ExitCode)


def test_a_configuration_error_lists_every_problem():
    error = ConfigurationError(
        [Problem("unknown key", "config.yaml", 3, 5, "Did you mean rules?"), Problem("no secret")]
    )
    assert str(error) == "config.yaml:3:5: unknown key Did you mean rules?\nno secret"
