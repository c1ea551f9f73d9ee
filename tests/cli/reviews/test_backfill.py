"""`connector import` over real HTTPS: what it asks for, prints first, and ends with."""

import json
from datetime import UTC, datetime, timedelta

import pytest


def test_an_import_prints_its_estimate_first_then_what_it_did(desk):
    done = desk.type("import", "--days", "400")

    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[0].startswith("Import from ")
    assert "Estimated calls" in lines[0]
    assert any(line.startswith("import reviews: 34 reviews read") for line in lines)
    assert json.loads(lines[-1])["flows"]["import_reviews"]["failed"] is False


def test_json_is_one_line_and_the_estimate_is_a_log_line(desk):
    done = desk.type("import", "--since", "2020-01-01", "--json")

    (line,) = done.stdout.splitlines()
    assert set(json.loads(line)["flows"]) == {"import_reviews", "summary"}
    events = [json.loads(each)["event"] for each in done.stderr.splitlines()]
    assert "import_estimated" in events


def test_a_second_import_changes_nothing(desk):
    desk.type("import", "--days", "400")
    told = json.loads(desk.type("import", "--days", "400", "--json").stdout)

    assert told["did_something"] is False
    assert told["flows"]["import_reviews"]["counts"]["reviews_unchanged"] == 34


def test_a_dry_import_says_so(desk):
    before = len(desk.emulator.org.query("SELECT Id FROM Trustpilot_Run__c"))

    done = desk.type("import", "--days", "400", "--dry-run")

    assert "nothing was written" in done.stdout
    assert len(desk.emulator.org.query("SELECT Id FROM Trustpilot_Run__c")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no first day"),
        pytest.param(["--days", "3", "--since", "2026-01-01"], id="two first days"),
        pytest.param(["--days", "0"], id="no day at all"),
        pytest.param(["--days", "-3"], id="days to come"),
        pytest.param(["--days", "soon"], id="not a number"),
        pytest.param(["--since", "01.02.2026"], id="not a date of this form"),
        pytest.param(["--since", "2026-02-30"], id="not a day"),
    ],
)
def test_wrong_usage_ends_with_2_and_asks_nobody(desk, arguments):
    desk.emulator.calls.clear()

    done = desk.type("import", *arguments)

    assert done.exit_code == 2
    assert "--help" in done.stderr
    assert desk.emulator.calls.all() == []


def test_a_day_that_has_not_come_ends_with_2_and_a_sentence(desk):
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()

    done = desk.type("import", "--since", tomorrow)

    assert done.exit_code == 2
    assert "has not come yet" in done.stderr
