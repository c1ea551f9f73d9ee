"""The seeded service reviews hold every kind that the connector must survive."""

import unicodedata
from collections import Counter
from datetime import datetime, timedelta

import pytest

from connector.emulator.world.reviews.service import service_reviews
from connector.emulator.world.reviews.writing import Company, Writing


def is_right_to_left(text):
    return any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)


def has_emoji(text):
    return any(ord(letter) >= 0x1F300 for letter in text)


def answers(review):
    requests = review["findReviewer"]["requests"]
    return [each["consumerResponse"] for each in requests if each["consumerResponse"]]


def moment(text):
    return datetime.fromisoformat(text)


def test_there_are_as_many_as_asked_for(service):
    assert len(service) == 240
    assert len({review["id"] for review in service}) == 240


def test_ten_languages_are_written_and_none_is_rare(service):
    spoken = Counter(review["language"] for review in service if review["language"])

    assert set(spoken) == {"en", "de", "fr", "es", "da", "nl", "pl", "ja", "ar", "he"}
    assert min(spoken.values()) >= 5


@pytest.mark.parametrize(
    ("what", "holds", "at_least"),
    [
        ("an emoji", lambda r: has_emoji(r["text"] or ""), 20),
        ("right-to-left text", lambda r: is_right_to_left(r["text"] or ""), 20),
        (
            "a right-to-left name",
            lambda r: is_right_to_left(r["consumer"]["displayName"] or ""),
            10,
        ),
        ("exactly 5,000 characters", lambda r: len(r["text"] or "") == 5000, 5),
        ("a title longer than Salesforce takes", lambda r: len(r["title"] or "") > 255, 1),
        ("no title but a text", lambda r: r["title"] is None and r["text"], 10),
        ("neither title, text nor language", lambda r: r["text"] is r["language"] is None, 5),
        ("line breaks and mark-up", lambda r: "\r\n<b>" in (r["text"] or ""), 3),
        ("an anonymous consumer", lambda r: r["consumer"]["displayName"] is None, 3),
        ("no place", lambda r: r["consumer"]["displayLocation"] is None, 20),
        ("an invitation", lambda r: r["referralEmail"] and r["invitation"], 90),
        ("no invitation", lambda r: r["referralEmail"] is r["invitation"] is None, 80),
        (
            "a reference typed by the consumer",
            lambda r: (r["referenceId"] or "").startswith(" #"),
            5,
        ),
        ("a live reply", lambda r: r["companyReply"], 50),
        ("no reply", lambda r: r["companyReply"] is None, 80),
        ("an edit", lambda r: r["updatedAt"], 10),
        ("no edit", lambda r: r["updatedAt"] is None, 150),
        ("tags", lambda r: r["tags"], 30),
        ("a location", lambda r: r["location"], 20),
        (
            "a location without an id of ours",
            lambda r: r["location"] and not r["location"]["externalId"],
            3,
        ),
        ("a null among the compliance labels", lambda r: None in r["complianceLabels"], 2),
        ("a report", lambda r: r["reportData"], 3),
        (
            "a report with a public comment",
            lambda r: (r["reportData"] or {}).get("publicComment"),
            1,
        ),
        ("no say in the TrustScore", lambda r: not r["countsTowardsTrustScore"], 3),
        ("a say in a location's score", lambda r: r["countsTowardsLocationTrustScore"], 20),
        ("an earlier business unit", lambda r: r["businessUnitHistory"], 3),
        ("a reviewer who can be asked", lambda r: r["findReviewer"]["isEligible"], 20),
        ("a reviewer who was asked", lambda r: r["findReviewer"]["requests"], 8),
        ("a reviewer who answered", answers, 3),
        (
            "an answer without a reference",
            lambda r: any(not a["referenceId"] for a in answers(r)),
            1,
        ),
        ("likes", lambda r: r["numberOfLikes"] > 0, 20),
        ("no date of experience", lambda r: r["experiencedAt"] is None, 80),
    ],
)
def test_enough_reviews_have(service, what, holds, at_least):
    assert sum(bool(holds(review)) for review in service) >= at_least, what


def test_every_number_of_stars_is_given(service):
    assert set(Counter(review["stars"] for review in service)) == {1, 2, 3, 4, 5}


def test_each_review_has_every_field_that_trustpilot_documents(service):
    documented = [
        "id",
        "links",
        "consumer",
        "businessUnit",
        "location",
        "stars",
        "title",
        "text",
        "language",
        "createdAt",
        "experiencedAt",
        "updatedAt",
        "companyReply",
        "isVerified",
        "reviewVerificationLevel",
        "source",
        "numberOfLikes",
        "status",
        "reportData",
        "complianceLabels",
        "countsTowardsTrustScore",
        "countsTowardsLocationTrustScore",
        "invitation",
        "businessUnitHistory",
        "referralEmail",
        "referenceId",
        "tags",
        "findReviewer",
    ]

    assert all(sorted(review) == sorted(documented) for review in service)


def test_they_are_spread_over_sixty_days_up_to_a_few_minutes_ago(service, now):
    created = [moment(review["createdAt"]) for review in service]

    assert created == sorted(created)
    assert timedelta(days=59) < now - created[0] <= timedelta(days=60)
    assert timedelta(minutes=1) < now - created[-1] < timedelta(minutes=10)
    days = {at.date() for at in created}
    assert len(days) >= 58


def test_edits_and_replies_come_after_the_review_and_before_now(service, now):
    for review in service:
        later = [review["updatedAt"], (review["companyReply"] or {}).get("createdAt")]
        for at in filter(None, later):
            assert moment(review["createdAt"]) <= moment(at) <= now


def test_a_reviewer_is_asked_after_the_review_and_answers_after_that(service, now):
    for review in service:
        for request in review["findReviewer"]["requests"]:
            answered = (request["consumerResponse"] or {}).get("submittedAt", request["created"])
            written = moment(review["createdAt"])
            assert written <= moment(request["created"]) <= moment(answered) <= now


def test_only_unhappy_reviewers_without_an_invitation_are_asked(service):
    asked = [review for review in service if review["findReviewer"]["requests"]]

    assert all(review["stars"] <= 3 for review in asked)
    assert {review["referralEmail"] for review in asked} == {None}


def test_a_reply_names_the_user_of_the_account(service, emulator, world):
    authors = {
        (reply["authorBusinessUserId"], reply["authorBusinessUserName"])
        for reply in (review["companyReply"] for review in service)
        if reply
    }
    user = emulator.trustpilot.accounts.users[world.acting_user_id]

    assert authors == {(user.id, user.name)}


def test_invited_reviews_say_so_and_organic_ones_do_not(service):
    for review in service:
        invited = review["referralEmail"] is not None
        assert (review["reviewVerificationLevel"] == "invited") == invited
        assert (review["source"] != "trustpilot") == invited
        if invited:
            assert review["isVerified"]
            assert review["referenceId"]


def test_an_invited_reviewer_writes_after_the_order(service):
    for review in service:
        if review["referralEmail"]:
            assert moment(review["experiencedAt"]) < moment(review["createdAt"])


def test_without_anybody_invited_all_reviews_are_organic(now):
    found = list(service_reviews(7, Company("u", "v", "w"), Writing(30, 30, now), []))

    assert len(found) == 30
    assert not any("referralEmail" in review for review in found)
