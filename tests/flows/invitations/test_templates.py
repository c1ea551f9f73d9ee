"""Templates by name: looked up before anything goes out, because Trustpilot drops what it lacks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.rules.grammar import Channel
from connector.emulator.faults import Fault

DAY = timedelta(days=1, minutes=1)
LIST = {"vendor": "invitations", "method": "GET", "path": "*/templates"}


@pytest.fixture
def named(started, run_with):
    """Claim the case by a rule with this template, wait until it is due, and send it."""

    def make(template, **more):
        started.move("Case")
        rule = {"channel": Channel.EMAIL, "after": timedelta(days=1), "template": template, **more}
        run_with(**rule)
        started.emulator.clock.advance(DAY)
        started.emulator.calls.clear()
        return lambda: run_with(**rule)

    return make


@pytest.fixture
def template(started):
    """A template of the business unit."""
    return started.emulator.trustpilot.add_template(started.world.business_unit_id, "After a case")


def sent_with(scene):
    (mail,) = scene.received
    return mail.body["serviceReviewInvitation"].get("templateId")


@pytest.mark.parametrize("by_id", [False, True], ids=["name", "id"])
def test_a_template_is_named_by_its_name_or_its_id(started, named, template, by_id):
    run = named(template.id if by_id else " AFTER a case")
    run()
    assert sent_with(started) == template.id
    assert started.emulator.calls.counts("invitations", "GET", "*/templates") == 1


@pytest.mark.parametrize("written", ["No such name", "f" * 24], ids=["name", "id"])
def test_an_invitation_whose_template_does_not_exist_waits_with_an_issue(started, named, written):
    run = named(written)
    report = run()
    assert not started.received
    assert report.count("invitations_waiting") == 1
    assert [row["Status__c"] for row in started.rows()] == ["Scheduled"]
    unit = started.world.business_unit_id
    assert started.issues() == [("template_unknown", f"{unit} {written}")]


def test_once_the_template_is_there_the_invitation_goes_out_and_the_issue_is_closed(started, named):
    run = named("After a case")
    run()
    unit = started.world.business_unit_id
    template = started.emulator.trustpilot.add_template(unit, "After a case")
    run()
    assert sent_with(started) == template.id
    assert started.issues() == []


@pytest.mark.usefixtures("template")
def test_a_name_that_two_templates_have_is_no_name(started, named):
    started.emulator.trustpilot.add_template(started.world.business_unit_id, "After a case")
    run = named("After a case")
    run()
    assert not started.received
    assert [code for code, _ in started.issues()] == ["template_unknown"]


@pytest.mark.parametrize(
    "trouble",
    [
        Fault(**LIST, times=None, status=403, body={"errorCode": 1014}),
        Fault(**LIST, times=None, status=200, html=True),
    ],
    ids=["denied", "nonsense"],
)
def test_where_templates_cannot_be_read_a_name_waits_and_an_id_goes_out(
    started, named, template, trouble
):
    started.emulator.faults.add(trouble)
    run = named("After a case")
    report = run()
    assert not started.received
    (note,) = [each for each in report.flows[0].notes if "templates cannot be read" in each]
    assert "An id instead of a name needs no look." in note
    (row,) = started.rows()
    values = {"Template_Id__c": template.id}
    started.emulator.org.update("Trustpilot_Invitation__c", row["Id"], values)
    run()
    assert sent_with(started) == template.id


def test_an_invitation_without_a_template_asks_for_none(started, named):
    run = named("")
    run()
    assert len(started.received) == 1
    assert started.emulator.calls.counts("invitations", "GET", "*/templates") == 0


def test_of_many_invitations_with_one_template_one_call_asks_for_it(started, named, template):
    (case,) = started.soql(f"SELECT ContactId FROM Case WHERE Id = '{started.world.case_id}'")  # noqa: S608 -- a test's own id
    for _ in range(3):
        started.emulator.org.insert("Case", {**case, "Status": "Closed"})
    run = named(template.name)
    assert run().count("invitations_sent") == 4
    assert started.emulator.calls.counts("invitations", "GET", "*/templates") == 1
