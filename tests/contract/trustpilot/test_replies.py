"""Replies to service reviews: published at once, replaced by the next, deleted without a body."""

from datetime import timedelta

import pytest


@pytest.fixture
def review_id(client):
    return client.state.add_service_review(client.unit.id, stars=2)["id"]


def post(client, review_id, message="Thank you.", **body):
    body = {"authorBusinessUserId": client.state.acting_user_id, "message": message} | body
    return client.call("POST", f"/private/reviews/{review_id}/reply", json=body)


def live(client, review_id):
    return client.get(f"/private/reviews/{review_id}").json()


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_reply_is_public_at_once_and_its_answer_empty(client, review_id, status):
    client.switches.reply_success_status = status
    answer = post(client, review_id)
    assert (answer.status_code, answer.content) == (status, b"")
    assert "Content-Type" not in answer.headers
    reply = live(client, review_id)["companyReply"]
    assert (reply["text"], reply["authorBusinessUserName"]) == ("Thank you.", "Ada Agent")
    assert (reply["createdAt"], reply["updatedAt"]) == ("2026-03-01T12:00:00Z", None)


def test_a_second_reply_replaces_the_first_and_leaves_the_review_alone(client, review_id):
    post(client, review_id)
    client.emulator.clock.advance(timedelta(hours=1))
    post(client, review_id, "Sorry about that.")
    review = live(client, review_id)
    assert review["companyReply"]["text"] == "Sorry about that."
    assert review["companyReply"]["createdAt"] == "2026-03-01T12:00:00Z"
    assert review["companyReply"]["updatedAt"] == "2026-03-01T13:00:00Z"
    assert review["updatedAt"] is None


def test_a_reply_may_touch_the_reviews_own_time(client, review_id):
    client.switches.reply_touches_review = True
    post(client, review_id)
    assert live(client, review_id)["updatedAt"] == "2026-03-01T12:00:00Z"


def test_a_colleagues_portal_reply_is_overwritten_by_ours(client, review_id):
    client.state.portal_reply(review_id, "From the portal", "Bo Portal")
    assert live(client, review_id)["companyReply"]["authorBusinessUserName"] == "Bo Portal"
    post(client, review_id)
    assert live(client, review_id)["companyReply"]["text"] == "Thank you."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message": ""}, 400),
        ({"message": "   "}, 400),
        ({"message": None}, 400),
        ({"authorBusinessUserId": "0123456789abcdef01234567"}, 400),  # nobody of the account
        ({"authorBusinessUserId": None}, 400),  # client_credentials act for nobody
    ],
)
def test_a_reply_without_text_or_author_is_refused(client, review_id, body, status):
    assert post(client, review_id, **body).status_code == status
    assert live(client, review_id)["companyReply"] is None


def test_only_admins_and_managers_reply(client, review_id):
    roles = {"Admin": 201, "Manager": 201, "Member": 403}
    for role, status in roles.items():
        user = client.state.add_business_user(role, role=role)
        assert post(client, review_id, authorBusinessUserId=user.id).status_code == status


def test_a_users_own_token_needs_no_named_author(client, review_id):
    client.state.add_business_user("Bo", email="bo@example.com", password="tent")
    client.sign_in(grant_type="password", username="bo@example.com", password="tent")
    path = f"/private/reviews/{review_id}/reply"
    assert client.call("POST", path, json={"message": "Hello"}).status_code == 201
    assert live(client, review_id)["companyReply"]["authorBusinessUserName"] == "Bo"


def test_a_reply_that_is_not_json_is_a_415(client, review_id):
    path = f"/private/reviews/{review_id}/reply"
    assert client.call("POST", path, data={"message": "Hello"}).status_code == 415


def test_a_reply_to_nothing_is_a_404(client):
    assert post(client, "0123456789abcdef01234567").status_code == 404


def test_a_reply_is_deleted_without_a_body(client, review_id):
    post(client, review_id)
    answer = client.call("DELETE", f"/private/reviews/{review_id}/reply")
    assert (answer.status_code, answer.content) == (204, b"")
    assert live(client, review_id)["companyReply"] is None


def test_a_delete_with_a_json_content_type_is_a_400(client, review_id):
    post(client, review_id)
    path = f"/private/reviews/{review_id}/reply"
    headers = {"Content-Type": "application/json"}
    assert client.call("DELETE", path, headers=headers).status_code == 400
    assert live(client, review_id)["companyReply"]["text"] == "Thank you."


@pytest.mark.parametrize("status", [404, 204])
def test_deleting_no_reply_is_a_404_or_a_success(client, review_id, status):
    client.switches.missing_reply_delete_status = status
    assert client.call("DELETE", f"/private/reviews/{review_id}/reply").status_code == status
