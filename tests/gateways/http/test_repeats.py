"""What the HTTP layer sends again, what it never sends again, and how long it waits."""

from __future__ import annotations

import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError

from connector.core.terms.errors import AllowanceExhausted, VendorUnreachable
from connector.gateways.http.budget import Budget, Rate
from connector.gateways.http.client import HttpSettings, Repeat, VendorHttp
from connector.gateways.http.repeats import http_date, may_repeat, no_answer, retry_after

SETTINGS = HttpSettings(read_timeout=0.25, attempts=4, longest_wait=120)


@pytest.fixture
def http(clock):
    layer = VendorHttp("Trustpilot", clock=clock, settings=SETTINGS)
    yield layer
    layer.close()


@pytest.fixture
def faults(scripted):
    return {
        "drop": scripted(drop=True),
        "truncated": scripted(body=b'{"reviews": []}', cut_after=4),
        "slow": scripted(delay=0.4),
        "html": scripted(status=502, body=b"<html>Bad gateway</html>"),
        "too many requests": scripted(status=429),
        "internal error": scripted(status=500),
        "unavailable": scripted(status=503),
    }


FAULTS = ("drop", "truncated", "slow", "html", "too many requests", "internal error", "unavailable")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_is_repeated_until_it_succeeds(http, server, faults, fault):
    server.will(faults[fault], faults[fault])
    answer = http.session(Repeat.SAFE).get(f"{server.url}/v1/reviews")
    assert answer.status_code == 200
    assert len(server.received) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_creating_request_is_sent_once_whatever_happens_to_it(http, server, faults, fault):
    server.will(faults[fault])
    with suppress(VendorUnreachable):
        http.session(Repeat.NEVER).post(f"{server.url}/v1/invite", json={"a": 1})
    assert [request.method for request in server.received] == ["POST"]


@pytest.mark.parametrize("fault", ["drop", "truncated", "slow"])
def test_a_creating_request_without_an_answer_may_have_been_processed(http, server, faults, fault):
    server.will(faults[fault])
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.NEVER).post(f"{server.url}/v1/invite", json={"a": 1})
    assert caught.value.maybe_processed


@pytest.mark.parametrize("fault", ["drop", "truncated", "slow"])
def test_a_read_without_any_answer_ends_as_unreachable(http, server, faults, fault):
    server.will(*[faults[fault]] * 4)
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.SAFE).get(f"{server.url}/v1/reviews")
    assert len(server.received) == 4
    assert not caught.value.maybe_processed  # reading changes nothing
    assert caught.value.facts.path == "/v1/reviews"


def test_a_repeatable_write_that_broke_off_once_may_have_been_processed(http, server, faults):
    server.will(faults["drop"], *[faults["drop"]] * 3)
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.SAFE).patch(f"{server.url}/v1/rows", json={})
    assert caught.value.maybe_processed


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_last_answer_is_returned_as_it_is(http, server, scripted, status):
    server.will(*[scripted(status=status)] * 4)
    assert http.session(Repeat.SAFE).get(server.url).status_code == status
    assert len(server.received) == 4


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 410, 415])
def test_a_settled_answer_is_not_asked_for_again(http, server, scripted, status):
    server.will(scripted(status=status, body=b""))
    assert http.session(Repeat.SAFE).get(server.url).status_code == status
    assert len(server.received) == 1


@pytest.mark.parametrize("repeat", [Repeat.SAFE, Repeat.NEVER])
def test_a_connection_that_was_never_made_is_tried_again(http, clock, repeat):
    with pytest.raises(VendorUnreachable) as caught:
        http.session(repeat).post(f"http://127.0.0.1:{_closed_port()}/v1/invite")
    assert not caught.value.maybe_processed
    assert len(clock.slept) == 3
    assert http.calls == 0


def test_what_must_go_now_is_not_tried_again(http, clock):
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.NOW).post(f"http://127.0.0.1:{_closed_port()}/v1/invite")
    assert not caught.value.maybe_processed
    assert clock.slept == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_must_go_now_is_sent_once_whatever_happens(http, server, clock, faults, fault):
    server.will(faults[fault])
    with suppress(VendorUnreachable):
        http.session(Repeat.NOW).post(f"{server.url}/v1/invite", json={"a": 1})
    assert len(server.received) == 1
    assert clock.slept == []


def test_a_host_without_a_name_was_never_reached(http):
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.NEVER).post("http://nowhere.invalid/v1/invite")
    assert not caught.value.maybe_processed


def test_a_proxy_that_cannot_be_reached_let_nothing_through(http, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{_closed_port()}")
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.NEVER).post("https://trustpilot.example/v1/invite")
    assert not caught.value.maybe_processed


def test_a_proxy_that_opens_no_tunnel_let_nothing_through(http, server, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", server.url)  # it does not know CONNECT
    with pytest.raises(VendorUnreachable) as caught:
        http.session(Repeat.NEVER).post("https://trustpilot.example/v1/invite")
    assert not caught.value.maybe_processed
    assert server.received == []


def test_a_connection_that_was_not_made_in_time_let_nothing_through():
    assert not no_answer(requests.ConnectTimeout()).left
    assert no_answer(requests.ReadTimeout()).left


def test_a_creating_request_gets_through_once_a_connection_can_be_made(clock, server):
    port = _closed_port()
    layer = VendorHttp("Trustpilot", clock=clock, settings=SETTINGS, adapter=_Rerouted(server, 2))
    answer = layer.session(Repeat.NEVER).post(f"http://127.0.0.1:{port}/v1/invite")
    layer.close()
    assert answer.status_code == 200
    assert len(server.received) == 1


class _Rerouted(requests.adapters.HTTPAdapter):
    """Refuses so many connections (a closed port), then lets requests reach the server."""

    def __init__(self, server, refusals):
        super().__init__()
        self.server, self.refusals = server, refusals

    def send(self, request, **options):
        self.refusals -= 1
        if self.refusals < 0:
            request.url = f"{self.server.url}/v1/invite"
        return super().send(request, **options)


def test_waits_grow_and_stay_apart(http, server, scripted, clock):
    server.will(*[scripted(status=503)] * 3)
    http.session(Repeat.SAFE).get(server.url)
    assert [1, 2, 4] <= clock.slept <= [2, 3, 5]


def test_two_clients_do_not_wait_in_step(server, scripted, clock):
    for _ in range(6):
        layer = VendorHttp("Trustpilot", clock=clock, settings=SETTINGS)
        server.will(scripted(status=503))
        layer.session(Repeat.SAFE).get(server.url)
        layer.close()
    assert len(set(clock.slept)) > 1


def test_retry_after_in_seconds_beats_the_backoff(http, server, scripted, clock):
    server.will(scripted(status=429, headers=(("Retry-After", "17"),)))
    http.session(Repeat.SAFE).get(server.url)
    assert clock.slept == [17.0]


def test_retry_after_as_a_date_counts_from_the_servers_own_time(http, server, scripted, clock):
    server.will(
        scripted(
            status=503,
            headers=(
                ("Date", "Sun, 01 Mar 2026 00:00:00 GMT"),
                ("Retry-After", "Sun, 01 Mar 2026 00:00:42 GMT"),
            ),
        )
    )
    http.session(Repeat.SAFE).get(server.url)
    assert clock.slept == [42.0]


def test_retry_after_cannot_hold_a_run_longer_than_the_cap(http, server, scripted, clock):
    server.will(scripted(status=429, headers=(("Retry-After", "86400"),)))
    http.session(Repeat.SAFE).get(server.url)
    assert clock.slept == [120.0]


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 3 ", 3.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),  # already past
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("\u0663", None),  # a digit, but not one of HTTP's
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_or_ignored(header, seconds):
    assert retry_after(header, NOON) == seconds


def test_an_http_date_is_utc():
    assert http_date("Sun, 01 Mar 2026 13:00:00 +0100") == NOON


def test_an_untrusted_certificate_is_not_tried_again():
    reason = Exception("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    error = requests.exceptions.SSLError(MaxRetryError(None, "/v1?email=x", SSLError(reason)))
    outcome = no_answer(error)
    assert (outcome.left, outcome.worth_repeating) == (False, False)
    assert not may_repeat(Repeat.SAFE, outcome)


def test_every_attempt_takes_from_the_budget(clock, server, scripted):
    budget = Budget("Trustpilot", clock, rates=(Rate(100, 60),), at_most=2)
    layer = VendorHttp("Trustpilot", clock=clock, settings=SETTINGS, budget=budget)
    server.will(*[scripted(status=503)] * 4)
    with pytest.raises(AllowanceExhausted):
        layer.session(Repeat.SAFE).get(server.url)
    layer.close()
    assert len(server.received) == 2
    assert budget.used == 2


def test_a_slow_answer_does_not_hold_the_run(http, server, scripted):
    started = datetime.now(UTC)
    server.will(scripted(delay=0.5))
    with pytest.raises(VendorUnreachable):
        http.session(Repeat.NEVER).post(server.url)
    assert datetime.now(UTC) - started < timedelta(seconds=0.45)


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
