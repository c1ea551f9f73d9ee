"""The invitations host: what it refuses, what it accepts, and what it accepts but never sends."""

from datetime import timedelta

import pytest

MINIMAL = {
    "referenceNumber": "A-1001",
    "consumerName": "Kim Example",
    "consumerEmail": "kim@example.com",
    "serviceReviewInvitation": {"preferredSendTime": "2026-03-02T09:00:00"},
}
LATER = {"preferredSendTime": "2026-03-09T09:00:00"}
ONE = {"sku": "LAMP-1", "name": "Lantern"}


def without(name):
    return {key: value for key, value in MINIMAL.items() if key != name}


def service(**fields):
    return MINIMAL | {"serviceReviewInvitation": fields}


def product(**fields):
    return MINIMAL | {"productReviewInvitation": {**LATER, **fields}}


@pytest.mark.parametrize("status", [200, 202, 204])
def test_an_accepted_invitation_has_an_empty_answer_and_no_id(client, status):
    client.switches.invitation_success_status = status
    answer = client.invite(json=MINIMAL)
    assert (answer.status_code, answer.content) == (status, b"")
    received = client.state.mailbox.received[0]
    assert (received.email, received.reference) == ("kim@example.com", "A-1001")
    assert received.user_id == client.state.acting_user_id


def test_a_mail_goes_out_at_its_time_and_not_before(client):
    client.invite(json=MINIMAL)
    clock = client.emulator.clock
    assert client.state.mailbox.mails(clock.now()) == []
    clock.advance(timedelta(days=1))
    assert [one.email for one in client.state.mailbox.mails(clock.now())] == ["kim@example.com"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (without("referenceNumber"), "no reference"),
        (without("consumerName"), "no name"),
        (without("consumerEmail"), "no address"),
        (without("serviceReviewInvitation"), "neither kind of invitation"),
        (MINIMAL | {"consumerName": " "}, "a blank name"),
        (MINIMAL | {"consumerEmail": "kim at example"}, "no e-mail address"),
        (MINIMAL | {"type": "sms"}, "no mail"),
        (MINIMAL | {"serviceReviewInvitation": "soon"}, "not an object"),
        (service(preferredSendTime="soon"), "no time"),
        (service(preferredSendTime=20260302), "a number for a time"),
        (service(preferredSendTime="31/12/2026 10:00:00"), "the day before the month"),
        (service(tags=[{"group": "generic", "value": "a"}]), "tags as in reviews"),
        (service(tags="a"), "tags as one text"),
        (product(), "a product invitation without products"),
        (product(products=[ONE], productSkus=["LAMP-1"]), "products and SKUs"),
        (product(products=["LAMP-1"]), "SKUs where products belong"),
        (product(productSkus=[ONE]), "products where SKUs belong"),
        (
            product(products=[ONE], preferredSendTime="2026-03-02T09:00:00"),
            "the product mail not after the service mail",
        ),
    ],
)
def test_a_wrong_body_is_a_400_and_nothing_is_kept(client, body, why):
    answer = client.invite(json=body)
    assert answer.status_code == 400, why
    assert answer.json()["details"]
    assert client.state.mailbox.received == []


@pytest.mark.parametrize(
    "body",
    [
        service(preferredSendTime="03/02/2026 09:00:00"),  # the older documents' month first
        service(preferredSendTime="2026-03-02T09:00:00"),
        service(tags=["vip", "late"]),
        service(),  # no time at all
        product(products=[ONE]),
        {**without("serviceReviewInvitation"), "productReviewInvitation": {"products": [ONE]}},
        MINIMAL | {"type": "email", "locale": "da-DK", "senderName": "Shop"},
    ],
)
def test_documented_bodies_are_accepted_and_sent(client, body):
    assert client.invite(json=body).status_code == 202
    assert client.state.mailbox.received[0].dropped == ""


def test_both_spellings_of_a_time_mean_the_same(client):
    for number, text in enumerate(("03/02/2026 09:00:00", "2026-03-02T09:00:00")):
        client.invite(json=service(preferredSendTime=text) | {"referenceNumber": str(number)})
    first, second = client.state.mailbox.received
    assert first.send_at == second.send_at


def test_the_same_experience_is_accepted_twice_and_mailed_once(client):
    again = MINIMAL | {"consumerEmail": "KIM@example.com"}
    assert [client.invite(json=body).status_code for body in (MINIMAL, again)] == [202, 202]
    client.emulator.clock.advance(timedelta(days=30))
    now = client.emulator.clock.now()
    words = [one.status(now) for one in client.state.mailbox.received]
    assert words == ["Success", "DomainEmailOrderIDCombinationHasAlreadyBeenInvited"]
    assert len(client.state.mailbox.mails(now)) == 1


def test_another_reference_or_domain_is_another_experience(client):
    client.invite(json=MINIMAL)
    client.invite(json=MINIMAL | {"referenceNumber": "A-1002"})
    client.unit = client.state.add_business_unit("other.example")
    client.invite(json=MINIMAL)
    assert [one.dropped for one in client.state.mailbox.received] == ["", "", ""]


def test_a_grace_period_cancels_silently(client):
    client.switches.invitation_grace_days = 30
    client.invite(json=MINIMAL)
    client.invite(json=MINIMAL | {"referenceNumber": "A-1002"})
    client.emulator.clock.advance(timedelta(days=31))
    client.sign_in()
    client.invite(json=MINIMAL | {"referenceNumber": "A-1003"})
    dropped = [one.dropped for one in client.state.mailbox.received]
    assert dropped == ["", "CancelledRecipientInGracePeriod", ""]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (service(templateId="0123456789abcdef01234567"), "CancelledNoTemplate"),
        (MINIMAL | {"senderEmail": "ceo@example.com"}, "CancelledInvalidWebshopEmail"),
        (MINIMAL | {"consumerEmail": "gone@example.com"}, "DroppedUnsubscribedAddress"),
        (product(productSkus=["lamp-1"]), "UnknownSku"),  # the catalogue has LAMP-1
    ],
)
def test_what_the_account_does_not_allow_is_accepted_and_never_sent(client, body, word):
    client.state.mailbox.unsubscribed.add("gone@example.com")
    client.unit.skus.add("LAMP-1")
    assert client.invite(json=body).status_code == 202
    client.emulator.clock.advance(timedelta(days=365))
    assert client.state.mailbox.received[0].status(client.emulator.clock.now()) == word
    assert client.state.mailbox.mails(client.emulator.clock.now()) == []


def test_known_templates_senders_and_skus_are_sent(client):
    template = client.state.add_template(client.unit.id, "Second")
    client.unit.senders.add("hello@example.com")
    client.unit.skus.add("LAMP-1")
    body = product(productSkus=["LAMP-1"]) | {"senderEmail": "hello@example.com"}
    body["serviceReviewInvitation"] = {"templateId": template.id}
    client.invite(json=body)
    assert client.state.mailbox.received[0].dropped == ""


def test_forbidden_reference_characters_are_refused_where_enforced(client):
    body = MINIMAL | {"referenceNumber": "#1001"}
    assert client.invite(json=body).status_code == 202
    client.switches.reference_characters_enforced = True
    assert client.invite(json=body).status_code == 400


@pytest.mark.parametrize("user", [None, "0123456789abcdef01234567", "member"])
def test_nobody_but_an_admin_or_manager_invites(client, user):
    member = client.state.add_business_user("Member", role="Member").id
    headers = {"x-business-user-id": member if user == "member" else user}
    answer = client.invite(json=MINIMAL, headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, 1014)
    assert client.state.mailbox.received == []


def test_the_user_header_may_be_optional(client):
    client.switches.business_user_required = False
    assert client.invite(json=MINIMAL, headers={"x-business-user-id": None}).status_code == 202


@pytest.mark.parametrize("status", [200, 201])
def test_an_invitation_link_has_an_id_and_an_address(client, status):
    client.switches.invitation_links_status = status
    body = {"referenceId": "A-1", "email": "kim@example.com", "name": "Kim", "tags": ["a"]}
    answers = [client.invite("invitation-links", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    link = answers[0].json()
    assert len(link["id"]) == 32
    assert link["url"] == f"https://www.trustpilot.com/evaluate-link/{link['id']}"
    assert answers[1].json()["id"] != link["id"]
    assert client.state.mailbox.received == []


@pytest.mark.parametrize("missing", ["referenceId", "email", "name"])
def test_an_invitation_link_needs_reference_address_and_name(client, missing):
    body = {"referenceId": "A-1", "email": "kim@example.com", "name": "Kim"}
    del body[missing]
    assert client.invite("invitation-links", json=body).status_code == 400


PRODUCT_LINK = {
    "referenceId": "A-1",
    "consumer": {"email": "kim@example.com", "name": "Kim"},
    "products": [{"sku": "TENT-1"}],
}


def product_link(client, body):
    path = f"/private/product-reviews/business-units/{client.unit.id}/invitation-links"
    return client.call("POST", path, json=body)


@pytest.mark.parametrize("names", ["id and url", "reviewLinkId and reviewUrl"])
def test_a_link_to_product_reviews_is_made_on_the_api_host(client, names):
    client.switches.product_link_names = names
    answers = [product_link(client, PRODUCT_LINK) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (answer.json() for answer in answers)
    assert list(first) == names.split(" and ")
    assert first != second
    assert client.state.mailbox.received == []
    assert [link.kind for link in client.state.mailbox.links] == ["product", "product"]


@pytest.mark.parametrize(
    "change",
    [
        {"referenceId": ""},
        {"consumer": None},
        {"consumer": {"email": "kim@example.com"}},
        {"consumer": {"email": "kim", "name": "Kim"}},
        {"products": []},
        {"productIds": ["5f00000000000000000000aa"]},
        {"products": ["TENT-1"]},
    ],
)
def test_a_link_to_product_reviews_needs_a_consumer_a_reference_and_one_kind_of_products(
    client, change
):
    assert product_link(client, {**PRODUCT_LINK, **change}).status_code == 400
    assert client.state.mailbox.links == []


def test_a_link_to_product_reviews_may_name_products_by_their_ids(client):
    body = {**PRODUCT_LINK, "productIds": ["5f00000000000000000000aa"]}
    del body["products"]
    assert product_link(client, body).status_code == 200


def test_templates_are_listed(client):
    template = client.state.add_template(client.unit.id, "Second")
    rows = client.invite("templates").json()["templates"]
    assert [row["isDefaultTemplate"] for row in rows] == [True, False]
    assert rows[1] == {
        "id": template.id,
        "name": "Second",
        "isDefaultTemplate": False,
        "locale": "en-US",
        "type": "email",
    }


def test_invitation_data_is_erased_by_address(client):
    client.invite(json=MINIMAL)
    client.invite(json=MINIMAL | {"consumerEmail": "bo@example.com"})
    answer = client.invite("invitation-data/delete", json={"customerEmails": ["KIM@example.com"]})
    assert (answer.status_code, answer.content) == (202, b"")
    assert [one.email for one in client.state.mailbox.received] == ["", "bo@example.com"]


def test_invitation_data_is_erased_by_age(client):
    client.invite(json=MINIMAL)
    client.emulator.clock.advance(timedelta(days=3))
    client.invite(json=MINIMAL | {"consumerEmail": "bo@example.com"})
    client.invite("invitation-data/delete", json={"deleteOlderThan": "03/02/2026 00:00:00"})
    assert [one.email for one in client.state.mailbox.received] == ["", "bo@example.com"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customerEmails": ["kim@example.com"], "deleteOlderThan": "2026-01-01T00:00:00"},
        {"customerEmails": "kim@example.com"},
        {"deleteOlderThan": "long ago"},
    ],
)
def test_an_erasure_names_addresses_or_an_age(client, body):
    client.invite(json=MINIMAL)
    assert client.invite("invitation-data/delete", json=body).status_code == 400
    assert client.state.mailbox.received[0].email == "kim@example.com"


@pytest.mark.parametrize("what", ["invitations", "email-invitations-bulk"])
def test_undocumented_calls_do_not_exist(client, what):
    assert client.invite(what, json=MINIMAL).status_code == 404
