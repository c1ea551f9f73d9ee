"""Sessions, versions, the daily allowance and the shapes of refused requests."""

import json
from datetime import timedelta

import pytest

from connector.emulator.doors import SALESFORCE_URL
from connector.emulator.faults import Fault, expired_session

EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic x", "nonsense"])
def test_a_call_without_a_live_session_is_a_401(door, header):
    headers = {"Authorization": header} if header else {}
    answer = door.get(f"{SALESFORCE_URL}/services/data/v66.0/limits", headers=headers)
    assert (answer.status_code, answer.json()) == (401, EXPIRED)


def test_the_fixture_of_an_expired_session_is_our_401(api, side, samples):
    recorded = json.loads((samples / "restforce_expired_session_response.json").read_text())
    side.sessions.end_all()
    assert api.get("limits").json() == recorded


def test_oauth_is_a_scheme_like_bearer(api):
    api.headers["Authorization"] = api.headers["Authorization"].replace("Bearer", "OAuth")
    assert api.get("limits").status_code == 200


def test_a_session_dies_of_idleness_not_of_age(api, emulator):
    for _ in range(3):
        emulator.clock.advance(timedelta(minutes=100))
        assert api.get("limits").status_code == 200
    emulator.clock.advance(timedelta(hours=2, seconds=1))
    assert api.get("limits").json() == EXPIRED


def test_an_app_without_the_api_scope_gets_the_other_401(api, connected_app):
    connected_app.scopes = ("id",)
    answer = api.get("limits")
    assert answer.status_code == 401
    assert answer.json()[0] == {
        "message": "This session is not valid for use with the REST API",
        "errorCode": "INVALID_SESSION_ID",
    }


def test_an_expired_session_can_be_made_to_order(api, emulator):
    emulator.faults.add(expired_session())
    assert api.get("limits").json() == EXPIRED
    assert api.get("limits").status_code == 200


def test_versions_need_no_session_and_are_free(door, side, emulator):
    answer = door.get(f"{SALESFORCE_URL}/services/data/")
    versions = answer.json()
    assert versions[-1] == {
        "label": "Winter '27",
        "url": "/services/data/v68.0",
        "version": "68.0",
    }
    assert [entry["label"] for entry in versions[-4:]] == [
        "Winter '26",
        "Spring '26",
        "Summer '26",
        "Winter '27",
    ]
    assert side.allowance.used(emulator.clock.now()) == 0


def test_the_fixture_of_versions_has_our_shape(door, samples):
    recorded = json.loads((samples / "restforce_services_data_success_response.json").read_text())
    ours = door.get(f"{SALESFORCE_URL}/services/data").json()
    assert set(ours[0]) == set(recorded[0])


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("21.0", 410),  # retired
        ("30.0", 410),  # the last retired one
        ("31.0", 200),  # the oldest live one
        ("68.0", 200),  # the newest
        ("69.0", 404),  # not yet made
        ("66.5", 404),  # never made
    ],
)
def test_a_version_is_live_retired_or_unknown(api, version, status):
    assert api.in_version(version).get("limits").status_code == status


def test_the_root_of_a_version_names_its_resources(api):
    assert api.get("").json()["composite"] == "/services/data/v66.0/composite"


def test_every_answer_tells_the_api_use(api):
    api.get("limits")
    assert api.get("limits").headers["Sforce-Limit-Info"] == "api-usage=2/100000"
    assert api.get("sobjects/Foo").headers["Sforce-Limit-Info"] == "api-usage=3/100000"


def test_the_api_use_may_be_kept_from_clients(api, emulator):
    emulator.switches.sforce_limit_info_header = False
    assert "Sforce-Limit-Info" not in api.get("limits").headers


def test_beyond_the_daily_cap_calls_are_refused_and_not_counted(api, side, emulator):
    side.settings.daily_cap = 2
    assert [api.get("limits").status_code for _ in range(4)] == [200, 200, 403, 403]
    answer = api.get("limits").json()
    assert answer == [
        {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
    ]
    assert side.allowance.used(emulator.clock.now()) == 2


def test_the_cap_is_that_of_a_rolling_day(api, side, sign_in, emulator):
    side.settings.daily_cap = 1
    api.get("limits")
    emulator.clock.advance(timedelta(hours=24))
    api.headers["Authorization"] = "Bearer " + sign_in()["access_token"]
    assert api.get("limits").status_code == 200


def test_limits_show_what_is_left_of_the_day(api):
    limits = api.get("limits/").json()
    assert limits["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_999}
    assert {"DailyBulkApiBatches", "DailyBulkV2QueryJobs", "DataStorageMB"} < set(limits)


def test_an_unknown_path_is_not_found(api):
    answer = api.get("nothing/here")
    assert answer.status_code == 404
    assert answer.json() == [
        {"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}
    ]


def test_a_wrong_method_is_a_405_that_names_the_right_ones(api):
    answer = api("PUT", "sobjects/Account")
    assert answer.status_code == 405
    assert answer.json()[0]["errorCode"] == "METHOD_NOT_ALLOWED"
    assert answer.json()[0]["message"].endswith("Allowed are GET,POST")


def test_a_body_that_is_no_json_is_a_parser_error(api):
    answer = api(
        "POST", "sobjects/Account", data=b"{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_a_body_of_the_wrong_kind_is_a_parser_error(api):
    assert api.post("sobjects/Account", [1]).json()[0]["errorCode"] == "JSON_PARSER_ERROR"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("query?q=" + "x" * 16_400, {}, 414),  # the address alone is too long
        ("limits", {"X-Long": "x" * 16_400}, 431),  # the headers are
    ],
)
def test_too_long_a_request_is_refused_without_json(api, path, headers, status):
    answer = api.get(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html"


def test_an_answer_is_dated_by_the_emulated_clock(api, emulator):
    before = api.get("limits").headers["Date"]
    emulator.clock.advance(timedelta(minutes=30))
    assert before != api.get("limits").headers["Date"]


def test_a_failing_edge_answers_without_json(api, emulator):
    emulator.faults.add(Fault("salesforce", status=503, html=True))
    answer = api.get("limits")
    assert answer.status_code == 503
    assert answer.text.startswith("<!doctype html>")
