"""Business units: found by domain, read by id, numbers that follow the reviews."""

import pytest


def test_a_unit_is_found_by_its_exact_domain(client):
    found = client.get("/business-units/find", name="shop.example").json()
    assert (found["id"], found["displayName"]) == (client.unit.id, "Shop")
    assert client.get("/business-units/find", name="shop.exampl").status_code == 404


def test_an_unknown_domain_may_be_an_empty_200(client):
    client.switches.unknown_domain = "empty"
    answer = client.get("/business-units/find", name="other.example")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_unit_is_read_by_id(client):
    unit = client.get(f"/business-units/{client.unit.id}").json()
    assert unit["name"] == {
        "identifying": "shop.example",
        "referring": ["shop.example", "www.shop.example"],
    }
    assert client.get("/business-units/0123456789abcdef01234567").status_code == 404


def test_the_numbers_follow_the_reviews(client):
    for stars in (5, 5, 1):
        last = client.state.add_service_review(client.unit.id, stars=stars)
    profile = client.get(f"/business-units/{client.unit.id}").json()
    assert profile["numberOfReviews"] == {
        "total": 3,
        "usedForTrustScoreCalculation": 3,
        "oneStar": 1,
        "twoStars": 0,
        "threeStars": 0,
        "fourStars": 0,
        "fiveStars": 2,
    }
    assert profile["score"] == {"trustScore": 3.7, "stars": 3.5}
    client.state.edit_review(last["id"], stars=5)
    assert client.get(f"/business-units/{client.unit.id}").json()["score"]["trustScore"] == 5.0
    client.state.delete_review(last["id"])
    numbers = client.get(f"/business-units/{client.unit.id}").json()["numberOfReviews"]
    assert (numbers["total"], numbers["oneStar"]) == (2, 0)


def test_historic_reviews_show_in_the_numbers_only(client):
    unit = client.state.add_business_unit("old.example", historic={4: 10, 5: 30})
    profile = client.get(f"/business-units/{unit.id}").json()
    assert profile["numberOfReviews"]["total"] == 40
    assert profile["score"] == {"trustScore": 4.8, "stars": 5.0}
    listed = client.get(f"/private/business-units/{unit.id}/reviews").json()
    assert listed["reviews"] == []


def test_product_reviews_do_not_move_the_score(client):
    client.state.add_product_review(client.unit.id, stars=1)
    profile = client.get(f"/business-units/{client.unit.id}").json()
    assert profile["numberOfReviews"]["total"] == 0


@pytest.mark.parametrize("where", ["header", "query"])
def test_the_api_key_is_taken_from_header_or_query(client, where):
    url = "https://trustpilot.emulator.example/v1/business-units/find"
    key = {"apikey": client.state.application.api_key}
    params = {"name": "shop.example"} | (key if where == "query" else {})
    headers = key if where == "header" else {}
    assert client.session.get(url, params=params, headers=headers, timeout=1).status_code == 200


def test_without_a_key_the_gateway_refuses(client):
    url = "https://trustpilot.emulator.example/v1/business-units/find"
    answer = client.session.get(url, headers={"apikey": "unknown"}, timeout=1)
    assert (answer.status_code, list(answer.json())) == (401, ["fault"])
