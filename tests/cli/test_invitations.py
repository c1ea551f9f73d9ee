"""`connector invitations`: what people type about single invitations, over HTTPS."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

import connector

INVITATION = "Trustpilot_Invitation__c"
ADDRESS = "wanda@customer.example"
NAME = "Wanda Woods"


@pytest.fixture
def made(desk):
    """Make an invitation and give its id: `made(Status__c="Unknown")`."""
    numbers = iter(range(1000))

    def insert(**fields):
        key = f"{desk.folder.name}-{next(numbers)}"
        values = {
            "Claim_Key__c": key,
            "Reference_Number__c": key,
            "Status__c": "Scheduled",
            "Channel__c": "Email",
            "Rule__c": desk.folder.name,
            "Recipient_Email__c": ADDRESS,
            "Recipient_Name__c": NAME,
            "Due_At__c": "2099-01-01T00:00:00Z",
            "Link__c": "https://www.example.com/secret",
            "Attempts__c": 0,
            **fields,
        }
        return desk.emulator.org.insert(INVITATION, values)

    return insert


def status(desk, record_id):
    return desk.emulator.org.retrieve(INVITATION, record_id, ["Status__c"])["Status__c"]


def personal(text):
    return [word for word in (ADDRESS, "wanda", "secret") if word in text.lower()]


def test_a_list_fits_what_is_asked_and_hides_the_recipient(desk, made):
    ours, _ = made(Status__c="Unknown"), made()
    rule = ("--rule", desk.folder.name)

    done = desk.type("invitations", "list", *rule, "--status", "unknown", "--json")

    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [each["id"] for each in document["invitations"]] == [ours]
    assert document["more"] is False
    assert personal(done.output) == []
    told = desk.type("invitations", "list", *rule, "--personal", "--json").stdout
    assert ADDRESS in told
    assert (
        "1 invitation(s); there are more"
        in desk.type("invitations", "list", *rule, "--limit", "1").stdout
    )


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_everything_about_one_but_the_recipient_and_the_link_is_shown(form, desk, made):
    ours = made(Evidence__c="OrderHistory", Old_Stage__c="Draft", New_Stage__c="Activated")

    done = desk.type("invitations", "show", ours, *form)

    assert done.exit_code == 0, done.output
    for word in ("OrderHistory", "Draft", "Activated", "Scheduled", "has_link"):
        assert word in done.stdout
    assert personal(done.output) == []
    known = desk.type("invitations", "show", ours, "--personal", *form).stdout
    assert (ADDRESS in known, NAME in known, "secret" in known) == (True, True, False)


def test_what_nobody_knows_is_told_and_not_repeated(desk):
    done = desk.type("invitations", "show", ADDRESS)
    assert done.exit_code == 1
    assert "connector invitations list" in done.stderr
    assert personal(done.output) == []


def test_cancel_hold_and_release_say_what_became_of_each(desk, made):
    one, other = made(), made()

    done = desk.type("invitations", "hold", one, other)
    assert done.exit_code == 0, done.output
    assert f"{one}: Scheduled -> On Hold" in done.stdout

    assert desk.type("invitations", "release", one).exit_code == 0
    assert desk.type("invitations", "cancel", other).exit_code == 0
    assert (status(desk, one), status(desk, other)) == ("Scheduled", "Cancelled")


def test_one_that_cannot_be_cancelled_needs_a_look(desk, made):
    good, bad = made(), made(Status__c="Accepted")

    done = desk.type("invitations", "cancel", bad, good, "--json")

    assert done.exit_code == 1
    told = {each["record"]: each["refused"] for each in json.loads(done.stdout)["invitations"]}
    assert told == {good: False, bad: True}
    assert status(desk, good) == "Cancelled"
    assert personal(done.output) == []


@pytest.mark.parametrize(("how", "after"), [("--sent", "Accepted"), ("--resend", "Scheduled")])
def test_an_unknown_one_is_resolved(how, after, desk, made):
    ours = made(Status__c="Unknown", Attempts__c=1)
    done = desk.type("invitations", "resolve", ours, how)
    assert done.exit_code == 0, done.output
    assert status(desk, ours) == after


def test_a_resolution_says_which(desk, made):
    ours = made(Status__c="Unknown")
    assert desk.type("invitations", "resolve", ours).exit_code == 2
    assert status(desk, ours) == "Unknown"


@pytest.fixture
def lost(desk, made):
    """Make unknown ones of a run, each with its try: `lost("run-1", 3)` gives their ids."""

    def make(run, count, **fields):
        ids = [made(Status__c="Unknown", Attempts__c=1, **fields) for _ in range(count)]
        for each in ids:
            key = desk.emulator.org.retrieve(INVITATION, each, ["Claim_Key__c"])["Claim_Key__c"]
            values = {
                "Attempt_Key__c": f"{key}:1",
                "Invitation__c": each,
                "Attempt__c": 1,
                "Started_At__c": "2026-03-02T09:00:00Z",
                "Http_Status__c": 503,
                "Run_Id__c": run,
            }
            desk.emulator.org.insert("Trustpilot_Send_Attempt__c", values)
        return ids

    return make


def resolve(desk, *arguments):
    return desk.type("invitations", "resolve", *arguments)


def test_all_that_a_run_left_unknown_are_resolved_and_no_others(desk, lost):
    run = f"{desk.folder.name}-a"[-40:]
    ours, others = lost(run, 3), lost(f"{desk.folder.name}-b"[-40:], 2)

    done = resolve(desk, "--run", run, "--sent", "--json")

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert sorted(each["record"] for each in told["invitations"]) == sorted(ours)
    assert {each["http_status"] for each in told["known"]} == {503}
    assert {status(desk, each) for each in ours} == {"Accepted"}
    assert {status(desk, each) for each in others} == {"Unknown"}
    assert personal(done.output) == []


def test_a_rule_and_a_run_together_choose_those_of_both(desk, lost):
    run = f"{desk.folder.name}-c"[-40:]
    ours, other_rule = lost(run, 2), lost(run, 2, Rule__c="another")

    done = resolve(desk, "--run", run, "--rule", desk.folder.name, "--resend")

    assert done.exit_code == 0, done.output
    assert {status(desk, each) for each in ours} == {"Scheduled"}
    assert {status(desk, each) for each in other_rule} == {"Unknown"}


def test_a_dry_run_shows_what_is_known_and_changes_nothing(desk, lost):
    (ours,) = lost("dry", 1)
    row = desk.emulator.org.retrieve(INVITATION, ours, ["Name", "Reference_Number__c"])

    done = desk.type(
        "invitations", "resolve", "--rule", desk.folder.name, "--dry-run", COLUMNS="200"
    )

    assert done.exit_code == 0, done.output
    for known in (row["Name"], row["Reference_Number__c"], "2026-03-02", "503"):
        assert known in done.stdout
    assert status(desk, ours) == "Unknown"
    assert personal(done.output) == []
    line = resolve(desk, ours, "--dry-run", "--json").stdout
    assert [each["id"] for each in json.loads(line)["known"]] == [ours]


def test_many_are_not_resolved_where_nobody_can_be_asked(desk, lost):
    many = lost("many", 205)  # more than one write takes
    rule = ("--rule", desk.folder.name)

    refused = resolve(desk, *rule, "--sent")

    assert refused.exit_code == 6
    assert "--yes" in refused.stderr
    assert {status(desk, each) for each in many} == {"Unknown"}
    assert resolve(desk, *rule, "--sent", "--yes").exit_code == 0
    assert {status(desk, each) for each in many} == {"Accepted"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo terminals")
@pytest.mark.parametrize(("answer", "end"), [("n", (6, "Unknown")), ("y", (0, "Accepted"))])
def test_somebody_at_a_terminal_is_asked_before_many_are_resolved(desk, lost, command, answer, end):
    many = lost("asked", 21)
    typing, terminal = pty.openpty()
    os.write(typing, f"{answer}\n".encode())
    done = subprocess.run(  # noqa: S603  our own module
        [*command, "invitations", "resolve", "--rule", desk.folder.name, "--sent"],
        env={**desk.process_environ(), "PYTHONPATH": str(Path(connector.__file__).parents[1])},
        stdin=terminal,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(typing)
    os.close(terminal)
    assert "Resolve 21 invitations?" in done.stderr
    assert (done.returncode, {status(desk, each) for each in many}) == (end[0], {end[1]})


def test_a_resolution_names_what_it_is_about(desk):
    assert resolve(desk, "--sent").exit_code == 2


def test_the_export_is_read_into_the_list_and_bad_lines_are_named_by_number(desk, made):
    ours = made(Status__c="Accepted")
    number = desk.emulator.org.retrieve(INVITATION, ours, ["Reference_Number__c"])
    file = desk.folder / "export.csv"
    file.write_text(
        "Customer email;Status;Created;Sent;Type;Reference number\r\n"
        f"{ADDRESS};Delivered;;;;{number['Reference_Number__c']}\r\n"
        f"{ADDRESS};Nobody knows;;;;x\r\n",
        encoding="utf-8-sig",
    )

    assert (
        "1 invitation(s) updated"
        in desk.type("invitations", "import-status", str(file), "--dry-run").stdout
    )
    assert status(desk, ours) == "Accepted"
    done = desk.type("invitations", "import-status", str(file), "--json")

    assert done.exit_code == 1, done.output
    document = json.loads(done.stdout)
    assert (document["updated"], document["added"]) == (1, 0)
    assert [fault["line"] for fault in document["faults"]] == [3]
    assert status(desk, ours) == "Delivered"
    assert personal(done.output) == []
    assert "Line 3: " in desk.type("invitations", "import-status", str(file)).stdout


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"a,b,c\n1,2,3\n"])
def test_what_is_no_export_is_refused_with_its_place(content, desk):
    file = desk.folder / "other.csv"
    file.write_bytes(content)
    done = desk.type("invitations", "import-status", str(file))
    assert done.exit_code == 2
    assert f"{file}:1: " in done.stderr
    assert "Customer email" in done.stderr


def test_a_file_that_is_not_there_is_told(desk):
    done = desk.type("invitations", "import-status", str(desk.folder / "none.csv"))
    assert done.exit_code == 2
    assert "cannot be read" in done.stderr


def test_no_log_line_holds_the_recipient(desk, made):
    ours = made()
    done = desk.spawn("invitations", "show", ours, "--personal")
    assert done.returncode == 0
    assert ADDRESS in done.stdout
    assert personal(done.stderr) == []
