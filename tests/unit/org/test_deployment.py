"""What an org says of a deployment, as an operator is told it."""

import pytest

from connector.core.org.deployment import (
    FINAL,
    ComponentProblem,
    DeployRequest,
    DeployState,
    DeployStatus,
    ProblemLevel,
    deploy_report,
    runs_tests_by_itself,
)
from connector.core.org.metadata_package import SourceFiles
from connector.core.org.source_package import to_metadata_package
from connector.core.run.exit_codes import ExitCode

TAB = "main/default/tabs/A.tab-meta.xml"
SET = "main/default/permissionsets/Readers.permissionset-meta.xml"
PACKAGE = to_metadata_package(SourceFiles("pkg", "66.0", {TAB: b"<a/>", SET: b"<a/>"}))


def reported(status, *problems):
    state = DeployState("0Af", status, problems=problems)
    return deploy_report("00D", DeployRequest(), state, PACKAGE)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (DeployStatus.SUCCEEDED, ExitCode.DONE),
        (DeployStatus.FAILED, ExitCode.CONFIGURATION),
        (DeployStatus.SUCCEEDED_PARTIAL, ExitCode.CONFIGURATION),
        (DeployStatus.CANCELED, ExitCode.SAFETY_STOP),
    ],
)
def test_the_end_decides_the_exit_code(status, code):
    assert status in FINAL
    assert reported(status).exit_code is code


def test_a_warning_of_a_deployment_that_succeeded_asks_for_a_look():
    warning = ComponentProblem("CustomTab", "A", "odd", ProblemLevel.WARNING)
    assert reported(DeployStatus.SUCCEEDED, warning).exit_code is ExitCode.NEEDS_A_LOOK


def test_errors_come_before_warnings_each_with_its_place_in_the_source():
    warning = ComponentProblem("CustomTab", "A", "odd", ProblemLevel.WARNING, "tabs/A.tab", 2)
    error = ComponentProblem("PermissionSet", "Readers", "no field", file="", line=0)
    elsewhere = ComponentProblem("", "SomeTest", "assertion failed")
    report = reported(DeployStatus.FAILED, warning, error, elsewhere)

    assert [(each.problem, each.place.file, each.place.line) for each in report.problems] == [
        (elsewhere, "", 0),
        (error, f"pkg/{SET}", 0),
        (warning, f"pkg/{TAB}", 2),
    ]


def test_the_report_names_the_permission_sets_that_somebody_must_assign():
    assert reported(DeployStatus.SUCCEEDED).permission_sets == ("Readers",)


@pytest.mark.parametrize(
    ("is_sandbox", "edition", "decides"),
    [
        (True, "Enterprise Edition", False),
        (False, "Developer Edition", False),
        (False, "Enterprise Edition", True),
        (False, "", True),  # whoever does not tell is treated as production
    ],
)
def test_only_a_production_org_decides_itself_which_tests_run(is_sandbox, edition, decides):
    assert runs_tests_by_itself(is_sandbox=is_sandbox, edition=edition) is decides
