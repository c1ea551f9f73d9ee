"""Suggested replies: there before the agent looks, never in place of what the agent wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest

TEMPLATES = """\
replies:
  templates:
    - {name: happy, stars: [4, 5], languages: en, text: "Thanks, {{consumer.first_name}}!"}
    - {name: any, text: "Thank you, {{consumer.first_name|dear customer}}. {{business_unit.name}}"}
"""


@pytest.fixture
def settings(configured):
    return configured(lambda text: text + TEMPLATES)


@pytest.fixture
def write(desk):
    """Let a customer write a review and import it; returns its id."""

    def one(name="Wanda Smith", **fields):
        unit = desk.world.business_unit_id
        usual = {"text": "Fine.", "language": "en", "stars": 5, "consumer": {"displayName": name}}
        review = desk.trustpilot.add_service_review(unit, **{**usual, **fields})
        desk.import_reviews()
        return review["id"]

    return one


@pytest.fixture
def suggested(soql):
    def of(review_id):
        query = "SELECT Suggested_Reply__c FROM Trustpilot_Review__c WHERE External_Id__c = '{}'"
        (row,) = soql(query, review_id)
        return row["Suggested_Reply__c"]

    return of


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Thanks, Wanda!"),
        ({"stars": 1}, "Thank you, Wanda. Example Outdoor Shop"),
        ({"language": "de"}, "Thank you, Wanda. Example Outdoor Shop"),
        ({"name": "W77"}, "Thank you, dear customer. Example Outdoor Shop"),
        ({"name": "{{name}}"}, "Thank you, dear customer. Example Outdoor Shop"),
    ],
)
def test_a_new_review_brings_the_first_template_that_fits(fields, text, write, suggested, desk):
    desk.one_run()  # so that the org knows the business unit by its public name
    assert suggested(write(**fields)) == text


def test_a_suggestion_is_not_posted(write, desk):
    review = write()
    desk.run()
    desk.run()
    assert desk.live(review) == ""
    row = desk.row(review)
    assert (row["Reply__c"], row["Reply_Status__c"]) == (None, None)


def test_an_answered_review_gets_no_suggestion(write, suggested, desk):
    reply = {"text": "Theirs.", "createdAt": desk.emulator.clock.now().isoformat()}
    assert suggested(write(companyReply=reply)) is None


def test_an_edit_brings_another_suggestion_and_leaves_the_agents_text(write, suggested, desk):
    review = write()
    row_id = desk.row(review)["Id"]
    values = {"Reply__c": "Mine.", "Reply_Status__c": "Draft"}
    desk.emulator.org.update("Trustpilot_Review__c", row_id, values)
    desk.trustpilot.edit_review(review, stars=1, text="Not so fine.")
    desk.emulator.clock.advance(timedelta(days=1))
    desk.import_reviews()
    assert suggested(review).startswith("Thank you, Wanda.")
    assert (desk.row(review)["Reply__c"], desk.row(review)["Reply_Status__c"]) == ("Mine.", "Draft")


def test_a_change_that_is_no_edit_leaves_the_suggestion(write, suggested, desk):
    review = write()
    row_id = desk.row(review)["Id"]
    desk.emulator.org.update("Trustpilot_Review__c", row_id, {"Suggested_Reply__c": "Kept."})
    desk.trustpilot.edit_review(review, tags=[{"group": "g", "value": "v"}], updatedAt=None)
    desk.emulator.clock.advance(timedelta(days=1))
    desk.import_reviews()
    assert suggested(review) == "Kept."


def test_a_product_review_is_suggested_for_by_its_product(configured, desk, suggested):
    text = "replies: {templates: [{name: p, text: 'Enjoy the {{product.name}}!'}]}\n"
    settings = configured(lambda old: old + text)
    review = desk.trustpilot.add_product_review(
        desk.world.business_unit_id, content="Fine.", product={"name": "Green Tent"}
    )
    service = desk.trustpilot.add_service_review(desk.world.business_unit_id, text="Fine.")
    desk.one_run(["reviews_in"], settings=settings)
    assert suggested(review["id"]) == "Enjoy the Green Tent!"
    assert suggested(service["id"]) is None


def test_the_suggestion_goes_when_the_consumer_is_erased(write, suggested, desk):
    review = write()
    desk.trustpilot.delete_review(review)
    desk.one_run()
    assert suggested(review) is None


def test_no_name_and_no_text_is_logged(write, reporter):
    write()
    assert not [facts for _, facts in reporter.events if "Wanda" in str(facts)]
