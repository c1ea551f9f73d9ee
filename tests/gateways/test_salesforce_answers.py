"""The client against answers of every shape, played back by a transport instead of an org."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field

import pytest
import requests
from pydantic import SecretStr
from requests.adapters import BaseAdapter

from connector.core.errors import (
    AccessDenied,
    AllowanceExhausted,
    RequestRefused,
    SignInError,
    VendorAnswerUnreadable,
    VendorError,
    VendorUnreachable,
)
from connector.core.records import Condition, Select
from connector.gateways.http import HttpSettings, VendorHttp
from connector.gateways.salesforce import SalesforceAccess, SalesforceOrg

URL = "https://acme.my.salesforce.example"
TOKEN = {
    "access_token": "00D000000000062!token",
    "instance_url": URL,
    "id": "https://login.salesforce.com/id/00D000000000062EAA/005000000000001AAA",
    "token_type": "Bearer",
}
VERSIONS = [{"version": v, "url": "", "label": ""} for v in ("31.0", "64.0", "66.0", "68.0")]
EXPIRED = [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}]
LOCKED = [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain", "fields": []}]
HTML = "<html><body>We are down for maintenance, Ann</body></html>"


@dataclass(frozen=True)
class Reply:
    body: object = None
    status: int = 200
    limit: str = ""


@dataclass
class Playback(BaseAdapter):
    """Answers sign-ins itself and everything else from a list; remembers what was sent."""

    replies: deque = field(default_factory=deque)
    sent: list = field(default_factory=list)
    token: Reply = Reply(TOKEN)
    versions: Reply = Reply(VERSIONS)

    def will(self, *replies):
        self.replies.extend(replies)

    def send(self, request, **_options):
        self.sent.append(request)
        if request.path_url.endswith("/oauth2/token"):
            return _response(request, self.token)
        if request.path_url == "/services/data":
            return _response(request, self.versions)
        reply = self.replies.popleft()
        if isinstance(reply, Exception):
            raise reply
        return _response(request, reply)

    def close(self):
        pass

    @property
    def calls(self):
        return [one for one in self.sent if one.path_url.startswith("/services/data/v")]

    @property
    def sign_ins(self):
        return sum(one.path_url.endswith("/token") for one in self.sent)

    def bodies(self):
        return [json.loads(one.body) for one in self.calls]


def _response(request, reply):
    response = requests.Response()
    response.status_code = reply.status
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    response._content = text.encode()  # noqa: SLF001 -- requests offers no constructor
    response.headers["Date"] = "Mon, 04 May 2026 12:00:00 GMT"
    if reply.limit:
        response.headers["Sforce-Limit-Info"] = reply.limit
    response.request = request
    response.url = request.url
    return response


@pytest.fixture
def vendor():
    return Playback()


@pytest.fixture
def access():
    return SalesforceAccess(URL, "client", SecretStr("hush"))


@pytest.fixture
def org(vendor, clock, access):
    http = VendorHttp("salesforce", clock=clock, adapter=vendor, settings=HttpSettings(attempts=2))
    return SalesforceOrg(http, access)


def page(*rows, **more):
    return {"totalSize": len(rows), "done": True, "records": [dict(row) for row in rows], **more}


def composite(*bodies):
    """Each body is a page, or (status, errorCode, message)."""
    parts = []
    for i, body in enumerate(bodies):
        status, content = 200, body
        if isinstance(body, tuple):
            status, content = body[0], [{"errorCode": body[1], "message": body[2]}]
        parts.append({"referenceId": f"query{i}", "httpStatusCode": status, "body": content})
    return Reply({"compositeResponse": parts})


def created(*ids):
    return Reply([{"id": one, "success": True, "errors": []} for one in ids])


CONTACTS = Select("Contact", ("Id",))
KEY = "External_Id__c"
WRITES = {
    "insert": lambda org: org.insert("Thing__c", [{"Name": "x"}]),
    "upsert": lambda org: org.upsert("Thing__c", KEY, [{KEY: "k"}]),
    "update": lambda org: org.update("Thing__c", [{"Id": "a00000000000001AAA"}]),
}
CALLS = {"read": lambda org: org.read([CONTACTS]), **WRITES}
GOOD = {
    "read": composite(page()),
    "insert": created("a00000000000001AAA"),
    "upsert": created("a00000000000001AAA"),
    "update": created("a00000000000001AAA"),
}


# -- what is sent -------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_first_call(org, vendor):
    assert vendor.sent == []
    assert org.usage() is None


def test_a_read_is_one_composite_call_without_reordering(org, vendor):
    vendor.will(composite(page({"Id": "1"}), page({"Id": "2"})))
    answers = org.read([CONTACTS, Select("Case", ("Id",))])
    assert [answer.rows for answer in answers] == [({"Id": "1"},), ({"Id": "2"},)]
    (body,) = vendor.bodies()
    assert body["collateSubrequests"] is False
    assert [part["url"] for part in body["compositeRequest"]] == [
        "/services/data/v66.0/query?q=SELECT%20Id%20FROM%20Contact",
        "/services/data/v66.0/query?q=SELECT%20Id%20FROM%20Case",
    ]


def test_answers_are_matched_by_reference_not_by_position(org, vendor):
    reply = composite(page({"Id": "1"}), page({"Id": "2"}))
    reply.body["compositeResponse"].reverse()
    vendor.will(reply)
    answers = org.read([CONTACTS, CONTACTS])
    assert [answer.rows[0]["Id"] for answer in answers] == ["1", "2"]


def test_every_call_says_who_calls_and_keeps_assignment_rules_out(org, vendor):
    vendor.will(created("a00000000000001AAA"))
    WRITES["insert"](org)
    headers = vendor.calls[0].headers
    assert headers["Sforce-Auto-Assign"] == "FALSE"
    assert headers["Sforce-Call-Options"] == "client=connector"
    assert headers["Authorization"] == "Bearer 00D000000000062!token"
    assert headers["Content-Type"] == "application/json"


def test_the_newest_version_that_both_know_is_used(org, vendor):
    vendor.will(composite(page()))
    org.read([CONTACTS])
    assert vendor.calls[0].path_url == "/services/data/v66.0/composite"


@pytest.mark.parametrize("configured", ["60.0", "v60.0"])
def test_a_configured_version_is_used_without_asking(vendor, clock, configured):
    access = SalesforceAccess(URL, "client", SecretStr("hush"), api_version=configured)
    org = SalesforceOrg(VendorHttp("salesforce", clock=clock, adapter=vendor), access)
    vendor.will(composite(page()))
    org.read([CONTACTS])
    assert [one.path_url for one in vendor.sent][1:] == ["/services/data/v60.0/composite"]


@pytest.mark.parametrize(
    ("versions", "error"),
    [
        (Reply([{"version": "70.0"}, {"version": "x"}, "?"]), RequestRefused),  # all too new
        (Reply(HTML), VendorAnswerUnreadable),
        (Reply({}), VendorAnswerUnreadable),
        (Reply(HTML, 503), VendorUnreachable),
        (Reply(EXPIRED, 401), SignInError),
    ],
)
def test_without_a_common_version_nothing_is_read(org, vendor, versions, error):
    vendor.versions = versions
    with pytest.raises(error):
        org.read([CONTACTS])
    assert vendor.calls == []


def test_the_orgs_clock_is_asked_not_the_machines(org):
    assert org.now().isoformat() == "2026-05-04T12:00:00+00:00"


def test_usage_is_what_the_org_said_last(org, vendor):
    limit = "api-usage=25/5000; per-app-api-usage=17/250(appName=x)"
    vendor.will(composite(page()), Reply(GOOD["read"].body, limit=limit), composite(page()))
    org.read([CONTACTS])
    assert org.usage() is None  # the header may be absent
    org.read([CONTACTS])
    org.read([CONTACTS])
    assert org.usage() == (25, 5000)


def test_the_org_id_comes_with_the_session(org):
    assert org.organization_id == "00D000000000062EAA"


def test_the_org_id_is_asked_once_where_the_session_does_not_tell(org, vendor):
    vendor.token = Reply({**TOKEN, "id": None})
    vendor.will(composite(page({"Id": "00D000000000062"})))
    assert org.organization_id == org.organization_id == "00D000000000062EAA"


# -- what comes back ----------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "body", [HTML, "", "null", "17", '"text"', "[]", "{}", "[null]", "{'half", '[{"id": "1"}, 2]']
)
def test_a_success_that_nobody_can_read_is_never_taken_for_one(org, vendor, call, body):
    vendor.will(*[Reply(body)] * 4)
    if call == "insert":
        with pytest.raises(VendorUnreachable) as caught:
            CALLS[call](org)
        assert caught.value.maybe_processed
        assert len(vendor.calls) == 1
    else:
        with pytest.raises(VendorAnswerUnreadable):
            CALLS[call](org)


@pytest.mark.parametrize("call", ["read", "upsert", "update"])
def test_a_safe_call_survives_one_maintenance_page(org, vendor, call):
    vendor.will(Reply(HTML), GOOD[call])
    CALLS[call](org)
    assert len(vendor.calls) == 2


@pytest.mark.parametrize("call", WRITES)
def test_more_or_fewer_results_than_rows_are_unreadable(org, vendor, call):
    vendor.will(created("a00000000000001AAA", "a00000000000002AAA"))
    with pytest.raises(VendorError):
        CALLS[call](org)


@pytest.mark.parametrize("call", CALLS)
def test_no_error_tells_what_the_vendors_page_said(org, vendor, call):
    vendor.will(*[Reply(HTML, 500)] * 4)
    with pytest.raises(VendorUnreachable) as caught:
        CALLS[call](org)
    error = caught.value
    assert "Ann" not in f"{error}{error.next_step}{error.facts}"
    assert error.__cause__ is None
    assert error.__context__ is None  # simple-salesforce's exception holds URL and body


@pytest.mark.parametrize("call", CALLS)
def test_the_daily_cap_stops_at_once(org, vendor, call):
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    vendor.will(Reply(body, 403))
    with pytest.raises(AllowanceExhausted):
        CALLS[call](org)
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("call", CALLS)
def test_too_many_at_once_is_waited_out(org, vendor, clock, call):
    body = [
        {
            "errorCode": "REQUEST_LIMIT_EXCEEDED",
            "message": "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
        }
    ]
    vendor.will(Reply(body, 403), Reply(body, 403), GOOD[call])
    CALLS[call](org)
    assert len(clock.slept) == 2
    assert clock.slept[1] > 0.5


@pytest.mark.parametrize("call", CALLS)
def test_an_expired_session_is_renewed_and_the_call_repeated(org, vendor, call):
    vendor.will(Reply(EXPIRED, 401), GOOD[call])
    CALLS[call](org)
    assert vendor.sign_ins == 2
    assert len(vendor.calls) == 2


def test_a_renewed_session_moves_to_the_address_it_names(org, vendor):
    vendor.will(composite(page()), Reply(EXPIRED, 401), composite(page()))
    org.read([CONTACTS])
    moved = "https://moved.my.salesforce.example"
    vendor.token = Reply({**TOKEN, "instance_url": moved, "access_token": "00D!new"})
    org.read([CONTACTS])
    assert vendor.sent[-1].url == f"{moved}/services/data/v66.0/composite"
    assert vendor.sent[-1].headers["Authorization"] == "Bearer 00D!new"


@pytest.mark.parametrize("call", CALLS)
def test_a_session_that_expires_at_once_again_is_not_renewed_for_ever(org, vendor, call):
    vendor.will(*[Reply(EXPIRED, 401)] * 2)
    with pytest.raises(SignInError):
        CALLS[call](org)
    assert vendor.sign_ins == 2


def test_a_session_that_may_not_use_the_api_is_not_renewed(org, vendor):
    message = "This session is not valid for use with the REST API"
    vendor.will(Reply([{"errorCode": "INVALID_SESSION_ID", "message": message}], 401))
    with pytest.raises(AccessDenied, match="REST API"):
        org.read([CONTACTS])
    assert vendor.sign_ins == 1


def test_a_refused_sign_in_is_not_tried_again(org, vendor):
    vendor.token = Reply({"error": "invalid_client", "error_description": "no"}, 400)
    for _ in range(3):
        with pytest.raises(SignInError):
            org.read([CONTACTS])
    assert vendor.sign_ins == 1


# -- reading ------------------------------------------------------------------------------------


def test_a_locked_part_of_a_read_is_asked_again_alone(org, vendor):
    locked = (400, "UNABLE_TO_LOCK_ROW", "unable")
    vendor.will(composite(page({"Id": "1"}), locked), composite(page({"Id": "2"})))
    answers = org.read([CONTACTS, Select("Case", ("Id",))])
    assert [answer.rows[0]["Id"] for answer in answers] == ["1", "2"]
    assert [len(body["compositeRequest"]) for body in vendor.bodies()] == [2, 1]


def test_a_part_that_stays_unavailable_ends_the_read(org, vendor):
    vendor.will(*[composite((503, "SERVER_UNAVAILABLE", "busy"))] * 4)
    with pytest.raises(VendorUnreachable) as caught:
        org.read([CONTACTS])
    assert not caught.value.maybe_processed
    assert len(vendor.calls) == 4


def test_a_part_that_is_unavailable_once_is_asked_again(org, vendor):
    vendor.will(composite((503, "SERVER_UNAVAILABLE", "busy")), composite(page({"Id": "1"})))
    (answer,) = org.read([CONTACTS])
    assert answer.rows == ({"Id": "1"},)


def test_a_part_over_the_daily_cap_stops_the_run(org, vendor):
    vendor.will(composite(page(), (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit")))
    with pytest.raises(AllowanceExhausted):
        org.read([CONTACTS, CONTACTS])


def test_a_malformed_query_is_told_without_its_values(org, vendor):
    echo = "\nSELECT Id FROM Contact WHERE Name = 'Ann'\n^\nERROR at Row:1:Column:1\nunexpected"
    vendor.will(composite((400, "MALFORMED_QUERY", echo)))
    with pytest.raises(RequestRefused, match="MALFORMED_QUERY: unexpected") as caught:
        org.read([Select("Contact", ("Id",), (Condition("Name", "=", "Ann"),))])
    assert "Ann" not in str(caught.value)


def test_a_missing_part_is_no_empty_answer(org, vendor):
    vendor.will(composite(page()))
    with pytest.raises(VendorAnswerUnreadable):
        org.read([CONTACTS, CONTACTS])


def test_a_page_that_is_not_the_last_must_name_the_next(org, vendor):
    vendor.will(composite(page({"Id": "1"}, done=False)))
    with pytest.raises(VendorAnswerUnreadable):
        org.read([CONTACTS])


def test_a_page_that_names_itself_as_the_next_ends_the_read(org, vendor):
    path = "/services/data/v66.0/query/0r8x-200"
    again = Reply(page({"Id": "2"}, done=False, nextRecordsUrl=path))
    vendor.will(composite(page({"Id": "1"}, done=False, nextRecordsUrl=path)), again, again)
    with pytest.raises(VendorAnswerUnreadable):
        org.read([CONTACTS])


def test_a_locator_that_died_starts_the_query_again_without_doubles(org, vendor):
    path = "/services/data/v66.0/query/0r8x-1"
    first = composite(page({"Id": "1"}, done=False, nextRecordsUrl=path))
    dead = Reply([{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}], 400)
    vendor.will(first, dead, first, Reply(page({"Id": "2"})))
    (answer,) = org.read([CONTACTS])
    assert [row["Id"] for row in answer.rows] == ["1", "2"]


def test_a_locator_that_always_dies_is_given_up(org, vendor):
    path = "/services/data/v66.0/query/0r8x-1"
    first = composite(page({"Id": "1"}, done=False, nextRecordsUrl=path))
    dead = Reply([{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}], 400)
    vendor.will(*[first, dead] * 4, first)
    with pytest.raises(RequestRefused, match="INVALID_QUERY_LOCATOR"):
        org.read([CONTACTS])


def long_list(**more):
    ids = tuple(f"003{i:012d}AAA" for i in range(500))
    return Select("Contact", ("Id", "Name"), (Condition("Id", "in", ids),), **more)


def test_a_question_in_pieces_is_joined_in_its_order_and_cut_to_its_limit(org, vendor):
    vendor.will(
        composite(
            page({"Id": "1", "Name": "bob"}, {"Id": "2", "Name": None}),
            page({"Id": "3", "Name": "Ann"}, {"Id": "2", "Name": None}, {"Id": "4", "Name": "cy"}),
        )
    )
    (answer,) = org.read([long_list(order_by=("Name",), limit=3)])
    assert [row["Id"] for row in answer.rows] == ["2", "3", "1"]  # null first, then Ann, bob


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        (("Account.Name", "Id"), "3412"),
        (("Account.Name DESC", "Id"), "3421"),
        (("Account.Name NULLS LAST", "Id DESC"), "1243"),
    ],
)
def test_pieces_are_ordered_as_the_org_orders(org, vendor, order, ids):
    vendor.will(
        composite(
            page({"Id": "4", "Account": {"Name": None}}, {"Id": "2", "Account": {"Name": "b"}}),
            page({"Id": "3", "Account": None}, {"Id": "1", "Account": {"Name": "A"}}),
        )
    )
    (answer,) = org.read([long_list(order_by=order)])
    assert "".join(row["Id"] for row in answer.rows) == ids


def test_an_empty_in_list_costs_no_call(org, vendor):
    (answer,) = org.read([Select("Contact", ("Id",), (Condition("Id", "in", ()),))])
    assert answer.rows == ()
    assert vendor.calls == []


# -- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", WRITES)
def test_no_rows_cost_no_call(org, vendor, call):
    arguments = {"insert": ("T__c", []), "upsert": ("T__c", KEY, []), "update": ("T__c", [])}
    assert getattr(org, call)(*arguments[call]) == []
    assert vendor.sent == []


def test_a_row_that_fails_without_a_reason_still_fails(org, vendor):
    vendor.will(Reply([{"success": False}]))
    (result,) = WRITES["insert"](org)
    assert result.error.code == "UNKNOWN_EXCEPTION"


def test_only_a_row_that_says_success_is_one(org, vendor):
    vendor.will(Reply([{"id": "a00000000000001AAA"}]))
    (result,) = WRITES["insert"](org)
    assert not result.ok


def test_a_short_id_is_returned_long(org, vendor):
    vendor.will(created("0017e00001W4GYR"))
    (result,) = WRITES["insert"](org)
    assert result.id == "0017e00001W4GYRAA3"
    assert result.created


@pytest.mark.parametrize("call", WRITES)
def test_a_row_that_stays_locked_is_given_up_after_four_times(org, vendor, clock, call):
    vendor.will(*[Reply([{"success": False, "errors": LOCKED}])] * 4)
    (result,) = WRITES[call](org)
    assert result.error.code == "UNABLE_TO_LOCK_ROW"
    assert len(vendor.calls) == 4
    assert len(clock.slept) == 3


def test_the_loser_of_a_race_on_the_key_asks_again(org, vendor):
    message = f"duplicate value found: {KEY} duplicates value on record with id: a00000000000001"
    race = [{"statusCode": "DUPLICATE_VALUE", "message": message, "fields": []}]
    won = {"id": "a00000000000001AAA", "success": True, "errors": [], "created": False}
    vendor.will(Reply([{"success": False, "errors": race}]), Reply([won]))
    (result,) = WRITES["upsert"](org)
    assert result.ok
    assert not result.created


def test_a_duplicate_is_the_answer_to_an_insert(org, vendor):
    message = f"duplicate value found: {KEY} duplicates value on record with id: a00000000000001"
    race = [{"statusCode": "DUPLICATE_VALUE", "message": message, "fields": []}]
    vendor.will(Reply([{"success": False, "errors": race}]))
    (result,) = WRITES["insert"](org)
    assert result.error.code == "DUPLICATE_VALUE"
    assert len(vendor.calls) == 1


def test_a_missing_object_on_write_is_a_matter_of_permission(org, vendor):
    vendor.will(Reply([{"errorCode": "NOT_FOUND", "message": "does not exist"}], 404))
    with pytest.raises(AccessDenied) as caught:
        WRITES["upsert"](org)
    assert "Trustpilot_Connector" in caught.value.next_step


def test_a_bad_request_that_is_not_the_orgs_is_not_cut_in_halves(org, vendor):
    vendor.will(Reply(HTML, 400))
    with pytest.raises(RequestRefused):
        org.insert("Thing__c", [{"Name": "x"}, {"Name": "y"}])
    assert len(vendor.calls) == 1


def test_a_row_that_the_org_cannot_read_is_found_and_the_others_are_written(org, vendor):
    """Whichever call holds the row named bad is refused as a whole."""
    unreadable = Reply([{"errorCode": "JSON_PARSER_ERROR", "message": "at [line:1]"}], 400)

    def answer(request, **_options):
        vendor.sent.append(request)
        if "composite" not in request.path_url:
            kind = vendor.token if request.path_url.endswith("token") else vendor.versions
            return _response(request, kind)
        names = [record["Name"] for record in json.loads(request.body)["records"]]
        written.extend([] if "bad" in names else names)
        good = Reply([{"id": f"a{name:0>17}", "success": True, "errors": []} for name in names])
        return _response(request, unreadable if "bad" in names else good)

    written = []
    vendor.send = answer
    names = [str(i) for i in range(200)]
    names[77] = "bad"
    results = org.insert("Thing__c", [{"Name": name} for name in names])
    assert [i for i, result in enumerate(results) if not result.ok] == [77]
    assert results[77].error.code == "JSON_PARSER_ERROR"
    assert written == [name for name in names if name != "bad"]  # in order, none twice
    assert len(vendor.calls) < 20
