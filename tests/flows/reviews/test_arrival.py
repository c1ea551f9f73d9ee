"""Reviews in, through the real gateways: what Trustpilot holds, the org gets, once and whole."""

from datetime import timedelta

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import NotFound
from connector.report.run.report import code_of


def test_the_last_thirty_days_of_both_kinds_are_imported_and_nothing_older(
    one_run, differences, emulator, soql
):
    report = one_run()

    assert differences() == []
    by_type = {
        row["Type__c"]: row["n"]
        for row in soql("SELECT Type__c, COUNT(Id) n FROM Trustpilot_Review__c GROUP BY Type__c")
    }
    assert by_type["Service"] > 20
    assert by_type["Product"] > 5
    held = sum(
        emulator.trustpilot.service.stars(unit).total() for unit in emulator.trustpilot.units
    )
    assert by_type["Service"] < held
    assert report.count("reviews_new") == sum(by_type.values())
    assert code_of(report) is ExitCode.DONE


def test_a_second_run_writes_nothing_but_the_marks(one_run, emulator, writes):
    one_run()
    emulator.calls.clear()

    report = one_run()

    assert [call.path.rpartition("/sobjects/")[2] for call in writes("salesforce")] == [
        "Trustpilot_Checkpoint__c/Key__c"
    ]
    assert writes("trustpilot") == []
    assert not report.did_something


def test_reviews_of_many_pages_and_collections_arrive_once_each(one_run, write, differences):
    for number in range(450):
        write(ago=timedelta(minutes=number), text=f"Number {number}")
    for number in range(230):
        write("product", ago=timedelta(minutes=number), content=f"Thing {number}")

    one_run()

    assert differences() == []


def test_reviews_of_one_and_the_same_second_all_arrive(one_run, write, differences):
    for number in range(130):
        write(ago=timedelta(days=2), text=f"Number {number}")

    one_run()

    assert differences() == []


def test_a_new_review_comes_in_with_the_next_run(one_run, write, emulator, stored):
    one_run()
    emulator.clock.advance(timedelta(hours=3))
    new = write(ago=timedelta(minutes=90), stars=2, title="Late", text="It came late.")

    report = one_run()

    assert report.count("reviews_new") == 1
    assert (stored(new)["Stars__c"], stored(new)["Title__c"]) == (2, "Late")


def test_a_review_that_shows_up_a_little_behind_the_mark_is_caught_by_the_overlap(
    one_run, write, emulator, differences
):
    one_run()
    emulator.clock.advance(timedelta(hours=1))
    write(ago=timedelta(hours=1, minutes=9))

    one_run()

    assert differences() == []


@pytest.mark.parametrize("kind", ["service", "product"])
def test_an_edit_inside_the_overlap_updates_the_record(kind, one_run, write, emulator, stored):
    words = "content" if kind == "product" else "text"
    review = write(kind, stars=2, **{words: "Not good."})
    one_run()
    emulator.clock.advance(timedelta(minutes=5))
    emulator.trustpilot.edit_review(review, stars=5, **{words: "All solved, thank you!"})

    report = one_run()

    assert report.count("reviews_changed") == 1
    assert (stored(review)["Stars__c"], stored(review)["Text__c"]) == (5, "All solved, thank you!")


def test_a_colleagues_reply_inside_the_overlap_is_shown_as_published(
    one_run, write, emulator, stored
):
    review = write(text="Nobody answers.")
    one_run()
    emulator.trustpilot.portal_reply(review, "We do now.", "A colleague")

    one_run()

    assert stored(review)["Live_Reply__c"] == "We do now."
    assert stored(review)["Published_Reply__c"] == "We do now."
    assert stored(review)["Reply_Status__c"] == "Published"


def test_what_an_agent_is_writing_survives_an_update_of_the_review(
    one_run, write, emulator, soql, stored
):
    review = write(text="Nobody answers.")
    one_run()
    (row,) = soql("SELECT Id FROM Trustpilot_Review__c WHERE External_Id__c = '{}'", review)
    draft = {"Reply__c": "Half a sentence", "Reply_Status__c": "Draft"}
    emulator.org.update("Trustpilot_Review__c", row["Id"], draft)
    emulator.trustpilot.edit_review(review, text="Really nobody answers.")

    one_run()

    assert stored(review)["Text__c"] == "Really nobody answers."
    assert (stored(review)["Reply__c"], stored(review)["Reply_Status__c"]) == (
        "Half a sentence",
        "Draft",
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Schön, größer, œuvre, naïve, ŁÓDŹ", id="latin letters"),
        pytest.param("שירות מעולה, תודה רבה!", id="hebrew, right to left"),
        pytest.param("خدمة ممتازة وسريعة ١٢٣", id="arabic, right to left"),
        pytest.param("とても良いです。また買います", id="japanese"),
        pytest.param("👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 🇩🇰", id="emoji of several code points"),
        pytest.param("\u200fmixed עברית and English\u200e text", id="direction marks"),
        pytest.param("O'Brien said \"great\" \\ 100% <b>&amp;</b> {x} ';--", id="quotes, markup"),
        pytest.param("One line\nand another\n\nand a last one", id="line breaks"),
        pytest.param("e\u0301 is not \u00e9", id="combining accents stay as they are"),
        pytest.param(("Word and word. " * 400)[:4999] + "!", id="5,000 characters"),
        pytest.param("😀" * 5000, id="5,000 emoji, 10,000 UTF-16 units"),
    ],
)
def test_a_text_arrives_as_it_was_written(text, one_run, write, stored):
    service = write(text=text, title=text[:40])
    product = write("product", content=text)

    one_run(only=["reviews_in"])

    assert stored(service)["Text__c"] == text
    assert stored(product)["Text__c"] == text


def test_a_review_without_title_text_or_reply_arrives(one_run, write, stored):
    review = write(title=None, text=None, language=None, stars=1)

    one_run()

    assert (stored(review)["Title__c"], stored(review)["Text__c"]) == (None, None)
    assert stored(review)["Stars__c"] == 1


def test_every_review_points_at_its_business_unit(one_run, soql, world):
    one_run()

    rows = soql("SELECT Business_Unit__r.External_Id__c FROM Trustpilot_Review__c")
    assert {row["Business_Unit__r"]["External_Id__c"] for row in rows} == {world.business_unit_id}


@pytest.mark.parametrize("newest_first", [True, False])
def test_product_reviews_arrive_in_whatever_order_trustpilot_lists_them(
    newest_first, one_run, write, emulator, differences
):
    emulator.switches.product_reviews_newest_first = newest_first
    for number in range(220):
        write("product", ago=timedelta(hours=8 * number), content=f"Thing {number}")

    one_run()

    assert differences() == []


def test_old_product_reviews_of_one_moment_do_not_hide_newer_ones(
    one_run, write, emulator, differences
):
    emulator.switches.product_reviews_newest_first = False
    for number in range(300):
        write("product", ago=timedelta(days=400), content=f"Imported {number}")
    write("product", ago=timedelta(hours=1), content="New")

    one_run()

    assert differences() == []


def test_a_list_from_new_to_old_is_left_once_the_window_is_covered(one_run, write, emulator):
    for number in range(500):
        write("product", ago=timedelta(days=40, minutes=number), content=f"Old {number}")

    one_run()

    assert emulator.calls.counts("trustpilot", path="*/private/product-reviews/*") == 1


def test_times_with_and_without_zone_and_fraction_come_to_the_same(
    one_run, write, emulator, stored
):
    emulator.switches.times_with_z, emulator.switches.times_with_fraction = False, True
    review = write(ago=timedelta(hours=2))
    one_run()
    before = stored(review)
    emulator.switches.times_with_z, emulator.switches.times_with_fraction = True, False
    emulator.trustpilot.edit_review(review, updatedAt=None)

    one_run()

    assert stored(review)["Review_Created__c"] == before["Review_Created__c"]
    assert stored(review)["Content_Hash__c"] == before["Content_Hash__c"]


def test_exclusive_bounds_of_the_list_lose_nothing(one_run, write, emulator, differences):
    emulator.switches.start_inclusive = emulator.switches.end_inclusive = False
    write(ago=timedelta(days=30))
    write(ago=timedelta())
    one_run()
    emulator.clock.advance(timedelta(hours=1))
    write(ago=timedelta())

    one_run()

    assert differences() == []


def test_more_reviews_than_the_list_can_page_all_arrive(one_run, write, emulator, differences):
    emulator.switches.pagination_cap = 300
    for number in range(700):
        write(ago=timedelta(minutes=number), text=f"Number {number}")

    report = one_run()

    assert report.failures == ()
    assert differences() == []


def test_more_product_reviews_than_can_be_listed_fail_the_run_and_keep_the_mark(
    one_run, write, emulator, marks
):
    emulator.switches.pagination_cap = 300
    for number in range(301):
        write("product", ago=timedelta(minutes=number))

    report = one_run()

    assert code_of(report) is ExitCode.UNREACHABLE
    assert "product_reviews" not in marks()
    assert "service_reviews" in marks()


def test_only_reviews_in_leaves_the_other_flows_alone(one_run, differences, marks):
    report = one_run(only=["reviews_in"])

    assert [flow.flow for flow in report.flows] == ["reviews_in"]
    assert differences() == []
    kinds = ("service_reviews", "product_reviews")
    assert set(marks()) == {*kinds, *(f"{kind}_rescan" for kind in kinds)}


def test_a_business_unit_that_trustpilot_lost_fails_the_run_and_keeps_its_marks(
    one_run, emulator, world, marks
):
    one_run()
    before = marks()
    emulator.clock.advance(timedelta(days=1))
    del emulator.trustpilot.units[world.business_unit_id]

    report = one_run()

    assert code_of(report) is ExitCode.UNREACHABLE
    assert any(isinstance(failure, NotFound) for failure in report.failures)
    assert marks()["service_reviews"] == before["service_reviews"]
