"""`connector reviews` over real HTTPS: both sides compared, and single reviews fetched anew."""

import json

import pytest


@pytest.fixture
def held(desk):
    """The ids of the reviews in the org, oldest first, after a run."""
    desk.type("run")
    query = (
        "SELECT Id, External_Id__c, Type__c FROM Trustpilot_Review__c ORDER BY Review_Created__c"
    )
    return lambda: desk.emulator.org.query(query)


def test_a_check_of_two_sides_that_agree_says_so_and_ends_with_0(desk, held):
    assert held()
    done = desk.type("reviews", "check", "--days", "20")
    assert done.exit_code == 0
    assert "both sides agree on every day" in done.stdout


def test_a_check_names_the_day_and_the_business_unit_and_heals(desk, held):
    (lost, *_) = held()
    desk.emulator.org.delete("Trustpilot_Review__c", lost["Id"])
    dry = desk.type("reviews", "check", "--days", "400", "--dry-run", "--json")
    assert dry.exit_code == 1
    (line,) = dry.stdout.splitlines()
    days = [day for day in json.loads(line)["days"] if day["missing"]]
    assert sum(day["missing"] for day in days) >= 1
    assert json.loads(line)["exit_code"] == 1

    healed = desk.type("reviews", "check", "--days", "400")
    assert healed.exit_code == 0
    assert days[0]["day"] in healed.stdout
    assert lost["External_Id__c"] in {row["External_Id__c"] for row in held()}


def test_a_review_is_fetched_anew_by_its_id(desk, held):
    review_id = next(r["External_Id__c"] for r in held() if r["Type__c"] == "Service")
    desk.emulator.trustpilot.edit_review(review_id, stars=1, text="Other words.")
    done = desk.type("reviews", "refresh", review_id, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["flows"]["reviews_in"]["counts"]["reviews_changed"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["check"], id="no first day"),
        pytest.param(["check", "--days", "3", "--since", "2026-01-01"], id="two first days"),
        pytest.param(["refresh"], id="no id"),
        pytest.param(["polish"], id="no such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_asks_nobody(desk, arguments):
    desk.emulator.calls.clear()
    done = desk.type("reviews", *arguments)
    assert done.exit_code == 2
    assert "--help" in done.stderr
    assert desk.emulator.calls.all() == []
