"""Who may call what, how often, and the many shapes of a refusal."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

from connector.emulator.doors import INVITATIONS_URL, TRUSTPILOT_URL


def list_path(client):
    return f"/private/business-units/{client.unit.id}/reviews"


@pytest.mark.parametrize("authorization", [None, "Bearer unknown", "Basic dTpw", "Bearer "])
def test_a_private_path_with_only_an_api_key_is_a_gateway_fault(client, authorization):
    answer = client.call("GET", list_path(client), headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.json() == {
        "fault": {
            "faultstring": "Invalid access token",
            "detail": {"errorcode": "oauth.v2.InvalidAccessToken"},
        }
    }


def test_the_invitations_host_takes_the_same_token(client):
    assert client.invite("templates").status_code == 200
    path = f"/private/business-units/{client.unit.id}/templates"
    headers = {"Authorization": None}
    assert client.call("GET", path, INVITATIONS_URL, headers=headers).status_code == 401


def test_an_application_without_access_gets_code_1014(client):
    other = client.state.add_application("tpk-other", "tps-other", unit_ids=frozenset())
    review = client.state.add_service_review(client.unit.id)
    product = client.state.add_product_review(client.unit.id)
    answer = client.token(auth=(other.api_key, other.api_secret), grant_type="client_credentials")
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    for path in (
        list_path(client),
        f"/private/reviews/{review['id']}",
        f"/private/product-reviews/{product['id']}",
        f"/private/product-reviews/business-units/{client.unit.id}/reviews",
    ):
        refused = client.get(path)
        assert refused.status_code == 403, path
        assert set(refused.json()) == {"message", "errorCode", "correlationId"}
        assert refused.json()["errorCode"] == 1014
    assert client.invite("templates").json()["errorCode"] == 1014


def test_an_unknown_unit_is_a_404(client):
    unknown = "/private/business-units/0123456789abcdef01234567/reviews"
    assert client.get(unknown).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/private/nothing", 404),
        ("GET", "/webhooks", 404),  # there is no registration API
        ("PUT", "/business-units/find", 405),
    ],
)
def test_an_unknown_address_is_refused_as_json(client, method, path, status):
    answer = client.call(method, path)
    assert (answer.status_code, list(answer.json())) == (status, ["message"])


def test_833_calls_fit_in_five_minutes(client):
    path = f"/business-units/{client.unit.id}"
    codes = [client.get(path).status_code for _ in range(834)]
    assert codes[:833] == [200] * 833
    refused = client.get(path)
    assert (codes[833], refused.status_code) == (429, 429)
    assert "Retry-After" not in refused.headers
    client.emulator.clock.advance(timedelta(minutes=5))
    assert client.get(path).status_code == 200


def test_an_hour_has_its_own_limit(client):
    client.switches.calls_per_five_minutes = None
    client.switches.calls_per_hour = 5
    path = f"/business-units/{client.unit.id}"
    client.emulator.clock.advance(timedelta(hours=1))
    assert [client.get(path).status_code for _ in range(6)] == [200] * 5 + [429]
    client.emulator.clock.advance(timedelta(minutes=59))
    assert client.get(path).status_code == 429
    client.emulator.clock.advance(timedelta(minutes=1))
    assert client.get(path).status_code == 200


def test_each_application_has_its_own_limit(client):
    client.switches.calls_per_five_minutes = 1
    other = client.state.add_application("tpk-other", "tps-other")
    path = f"/business-units/{client.unit.id}"
    assert [client.get(path).status_code for _ in range(2)] == [200, 429]
    headers = {"apikey": other.api_key}
    assert client.call("GET", path, headers=headers).status_code == 200


def test_limits_can_be_switched_off(client):
    client.switches.calls_per_five_minutes = client.switches.calls_per_hour = None
    path = f"/business-units/{client.unit.id}"
    assert {client.get(path).status_code for _ in range(900)} == {200}


def test_a_call_waits_while_somebody_else_changes_the_world(client):
    with ThreadPoolExecutor(1) as pool:
        with client.state.lock:
            call = pool.submit(client.reviews)
            assert wait([call], timeout=0.1).not_done == {call}
        assert call.result(timeout=5) == []


def test_eight_clients_inviting_one_experience_cause_one_mail_each_time(client):
    body = {
        "consumerName": "Kim Example",
        "consumerEmail": "kim@example.com",
        "serviceReviewInvitation": {},
    }
    start = threading.Barrier(8)

    def invite(_):
        statuses = set()
        for turn in range(10):
            start.wait()
            answer = client.invite(json=body | {"referenceNumber": str(turn)})
            statuses.add(answer.status_code)
        return statuses

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(invite, range(8))) == [{202}] * 8
    assert len(client.state.mailbox.received) == 80
    mails = client.state.mailbox.mails(client.emulator.clock.now())
    assert sorted(mail.reference for mail in mails) == [str(turn) for turn in range(10)]


def test_eight_readers_see_whole_pages_while_consumers_write(client):
    for _ in range(50):
        client.state.add_service_review(client.unit.id)

    def read(_):
        return [len(client.reviews(perPage=100)) for _ in range(5)]

    def write(_):
        for _ in range(10):
            client.state.add_service_review(client.unit.id)
        return [50]

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(work, None) for work in (read, write) * 4]
        counts = [count for job in jobs for count in job.result()]
    assert min(counts) >= 50
    assert len(client.reviews(perPage=100)) == 90


def test_a_body_that_is_no_object_is_a_400(client):
    review = client.state.add_service_review(client.unit.id)
    url = f"{TRUSTPILOT_URL}/v1/private/reviews/{review['id']}/reply"
    headers = client.headers | {"Content-Type": "application/json"}
    for text in ("", "{", "[]", "1"):
        answer = client.session.post(url, data=text, headers=headers, timeout=1)
        assert answer.status_code == 400, text
