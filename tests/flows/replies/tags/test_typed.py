"""Tags that agents and Flows type: added once, shown, explained where they could not be."""

from __future__ import annotations

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault, RowFault, drop_after, drop_before, too_many_requests

PUT = {"vendor": "trustpilot", "method": "PUT", "path": "*/tags"}
REFUSAL = {"message": "Tag is too long", "errorCode": 1002}


def test_two_tags_of_an_agent_are_added_to_those_that_are_there(review, desk):
    desk.write(review, "vip, Big order")
    report = desk.run()
    assert desk.live(review) == ["delivery", "vip", "Big order"]
    assert report.count("tags_added") == 2
    seen = desk.row(review)
    assert seen["Tags__c"] == "Big order; delivery; vip"
    assert (seen["Tags_To_Add__c"], seen["Tags_Error__c"]) == (None, None)
    assert desk.puts() == 1


def test_the_run_after_writes_nothing(review, writes, desk):
    desk.write(review, "vip")
    desk.run()
    before = len(writes("trustpilot"))
    report = desk.run()
    assert not report.did_something
    assert len(writes("trustpilot")) == before


def test_what_is_there_already_is_taken_off_without_a_call(review, desk):
    desk.write(review, "Delivery")
    report = desk.run()
    assert (desk.puts(), report.count("tags_settled")) == (0, 1)
    assert desk.row(review)["Tags_To_Add__c"] is None


def test_the_rescan_finds_what_was_written_and_the_run_after_it_is_idle(review, desk):
    desk.write(review, "vip; Big order")
    desk.run()
    shown = desk.row(review)["Tags__c"]
    desk.emulator.clock.advance(24 * 3600)
    rescan = desk.one_run()
    assert rescan.count("reviews_changed") == 1  # the content hash is written anew, once
    assert desk.row(review)["Tags__c"] == shown
    desk.emulator.clock.advance(24 * 3600)
    assert not desk.one_run().did_something


@pytest.mark.parametrize("switch", ["same", "new"])
def test_a_lost_answer_is_repeated(review, desk, switch):
    desk.emulator.switches.second_same_tag = switch
    desk.emulator.faults.add(drop_after(**PUT))
    desk.write(review, "vip")
    desk.run()
    assert set(desk.live(review)) == {"delivery", "vip"}
    assert desk.row(review)["Tags_To_Add__c"] is None
    assert not desk.run().did_something


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (drop_before(**PUT, times=None), ExitCode.UNREACHABLE),
        (drop_after(**PUT, times=None), ExitCode.UNREACHABLE),
        (Fault(**PUT, times=None, status=503, body=""), ExitCode.UNREACHABLE),
        (Fault(**PUT, times=None, status=200, html=True), ExitCode.UNREACHABLE),
        (too_many_requests(**PUT, times=None), ExitCode.ALLOWANCE),
        (Fault(**PUT, times=None, status=403, body={"errorCode": 1014}), ExitCode.SIGN_IN),
        (Fault(**PUT, times=None, status=401, body={}), ExitCode.SIGN_IN),
    ],
)
def test_tags_wait_where_nothing_is_wrong_with_them_and_the_exit_code_says_why(
    review, desk, fault, code
):
    desk.emulator.faults.add(fault)
    desk.write(review, "vip")
    assert desk.exit_code(desk.run()) is code
    assert desk.row(review)["Tags_To_Add__c"] == "vip"
    assert desk.issues() == []
    desk.emulator.faults.clear()
    assert desk.exit_code(desk.run()) is ExitCode.DONE
    assert desk.live(review) == ["delivery", "vip"]
    assert desk.row(review)["Tags_To_Add__c"] is None


@pytest.mark.parametrize("status", [400, 415, 422])
def test_a_refusal_is_told_on_the_record_and_not_repeated(review, desk, status):
    desk.emulator.faults.add(Fault(**PUT, times=None, status=status, body=REFUSAL))
    desk.write(review, "vip, gold")
    report = desk.run()
    seen = desk.row(review)
    assert seen["Tags_To_Add__c"] == "vip, gold"
    assert seen["Tags_Error__c"].startswith("Tags not added: “vip, gold”. Trustpilot refused them")
    assert "1002 Tag is too long" in seen["Tags_Error__c"]
    assert desk.issues() == ["tags_refused"]
    assert desk.exit_code(report) is ExitCode.NEEDS_A_LOOK
    assert not desk.run().did_something
    assert desk.puts() == 1


@pytest.mark.parametrize(
    "change", [{"Tags_To_Add__c": "gold"}, {"Tags_Wanted__c": True}], ids=["corrected", "ticked"]
)
def test_a_person_who_changes_what_was_refused_has_it_tried_again(review, desk, change):
    desk.emulator.faults.add(Fault(**PUT, status=400, body=REFUSAL))
    desk.write(review, "vip, gold")
    desk.run()
    desk.write(review, **change)
    desk.run()
    assert "gold" in desk.live(review)
    seen = desk.row(review)
    assert (seen["Tags_To_Add__c"], seen["Tags_Wanted__c"], seen["Tags_Error__c"]) == (
        None,
        False,
        None,
    )
    assert desk.issues() == []


@pytest.mark.parametrize("status", [404, 410])
def test_tags_of_a_review_that_is_gone_are_dropped_with_a_note(review, desk, status):
    desk.trustpilot.switches.gone_status = status
    desk.write(review, "vip")
    desk.trustpilot.delete_review(review)
    report = desk.run()
    seen = desk.row(review)
    assert seen["Tags_To_Add__c"] is None
    assert seen["Tags_Error__c"] == "Tags not added: “vip”. The review is gone at Trustpilot."
    assert any("gone" in note for note in report.flows[0].notes)
    assert desk.issues() == []
    assert not desk.run().did_something


def test_a_product_review_has_no_tags_and_the_agent_is_told_once(desk):
    review = desk.trustpilot.add_product_review(desk.world.business_unit_id, content="Fine.")["id"]
    desk.one_run(["reviews_in"])
    desk.write(review, "vip")
    desk.run()
    assert "Product reviews have no tags" in desk.row(review)["Tags_Error__c"]
    assert desk.issues() == ["tags_refused"]
    assert not desk.run().did_something
    assert desk.puts() == 0


def test_a_tombstone_is_never_tagged(review, desk):
    desk.write(review, "vip", Deleted__c=True, Tags_Wanted__c=True)
    assert not desk.run().did_something
    assert desk.puts() == 0


def test_a_review_that_is_erased_in_the_same_run_stays_blank(review, desk):
    desk.write(review, "vip")
    desk.trustpilot.delete_review(review)
    desk.one_run(["erasure", "tags_out"])
    (row,) = desk.emulator.org.query(
        "SELECT Deleted__c, Tags_To_Add__c, Tags_Error__c, Tags__c FROM Trustpilot_Review__c"
    )
    assert row["Deleted__c"]
    assert {row["Tags_To_Add__c"], row["Tags_Error__c"], row["Tags__c"]} == {None}


def test_what_an_agent_types_while_tags_are_sent_stays_and_goes_out_next(review, desk):
    desk.write(review, "vip")
    door = desk.in_the_meantime("PUT", "/tags", lambda: desk.write(review, "vip, late"))
    desk.run(door=door)
    assert desk.row(review)["Tags_To_Add__c"] == "late"
    desk.run()
    assert desk.live(review) == ["delivery", "vip", "late"]
    assert desk.row(review)["Tags_To_Add__c"] is None


def test_another_run_at_the_same_time_does_no_harm(review, desk):
    desk.write(review, "vip")
    door = desk.in_the_meantime("PUT", "/tags", desk.run)
    desk.run(door=door)
    assert desk.live(review) == ["delivery", "vip"]
    seen = desk.row(review)
    assert (seen["Tags__c"], seen["Tags_To_Add__c"]) == ("delivery; vip", None)


@pytest.mark.parametrize("after", [False, True])
def test_a_run_killed_at_any_call_is_made_good_by_the_next(review, desk, dying_door, killed, after):
    for at in range(20):
        desk.write(review, f"tag {at}")
        try:
            desk.run(door=dying_door(at, after=after))
        except killed:
            desk.run()
        else:
            break
        finally:
            assert desk.live(review) == ["delivery", *(f"tag {n}" for n in range(at + 1))]
            assert desk.row(review)["Tags_To_Add__c"] is None
    assert 5 < at < 19


def test_a_dry_run_says_how_many_tags_it_would_add_and_adds_none(review, writes, desk):
    desk.write(review, "vip, gold")
    before = len(writes("salesforce"))
    (action,) = desk.run(dry_run=True).flows[0].actions
    assert (action.what, action.record, action.facts) == ("add tags to", review, {"tags": 2})
    assert desk.live(review) == ["delivery"]
    assert len(writes("salesforce")) == before


def test_one_refused_review_does_not_keep_the_others_from_their_tags(desk):
    first, odd, last = (desk.review() for _ in range(3))
    for each in (first, odd, last):
        desk.write(each, "vip")
    path = f"*/{odd}/tags"
    desk.emulator.faults.add(Fault("trustpilot", "PUT", path, status=400, body=REFUSAL))
    desk.run()
    assert [desk.live(each) for each in (first, odd, last)] == [["vip"], [], ["vip"]]


def test_one_review_without_an_answer_does_not_keep_the_others_from_their_tags(desk):
    first, odd, last = (desk.review() for _ in range(3))
    for each in (first, odd, last):
        desk.write(each, "vip")
    path = f"*/{odd}/tags"
    desk.emulator.faults.add(Fault("trustpilot", "PUT", path, times=None, status=500, body=""))
    report = desk.run()
    assert [desk.live(each) for each in (first, odd, last)] == [["vip"], [], ["vip"]]
    assert desk.exit_code(report) is ExitCode.UNREACHABLE


def test_after_three_failures_the_others_wait(desk):
    made = [desk.review() for _ in range(5)]
    for each in made:
        desk.write(each, "vip")
    desk.emulator.faults.add(Fault(**PUT, times=None, status=503, body=""))
    assert len(desk.run().failures) == 3
    desk.emulator.faults.clear()
    desk.run()
    assert [desk.live(each) for each in made] == [["vip"]] * 5


def test_an_org_that_refuses_the_record_is_an_issue_that_passes(review, desk):
    refused = RowFault("Trustpilot_Review__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.")
    desk.write(review, "vip")
    desk.emulator.faults.add(refused)
    desk.run()
    assert desk.issues() == ["tags_record_refused"]
    assert desk.row(review)["Tags_To_Add__c"] == "vip"
    desk.run()
    assert desk.live(review) == ["delivery", "vip"]
    assert (desk.row(review)["Tags_To_Add__c"], desk.issues()) == (None, [])


def test_a_review_of_a_business_unit_that_is_not_configured_waits(review, desk):
    other = {"Name": "Other", "External_Id__c": "f" * 24}
    unit = desk.emulator.org.insert("Trustpilot_Business_Unit__c", other)
    desk.write(review, "vip", Business_Unit__c=unit)
    report = desk.run()
    assert any("not in the configuration" in note for note in report.flows[0].notes)
    assert (desk.puts(), desk.row(review)["Tags_To_Add__c"]) == (0, "vip")


def test_no_tag_stands_in_a_report_an_event_or_an_issue(review, desk, reporter):
    body = {"message": "Tag 'Ann Smith' is too long"}
    desk.emulator.faults.add(Fault(**PUT, status=400, body=body))
    desk.write(review, "Ann Smith")
    report = desk.run()
    issues = desk.emulator.org.query("SELECT Message__c, Next_Step__c FROM Trustpilot_Issue__c")
    assert "Smith" not in f"{report} {reporter.events} {issues}"


@pytest.mark.usefixtures("review")
def test_an_idle_run_makes_no_call_for_tags(desk):
    desk.one_run()
    report = desk.one_run()
    assert not report.did_something
    assert report.calls["tags_out"] == {"Salesforce": 0, "Trustpilot": 0}
    assert desk.emulator.calls.counts("trustpilot", "PUT") == 0
