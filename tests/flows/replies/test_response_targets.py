"""Response targets: the due time of a review, and that nobody has to look for a late answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.emulator.faults import custom_row_error
from connector.emulator.trustpilot.reviews.product import Comment, Conversation

REVIEW = "Trustpilot_Review__c"
FOUR_HOURS = """\
replies:
  service_level:
    targets:
      - {within: 4 hours, stars: [1, 2, 3]}
"""


def later(desk, **length):
    desk.emulator.clock.advance(timedelta(**length))


@pytest.fixture
def settings(configured):
    """The configuration with a target of four hours for reviews of up to three stars."""
    return configured(lambda text: text + FOUR_HOURS)


@pytest.fixture
def write(desk):
    """Let a customer write a review and import it; returns its id."""

    def one(stars=1, **fields):
        unit = desk.world.business_unit_id
        review = desk.trustpilot.add_service_review(unit, stars=stars, text="Hm.", **fields)
        desk.import_reviews()
        return review["id"]

    return one


@pytest.fixture
def state(soql):
    """The due time, whether it is looked at, and whether it is late."""

    def of(review_id):
        (row,) = soql(
            "SELECT Response_Due_At__c, Response_Check_At__c, Response_Breached__c "
            "FROM Trustpilot_Review__c WHERE External_Id__c = '{}'",
            review_id,
        )
        due, check = row["Response_Due_At__c"], row["Response_Check_At__c"]
        return due and due[:16], check is not None, row["Response_Breached__c"]

    return of


@pytest.fixture
def unit(soql):
    def row():
        (found,) = soql(
            "SELECT Reviews_Past_Target__c, Oldest_Awaiting_Reply__c FROM "
            "Trustpilot_Business_Unit__c"
        )
        return found["Reviews_Past_Target__c"], found["Oldest_Awaiting_Reply__c"]

    return row


def test_a_new_review_is_due_by_its_target(write, state):
    assert state(write()) == ("2026-03-02T13:00", True, False)


def test_a_review_without_a_target_has_no_due_time(write, state):
    assert state(write(stars=5)) == (None, False, False)


def test_an_answer_that_does_not_come_shows_when_its_time_is_over(write, state, desk):
    review = write()
    later(desk, hours=4, minutes=-1)
    desk.run()
    assert state(review) == ("2026-03-02T13:00", True, False)
    later(desk, minutes=1)
    report = desk.run()
    assert state(review) == ("2026-03-02T13:00", False, True)
    assert report.count("reviews_late") == 1
    assert desk.run().count("reviews_late") == 0


@pytest.mark.parametrize(("after", "late"), [(3, False), (5, True)])
def test_an_answer_is_late_or_not_by_when_it_was_public(after, late, write, state, desk):
    review = write()
    later(desk, hours=after)
    desk.queue(review, "Sorry!")
    desk.run()
    later(desk, hours=3)
    desk.run()
    assert desk.row(review)["Reply_Status__c"] == "Published"
    assert state(review) == ("2026-03-02T13:00", False, late)


def test_an_answer_in_time_that_is_edited_later_stays_in_time(write, state, desk):
    review = write()
    desk.queue(review, "Sorry!")
    desk.run()
    later(desk, hours=5)
    desk.queue(review, "Very sorry!")
    desk.run()
    assert desk.live(review) == "Very sorry!"
    assert state(review) == ("2026-03-02T13:00", False, False)


def test_an_answer_that_was_written_at_trustpilot_counts(write, state, desk):
    review = write()
    later(desk, hours=1)
    desk.trustpilot.portal_reply(review, "Theirs.", "A colleague")
    later(desk, days=1)  # so that the re-scan sees it
    desk.import_reviews()
    desk.run()
    assert state(review) == ("2026-03-02T13:00", False, False)


def test_a_review_that_comes_in_answered_is_judged_at_once(write, state, desk):
    created = desk.emulator.clock.now() - timedelta(hours=9)
    reply = {"text": "Theirs.", "createdAt": (created + timedelta(hours=5)).isoformat()}
    assert state(write(createdAt=created, companyReply=reply)) == ("2026-03-02T04:00", False, True)


def test_a_review_that_comes_in_late_is_late_at_once(write, state, desk):
    created = desk.emulator.clock.now() - timedelta(hours=9)
    assert state(write(createdAt=created)) == ("2026-03-02T04:00", False, True)


def test_an_edit_does_not_move_the_due_time(write, state, desk):
    review = write()
    later(desk, hours=1)
    desk.trustpilot.edit_review(review, stars=3, text="Better.")
    later(desk, days=1)
    desk.import_reviews()
    assert state(review)[0] == "2026-03-02T13:00"


def test_a_product_review_is_judged_by_its_comment(desk, state):
    review = desk.trustpilot.add_product_review(
        desk.world.business_unit_id, content="Hm.", stars=2
    )["id"]
    desk.import_reviews()
    assert state(review) == ("2026-03-02T13:00", True, False)
    desk.queue(review, "Sorry!")
    desk.run()
    later(desk, hours=5)
    desk.run()
    assert state(review) == ("2026-03-02T13:00", False, False)


def test_a_product_review_that_comes_in_with_a_comment_is_judged_by_it(desk, state):
    now = desk.emulator.clock.now()
    unit, product = desk.world.business_unit_id, desk.trustpilot.product
    review = desk.trustpilot.add_product_review(
        unit, content="Hm.", stars=2, createdAt=now - timedelta(hours=9), conversationId="c1"
    )
    said = Comment("c2", "Theirs.", "author", now - timedelta(hours=6))
    product.conversations["c1"] = Conversation("c1", unit, "c", review["id"], comments=[said])
    desk.import_reviews()
    assert desk.row(review["id"])["Live_Reply__c"] == "Theirs."
    assert state(review["id"]) == ("2026-03-02T04:00", False, False)


def test_a_run_in_which_nothing_is_due_costs_what_it_cost_before(write, one_run, configured, desk):
    write()
    one_run()
    later(desk, minutes=1)
    idle = one_run()
    without = one_run(settings=configured())
    assert idle.calls == without.calls
    assert sum(part.get("Salesforce", 0) for part in idle.calls.values()) <= 5  # two to sign in


def test_what_is_due_costs_one_read_and_one_update(write, desk, writes):
    write()
    later(desk, hours=5)
    before = len(writes("salesforce"))
    assert desk.run().calls["replies_out"]["Salesforce"] == 2
    assert len(writes("salesforce")) - before == 1


def test_the_business_unit_shows_how_many_are_late_and_since_when_one_waits(
    one_run, unit, desk, soql
):
    for _ in range(2):
        desk.trustpilot.add_service_review(desk.world.business_unit_id, stars=1, text="Hm.")
        one_run()
        later(desk, hours=1)
    assert unit() == (0, "2026-03-02T09:00:00.000+0000")
    later(desk, hours=4)
    one_run()
    assert unit() == (2, "2026-03-02T09:00:00.000+0000")
    rows = soql("SELECT External_Id__c FROM Trustpilot_Review__c ORDER BY Review_Created__c")
    for row, waiting in zip(rows, [(1, "2026-03-02T10:00:00.000+0000"), (0, None)], strict=True):
        desk.queue(row["External_Id__c"], "Sorry!")
        one_run()
        assert unit() == waiting


def test_a_run_that_counts_nothing_new_does_not_write_the_business_unit(write, one_run):
    write()
    one_run()
    one_run()
    assert one_run().count("summaries_updated") == 0


def test_a_dry_run_says_what_is_late_and_writes_nothing(write, state, desk):
    review = write()
    later(desk, hours=5)
    report = desk.run(dry_run=True)
    told = [(a.what, a.record) for flow in report.flows for a in flow.actions]
    assert told == [("flag late response", review)]
    assert state(review) == ("2026-03-02T13:00", True, False)


def test_a_review_that_is_erased_is_not_judged(write, state, desk, one_run):
    review = write()
    desk.trustpilot.delete_review(review)
    later(desk, hours=5)
    one_run()
    assert state(review) == (None, False, False)


def test_what_the_org_refuses_is_an_issue_that_closes_and_keeps_no_other_back(write, state, desk):
    refused, other = write(), write()
    later(desk, hours=5)
    desk.emulator.faults.add(custom_row_error(REVIEW, "SOME_RULE", "no"))
    desk.run()
    assert desk.issues() == ["response_check_refused"]
    assert (state(refused)[2], state(other)[2]) == (False, True)
    desk.run()
    assert desk.issues() == []
    assert state(refused) == ("2026-03-02T13:00", False, True)


def test_a_refusal_is_over_when_the_review_is_erased(write, desk, one_run):
    review = write()
    later(desk, hours=5)
    desk.emulator.faults.add(custom_row_error(REVIEW, "SOME_RULE", "no"))
    desk.run()
    assert desk.issues() == ["response_check_refused"]
    desk.trustpilot.delete_review(review)
    one_run()
    one_run()
    assert desk.issues() == []


@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_is_killed_at_any_call_loses_no_verdict(after, write, state, desk, run_on):
    review = write()
    later(desk, hours=5)
    run_on(after)
    assert state(review) == ("2026-03-02T13:00", False, True)
