"""What Trustpilot lists as deleted is gone from the org after the next run, and stays gone."""

from datetime import timedelta
from itertools import count

import pytest

from connector.core.run.exit_codes import exit_code
from connector.emulator.faults import Fault, custom_row_error, drop_after, drop_before
from connector.emulator.trustpilot.state import Deletion

REVIEW = "Trustpilot_Review__c"
CONSUMER_ID = "0123456789abcdef01234567"
FEEDS = "*/deletions"


@pytest.fixture
def stored(one_run, write):
    """Reviews of Wanda, one of each kind, that are in the org."""
    ids = [write(), write("product")]
    one_run()
    return ids


def test_a_deleted_review_keeps_id_type_business_unit_and_the_flag(one_run, stored, emulator, look):
    before = look.record(stored[0])
    emulator.clock.advance(timedelta(hours=3))
    emulator.trustpilot.delete_review(stored[0])
    emulator.clock.advance(timedelta(minutes=5))

    report = one_run()

    after = look.record(stored[0])
    assert report.count("reviews_erased") == 1
    for name in ("Id", "External_Id__c", "Type__c", "Business_Unit__c"):
        assert after[name] == before[name], name
    assert after["Business_Unit__c"]
    assert after["Deleted__c"] is True
    assert after["Deleted_At__c"] == "2026-03-02T12:00:00.000+0000"
    assert look.left_over(stored[0]) == []


def test_what_the_consumer_answered_to_the_question_who_they_are_is_blanked(
    one_run, stored, emulator, look
):
    answers = ("Reference", "Name", "Email", "Phone", "Address", "Message", "At")
    personal = [f"Consumer_Response_{each}__c" for each in answers]
    before = look.record(stored[0])
    assert [name for name in personal if not before[name]] == []

    emulator.trustpilot.delete_review(stored[0])
    one_run()

    after = look.record(stored[0])
    assert [name for name in personal if after[name] is not None] == []
    assert (after["Find_Reviewer_Status__c"], after["Find_Reviewer_Eligible__c"]) == (None, False)


@pytest.mark.parametrize("kind", [0, 1], ids=["service", "product"])
def test_nothing_that_the_customer_or_the_agent_wrote_is_left_in_any_field(
    kind, one_run, stored, emulator, look
):
    review_id = stored[kind]
    mine = look.record(review_id)["Id"]
    replied = {"Reply__c": "Dear Wanda", "Reply_Error__c": "Wanda", "Published_Reply__c": "Wanda"}
    emulator.org.update(REVIEW, mine, {**replied, "Reply_Status__c": "Draft"})
    told = ("wanda", "lisbon", CONSUMER_ID, "w-1")
    assert sum(word in repr(look.record(review_id)).lower() for word in told) >= 3

    emulator.trustpilot.delete_review(review_id)
    one_run()

    assert [word for word in told if word in repr(look.record(review_id)).lower()] == []
    assert look.record(review_id)["Reply_Status__c"] is None


def test_a_field_that_the_mapping_does_not_write_any_more_is_blanked_too(
    one_run, stored, emulator, settings, look
):
    mapped = {each.target for each in settings.reviews.service_mapping.fields}
    assert "Product_Name__c" not in mapped
    emulator.org.update(REVIEW, look.record(stored[0])["Id"], {"Product_Name__c": "Lamp of Wanda"})
    emulator.trustpilot.delete_review(stored[0])

    one_run()

    assert look.record(stored[0])["Product_Name__c"] is None


def test_a_deleted_consumer_takes_all_their_reviews_along_and_nobody_elses(
    one_run, stored, write, emulator, look
):
    other = write(consumer={"id": "89abcdef0123456789abcdef", "displayName": "Someone"})
    one_run()
    # Only the list of consumers names them: the other one is not documented to do so.
    emulator.trustpilot.delete_consumer(CONSUMER_ID)
    emulator.trustpilot.review_deletions.clear()

    one_run()

    assert [look.record(each)["Deleted__c"] for each in [*stored, other]] == [True, True, False]
    assert [look.left_over(each) for each in stored] == [[], []]
    assert look.record(other)["Consumer_Name__c"] == "Someone"


def test_an_erased_review_is_written_once(one_run, stored, emulator, look):
    emulator.trustpilot.delete_review(stored[0])
    one_run()
    stamp = look.record(stored[0])["SystemModstamp"]
    emulator.clock.advance(timedelta(minutes=10))
    emulator.calls.clear()

    report = one_run()

    assert report.count("reviews_erased") == 0
    assert look.record(stored[0])["SystemModstamp"] == stamp


def test_deletions_of_other_businesses_cost_one_question_and_change_nothing(
    one_run, write, emulator
):
    one_run()
    for _ in range(3):
        emulator.trustpilot.delete_review(write(ago=timedelta(days=300)))

    report = one_run(["erasure"])

    assert report.calls["erasure"] == {"Salesforce": 1, "Trustpilot": 2}
    assert not report.did_something


def test_ids_that_differ_by_case_only_are_not_the_same(one_run, stored, emulator, look):
    state, now = emulator.trustpilot, emulator.clock.now()
    state.review_deletions.append(Deletion(stored[0].upper(), now))
    state.consumer_deletions.append(Deletion(CONSUMER_ID.upper(), now))
    assert stored[0].upper() != stored[0]

    report = one_run()

    assert report.failures == ()
    assert [look.record(each)["Deleted__c"] for each in stored] == [False, False]


def test_lists_that_name_nothing_new_cost_no_salesforce_call(one_run, stored, emulator):
    emulator.trustpilot.delete_review(stored[0])
    one_run()
    emulator.clock.advance(timedelta(hours=2))
    one_run()
    emulator.clock.advance(timedelta(hours=2))
    emulator.calls.clear()

    report = one_run(["erasure"])

    assert report.calls["erasure"] == {"Salesforce": 0, "Trustpilot": 2}
    assert emulator.calls.counted("trustpilot") == 0


def test_every_page_of_the_list_is_worked_off(one_run, stored, write, emulator, look):
    state = emulator.trustpilot
    for _ in range(1100):
        state.delete_review(write(ago=timedelta(days=300)))
    state.delete_review(stored[0])

    one_run()

    assert emulator.calls.counts("trustpilot", path="*/reviews/deletions") == 3
    assert look.record(stored[0])["Deleted__c"] is True


def test_the_first_run_looks_as_far_back_as_reviews_go(one_run, emulator, look):
    one_run()

    first, _ = (call for call in emulator.calls.all() if call.path.endswith("deletions"))
    assert first.path == "/v1/reviews/deletions"
    assert {"deleted_reviews", "deleted_consumers"} <= set(look.marks())


def test_a_deletion_without_a_time_counts(one_run, stored, emulator, look):
    body = {"reviews": [{"reviewId": stored[0]}], "nextToken": None}
    emulator.faults.add(Fault("trustpilot", path="*/reviews/deletions", status=200, body=body))

    one_run()

    assert look.record(stored[0])["Deleted_At__c"] == "2026-03-02T09:00:00.000+0000"


def test_a_deletion_that_is_listed_late_is_found_within_the_overlap(
    one_run, stored, emulator, look
):

    emulator.clock.advance(timedelta(minutes=59))
    one_run()
    early = emulator.clock.now() - timedelta(minutes=58)
    emulator.trustpilot.review_deletions.append(Deletion(stored[0], early))

    one_run()

    assert look.record(stored[0])["Deleted__c"] is True


def test_content_that_a_slower_run_wrote_onto_a_tombstone_is_blanked_again(
    one_run, stored, emulator, look
):
    content = {"Text__c": "Wanda again", "Content_Hash__c": "0" * 64}
    emulator.trustpilot.delete_review(stored[0])
    one_run()
    emulator.org.update(REVIEW, look.record(stored[0])["Id"], content)

    one_run()

    assert look.left_over(stored[0]) == []


@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("*/reviews/deletions", {"deleted_reviews"}),
        ("*/consumers/deletions", {"deleted_consumers"}),
        (FEEDS, {"deleted_reviews", "deleted_consumers"}),
    ],
)
def test_a_list_that_is_down_holds_its_mark_and_the_other_flows_go_on(
    path, held, one_run, write, look
):
    one_run()
    before = look.marks()
    look.emulator.clock.advance(timedelta(hours=1))
    new = write()
    look.emulator.faults.add(drop_before(vendor="trustpilot", path=path, times=None))

    report = one_run()

    assert exit_code(report.failures).value == 5
    assert look.record(new)["Text__c"]
    moved = {stream for stream, at in look.marks().items() if at != before[stream]}
    assert {"deleted_reviews", "deleted_consumers"} - moved == held


def test_a_list_that_was_down_for_days_is_made_up_for(one_run, stored, emulator, look):
    emulator.faults.add(drop_before(vendor="trustpilot", path=FEEDS, times=None))
    emulator.trustpilot.delete_review(stored[0])
    for _ in range(3):
        emulator.clock.advance(timedelta(days=1))
        one_run()
    emulator.faults.clear()

    one_run()

    assert look.record(stored[0])["Deleted__c"] is True


def test_a_refused_erasure_is_an_issue_that_holds_the_mark_until_it_passes(
    one_run, stored, emulator, look
):
    before = look.marks()
    emulator.trustpilot.delete_review(stored[0])
    emulator.clock.advance(timedelta(hours=5))
    refusal = custom_row_error(REVIEW, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No Wanda")
    emulator.faults.add(refusal)

    one_run(["erasure"])

    (issue,) = look.issues()
    assert (issue["Code__c"], issue["Record__c"]) == ("erasure_refused", stored[0])
    assert look.marks()["deleted_reviews"] == before["deleted_reviews"]
    assert look.marks()["deleted_consumers"] != before["deleted_consumers"]

    one_run(["erasure"])

    assert look.issues() == []
    assert look.record(stored[0])["Deleted__c"] is True
    assert look.marks()["deleted_reviews"] != before["deleted_reviews"]


def test_a_refusal_that_a_person_gave_up_does_not_hold_the_mark(
    one_run, stored, emulator, soql, look
):
    emulator.trustpilot.delete_review(stored[0])
    refusal = custom_row_error(REVIEW, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No", rows=9)
    emulator.faults.add(refusal)
    one_run(["erasure"])
    (issue,) = soql("SELECT Id FROM Trustpilot_Issue__c")
    emulator.org.update("Trustpilot_Issue__c", issue["Id"], {"Status__c": "Dropped"})
    before = look.marks()
    emulator.clock.advance(timedelta(hours=5))

    one_run(["erasure"])

    assert look.marks()["deleted_reviews"] > before["deleted_reviews"]


def test_a_dry_run_tells_what_it_would_erase_and_writes_nothing(one_run, stored, emulator, look):
    emulator.trustpilot.delete_review(stored[0])
    before = (look.record(stored[0]), look.marks())

    report = one_run(["erasure"], dry_run=True)

    (action,) = report.flows[0].actions
    assert (action.what, action.record) == ("anonymise review", stored[0])
    assert (look.record(stored[0]), look.marks()) == before


def test_a_queued_reply_to_an_erased_review_goes_nowhere(one_run, stored, emulator, look):
    queued = {"Reply__c": "Dear Wanda", "Reply_Status__c": "Queued"}
    emulator.org.update(REVIEW, look.record(stored[0])["Id"], queued)
    emulator.trustpilot.delete_review(stored[0])

    report = one_run()

    assert report.failures == ()
    assert look.record(stored[0])["Reply_Status__c"] is None
    assert look.record(stored[0])["Reply_Error__c"] is None
    assert look.issues() == []


def test_no_event_and_no_issue_holds_a_word_of_the_customer(
    one_run, stored, emulator, reporter, soql
):
    emulator.trustpilot.delete_review(stored[0])
    emulator.faults.add(custom_row_error(REVIEW, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Wanda"))
    one_run()
    one_run()

    assert reporter.of("erased") == [{"review": stored[0]}]
    said = repr(reporter.events) + repr(soql("SELECT Message__c FROM Trustpilot_Issue__c"))
    assert "wanda" not in said.lower()


# The other way: records that go


def test_a_review_is_deleted_where_the_configuration_says_so_and_the_bin_holds_no_content(
    one_run, stored, emulator, deleting, look
):
    emulator.trustpilot.delete_review(stored[0])

    report = one_run(settings=deleting)

    assert report.count("reviews_erased") == 1
    assert look.record(stored[0]) is None
    query = f"SELECT External_Id__c, Text__c, Consumer_Name__c, IsDeleted FROM {REVIEW}"  # noqa: S608
    rows = emulator.org.query(query, include_deleted=True)
    (binned,) = [row for row in rows if row["External_Id__c"] == stored[0]]
    assert (binned["IsDeleted"], binned["Text__c"], binned["Consumer_Name__c"]) == (
        True,
        None,
        None,
    )


def test_a_lost_answer_to_a_deletion_is_no_refusal(one_run, stored, emulator, deleting, look):
    emulator.trustpilot.delete_review(stored[0])
    emulator.faults.add(drop_after(vendor="salesforce", method="DELETE"))

    report = one_run(settings=deleting)

    assert report.count("reviews_erased") == 1
    assert look.issues() == []


def test_a_refused_deletion_leaves_a_tombstone_and_is_tried_again(
    one_run, stored, emulator, deleting, look
):
    emulator.trustpilot.delete_review(stored[0])
    one_run()  # a tombstone of the days before the configuration changed
    error = custom_row_error(REVIEW, "DELETE_FAILED", "No")
    emulator.faults.add(error)

    one_run(settings=deleting)
    assert [issue["Code__c"] for issue in look.issues()] == ["erasure_refused"]
    assert look.left_over(stored[0]) == []

    one_run(settings=deleting)
    assert look.record(stored[0]) is None
    assert look.issues() == []


def test_a_queued_reply_to_a_deleted_record_is_no_trouble(
    one_run, stored, emulator, deleting, look
):
    queued = {"Reply__c": "Dear Wanda", "Reply_Status__c": "Queued"}
    emulator.org.update(REVIEW, look.record(stored[0])["Id"], queued)
    emulator.trustpilot.delete_review(stored[0])

    report = one_run(settings=deleting)

    assert report.failures == ()
    assert look.issues() == []


# Whatever happens


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_killed_at_any_call_is_made_up_for_by_the_next(after, erasing, write, look, survives):
    how, one_run = erasing
    one_run()
    for at in count():
        mine, other = write(), write(consumer={"id": "89abcdef0123456789abcdef"})
        one_run()
        look.emulator.trustpilot.delete_review(mine)
        look.emulator.clock.advance(timedelta(minutes=1))

        alive = survives(one_run, at, after=after)
        one_run(["erasure"])

        assert (look.record(mine) is None) is (how == "delete"), at
        assert how == "delete" or look.left_over(mine) == [], at
        assert look.record(other)["Deleted__c"] is False, at
        if alive:
            break
    assert at > 6


# A tombstone is never written again


def test_a_review_that_trustpilot_still_shows_is_not_imported_again(
    one_run, stored, emulator, look
):

    emulator.trustpilot.review_deletions.append(Deletion(stored[0], emulator.clock.now()))
    one_run()
    for hours in (0, 1, 26, 24 * 8):
        emulator.clock.advance(timedelta(hours=hours))
        emulator.trustpilot.edit_review(stored[0], text=f"Wanda after {hours} hours")
        one_run()
        assert look.left_over(stored[0]) == [], hours


def test_a_review_that_vanished_in_the_overlap_stays_a_tombstone(one_run, write, emulator, look):
    review_id = write()
    one_run()
    emulator.clock.advance(timedelta(minutes=5))
    emulator.trustpilot.delete_review(review_id)
    for _ in range(3):
        one_run()
        emulator.clock.advance(timedelta(minutes=1))

    assert look.record(review_id)["Deleted__c"] is True
    assert look.left_over(review_id) == []
