"""`connector deploy` over real HTTPS: what it prints, for whom, and what it ends with."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault, drop_after

RESOURCE = "*/metadata/deployRequest"
STARS = "objects/Trustpilot_Review__c/fields/Stars__c.field-meta.xml"


@pytest.fixture(autouse=True)
def quick(desk):
    """One question is enough, and nothing is left over for the next test."""
    desk.emulator.salesforce.settings.deploy_polls = 1
    desk.emulator.org.settings.refused_components.clear()


def test_people_are_told_what_was_deployed_and_whom_to_give_access(desk):
    done = desk.type("deploy")

    assert done.exit_code == ExitCode.DONE
    first, *rest = done.stdout.splitlines()
    assert first.startswith("Deployed ")
    assert desk.emulator.credentials.organization_id in first
    assert rest == [
        "Nobody was given access by this. Assign the permission sets to the people who need them:",
        "  Setup > Permission Sets > Trustpilot_App_Super_User > Manage Assignments",
        "  Setup > Permission Sets > Trustpilot_App_User > Manage Assignments",
        "  Setup > Permission Sets > Trustpilot_Connector > Manage Assignments",
        "  Setup > Permission Sets > Trustpilot_Reply_Approver > Manage Assignments",
        "Then type: connector doctor",
        "Exit 0: Done.",
    ]


def test_a_check_says_that_nothing_was_changed(desk):
    done = desk.type("deploy", "--check")

    first, *rest = done.stdout.splitlines()
    assert first.startswith("Checked ")
    assert "; nothing was changed (" in first
    assert rest == ["Then type: connector deploy", "Exit 0: Done."]


def test_machines_get_one_object_on_one_line(desk):
    done = desk.spawn("deploy", "--check", "--json")

    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert done.returncode == told["exit_code"] == 0
    assert (told["status"], told["check_only"]) == ("Succeeded", True)
    assert told["components"]["total"] == told["components"]["deployed"] > 200
    assert all(json.loads(line)["event"] for line in done.stderr.splitlines())


def test_a_refused_component_is_shown_with_file_line_and_column(desk):
    refused = desk.emulator.org.settings.refused_components
    refused["Trustpilot_Review__c.Stars__c"] = "Not in this org."
    done = desk.type("deploy")
    told = json.loads(desk.type("deploy", "--json").stdout)

    place, component, outcome, last = done.stdout.splitlines()
    assert place.endswith(f"{STARS}:2:5: error: Not in this org.")
    assert component == "  CustomField Trustpilot_Review__c.Stars__c"
    assert outcome.startswith("The org refused 1 of ")
    assert last.startswith("Exit 2: ")
    assert done.exit_code == told["exit_code"] == ExitCode.CONFIGURATION
    (problem,) = told["problems"]
    assert problem["file"].endswith(STARS)
    assert (problem["line"], problem["column"], problem["level"]) == (2, 5, "error")


def test_a_deployment_that_somebody_canceled_is_no_success(desk):
    result = {"deployResult": {"status": "Canceled", "done": True}}
    desk.emulator.faults.add(Fault("salesforce", "GET", f"{RESOURCE}/*", status=200, body=result))
    done = desk.type("deploy")

    assert "Somebody canceled it in the org" in done.stdout
    assert done.exit_code == ExitCode.SAFETY_STOP


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"numberTestsTotal": 9, "numberTestErrors": 2}, "2 of 9 of the org's tests failed"),
        ({"errorMessage": "UNKNOWN_EXCEPTION: 12"}, "The deployment ended as Failed"),
    ],
)
def test_a_deployment_that_failed_without_a_component_says_so(desk, result, said):
    body = {"deployResult": {"status": "Failed", **result}}
    desk.emulator.faults.add(Fault("salesforce", "GET", f"{RESOURCE}/*", status=200, body=body))
    done = desk.type("deploy")

    assert f"{said}; nothing was changed." in done.stdout
    assert result.get("errorMessage", "") in done.stdout
    assert done.exit_code == ExitCode.CONFIGURATION


def test_a_lost_answer_ends_with_where_to_look(desk):
    desk.emulator.faults.add(drop_after(vendor="salesforce", method="POST", path=RESOURCE))
    done = desk.type("deploy")

    assert done.exit_code == ExitCode.UNREACHABLE
    assert "The org may have begun the deployment all the same." in done.stderr
    assert "Next: Look in Setup > Deployment Status" in done.stderr


def test_another_org_is_a_safety_stop(desk):
    pinned = desk.emulator.credentials.organization_id
    desk.write(desk.text.replace(pinned, "00D000000000062EAA"))
    assert desk.type("deploy").exit_code == ExitCode.SAFETY_STOP


def test_secrets_of_trustpilot_are_not_needed(desk):
    done = desk.type("deploy", "--check", TRUSTPILOT_API_SECRET=None)
    assert done.exit_code == ExitCode.DONE


def test_without_the_secret_of_salesforce_nobody_can_sign_in(desk):
    done = desk.type("deploy", SALESFORCE_CLIENT_SECRET=None)
    assert done.exit_code == ExitCode.SIGN_IN
    assert "Next: " in done.stderr


def test_no_secret_is_printed(desk):
    done = desk.type("deploy", "--json")
    secret = desk.emulator.credentials.salesforce_client_secret
    assert secret not in done.output
    assert "!AQ" not in done.output


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a child")
def test_whoever_stops_watching_is_told_that_the_org_goes_on(desk):
    desk.emulator.salesforce.settings.deploy_polls = 10**6
    desk.emulator.calls.clear()
    process = subprocess.Popen(
        [sys.executable, "-m", "connector", "deploy"],
        env=desk.process_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while not desk.emulator.calls.counts("salesforce", path=f"{RESOURCE}/*"):
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    assert stdout == ""
    assert "goes on in the org: see Setup > Deployment Status" in stderr
