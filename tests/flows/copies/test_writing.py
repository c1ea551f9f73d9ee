"""Reviews also arrive in objects of the admin's own, before their own record says they did."""

from datetime import timedelta
from itertools import count

import pytest

from connector.emulator.faults import custom_row_error

MAIL = "wanda@customer.example"
REFUSAL = custom_row_error("Feedback__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No Wanda")


def test_each_review_is_copied_with_its_own_types_of_fields(one_run, write, look):
    payer = look.account(MAIL)
    service = write(referralEmail=MAIL, title="A title that is far too long", isVerified=True)
    product = write("product")

    report = one_run()

    assert report.count("copies_written") == 2
    assert report.count("texts_cut") == 1
    found = look.copies()
    assert found[service]["Headline__c"] == "A title that is far…"
    assert found[service]["Feedback__c"] == "By Wanda"
    assert found[service]["Rating__c"] == "2 stars"
    assert found[service]["Day__c"] == "2026-03-02"  # 22:00 in Auckland
    assert found[service]["Mail__c"] == MAIL
    assert found[service]["Customer__c"] == payer
    assert found[service]["Shop__c"]
    assert found[product]["Rating__c"] == "5 stars"
    assert found[product]["Customer__c"] is None


def test_the_copies_are_written_before_the_reviews_own_records(one_run, write, look):
    write()
    one_run()

    assert look.paths() == ["Feedback__c", "Trustpilot_Review__c"]


@pytest.mark.parametrize(
    "row", [("service", {0}), ("product", {1}), ("both", {0, 1})], ids=lambda row: row[0]
)
def test_a_document_copies_the_reviews_it_is_of(row, one_run, copying, write, look):
    of, kinds = row
    pair = [write(), write("product")]

    one_run(settings=copying(of))

    assert set(look.copies()) == {pair[kind] for kind in kinds}


def test_a_second_run_writes_no_copy(one_run, write, look):
    write()
    one_run()
    look.emulator.calls.clear()

    report = one_run()

    assert look.paths() == []
    assert not report.did_something


def test_an_edited_review_updates_its_copy_and_leaves_the_lookups(one_run, write, look):
    payer = look.account(MAIL)
    review = write(referralEmail=MAIL)
    one_run()
    look.emulator.clock.advance(timedelta(minutes=5))
    look.emulator.trustpilot.edit_review(review, stars=5, text="All solved")

    one_run()

    copy = look.copies()[review]
    assert (copy["Feedback__c"], copy["Rating__c"]) == ("All solved", "5 stars")
    assert copy["Customer__c"] == payer


def test_a_document_that_is_added_later_copies_what_is_read_again_with_its_lookups(
    one_run, configured, settings, write, look
):
    payer = look.account(MAIL)
    review = write(referralEmail=MAIL)
    one_run(settings=configured())
    assert look.copies() == {}

    one_run(settings=settings)

    assert look.copies()[review]["Customer__c"] == payer


def test_a_standard_object_can_hold_copies_too(one_run, copying, write, look):
    review = write()

    one_run(settings=copying("cases"))

    cases = look.emulator.org.query("SELECT Review_Id__c, Subject, Origin FROM Case")
    assert [
        (case["Subject"], case["Origin"]) for case in cases if case["Review_Id__c"] == review
    ] == [("Wanda", "Web")]


def test_a_refused_copy_is_an_issue_and_is_tried_again_until_it_passes(one_run, write, look):
    refused, other = write(), write()
    look.emulator.faults.add(REFUSAL)

    report = one_run()

    (missing,) = {refused, other} - set(look.copies())
    sentence = "The org refused the copy in Feedback__c: FIELD_CUSTOM_VALIDATION_EXCEPTION."
    assert look.issues() == [("service_review_copy_refused", missing, sentence)]
    assert report.count("reviews_new") == 2  # the review itself is there
    assert look.stored(missing)["Title__c"] == "Wanda"
    assert look.stored(missing)["Content_Hash__c"] is None

    one_run()

    assert set(look.copies()) == {refused, other}
    assert look.issues() == []
    assert look.stored(missing)["Content_Hash__c"]


@pytest.mark.parametrize("hidden", ["object", "key"])
def test_a_document_that_the_org_cannot_take_is_one_issue_and_the_reviews_arrive(
    hidden, one_run, write, look
):
    reviews, org = {write(), write()}, look.emulator.org
    name, *key = ("Feedback__c",) if hidden == "object" else ("Feedback__c", "Review_Id__c")
    org.hide_field(name, *key) if key else org.hide_object(name)

    report = one_run()

    ((code, record, sentence),) = look.issues()
    assert (code, record) == ("review_copies_refused", "Feedback__c")
    assert sentence.startswith("No review can be copied to Feedback__c: Salesforce does not allow")
    assert report.failures == ()
    assert {look.stored(each)["Content_Hash__c"] for each in reviews} == {None}
    org.show_field(name, *key) if key else org.show_object(name)

    one_run()

    assert set(look.copies()) == reviews
    assert look.issues() == []
    assert all(look.stored(each)["Content_Hash__c"] for each in reviews)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_that_is_killed_at_any_call_leaves_both_to_the_next_one(
    after, survives, one_run, write, look
):
    for at in count():
        review = write()
        survived = survives("reviews_in", at, after=after)
        one_run(["reviews_in"])
        assert look.copies()[review]["Feedback__c"] == "By Wanda"
        assert look.stored(review)["Content_Hash__c"]
        if survived:
            break
    assert at > 5


def test_a_dry_run_writes_no_copy(one_run, write, look):
    write()
    one_run(dry_run=True)

    assert look.copies() == {}


def test_a_field_and_a_lookup_of_ones_own_on_the_review_object_are_filled(
    one_run, copying, write, look
):
    payer = look.account(MAIL)
    review = write(referralEmail=MAIL, location={"name": "A region with a long name"})

    one_run(settings=copying(own_fields=True))

    assert look.stored(review)["Payer__c"] == payer
    assert look.stored(review)["Region__c"] == "A region…"


def test_a_customer_who_comes_later_is_connected_in_the_copy_as_well(one_run, copying, write, look):
    settings = copying("both", own_fields=True)
    review = write(referralEmail=MAIL)
    one_run(settings=settings)
    assert look.copies()[review]["Customer__c"] is None
    payer = look.account(MAIL)
    look.emulator.clock.advance(timedelta(days=2))

    one_run(settings=settings)

    assert look.copies()[review]["Customer__c"] == payer
    assert (look.stored(review)["Account__c"], look.stored(review)["Payer__c"]) == (payer, payer)


def test_a_copy_that_is_not_there_is_not_made_for_a_lookup_alone(one_run, write, look):
    review = write(referralEmail=MAIL)
    one_run()
    look.emulator.org.delete("Feedback__c", look.copies()[review]["Id"])
    look.account(MAIL)
    look.emulator.clock.advance(timedelta(days=2))

    one_run()

    assert look.copies() == {}
    assert look.stored(review)["Match_Method__c"] == "E-mail"


def test_a_refused_lookup_leaves_the_review_to_the_next_second_try(one_run, write, look):
    review = write(referralEmail=MAIL)
    one_run()
    payer = look.account(MAIL)
    look.emulator.clock.advance(timedelta(days=2))
    look.emulator.faults.add(REFUSAL)

    one_run()
    assert look.stored(review)["Match_Method__c"] == "None"
    look.emulator.clock.advance(timedelta(days=2))
    one_run()

    assert look.copies()[review]["Customer__c"] == payer
    assert look.stored(review)["Account__c"] == payer
