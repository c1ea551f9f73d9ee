"""Tags of service reviews: PUT adds, POST replaces all, DELETE removes one, GET lists them."""

import pytest

BILLING = {"group": "generic", "value": "billing"}
VIP = {"group": "generic", "value": "V.I.P. customer"}


@pytest.fixture
def review_id(client):
    return client.state.add_service_review(client.unit.id, stars=2, tags=[BILLING])["id"]


def tags(client, review_id, method="PUT", *named, **options):
    if named:
        options["json"] = {"tags": list(named)}
    return client.call(method, f"/private/reviews/{review_id}/tags", **options)


def kept(client, review_id):
    """The tags by both calls that show them, which must agree."""
    of_review = client.get(f"/private/reviews/{review_id}").json()["tags"]
    assert tags(client, review_id, "GET").json() == {"tags": of_review}
    return of_review


def test_put_adds_to_the_tags_that_are_there(client, review_id):
    tags(client, review_id, "PUT", VIP)
    assert kept(client, review_id) == [BILLING, VIP]


def test_post_wipes_the_tags_that_are_there(client, review_id):
    tags(client, review_id, "POST", VIP)
    assert kept(client, review_id) == [VIP]


@pytest.mark.parametrize("group", ["generic", "Generic"])
def test_delete_removes_one_tag_whatever_the_case_of_its_group(client, review_id, group):
    tags(client, review_id, "PUT", VIP)
    tags(client, review_id, "DELETE", params={"group": group, "value": "billing"})
    assert kept(client, review_id) == [VIP]


def test_removing_a_tag_that_is_not_there_changes_nothing(client, review_id):
    answer = tags(client, review_id, "DELETE", params={"group": "generic", "value": "other"})
    assert answer.ok
    assert kept(client, review_id) == [BILLING]


@pytest.mark.parametrize(("switch", "count"), [("same", 1), ("new", 2)])
@pytest.mark.parametrize("group", ["generic", "Generic"])
def test_a_tag_that_is_added_again_is_one_or_a_second_one(client, review_id, group, switch, count):
    client.switches.second_same_tag = switch
    tags(client, review_id, "PUT", {**BILLING, "group": group})
    assert len(kept(client, review_id)) == count


def test_values_that_differ_in_case_are_two_tags(client, review_id):
    tags(client, review_id, "PUT", {**BILLING, "value": "Billing"})
    assert [tag["value"] for tag in kept(client, review_id)] == ["billing", "Billing"]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_change_is_answered_by_any_success_without_a_body(client, review_id, method, status):
    client.switches.tags_success_status = status
    named = [] if method == "DELETE" else [VIP]
    answer = tags(client, review_id, method, *named, params={"group": "generic", "value": "x"})
    assert (answer.status_code, answer.content) == (status, b"")
    assert "Content-Type" not in answer.headers


def test_a_tag_leaves_the_time_of_the_review_alone(client, review_id):
    tags(client, review_id, "PUT", VIP)
    assert client.get(f"/private/reviews/{review_id}").json()["updatedAt"] is None


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tags": "billing"},
        {"tags": ["billing"]},
        {"tags": [{"value": "billing"}]},
        {"tags": [{"group": "generic", "value": " "}]},
        {"tags": [{"group": "generic", "value": 7}]},
        [],
    ],
)
def test_a_body_without_groups_and_values_is_a_400(client, review_id, method, body):
    assert tags(client, review_id, method, json=body).status_code == 400
    assert kept(client, review_id) == [BILLING]


@pytest.mark.parametrize("params", [{}, {"group": "generic"}, {"value": "billing"}])
def test_a_delete_that_does_not_name_the_tag_is_a_400(client, review_id, params):
    assert tags(client, review_id, "DELETE", params=params).status_code == 400
    assert kept(client, review_id) == [BILLING]


def test_tags_that_are_not_json_are_a_415(client, review_id):
    assert tags(client, review_id, "PUT", data={"tags": "x"}).status_code == 415


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_tags_need_a_bearer_token_and_access_to_the_business_unit(client, review_id, method):
    named = [VIP] if method in ("PUT", "POST") else []
    elsewhere = client.state.add_application("tpk-other", "tps-other", unit_ids=frozenset())
    bearer = client.headers.pop("Authorization")
    assert tags(client, review_id, method, *named).status_code == 401
    token = client.token(
        auth=(elsewhere.api_key, elsewhere.api_secret), grant_type="client_credentials"
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert tags(client, review_id, method, *named, headers=headers).status_code == 403
    client.headers["Authorization"] = bearer
    assert kept(client, review_id) == [BILLING]


@pytest.mark.parametrize("status", [404, 410])
def test_tags_of_a_review_that_is_gone_are_a_404_or_a_410(client, review_id, status):
    client.switches.gone_status = status
    client.state.delete_review(review_id)
    assert tags(client, review_id, "PUT", VIP).status_code == status


def test_a_product_review_has_no_tags(client):
    review = client.state.add_product_review(client.unit.id, stars=2)
    assert tags(client, review["id"], "PUT", VIP).status_code == 404
