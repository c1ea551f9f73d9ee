"""Why somebody is asked or not, against an org: what is read, recorded and left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.core.invitations.reach import Reach
from connector.core.rules.grammar import ConsentSource, FieldCondition, IfLeft, parse_recipient
from connector.core.run.exit_codes import ExitCode

DAY = timedelta(days=1)
CANARY = Reach(canary=frozenset({"tester@shop.example"}))


@pytest.fixture
def org(emulator):
    return emulator.org


@pytest.fixture
def closed_case(org, scene):
    """Make a case that is closed from the start, and give its id."""

    def make(**values):
        usual = {"ContactId": scene.contact, "Status": "Closed"}
        return org.insert("Case", usual | values)

    return make


def reasons(scene):
    return {row["Trigger_Record_Id__c"]: row["Reason_Code__c"] for row in scene.rows()}


def notes(report):
    return [note for flow in report.flows for note in flow.notes]


def individual(org, contact, **flags):
    made = org.insert("Individual", {"LastName": "Someone", **flags})
    org.update("Contact", contact, {"IndividualId": made})
    return made


@pytest.mark.parametrize(
    ("reach", "code"),
    [
        (Reach(own_domains=frozenset({"example.net"})), "own_domain"),
        (Reach(suppressed=frozenset({"nadia.larkin@example.net"})), "suppressed"),
        (Reach(suppressed=frozenset({"example.net"})), "suppressed"),
        (Reach(canary=frozenset({"nadia.larkin@example.net"})), None),
    ],
)
def test_who_is_out_of_reach_is_recorded_with_the_reason(
    reach, code, started, rule_on, deciding_run
):
    case = started.move("Case")
    deciding_run((rule_on("Case"),), reach)
    assert reasons(started) == {case: code}


def test_a_canary_list_leaves_the_experiences_of_others_unclaimed(started, rule_on, deciding_run):
    started.move("Case")
    report = deciding_run((rule_on("Case"),), Reach(canary=frozenset({"tester@shop.example"})))
    assert started.rows() == []
    assert any("canary" in note for note in notes(report))
    for _ in range(2):  # within the overlap
        deciding_run((rule_on("Case"),))
        assert started.rows() == []


def test_the_daily_sweep_leaves_those_alone_whom_the_canary_list_left_out(
    started, rule_on, deciding_run
):
    started.move("Case")
    deciding_run((rule_on("Case"),), CANARY)
    started.emulator.clock.advance(timedelta(hours=23, minutes=50))
    deciding_run((rule_on("Case"),))
    assert started.rows() == []


def test_a_rule_from_the_past_leaves_those_alone_whom_the_canary_list_left_out(
    started, rule_on, deciding_run
):
    started.move("Case")
    deciding_run((), CANARY)
    early = started.emulator.clock.now() - timedelta(days=3)
    deciding_run((rule_on("Case", active_from=early),))
    assert started.rows() == []


def test_what_comes_after_the_canary_list_is_claimed(started, rule_on, deciding_run):
    deciding_run((rule_on("Case"),), CANARY)
    started.emulator.clock.advance(timedelta(minutes=5))
    started.move("Case")
    deciding_run((rule_on("Case"),))
    assert [row["Status__c"] for row in started.rows()] == ["Scheduled"]


def test_whoever_is_on_a_canary_list_that_stays_is_claimed_late(started, rule_on, deciding_run):
    started.move("Case")
    deciding_run((rule_on("Case"),), CANARY)
    deciding_run((rule_on("Case"),), Reach(canary=frozenset({"nadia.larkin@example.net"})))
    assert [row["Status__c"] for row in started.rows()] == ["Scheduled"]


@pytest.mark.usefixtures("due_case")
def test_a_canary_list_that_comes_later_holds_the_invitation(scene, org, rule_on, deciding_run):
    report = deciding_run((rule_on("Case"),), CANARY)
    deciding_run((rule_on("Case"),))
    (row,) = scene.rows()
    assert (scene.received, row["Status__c"]) == ([], "On Hold")
    assert row["Reason_Code__c"] == "held_by_canary"
    assert [each.code for flow in report.flows for each in flow.issues] == ["canary_held"]
    org.update("Trustpilot_Invitation__c", row["Id"], {"Status__c": "Scheduled"})
    deciding_run((rule_on("Case"),))
    assert len(scene.received) == 1


def test_requests_that_the_canary_list_holds_are_one_issue(started, org, rule_on, deciding_run):
    for name in ("a", "b"):
        asked = {"Status__c": "Requested", "Recipient_Email__c": f"{name}@customer.example"}
        org.insert("Trustpilot_Invitation__c", asked)
    report = deciding_run((rule_on("Case"),), CANARY)
    deciding_run((rule_on("Case"),))
    assert started.received == []
    assert [row["Status__c"] for row in started.rows()] == ["On Hold", "On Hold"]
    assert {each.code for flow in report.flows for each in flow.issues} == {"canary_held"}


@pytest.mark.usefixtures("due_case")
def test_who_is_suppressed_meanwhile_is_not_asked(scene, rule_on, deciding_run):
    deciding_run((rule_on("Case"),), Reach(suppressed=frozenset({"example.net"})))
    (row,) = scene.rows()
    assert (row["Status__c"], row["Reason_Code__c"]) == ("Skipped", "suppressed")
    assert scene.received == []


@pytest.mark.usefixtures("due_case")
def test_a_case_that_was_opened_again_is_asked_about_where_the_rule_says_so(
    scene, org, rule_on, deciding_run
):
    org.update("Case", scene.world.case_id, {"Status": "Working"})
    deciding_run((rule_on("Case", if_left=IfLeft.SEND),))
    assert [row["Status__c"] for row in scene.rows()] == ["Accepted"]


@pytest.mark.parametrize("flag", ["HasOptedOutSolicit", "HasOptedOutProcessing", "ShouldForget"])
def test_an_individual_that_forbids_it_counts(flag, started, org, rule_on, deciding_run):
    individual(org, started.contact, **{flag: True})
    case = started.move("Case")
    deciding_run((rule_on("Case"),))
    assert reasons(started) == {case: "individual_opted_out"}


@pytest.mark.usefixtures("due_case")
def test_an_individual_that_forbids_it_meanwhile_counts(scene, org, rule_on, deciding_run):
    individual(org, scene.contact, ShouldForget=True)
    deciding_run((rule_on("Case"),))
    assert [row["Reason_Code__c"] for row in scene.rows()] == ["individual_opted_out"]


@pytest.mark.parametrize(
    ("source", "kind", "status", "code"),
    [
        (ConsentSource.SALESFORCE, "Email", "OptOut", "consent_withheld"),
        (ConsentSource.SALESFORCE, "Email", "OptIn", None),
        (ConsentSource.SALESFORCE, "Phone", "OptOut", None),  # of another way to reach them
        (ConsentSource.FLAGS, "Email", "OptOut", None),  # the rule does not ask for it
    ],
)
def test_a_consent_for_email_counts_where_the_rule_asks_for_it(  # noqa: PLR0913, PLR0917 - the table's columns
    source, kind, status, code, started, org, rule_on, deciding_run
):
    values = {
        "Name": "consent",
        "PartyId": individual(org, started.contact),
        "ContactPointType": kind,
        "PrivacyConsentStatus": status,
    }
    org.insert("ContactPointTypeConsent", values)
    case = started.move("Case")
    deciding_run((rule_on("Case", consent=source),))
    assert reasons(started) == {case: code}


def test_an_org_without_individuals_has_withheld_none(started, org, rule_on, deciding_run):
    individual(org, started.contact)
    org.hide_object("Individual")
    case = started.move("Case")
    deciding_run((rule_on("Case", consent=ConsentSource.SALESFORCE),))
    assert reasons(started) == {case: None}


def test_a_rule_waits_for_consents_that_cannot_be_read(started, org, rule_on, deciding_run):
    individual(org, started.contact)
    org.hide_object("ContactPointTypeConsent")
    started.move("Case")
    rule = rule_on("Case", consent=ConsentSource.SALESFORCE)
    deciding_run((rule,))
    assert reasons(started) == {}
    assert ("consent_unreadable", rule.name) in started.issues()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"HasOptedOutOfEmail": True}, "opted_out"),
        ({"EmailBouncedDate": "2026-03-01T00:00:00.000+0000"}, "bounced"),
        ({}, None),
    ],
)
def test_what_a_contact_with_a_typed_address_has_counts(  # noqa: PLR0913, PLR0917 - the table's columns
    change, code, started, org, closed_case, rule_on, deciding_run
):
    org.update("Contact", started.contact, change)
    typed = (parse_recipient("supplied_email"),)
    case = closed_case(ContactId=None, SuppliedEmail="Nadia.Larkin@Example.net")
    deciding_run((rule_on("Case", to=typed),))
    assert reasons(started) == {case: code}


def test_who_opts_out_after_typing_an_address_is_not_asked(
    started, org, closed_case, rule_on, deciding_run
):
    rule = rule_on("Case", to=(parse_recipient("supplied_email"),))
    closed_case(ContactId=None, SuppliedEmail="nadia.larkin@example.net")
    deciding_run((rule,))
    org.update("Contact", started.contact, {"HasOptedOutOfEmail": True})
    started.emulator.clock.advance(2 * DAY)
    deciding_run((rule,))
    assert [row["Reason_Code__c"] for row in started.rows()] == ["opted_out"]
    assert started.received == []


PERSON = {"LastName": "Alone", "PersonEmail": "alone@example.com"}


@pytest.mark.parametrize("to", ["contact", "field Account.PersonEmail"])
@pytest.mark.parametrize("hides", [False, True], ids=["shown", "hidden at the contact"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"PersonHasOptedOutOfEmail": True}, "opted_out"),
        ({"PersonEmailBouncedDate": "2026-03-01T00:00:00.000+0000"}, "bounced"),
    ],
)
def test_a_person_account_is_asked_by_its_own_flags(  # noqa: PLR0913, PLR0917 - the table's columns
    to, hides, change, code, started, org, closed_case, rule_on, deciding_run
):
    account = org.insert("Account", PERSON | change)
    contact = started.value("Account", account, "PersonContactId")
    if hides:
        org.hide_field("Contact", "HasOptedOutOfEmail")
        org.hide_field("Contact", "IsEmailBounced")
    case = closed_case(ContactId=contact, AccountId=account)
    deciding_run((rule_on("Case", to=(parse_recipient(to),)),))
    assert reasons(started) == {case: code}
    assert started.rows()[0]["Recipient_Email__c"] == (None if code else "alone@example.com")


def test_where_contacts_cannot_be_found_by_address_nobody_is_asked(
    started, org, closed_case, rule_on, deciding_run
):
    """Another contact with the address may have opted out, and nobody could see it."""
    account = org.insert("Account", PERSON)
    org.hide_field("Contact", "Email")
    closed_case(ContactId=started.value("Account", account, "PersonContactId"), AccountId=account)
    rule = rule_on("Case")
    deciding_run((rule,))
    assert started.rows() == []
    assert ("consent_unreadable", rule.name) in started.issues()


WEB = (FieldCondition("Origin", ("Web",)),)


def test_the_first_rule_whose_conditions_hold_claims(started, closed_case, rule_on, deciding_run):
    rules = (rule_on("Case", name="web", only_if=WEB), rule_on("Case", name="others"))
    web, mail = closed_case(Origin="Web"), closed_case(Origin="Email")
    deciding_run(rules)
    found = {row["Trigger_Record_Id__c"]: row["Rule__c"] for row in started.rows()}
    assert found == {web: "web", mail: "others"}


def test_a_condition_that_does_not_hold_leaves_nothing_but_a_note(
    started, closed_case, rule_on, deciding_run
):
    closed_case(Origin="Email")
    rule = rule_on("Case", name="web", only_if=WEB)
    report = deciding_run((rule,))
    assert started.rows() == []
    assert "1 record(s) did not meet the conditions of the rule web." in notes(report)


@pytest.mark.parametrize(
    "changes",
    [
        {"only_if": (FieldCondition("Account.Industry", ("Retail",), negated=True),)},
        {"business_unit_field": "Account.Industry"},
    ],
    ids=["condition", "business unit"],
)
def test_a_rule_that_rests_on_a_hidden_field_asks_nobody_until_it_can_be_read(
    changes, started, org, rule_on, deciding_run
):
    case = started.move("Case")
    account = started.value("Case", case, "AccountId")
    org.update("Account", account, {"Industry": "shop.example.com"})
    org.hide_field("Account", "Industry")
    rules = (rule_on("Case", name="choosy", **changes), rule_on("Case", name="others"))
    report = deciding_run(rules)
    assert started.rows() == []
    assert started.issues() == [("rule_unreadable", "choosy")]
    assert started.exit_code(report) is ExitCode.NEEDS_A_LOOK
    started.emulator.clock.advance(timedelta(hours=20))  # far beyond the overlap
    org.show_field("Account", "Industry")
    deciding_run(rules)
    assert [row["Rule__c"] for row in started.rows()] == ["choosy"]
    assert started.issues() == []


def test_a_hidden_field_that_tags_come_from_stops_the_flow_and_nothing_is_lost(
    started, org, rule_on, deciding_run
):
    org.hide_field("Case", "Origin")
    case = started.move("Case")
    report = deciding_run((rule_on("Case", tags=("Origin",)),))
    assert started.exit_code(report) is ExitCode.SIGN_IN
    assert started.rows() == []
    org.show_field("Case", "Origin")
    started.emulator.clock.advance(timedelta(hours=20))
    deciding_run((rule_on("Case", tags=("Origin",)),))
    assert reasons(started) == {case: None}


@pytest.mark.parametrize("written", ["name", "domain"])
def test_the_record_names_the_business_unit(  # noqa: PLR0913, PLR0917 - fixtures
    written, started, settings, closed_case, rule_on, deciding_run
):
    (unit,) = settings.business_units
    case = closed_case(Subject=getattr(unit, written).upper())
    deciding_run((rule_on("Case", business_unit_field="Subject"),))
    assert reasons(started) == {case: None}


def test_an_unknown_business_unit_is_recorded_once_and_uses_up_nothing(
    started, settings, closed_case, rule_on, deciding_run
):
    rule = rule_on("Case", business_unit_field="Subject")
    case = closed_case(Subject="elsewhere")
    deciding_run((rule,))
    assert deciding_run((rule,)).flows[0].actions == ()
    assert reasons(started) == {case: "unknown_business_unit"}
    started.emulator.org.update("Case", case, {"Subject": settings.business_units[0].name})
    deciding_run((rule,))
    assert [row["Status__c"] for row in started.rows()] == ["Skipped", "Scheduled"]


def test_a_hidden_locale_falls_back_to_the_rules_own(started, org, rule_on, deciding_run):
    org.hide_field("Account", "Industry")
    started.move("Case")
    deciding_run((rule_on("Case", locale="da-DK", locale_field="Account.Industry"),))
    assert [
        row["Locale__c"] for row in started.soql("SELECT Locale__c FROM Trustpilot_Invitation__c")
    ] == ["da-DK"]


def test_two_cases_of_one_person_in_one_run_are_asked_about_once(
    started, closed_case, rule_on, deciding_run
):
    first = closed_case()
    started.emulator.clock.advance(60)
    second = closed_case()
    started.emulator.clock.advance(60)
    deciding_run((rule_on("Case", cooldown=90 * DAY),))
    assert reasons(started) == {first: None, second: "cooldown"}


def test_a_cooldown_counts_across_rules_and_channels_and_runs(
    started, closed_case, rule_on, deciding_run
):
    started.move("Order")
    deciding_run((rule_on("Order"),))
    jonas = started.rows()[0]["Contact__c"]
    started.emulator.clock.advance(30 * DAY)
    case = closed_case(ContactId=jonas)
    deciding_run((rule_on("Case", cooldown=90 * DAY), rule_on("Order")))
    assert reasons(started)[case] == "cooldown"
    started.emulator.clock.advance(90 * DAY)
    later = closed_case(ContactId=jonas)
    deciding_run((rule_on("Case", cooldown=90 * DAY), rule_on("Order")))
    assert reasons(started)[later] is None


def test_of_two_claims_at_once_for_one_person_the_older_is_sent(
    started, closed_case, rule_on, deciding_run
):
    """Two runs that read before either wrote: here by a rule that had no cooldown yet."""
    first, second = closed_case(), closed_case()
    deciding_run((rule_on("Case"),))
    started.emulator.clock.advance(2 * DAY)
    deciding_run((rule_on("Case", cooldown=90 * DAY),))
    found = {row["Trigger_Record_Id__c"]: row["Status__c"] for row in started.rows()}
    assert found == {first: "Accepted", second: "Skipped"}
    assert len(started.received) == 1


@pytest.mark.parametrize("cooldown", [0 * DAY, 90 * DAY])
def test_other_invitations_travel_with_the_people_of_an_address(
    cooldown, started, rule_on, deciding_run
):
    started.move("Case")
    deciding_run((rule_on("Case", cooldown=cooldown),))
    paths = [call.path for call in started.emulator.calls.all()]
    # the opening, the entries, records with claimed keys, contacts, their addresses, the closing
    assert sum(path.endswith("/composite") for path in paths) == 6
    assert not any(path.endswith("/describe") for path in paths)


def test_a_sample_asks_some_and_records_the_others(started, closed_case, rule_on, deciding_run):
    cases = {closed_case() for _ in range(40)}
    deciding_run((rule_on("Case", sample=2),))
    found = reasons(started)
    assert set(found) == cases
    assert set(found.values()) == {None, "not_sampled"}
    deciding_run((rule_on("Case", sample=2),))
    assert reasons(started) == found
