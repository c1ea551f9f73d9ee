"""Product reviews: their own list, their own shape, conversations that only grow."""

from datetime import timedelta

import pytest

PRODUCT = {"id": "p1", "name": "Lantern", "sku": "LAMP-1"}


@pytest.fixture
def review_id(client):
    return client.state.add_product_review(
        client.unit.id,
        stars=4,
        content="Bright.",
        product=PRODUCT,
        consumer={"name": "Kim Example", "email": "kim@example.com"},
        referenceId="A-1",
    )["id"]


def listed(client, **params):
    path = f"/private/product-reviews/business-units/{client.unit.id}/reviews"
    answer = client.get(path, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def comment(client, conversation_id, content="Thank you.", **options):
    headers = {"x-business-user-id": client.state.acting_user_id}
    path = f"/private/conversations/{conversation_id}/comments"
    return client.call("POST", path, headers=headers, json={"content": content}, **options)


@pytest.fixture
def conversation_id(client, review_id):
    path = f"/private/product-reviews/{review_id}/create-conversation"
    return client.call("POST", path).json()["conversationId"]


def test_the_list_has_its_own_key_and_shape(client, review_id):
    body = listed(client)
    assert set(body) == {"links", "productReviews"}
    review = body["productReviews"][0]
    assert (review["id"], review["content"], review["conversationId"]) == (
        review_id,
        "Bright.",
        None,
    )
    assert review["consumer"]["email"] == "kim@example.com"
    assert review["product"]["sku"] == "LAMP-1"
    assert "title" not in review
    assert client.get(f"/private/product-reviews/{review_id}").json() == review


def test_a_review_may_have_no_product(client):
    review = client.state.add_product_review(client.unit.id)
    assert client.get(f"/private/product-reviews/{review['id']}").json()["product"] is None


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"sku": "LAMP-1"}, 1),
        ({"sku": "lamp-1"}, 0),  # case matters
        ({"language": "en"}, 1),
        ({"language": "da"}, 0),
        ({"state": "published"}, 1),
        ({"state": "archived"}, 0),
        ({"startDateTime": "2027-01-01T00:00:00"}, 1),  # no dates here: ignored
        ({"stars": "1"}, 1),  # nor stars
    ],
)
def test_the_list_filters_by_sku_language_and_state_only(client, review_id, params, count):
    assert [row["id"] for row in listed(client, **params)["productReviews"]] == [review_id] * count


@pytest.mark.parametrize(("newest_first", "order"), [(True, "210"), (False, "012")])
def test_the_list_is_paged_in_either_order(client, newest_first, order):
    client.switches.product_reviews_newest_first = newest_first
    now = client.emulator.clock.now()
    for number in range(3):
        client.state.add_product_review(
            client.unit.id, content=str(number), createdAt=now + timedelta(hours=number)
        )
    pages = [listed(client, perPage=2, page=page) for page in (1, 2, 3)]
    contents = [row["content"] for page in pages for row in page["productReviews"]]
    assert "".join(contents) == order
    assert [len(page["links"]) for page in pages] == [1, 0, 0]


def test_a_page_holds_a_hundred_at_most(client):
    path = f"/private/product-reviews/business-units/{client.unit.id}/reviews"
    assert client.get(path, perPage=101).status_code == 400


def test_a_conversation_is_made_once_and_shown_on_the_review(client, review_id, conversation_id):
    path = f"/private/product-reviews/{review_id}"
    assert client.get(path).json()["conversationId"] == conversation_id
    again = client.call("POST", f"{path}/create-conversation").json()["conversationId"]
    assert again == conversation_id
    thread = client.get(f"/private/conversations/{conversation_id}").json()
    assert (thread["source"], thread["sourceId"]) == ("Product reviews", review_id)
    assert (thread["state"], thread["comments"]) == ("public", [])


def test_a_second_create_may_make_a_second_conversation(client, review_id, conversation_id):
    client.switches.second_conversation = "new"
    path = f"/private/product-reviews/{review_id}/create-conversation"
    assert client.call("POST", path).json()["conversationId"] != conversation_id


def test_every_comment_post_adds_one(client, conversation_id):
    answers = [comment(client, conversation_id).json() for _ in range(2)]
    assert set(answers[0]) == {"commentId", "createdAt", "author", "content"}
    assert answers[0]["author"] == {"id": client.state.acting_user_id, "type": "businessUser"}
    thread = client.get(f"/private/conversations/{conversation_id}").json()
    assert [one["commentId"] for one in thread["comments"]] == [a["commentId"] for a in answers]


def test_a_comment_is_edited_and_never_deleted(client, conversation_id):
    comment_id = comment(client, conversation_id).json()["commentId"]
    path = f"/private/conversations/{conversation_id}/comments/{comment_id}"
    headers = {"x-business-user-id": client.state.acting_user_id}
    edited = client.call("PUT", path, headers=headers, json={"content": "Better."}).json()
    assert edited["content"] == client.get(path).json()["content"] == "Better."
    assert client.call("DELETE", path).status_code == 405


@pytest.mark.parametrize("content", ["", "  ", None])
def test_an_empty_comment_is_a_400(client, conversation_id, content):
    assert comment(client, conversation_id, content).status_code == 400


def test_a_comment_needs_an_acting_user_or_the_switch(client, conversation_id):
    path = f"/private/conversations/{conversation_id}/comments"
    assert client.call("POST", path, json={"content": "Hi"}).status_code == 403
    client.switches.business_user_required = False
    assert client.call("POST", path, json={"content": "Hi"}).json()["author"]["id"] is None


def test_a_private_conversation_is_hidden_from_the_public(client, conversation_id):
    comment(client, conversation_id)
    public = client.get(f"/conversations/{conversation_id}")
    assert public.json()["comments"][0]["content"] == "Thank you."
    path = f"/private/conversations/{conversation_id}/state"
    client.call("POST", path, json={"state": "private"})
    assert client.get(f"/conversations/{conversation_id}").status_code == 404
    assert client.call("POST", path, json={"state": "shouting"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/private/product-reviews/none", "/private/conversations/none"],
)
def test_what_is_not_there_is_a_404(client, path):
    assert client.get(path).status_code == 404


def test_an_edited_product_review_shows_its_change(client, review_id):
    client.state.edit_review(review_id, content="Broke.", stars=1)
    review = client.get(f"/private/product-reviews/{review_id}").json()
    assert (review["content"], review["stars"]) == ("Broke.", 1)
    assert review["updatedAt"] == "2026-03-01T12:00:00Z"
