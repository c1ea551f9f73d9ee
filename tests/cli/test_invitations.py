"""`connector invitations`: what people type about single invitations, over HTTPS."""

import json

import pytest

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
