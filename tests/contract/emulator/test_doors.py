"""What a client sees through both doors: answers, faults, keep-alive, eight clients at once."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
from requests.exceptions import ChunkedEncodingError, ReadTimeout, SSLError
from requests.exceptions import ConnectionError as NoConnection

from connector.emulator import faults
from connector.emulator.app import Emulator
from connector.emulator.doors import IN_PROCESS_URLS, HttpsDoors, InProcessDoor
from connector.emulator.faults import Fault


def test_an_answer_is_json_with_its_length(way):
    answer = way.find(timeout=10)
    assert answer.status_code == 200
    assert answer.json()["name"]["identifying"] == "shop.example"
    assert answer.headers["Content-Type"] == "application/json"
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_the_date_header_is_the_emulators_time(way):
    way.emulator.clock.advance(timedelta(days=400))
    date = parsedate_to_datetime(way.find(timeout=10).headers["Date"])
    assert abs(date - way.emulator.clock.now()) < timedelta(seconds=10)


def test_an_empty_answer_has_no_content_type(way):
    url = f"{way.urls['trustpilot']}/v1/oauth/oauth-business-users-for-applications/revoke"
    answer = way.session.post(url, data={"token": "unknown"}, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "Content-Type" not in answer.headers


def test_every_door_answers(way):
    for name in IN_PROCESS_URLS:
        answer = way.session.get(f"{way.urls[name]}/nothing-here", timeout=10)
        assert answer.status_code in {401, 404}, name


def test_calls_are_logged_with_what_they_cost(way):
    way.find(timeout=10)
    call = way.emulator.calls.all()[-1]
    seen = (call.vendor, call.method, call.path, call.query, call.status, call.counted)
    expected = ("trustpilot", "GET", "/v1/business-units/find", "name=shop.example", 200, True)
    assert seen == expected


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
def test_a_status_fault_answers_instead_of_the_vendor(way, status):
    body = {"message": "no"}
    way.emulator.faults.add(Fault("trustpilot", status=status, body=body, headers={"X-A": "b"}))
    answer = way.find(timeout=10)
    assert (answer.status_code, answer.json(), answer.headers["X-A"]) == (status, body, "b")
    assert way.find(timeout=10).status_code == 200


def test_a_status_fault_without_a_body_has_no_content_type(way):
    way.emulator.faults.add(Fault("trustpilot", status=503))
    answer = way.find(timeout=10)
    assert (answer.status_code, answer.content) == (503, b"")
    assert "Content-Type" not in answer.headers


def test_too_many_requests_names_the_wait(way):
    way.emulator.faults.add(faults.too_many_requests(retry_after=7))
    answer = way.find(timeout=10)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_an_html_page_comes_as_html(way):
    way.emulator.faults.add(faults.html_page(403))
    answer = way.find(timeout=10)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/html")


def test_unreadable_json_comes_with_status_200(way):
    way.emulator.faults.add(faults.unreadable_json())
    answer = way.find(timeout=10)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_a_truncated_answer_breaks_off_while_it_is_read(way):
    way.emulator.faults.add(faults.truncated_json())
    with pytest.raises(ChunkedEncodingError):
        way.find(timeout=10)
    assert way.emulator.calls.all()[-1].status == 200
    assert way.find(timeout=10).status_code == 200


def test_a_call_dropped_before_processing_changes_nothing(way):
    way.emulator.faults.add(faults.drop_before(path="*/find"))
    with pytest.raises(NoConnection):
        way.find(timeout=10)
    assert way.emulator.calls.all()[-1].status is None
    assert way.find(timeout=10).status_code == 200


def test_a_call_dropped_after_processing_was_processed(way):
    way.emulator.faults.add(faults.drop_after(path="*/accesstoken"))
    url = f"{way.urls['trustpilot']}/v1/oauth/oauth-business-users-for-applications/accesstoken"
    application = way.emulator.trustpilot.application
    key = (application.api_key, application.api_secret)
    with pytest.raises(NoConnection):
        way.session.post(url, data={"grant_type": "client_credentials"}, auth=key, timeout=10)
    call = way.emulator.calls.all()[-1]
    assert (call.status, call.fault) == (200, "drop after")


def test_a_delay_beyond_the_read_timeout_is_a_timeout_of_a_processed_call(way):
    way.emulator.faults.add(Fault("trustpilot", delay_seconds=5))
    with pytest.raises(ReadTimeout):
        way.find(timeout=(5, 0.2))
    assert way.emulator.calls.all()[-1].status == 200


def test_a_delay_within_the_read_timeout_only_costs_time(way):
    way.emulator.faults.add(Fault("trustpilot", delay_seconds=0.2))
    before = way.emulator.clock.now()
    assert way.find(timeout=(5, 5)).status_code == 200
    assert way.emulator.clock.now() - before >= timedelta(seconds=0.19)


def test_an_hours_delay_takes_no_time_in_process(in_process):
    in_process.emulator.faults.add(Fault("trustpilot", delay_seconds=3600))
    before = in_process.emulator.clock.now()
    assert in_process.find(timeout=None).status_code == 200
    assert in_process.emulator.clock.now() - before >= timedelta(hours=1)


def test_a_slow_vendor_takes_its_time_for_every_call(in_process):
    in_process.emulator.faults.add(faults.slow(30))
    before = in_process.emulator.clock.now()
    for _ in range(3):
        assert in_process.find(timeout=60).status_code == 200
    assert in_process.emulator.clock.now() - before >= timedelta(seconds=90)
    with pytest.raises(ReadTimeout):
        in_process.find(timeout=(5, 20))


def test_a_slow_vendor_makes_a_client_over_https_wait(https):
    https.emulator.faults.clear()
    https.emulator.faults.add(faults.slow(0.2, vendor="trustpilot"))
    began = time.monotonic()
    assert https.find(timeout=10).status_code == 200
    assert time.monotonic() - began >= 0.19
    https.emulator.faults.clear()


def test_a_call_that_a_slow_vendor_refuses_is_armed_first(in_process):
    in_process.emulator.faults.add(Fault("trustpilot", status=429, delay_seconds=5))
    in_process.emulator.faults.add(faults.slow(30))
    assert [in_process.find(timeout=60).status_code for _ in range(2)] == [429, 200]


def test_somebody_acts_just_before_the_chosen_call(way):
    seen = []
    act = lambda: seen.append(way.emulator.calls.counts())  # noqa: E731 - one line says it
    way.emulator.faults.add(faults.meanwhile(act, path="*/find", skip=2))
    assert [way.find(timeout=10).status_code for _ in range(4)] == [200] * 4
    assert seen == [2]
    assert [call.fault for call in way.emulator.calls.all()] == ["", "", "meanwhile", ""]


def test_an_expired_session_looks_like_the_vendors(way):
    way.emulator.faults.add(faults.expired_session(vendor="trustpilot", path="*"))
    answer = way.find(timeout=10)
    assert answer.status_code == 401
    assert answer.json()["fault"]["detail"]["errorcode"] == "oauth.v2.InvalidAccessToken"


def test_the_other_vendor_is_not_struck(way):
    way.emulator.faults.add(Fault("salesforce", status=500, times=None))
    assert way.find(timeout=10).status_code == 200


def test_eight_clients_at_once_get_their_own_answers(way):
    start = threading.Barrier(8)

    def client(number):
        start.wait()
        answers = [
            way.session.get(
                f"{way.urls['trustpilot']}/v1/business-units/{number}-{turn}",
                headers={"apikey": "tpk-emulator"},
                timeout=20,
            ).status_code
            for turn in range(10)
        ]
        return set(answers)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(client, range(8)))
    assert found == [{404}] * 8
    paths = [call.path for call in way.emulator.calls.all()]
    assert len(paths) == len(set(paths)) == 80


def test_a_kept_alive_connection_serves_many_calls(https):
    adapter = https.session.get_adapter(https.urls["trustpilot"])
    https.find(timeout=10)
    pool = adapter.poolmanager.connection_from_url(https.urls["trustpilot"])
    opened = pool.num_connections
    for _ in range(20):
        https.find(timeout=10)
    assert pool.num_connections == opened


def test_an_answer_over_https_does_not_wait_for_delayed_acknowledgements(https):
    def ten_calls():
        start = time.perf_counter()
        for _ in range(10):
            https.find(timeout=10)
        return time.perf_counter() - start

    # Nagle's delay would cost 40 ms a call; the best of three rounds forgives a busy machine.
    assert min(ten_calls() for _ in range(3)) < 0.3


def test_a_client_without_the_authority_is_refused(https):
    with requests.Session() as stranger:
        stranger.trust_env = False
        with pytest.raises(SSLError):
            stranger.get(https.urls["trustpilot"], timeout=10)


def test_doors_open_where_asked_and_leave_nothing_behind(monkeypatch):
    emulator = Emulator()
    emulator.trustpilot.add_business_unit("shop.example")
    with HttpsDoors(emulator) as first:
        port = int(first.control_url.rpartition(":")[2])
    with HttpsDoors(emulator, {"control": port}) as doors:
        folder = Path(doors.ca_file).parent
        assert doors.control_url == f"https://127.0.0.1:{port}"
        # What any client does: plain settings, the authority from the environment.
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(doors.ca_file))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert requests.get(f"{doors.control_url}/clock", timeout=10).status_code == 200
        emulator.faults.add(Fault("trustpilot", delay_seconds=60))
        with pytest.raises(ReadTimeout):
            requests.get(f"{doors.trustpilot_url}/v1/x", timeout=(5, 0.1))
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_an_unknown_host_is_no_vendor(in_process):
    in_process.session.mount("https://elsewhere.example", InProcessDoor(in_process.emulator))
    with pytest.raises(NoConnection):
        in_process.session.get("https://elsewhere.example/", timeout=1)


@pytest.mark.parametrize("payload", [b"token=a", "token=a", iter([b"token", b"=a"])])
def test_every_kind_of_request_body_arrives_in_process(in_process, payload):
    url = f"{in_process.urls['trustpilot']}/v1/oauth/oauth-business-users-for-applications/refresh"
    application = in_process.emulator.trustpilot.application
    answer = in_process.session.post(
        url, data=payload, auth=(application.api_key, application.api_secret), timeout=1
    )
    assert answer.json()["Error"] == "Required param : grant_type"


def test_a_bug_in_a_handler_is_loud_in_process():
    async def broken(_scope, _receive, _send):
        raise ZeroDivisionError

    class Broken(Emulator):
        def apps(self):
            return dict.fromkeys(IN_PROCESS_URLS, broken)

    with requests.Session() as session:
        InProcessDoor(Broken()).mount(session)
        with pytest.raises(ZeroDivisionError):
            session.get(IN_PROCESS_URLS["salesforce"], timeout=1)


def test_a_taken_port_is_an_error_that_leaves_nothing_open():
    emulator = Emulator()
    with HttpsDoors(emulator) as doors:
        taken = int(doors.trustpilot_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), HttpsDoors(emulator, {"control": taken}):
            pass
