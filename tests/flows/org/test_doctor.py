"""Doctor against the emulator: what it says of a sound world, and of each way to be unsound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from connector.core.org.findings import Check, Level
from connector.core.run.exit_codes import ExitCode
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault, drop_before, expired_session, html_page
from connector.emulator.world import World, seed
from connector.flows.org.doctor import examine
from connector.wiring import Transports, connect, examination_of

REVIEW = "Trustpilot_Review__c"
RUN = "Trustpilot_Run__c"


@pytest.fixture
def world(bare) -> World:
    """A business with reviews, and with records that have been through their stages."""
    return seed(bare, service_reviews=2, product_reviews=1, people=6)


@pytest.fixture
def doctor(emulator, settings, reporter, clock):
    """Examine the emulated world: `doctor(settings=..., machine_is_ahead_by=...)`."""

    def run(settings=settings, machine_is_ahead_by=timedelta(0)):
        door = InProcessDoor(emulator)
        transports = Transports(door, door, clock)
        made = connect(settings, reporter, transports)
        usual = examination_of(settings, transports)
        ahead = replace(usual, machine_now=lambda: usual.machine_now() + machine_is_ahead_by)
        return examine(made.org, made.trustpilot, ahead, made.calls)

    return run


def found(report, check, level=None):
    return [each for each in report.findings if each.check is check and level in (None, each.level)]


def not_passed(report):
    return {each.check for each in report.findings if each.level is not Level.PASS}


@dataclass(frozen=True)
class Describes:
    """Changes what the org says of an object: `change(describe) -> None`."""

    emulator: object

    def __call__(self, name, change):
        body = self.emulator.org.describe(name)
        change(body)
        path = f"*/sobjects/{name}/describe"
        self.emulator.faults.add(Fault("salesforce", path=path, status=200, body=body, times=None))

    def field(self, name, field, **values):
        def change(body):
            (one,) = [each for each in body["fields"] if each["name"] == field]
            one.update(values)

        self(name, change)


def consenting(key):
    """A change of the configuration: no rule asks for this, for a reason."""
    consent = f"consent: {{{key}: none, reason: Another system keeps opt-outs.}}"
    return lambda text: text.replace("latest: 0", f"latest: 0, {consent}")


@pytest.fixture
def describes(emulator):
    return Describes(emulator)


class TestASoundWorld:
    def test_everything_passes_and_nothing_is_written(self, doctor, writes):
        report = doctor()

        assert not_passed(report) == set()
        assert report.exit_code is ExitCode.DONE
        assert writes("salesforce") == []
        assert writes("trustpilot") == []

    def test_every_side_of_the_work_is_told_of(self, doctor):
        assert {each.check for each in doctor().findings} >= {
            Check.CONFIG_SECRET,
            Check.SALESFORCE_OBJECT,
            Check.SALESFORCE_MAPPING,
            Check.SALESFORCE_HISTORY,
            Check.TRUSTPILOT_REVIEWS,
            Check.TRUSTPILOT_TEMPLATES,
        }

    def test_every_call_is_counted(self, doctor, emulator):
        calls = doctor().calls
        assert calls["Salesforce"] == emulator.calls.counts("salesforce")
        trustpilot = emulator.calls.counts("trustpilot") + emulator.calls.counts("invitations")
        assert calls["Trustpilot"] == trustpilot

    def test_each_object_is_described_once_and_a_list_is_tried_with_one_review(
        self, doctor, emulator
    ):
        doctor()

        paths = [call.path for call in emulator.calls.all() if call.path.endswith("/describe")]
        assert len(paths) == len(set(paths))
        assert emulator.calls.counts("trustpilot", path="*/reviews") == 2

    def test_no_finding_holds_an_address_or_a_secret(self, doctor, emulator):
        text = str(doctor().findings)

        assert emulator.credentials.salesforce_client_secret not in text
        assert emulator.credentials.trustpilot_api_secret not in text
        assert "@" not in text


class TestSigningIn:
    def test_a_refused_secret_ends_the_side_of_the_org_and_no_other(self, doctor, configured):
        wrong = replace(configured().salesforce, client_secret=SecretStr("no"))
        report = doctor(replace(configured(), salesforce=wrong))

        assert not_passed(report) == {Check.SALESFORCE_SIGN_IN}
        (failure,) = found(report, Check.SALESFORCE_SIGN_IN)
        assert "salesforce.client_secret" in failure.fix
        assert report.exit_code is ExitCode.SIGN_IN
        assert found(report, Check.TRUSTPILOT_REVIEWS, Level.PASS)

    def test_a_refused_secret_at_trustpilot_leaves_what_is_public(self, doctor, configured):
        wrong = replace(configured().trustpilot, api_secret=SecretStr("no"))
        report = doctor(replace(configured(), trustpilot=wrong))

        assert not_passed(report) == {Check.TRUSTPILOT_SIGN_IN}
        assert report.exit_code is ExitCode.SIGN_IN
        assert found(report, Check.TRUSTPILOT_UNIT, Level.PASS)
        assert not found(report, Check.TRUSTPILOT_REVIEWS)
        assert found(report, Check.SALESFORCE_HISTORY, Level.PASS)

    def test_a_session_that_ends_in_between_is_told_once(self, doctor, emulator):
        emulator.faults.add(expired_session(path="*/describe", times=None))
        report = doctor()

        (failure,) = found(report, Check.SALESFORCE_OBJECT)
        assert failure.exit_code is ExitCode.SIGN_IN
        assert not found(report, Check.SALESFORCE_STANDARD)
        assert found(report, Check.TRUSTPILOT_REVIEWS, Level.PASS)

    def test_a_wrong_org_is_a_safety_stop_and_the_rest_is_told_all_the_same(
        self, doctor, configured, emulator
    ):
        pinned = emulator.credentials.organization_id
        other = configured(lambda text: text.replace(pinned, "00D000000000062EAA"))
        report = doctor(other)

        (failure,) = found(report, Check.SALESFORCE_ORG)
        assert failure.level is Level.FAIL
        assert report.exit_code is ExitCode.SAFETY_STOP
        assert found(report, Check.SALESFORCE_MAPPING, Level.PASS)

    @pytest.mark.parametrize(
        ("vendor", "check"),
        [
            ("salesforce", Check.SALESFORCE_SIGN_IN),
            ("trustpilot", Check.TRUSTPILOT_SIGN_IN),
        ],
    )
    def test_a_vendor_that_is_away_does_not_hide_the_other(self, doctor, emulator, vendor, check):
        emulator.faults.add(drop_before(vendor=vendor, times=None))
        report = doctor()

        assert found(report, check, Level.FAIL)
        assert report.exit_code is ExitCode.UNREACHABLE
        other = {"salesforce": Check.TRUSTPILOT_REVIEWS, "trustpilot": Check.SALESFORCE_MAPPING}
        assert found(report, other[vendor], Level.PASS)


class TestClocks:
    @pytest.mark.parametrize(("minutes", "word"), [(3, "ahead of"), (-3, "behind")])
    def test_a_machine_that_is_off_is_told_of_on_both_sides(self, doctor, minutes, word):
        report = doctor(machine_is_ahead_by=timedelta(minutes=minutes))

        assert not_passed(report) == {Check.SALESFORCE_CLOCK, Check.TRUSTPILOT_CLOCK}
        assert all(word in each.what for each in found(report, Check.SALESFORCE_CLOCK, Level.WARN))
        assert report.exit_code is ExitCode.NEEDS_A_LOOK

    def test_two_minutes_are_not_off(self, doctor):
        assert not_passed(doctor(machine_is_ahead_by=timedelta(minutes=2))) == set()


class TestThePackage:
    def test_a_hidden_object_is_told_once(self, doctor, emulator):
        emulator.org.hide_object(RUN)
        report = doctor()

        (failure,) = found(report, Check.SALESFORCE_OBJECT, Level.FAIL)
        assert RUN in failure.what
        assert report.exit_code is ExitCode.SIGN_IN
        assert not_passed(report) == {Check.SALESFORCE_OBJECT}

    @pytest.mark.parametrize("name", [f"{REVIEW}.Content_Hash__c", "Case.Trustpilot_Review__c"])
    def test_a_hidden_field_of_our_own_names_the_permission_set(self, doctor, emulator, name):
        emulator.org.hide_field(*name.split("."))
        report = doctor()

        (failure,) = found(report, Check.SALESFORCE_FIELD)
        assert name in failure.what
        assert "connector deploy" in failure.fix
        assert "Trustpilot_Connector" in failure.fix
        assert report.exit_code is ExitCode.SIGN_IN

    def test_a_hidden_field_of_a_mapping_names_file_line_and_column(self, doctor, emulator):
        emulator.org.hide_field(REVIEW, "Likes__c")
        (failure,) = found(doctor(), Check.SALESFORCE_FIELD)

        file, line, column = failure.place.rsplit(":", 2)
        assert file.endswith("service_review.yaml")
        with open(file, encoding="utf-8") as document:  # noqa: PTH123 - the place as it is printed
            written = document.read().splitlines()[int(line) - 1]
        assert written[int(column) - 1 :].startswith("Likes__c:")

    def test_a_field_of_both_mappings_is_told_for_each(self, doctor, emulator):
        emulator.org.hide_field(REVIEW, "Stars__c")
        places = [each.place for each in found(doctor(), Check.SALESFORCE_FIELD)]

        assert len(places) == len(set(places)) == 2

    @pytest.mark.parametrize(
        ("field", "values", "check"),
        [
            ("Title__c", {"length": 80}, Check.SALESFORCE_FIELD_SIZE),
            ("Stars__c", {"type": "string"}, Check.SALESFORCE_FIELD_TYPE),
            ("External_Id__c", {"unique": False}, Check.SALESFORCE_KEY),
            ("External_Id__c", {"caseSensitive": False}, Check.SALESFORCE_KEY),
            ("External_Id__c", {"externalId": False}, Check.SALESFORCE_KEY),
            ("Type__c", {"picklistValues": []}, Check.SALESFORCE_PICKLIST),
            ("Reply_Status__c", {"picklistValues": None}, Check.SALESFORCE_PICKLIST),
        ],
    )
    def test_a_field_that_was_changed_is_a_matter_of_configuration(
        self, doctor, describes, field, values, check
    ):
        describes.field(REVIEW, field, **values)
        report = doctor()

        assert not_passed(report) == {check}
        assert all(field in each.what for each in found(report, check))
        assert report.exit_code is ExitCode.CONFIGURATION

    def test_a_value_that_was_deactivated_counts_as_gone(self, doctor, describes):
        def deactivate(body):
            (field,) = [one for one in body["fields"] if one["name"] == "Reply_Status__c"]
            field["picklistValues"][0]["active"] = False

        describes(REVIEW, deactivate)
        (failure,) = found(doctor(), Check.SALESFORCE_PICKLIST)
        assert "Draft" in failure.what

    def test_fields_on_cases_are_written_only_where_reviews_become_cases(
        self, doctor, describes, configured
    ):
        describes.field("Case", "Trustpilot_Review_Key__c", updateable=False)
        assert not_passed(doctor()) == set()

        rules = "cases:\n  rules:\n    - {name: unhappy, stars: [1], owner: queue Reviews}\n\n"
        report = doctor(configured(lambda text: rules + text))
        assert Check.SALESFORCE_FIELD_ACCESS in not_passed(report)

    def test_a_field_that_is_only_readable_is_a_matter_of_permission(self, doctor, describes):
        describes.field(RUN, "Outcome__c", updateable=False)
        report = doctor()

        assert not_passed(report) == {Check.SALESFORCE_FIELD_ACCESS}
        assert report.exit_code is ExitCode.SIGN_IN

    @pytest.mark.parametrize(("right", "word"), [("createable", "create"), ("queryable", "read")])
    def test_a_missing_right_on_an_object_is_named(self, doctor, describes, right, word):
        describes(RUN, lambda body: body.update({right: False}))
        (failure,) = found(doctor(), Check.SALESFORCE_OBJECT, Level.FAIL)

        assert failure.what == f"This user may not {word} records of {RUN}."

    def test_the_right_to_delete_reviews_matters_where_it_is_configured(
        self, doctor, describes, configured
    ):
        describes(REVIEW, lambda body: body.update(deletable=False))
        assert not_passed(doctor()) == set()

        deleting = configured(
            lambda text: text.replace("  overlap:", "  on_delete: delete\n  overlap:")
        )
        (failure,) = found(doctor(deleting), Check.SALESFORCE_OBJECT, Level.FAIL)
        assert "delete" in failure.what

    @pytest.mark.parametrize(
        "answer",
        [
            html_page(200, path=f"*/sobjects/{RUN}/describe", times=None),
            Fault("salesforce", path=f"*/sobjects/{RUN}/describe", body=["x"], times=None),
            Fault(
                "salesforce",
                path=f"*/sobjects/{RUN}/describe",
                body={"fields": [{"label": "no name"}]},
                times=None,
            ),
        ],
        ids=["html", "a list", "fields without names"],
    )
    def test_one_answer_that_cannot_be_read_costs_one_object(self, doctor, emulator, answer):
        emulator.faults.add(answer)
        report = doctor()

        (failure,) = found(report, Check.SALESFORCE_OBJECT, Level.FAIL)
        assert RUN in failure.what
        assert report.exit_code is ExitCode.UNREACHABLE
        assert len(found(report, Check.SALESFORCE_OBJECT, Level.PASS)) == 7
        assert found(report, Check.SALESFORCE_STANDARD, Level.PASS)


class TestTheOrgItself:
    @pytest.mark.parametrize(
        ("name", "field", "cost"),
        [
            ("Contact", "IsEmailBounced", "bounced"),
            ("Product2", "StockKeepingUnit", "products"),
            ("Case", "SuppliedEmail", "customer"),
            ("Order", "ActivatedDate", "without a history"),
        ],
    )
    def test_a_hidden_field_warns_with_what_it_costs(self, doctor, emulator, name, field, cost):
        emulator.org.hide_field(name, field)
        report = doctor()

        (warning,) = found(report, Check.SALESFORCE_STANDARD)
        assert f"{name}.{field}" in warning.what
        assert cost in warning.what
        assert report.exit_code is ExitCode.NEEDS_A_LOOK

    @pytest.mark.parametrize(
        ("name", "field", "fix"),
        [
            ("Contact", "Email", "source: none"),
            ("Contact", "HasOptedOutOfEmail", "source: none"),
            ("Account", "PersonHasOptedOutOfEmail", "source: none"),
            ("Lead", "HasOptedOutOfEmail", "leads: none"),
        ],
    )
    def test_a_hidden_opt_out_fails_before_a_run_waits_for_it(
        self, doctor, emulator, name, field, fix
    ):
        emulator.org.hide_field(name, field)
        report = doctor()

        (failure,) = found(report, Check.SALESFORCE_STANDARD)
        assert f"{name}.{field}" in failure.what
        assert "asks nobody until it can be read" in failure.what
        assert fix in failure.fix
        assert "ermission" in failure.fix
        assert "config.yaml:" in failure.place
        assert report.exit_code is ExitCode.SIGN_IN

    def test_an_org_that_hides_its_leads_is_told_which_key_to_write(self, doctor, emulator):
        emulator.org.hide_object("Lead")
        (failure,) = found(doctor(), Check.SALESFORCE_STANDARD)

        assert failure.level is Level.FAIL
        assert "The object Lead" in failure.what
        assert "`consent: {leads: none, reason: ...}`" in failure.fix

    def test_an_org_without_person_accounts_misses_no_opt_out_of_theirs(self, doctor, bare):
        for row in bare.org.query("SELECT Id FROM Account WHERE IsPersonAccount = true"):
            bare.org.delete("Account", row["Id"])
        bare.org.settings.person_accounts = False

        assert not_passed(doctor()) == set()

    @pytest.mark.parametrize("name", ["Contact", "Account", "Lead"])
    def test_an_opt_out_that_no_rule_asks_for_may_be_hidden(
        self, doctor, emulator, configured, name
    ):
        field = "PersonHasOptedOutOfEmail" if name == "Account" else "HasOptedOutOfEmail"
        emulator.org.hide_field(name, field)
        key = "leads" if name == "Lead" else "source"

        assert not_passed(doctor(configured(consenting(key)))) == set()

    def test_consents_that_the_org_hides_fail_only_for_rules_that_ask_for_them(
        self, doctor, emulator, configured
    ):
        emulator.org.hide_object("ContactPointTypeConsent")
        assert not_passed(doctor()) == set()

        asking = configured(
            lambda text: text.replace("latest: 0", "latest: 0, consent: salesforce")
        )
        (failure,) = found(doctor(asking), Check.SALESFORCE_STANDARD)
        assert failure.level is Level.FAIL
        assert "ContactPointTypeConsent" in failure.what
        assert "`consent: flags`" in failure.fix

    def test_a_hidden_field_that_a_rule_reads_fails_at_the_place_of_the_rule(
        self, doctor, emulator
    ):
        emulator.org.hide_field("Order", "BillToContactId")
        (failure,) = found(doctor(), Check.SALESFORCE_STANDARD)

        assert failure.level is Level.FAIL
        assert "after-an-activated-order" in failure.what
        assert "config.yaml:" in failure.place

    def test_an_org_without_orders_loses_the_rule_for_orders(self, doctor, emulator):
        emulator.org.settings.orders_enabled = False
        failures = found(doctor(), Check.SALESFORCE_STANDARD, Level.FAIL)

        assert [each for each in failures if "The object Order " in each.what]
        assert not found(doctor(), Check.SALESFORCE_STAGE)

    def test_a_path_over_a_parent_is_followed(self, doctor, configured):
        tagged = configured(
            lambda text: text.replace(
                "      as: email\n", "      as: email\n      tags: [Account.Nonsense__c]\n", 1
            )
        )
        (failure,) = found(doctor(tagged), Check.SALESFORCE_STANDARD, Level.FAIL)
        assert "Opportunity.Account.Nonsense__c" in failure.what

    @pytest.mark.parametrize("name", ["CaseHistory", "OrderHistory"])
    def test_a_hidden_history_warns_with_what_a_rule_misses(self, doctor, emulator, name):
        emulator.org.hide_object(name)
        report = doctor()

        (warning,) = found(report, Check.SALESFORCE_HISTORY, Level.WARN)
        assert name in warning.what
        assert "still in the stage" in warning.what

    def test_the_field_history_of_opportunities_is_a_second_proof(self, doctor, emulator):
        passes = found(doctor(), Check.SALESFORCE_HISTORY, Level.PASS)
        assert [each.what for each in passes if "OpportunityFieldHistory" in each.what]

        emulator.org.hide_object("OpportunityFieldHistory")
        assert found(doctor(), Check.SALESFORCE_HISTORY, Level.WARN) == []

    def test_without_the_history_of_opportunities_their_rule_loses_some_entries(
        self, doctor, emulator
    ):
        emulator.org.hide_object("OpportunityHistory")
        (warning,) = found(doctor(), Check.SALESFORCE_HISTORY, Level.WARN)
        assert "OpportunityHistory" in warning.what
        assert "still in the stage" in warning.what

        emulator.org.hide_object("OpportunityFieldHistory")
        warnings = found(doctor(), Check.SALESFORCE_HISTORY, Level.WARN)
        assert any("Set History Tracking > StageName" in each.fix for each in warnings)

    def test_a_history_without_a_change_of_status_says_where_to_track_it(self, bare, doctor):
        for row in bare.org.query("SELECT Id FROM Case"):
            bare.org.delete("Case", row["Id"])
        (warning,) = found(doctor(), Check.SALESFORCE_HISTORY, Level.WARN)
        assert "CaseHistory" in warning.what
        assert "Set History Tracking" in warning.fix

    def test_a_stage_that_nobody_can_choose_names_the_closest_one(self, doctor, configured):
        mistyped = configured(lambda text: text.replace("Closed Won", "Close Won"))
        report = doctor(mistyped)

        (warning,) = found(report, Check.SALESFORCE_STAGE)
        assert "Did you mean `Closed Won`?" in warning.fix
        assert "config.yaml:" in warning.place
        assert report.exit_code is ExitCode.NEEDS_A_LOOK

    def test_a_role_is_listed_whatever_its_capitals(self, doctor, configured):
        lower = configured(lambda text: text.replace("Decision Maker", "decision maker"))
        assert not_passed(doctor(lower)) == set()

        unknown = configured(lambda text: text.replace("Decision Maker", "Decider"))
        (warning,) = found(doctor(unknown), Check.SALESFORCE_STAGE)
        assert "OpportunityContactRole.Role" in warning.what

    def test_few_calls_left_are_a_warning(self, doctor, emulator):
        emulator.org.settings.daily_api_requests = 20
        report = doctor()

        (warning,) = found(report, Check.SALESFORCE_CALLS)
        assert warning.level is Level.WARN
        assert " of 20 API calls" in warning.what

    def test_no_calls_left_is_told_once_and_does_not_hide_the_other_side(self, doctor, emulator):
        emulator.org.settings.daily_api_requests = 5
        report = doctor()

        (failure,) = found(report, Check.SALESFORCE_OBJECT, Level.FAIL)
        assert failure.exit_code is ExitCode.ALLOWANCE
        assert found(report, Check.TRUSTPILOT_REVIEWS, Level.PASS)

    def test_an_org_that_does_not_tell_its_calls_passes(self, doctor, emulator):
        emulator.switches.sforce_limit_info_header = False
        (finding,) = found(doctor(), Check.SALESFORCE_CALLS)
        assert "does not tell" in finding.what


class TestTrustpilot:
    def test_an_unknown_business_unit_is_a_matter_of_configuration(self, doctor, configured):
        other = configured(lambda text: text.replace("domain: ", "domain: not-"))
        report = doctor(other)

        (failure,) = found(report, Check.TRUSTPILOT_UNIT)
        assert "config.yaml:" in failure.place
        assert report.exit_code is ExitCode.CONFIGURATION

    def test_the_wrong_credential_for_a_unit_is_told_for_both_lists(self, doctor, emulator):
        emulator.trustpilot.accounts.applications.clear()
        emulator.trustpilot.add_application(
            emulator.credentials.trustpilot_api_key,
            emulator.credentials.trustpilot_api_secret,
            unit_ids=frozenset(),
        )
        report = doctor()

        failures = found(report, Check.TRUSTPILOT_REVIEWS, Level.FAIL)
        assert len(failures) == 2
        assert all("account that this business unit belongs to" in each.fix for each in failures)
        assert report.exit_code is ExitCode.SIGN_IN

    def test_one_unit_of_another_account_does_not_hide_the_others(
        self, doctor, configured, emulator, world
    ):
        other = emulator.trustpilot.add_business_unit("other.example")
        emulator.trustpilot.accounts.applications.clear()
        emulator.trustpilot.add_application(
            emulator.credentials.trustpilot_api_key,
            emulator.credentials.trustpilot_api_secret,
            unit_ids=frozenset({world.business_unit_id}),
        )
        two = configured(
            lambda text: text.replace(
                "business_units:\n",
                f'business_units:\n  - name: other\n    id: "{other.id}"\n',
            ).replace("after: ", "business_unit: shop\n      after: ")
        )
        report = doctor(two)

        failures = found(report, Check.TRUSTPILOT_REVIEWS, Level.FAIL)
        assert len({each.place for each in failures}) == 1
        assert len(found(report, Check.TRUSTPILOT_REVIEWS, Level.PASS)) == 2
        assert len(found(report, Check.TRUSTPILOT_TEMPLATES)) == 1

    def test_templates_that_are_not_shown_are_a_warning_about_role_and_plan(self, doctor, emulator):
        emulator.faults.add(
            Fault("invitations", "GET", "*/templates", status=403, body={"errorCode": 1014})
        )
        report = doctor()

        (warning,) = found(report, Check.TRUSTPILOT_TEMPLATES)
        assert "Admin or Manager" in warning.fix
        assert report.exit_code is ExitCode.NEEDS_A_LOOK

    def test_a_template_that_a_rule_names_and_nobody_has_is_told_at_its_place(
        self, doctor, configured
    ):
        named = configured(
            lambda text: text.replace(
                "      as: email\n", f'      as: email\n      template: "{"a" * 24}"\n', 1
            )
        )
        report = doctor(named)

        (failure,) = found(report, Check.TRUSTPILOT_TEMPLATE)
        file, line, _ = failure.place.rsplit(":", 2)
        with open(file, encoding="utf-8") as document:  # noqa: PTH123 - the place as it is printed
            assert "template:" in document.read().splitlines()[int(line) - 1]
        assert report.exit_code is ExitCode.CONFIGURATION

    @pytest.mark.parametrize("word", ["id", "name"])
    def test_a_template_that_exists_passes(self, doctor, configured, emulator, world, word):
        (template,) = emulator.trustpilot.units[world.business_unit_id].templates.values()
        written = f'"{getattr(template, word)}"'
        named = configured(
            lambda text: text.replace(
                "      as: email\n", f"      as: email\n      template: {written}\n", 1
            )
        )
        assert found(doctor(named), Check.TRUSTPILOT_TEMPLATE, Level.PASS)

    def test_every_template_of_a_rule_is_looked_for(self, doctor, configured):
        by_locale = "{de-DE: Nach dem Kauf, default: Danach}"
        named = configured(
            lambda text: text.replace(
                "      as: email\n", f"      as: email\n      template: {by_locale}\n", 1
            )
        )
        failures = found(doctor(named), Check.TRUSTPILOT_TEMPLATE, Level.FAIL)
        assert ["Nach dem Kauf" in failures[0].what, "Danach" in failures[1].what] == [True, True]

    def test_units_without_rules_for_email_are_not_asked_for_templates(
        self, doctor, configured, emulator
    ):
        links = configured(lambda text: text.replace("as: email", "as: business_generated_link"))
        assert not found(doctor(links), Check.TRUSTPILOT_TEMPLATES)
        assert emulator.calls.counts("invitations") == 0

    @pytest.mark.parametrize(
        ("path", "check"),
        [
            ("*/business-units/find", Check.TRUSTPILOT_UNIT),
            ("*/private/business-units/*/reviews", Check.TRUSTPILOT_REVIEWS),
            ("*/templates", Check.TRUSTPILOT_TEMPLATES),
        ],
    )
    @pytest.mark.parametrize("body", [None, {"templates": [1]}, [], "<html>no</html>"])
    def test_an_answer_that_cannot_be_read_is_nonsense_and_hides_nothing(
        self, doctor, emulator, path, check, body
    ):
        html = {"html": True} if body is None else {"body": body}
        emulator.faults.add(Fault("*", "GET", path, status=200, times=None, **html))
        report = doctor()

        (failure,) = found(report, check, Level.FAIL)
        assert failure.exit_code is not ExitCode.DONE
        assert found(report, Check.SALESFORCE_MAPPING, Level.PASS)
        assert found(report, Check.TRUSTPILOT_ACTING_USER)


@pytest.mark.parametrize("at", range(0, 25, 3))
def test_whichever_call_fails_the_examination_comes_to_its_end(doctor, emulator, at):
    emulator.faults.add(Fault("*", skip=at, times=1, status=403, body="no"))
    report = doctor()

    assert report.exit_code is not ExitCode.DONE
    assert {each.check.side for each in report.findings} == {
        Check.CONFIG_VALID.side,
        Check.SALESFORCE_ORG.side,
        Check.TRUSTPILOT_UNIT.side,
    }


AUTHORS = """
replies:
  authors:
    - {user: agent@shop.example, business_user: "0123456789abcdef01234567"}
    - {user: Other@shop.example, business_user: "0123456789abcdef01234568"}
"""


class TestAuthorsOfReplies:
    @pytest.fixture
    def with_authors(self, configured):
        return configured(lambda text: text + AUTHORS)

    @pytest.fixture
    def agents(self, emulator):
        """Two users of the org, by the names that the configuration has for them."""

        def make(name, **values):
            known = {"LastName": "A", "Email": "a@shop.example", "Alias": "a", **values}
            emulator.org.insert("User", {"Username": name, **known})

        make("AGENT@shop.example")
        return make

    def test_active_users_pass_and_the_rest_cannot_be_told(self, doctor, agents, with_authors):
        agents("other@shop.example")
        (finding,) = found(doctor(with_authors), Check.SALESFORCE_AUTHOR)
        assert finding.level is Level.PASS
        assert "does not tell" in finding.what

    @pytest.mark.parametrize("is_there", [True, False])
    def test_who_is_no_active_user_is_named_by_place(self, is_there, doctor, agents, with_authors):
        if is_there:
            agents("other@shop.example", IsActive=False)
        (finding,) = found(doctor(with_authors), Check.SALESFORCE_AUTHOR)
        assert finding.level is Level.FAIL
        assert "Entry 2" in finding.what
        assert "@" not in finding.what

    def test_a_hidden_history_signs_nobody(self, doctor, agents, with_authors, emulator):
        agents("other@shop.example")
        emulator.org.hide_object("Trustpilot_Review__History")
        (finding,) = found(doctor(with_authors), Check.SALESFORCE_AUTHOR, Level.WARN)
        assert "hidden" in finding.what

    def test_without_authors_nothing_is_asked(self, doctor):
        assert found(doctor(), Check.SALESFORCE_AUTHOR) == []

    def test_an_org_that_does_not_answer_is_told(self, doctor, agents, with_authors, emulator):
        assert agents
        emulator.faults.add(
            drop_before(vendor="salesforce", method="POST", path="*/composite", times=None)
        )
        (finding,) = found(doctor(with_authors), Check.SALESFORCE_AUTHOR)
        assert finding.level is Level.FAIL
