"""Errors carry their facts, their sentence and the next step."""

import pytest

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    CallFacts,
    ConfigurationError,
    ConnectorError,
    NotFound,
    Problem,
    RequestRefused,
    SafetyStop,
    SignInError,
    Stopped,
    Terminated,
    VendorAnswerUnreadable,
    VendorError,
    VendorUnreachable,
)

FACTS = CallFacts("trustpilot", "GET", "/v1/business-units/find", 503)


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (Problem("It is no number."), "It is no number."),
        (Problem("It is no number.", "a.yaml", 3, 7), "a.yaml:3:7: It is no number."),
        (Problem("It is no number.", "a.yaml"), "a.yaml: It is no number."),
        (
            Problem("Unknown.", "a.yaml", 3, 7, "Did you mean `x`?"),
            "a.yaml:3:7: Unknown. Did you mean `x`?",
        ),
    ],
)
def test_a_problem_is_placed_where_a_person_can_find_it(problem, shown):
    assert str(problem) == shown


def test_every_problem_of_a_configuration_is_told():
    error = ConfigurationError([Problem("One.", "a.yaml", 1), Problem("Two.")])
    assert error.message == "a.yaml:1: One.\nTwo."
    assert error.problems == (Problem("One.", "a.yaml", 1), Problem("Two."))
    assert error.next_step == "Correct it, then type: connector validate"
    assert ConfigurationError([], next_step="Read it.").next_step == "Read it."


@pytest.mark.parametrize(
    "error",
    [
        SafetyStop("Stopped.", next_step="Decide."),
        SignInError("Salesforce", "Stopped.", next_step="Decide."),
        AccessDenied("Salesforce", "Stopped.", next_step="Decide."),
        AllowanceExhausted("Salesforce", "Stopped.", next_step="Decide."),
        VendorAnswerUnreadable("Stopped.", FACTS, next_step="Decide."),
        NotFound("Stopped.", FACTS, next_step="Decide."),
        VendorUnreachable("Stopped.", FACTS, maybe_processed=True, next_step="Decide."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_error_has_its_sentence_and_the_next_step(error):
    assert isinstance(error, ConnectorError)
    assert (str(error), error.message, error.next_step) == ("Stopped.", "Stopped.", "Decide.")


@pytest.mark.parametrize("kind", [SignInError, AccessDenied, AllowanceExhausted])
def test_an_error_about_a_vendor_names_it(kind):
    assert kind("Trustpilot", "Stopped.").vendor == "Trustpilot"


def test_an_error_of_a_call_says_in_which_call():
    for kind in (VendorError, VendorAnswerUnreadable, RequestRefused, NotFound):
        assert kind("Stopped.", FACTS).facts is FACTS
    lost = VendorUnreachable("Stopped.", FACTS, maybe_processed=True)
    assert (lost.facts, lost.maybe_processed) == (FACTS, True)


def test_what_a_person_does_next_groups_the_errors():
    assert issubclass(AccessDenied, SignInError)
    assert issubclass(NotFound, RequestRefused)
    for kind in (VendorUnreachable, VendorAnswerUnreadable, RequestRefused):
        assert issubclass(kind, VendorError)


@pytest.mark.parametrize(("stop", "by"), [(Stopped(), "Ctrl-C"), (Terminated(), "SIGTERM")])
def test_a_stop_says_who_stopped_the_run_and_that_the_rest_waits(stop, by):
    assert stop.message == f"Stopped by {by}: what is left waits for the next run."
