"""What the client sends, and what it makes of answers of every shape."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    RequestRefused,
    SignInError,
    VendorAnswerUnreadable,
    VendorError,
    VendorUnreachable,
)
from connector.core.terms.records import Select
from connector.gateways.http.client import VendorHttp
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg

URL = "https://acme.my.salesforce.example"
CONTACTS = Select("Contact", ("Id",))
EXPIRED = [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}]
HTML = "<html><body>We are down for maintenance, Ann</body></html>"


# -- what is sent -------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_first_call(org, vendor):
    assert vendor.sent == []
    assert org.usage() is None


def test_a_read_is_one_composite_call_without_reordering(org, vendor):
    vendor.will(vendor.composite(vendor.page({"Id": "1"}), vendor.page({"Id": "2"})))
    answers = org.read([CONTACTS, Select("Case", ("Id",))])
    assert [answer.rows for answer in answers] == [({"Id": "1"},), ({"Id": "2"},)]
    (body,) = vendor.bodies()
    assert body["collateSubrequests"] is False
    assert [part["url"] for part in body["compositeRequest"]] == [
        "/services/data/v66.0/query?q=SELECT%20Id%20FROM%20Contact",
        "/services/data/v66.0/query?q=SELECT%20Id%20FROM%20Case",
    ]


def test_answers_are_matched_by_reference_not_by_position(org, vendor):
    reply = vendor.composite(vendor.page({"Id": "1"}), vendor.page({"Id": "2"}))
    reply.body["compositeResponse"].reverse()
    vendor.will(reply)
    answers = org.read([CONTACTS, CONTACTS])
    assert [answer.rows[0]["Id"] for answer in answers] == ["1", "2"]


def test_every_call_says_who_calls_and_keeps_assignment_rules_out(do, vendor):
    vendor.will(vendor.created("a00000000000001AAA"))
    do("insert")
    headers = vendor.calls[0].headers
    assert headers["Sforce-Auto-Assign"] == "FALSE"
    assert headers["Sforce-Call-Options"] == "client=connector"
    assert headers["Authorization"] == "Bearer 00D000000000062!token"
    assert headers["Content-Type"] == "application/json"


def test_an_insert_may_let_assignment_rules_run_and_the_next_call_keeps_them_out(org, vendor):
    made = vendor.created("500000000000001AAA")
    vendor.will(made, made)
    org.insert("Case", [{"Subject": "a"}], assign=True)
    org.insert("Case", [{"Subject": "b"}])
    with_rules, without = [call.headers for call in vendor.calls[-2:]]
    assert "Sforce-Auto-Assign" not in with_rules
    assert without["Sforce-Auto-Assign"] == "FALSE"


def test_the_newest_version_that_both_know_is_used(org, vendor):
    vendor.will(vendor.composite(vendor.page()))
    org.read([CONTACTS])
    assert vendor.calls[0].path_url == "/services/data/v66.0/composite"


@pytest.mark.parametrize("configured", ["60.0", "v60.0"])
def test_a_configured_version_is_used_without_asking(vendor, clock, configured):
    access = SalesforceAccess(URL, "client", SecretStr("hush"), api_version=configured)
    org = SalesforceOrg(VendorHttp("Salesforce", clock=clock, adapter=vendor), access)
    vendor.will(vendor.composite(vendor.page()))
    org.read([CONTACTS])
    assert [one.path_url for one in vendor.sent][1:] == ["/services/data/v60.0/composite"]


@pytest.mark.parametrize(
    ("versions", "error"),
    [
        (([{"version": "70.0"}, {"version": "x"}, "?"],), RequestRefused),  # all too new
        ((HTML,), VendorAnswerUnreadable),
        (({},), VendorAnswerUnreadable),
        ((HTML, 503), VendorUnreachable),
        ((EXPIRED, 401), SignInError),
    ],
)
def test_without_a_common_version_nothing_is_read(org, vendor, versions, error):
    vendor.versions = vendor.reply(*versions)
    with pytest.raises(error):
        org.read([CONTACTS])
    assert vendor.calls == []


def test_the_orgs_clock_is_asked_not_the_machines(org):
    assert org.now().isoformat() == "2026-05-04T12:00:00+00:00"


def test_usage_is_what_the_org_said_last(org, vendor):
    limit = "api-usage=25/5000; per-app-api-usage=17/250(appName=x)"
    vendor.will(
        vendor.composite(vendor.page()),
        vendor.reply(vendor.good("read").body, limit=limit),
        vendor.composite(vendor.page()),
    )
    org.read([CONTACTS])
    assert org.usage() is None  # the header may be absent
    org.read([CONTACTS])
    org.read([CONTACTS])
    assert org.usage() == (25, 5000)


def test_the_org_id_comes_with_the_session(org):
    assert org.organization_id == "00D000000000062EAA"


def test_the_org_id_is_asked_once_where_the_session_does_not_tell(org, vendor):
    vendor.token = vendor.reply({**vendor.token.body, "id": None})
    vendor.will(vendor.composite(vendor.page({"Id": "00D000000000062"})))
    assert org.organization_id == org.organization_id == "00D000000000062EAA"


# -- what comes back ----------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["read", "insert", "upsert", "update"])
@pytest.mark.parametrize(
    "body", [HTML, "", "null", "17", '"text"', "[]", "{}", "[null]", "{'half", '[{"id": "1"}, 2]']
)
def test_a_success_that_nobody_can_read_is_never_taken_for_one(do, vendor, call, body):
    vendor.will(*[vendor.reply(body)] * 4)
    if call == "insert":
        with pytest.raises(VendorUnreachable) as caught:
            do(call)
        assert caught.value.maybe_processed
        assert len(vendor.calls) == 1
    else:
        with pytest.raises(VendorAnswerUnreadable):
            do(call)


@pytest.mark.parametrize("call", ["read", "upsert", "update"])
def test_a_safe_call_survives_one_maintenance_page(do, vendor, call):
    vendor.will(vendor.reply(HTML), vendor.good(call))
    do(call)
    assert len(vendor.calls) == 2


@pytest.mark.parametrize("call", ["insert", "upsert", "update"])
def test_more_or_fewer_results_than_rows_are_unreadable(do, vendor, call):
    vendor.will(vendor.created("a00000000000001AAA", "a00000000000002AAA"))
    with pytest.raises(VendorError):
        do(call)


@pytest.mark.parametrize("call", ["read", "insert", "upsert", "update"])
def test_no_error_tells_what_the_vendors_page_said(do, vendor, call):
    vendor.will(*[vendor.reply(HTML, 500)] * 4)
    with pytest.raises(VendorUnreachable) as caught:
        do(call)
    error = caught.value
    assert "Ann" not in f"{error}{error.next_step}{error.facts}"
    assert error.__cause__ is None
    assert error.__context__ is None  # simple-salesforce's exception holds URL and body


@pytest.mark.parametrize("call", ["read", "insert", "upsert", "update"])
def test_the_daily_cap_stops_at_once(do, vendor, call):
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    vendor.will(vendor.reply(body, 403))
    with pytest.raises(AllowanceExhausted):
        do(call)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("call", ["read", "insert", "upsert", "update"])
def test_too_many_at_once_is_waited_out(do, vendor, clock, call):
    body = [
        {
            "errorCode": "REQUEST_LIMIT_EXCEEDED",
            "message": "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
        }
    ]
    vendor.will(vendor.reply(body, 403), vendor.reply(body, 403), vendor.good(call))
    do(call)
    assert len(clock.slept) == 2
    assert clock.slept[1] > 0.5


@pytest.mark.parametrize("call", ["read", "insert", "upsert", "update"])
def test_an_expired_session_is_renewed_and_the_call_repeated(do, vendor, call):
    vendor.will(vendor.reply(EXPIRED, 401), vendor.good(call))
    do(call)
    assert vendor.sign_ins == 2
    assert len(vendor.calls) == 2


def test_a_renewed_session_moves_to_the_address_it_names(org, vendor):
    vendor.will(
        vendor.composite(vendor.page()), vendor.reply(EXPIRED, 401), vendor.composite(vendor.page())
    )
    org.read([CONTACTS])
    moved = "https://moved.my.salesforce.example"
    vendor.token = vendor.reply(
        {**vendor.token.body, "instance_url": moved, "access_token": "00D!new"}
    )
    org.read([CONTACTS])
    assert vendor.sent[-1].url == f"{moved}/services/data/v66.0/composite"
    assert vendor.sent[-1].headers["Authorization"] == "Bearer 00D!new"


@pytest.mark.parametrize("call", ["read", "insert", "upsert", "update"])
def test_a_session_that_expires_at_once_again_is_not_renewed_for_ever(do, vendor, call):
    vendor.will(*[vendor.reply(EXPIRED, 401)] * 2)
    with pytest.raises(SignInError):
        do(call)
    assert vendor.sign_ins == 2


def test_a_session_that_may_not_use_the_api_is_not_renewed(org, vendor):
    message = "This session is not valid for use with the REST API"
    vendor.will(vendor.reply([{"errorCode": "INVALID_SESSION_ID", "message": message}], 401))
    with pytest.raises(AccessDenied, match="REST API"):
        org.read([CONTACTS])
    assert vendor.sign_ins == 1


def test_a_refused_sign_in_is_not_tried_again(org, vendor):
    vendor.token = vendor.reply({"error": "invalid_client", "error_description": "no"}, 400)
    for _ in range(3):
        with pytest.raises(SignInError):
            org.read([CONTACTS])
    assert vendor.sign_ins == 1
