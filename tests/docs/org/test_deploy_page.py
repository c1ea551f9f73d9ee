"""The pages name what `connector deploy --json` prints, and the issues about the package."""

import json

from connector.core.org.deployment import (
    ComponentProblem,
    DeployReport,
    DeployState,
    DeployStatus,
    LocatedProblem,
)
from connector.core.org.metadata_package import Place
from connector.flows.run.package import PACKAGE_NEWER, PACKAGE_OUTDATED
from connector.report.org.deploy import deploy_as_json


def test_every_key_of_the_deploy_json_is_documented_and_the_other_way_round(page):
    problem = LocatedProblem(ComponentProblem("CustomTab", "A", "no"), Place("a.xml", 2))
    state = DeployState("0Af", DeployStatus.FAILED)
    report = DeployReport("00D", False, state, (problem,), ())  # noqa: FBT003 - check_only
    told = json.loads(deploy_as_json(report))

    commands = page("docs/commands.md")
    assert commands.table("key of the deploy JSON").column() == list(told)
    assert commands.table("key of a problem").column() == list(told["problems"][0])


def test_the_issues_about_the_package_are_documented(page):
    codes = page("docs/org/package.md").table("code").column()

    assert codes == [PACKAGE_OUTDATED, PACKAGE_NEWER]
