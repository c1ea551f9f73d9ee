"""Tags that come from the records a review is connected with, where the configuration asks."""

from __future__ import annotations

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault

PUT = {"vendor": "trustpilot", "method": "PUT", "path": "*/tags"}
BOTH = ["reviews_in", "tags_out"]


@pytest.fixture
def settings(with_paths):
    """Every run takes tags from the order and the account."""
    return with_paths("Order__r.Type", "Account__r.Industry")


@pytest.fixture
def connected(desk, order_number):
    """The id of a review that came in and was connected with its order."""
    return desk.review(text="Fine.", referenceId=order_number)


def test_a_review_that_is_connected_gets_the_tags_of_its_records_in_the_next_run(connected, desk):
    assert desk.row(connected)["Tags_Wanted__c"] is True
    report = desk.run()
    assert desk.live(connected) == ["Online", "Retail"]
    seen = desk.row(connected)
    assert (seen["Tags__c"], seen["Tags_Wanted__c"]) == ("Online; Retail", False)
    assert report.count("tags_added") == 2
    assert not desk.run().did_something


def test_a_review_that_is_connected_later_gets_its_tags_too(desk, order_number):
    review = desk.review(referenceId="no such number")
    assert desk.row(review)["Tags_Wanted__c"] is False
    desk.write(review, Reference_Number__c=order_number)
    desk.emulator.clock.advance(24 * 3600)
    desk.one_run(["reviews_in"])
    assert desk.row(review)["Match_Method__c"] == "Order Number"
    desk.run()
    assert desk.live(review) == ["Online", "Retail"]


def test_a_connection_that_needs_a_check_gives_no_tags_until_a_person_ticks(desk, order_number):
    review = desk.review(referenceId=order_number, referralEmail="someone.else@example.com")
    seen = desk.row(review)
    assert (seen["Match_Method__c"], seen["Tags_Wanted__c"]) == ("Needs Check", False)
    desk.write(review, Tags_Wanted__c=True)
    desk.run()
    assert desk.live(review) == ["Online", "Retail"]


def test_typed_and_linked_tags_go_out_together(connected, desk):
    desk.write(connected, "vip, online")
    desk.run()
    assert desk.live(connected) == ["vip", "online", "Retail"]
    assert desk.puts() == 1


def test_a_tick_on_a_review_without_links_is_taken_away_without_a_call(desk):
    review = desk.review()
    desk.write(review, Tags_Wanted__c=True)
    desk.run()
    assert (desk.puts(), desk.row(review)["Tags_Wanted__c"]) == (0, False)


def test_a_refusal_takes_the_tick_away_and_is_not_repeated(connected, desk):
    desk.emulator.faults.add(Fault(**PUT, times=None, status=400, body={"message": "no"}))
    desk.run()
    seen = desk.row(connected)
    assert seen["Tags_Wanted__c"] is False
    assert seen["Tags_Error__c"].startswith("Tags not added. Trustpilot refused them (no).")
    assert desk.issues() == ["tags_refused"]
    assert not desk.run().did_something
    desk.emulator.faults.clear()
    desk.write(connected, Tags_Wanted__c=True)
    desk.run()
    assert desk.live(connected) == ["Online", "Retail"]
    assert desk.issues() == []


def test_an_agent_may_type_tags_where_linked_ones_were_refused(connected, desk):
    desk.emulator.faults.add(Fault(**PUT, status=400, body={"message": "no"}))
    desk.run()
    desk.write(connected, "vip")
    desk.run()
    assert desk.live(connected) == ["vip"]


def test_a_field_that_the_org_hides_holds_the_ticks_and_not_what_was_typed(connected, desk):
    typed = desk.review()
    desk.write(typed, "vip")
    desk.emulator.org.hide_field("Order", "Type")
    report = desk.run()
    assert desk.exit_code(report) is ExitCode.SIGN_IN
    assert "Order__r.Type" in report.failures[0].message
    assert (desk.live(connected), desk.live(typed)) == ([], ["vip"])
    assert desk.row(connected)["Tags_Wanted__c"] is True


def test_a_field_that_is_misspelled_stops_no_other_flow(connected, desk, with_paths):
    wrong = with_paths("Order__r.Typ")
    report = desk.one_run(settings=wrong)
    assert [flow.flow for flow in report.flows if flow.failures] == ["tags_out"]
    assert "Order__r.Typ" in report.failures[0].message
    assert desk.row(connected)["Tags_Wanted__c"] is True


def test_without_configured_fields_nothing_is_ticked_and_a_tick_is_told(
    desk, order_number, with_paths
):
    plain = with_paths()
    review = desk.trustpilot.add_service_review(
        desk.world.business_unit_id, referenceId=order_number
    )["id"]
    desk.one_run(["reviews_in"], settings=plain)
    assert desk.row(review)["Tags_Wanted__c"] is False
    desk.write(review, Tags_Wanted__c=True)
    report = desk.run(settings=plain)
    assert any("write_tags names no field" in note for note in report.flows[0].notes)
    assert desk.row(review)["Tags_Wanted__c"] is False


def test_a_product_review_is_not_ticked(desk, order_number):
    review = desk.trustpilot.add_product_review(
        desk.world.business_unit_id, content="Fine.", referenceId=order_number
    )["id"]
    desk.one_run(["reviews_in"])
    seen = desk.row(review)
    assert (seen["Match_Method__c"], seen["Tags_Wanted__c"]) == ("Order Number", False)


def test_a_run_works_off_two_hundred_reviews_and_typed_tags_come_first(desk, order_number):
    made = [
        desk.trustpilot.add_service_review(desk.world.business_unit_id, referenceId=order_number)
        for _ in range(201)
    ]
    desk.one_run(["reviews_in"])
    typed = desk.review()
    desk.write(typed, "vip")
    report = desk.run()
    assert desk.live(typed) == ["vip"]
    assert report.flows[0].notes == ("2 more reviews wait for their tags.",)
    assert not desk.run().flows[0].notes
    assert all(desk.live(review["id"]) == ["Online", "Retail"] for review in made)


@pytest.mark.parametrize("after", [False, True])
def test_a_run_killed_at_any_call_is_made_good_by_the_next(
    connected, desk, dying_door, killed, after
):
    for at in range(20):
        desk.write(connected, Tags_Wanted__c=True)
        try:
            desk.one_run(BOTH, door=dying_door(at, after=after))
        except killed:
            desk.one_run(BOTH)
        else:
            break
        finally:
            assert desk.live(connected) == ["Online", "Retail"]
            assert desk.row(connected)["Tags_Wanted__c"] is False
    assert 5 < at < 19
