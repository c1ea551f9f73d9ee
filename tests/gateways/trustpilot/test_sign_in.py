"""The token: asked for once, renewed early, renewed once after a 401, never shown."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

import pytest
from pydantic import SecretStr

from connector.core.terms.errors import (
    AllowanceExhausted,
    SignInError,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    expired_session,
    html_page,
    too_many_requests,
    truncated_json,
)
from connector.gateways.http.client import HttpSettings, VendorHttp
from connector.gateways.trustpilot.sign_in import TrustpilotSignIn, base_url

TOKEN = "*/accesstoken"
HOUR = 3600


@pytest.fixture
def sign_in(trustpilot_http, access):
    return TrustpilotSignIn(trustpilot_http, access)


def asked(emulator) -> int:
    return emulator.calls.counts(path=TOKEN)


def test_constructing_a_client_calls_nobody(trustpilot, emulator):
    assert trustpilot
    assert emulator.calls.all() == []


def test_one_token_serves_many_calls(trustpilot, emulator, unit):
    review = emulator.trustpilot.add_service_review(unit.id, stars=5)
    for number in range(5):
        trustpilot.reply(review["id"], f"Thanks, {number}!")
    assert emulator.calls.counts(path="*/reply") == 5
    assert asked(emulator) == 1


def test_eight_threads_ask_for_one_token(trustpilot_http, access, emulator):
    sign_in = TrustpilotSignIn(trustpilot_http, access)
    gate, tokens = threading.Barrier(8), []

    def work():
        gate.wait()
        tokens.append(sign_in.token())

    _run_all(work)
    assert asked(emulator) == 1
    assert len(set(tokens)) == 1


def test_eight_threads_whose_token_was_refused_ask_for_one_more(sign_in, emulator):
    stale = sign_in.token()
    gate, tokens = threading.Barrier(8), []

    def work():
        gate.wait()
        tokens.append(sign_in.token_after(stale))

    _run_all(work)
    assert asked(emulator) == 2
    assert len(set(tokens)) == 1
    assert stale not in tokens


@pytest.mark.parametrize(
    ("hours", "tokens"),
    [
        (0, 1),
        (98.9, 1),
        (99, 2),  # an hour before the 100 hours are over
        (150, 2),
    ],
)
def test_a_token_is_renewed_an_hour_before_it_expires(sign_in, clock, emulator, hours, tokens):
    sign_in.token()
    clock.advance(hours * HOUR)
    sign_in.token()
    assert asked(emulator) == tokens


@pytest.mark.parametrize(
    ("expires_in", "renewed_after"),
    [
        ("600", 540),  # an hour would be more than its whole life
        ("300", 240),  # a minute for what was prepared together
        ("60", 30),
        ("36000", 32400),
        (None, 99 * HOUR),  # 100 hours are documented
        ("0", 99 * HOUR),
    ],
)
def test_the_lifetime_is_what_trustpilot_says(sign_in, clock, emulator, expires_in, renewed_after):
    body = {"access_token": "tpa-short", "token_type": "BearerToken", "expires_in": expires_in}
    emulator.faults.add(Fault("trustpilot", path=TOKEN, status=200, body=body))
    sign_in.token()
    clock.advance(renewed_after - 1)
    sign_in.token()
    assert asked(emulator) == 1
    clock.advance(1)
    sign_in.token()
    assert asked(emulator) == 2


def test_a_refused_token_is_renewed_once_and_the_read_succeeds(trustpilot, emulator, unit):
    review = emulator.trustpilot.add_service_review(unit.id, stars=5)
    trustpilot.reply(review["id"], "Thanks!")
    emulator.trustpilot.accounts.end_all()
    trustpilot.reply(review["id"], "Thank you!")
    assert asked(emulator) == 2
    assert emulator.trustpilot.service_review(review["id"])["companyReply"]["text"] == "Thank you!"


def test_a_token_refused_twice_is_not_renewed_again(trustpilot, emulator, unit):
    emulator.faults.add(expired_session(vendor="trustpilot", times=None))
    with pytest.raises(SignInError) as caught:
        list(trustpilot.product_reviews(unit.id))
    assert asked(emulator) == 2
    assert emulator.calls.counts(path="*/product-reviews/*") == 2
    assert "TRUSTPILOT_API_KEY" in caught.value.next_step


@pytest.mark.parametrize("shape", ["capitals", "rfc6749"])
def test_a_wrong_secret_is_a_sign_in_error_that_names_the_variables(
    trustpilot_http, access, emulator, shape
):
    emulator.switches.oauth_error_shape = shape
    wrong = replace(access, api_secret=SecretStr("tps-wrong-one"))
    with pytest.raises(SignInError) as caught:
        TrustpilotSignIn(trustpilot_http, wrong).token()
    assert "TRUSTPILOT_API_KEY and TRUSTPILOT_API_SECRET" in caught.value.next_step
    assert "ClientId is Invalid" in str(caught.value)
    assert "tps-wrong-one" not in str(caught.value)
    assert asked(emulator) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_any_refusal_of_the_credential_is_not_repeated(sign_in, emulator, status):
    emulator.faults.add(Fault("trustpilot", path=TOKEN, status=status, html=True, times=None))
    with pytest.raises(SignInError):
        sign_in.token()
    assert asked(emulator) == 1


@pytest.mark.parametrize(
    "fault",
    [
        drop_before(path=TOKEN),
        drop_after(path=TOKEN),
        truncated_json(path=TOKEN),
        html_page(503, path=TOKEN),
        too_many_requests(path=TOKEN),
        too_many_requests(30, path=TOKEN),
        Fault("trustpilot", path=TOKEN, delay_seconds=90),
    ],
    ids=lambda fault: f"{fault.name or 'slow'}{fault.headers or ''}",
)
def test_asking_for_a_token_is_repeated_after_a_fault(sign_in, emulator, fault):
    emulator.faults.add(fault)
    assert sign_in.token().startswith("tpa-")
    assert asked(emulator) == 2


def test_tokens_asked_for_too_often_are_an_exhausted_allowance(sign_in, emulator):
    emulator.switches.token_requests_per_hour = 0
    with pytest.raises(AllowanceExhausted):
        sign_in.token()


def test_a_token_endpoint_that_is_down_changed_nothing(sign_in, emulator):
    emulator.faults.add(drop_after(path=TOKEN, times=None))
    with pytest.raises(VendorUnreachable) as caught:
        sign_in.token()
    assert not caught.value.maybe_processed


@pytest.mark.parametrize(
    "body",
    [{}, [], {"access_token": None}, {"access_token": ["tpa-1"]}, "access_token=tpa-1", "<html>"],
)
def test_an_answer_without_a_token_is_unreadable(sign_in, emulator, body):
    emulator.faults.add(Fault("trustpilot", path=TOKEN, status=200, body=body))
    with pytest.raises(VendorAnswerUnreadable):
        sign_in.token()


def test_an_answer_the_oauth_library_rejects_shows_nothing_of_it(sign_in, emulator):
    body = {"access_token": "tpa-secret", "expires_in": "soon"}
    emulator.faults.add(Fault("trustpilot", path=TOKEN, status=200, body=body))
    with pytest.raises(SignInError) as caught:
        sign_in.token()
    assert "tpa-secret" not in str(caught.value)


def test_a_credential_is_never_sent_without_tls(trustpilot_http, access, emulator):
    plain = replace(access, api_url=access.api_url.replace("https", "http"))
    with pytest.raises(SignInError) as caught:
        TrustpilotSignIn(trustpilot_http, plain).token()
    assert "https://" in caught.value.next_step
    assert emulator.calls.all() == []


@pytest.mark.parametrize("field", ["api_key", "api_secret"])
@pytest.mark.parametrize("value", ["", "  ", "tps-a\nb", "tps-\u2026"])
def test_a_credential_no_header_can_carry_is_named_and_not_shown(
    trustpilot_http, access, emulator, field, value
):
    broken = replace(access, **{field: SecretStr(value)})
    with pytest.raises(SignInError) as caught:
        TrustpilotSignIn(trustpilot_http, broken).token()
    assert f"TRUSTPILOT_{field.upper()}" in str(caught.value)
    assert "tps-" not in str(caught.value)
    assert emulator.calls.all() == []


def test_blanks_around_a_credential_do_not_matter(trustpilot_http, access):
    copied = replace(
        access,
        api_key=SecretStr(f" {access.api_key.get_secret_value()}\n"),
        api_secret=SecretStr(f"{access.api_secret.get_secret_value()}\r\n"),
    )
    assert TrustpilotSignIn(trustpilot_http, copied).token().startswith("tpa-")


@pytest.mark.parametrize(
    "url",
    [
        "https://trustpilot.example",
        "https://trustpilot.example/",
        "https://trustpilot.example/v1",
        "https://trustpilot.example/v1/",
        " https://trustpilot.example/v1 ",
    ],
)
def test_the_base_url_may_end_in_its_version_or_not(url):
    assert base_url(url) == "https://trustpilot.example/v1"


def test_no_library_logs_the_secret_or_the_token(sign_in, access, caplog):
    caplog.set_level(logging.DEBUG)
    token = sign_in.token()
    assert token not in caplog.text
    assert access.api_secret.get_secret_value() not in caplog.text


def test_every_token_request_counts_as_a_call(clock, door, access, emulator):
    layer = VendorHttp("Trustpilot", clock=clock, adapter=door, settings=HttpSettings(attempts=2))
    emulator.faults.add(html_page(503, path=TOKEN))
    TrustpilotSignIn(layer, access).token()
    assert layer.calls == emulator.calls.counts() == 2


def _run_all(work) -> None:
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
