"""One deployment, as the org tells of it and as it is told to an operator.

Values and the reading of them; sending a package and asking about it is the gateway's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.core.org.metadata_package import MetadataPackage, Place
from connector.core.run.exit_codes import ExitCode


class DeployStatus(StrEnum):
    """Where a deployment stands; whatever else an org says means that it goes on.

    Uncertain whether these are all (Salesforce 3.7).
    """

    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    SUCCEEDED_PARTIAL = "SucceededPartial"
    FAILED = "Failed"
    CANCELING = "Canceling"
    CANCELED = "Canceled"


FINAL = frozenset(
    {
        DeployStatus.SUCCEEDED,
        DeployStatus.SUCCEEDED_PARTIAL,
        DeployStatus.FAILED,
        DeployStatus.CANCELED,
    }
)
"""The ends that a deployment can have."""


class ProblemLevel(StrEnum):
    """How bad the org takes something to be."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class ComponentProblem:
    """What an org says of one component; file and line are those of what it was sent.

    A failed test is told in the same way: its class is the name, and it has no file.
    """

    type: str
    name: str
    message: str
    level: ProblemLevel = ProblemLevel.ERROR
    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class DeployState:
    """What an org says of a deployment at one moment; `done`: it says nothing else any more."""

    id: str
    status: str
    done: bool = False
    components: int = 0
    deployed: int = 0
    failed: int = 0
    tests: int = 0
    tests_failed: int = 0
    message: str = ""
    problems: tuple[ComponentProblem, ...] = ()


@dataclass(frozen=True)
class DeployRequest:
    """How a package is to be deployed.

    With `check_only` the org validates it and changes nothing. With `without_tests` the org runs
    no Apex tests; else it decides that itself.
    """

    check_only: bool = False
    without_tests: bool = False


@dataclass(frozen=True)
class LocatedProblem:
    """A problem with its place in the package's source."""

    problem: ComponentProblem
    place: Place


@dataclass(frozen=True)
class DeployReport:
    """How a deployment ended, for an operator."""

    organization_id: str
    check_only: bool
    state: DeployState
    problems: tuple[LocatedProblem, ...]
    permission_sets: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """2 where the org refused the package, 6 where a person stopped it, 1 for warnings."""
        if self.state.status == DeployStatus.CANCELED:
            return ExitCode.SAFETY_STOP
        if self.state.status != DeployStatus.SUCCEEDED:
            return ExitCode.CONFIGURATION
        return ExitCode.NEEDS_A_LOOK if self.problems else ExitCode.DONE


def deploy_report(
    organization_id: str, request: DeployRequest, state: DeployState, package: MetadataPackage
) -> DeployReport:
    """Return the report of a deployment that has ended, errors first, each with its place."""
    located = [
        LocatedProblem(each, package.place(each.file, each.line, (each.type, each.name)))
        for each in state.problems
    ]
    located.sort(key=lambda each: (each.problem.level is ProblemLevel.WARNING, _order(each)))
    return DeployReport(
        organization_id,
        request.check_only,
        state,
        tuple(located),
        package.names("PermissionSet"),
    )


def runs_tests_by_itself(*, is_sandbox: bool, edition: str) -> bool:
    """Say whether an org decides for itself which tests a deployment runs.

    Sandboxes and developer editions are told to run none, because the package holds no Apex;
    a production org may refuse to be told (Salesforce 8).
    """
    return not is_sandbox and edition != "Developer Edition"


def _order(each: LocatedProblem) -> tuple[str, int, str, str]:
    return each.place.file, each.place.line, each.problem.name, each.problem.message
