"""The deletions feeds: what is gone, when, page by page, for an API key alone."""

from datetime import timedelta

import pytest


def test_a_deleted_review_is_told_with_its_time(client):
    review = client.state.add_service_review(client.unit.id)
    product = client.state.add_product_review(client.unit.id)
    client.state.delete_review(review["id"])
    client.state.delete_review(product["id"])
    body = client.get("/reviews/deletions").json()
    at = "2026-03-01T12:00:00Z"
    assert body == {
        "reviews": [
            {"reviewId": review["id"], "deletedAt": at},
            {"reviewId": product["id"], "deletedAt": at},
        ],
        "nextToken": None,
    }
    assert client.reviews() == []


def test_the_key_of_a_deleted_review_may_be_id(client):
    client.switches.deletions_id_key = "id"
    client.state.delete_review(client.state.add_service_review(client.unit.id)["id"])
    assert set(client.get("/reviews/deletions").json()["reviews"][0]) == {"id", "deletedAt"}


def test_a_deleted_consumer_takes_their_reviews_along(client):
    consumer = {"id": "0123456789abcdef01234567"}
    mine = [
        client.state.add_service_review(client.unit.id, consumer=consumer)["id"],
        client.state.add_product_review(client.unit.id, consumer=consumer)["id"],
    ]
    other = client.state.add_service_review(client.unit.id)["id"]
    client.state.delete_consumer(consumer["id"])
    consumers = client.get("/consumers/deletions").json()["consumers"]
    assert [one["consumerId"] for one in consumers] == [consumer["id"]]
    deleted = client.get("/reviews/deletions").json()["reviews"]
    assert [one["reviewId"] for one in deleted] == mine
    assert [review["id"] for review in client.reviews()] == [other]


def test_pages_follow_the_next_token(client):
    for _ in range(5):
        client.state.delete_review(client.state.add_service_review(client.unit.id)["id"])
    found, token = [], None
    for _ in range(3):
        body = client.get("/reviews/deletions", limit=2, nextToken=token).json()
        found += [one["reviewId"] for one in body["reviews"]]
        token = body["nextToken"]
    assert token is None
    assert found == [deletion.id for deletion in client.state.review_deletions]


def test_dates_bound_the_feed_to_whole_days(client):
    for _ in range(3):
        client.state.delete_review(client.state.add_service_review(client.unit.id)["id"])
        client.emulator.clock.advance(timedelta(days=1))

    def days(**params):
        rows = client.get("/reviews/deletions", **params).json()["reviews"]
        return [row["deletedAt"][:10] for row in rows]

    assert days(startDate="2026-03-02") == ["2026-03-02", "2026-03-03"]
    assert days(endDate="2026-03-01") == ["2026-03-01"]
    assert days(startDate="2026-03-02", endDate="2026-03-02") == ["2026-03-02"]


def test_midnight_belongs_to_the_day_that_begins(client):
    client.emulator.clock.advance(timedelta(hours=12))
    client.state.delete_review(client.state.add_service_review(client.unit.id)["id"])
    for day, count in (("2026-03-01", 0), ("2026-03-02", 1)):
        rows = client.get("/reviews/deletions", startDate=day, endDate=day).json()["reviews"]
        assert len(rows) == count, day


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 1001}, {"startDate": "2026-03-01T00:00:00"}, {"nextToken": "!"}],
)
def test_a_wrong_parameter_is_a_400(client, params):
    assert client.get("/reviews/deletions", **params).status_code == 400


def test_the_feed_costs_no_allowance(client):
    client.emulator.calls.clear()
    client.get("/reviews/deletions")
    client.get("/consumers/deletions")
    assert client.emulator.calls.counts("trustpilot") == 2
    assert client.emulator.calls.counted("trustpilot") == 0


def test_what_was_never_there_cannot_be_deleted(client):
    with pytest.raises(KeyError):
        client.state.delete_review("0123456789abcdef01234567")
