"""What the HTTP layer reports, and what it keeps to itself."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
import requests

from connector.core.terms.errors import VendorUnreachable
from connector.gateways.http.budget import Budget, Rate
from connector.gateways.http.client import CallEvent, HttpSettings, Repeat, VendorHttp
from connector.gateways.http.clock import SystemClock
from connector.gateways.http.waits import Patience, Wait, Why

SETTINGS = HttpSettings(read_timeout=0.25, attempts=2)
SECRET_URL = "/v1/reviews?referralEmail=ann%40example.com&apikey=tpk-secret"


@pytest.fixture
def events() -> list[CallEvent]:
    return []


@pytest.fixture
def http(clock, events):
    layer = VendorHttp("Trustpilot", clock=clock, settings=SETTINGS, on_call=events.append)
    yield layer
    layer.close()


def test_each_attempt_is_reported_without_its_query(http, server, scripted, events):
    server.will(scripted(status=503))
    http.session(Repeat.SAFE).get(server.url + SECRET_URL)
    assert [(e.vendor, e.method, e.path, e.status, e.attempt) for e in events] == [
        ("Trustpilot", "GET", "/v1/reviews", 503, 1),
        ("Trustpilot", "GET", "/v1/reviews", 200, 2),
    ]
    assert all(event.counted for event in events)


def test_an_attempt_without_an_answer_is_reported_too(http, server, scripted, events):
    server.will(scripted(drop=True))
    with pytest.raises(VendorUnreachable):
        http.session(Repeat.NEVER).post(server.url + "/v1/invite")
    assert [(event.status, event.counted) for event in events] == [(None, True)]


def test_calls_of_both_sessions_are_counted_together(http, server):
    http.session(Repeat.SAFE).get(server.url)
    http.session(Repeat.NEVER).post(server.url)
    assert http.calls == len(server.received) == 2


def test_a_transport_error_passes_on_no_word_of_its_url(http, server, scripted):
    server.will(*[scripted(drop=True)] * 2)
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.SAFE).get(server.url + SECRET_URL)
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    for secret in ("ann", "example.com", "tpk-secret", "referralEmail"):
        assert secret not in f"{error} {error.next_step} {error.facts}"


def test_libraries_log_no_url_even_at_debug_level(http, server, caplog):
    caplog.set_level(logging.DEBUG)
    http.session(Repeat.SAFE).get(server.url + SECRET_URL)
    assert "referralEmail" not in caplog.text


def test_the_vendors_date_is_the_vendors_time(http, server, scripted, clock):
    server.will(scripted(headers=(("Date", "Mon, 05 Jan 2026 10:00:00 GMT"),)))
    http.session(Repeat.SAFE).get(server.url)
    clock.advance(90)
    assert http.server_time() == datetime(2026, 1, 5, 10, 1, 30, tzinfo=UTC)


def test_before_any_answer_the_time_is_the_clocks(http, clock):
    assert http.server_time() == clock.now()


def test_an_unreadable_date_changes_nothing(http, server, scripted, clock):
    server.will(scripted(headers=(("Date", "yesterday"),)))
    http.session(Repeat.SAFE).get(server.url)
    assert http.server_time() == clock.now()


def test_redirects_are_not_followed(http, server, scripted):
    server.will(scripted(status=302, headers=(("Location", f"{server.url}/elsewhere"),)))
    assert http.session(Repeat.SAFE).get(f"{server.url}/here").status_code == 302
    assert [request.path for request in server.received] == ["/here"]


def test_cookies_are_not_kept(http, server, scripted):
    server.will(scripted(headers=(("Set-Cookie", "tracker=1; Path=/"),)))
    session = http.session(Repeat.SAFE)
    session.get(server.url)
    session.get(server.url)
    assert "Cookie" not in server.received[1].headers


def test_a_netrc_file_does_not_replace_the_credential(http, server, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password person\n")
    monkeypatch.setenv("NETRC", str(netrc))
    http.session(Repeat.SAFE).get(server.url, headers={"Authorization": "Bearer ours"})
    assert server.received[0].headers["Authorization"] == "Bearer ours"


def test_requests_say_who_they_come_from(http, server):
    http.session(Repeat.SAFE).get(server.url)
    assert server.received[0].headers["User-Agent"].startswith("connector/")


def test_a_session_made_by_a_library_gets_the_same_layer(http, server, scripted):
    server.will(scripted(status=503))
    session = http.equip(requests.Session(), Repeat.SAFE)
    assert session.get(server.url).status_code == 200
    assert http.calls == 2


def test_an_environment_proxy_is_used(http, server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("no_proxy", "")
    http.session(Repeat.SAFE).get("http://trustpilot.example/v1/reviews")
    assert server.received[0].path == "http://trustpilot.example/v1/reviews"


def test_the_machines_clock_is_utc_and_goes_forward():
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() > before
    assert clock.now().utcoffset().total_seconds() == 0


# -- waits are said ------------------------------------------------------------------------------


@pytest.fixture
def waits():
    return []


@pytest.fixture
def patient(clock, waits):
    layer = VendorHttp(
        "Trustpilot",
        clock=clock,
        settings=SETTINGS,
        budget=Budget("Trustpilot", clock, rates=(Rate(2, 290),), on_wait=waits.append),
        on_wait=waits.append,
    )
    yield layer
    layer.close()


def test_a_wait_for_the_rate_is_said_and_said_again(patient, server, clock, waits):
    for _ in range(3):
        patient.session(Repeat.SAFE).get(server.url)
    assert [(w.vendor, round(w.seconds), w.why) for w in waits] == [
        ("Trustpilot", 290, Why.RATE),
        ("Trustpilot", 170, Why.RATE),
        ("Trustpilot", 50, Why.RATE),
    ]
    assert sum(clock.slept) == pytest.approx(290, abs=1)


def test_a_wait_for_room_is_said(patient, server, waits):
    patient.session(Repeat.SAFE).get(server.url)
    patient.await_room(2)
    assert [round(wait.seconds) for wait in waits] == [290, 170, 50]


def test_a_wait_before_a_repeat_is_said_before_it(patient, server, scripted, clock, waits):
    server.will(scripted(status=503, headers=(("Retry-After", "17"),)))
    patient.session(Repeat.SAFE).get(server.url)
    assert waits == [Wait("Trustpilot", 17.0, Why.REPEAT)]
    assert clock.slept == [17.0]


def test_a_short_wait_is_not_worth_a_word(patient, server, scripted, waits):
    server.will(scripted(status=503, headers=(("Retry-After", "2"),)))
    patient.session(Repeat.SAFE).get(server.url)
    assert waits == []


def test_a_wait_is_said_before_it_is_slept(clock):
    slept_before = []
    patience = Patience("Salesforce", clock, lambda _wait: slept_before.append(sum(clock.slept)))
    patience.sleep(250, Why.REPEAT)
    assert slept_before == [0, 120, 240]
