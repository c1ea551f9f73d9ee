"""`connector erase`: one person is forgotten on both sides, and the address stands nowhere."""

import hashlib
import json
import os
import pty
import subprocess
from datetime import timedelta

import pytest

from connector.core.privacy.plan import KEPT
from connector.emulator.app import Emulator
from connector.emulator.faults import Fault, custom_row_error, drop_after
from connector.emulator.https_doors import HttpsDoors
from connector.emulator.trustpilot.invitations.intake import SendTimes
from connector.emulator.world import seed

ADDRESS = "wanda.o'hara@customer.example"
REVIEW = "Trustpilot_Review__c"
INVITATION = "Trustpilot_Invitation__c"


@pytest.fixture
def served():
    """A world of its own for each test: what is erased does not come back."""
    emulator = Emulator()
    world = seed(emulator, service_reviews=3, product_reviews=2, people=3)
    with HttpsDoors(emulator) as doors:
        yield emulator, world, doors


@pytest.fixture
def person(desk):
    """Wanda, in both places: two reviews, four invitations; returns the record ids."""
    state, org = desk.emulator.trustpilot, desk.emulator.org
    unit = desk.world.business_unit_id
    reviews = [
        state.add_service_review(unit, referralEmail=ADDRESS, text="Wanda was here")["id"],
        state.add_product_review(unit, consumer={"email": ADDRESS}, content="Wanda")["id"],
    ]
    assert desk.type("run").exit_code == 0
    contact = org.insert("Contact", {"LastName": "O'Hara", "Email": ADDRESS})
    named = {"Recipient_Email__c": ADDRESS.upper(), "Recipient_Name__c": "Wanda"}
    invitations = {
        status: org.insert(INVITATION, {"Claim_Key__c": status, "Status__c": status, **fields})
        for status, fields in {
            "Scheduled": named,
            "Accepted": named,
            "Link Ready": {**named, "Link__c": "https://www.example.com/wanda"},
            "Failed": {"Contact__c": contact},
        }.items()
    }
    return {
        "reviews": [org.find(REVIEW, "External_Id__c", each)[0] for each in reviews],
        "invitations": invitations,
    }


def everything(desk, name):
    """Every row of an object with every field, as text."""
    fields = [each["name"] for each in desk.emulator.org.describe(name)["fields"]]
    return repr(desk.emulator.org.query(f"SELECT {', '.join(fields)} FROM {name}")).lower()  # noqa: S608


def test_reviews_and_invitations_lose_the_person_and_trustpilot_is_told(desk, person):
    done = desk.type("erase", "--email", ADDRESS, "--yes")

    assert done.exit_code == 0, done.output
    held = everything(desk, REVIEW) + everything(desk, INVITATION)
    assert [word for word in ("wanda", "customer.example", "o'hara") if word in held] == []
    (call,) = [c for c in desk.emulator.calls.all() if c.path.endswith("/invitation-data/delete")]
    assert call.status == 202
    assert "2 review(s) anonymised" in done.stdout
    assert "4 invitation(s) scrubbed" in done.stdout
    assert "Trustpilot was told to forget the invitations of shop" in done.stdout
    for record in [*person["reviews"], *person["invitations"].values()]:
        assert record in done.stdout


def test_somebody_who_gave_the_address_only_when_asked_who_they_are_is_found(desk):
    answer = {"name": "Wanda", "email": ADDRESS.upper(), "phoneNumber": "+44 1632 960002"}
    review = desk.emulator.trustpilot.add_service_review(
        desk.world.business_unit_id,
        text="Wanda was here",
        findReviewer={"isEligible": True, "requests": [{"id": "f", "consumerResponse": answer}]},
    )
    assert desk.type("run").exit_code == 0
    assert "960002" in everything(desk, REVIEW)

    done = desk.type("erase", "--email", ADDRESS, "--yes")

    assert done.exit_code == 0
    assert "1 review(s) anonymised" in done.stdout
    held = everything(desk, REVIEW)
    assert [word for word in ("wanda", "960002", "customer.example") if word in held] == []
    assert review["id"] in held


ASCII, UNICODE = "wanda@xn--bcher-kva.example", "wanda@bücher.example"


@pytest.mark.parametrize("given", [ASCII, UNICODE, "Wanda@BÜCHER.example."])
def test_every_spelling_of_an_address_is_erased(given, desk):
    org = desk.emulator.org
    for number, written in enumerate((ASCII, UNICODE)):
        named = {"Recipient_Email__c": written, "Recipient_Name__c": "Wanda"}
        org.insert(INVITATION, {"Claim_Key__c": f"{number}", "Status__c": "Accepted", **named})
        review = {"External_Id__c": f"{number}", "Title__c": "Wanda", "Type__c": "service"}
        org.insert(REVIEW, {**review, "Invited_Email__c": written})

    done = desk.type("erase", "--email", given, "--yes")

    assert done.exit_code == 0, done.output
    held = everything(desk, REVIEW) + everything(desk, INVITATION)
    assert [word for word in ("wanda", "cher") if word in held] == []
    assert "2 review(s) anonymised" in done.stdout
    assert "2 invitation(s) scrubbed" in done.stdout


@pytest.mark.parametrize("given", [ASCII, UNICODE])
def test_a_key_without_its_address_is_erased(given, desk):
    """Who was asked before IDNA was understood has a key of the address in lower case."""
    for number, written in enumerate((ASCII, UNICODE)):
        key = hashlib.sha256(written.encode()).hexdigest()
        row = {"Claim_Key__c": f"{number}", "Status__c": "Accepted", "Cooldown_Key__c": key}
        desk.emulator.org.insert(INVITATION, row)

    done = desk.type("erase", "--email", given, "--yes")

    assert "2 invitation(s) scrubbed" in done.stdout
    rows = desk.emulator.org.query(f"SELECT Cooldown_Key__c FROM {INVITATION}")  # noqa: S608
    assert {row["Cooldown_Key__c"] for row in rows} == {None}


@pytest.mark.parametrize("sent", [ASCII, UNICODE])
def test_trustpilot_forgets_every_spelling(sent, desk):
    state, unit = desk.emulator.trustpilot, desk.world.business_unit_id
    body = {"consumerEmail": sent, "consumerName": "Wanda", "referenceNumber": "1"}
    at = desk.emulator.clock.now()
    mail = state.mailbox.accept(state.units[unit], "", body, SendTimes(at, None), at)
    done = desk.type("erase", "--email", "Wanda@Bücher.example", "--yes")

    assert done.exit_code == 0
    assert (mail.email, mail.name) == ("", "")


def test_a_tombstone_remains_and_the_next_run_does_not_fill_it(desk, person):
    desk.type("erase", "--email", ADDRESS, "--yes")
    desk.emulator.clock.advance(timedelta(days=1))

    done = desk.type("run")

    assert done.exit_code == 0
    rows = desk.emulator.org.query(f"SELECT Id, Type__c, Deleted__c, Text__c FROM {REVIEW}")  # noqa: S608
    mine = [row for row in rows if row["Id"] in person["reviews"]]
    assert [(row["Deleted__c"], row["Text__c"]) for row in mine] == [(True, None), (True, None)]
    assert "Type__c" in KEPT
    assert "wanda" not in everything(desk, REVIEW)


def test_a_scheduled_invitation_is_cancelled_and_the_others_keep_their_status(desk, person):
    desk.type("erase", "--email", ADDRESS, "--yes")

    rows = desk.emulator.org.query(f"SELECT Id, Status__c, Reason_Code__c FROM {INVITATION}")  # noqa: S608
    found = {row["Id"]: (row["Status__c"], row["Reason_Code__c"]) for row in rows}
    ids = person["invitations"]
    assert {was: found[ids[was]] for was in ids} == {
        "Scheduled": ("Cancelled", "erased"),
        "Accepted": ("Accepted", None),
        "Link Ready": ("Link Ready", None),
        "Failed": ("Failed", None),
    }


@pytest.mark.usefixtures("person")
def test_the_address_stands_in_no_line_and_in_no_log(desk):
    done = desk.spawn("erase", "--email", ADDRESS, "--yes")

    assert done.returncode == 0
    said = (done.stdout + done.stderr).lower()
    assert "customer.example" not in said
    assert "o'hara" not in said
    assert "wanda" not in said
    assert "call" in {json.loads(line)["event"] for line in done.stderr.splitlines()}


@pytest.mark.usefixtures("person")
def test_nobody_else_is_touched(desk):
    query = f"SELECT Id, SystemModstamp FROM {REVIEW} ORDER BY Id"  # noqa: S608
    before = desk.emulator.org.query(query)

    done = desk.type("erase", "--email", "nobody@customer.example", "--yes")

    assert done.exit_code == 0
    assert "0 review(s) anonymised" in done.stdout
    assert desk.emulator.org.query(query) == before


@pytest.mark.usefixtures("person")
def test_a_second_time_finds_nothing_left_in_the_org(desk):
    desk.type("erase", "--email", ADDRESS, "--yes")

    done = desk.type("erase", "--email", ADDRESS, "--yes")

    assert done.exit_code == 0
    assert "0 review(s) anonymised" in done.stdout
    assert "0 invitation(s) scrubbed" in done.stdout


@pytest.mark.usefixtures("person")
def test_a_dry_run_names_the_records_asks_nobody_and_writes_to_neither_side(desk):
    before = everything(desk, REVIEW) + everything(desk, INVITATION)
    desk.emulator.calls.clear()

    done = desk.type("erase", "--email", ADDRESS, "--dry-run")

    assert done.exit_code == 0
    assert done.stdout.startswith("Dry run: nothing was written.\n2 review(s) anonymised")
    assert "would be asked" in done.stdout
    assert everything(desk, REVIEW) + everything(desk, INVITATION) == before
    assert desk.emulator.calls.counts("invitations") == 0
    assert desk.emulator.calls.counts("salesforce", "PATCH") == 0


@pytest.mark.usefixtures("person")
def test_without_a_terminal_and_without_yes_nothing_is_erased(desk):
    before = everything(desk, REVIEW)

    done = desk.type("erase", "--email", ADDRESS)

    assert done.exit_code == 6
    assert "--yes" in done.stderr
    assert everything(desk, REVIEW) == before


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 6), ("\n", 6)])
@pytest.mark.usefixtures("person")
def test_on_a_terminal_a_person_is_asked(answer, code, desk, command):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603  our own module
        [*command, "erase", "--email", ADDRESS],
        env=desk.process_environ(),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    said = process.communicate(timeout=60)
    os.close(ours)

    assert process.returncode == code, said
    assert "[y/N]" in "".join(said)
    assert ("wanda" in everything(desk, REVIEW)) is (code != 0)


@pytest.mark.parametrize("given", ["", "wanda", "@customer.example", "wanda@", "a b@c.example"])
def test_what_is_no_address_is_refused_and_not_repeated(given, desk):
    done = desk.type("erase", "--email", given, "--yes")

    assert done.exit_code == 2
    assert "this is no e-mail address" in done.stderr
    assert "customer.example" not in done.stderr


@pytest.mark.usefixtures("person")
def test_a_record_that_the_org_refuses_is_named_and_the_rest_is_done(desk):
    desk.emulator.faults.add(custom_row_error(REVIEW, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No"))

    done = desk.type("erase", "--email", ADDRESS, "--yes")

    assert done.exit_code == 1
    assert "1 review(s) anonymised" in done.stdout
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in done.stdout
    assert "4 invitation(s) scrubbed" in done.stdout


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        pytest.param(Fault("invitations", status=403, body={"message": ADDRESS}), 4, id="rights"),
        pytest.param(Fault("invitations", status=429, body={}), 3, id="allowance"),
        pytest.param(Fault("invitations", status=400, body={"message": ADDRESS}), 5, id="refused"),
        pytest.param(Fault("invitations", status=500, body={}), 5, id="it may have happened"),
        pytest.param(drop_after(vendor="invitations"), 5, id="the answer is lost"),
    ],
)
@pytest.mark.usefixtures("person")
def test_what_trustpilot_did_not_do_is_told_and_the_org_is_done(fault, code, desk):
    desk.emulator.faults.add(fault)

    done = desk.type("erase", "--email", ADDRESS, "--yes")

    assert done.exit_code == code, done.output
    assert "did not delete the invitation data of shop" in done.stdout
    assert "Next: " in done.stdout
    assert "customer.example" not in done.output
    assert "wanda" not in everything(desk, REVIEW)


@pytest.mark.usefixtures("person")
def test_another_org_is_left_alone(desk):
    desk.write(desk.text.replace(desk.emulator.salesforce.settings.org_id, "00D000000000062EAA"))
    before = everything(desk, REVIEW)

    done = desk.type("erase", "--email", ADDRESS, "--yes")

    assert done.exit_code == 6
    assert everything(desk, REVIEW) == before
    assert desk.emulator.calls.counts("invitations") == 0
