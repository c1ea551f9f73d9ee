"""One session for many threads: renewed once, never in a loop, and it tells no secrets."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr
from requests.adapters import BaseAdapter

from connector.core.terms.errors import AccessDenied, SignInError, VendorError
from connector.core.terms.records import Select
from connector.emulator.doors import SALESFORCE_URL
from connector.emulator.faults import Fault, expired_session
from connector.emulator.salesforce import ConnectedApp
from connector.gateways.http.client import VendorHttp
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg
from connector.gateways.salesforce.sign_in import TOKEN_PATH

CONTACTS = Select("Contact", ("Id", "LastName"))
ISSUE = "Trustpilot_Issue__c"
THREADS = 8


@pytest.fixture
def app():
    return ConnectedApp("client", "hush", "integration@shop.example")


@pytest.fixture
def side(emulator, app):
    emulator.salesforce.settings.connected_apps.append(app)
    return emulator.salesforce


@pytest.fixture
def org(side, clock, door):
    app = side.settings.connected_apps[0]
    access = SalesforceAccess(SALESFORCE_URL, app.client_id, SecretStr(app.client_secret))
    return SalesforceOrg(VendorHttp("Salesforce", clock=clock, adapter=door), access)


def together(work):
    """Run `work(i)` in eight threads that start at one moment."""
    barrier = threading.Barrier(THREADS)

    def start(i):
        barrier.wait()
        return work(i)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(start, range(THREADS)))


def sign_ins(emulator):
    return emulator.calls.counts("salesforce", "POST", TOKEN_PATH)


def test_eight_threads_sign_in_once(org, emulator):
    answers = together(lambda _i: org.read([CONTACTS]))
    assert answers == [org.read([CONTACTS])] * THREADS
    assert sign_ins(emulator) == 1
    assert emulator.calls.counts("salesforce", "GET", "/services/data") == 1


class AllRefusedTogether(BaseAdapter):
    """Holds back every 401 until eight threads have one, so that none renews before the others."""

    def __init__(self, door):
        super().__init__()
        self._door = door
        self._barrier = threading.Barrier(THREADS, timeout=10)

    def send(self, request, **options):
        response = self._door.send(request, **options)
        if response.status_code == 401:
            self._barrier.wait()
        return response

    def close(self):
        self._door.close()


def test_an_ended_session_is_renewed_once_for_eight_threads(side, emulator, clock, door):
    http = VendorHttp("Salesforce", clock=clock, adapter=AllRefusedTogether(door))
    org = SalesforceOrg(http, SalesforceAccess(SALESFORCE_URL, "client", SecretStr("hush")))
    side.org.insert("Contact", {"LastName": "Doe"})
    org.read([CONTACTS])
    side.sessions.end_all()
    answers = together(lambda _i: org.read([CONTACTS])[0].rows[0]["LastName"])
    assert answers == ["Doe"] * THREADS
    assert sign_ins(emulator) == 2


def test_eight_threads_write_every_row_once_across_a_renewal(org, side):
    org.now()
    side.sessions.end_all()
    together(lambda i: org.insert(ISSUE, [{"Key__c": f"{i}/{n}"} for n in range(10)]))
    assert side.org.count(ISSUE) == THREADS * 10


def test_a_session_ends_by_itself_and_is_renewed(org, side, emulator, clock):
    org.read([CONTACTS])
    clock.advance(side.settings.session_lifetime.total_seconds() + 1)
    org.read([CONTACTS])
    assert sign_ins(emulator) == 2


def test_sessions_that_end_at_once_stop_the_work(org, emulator):
    emulator.faults.add(expired_session(path="*/composite", times=None))
    with pytest.raises(SignInError):
        org.read([CONTACTS])
    assert sign_ins(emulator) == 2
    assert emulator.calls.counts("salesforce", "POST", "*/composite") == 2


def test_a_session_that_ends_before_the_version_is_known_is_renewed(org, emulator):
    emulator.faults.add(expired_session())
    assert org.read([CONTACTS])
    assert sign_ins(emulator) == 2


def test_an_app_without_api_scope_is_told_at_once(org, app, emulator):
    app.scopes = ("id",)
    with pytest.raises(AccessDenied, match="REST API"):
        org.read([CONTACTS])
    assert sign_ins(emulator) == 1


def test_the_version_is_the_newest_that_the_org_offers(org, side, emulator):
    side.settings.newest_version = 64
    org.read([CONTACTS])
    assert emulator.calls.counts("salesforce", "POST", "/services/data/v64.0/composite") == 1


def test_time_is_the_orgs(org, emulator):
    emulator.clock.advance(86_400)
    assert org.now() == emulator.clock.now()


@pytest.mark.parametrize("header", [True, False])
def test_usage_is_known_where_the_org_tells_it(org, side, emulator, header):
    emulator.switches.sforce_limit_info_header = header
    org.read([CONTACTS])
    org.insert(ISSUE, [{"Key__c": "a"}])
    assert org.usage() == ((2, side.settings.daily_cap) if header else None)


def used(org):
    calls, _allowed = org.usage()
    return calls


def test_usage_follows_every_page(org, side):
    side.settings.page_rows = 200
    for i in range(201):
        side.org.insert(ISSUE, {"Key__c": f"{i}"})
    org.read([Select(ISSUE, ("Id",))])
    assert used(org) == 2  # one composite call and one page


def test_usage_follows_an_answer_that_refuses(org, side, emulator):
    org.read([CONTACTS])
    side.org.hide_object("Contact")
    body = [{"errorCode": "SOMETHING_NEW", "message": "no"}]
    told = {"Sforce-Limit-Info": "api-usage=77/100"}
    emulator.faults.add(
        Fault("salesforce", path="*/composite", status=409, body=body, headers=told)
    )
    with pytest.raises(VendorError):
        org.read([CONTACTS])
    assert org.usage() == (77, 100)


def test_usage_follows_files_of_rows(org, side, emulator):
    org.read([CONTACTS])
    org.upsert(ISSUE, "Key__c", [{"Key__c": f"{i}", "Code__c": "X"} for i in range(2001)])
    assert used(org) == side.allowance.used(emulator.clock.now())
