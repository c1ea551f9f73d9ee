# ruff: noqa: PLR0913, PLR0917 - a test asks for the fixtures that it needs
"""The daily re-scan: what lists by creation time hide is found, kept, marked, and never guessed."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.emulator.faults import Fault
from connector.report.run.report import code_of

REVIEW = (
    "SELECT Stars__c, Title__c, Text__c, Edited__c, Edit_Count__c, Previous_Stars__c, "
    "Previous_Title__c, Previous_Text__c, Reply_Status__c, Live_Reply__c, Tags__c, "
    "Missing_Since__c FROM Trustpilot_Review__c WHERE External_Id__c = '{}'"
)


@pytest.fixture
def held(soql):
    """One review's record with all that an edit changes: `held(review_id)`."""
    return lambda review_id: soql(REVIEW, review_id)[0]


@pytest.fixture
def old(one_run, write, emulator):
    """Reviews that came in five days ago, one of each kind; the next run is due to re-scan."""
    ids = {
        "service": write(stars=2, title="Late", text="It came late."),
        "product": write("product", stars=2, content="It broke."),
    }
    one_run()
    emulator.clock.advance(timedelta(days=5))
    return ids


@pytest.mark.parametrize(
    ("kind", "words", "before"),
    [("service", "text", "It came late."), ("product", "content", "It broke.")],
)
def test_an_edit_of_an_old_review_is_found_and_its_previous_words_are_kept(
    kind, words, before, old, one_run, emulator, held
):
    emulator.trustpilot.edit_review(old[kind], stars=5, **{words: "All solved."})
    report = one_run()
    row = held(old[kind])
    assert report.count("reviews_changed") == 1
    assert (row["Stars__c"], row["Text__c"]) == (5, "All solved.")
    assert (row["Previous_Stars__c"], row["Previous_Text__c"]) == (2, before)
    assert (row["Edited__c"], row["Edit_Count__c"]) == (True, 1)


def test_a_second_edit_counts_on_and_keeps_the_words_just_before(old, one_run, emulator, held):
    for number, text in enumerate(("Second", "Third"), start=1):
        emulator.trustpilot.edit_review(old["service"], text=text)
        one_run()
        emulator.clock.advance(timedelta(days=1))
        assert held(old["service"])["Edit_Count__c"] == number
    assert held(old["service"])["Previous_Text__c"] == "Second"


def test_a_published_reply_to_an_edited_review_asks_to_be_written_again(
    old, one_run, emulator, held
):
    emulator.trustpilot.portal_reply(old["service"], "Sorry!", "A colleague")
    one_run()
    assert held(old["service"])["Reply_Status__c"] == "Published"
    emulator.clock.advance(timedelta(days=1))
    emulator.trustpilot.edit_review(old["service"], text="Even later.")
    one_run()
    assert held(old["service"])["Reply_Status__c"] == "Edited Review"
    assert held(old["service"])["Live_Reply__c"] == "Sorry!"


def test_a_reply_and_tags_of_later_days_are_found_and_are_no_edit(old, one_run, emulator, held):
    emulator.trustpilot.portal_reply(old["service"], "Sorry!", "A colleague")
    emulator.trustpilot.service.get(old["service"])["tags"] = [
        {"group": "generic", "value": "delivery"}
    ]
    one_run()
    row = held(old["service"])
    assert (row["Live_Reply__c"], row["Reply_Status__c"]) == ("Sorry!", "Published")
    assert row["Tags__c"] == "delivery"
    assert (row["Edited__c"], row["Edit_Count__c"]) == (False, None)


def test_a_rescan_comes_once_a_day(old, one_run, emulator, held):
    one_run()
    emulator.clock.advance(timedelta(hours=5))
    emulator.trustpilot.edit_review(old["service"], text="Changed")
    one_run()
    assert held(old["service"])["Text__c"] == "It came late."
    emulator.clock.advance(timedelta(hours=20))
    one_run()
    assert held(old["service"])["Text__c"] == "Changed"


def test_a_rescan_of_unchanged_reviews_writes_nothing_but_marks_and_second_tries(
    old, one_run, writes, emulator, soql
):
    stamps = "SELECT Id, Content_Hash__c, Text__c, Stars__c FROM Trustpilot_Review__c ORDER BY Id"
    before = soql(stamps)
    emulator.calls.clear()
    report = one_run()
    assert old
    assert not report.did_something
    assert soql(stamps) == before
    assert [call.path.partition("/composite/")[2] for call in writes("salesforce")] == [
        "sobjects",  # when the unconnected reviews were tried again
        "sobjects/Trustpilot_Checkpoint__c/Key__c",
    ]


def test_a_review_is_connected_when_its_order_number_turns_up_later(
    one_run, write, emulator, soql, world
):
    review = write(referenceId="PO-77", text="Waiting for its invitation")
    one_run()
    order = soql("SELECT Id FROM Order WHERE Id = '{}'", world.order_id)[0]["Id"]
    unit = soql("SELECT Id FROM Trustpilot_Business_Unit__c")[0]["Id"]
    emulator.org.insert(
        "Trustpilot_Invitation__c",
        {
            "Claim_Key__c": "c" * 64,
            "Status__c": "Accepted",
            "Reference_Number__c": "PO-77",
            "Order__c": order,
            "Business_Unit__c": unit,
        },
    )
    emulator.clock.advance(timedelta(days=1))
    report = one_run()
    row = soql(
        "SELECT Match_Method__c, Order__c FROM Trustpilot_Review__c WHERE External_Id__c = '{}'",
        review,
    )[0]
    assert (row["Match_Method__c"], row["Order__c"]) == ("Invitation", order)
    assert report.count("reviews_matched") == 1
    assert soql("SELECT Status__c FROM Trustpilot_Invitation__c")[0]["Status__c"] == "Reviewed"


@pytest.mark.parametrize("kind", ["service", "product"])
def test_a_review_that_trustpilot_no_longer_shows_is_marked_and_keeps_its_words(
    kind, old, one_run, emulator, held
):
    words = held(old[kind])["Text__c"]
    emulator.trustpilot.delete_review(old[kind])
    emulator.trustpilot.review_deletions.clear()  # hidden, not deleted: no feed tells it
    report = one_run(only=["reviews_in"])
    row = held(old[kind])
    assert report.count("reviews_missing") == 1
    assert row["Missing_Since__c"]
    assert row["Text__c"] == words


def test_a_review_that_is_shown_again_is_no_longer_missing(old, one_run, emulator, held, soql):
    (row,) = soql("SELECT Id FROM Trustpilot_Review__c WHERE External_Id__c = '{}'", old["service"])
    gone = {"Missing_Since__c": "2026-03-03T00:00:00.000+0000"}
    emulator.org.update("Trustpilot_Review__c", row["Id"], gone)
    one_run()
    assert held(old["service"])["Missing_Since__c"] is None


def test_a_review_that_is_only_left_out_of_the_list_is_not_marked(old, one_run, emulator, held):
    empty = {"links": [], "reviews": []}
    path = "*/private/business-units/*/reviews"
    emulator.faults.add(Fault("trustpilot", path=path, status=200, body=empty, times=None))
    report = one_run(only=["reviews_in"])
    assert held(old["service"])["Missing_Since__c"] is None
    assert report.count("reviews_missing") == 0


def test_a_list_that_lost_most_reviews_marks_none_and_says_so(
    one_run, write, emulator, soql, issues
):
    for number in range(30):
        write(text=f"Number {number}", ago=timedelta(hours=number))
    one_run()
    emulator.clock.advance(timedelta(days=2))
    path = "*/private/business-units/*/reviews"
    empty = {"links": [], "reviews": []}
    emulator.faults.add(Fault("trustpilot", path=path, status=200, body=empty, times=None))
    report = one_run(only=["reviews_in"])
    assert code_of(report) is ExitCode.NEEDS_A_LOOK
    assert [row["Code__c"] for row in issues()] == ["many_reviews_missing"]
    assert soql("SELECT Id FROM Trustpilot_Review__c WHERE Missing_Since__c != null") == []
    emulator.faults.clear()
    emulator.clock.advance(timedelta(days=1))
    one_run(only=["reviews_in"])
    assert [row["Status__c"] for row in issues()] == ["Closed"]


def test_a_dry_run_marks_nothing_as_missing(old, one_run, emulator, held):
    emulator.trustpilot.delete_review(old["service"])
    report = one_run(only=["reviews_in"], dry_run=True)
    assert [action.what for action in report.flows[0].actions] == ["mark as missing"]
    assert held(old["service"])["Missing_Since__c"] is None


def test_a_tombstone_is_never_filled_again(old, one_run, emulator, soql, held):
    (row,) = soql("SELECT Id FROM Trustpilot_Review__c WHERE External_Id__c = '{}'", old["service"])
    scrubbed = {"Deleted__c": True, "Text__c": None, "Content_Hash__c": None}
    emulator.org.update("Trustpilot_Review__c", row["Id"], scrubbed)
    emulator.trustpilot.edit_review(old["service"], text="Back again")
    one_run(only=["reviews_in"])
    assert held(old["service"])["Text__c"] is None


def test_an_empty_list_where_there_used_to_be_many_reviews_becomes_an_issue(
    one_run, write, emulator, issues
):
    for hour in range(12):
        write(ago=timedelta(hours=hour))
    for days in (5, 32):
        one_run()
        emulator.clock.advance(timedelta(days=days))
    report = one_run(only=["reviews_in"])
    assert [issue.code for flow in report.flows for issue in flow.issues] == ["no_reviews_listed"]
    assert code_of(report) is ExitCode.NEEDS_A_LOOK

    emulator.clock.advance(timedelta(days=1))
    write()
    assert code_of(one_run()) is ExitCode.DONE
    assert {issue["Status__c"] for issue in issues()} == {"Closed"}


def test_the_days_on_which_both_sides_differed_are_told(old, one_run, emulator, reporter):
    emulator.trustpilot.edit_review(old["service"], text="Another text.")
    emulator.trustpilot.product.reviews.pop(old["product"])
    one_run()
    told = {
        fact["stream"]: (fact["different"], fact["gone"]) for fact in reporter.of("day_differed")
    }
    assert told == {"service_reviews": (1, 0), "product_reviews": (0, 1)}
