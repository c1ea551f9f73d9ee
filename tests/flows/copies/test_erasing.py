"""Copies go with the review, before its own record, and never by halves."""

from datetime import timedelta
from itertools import count

import pytest

from connector.core.privacy.plan import OnDelete
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import custom_row_error
from connector.flows.privacy.person import erase_person
from connector.report.privacy import erasure_as_text
from connector.wiring import Transports, connect, run_policy

MAIL = "wanda@customer.example"
CONSUMER_ID = "0123456789abcdef01234567"
REFUSAL = custom_row_error("Feedback__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No Wanda")


@pytest.fixture
def kept(one_run, write):
    """Two reviews of Wanda in the org, one of each kind, and their copies."""
    ids = [write(referralEmail=MAIL), write("product")]
    one_run()
    return ids


def test_a_deleted_review_leaves_nothing_of_its_copy_but_the_key(one_run, kept, look):
    look.emulator.trustpilot.delete_review(kept[0])

    report = one_run()

    assert report.count("copies_erased") == 1
    assert look.left_over(kept[0]) == []
    assert look.left_over(kept[1])
    assert look.stored(kept[0])["Deleted__c"] is True


def test_a_field_of_ones_own_on_the_review_object_is_blanked(one_run, copying, write, look):
    settings = copying(own_fields=True)
    look.account(MAIL)
    review = write(referralEmail=MAIL)
    one_run(settings=settings)
    look.change(review, Region__c="Lisbon")
    assert look.stored(review)["Payer__c"]
    look.emulator.trustpilot.delete_review(review)

    one_run(settings=settings)

    assert (look.stored(review)["Region__c"], look.stored(review)["Payer__c"]) == (None, None)


def test_a_deleted_consumer_takes_the_copies_of_all_their_reviews_along(one_run, kept, look):
    look.emulator.trustpilot.delete_consumer(CONSUMER_ID)
    look.emulator.trustpilot.review_deletions.clear()

    one_run()

    assert [look.left_over(each) for each in kept] == [[], []]


def test_a_copy_goes_with_the_record_where_records_are_deleted(one_run, kept, copying, look):
    look.emulator.trustpilot.delete_review(kept[0])

    one_run(settings=copying("both", on_delete=OnDelete.DELETE.value))

    assert set(look.copies()) == {kept[1]}
    assert look.stored(kept[0]) is None


def test_erased_copies_are_written_once_and_none_is_created(one_run, kept, look):
    look.emulator.trustpilot.delete_review(kept[0])
    look.emulator.org.delete("Feedback__c", look.copies()[kept[1]]["Id"])
    look.emulator.trustpilot.delete_review(kept[1])
    one_run()
    look.emulator.clock.advance(timedelta(minutes=10))
    look.emulator.calls.clear()

    report = one_run()

    assert report.count("copies_erased") == 0
    assert set(look.copies()) == {kept[0]}
    assert look.paths() == []


def test_a_copy_that_stands_alone_goes_as_well(one_run, kept, look):
    look.emulator.org.delete("Trustpilot_Review__c", look.stored(kept[0])["Id"])
    look.emulator.trustpilot.delete_review(kept[0])

    one_run(["erasure"])

    assert look.left_over(kept[0]) == []


def test_a_refused_copy_keeps_the_reviews_own_record_and_the_mark_until_it_passes(
    one_run, kept, look
):
    look.emulator.trustpilot.delete_review(kept[0])
    look.emulator.faults.add(REFUSAL)

    one_run(["erasure"])

    sentence = (
        "The org refused to erase the copy in Feedback__c: FIELD_CUSTOM_VALIDATION_EXCEPTION."
    )
    assert look.issues() == [("copy_erasure_refused", kept[0], sentence)]
    assert look.stored(kept[0])["Deleted__c"] is False
    look.emulator.clock.advance(timedelta(hours=5))

    one_run(["erasure"])

    assert look.issues() == []
    assert look.left_over(kept[0]) == []
    assert look.stored(kept[0])["Deleted__c"] is True


def test_a_refused_copy_that_a_person_gave_up_does_not_keep_the_record(one_run, kept, look):
    look.emulator.trustpilot.delete_review(kept[0])
    many = custom_row_error("Feedback__c", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No", rows=9)
    look.emulator.faults.add(many)
    one_run(["erasure"])
    (issue,) = look.emulator.org.query("SELECT Id FROM Trustpilot_Issue__c")
    look.emulator.org.update("Trustpilot_Issue__c", issue["Id"], {"Status__c": "Dropped"})

    one_run(["erasure"])

    assert look.stored(kept[0])["Deleted__c"] is True


def test_a_dry_run_names_the_copies_and_touches_none(one_run, kept, look):
    look.emulator.trustpilot.delete_review(kept[0])
    before = look.copies()

    report = one_run(["erasure"], dry_run=True)

    assert [(each.what, each.record) for each in report.flows[0].actions] == [
        ("anonymise copy", kept[0]),
        ("anonymise review", kept[0]),
    ]
    assert look.copies() == before


@pytest.fixture(params=list(OnDelete))
def erasing(request, copying):
    """Each way to erase, and the settings that say so."""
    return request.param, copying("both", on_delete=request.param.value)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_erasure_that_is_killed_at_any_call_is_finished_by_the_next_run(
    after, erasing, survives, write, look
):
    how, settings = erasing
    for at in count():
        review = write()
        assert survives("reviews_in", -1, after=after, settings=settings)
        # By the consumer alone: what is forgotten there cannot be found by the review's id.
        look.emulator.trustpilot.delete_consumer(CONSUMER_ID)
        look.emulator.trustpilot.review_deletions.clear()
        survived = survives("erasure", at, after=after, settings=settings)
        assert survives("erasure", -1, after=after, settings=settings)
        assert all(look.left_over(each) == [] for each in look.copies())
        assert (review in look.copies()) == (how is OnDelete.ANONYMISE)
        look.emulator.trustpilot.consumer_deletions.clear()
        if survived:
            break
    assert at > 5


def test_without_copy_documents_erasure_makes_no_further_call(one_run, kept, configured, look):
    look.emulator.trustpilot.delete_review(kept[0])

    report = one_run(["erasure"], settings=configured())

    assert report.calls["erasure"]["Salesforce"] == 2  # the question, the update


@pytest.fixture
def erase(emulator, reporter, clock, settings):
    """Erase Wanda on request: `erase()`, `erase(settings)`."""

    def run(chosen=settings, *, dry_run=False):
        door = InProcessDoor(emulator)
        world = connect(chosen, reporter, Transports(door, door, clock))
        return erase_person(world.org, world.trustpilot, run_policy(chosen), MAIL, dry_run=dry_run)

    return run


def test_a_person_who_asks_is_forgotten_in_copies_too(kept, erase, look):
    report = erase()

    assert report.refused == ()
    assert report.copies == (look.copies()[kept[0]]["Id"],)
    assert f"1 copied review(s) blanked\n  {report.copies[0]}" in erasure_as_text(report)
    assert report.reviews == (look.stored(kept[0])["Id"],)
    assert look.left_over(kept[0]) == []
    assert look.left_over(kept[1])


def test_an_address_that_stands_in_a_copy_only_leads_to_the_review(kept, erase, look):
    look.change(kept[0], Invited_Email__c=None)

    erase()

    assert look.left_over(kept[0]) == []
    assert look.stored(kept[0])["Deleted__c"] is True


def test_a_refused_copy_keeps_the_record_so_that_asking_again_finds_it(kept, erase, look):
    look.emulator.faults.add(REFUSAL)

    report = erase()

    assert report.refused == ((look.copies()[kept[0]]["Id"], "FIELD_CUSTOM_VALIDATION_EXCEPTION"),)
    assert (report.copies, report.reviews) == ((), ())
    assert look.stored(kept[0])["Deleted__c"] is False

    assert erase().refused == ()
    assert look.left_over(kept[0]) == []


def test_a_dry_run_of_erasing_a_person_touches_no_copy(kept, erase, look):
    before = look.copies()

    report = erase(dry_run=True)

    assert report.copies == (before[kept[0]]["Id"],)
    assert look.copies() == before
