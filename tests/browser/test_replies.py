"""An agent answers a review by clicking, and the public sees it."""

import pytest
from playwright.sync_api import expect

UNANSWERED = (
    "SELECT Id, External_Id__c, Stars__c FROM Trustpilot_Review__c WHERE Type__c = 'Service' "
    "AND Stars__c <= 4 AND Language__c = 'en' AND Live_Reply_At__c = null "
    "AND Reply_Status__c = null ORDER BY Order__c NULLS LAST, Review_Created__c DESC LIMIT 1"
)
MINE = "Thank you for telling us. We have looked into it and will call you today."
THEIRS = "We are sorry. A new parcel is on its way to you."


@pytest.fixture
def review(visit):
    """An unanswered review, opened."""
    review = visit.one(UNANSWERED)
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
    expect(visit.page.get_by_text("Queued: goes out with the next run")).not_to_have_count(0)
    visit.trustpilot.portal_reply(review["External_Id__c"], THEIRS, "Robin")
    visit.run_now()
    expect(visit.page.get_by_text("Somebody else has answered")).to_be_visible()
    return review


def test_a_suggestion_is_taken_by_a_click_and_can_be_changed_before_it_is_posted(visit, review):
    suggestion = {"Suggested_Reply__c": "Thank you, Grace. We are looking into it."}
    visit.org.update("Trustpilot_Review__c", review["Id"], suggestion)
    visit.page.reload()
    visit.picture("review")
    visit.button("Use this text").click()
    box = visit.page.get_by_label("Your reply").last
    expect(box).to_have_value(suggestion["Suggested_Reply__c"])
    box.press("End")
    box.press_sequentially(" Please bear with us.")
    visit.button("Post reply").click()
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Published")
    assert public_reply(visit, review) == f"{suggestion['Suggested_Reply__c']} Please bear with us."


def test_a_reply_is_posted_by_clicking_and_the_page_says_so_by_itself(visit, review):
    write(visit, MINE)
    visit.button("Post reply").click()
    expect(visit.page.locator(".status")).to_have_text("Queued: goes out with the next run")
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
    expect(visit.page.locator(".status")).to_have_text("Queued: goes out with the next run")
    visit.run_now()
    expect(visit.page.locator(".status")).to_have_text("Published")
    assert public_reply(visit, conflict) == MINE


def test_keeping_theirs_is_recorded_and_leaves_the_public_reply_alone(visit, conflict):
    visit.button("Keep theirs").click()
    expect(visit.button("Keep theirs")).to_be_disabled()
    row = visit.one(
        f"SELECT Conflict_Choice__c FROM Trustpilot_Review__c WHERE Id = '{conflict['Id']}'"
    )
    assert row["Conflict_Choice__c"] == "Keep Theirs"
    assert public_reply(visit, conflict) == THEIRS


@pytest.mark.usefixtures("review")
def test_the_whole_reply_can_be_posted_by_keyboard(visit):
    visit.page.get_by_label("Your reply").last.focus()
    visit.page.keyboard.type(MINE)
    visit.page.keyboard.press("Tab")
    expect(visit.button("Save draft")).to_be_focused()
    visit.page.keyboard.press("Tab")
    expect(visit.button("Post reply")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".status")).to_have_text("Queued: goes out with the next run")


def test_an_order_number_is_warned_of_while_it_is_typed(visit):
    review = visit.one(
        "SELECT Id, Order__r.OrderNumber FROM Trustpilot_Review__c WHERE Order__c != null "
        "AND Live_Reply_At__c = null AND Reply_Status__c = null LIMIT 1"
    )
    visit.go(f"/record/{review['Id']}")
    write(visit, f"About your order {review['Order__r']['OrderNumber']}: it is on its way.")
    expect(visit.page.get_by_text("The text gives away the order number.")).to_be_visible()
