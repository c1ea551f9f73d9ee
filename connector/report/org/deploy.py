"""How a deployment ended, as text for people and as one line of JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.org.deployment import DeployReport, DeployStatus, LocatedProblem
from connector.core.run.exit_codes import MEANINGS
from connector.report.run.line import as_line


def deploy_as_text(report: DeployReport) -> str:
    """What happened, every problem with file and line, and what an admin does next."""
    return "\n".join(_lines(report))


def deploy_as_json(report: DeployReport) -> str:
    """The same as one JSON object with the same keys every time."""
    state = report.state
    document = {
        "exit_code": report.exit_code.value,
        "organization_id": report.organization_id,
        "deployment_id": state.id,
        "check_only": report.check_only,
        "status": state.status,
        "message": state.message,
        "components": {
            "total": state.components,
            "deployed": state.deployed,
            "failed": state.failed,
        },
        "tests": {"total": state.tests, "failed": state.tests_failed},
        "problems": [
            {
                "level": each.problem.level.value,
                "type": each.problem.type,
                "name": each.problem.name,
                "what": each.problem.message,
                "file": each.place.file,
                "line": each.place.line,
                "column": _column(each),
            }
            for each in report.problems
        ],
        "permission_sets": list(report.permission_sets),
    }
    return as_line(document)


def _lines(report: DeployReport) -> Iterator[str]:
    for each in report.problems:
        yield from _problem(each)
    if report.state.message:
        yield report.state.message
    yield _outcome(report)
    if report.state.status == DeployStatus.SUCCEEDED:
        yield from ["Then type: connector deploy"] if report.check_only else _access(report)
    yield f"Exit {report.exit_code.value}: {MEANINGS[report.exit_code]}"


def _problem(each: LocatedProblem) -> Iterator[str]:
    """One line that editors and terminals can follow, and the component below it."""
    numbers = (each.place.line, _column(each))
    place = ":".join((each.place.file, *(str(number) for number in numbers if number)))
    said = f"{each.problem.level.value}: {each.problem.message}"
    yield f"{place}: {said}" if place else said
    component = " ".join(filter(None, (each.problem.type, each.problem.name)))
    if component:
        yield f"  {component}"


def _column(each: LocatedProblem) -> int:
    """The column that the org names, which counts only in a line."""
    return each.problem.column if each.place.line else 0


def _outcome(report: DeployReport) -> str:
    state = report.state
    done = "Checked" if report.check_only else "Deployed"
    where = f"org {report.organization_id}, deployment {state.id}"
    if state.status == DeployStatus.SUCCEEDED:
        changed = "; nothing was changed" if report.check_only else ""
        return f"{done} {state.deployed} of {state.components} components{changed} ({where})."
    if state.status == DeployStatus.CANCELED:
        return f"Somebody canceled it in the org; nothing was changed ({where})."
    said = f"The deployment ended as {state.status}"
    if state.failed:
        said = f"The org refused {state.failed} of {state.components} components"
    elif state.tests_failed:
        said = f"{state.tests_failed} of {state.tests} of the org's tests failed"
    nothing = "" if state.status == DeployStatus.SUCCEEDED_PARTIAL else "; nothing was changed"
    return f"{said}{nothing}. Setup > Deployment Status has more ({where})."


def _access(report: DeployReport) -> Iterator[str]:
    yield "Nobody was given access by this. Assign the permission sets to the people who need them:"
    for name in report.permission_sets:
        yield f"  Setup > Permission Sets > {name} > Manage Assignments"
    yield "Then type: connector doctor"
