"""Tags are added by a call that says the same thing twice, so it is repeated like a read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from connector.core.terms.errors import SignInError
from connector.core.terms.outcomes import Verdict
from connector.emulator.faults import (
    Fault,
    expired_session,
    html_page,
)
from connector.gateways.trustpilot.client import TrustpilotClient
from one_fault import OF_TRUSTPILOT

TAGS = "*/tags"
ATTEMPTS = 4
UNKNOWN, TRY_LATER, REFUSED = Verdict.UNKNOWN, Verdict.TRY_LATER, Verdict.REFUSED

FINAL = {
    "400": Fault("*", status=400, body={"details": "no"}),
    "403": Fault("*", status=403, body={"message": "no", "errorCode": 1014}),
    "404": Fault("*", status=404),
    "410": Fault("*", status=410),
    "415": Fault("*", status=415),
    "html 403": html_page(403),
    "302": Fault("*", status=302, headers={"Location": "https://x.example"}),
}


@pytest.fixture
def review(emulator, unit):
    tags = [{"group": "Generic", "value": "billing"}]
    return emulator.trustpilot.add_service_review(unit.id, stars=2, tags=tags)["id"]


@pytest.fixture
def kept(emulator, review):
    """The values of the tags that Trustpilot holds."""
    return lambda: [tag["value"] for tag in emulator.trustpilot.service_review(review)["tags"]]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_tags_are_added_to_those_that_are_there_by_any_success(
    trustpilot, emulator, review, kept, status
):
    emulator.switches.tags_success_status = status
    outcome = trustpilot.add_tags(review, ["Big order", "vip"])
    assert (outcome.verdict, outcome.status, outcome.detail) == (Verdict.ACCEPTED, status, "")
    assert kept() == ["billing", "Big order", "vip"]
    assert {tag["group"] for tag in emulator.trustpilot.service_review(review)["tags"][1:]} == {
        "generic"
    }


def test_tags_are_never_replaced(trustpilot, emulator, review):
    trustpilot.add_tags(review, ["vip"])
    assert [call.method for call in emulator.calls.all(path=TAGS)] == ["PUT"]


@pytest.mark.parametrize("fate", OF_TRUSTPILOT)
def test_a_call_that_is_struck_once_is_repeated_and_the_tag_is_there_once(
    trustpilot, emulator, review, kept, fate
):
    emulator.faults.add(replace(OF_TRUSTPILOT[fate][0], path=TAGS))
    assert trustpilot.add_tags(review, ["vip"]).verdict is Verdict.ACCEPTED
    assert kept() == ["billing", "vip"]


@pytest.mark.parametrize("fate", OF_TRUSTPILOT)
def test_a_call_that_is_always_struck_tells_what_is_known(trustpilot, emulator, review, kept, fate):
    fault, verdict, there = OF_TRUSTPILOT[fate]
    emulator.faults.add(replace(fault, path=TAGS, times=None))
    assert trustpilot.add_tags(review, ["vip"]).verdict is verdict
    assert emulator.calls.counts(path=TAGS) == ATTEMPTS
    assert ("vip" in kept()) is there


@pytest.mark.parametrize("fate", FINAL)
def test_a_refusal_is_told_at_once(trustpilot, emulator, review, kept, fate):
    emulator.faults.add(replace(FINAL[fate], path=TAGS, times=None))
    outcome = trustpilot.add_tags(review, ["vip"])
    assert (outcome.verdict, outcome.status) == (REFUSED, FINAL[fate].status or 403)
    assert emulator.calls.counts(path=TAGS) == 1
    assert kept() == ["billing"]


def test_a_web_page_with_a_good_status_is_no_success(trustpilot, emulator, review):
    emulator.faults.add(replace(html_page(200), path=TAGS))
    assert trustpilot.add_tags(review, ["vip"]).verdict is UNKNOWN


def test_a_refusal_tells_its_code_and_words_without_the_tags(trustpilot, emulator, review):
    body = {"message": "Tag 'Ann Smith' is too long", "errorCode": 1002}
    emulator.faults.add(Fault("trustpilot", path=TAGS, status=400, body=body))
    outcome = trustpilot.add_tags(review, ["vip", "Ann Smith"])
    assert (outcome.code, outcome.detail) == ("1002", "Tag '[hidden]' is too long")


def test_a_401_renews_the_token_once(trustpilot, emulator, review, kept):
    emulator.faults.add(expired_session(vendor="*", path=TAGS))
    assert trustpilot.add_tags(review, ["vip"]).verdict is Verdict.ACCEPTED
    assert kept() == ["billing", "vip"]
    emulator.faults.add(expired_session(vendor="*", path=TAGS, times=None))
    outcome = trustpilot.add_tags(review, ["vip"])
    assert (outcome.verdict, outcome.status) == (REFUSED, 401)


def test_a_refused_credential_is_raised(trustpilot_http, access, emulator, review):
    wrong = replace(access, api_secret=SecretStr("tps-wrong"))
    with pytest.raises(SignInError):
        TrustpilotClient(trustpilot_http, wrong).add_tags(review, ["vip"])
    assert emulator.calls.counts(path=TAGS) == 0
