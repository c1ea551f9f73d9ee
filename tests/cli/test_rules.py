"""`connector rules`: what people type about rules, over HTTPS."""

import csv
import json
import re
from datetime import UTC, datetime

import pytest

INVITATION = "Trustpilot_Invitation__c"
CASE_RULE = "after-a-closed-case"
PERSONAL = ("nadia", "larkin", "@example")


@pytest.fixture
def typed(desk):
    """Type `connector rules ...` and give what came back, which must have ended well."""

    def type_it(*arguments, code=0):
        done = desk.type("rules", *arguments)
        assert done.exit_code == code, done.output
        return done

    return type_it


@pytest.fixture
def closed_case(desk):
    """A case of somebody known that is closed after a run, and nobody has asked about."""
    desk.type("run", "--only", "invitations_out")
    org = desk.emulator.org
    contact = org.retrieve("Case", desk.world.case_id, ["ContactId"])["ContactId"]
    made = org.insert("Case", {"ContactId": contact, "Status": "Working"})
    org.update("Case", made, {"Status": "Closed"})
    return made


def switched_off(desk):
    desk.write(desk.text + "      enabled: false\n")


def personal(text):
    return [word for word in PERSONAL if word in text.lower()]


class TestList:
    def test_it_needs_neither_network_nor_secrets(self, desk):
        before = len(desk.emulator.calls.all())
        done = desk.type("rules", "list", "--json", TRUSTPILOT_API_KEY=None)
        assert done.exit_code == 0, done.output
        listed = json.loads(done.stdout)["rules"]
        assert [each["rule"] for each in listed] == [
            "after-a-won-opportunity",
            "after-an-activated-order",
            CASE_RULE,
        ]
        assert listed[0]["to"] == ["contact_role Decision Maker"]
        assert (listed[0]["after"], listed[0]["business_unit"]) == ("7 days", "shop")
        assert "last_claim" not in listed[0]
        assert len(desk.emulator.calls.all()) == before

    def test_a_person_reads_a_table(self, desk, typed):
        switched_off(desk)
        text = typed("list").stdout
        assert "3 rule(s), 2 switched on." in text
        assert f"{CASE_RULE} (off, version " in text
        assert "  Case becomes Closed\n  service_review as email for shop, 1 day later\n" in text

    def test_when_each_rule_last_claimed_is_asked_for(self, desk, typed):
        values = {"Claim_Key__c": "last-claim", "Rule__c": CASE_RULE, "Status__c": "Accepted"}
        made = desk.emulator.org.insert(INVITATION, values)
        created = desk.emulator.org.retrieve(INVITATION, made, ["CreatedDate"])["CreatedDate"]
        listed = json.loads(typed("list", "--claimed", "--json").stdout)["rules"]
        last = {each["rule"]: each["last_claim"] for each in listed}
        assert last[CASE_RULE] == created
        assert last["after-a-won-opportunity"] is None
        assert f"last claim: {created}" in typed("list", "--claimed").stdout

    def test_without_rules_it_says_so(self, desk, typed):
        desk.write(re.sub(r"  rules:\n(?:    .*\n)+", "  rules: []\n", desk.text))
        assert typed("list").stdout == "0 rule(s), 0 switched on.\n"


class TestSimulate:
    def test_a_rule_that_is_off_is_tried_and_nothing_written(self, desk, typed, closed_case):
        switched_off(desk)
        before = desk.emulator.org.count(INVITATION)
        done = typed("simulate", CASE_RULE, "--days", "1", "--json")
        report = json.loads(done.stdout)
        assert report["enabled"] is False
        line = next(each for each in report["lines"] if each["record"] == closed_case)
        assert (line["outcome"], line["evidence"]) == ("asked", "CaseHistory")
        assert line["contact"].startswith("003")
        assert (
            report["asked"] + sum(each["count"] for each in report["not_asked"])
            == (report["entries"])
        )
        assert report["calls"]["salesforce_reading"] > 0
        assert personal(done.output) == []
        assert desk.emulator.org.count(INVITATION) == before

    @pytest.mark.usefixtures("closed_case")
    def test_people_are_named_on_request_only(self, typed):
        text = typed("simulate", CASE_RULE, "--days", "1").stdout
        assert "would be asked" in text
        assert "Nothing was written." in text
        assert personal(text) == []
        told = typed("simulate", CASE_RULE, "--days", "1", "--personal").stdout
        assert "nadia.larkin@example.net" in told
        told = typed("simulate", CASE_RULE, "--days", "1", "--personal", "--json").stdout
        assert "Nadia Larkin" in told

    @pytest.mark.usefixtures("closed_case")
    def test_the_limit_bounds_the_lines_and_no_count(self, typed):
        few = json.loads(typed("simulate", CASE_RULE, "--limit", "0", "--json").stdout)
        all_of_it = json.loads(typed("simulate", CASE_RULE, "--limit", "2000", "--json").stdout)
        assert few["lines"] == []
        assert len(all_of_it["lines"]) == all_of_it["entries"] == few["entries"] > 0

    def test_an_unknown_rule_is_told_with_one_that_is_near(self, typed):
        said = typed("simulate", "after-a-close-case", code=2).stderr
        assert f"Did you mean `{CASE_RULE}`?" in said
        assert "connector rules list" in said

    @pytest.mark.parametrize("days", ["0", "100000", "-1", "many"])
    def test_days_that_cannot_be_are_refused(self, days, typed):
        assert "--days" in typed("simulate", CASE_RULE, "--days", days, code=2).stderr


class TestExplain:
    @pytest.mark.parametrize("length", [15, 18])
    def test_every_rule_and_every_check_is_told(self, length, typed, closed_case):
        done = typed("explain", closed_case[:length])
        for word in (closed_case, CASE_RULE, "CaseHistory", "ok cooldown [contact]", "claims it"):
            assert word in done.stdout
        assert personal(done.output) == []
        document = json.loads(typed("explain", closed_case[:length], "--json").stdout)
        assert document["record"] == closed_case
        (story,) = [each for each in document["rules"] if each["rule"] == CASE_RULE]
        assert story["entry"]["evidence"] == "CaseHistory"
        assert {each["passed"] for each in story["checks"]} == {True}

    def test_an_invitation_is_told_and_stands_for_its_record(self, desk, typed, closed_case):
        values = {
            "Claim_Key__c": "explained",
            "Status__c": "Failed",
            "Reason_Code__c": "refused",
            "Trigger_Record_Id__c": closed_case,
            "Case__c": closed_case,
            "Recipient_Email__c": "nadia.larkin@example.net",
        }
        made = desk.emulator.org.insert(INVITATION, values)
        number = desk.emulator.org.retrieve(INVITATION, made, ["Name"])["Name"]
        done = typed("explain", number)
        assert f"invitation: {number}, status Failed, reason_code refused" in done.stdout
        assert personal(done.output) == []

    @pytest.mark.parametrize(
        "word", ["someone@example.com", "003Qk0000000002IAA", "500", "500Qk00000zzzzzIAA", " "]
    )
    def test_what_names_no_record_is_refused(self, word, typed):
        done = typed("explain", word, code=2)
        assert "Next: " in done.stderr
        assert "someone" not in done.output


class TestReport:
    @pytest.fixture
    def ledger(self, desk):
        """Rows of every status for a rule of this test alone; the number of rows by status."""
        rows = {"Accepted": 3, "Scheduled": 1, "Skipped": 2, "Unknown": 1, "Reviewed": 1}
        numbers = iter(range(100))
        for status, count in rows.items():
            for _ in range(count):
                values = {
                    "Claim_Key__c": f"{desk.folder.name}-{next(numbers)}",
                    "Status__c": status,
                    "Rule__c": f"={desk.folder.name}",
                    "Reason_Code__c": "no_email" if status == "Skipped" else None,
                }
                desk.emulator.org.insert(INVITATION, values)
        return rows

    def test_its_numbers_are_those_of_the_ledger(self, desk, typed, ledger):
        document = json.loads(typed("report", "--json").stdout)
        (rule,) = [each for each in document["rules"] if each["rule"] == f"={desk.folder.name}"]
        assert rule["eligible"] == sum(ledger.values())
        assert (rule["invited"], rule["waiting"], rule["skipped"], rule["unknown"]) == (4, 1, 2, 1)
        assert rule["reasons"] == [{"outcome": "skipped", "reason": "no_email", "count": 2}]
        assert rule["enabled"] is None
        month = f"{datetime.now(UTC):%Y-%m}"
        assert [each["month"] for each in rule["months"]] == [month]
        text = typed("report", "--months", "1").stdout
        assert f"{month}: 8 eligible, 4 invited, 1 waiting, 2 skipped, 1 unknown" in text
        assert "(not in the configuration any more)" in text

    def test_a_spreadsheet_finds_no_formula_in_the_csv(self, desk, typed, ledger):
        file = desk.folder / "rules.csv"
        file.write_text("what was there before", encoding="utf-8")
        typed("report", "--csv", str(file))
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        mine = [row for row in rows if row["rule"] == f"'={desk.folder.name}"]
        assert sum(int(row["count"]) for row in mine) == sum(ledger.values())
        assert {row["reason"] for row in mine if row["outcome"] == "skipped"} == {"no_email"}
        assert [
            cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))
        ] == []

    def test_a_file_that_cannot_be_written_is_named(self, desk, typed):
        file = desk.folder / "missing" / "rules.csv"
        assert str(file) in typed("report", "--csv", str(file), code=2).stderr

    @pytest.mark.parametrize(
        "words",
        [
            ("--months", "0"),
            ("--months", "121"),
            ("--since", "soon"),
            ("--since", "2999-01-01"),
            ("--since", "2026-01-01", "--months", "3"),
        ],
    )
    def test_a_time_that_cannot_be_is_refused(self, words, typed):
        typed("report", *words, code=2)

    def test_what_sampling_and_conditions_leave_out_is_named(self, desk, typed):
        desk.write(f"{desk.text}      sample: every 3rd\n      only_if: {{Origin: Web}}\n")
        text = typed("report").stdout
        assert "asks one in 3, by a hash: 0 left out" in text
        assert "asks only if Origin is Web" in text
        assert f"connector rules simulate {CASE_RULE} --days 90" in text


COMMANDS = [
    ("list", "--claimed"),
    ("simulate", CASE_RULE),
    ("explain", "500Qk0000000002IAA"),
    ("report",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
class TestWhatIsAskedFirst:
    def test_another_org_is_left_alone(self, words, desk, typed):
        desk.write(
            re.sub(r"organization_id: \S+", "organization_id: 00D000000000062EAA", desk.text)
        )
        assert "pinned" in typed(*words, code=6).stderr

    def test_secrets_are_needed(self, words, desk):
        done = desk.type("rules", *words, SALESFORCE_CLIENT_SECRET=None)
        assert done.exit_code == 2
        assert "SALESFORCE_CLIENT_SECRET" in done.stderr
