"""Deploy: the package into the org, or only the org's opinion of it, for `connector deploy`.

It gives nobody access: assigning permission sets is an admin's decision.
"""

from __future__ import annotations

from connector.core.org.deployment import (
    DeployReport,
    DeployRequest,
    DeployState,
    deploy_report,
    runs_tests_by_itself,
)
from connector.core.org.metadata_package import MetadataPackage
from connector.core.policy import RunPolicy
from connector.core.terms.records import Select
from connector.flows.ports import DeployableOrg, Reporter
from connector.flows.run.opening import refuse_other_org

_EDITION = Select("Organization", ("IsSandbox", "OrganizationType"), limit=1, optional=True)


def deploy(
    org: DeployableOrg,
    policy: RunPolicy,
    package: MetadataPackage,
    reporter: Reporter,
    *,
    check_only: bool,
) -> DeployReport:
    """Send the package to the org that the policy is pinned to and return how that ended.

    Raises `SafetyStop` before anything is sent where it is another org.
    """
    refuse_other_org(org, policy)
    request = DeployRequest(check_only, without_tests=not _decides_itself(org))
    state = _watched(org, package, request, reporter)
    return deploy_report(org.organization_id, request, state, package)


def _decides_itself(org: DeployableOrg) -> bool:
    (answer,) = org.read([_EDITION])
    row = answer.rows[0] if answer.rows else {}
    edition = str(row.get("OrganizationType") or "")
    return runs_tests_by_itself(is_sandbox=row.get("IsSandbox") is True, edition=edition)


def _watched(
    org: DeployableOrg, package: MetadataPackage, request: DeployRequest, reporter: Reporter
) -> DeployState:
    """Tell of every step: the id as soon as there is one, for whoever stops watching."""
    state = DeployState("", "")
    for state in org.deploy(package, request):
        reporter.event(
            "deployment",
            id=state.id,
            status=state.status,
            components=state.components,
            deployed=state.deployed,
            failed=state.failed,
        )
        reporter.progress("components", state.deployed + state.failed, state.components or None)
    return state
