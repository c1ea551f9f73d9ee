"""What a person gets to read for each mistake, and the exit code a script gets."""

import base64
import json
import shutil

import pytest

from connector.config import locations


def problem_at(desk, text, needle, *, file="config.yaml"):
    """`file:line:column` of a piece of text, as an error must name it."""
    before = text[: text.index(needle)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{desk.folder / file}:{line}:{column}: "


@pytest.mark.parametrize("command", ["validate", "run", "status"])
def test_an_unknown_key_is_named_with_its_place_and_the_key_that_was_meant(desk, command):
    wrong = desk.text.replace("  api_key:", "  api_kye:")
    desk.write(wrong)

    refused = desk.type(command)

    assert refused.exit_code == 2
    assert problem_at(desk, wrong, "api_kye") in refused.stderr
    assert "`api_kye` is not a key that is known here. Did you mean `api_key`?" in refused.stderr
    assert "Next: Correct it, then type: connector validate" in refused.stderr


def test_a_missing_key_is_named_with_the_place_of_its_section(desk):
    lines = [line for line in desk.text.splitlines() if "organization_id" not in line]
    wrong = "\n".join(lines)
    desk.write(wrong)

    refused = desk.type("validate")

    assert refused.exit_code == 2
    place = problem_at(desk, wrong, "salesforce:")
    assert f"{place}`organization_id` is missing in salesforce." in refused.stderr


def test_every_problem_is_listed_not_only_the_first(desk):
    wrong = desk.text.replace("  api_key:", "  api_kye:").replace("to: contact\n", "to: nobody\n")
    desk.write(wrong.replace("30 days", "30 moons"))

    refused = desk.type("validate")

    assert [word in refused.stderr for word in ("api_kye", "nobody", "moons")] == [True] * 3


def test_a_secret_that_is_missing_is_named_with_its_variable_and_its_place(desk):
    refused = desk.type("run", TRUSTPILOT_API_SECRET=None)

    assert refused.exit_code == 2
    place = problem_at(desk, desk.text, "{env: TRUSTPILOT_API_SECRET}")
    assert place in refused.stderr
    assert "TRUSTPILOT_API_SECRET is not set" in refused.stderr


def test_a_secret_that_is_missing_is_a_note_for_validate_and_no_problem(desk):
    checked = desk.type("validate", TRUSTPILOT_API_SECRET=None)

    assert checked.exit_code == 0
    assert checked.stdout.startswith("Note: ")
    assert "TRUSTPILOT_API_SECRET is not set" in checked.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        pytest.param(
            "Stars__c: stars",
            "Starz__c: stars",
            "`Starz__c` is not a field of Trustpilot_Review__c. Did you mean `Stars__c`?",
            id="unknown field",
        ),
        pytest.param(
            "Trustpilot_Review__c",
            "Trustpilot_Revue__c",
            "`Trustpilot_Revue__c` is not an object of the package. "
            "Did you mean `Trustpilot_Review__c`?",
            id="unknown object",
        ),
    ],
)
def test_an_unknown_field_or_object_in_a_mapping_is_named_with_its_place(desk, right, wrong, said):
    shipped = locations.mappings() / "service_review.yaml"
    text = shipped.read_text(encoding="utf-8").replace(right, wrong, 1)
    (desk.folder / "mappings").mkdir()
    (desk.folder / "mappings" / "service_review.yaml").write_text(text, encoding="utf-8")

    refused = desk.type("run")

    assert refused.exit_code == 2
    place = problem_at(desk, text, wrong.partition(":")[0], file="mappings/service_review.yaml")
    assert f"{place}{said}" in refused.stderr


@pytest.mark.parametrize("key", ["ENCRYPTION", "AUTHENTICATION"])
@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_link_key_of_another_length_is_refused_without_being_shown(desk, key, size):
    wrong = base64.b64encode(b"k" * size).decode()

    refused = desk.type("run", **{f"TRUSTPILOT_LINK_{key}_KEY": wrong})

    assert refused.exit_code == 2
    assert problem_at(desk, desk.text, f"{{env: TRUSTPILOT_LINK_{key}_KEY}}") in refused.stderr
    assert not wrong or wrong not in refused.output


def test_a_business_unit_that_does_not_exist_fails_the_run(desk):
    wrong = desk.text.replace("domain: shop.example.com", "domain: nowhere.example")
    desk.write(wrong)

    refused = desk.type("run")

    assert refused.exit_code == 2
    place = problem_at(desk, wrong, "name: shop")
    assert f"{place}Trustpilot knows no business unit nowhere.example" in refused.stderr
    assert desk.emulator.org.count("Trustpilot_Review__c") == 0


@pytest.mark.parametrize("command", ["run", "status"])
def test_an_org_that_is_not_the_pinned_one_is_a_safety_stop(desk, command):
    desk.write(desk.text.replace(desk.world.organization_id, "00D000000000062EAA"))

    refused = desk.type(command)

    assert refused.exit_code == 6
    assert desk.world.organization_id in refused.stderr
    assert "pinned to 00D000000000062EAA" in refused.stderr
    assert "Next: " in refused.stderr


def test_a_wrong_client_secret_is_a_sign_in_problem_and_not_shown(desk):
    refused = desk.type("run", SALESFORCE_CLIENT_SECRET="hunter2-hunter2")

    assert refused.exit_code == 4
    assert "Salesforce" in refused.stderr
    assert "hunter2" not in refused.output


def test_a_vendor_that_is_not_there_is_unreachable(desk):
    desk.write(desk.text.replace("login_url: https://127.0.0.1", "login_url: https://127.0.0.2"))
    quick = "limits:\n  attempts: 1\n  timeouts: {connect: 1 second, read: 1 second}\n"
    desk.write(desk.config.read_text() + quick)

    refused = desk.type("run")

    assert refused.exit_code == 5
    assert "Salesforce was asked once" in refused.stderr


def test_a_certificate_that_is_not_trusted_says_what_to_set(desk):
    refused = desk.type("run", REQUESTS_CA_BUNDLE=None)

    assert refused.exit_code == 5
    assert "certificate is not trusted" in refused.stderr
    assert "REQUESTS_CA_BUNDLE" in refused.stderr


def test_a_configuration_that_is_not_there_is_named(desk):
    desk.config.unlink()

    refused = desk.type("run")

    assert refused.exit_code == 2
    assert str(desk.config) in refused.stderr


def test_an_error_before_the_run_is_one_line_of_json_too(desk):
    desk.write(desk.text.replace("  api_key:", "  api_kye:"))

    refused = desk.type("run", "--json")

    (line,) = refused.stdout.splitlines()
    told = json.loads(line)
    assert told["exit_code"] == refused.exit_code == 2
    assert told["failures"][0]["kind"] == "ConfigurationError"
    assert "api_kye" in told["failures"][0]["message"]


def test_the_example_configuration_is_valid(desk):
    shutil.copy(locations.example_config(), desk.config)

    checked = desk.type("validate")

    assert checked.exit_code == 0
    assert f"{desk.config} is valid: 1 business unit(s)" in checked.stdout
    assert "3 rule(s), 3 switched on" in checked.stdout
