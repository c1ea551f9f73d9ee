"""An agent answers a review by clicking, and the public sees it."""

import pytest
from playwright.sync_api import expect

UNANSWERED = (
    "SELECT Id, External_Id__c FROM Trustpilot_Review__c WHERE Type__c = 'Service' "
    "AND Live_Reply_At__c = null AND Reply_Status__c = null AND Language__c {} 'en' "
    "ORDER BY Order__c NULLS LAST, Review_Created__c DESC LIMIT 1"
)
MINE = "Thank you for telling us. We have looked into it and will call you today."
THEIRS = "We are sorry. A new parcel is on its way to you."


@pytest.fixture
def review(visit):
    """An unanswered review, opened: an English one, which has a suggestion, while there is one."""
    queries = (UNANSWERED.format(operator) for operator in ("=", "!="))
    review = next(row for query in queries for row in visit.org.query(query))
    visit.go(f"/record/{review['Id']}")
    return review


def write(visit, text):
    visit.page.get_by_label("Your reply").last.fill(text)


def public_reply(visit, review):
    return visit.trustpilot.service_review(review["External_Id__c"])["companyReply"]["text"]


@pytest.fixture
def conflict(visit, review):
    """The agent has posted; somebody answered in Trustpilot's portal before the run."""
    write(visit, MINE)
    visit.button("Post reply").click()
    expect(visit.page.get_by_text("Queued for the next run")).not_to_have_count(0)
    visit.trustpilot.portal_reply(review["External_Id__c"], THEIRS, "Robin")
    visit.run_now()
    expect(visit.page.get_by_text("Somebody else has answered")).to_be_visible()
    return review


def test_a_suggestion_is_taken_by_a_click_and_can_be_changed_before_it_is_posted(visit, review):
    query = f"SELECT Suggested_Reply__c FROM Trustpilot_Review__c WHERE Id = '{review['Id']}'"
    suggestion = visit.one(query)["Suggested_Reply__c"]
    visit.picture("review")
    visit.button("Use this text").click()
    box = visit.page.get_by_label("Your reply").last
    expect(box).to_have_value(suggestion)
    box.press("Control+End")
    box.press_sequentially(" Please bear with us.")
    visit.button("Post reply").click()
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Published")
    assert public_reply(visit, review) == f"{suggestion} Please bear with us."


def test_a_reply_is_posted_by_clicking_and_the_page_says_so_by_itself(visit, review):
    write(visit, MINE)
    visit.button("Post reply").click()
    expect(visit.page.locator(".status")).to_have_text("Queued for the next run")
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Published")
    assert public_reply(visit, review) == MINE
    visit.page.goto(f"{visit.show.url}/trustpilot/#{review['External_Id__c']}")
    expect(visit.page.locator(f"[id='{review['External_Id__c']}'] .reply")).to_contain_text(MINE)


def test_the_person_who_clicks_stands_as_the_one_who_changed_the_review(visit, review):
    write(visit, MINE)
    visit.button("Save draft").click()
    expect(visit.page.locator(".status")).to_have_text("Draft")
    row = visit.one(
        "SELECT Reply__c, LastModifiedBy.Alias FROM Trustpilot_Review__c "
        f"WHERE Id = '{review['Id']}'"
    )
    assert row["Reply__c"] == MINE
    assert row["LastModifiedBy"]["Alias"] == "sseller"


def test_a_conflict_is_resolved_by_posting_mine(visit, conflict):
    visit.picture("conflict")
    assert public_reply(visit, conflict) == THEIRS
    visit.button("Post mine").click()
    expect(visit.page.locator(".status")).to_have_text("Queued for the next run")
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Published")
    assert public_reply(visit, conflict) == MINE


def test_a_conflict_is_resolved_by_keeping_theirs(visit, conflict):
    visit.button("Keep theirs").click()
    expect(visit.button("Keep theirs")).to_be_disabled()
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Published")
    expect(visit.page.get_by_text("Somebody else has answered")).to_have_count(0)
    assert public_reply(visit, conflict) == THEIRS


def test_a_public_reply_is_deleted_by_two_clicks(visit, review):
    write(visit, MINE)
    visit.button("Post reply").click()
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Published")
    visit.button("Delete reply").click()
    visit.button("Yes, delete it").click()
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Deleted")
    assert not visit.trustpilot.service_review(review["External_Id__c"]).get("companyReply")


def test_what_the_checks_refuse_comes_back_with_the_reason(visit, review):
    write(visit, "Dear {{consumer.first_name}}, thank you.")
    visit.button("Post reply").click()
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Blocked")
    expect(visit.page.locator(".error")).to_contain_text("gap")
    visit.one(
        f"SELECT Id FROM Trustpilot_Review__c WHERE Id = '{review['Id']}' "
        "AND Reply_Status__c = 'Blocked'"
    )


@pytest.mark.usefixtures("review")
def test_the_whole_reply_can_be_posted_by_keyboard(visit):
    visit.page.get_by_label("Your reply").last.focus()
    visit.page.keyboard.type(MINE)
    visit.page.keyboard.press("Tab")
    expect(visit.button("Save draft")).to_be_focused()
    visit.page.keyboard.press("Tab")
    expect(visit.button("Post reply")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".status")).to_have_text("Queued for the next run")


def test_an_order_number_is_warned_of_while_it_is_typed(visit):
    review = visit.one(
        "SELECT Id, Order__r.OrderNumber FROM Trustpilot_Review__c WHERE Order__c != null "
        "AND Live_Reply_At__c = null AND Reply_Status__c = null LIMIT 1"
    )
    visit.go(f"/record/{review['Id']}")
    write(visit, f"About your order {review['Order__r']['OrderNumber']}: it is on its way.")
    expect(visit.page.get_by_text("The text gives away the order number.")).to_be_visible()
