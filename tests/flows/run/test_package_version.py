# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""A run against an org whose package is older, the same or newer; older ones send nothing."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta

import pytest

from connector.config import locations
from connector.core.invitations.desk import DeskAction
from connector.core.org.findings import Check, Level
from connector.core.org.package_version import PACKAGE_VERSION, Standing
from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import AccessDenied
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import InProcessDoor
from connector.emulator.world import seed
from connector.flows.invitations.desk import act
from connector.flows.org.deploy import deploy as deploy_package
from connector.flows.org.doctor import examine
from connector.flows.privacy.person import erase_person
from connector.flows.run.opening import read_opening
from connector.report.run.report import as_text, code_of
from connector.wiring import (
    Transports,
    connect,
    examination_of,
    org_to_deploy_to,
    package_to_deploy,
    run_policy,
)
from in_process import START

CHECKPOINT = "Trustpilot_Checkpoint__c"
INVITATION = "Trustpilot_Invitation__c"
VERSION = f"{CHECKPOINT}.Package_Version__c"
NEW_FIELDS = (VERSION, f"{INVITATION}.Recipient_Id__c")
ADDRESS = "wanda@customer.example"

_NAMED_IN = {
    "permissionsets/*": r"    <fieldPermissions>(?:(?!</fieldPermissions>).)*<field>{whole}</field>"
    r".*?</fieldPermissions>\n",
    "layouts/{object}-*": r"            <layoutItems>(?:(?!</layoutItems>).)*<field>{field}</field>"
    r".*?</layoutItems>\n",
    "reportTypes/*": r"        <columns>(?:(?!</columns>).)*<field>{field}</field>.*?</columns>\n",
}


def without(folder, whole):
    """Take a field out of a package, wherever the package names it."""
    home, _, field = whole.partition(".")
    main = folder / "main" / "default"
    (main / "objects" / home / "fields" / f"{field}.field-meta.xml").unlink()
    for pattern, block in _NAMED_IN.items():
        expression = block.format(whole=re.escape(whole), field=field)
        for path in main.glob(pattern.format(object=home)):
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(expression, "", text, flags=re.DOTALL), encoding="utf-8")
    named = [path for path in main.rglob("*-meta.xml") if f">{field}<" in path.read_text("utf-8")]
    assert named == []


@pytest.fixture
def copy(tmp_path):
    """A copy of the package to change."""
    return shutil.copytree(locations.salesforce(), tmp_path / "package")


@pytest.fixture
def older(copy):
    """The package before it had a version."""
    for field in NEW_FIELDS:
        without(copy, field)
    return Emulator(copy, clock=EmulatorClock(frozen_at=START))


@pytest.fixture
def oldest(copy, older):
    """A package that also lacks a field by which due invitations are asked for."""
    without(copy, f"{INVITATION}.Hold__c")
    return older


@pytest.fixture
def sets_version(copy):
    """An org in which a test says the version: the formula is a plain number there."""
    name = "Trustpilot_Checkpoint__c/fields/Package_Version__c.field-meta.xml"
    shipped = locations.salesforce() / "main/default/objects" / name
    text = re.sub(
        r"\s*<formula.*</formulaTreatBlanksAs>", "", shipped.read_text("utf-8"), flags=re.DOTALL
    )
    assert "formula" not in text
    (copy / "main/default/objects" / name).write_text(text, encoding="utf-8")
    return Emulator(copy, clock=EmulatorClock(frozen_at=START))


@pytest.fixture
def bare(request):
    """The org with the package that a test asks for; the usual one where it asks for none."""
    name = getattr(request, "param", None)
    return request.getfixturevalue(name) if name else Emulator(clock=EmulatorClock(frozen_at=START))


on = pytest.mark.parametrize
on_older = on("bare", ["older"], indirect=True)
on_numbered = on("bare", ["sets_version"], indirect=True)


@pytest.fixture
def world(bare):
    """A small business with a few reviews of both kinds."""
    return seed(bare, service_reviews=12, product_reviews=6, people=3)


@pytest.fixture
def due(one_run, emulator, world, soql):
    """The first run is over; since then an entry, a due e-mail, a link and a new review."""
    one_run()
    emulator.clock.advance(timedelta(hours=1))
    org = emulator.org
    (unit,) = soql("SELECT Id FROM Trustpilot_Business_Unit__c")
    contact = org.retrieve("Case", world.case_id, ["ContactId"])["ContactId"]
    asked = {"Business_Unit__c": unit["Id"], "Contact__c": contact, "Status__c": "Requested"}
    claimed = {"Claim_Key__c": "k" * 64, "Channel__c": "Email", "Reference_Number__c": "R-1"}
    claimed |= {"Status__c": "Scheduled", "Due_At__c": "2026-03-02T09:30:00Z"}
    ids = [
        org.insert(INVITATION, {**asked, "Order__c": world.order_id}),
        org.insert(INVITATION, {**asked, "Channel__c": "Business Generated Link"}),
        org.insert(INVITATION, {**asked, **claimed, "Recipient_Email__c": ADDRESS}),
    ]
    org.update("Case", world.case_id, {"Status": "Closed"})
    emulator.trustpilot.add_service_review(world.business_unit_id, text="Fine")
    return ids


@pytest.fixture
def sides(emulator, settings, clock, reporter):
    """Both sides and the policy, by fresh gateways, as a command gets them."""
    door = InProcessDoor(emulator)
    world = connect(settings, reporter, Transports(door, door, clock))
    return world, run_policy(settings)


@pytest.fixture
def doctor(sides, settings, clock, emulator):
    """What doctor says of the package."""

    def found():
        world, _ = sides
        door = InProcessDoor(emulator)
        examination = examination_of(settings, Transports(door, door, clock))
        report = examine(world.org, world.trustpilot, examination, world.calls)
        (finding,) = [each for each in report.findings if each.check is Check.SALESFORCE_PACKAGE]
        return finding

    return found


@pytest.fixture
def stands(soql):
    """Status and link of every invitation."""
    query = f"SELECT Status__c, Link__c, Attempts__c FROM {INVITATION} ORDER BY Id"  # noqa: S608
    return lambda: [(row["Status__c"], row["Link__c"], row["Attempts__c"]) for row in soql(query)]


@pytest.fixture
def issues(soql):
    """The open issues of the org."""
    query = "SELECT Code__c, Next_Step__c FROM Trustpilot_Issue__c WHERE Status__c = 'Open'"
    return lambda: {row["Code__c"]: row["Next_Step__c"] for row in soql(query)}


@pytest.fixture
def says(emulator, soql):
    """Let every checkpoint of the org say a version."""

    def write(version):
        for row in soql(f"SELECT Id FROM {CHECKPOINT}"):  # noqa: S608
            emulator.org.update(CHECKPOINT, row["Id"], {"Package_Version__c": version})

    return write


@pytest.mark.usefixtures("due")
def test_with_a_current_package_all_that_is_due_goes_out(one_run, emulator, soql, issues):
    report = one_run()

    assert len(emulator.trustpilot.mailbox.received) == 2
    assert report.count("links_made") == report.count("invitations_claimed") == 1
    assert len(soql("SELECT Id FROM Trustpilot_Send_Attempt__c")) == 2
    assert (code_of(report), issues()) == (ExitCode.DONE, {})


@on_older
def test_with_an_older_package_no_invitation_is_touched_and_reviews_come_in(
    one_run, emulator, due, stands, soql, issues, differences
):
    before = stands()

    report = one_run()

    assert len(due) == len(before)
    assert stands() == before
    assert emulator.trustpilot.mailbox.received == []
    assert emulator.trustpilot.mailbox.links == []
    assert soql("SELECT Id FROM Trustpilot_Send_Attempt__c") == []
    assert report.count("reviews_new") == 1
    assert differences() == []
    assert code_of(report) is ExitCode.NEEDS_A_LOOK
    assert list(issues()) == ["package_outdated"]
    assert issues()["package_outdated"].startswith("Type: connector deploy")


@on_older
@pytest.mark.usefixtures("due")
def test_every_flow_but_the_invitations_runs_on_an_older_package(one_run):
    report = one_run()

    flows = [flow.flow for flow in report.flows]
    assert flows == ["package", "erasure", "replies_out", "tags_out", "reviews_in", "summary"]
    assert report.failures == ()
    text = as_text(report)
    assert "package: needs a look" in text
    assert "connector deploy" in text


@on_older
@pytest.mark.usefixtures("due")
def test_asking_for_the_invitations_alone_does_nothing_on_an_older_package(one_run, emulator):
    report = one_run(["invitations_out"])

    assert [flow.flow for flow in report.flows] == ["package"]
    assert emulator.trustpilot.mailbox.received == []
    assert code_of(report) is ExitCode.NEEDS_A_LOOK


@on_older
@pytest.mark.usefixtures("due")
def test_a_dry_run_says_that_the_package_is_older_and_writes_nothing(one_run, writes, emulator):
    one_run()
    emulator.calls.clear()

    report = one_run(dry_run=True)

    assert writes("salesforce") == writes("trustpilot") == []
    assert "connector deploy" in as_text(report)
    assert code_of(report) is ExitCode.NEEDS_A_LOOK


@on_older
def test_an_older_package_costs_a_describe_and_the_question_once_more(one_run, emulator, idle):
    idle(one_run)

    one_run()

    assert emulator.calls.counts("salesforce", path="*/describe") == 2  # checkpoints, invitations
    # questions, for each of the two a describe and its question again; the issue, and the end
    assert emulator.calls.counted("salesforce") == 7


@on_older
@pytest.mark.usefixtures("due")
def test_what_waited_goes_out_once_the_package_is_deployed(
    one_run, emulator, issues, settings, sides, reporter, clock
):
    one_run()
    _, policy = sides
    org = org_to_deploy_to(settings, reporter, Transports(InProcessDoor(emulator), clock=clock))
    deploy_package(org, policy, package_to_deploy(), reporter, check_only=False)

    report = one_run()

    assert len(emulator.trustpilot.mailbox.received) == 2
    assert (code_of(report), issues()) == (ExitCode.DONE, {})


@on_older
@on("action", [DeskAction.CANCEL, DeskAction.HOLD])
def test_the_desk_goes_on_working_on_an_older_package(action, sides, due, stands):
    world, policy = sides

    (told,) = act(world.org, policy, action, [due[2]], "d" * 32)

    assert not told.refused
    assert stands()[2][0] == {"cancel": "Cancelled", "hold": "On Hold"}[action]


@on("bare", ["oldest"], indirect=True)
def test_reviews_come_in_where_due_invitations_cannot_even_be_read(one_run, differences):
    report = one_run()

    assert report.count("reviews_new") > 0
    assert differences() == []
    assert (report.failures, code_of(report)) == ((), ExitCode.NEEDS_A_LOOK)


@on("bare", ["oldest"], indirect=True)
def test_the_desk_refuses_with_the_command_where_it_lacks_a_field(sides, due):
    world, policy = sides

    with pytest.raises(AccessDenied) as refused:
        act(world.org, policy, DeskAction.CANCEL, [due[2]], "d" * 32)

    assert "connector deploy" in refused.value.next_step


@on_older
def test_a_person_is_erased_on_an_older_package_too(sides, due, emulator):
    world, policy = sides

    report = erase_person(world.org, world.trustpilot, policy, ADDRESS, dry_run=False)

    assert (report.invitations, report.refused) == ((due[2],), ())
    assert emulator.org.retrieve(INVITATION, due[2], ["Status__c"])["Status__c"] == "Cancelled"
    left = emulator.org.retrieve(INVITATION, due[2], ["Recipient_Email__c"])
    assert left["Recipient_Email__c"] is None


@on_numbered
@pytest.mark.usefixtures("due")
def test_a_lower_version_holds_the_invitations_until_it_is_raised(one_run, says, emulator, issues):
    says(PACKAGE_VERSION - 1)
    report = one_run()
    assert (code_of(report), list(issues())) == (ExitCode.NEEDS_A_LOOK, ["package_outdated"])
    assert emulator.trustpilot.mailbox.received == []

    says(PACKAGE_VERSION)
    report = one_run()

    assert (code_of(report), issues()) == (ExitCode.DONE, {})
    assert len(emulator.trustpilot.mailbox.received) == 2


@on_numbered
@pytest.mark.usefixtures("due")
def test_a_newer_package_stops_nothing_and_asks_for_an_update(one_run, says, emulator, issues):
    says(PACKAGE_VERSION + 1)

    report = one_run()

    assert len(emulator.trustpilot.mailbox.received) == 2
    assert code_of(report) is ExitCode.NEEDS_A_LOOK
    assert list(issues()) == ["package_newer"]
    assert "Update the connector" in issues()["package_newer"]


@on_numbered
def test_an_issue_about_the_package_turns_with_the_package(one_run, says, issues):
    one_run()
    for version, code in [(1, "package_outdated"), (9, "package_newer")]:
        says(version)
        one_run()
        assert list(issues()) == [code]


@on("version", [1, PACKAGE_VERSION, 9])
@on_numbered
def test_doctor_tells_how_the_package_stands(version, one_run, says, doctor):
    one_run()
    says(version)

    found = doctor()

    expected = {1: Level.FAIL, PACKAGE_VERSION: Level.PASS, 9: Level.WARN}
    assert found.level is expected[version]
    assert ("connector deploy" in found.fix) == (version == 1)


@on_older
def test_doctor_fails_a_package_without_a_version(doctor):
    found = doctor()

    assert found.level is Level.FAIL
    assert "connector deploy" in found.fix


@on("field", ["Key__c", "Mark__c", "Seen__c"])
def test_a_hidden_field_of_the_marks_still_stops_the_run(field, one_run, emulator):
    emulator.org.hide_field(CHECKPOINT, field)

    with pytest.raises(AccessDenied):
        one_run()


@on("name", [CHECKPOINT, INVITATION])
def test_a_hidden_object_still_stops_the_run(name, one_run, emulator):
    emulator.org.hide_object(name)

    with pytest.raises(AccessDenied):
        one_run()


def test_a_hidden_field_of_an_invitation_is_no_older_package(one_run, emulator):
    emulator.org.hide_field(INVITATION, "Hold__c")

    with pytest.raises(AccessDenied):
        one_run()


def test_an_org_without_a_checkpoint_counts_as_current(sides):
    world, _ = sides

    assert read_opening(world.org).package is Standing.CURRENT
