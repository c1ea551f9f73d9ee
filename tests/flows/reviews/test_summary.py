"""The business unit's record: what Trustpilot shows publicly, and the home page's counts."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import custom_row_error, drop_before
from connector.report.run.report import code_of


@pytest.fixture
def unit(soql):
    """The one business unit's record."""

    def record():
        (row,) = soql(
            "SELECT Id, Name, External_Id__c, Domain__c, Trust_Score__c, Stars__c, "
            "Reviews_Total__c, One_Star_Reviews__c, Five_Star_Reviews__c, Country__c, Status__c, "
            "Website__c, New_Service_Reviews__c, New_Product_Reviews__c, "
            "Reviews_Awaiting_Reply__c, Invitations_Scheduled__c, Invitations_Accepted__c, "
            "Summary_Updated_At__c, Complete_Through__c FROM Trustpilot_Business_Unit__c"
        )
        return row

    return record


@pytest.fixture
def world(world_without_reviews):
    """Every review here is one that a test knows of: they are counted."""
    return world_without_reviews


def test_score_stars_and_totals_are_those_of_the_public_profile(one_run, unit, emulator, world):
    one_run()

    shown = emulator.trustpilot.units[world.business_unit_id].json(
        emulator.trustpilot.service.stars(world.business_unit_id)
    )
    row = unit()
    assert row["External_Id__c"] == world.business_unit_id
    assert row["Domain__c"] == "shop.example.com"
    assert row["Trust_Score__c"] == shown["score"]["trustScore"]
    assert row["Stars__c"] == shown["score"]["stars"]
    assert row["Reviews_Total__c"] == shown["numberOfReviews"]["total"]
    assert row["One_Star_Reviews__c"] == shown["numberOfReviews"]["oneStar"]
    assert row["Five_Star_Reviews__c"] == shown["numberOfReviews"]["fiveStars"]
    assert (row["Name"], row["Country__c"]) == ("Example Outdoor Shop", "GB")


def test_a_new_review_changes_totals_and_the_counts_of_the_home_page(
    one_run, unit, write, emulator, world
):
    one_run()
    before = unit()
    emulator.clock.advance(timedelta(hours=1))
    write(stars=1)
    emulator.trustpilot.add_product_review(world.business_unit_id, content="Good")

    one_run()

    row = unit()
    assert row["Reviews_Total__c"] == before["Reviews_Total__c"] + 1
    assert row["One_Star_Reviews__c"] == before["One_Star_Reviews__c"] + 1
    assert (row["New_Service_Reviews__c"], row["New_Product_Reviews__c"]) == (1, 1)
    assert row["Reviews_Awaiting_Reply__c"] == 2
    assert row["Summary_Updated_At__c"] == "2026-03-02T10:00:00.000+0000"


def test_a_review_that_has_a_reply_does_not_wait_for_one(one_run, unit, write, emulator):
    write()
    emulator.trustpilot.portal_reply(write(), "Thank you", "A colleague")

    one_run()

    assert unit()["Reviews_Awaiting_Reply__c"] == 1


def test_reviews_older_than_thirty_days_are_not_new(one_run, unit, write, emulator):
    write()
    one_run()
    emulator.clock.advance(timedelta(days=31))
    write()

    one_run()

    assert unit()["New_Service_Reviews__c"] == 1


def test_a_profile_that_did_not_change_is_not_written(one_run, unit, emulator):
    one_run()
    before = unit()["Summary_Updated_At__c"]
    emulator.clock.advance(timedelta(hours=1))

    report = one_run()

    assert unit()["Summary_Updated_At__c"] == before
    assert report.count("summaries_updated") == 0


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            " Blanks around ",
            id="blanks that the org drops",
        ),
        pytest.param("L" * 200, id="longer than the org keeps"),
        pytest.param("Œuvre & Søn 🛍", id="letters beyond ascii"),
    ],
)
def test_a_name_that_the_org_keeps_differently_is_not_written_again_and_again(
    name, one_run, emulator, world
):
    emulator.trustpilot.units[world.business_unit_id].display_name = name
    one_run()

    assert not one_run().did_something


def test_a_summary_that_the_org_refuses_is_an_issue_until_it_passes(one_run, emulator, soql, write):
    one_run()
    write()
    emulator.clock.advance(timedelta(hours=1))
    emulator.faults.add(custom_row_error("Trustpilot_Business_Unit__c", "SOME_RULE", "no"))

    report = one_run(only=["summary"])

    (issue,) = soql("SELECT Code__c, Status__c FROM Trustpilot_Issue__c")
    assert (issue["Code__c"], issue["Status__c"]) == ("summary_refused", "Open")
    assert code_of(report) is ExitCode.NEEDS_A_LOOK
    assert code_of(one_run(only=["summary"])) is ExitCode.DONE
    assert soql("SELECT Status__c FROM Trustpilot_Issue__c")[0]["Status__c"] == "Closed"


def test_a_profile_that_cannot_be_had_fails_the_summary_and_nothing_else(
    one_run, emulator, write, differences
):
    one_run()
    write()
    emulator.faults.add(drop_before(vendor="trustpilot", path="/v1/business-units/*", times=None))

    report = one_run()

    assert differences() == []
    assert [flow.flow for flow in report.flows if flow.failures] == ["summary"]
    assert code_of(report) is ExitCode.UNREACHABLE


def test_the_record_says_how_far_reviews_are_complete(one_run, unit, write, emulator):
    write()
    one_run()
    emulator.clock.advance(timedelta(hours=2, seconds=30))
    write()

    report = one_run()

    assert unit()["Complete_Through__c"] == "2026-03-02T11:00:30.000+0000"
    assert {f"{at:%H:%M:%S}" for at in report.complete_through.values()} == {"11:00:30"}


def test_a_pause_switch_that_a_person_sets_is_left_as_it_is(one_run, unit, write, emulator, soql):
    one_run()
    switches = {"Pause_Invitations__c": True, "Pause_Replies__c": True}
    emulator.org.update("Trustpilot_Business_Unit__c", unit()["Id"], switches)
    write()

    one_run()

    (row,) = soql("SELECT Pause_Invitations__c, Pause_Replies__c FROM Trustpilot_Business_Unit__c")
    assert (row["Pause_Invitations__c"], row["Pause_Replies__c"]) == (True, True)
