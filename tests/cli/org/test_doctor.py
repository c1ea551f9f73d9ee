"""`connector doctor` over real HTTPS: what it prints, for whom, and what it ends with."""

import json

import pytest

from connector.core.org.findings import Check, Side
from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault

SECRETS = ("SALESFORCE_CLIENT_SECRET", "TRUSTPILOT_API_SECRET", "TRUSTPILOT_LINK_ENCRYPTION_KEY")


def test_people_get_a_table_for_each_side_and_the_calls(desk):
    done = desk.type("doctor")

    assert done.exit_code == ExitCode.DONE
    assert [side in done.stdout for side in Side] == [True] * 3
    assert "salesforce_sign_in" in done.stdout
    assert " to Salesforce and 5 to Trustpilot; nothing was written." in done.stdout
    assert done.stdout.splitlines()[-1] == "Exit 0: Done."


def test_without_a_terminal_there_is_no_colour_and_no_json(desk):
    done = desk.type("doctor")

    assert "\x1b" not in done.stdout
    assert not any(line.startswith("{") for line in done.stdout.splitlines())


@pytest.mark.parametrize(("no_color", "coloured"), [(None, True), ("1", False)])
def test_colours_are_left_out_where_nobody_wants_them(desk, no_color, coloured):
    done = desk.type("doctor", FORCE_COLOR="1", NO_COLOR=no_color, TERM="xterm")

    assert ("\x1b[32mpass" in done.stdout) is coloured
    assert "pass" in done.stdout


def test_machines_get_one_object_on_one_line(desk):
    done = desk.spawn("doctor", "--json")

    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert done.returncode == told["exit_code"] == 0
    assert list(told) == ["exit_code", "checks", "calls"]
    assert {tuple(check) for check in told["checks"]} == {("code", "level", "what", "fix", "place")}
    assert {check["code"] for check in told["checks"]} <= set(Check)
    assert told["calls"]["Salesforce"] > 0


def test_a_finding_is_told_with_its_place_and_its_fix(desk):
    desk.write(desk.text.replace("Closed Won", "Close Won"))
    done = desk.type("doctor")

    assert done.exit_code == ExitCode.NEEDS_A_LOOK
    assert f"At: {desk.config}:" in done.stdout
    assert "Fix: Did you mean `Closed Won`?" in done.stdout


def test_what_a_vendor_hid_in_brackets_is_printed_as_it_is(desk):
    body = [{"message": "malformed id [b] x", "errorCode": "MALFORMED_ID"}]
    desk.emulator.faults.add(
        Fault("salesforce", path="*/Trustpilot_Run__c/describe", status=400, body=body)
    )
    assert "malformed id [hidden]" in desk.type("doctor").stdout


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_is_a_finding_and_the_rest_is_examined(desk, name):
    done = desk.type("doctor", "--json", **{name: None})
    checks = json.loads(done.stdout)["checks"]

    (missing,) = [check for check in checks if check["code"] == "config_secret"]
    assert name in missing["what"]
    assert missing["place"].startswith(f"{desk.config}:")
    assert done.exit_code == ExitCode.CONFIGURATION
    assert {"salesforce_sign_in", "trustpilot_sign_in"} <= {check["code"] for check in checks}


def test_a_configuration_that_cannot_be_read_ends_before_anything_is_asked(desk):
    desk.emulator.calls.clear()
    desk.write(desk.text.replace("domain:", "domane:"))
    done = desk.type("doctor", "--json")

    assert done.exit_code == ExitCode.CONFIGURATION
    assert "domane" in done.stderr
    assert desk.emulator.calls.all() == []


def test_another_org_is_a_safety_stop(desk):
    pinned = desk.emulator.credentials.organization_id
    desk.write(desk.text.replace(pinned, "00D000000000062EAA"))

    assert desk.type("doctor").exit_code == ExitCode.SAFETY_STOP
