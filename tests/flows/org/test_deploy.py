"""The package into an emulated org that lacks it, through real gateways; and every way to fail."""

from __future__ import annotations

import shutil

import pytest

from connector.config import locations
from connector.core.org.deployment import DeployStatus, ProblemLevel
from connector.core.org.findings import Check, Level
from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import (
    AccessDenied,
    SafetyStop,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    expired_session,
    html_page,
    truncated_json,
)
from connector.emulator.world import World, seed
from connector.flows.org.deploy import deploy as deploy_package
from connector.flows.org.doctor import examine
from connector.wiring import (
    Transports,
    connect,
    examination_of,
    org_to_deploy_to,
    package_to_deploy,
    run_policy,
)

RESOURCE = "*/metadata/deployRequest"
REVIEW = "Trustpilot_Review__c"
MISSING = {Check.SALESFORCE_OBJECT, Check.SALESFORCE_FIELD}
"""What an org without the package lacks: our objects, and our fields on cases."""


@pytest.fixture
def bare() -> Emulator:
    """An org without the package."""
    return Emulator(clock=EmulatorClock(), empty_org=True)


@pytest.fixture
def world(bare) -> World:
    return seed(bare, service_reviews=2, product_reviews=0, people=3)


@pytest.fixture(scope="module")
def package():
    return package_to_deploy()


@pytest.fixture
def deploy(emulator, settings, reporter, clock, package):
    """Deploy as a process of its own would: `deploy(check_only=..., door=..., settings=...)`."""

    def run(*, check_only=False, door=None, settings=settings, package=package):
        carrier = door or InProcessDoor(emulator)
        org = org_to_deploy_to(settings, reporter, Transports(salesforce=carrier, clock=clock))
        return deploy_package(org, run_policy(settings), package, reporter, check_only=check_only)

    return run


@pytest.fixture
def doctor(emulator, settings, reporter, clock):
    """Everything that doctor finds wrong."""

    def run():
        door = InProcessDoor(emulator)
        transports = Transports(door, door, clock)
        made = connect(settings, reporter, transports)
        report = examine(
            made.org, made.trustpilot, examination_of(settings, transports), made.calls
        )
        return [each for each in report.findings if each.level is not Level.PASS]

    return run


@pytest.fixture
def sent(emulator):
    """How many packages reached the org."""
    return lambda: emulator.calls.counts("salesforce", method="POST", path=RESOURCE)


@pytest.fixture
def has_package(emulator):
    return lambda: emulator.org.schema.named(REVIEW) is not None


class TestAnOrgWithoutThePackage:
    def test_it_gets_every_object_and_the_connector_can_run(self, deploy, emulator, one_run):
        report = deploy()
        emulator.org.assign_permission_set("Trustpilot_Connector")

        assert report.exit_code is ExitCode.DONE
        assert report.state.deployed == report.state.components > 200
        (reviews,) = [each for each in one_run().flows if each.flow == "reviews_in"]
        assert reviews.counts["reviews_new"] > 0

    def test_doctor_finds_everything_once_the_permission_set_is_assigned(
        self, deploy, emulator, doctor
    ):
        assert {each.check for each in doctor()} == MISSING
        deploy()
        assert {each.check for each in doctor()} == MISSING
        emulator.org.assign_permission_set("Trustpilot_Connector")
        assert doctor() == []

    def test_the_report_says_that_nobody_has_access_yet(self, deploy, emulator):
        report = deploy()

        assert set(report.permission_sets) >= {"Trustpilot_Connector", "Trustpilot_App_User"}
        with pytest.raises(Exception, match="NOT_FOUND"):
            emulator.org.describe(REVIEW)

    def test_a_check_changes_nothing(self, deploy, has_package):
        report = deploy(check_only=True)

        assert (report.exit_code, report.check_only) == (ExitCode.DONE, True)
        assert not has_package()

    def test_the_same_package_again_is_well(self, deploy):
        assert deploy().exit_code is deploy().exit_code is ExitCode.DONE

    def test_progress_is_told_with_the_id_first(self, deploy, reporter):
        report = deploy()

        steps = reporter.of("deployment")
        assert {each["id"] for each in steps} == {report.state.id}
        assert [each["status"] for each in steps] == ["Pending", "InProgress", "Succeeded"]
        total = report.state.components
        assert reporter.steps == [
            ("components", 0, None),
            ("components", total // 2, total),
            ("components", total, total),
        ]

    def test_the_wait_between_two_questions_grows(self, deploy, emulator, clock):
        emulator.salesforce.settings.deploy_polls = 12
        deploy()
        assert clock.slept == sorted(clock.slept)
        assert (clock.slept[0], clock.slept[-1]) == (1.0, 10.0)

    def test_a_deployment_that_does_not_end_is_not_waited_for_for_ever(
        self, deploy, emulator, clock, sent
    ):
        emulator.salesforce.settings.deploy_polls = 10**9
        with pytest.raises(VendorUnreachable, match="has not ended within an hour") as caught:
            deploy()
        assert "0Af" in caught.value.next_step
        assert 3_600 <= sum(clock.slept) < 3_700
        assert sent() == 1

    def test_an_org_that_does_not_say_done_is_believed_by_its_status(self, deploy, emulator):
        emulator.switches.deploy_done_key = False
        assert deploy().state.status == DeployStatus.SUCCEEDED


class TestAnOrgWithAnOlderPackage:
    @pytest.fixture
    def bare(self, tmp_path) -> Emulator:
        """An org that got an older version, whose reviews had no likes and no title yet."""
        older = tmp_path / "older"
        shutil.copytree(locations.salesforce(), older)
        for name in ("Likes__c", "Title__c"):
            (older / "main/default/objects" / REVIEW / f"fields/{name}.field-meta.xml").unlink()
        return Emulator(older, clock=EmulatorClock())

    def test_doctor_names_the_missing_fields_and_the_command(self, doctor):
        found = doctor()
        assert {each.check for each in found} == {Check.SALESFORCE_FIELD}
        assert all("connector deploy" in each.fix for each in found)

    def test_the_fields_come_with_the_next_deployment_and_records_stay(
        self, deploy, doctor, emulator
    ):
        record = emulator.org.insert(REVIEW, {"External_Id__c": "a", "Type__c": "Service"})
        assert deploy().exit_code is ExitCode.DONE

        assert doctor() == []  # whoever has the permission set gets what is new in it
        assert emulator.org.retrieve(REVIEW, record, ["Title__c"])["Title__c"] is None
        emulator.org.update(REVIEW, record, {"Title__c": "Fine", "Likes__c": 2})


class TestWhichOrg:
    def test_another_org_than_the_pinned_one_gets_nothing(self, deploy, configured, emulator, sent):
        pinned = emulator.credentials.organization_id
        other = configured(lambda text: text.replace(pinned, "00D000000000062EAA"))
        with pytest.raises(SafetyStop):
            deploy(settings=other)
        assert sent() == 0

    @pytest.mark.parametrize(
        ("edition", "sandbox"), [("Enterprise Edition", False), ("Unlimited Edition", True)]
    )
    def test_production_orgs_and_sandboxes_both_take_the_package(
        self, deploy, emulator, edition, sandbox
    ):
        emulator.org.become(edition, sandbox=sandbox)
        assert deploy().exit_code is ExitCode.DONE

    def test_an_org_that_does_not_tell_what_it_is_is_treated_as_production(self, deploy, emulator):
        emulator.org.become("Enterprise Edition")
        emulator.org.hide_object("Organization")
        assert deploy().exit_code is ExitCode.DONE

    def test_a_user_who_may_not_deploy_is_told_the_permission(self, deploy, emulator):
        emulator.org.settings.may_deploy = False
        with pytest.raises(AccessDenied) as caught:
            deploy()
        assert "Modify Metadata Through Metadata API Functions" in caught.value.next_step


class TestRefusedComponents:
    def test_every_problem_has_file_line_and_column_of_our_source(
        self, deploy, emulator, has_package
    ):
        refused = emulator.org.settings.refused_components
        refused[f"{REVIEW}.Stars__c"] = "Not here."
        refused["Trustpilot_App_User"] = "Nor this."
        report = deploy()

        stars, users = report.problems
        assert stars.place.file.endswith(f"{REVIEW}/fields/Stars__c.field-meta.xml")
        assert (stars.place.line > 0, stars.problem.message) == (True, "Not here.")
        assert users.place.file.endswith(
            "permissionsets/Trustpilot_App_User.permissionset-meta.xml"
        )
        assert report.exit_code is ExitCode.CONFIGURATION
        assert not has_package()

    def test_an_org_without_orders_says_which_field_needs_them(self, deploy, emulator):
        emulator.org.settings.orders_enabled = False
        places = {each.place.file.rpartition("/")[2] for each in deploy().problems}
        assert places >= {"Order__c.field-meta.xml"}

    def test_no_problem_shows_an_address(self, deploy, emulator):
        refused = emulator.org.settings.refused_components
        refused["Trustpilot_App_User"] = "no User named jane@customer.example found"
        (problem,) = deploy().problems
        assert "@" not in problem.problem.message
        assert "no User named" in problem.problem.message


def answering(result, **fault):
    """What the org says of any deployment, instead of the truth."""
    return Fault(
        "salesforce", "GET", f"{RESOURCE}/*", status=200, body={"deployResult": result}, **fault
    )


class TestWhatTheOrgMaySay:
    @pytest.mark.parametrize(
        ("result", "code"),
        [
            ({"status": "Canceled"}, ExitCode.SAFETY_STOP),
            ({"status": "SucceededPartial"}, ExitCode.CONFIGURATION),
            ({"status": "Failed", "errorMessage": "UNKNOWN_EXCEPTION"}, ExitCode.CONFIGURATION),
            ({"status": "SomethingNew", "done": True, "success": True}, ExitCode.DONE),
            ({"status": "SomethingNew", "done": True}, ExitCode.CONFIGURATION),
        ],
    )
    def test_every_end_has_its_exit_code(self, deploy, emulator, result, code):
        emulator.faults.add(answering(result))
        assert deploy().exit_code is code

    @pytest.mark.parametrize("status", ["Canceling", "FinalizingDeploy", "", "succeeded"])
    def test_a_status_that_is_no_end_is_waited_for(self, deploy, emulator, status):
        emulator.faults.add(answering({"status": status, "done": False}, times=3))
        assert deploy().exit_code is ExitCode.DONE

    def test_warnings_of_components_that_were_deployed_ask_for_a_look(self, deploy, emulator):
        warned = {"fullName": "A", "problem": "odd", "problemType": "Warning", "success": True}
        details = {"componentSuccesses": [warned], "componentFailures": []}
        emulator.faults.add(answering({"status": "Succeeded", "details": details}))
        report = deploy()

        assert [each.problem.level for each in report.problems] == [ProblemLevel.WARNING]
        assert report.exit_code is ExitCode.NEEDS_A_LOOK

    def test_failed_tests_are_told_like_components(self, deploy, emulator):
        failed = {"name": "TheirTest", "methodName": "itWorks", "message": "no", "stackTrace": "x"}
        tests = {"failures": [failed], "codeCoverageWarnings": {"name": "B", "message": "75 %"}}
        emulator.faults.add(answering({"status": "Failed", "details": {"runTestResult": tests}}))
        problems = [each.problem for each in deploy().problems]

        assert [(each.type, each.name, each.message) for each in problems] == [
            ("ApexTest", "TheirTest.itWorks", "no"),
            ("ApexTest", "B", "75 %"),
        ]

    @pytest.mark.parametrize(
        "details",
        [
            None,
            [],
            "no",
            {"componentFailures": None, "componentSuccesses": "x", "runTestResult": [1]},
            {"componentFailures": [None, 3, "x", []]},
            {"componentFailures": {"fullName": 5, "lineNumber": "x", "columnNumber": -1}},
            {"componentFailures": [{"problem": None, "lineNumber": True, "fileName": ["a"]}]},
        ],
    )
    def test_details_of_any_shape_do_not_hide_that_it_failed(self, deploy, emulator, details):
        emulator.faults.add(
            answering({"status": "Failed", "details": details, "numberComponentsTotal": "7"})
        )
        report = deploy()

        assert report.exit_code is ExitCode.CONFIGURATION
        assert report.state.components == 7
        assert all(each.problem.message for each in report.problems)

    @pytest.mark.parametrize(
        "body", [[], {}, {"deployResult": None}, {"deployResult": {"status": 3}}, "words", None]
    )
    def test_an_answer_that_says_nothing_ends_the_watching_with_the_id(
        self, deploy, emulator, body, sent
    ):
        answer = {"html": True} if body is None else {"body": body}
        emulator.faults.add(
            Fault("salesforce", "GET", f"{RESOURCE}/*", status=200, times=None, **answer)
        )
        with pytest.raises(VendorAnswerUnreadable) as caught:
            deploy()
        assert "Setup > Deployment Status for 0Af" in caught.value.next_step
        assert sent() == 1

    @pytest.mark.parametrize("fault", [html_page(503), html_page(200), drop_after(), drop_before()])
    def test_one_lost_answer_to_a_question_is_asked_for_again(self, deploy, emulator, fault):
        emulator.faults.add(
            Fault(
                **{
                    **vars(fault),
                    "vendor": "salesforce",
                    "method": "GET",
                    "path": f"{RESOURCE}/*",
                }
            )
        )
        assert deploy().exit_code is ExitCode.DONE


class TestALostAnswer:
    @pytest.mark.parametrize(
        "fault",
        [drop_after, drop_before, truncated_json, html_page],
        ids=["processed", "not processed", "cut", "a page of 503"],
    )
    def test_the_package_is_not_sent_again_and_a_person_is_told_where_to_look(
        self, deploy, emulator, sent, fault
    ):
        emulator.faults.add(fault(vendor="salesforce", method="POST", path=RESOURCE))
        with pytest.raises(VendorUnreachable) as caught:
            deploy()

        assert sent() == 1
        assert caught.value.maybe_processed
        assert "Setup > Deployment Status" in caught.value.next_step
        assert deploy().exit_code is ExitCode.DONE

    @pytest.mark.parametrize("body", [[], {}, {"id": None}, {"id": 7}, {"id": "../x"}, None])
    def test_an_answer_without_an_id_is_a_lost_answer(self, deploy, emulator, sent, body):
        emulator.faults.add(Fault("salesforce", "POST", RESOURCE, status=201, body=body or "null"))
        with pytest.raises(VendorUnreachable) as caught:
            deploy()
        assert sent() == 1
        assert caught.value.maybe_processed
        assert "Setup > Deployment Status" in caught.value.next_step

    def test_a_session_that_has_ended_is_renewed_and_the_package_sent_once_more(
        self, deploy, emulator, has_package
    ):
        emulator.faults.add(expired_session(method="POST", path=RESOURCE))
        assert deploy().exit_code is ExitCode.DONE
        assert has_package()

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("at", range(6))
    def test_a_kill_at_any_call_leaves_an_org_that_takes_the_package_again(  # noqa: PLR0913, PLR0917 - fixtures
        self, deploy, dying_door, killed, has_package, at, after
    ):
        with pytest.raises(killed):
            deploy(door=dying_door(at, after=after))

        if at < 3:  # token, versions, edition: nothing was sent yet
            assert not has_package()
        assert deploy().exit_code is ExitCode.DONE
        assert has_package()


def test_no_secret_is_in_any_event_of_a_deployment(deploy, reporter, emulator):
    deploy()
    said = str(reporter.events)
    assert emulator.credentials.salesforce_client_secret not in said
    assert "!AQ" not in said
