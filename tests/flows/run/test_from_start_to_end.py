# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""One run as a whole: how it opens, what it costs, what it records, what it would do."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode, exit_code
from connector.core.terms.errors import (
    ConfigurationError,
    SafetyStop,
)


def test_an_idle_run_costs_three_calls_on_either_side(one_run, emulator, idle):
    idle(one_run)

    report = one_run()

    assert not report.did_something
    assert emulator.calls.counted("salesforce") == 3
    assert emulator.calls.counted("trustpilot") == 3


def test_reviews_inside_the_overlap_cost_an_idle_run_no_further_call(
    one_run, emulator, world, idle
):
    idle(one_run)
    emulator.trustpilot.add_service_review(world.business_unit_id)
    one_run()
    emulator.calls.clear()

    assert not one_run().did_something
    assert emulator.calls.counted("salesforce") == 3
    assert emulator.calls.counted("trustpilot") == 3


def test_an_idle_run_leaves_no_row_but_its_heartbeat(one_run, emulator, soql, runs):
    one_run()
    emulator.clock.advance(timedelta(hours=1))

    one_run()

    assert [row["Run_Id__c"] for row in runs()] == ["run-1"]
    (beat,) = soql("SELECT Heartbeat__c FROM Trustpilot_Checkpoint__c WHERE Key__c = 'heartbeat:'")
    assert beat["Heartbeat__c"] == "2026-03-02T10:00:00.000+0000"


def test_a_run_that_did_something_leaves_a_row_that_says_what(one_run, runs, emulator):
    report = one_run()

    (row,) = runs()
    assert row["Run_Id__c"] == report.run_id
    assert row["Reviews_Written__c"] == report.count("reviews_new") > 0
    assert row["Flows__c"] == "erasure, replies_out, tags_out, invitations_out, reviews_in, summary"
    assert (row["Outcome__c"], row["Exit_Code__c"], row["Issues__c"]) == ("done", 0, 0)
    assert row["Complete_Through__c"] == "2026-03-02T09:00:00.000+0000"
    assert row["Trustpilot_Calls__c"] == emulator.calls.counts("trustpilot")


def test_the_report_counts_every_call_that_left_the_machine(one_run, emulator):
    report = one_run()

    spent = {
        vendor: sum(part[vendor] for part in report.calls.values())
        for vendor in ("Salesforce", "Trustpilot")
    }
    assert spent["Salesforce"] == emulator.calls.counts("salesforce")
    assert spent["Trustpilot"] == emulator.calls.counts("trustpilot")


def test_a_dry_run_changes_neither_side(one_run, emulator, writes, win):
    win()

    report = one_run(dry_run=True)

    assert writes("salesforce") == []
    assert writes("trustpilot") == []
    assert emulator.org.count("Trustpilot_Business_Unit__c") == 0
    assert report.did_something is False
    assert len([each for flow in report.flows for each in flow.actions]) > 10


@pytest.mark.parametrize("first", [True, False], ids=["on an empty org", "after an earlier run"])
def test_a_dry_run_lists_the_very_actions_that_the_next_run_applies(
    first, one_run, emulator, world, win
):
    if not first:
        one_run()
    emulator.clock.advance(timedelta(minutes=5))
    win()
    emulator.trustpilot.add_service_review(world.business_unit_id, stars=1)

    planned = one_run(dry_run=True)
    done = one_run()

    assert [flow.actions for flow in planned.flows] == [flow.actions for flow in done.flows]
    what = {each.what for flow in planned.flows for each in flow.actions}
    assert what == {"store review", "claim invitation", "update summary"}


def test_actions_hold_nothing_personal(one_run, emulator, win):
    win()
    emulator.trustpilot.add_service_review(
        next(iter(emulator.trustpilot.units)),
        text="Secret words",
        consumer={"displayName": "Wilma"},
    )

    said = repr([flow.actions for flow in one_run(dry_run=True).flows])

    assert "Secret words" not in said
    assert "Wilma" not in said
    assert "@" not in said


def test_a_dry_run_says_how_far_the_org_is_complete_not_how_far_it_would_be(one_run, emulator):
    assert one_run(dry_run=True).complete_through == {}
    done = one_run()
    emulator.clock.advance(timedelta(hours=1))

    assert one_run(dry_run=True).complete_through == done.complete_through


def test_another_org_stops_the_run_before_anything_is_read_or_written(
    one_run, configured, emulator, world
):
    other = configured(lambda text: text.replace(world.organization_id, "00D000000000062EAA"))
    with pytest.raises(SafetyStop) as stop:
        one_run(settings=other)

    assert exit_code([stop.value]) is ExitCode.SAFETY_STOP
    assert emulator.calls.counts(path="*/composite*") == 0
    assert emulator.calls.counts("trustpilot") == 0
    assert "00D000000000062EAA" in stop.value.message


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("domain: nowhere.example", id="domain"),
        pytest.param('id: "0123456789abcdef01234567"', id="id"),
    ],
)
@pytest.mark.parametrize("variant", ["404", "empty"], ids=["answers 404", "answers nothing"])
def test_an_unknown_business_unit_stops_the_run(unit, variant, one_run, configured, emulator, soql):
    emulator.switches.unknown_domain = variant
    wrong = configured(lambda text: text.replace("domain: shop.example.com", unit))

    with pytest.raises(ConfigurationError) as refusal:
        one_run(settings=wrong)

    assert exit_code([refusal.value]) is ExitCode.CONFIGURATION
    assert "config.yaml:" in refusal.value.message
    assert unit.partition(": ")[2].strip('"') in refusal.value.message
    assert soql("SELECT Id FROM Trustpilot_Review__c") == []


def test_a_domain_in_another_spelling_is_asked_for_but_written_only_once(
    one_run, configured, writes, emulator, differences
):
    spelled = configured(
        lambda text: text.replace("domain: shop.example.com", "domain: www.shop.example.com")
    )
    one_run(settings=spelled)
    emulator.clock.advance(timedelta(hours=1))
    emulator.calls.clear()

    report = one_run(settings=spelled)

    assert not report.did_something
    assert [call.path.rpartition("/sobjects/")[2] for call in writes("salesforce")] == [
        "Trustpilot_Checkpoint__c/Key__c"
    ]
    assert differences() == []


def test_a_unit_configured_by_its_id_is_the_same_one(one_run, configured, world, soql):
    by_id = configured(
        lambda text: text.replace("domain: shop.example.com", f'id: "{world.business_unit_id}"')
    )
    one_run()

    assert not one_run(settings=by_id).did_something
    assert len(soql("SELECT Id FROM Trustpilot_Business_Unit__c")) == 1
