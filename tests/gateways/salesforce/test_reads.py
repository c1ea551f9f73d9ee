"""Reading the emulated org: complete, through every fault, without what it hides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from connector.core.terms.errors import AccessDenied, RequestRefused, VendorError
from connector.core.terms.records import AnyOf, Condition, Select
from connector.emulator.doors import SALESFORCE_URL
from connector.emulator.faults import (
    Fault,
)
from connector.gateways.http.client import VendorHttp
from connector.gateways.salesforce.org import SalesforceAccess, SalesforceOrg
from one_fault import OF_SALESFORCE

ISSUE = "Trustpilot_Issue__c"
COMPOSITE = "*/composite"


def fill(side, count, **values):
    return [
        side.org.insert(ISSUE, {"Key__c": f"key {i:05d}", "Code__c": "X", **values})
        for i in range(count)
    ]


def keys(*where, **more):
    return Select(ISSUE, ("Id", "Key__c"), where, order_by=("Key__c",), **more)


def test_six_questions_cost_two_calls(org, side, emulator):
    fill(side, 3)
    answers = org.read([keys(limit=i) for i in range(1, 7)])
    assert [len(answer.rows) for answer in answers] == [1, 2, 3, 3, 3, 3]
    assert emulator.calls.counts("salesforce", "POST", COMPOSITE) == 2


def test_no_questions_cost_nothing(org, emulator):
    assert org.read([]) == []
    assert emulator.calls.counts("salesforce") == 0


def test_a_row_holds_parents_nested_and_no_attributes(org, side):
    account = side.org.insert("Account", {"Name": "Shop"})
    side.org.insert("Contact", {"LastName": "Doe", "AccountId": account})
    side.org.insert("Contact", {"LastName": "Roe"})
    (answer,) = org.read([Select("Contact", ("LastName", "Account.Name"), order_by=("LastName",))])
    assert answer.rows == (
        {"LastName": "Doe", "Account": {"Name": "Shop"}},
        {"LastName": "Roe", "Account": None},
    )


def test_every_page_is_read(org, side, emulator):
    side.settings.page_rows = 200
    ids = fill(side, 450)
    (answer,) = org.read([keys()])
    assert [row["Id"] for row in answer.rows] == ids
    assert emulator.calls.counts("salesforce", "GET", "*/query/0r8*") == 2


def test_pages_of_several_questions_are_not_mixed(org, side):
    side.settings.page_rows = 200
    fill(side, 450)
    low, high = Condition("Key__c", "<", "key 00220"), Condition("Key__c", ">=", "key 00220")
    first, second = org.read([keys(low), keys(high)])
    assert [len(first.rows), len(second.rows)] == [220, 230]
    assert first.rows[-1]["Key__c"] < second.rows[0]["Key__c"]


def test_a_dead_locator_costs_a_restart_and_no_row(org, side, emulator):
    side.settings.page_rows = 200
    ids = fill(side, 450)
    dead = [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}]
    emulator.faults.add(Fault("salesforce", path="*/query/0r8*", skip=1, status=400, body=dead))
    (answer,) = org.read([keys()])
    assert [row["Id"] for row in answer.rows] == ids
    assert emulator.calls.counts("salesforce", "POST", COMPOSITE) == 2


def test_locators_that_die_at_once_end_the_read(org, side):
    side.settings.page_rows = 200
    side.settings.locator_lifetime = timedelta(seconds=-1)
    fill(side, 201)
    with pytest.raises(RequestRefused, match="INVALID_QUERY_LOCATOR"):
        org.read([keys()])


def test_a_long_in_list_is_answered_whole_in_order_and_once(org, side, emulator):
    fill(side, 700)
    wanted = [f"key {i:05d}" for i in range(0, 1400, 2)]
    (answer,) = org.read([keys(Condition("Key__c", "in", wanted + wanted))])
    assert [row["Key__c"] for row in answer.rows] == wanted[:350]
    assert emulator.calls.counts("salesforce", "POST", COMPOSITE) == 1


def test_values_that_differ_in_case_find_a_record_once(org, side):
    """E-mail addresses compare without case, so two pieces of one list can find one contact."""
    side.org.insert("Contact", {"LastName": "Doe", "Email": "Ann@example.com"})
    filling = [f"{i:04d}@example.com" for i in range(600)]
    asked = ["ANN@example.com", *filling, "ann@example.com"]
    (answer,) = org.read([Select("Contact", ("Id", "Email"), (Condition("Email", "in", asked),))])
    assert [row["Email"] for row in answer.rows] == ["ann@example.com"]


def test_a_pause_of_a_busy_org_is_said(side, emulator, clock, door):
    app, waits = side.settings.connected_apps[0], []
    access = SalesforceAccess(SALESFORCE_URL, app.client_id, SecretStr(app.client_secret))
    http = VendorHttp("Salesforce", clock=clock, adapter=door, on_wait=waits.append)
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests exceeded."}]
    emulator.faults.add(Fault("salesforce", path=COMPOSITE, status=403, body=body, times=3))
    SalesforceOrg(http, access).read([keys()])
    long = [seconds for seconds in clock.slept if seconds > 2]
    assert [wait.seconds for wait in waits] == long
    assert long
    assert {(wait.vendor, wait.why.value) for wait in waits} == {("Salesforce", "repeat")}


# -- what lies in the recycle bin ---------------------------------------------------------------


def binned(side, count):
    """Rows of which every second one is in the recycle bin."""
    ids = fill(side, count)
    for record in ids[::2]:
        side.org.delete(ISSUE, record)
    return ids


def everything(*where, **more):
    asked = ("Id", "Key__c", "IsDeleted")
    return Select(ISSUE, asked, where, order_by=("Key__c",), deleted=True, **more)


def test_the_bin_is_read_only_when_asked_for(org, side, emulator):
    ids = binned(side, 4)
    live, every = org.read([keys(), everything()])
    assert [row["Id"] for row in live.rows] == ids[1::2]
    assert [(row["Id"], row["IsDeleted"]) for row in every.rows] == [
        (record, i % 2 == 0) for i, record in enumerate(ids)
    ]
    assert emulator.calls.counts("salesforce", "POST", COMPOSITE) == 1


def test_every_page_with_the_bin_is_read(org, side, emulator):
    side.settings.page_rows = 200
    ids = binned(side, 450)
    live, every = org.read([keys(), everything()])
    assert [len(live.rows), len(every.rows)] == [225, 450]
    assert [row["Id"] for row in every.rows] == ids
    assert emulator.calls.counts("salesforce", "GET", "*/queryAll/0r8*") == 2
    assert emulator.calls.counts("salesforce", "GET", "*/query/0r8*") == 1


def test_a_dead_locator_with_the_bin_costs_no_deleted_row(org, side, emulator):
    side.settings.page_rows = 200
    ids = binned(side, 450)
    dead = [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}]
    emulator.faults.add(Fault("salesforce", path="*/queryAll/0r8*", skip=1, status=400, body=dead))
    (answer,) = org.read([everything()])
    assert [row["Id"] for row in answer.rows] == ids
    assert emulator.calls.counts("salesforce", "POST", COMPOSITE) == 2


def test_a_long_list_finds_what_is_in_the_bin(org, side):
    ids = binned(side, 700)
    wanted = [f"key {i:05d}" for i in range(700)]
    (answer,) = org.read([everything(Condition("Key__c", "in", wanted))])
    assert [row["Id"] for row in answer.rows] == ids


def test_a_hidden_field_does_not_hide_the_bin(org, side):
    (record,) = binned(side, 1)
    side.org.hide_field(ISSUE, "Message__c")
    asked = Select(ISSUE, ("Id", "Message__c"), optional=True, deleted=True)
    (answer,) = org.read([asked])
    assert answer.rows == ({"Id": record},)
    assert answer.missing_fields == ("Message__c",)


def test_deleted_records_are_counted_when_asked_for(org, side):
    binned(side, 5)
    asked = Select(ISSUE, count=True)
    live, every = org.read([asked, Select(ISSUE, count=True, deleted=True)])
    assert [live.rows[0]["total"], every.rows[0]["total"]] == [2, 5]


# -- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [COMPOSITE, "*/query/0r8*"])
@pytest.mark.parametrize("fault", OF_SALESFORCE)
def test_a_read_survives_one_fault(org, side, emulator, fault, path):
    side.settings.page_rows = 200
    ids = fill(side, 201)
    emulator.faults.add(OF_SALESFORCE[fault](path=path))
    (answer,) = org.read([keys()])
    assert [row["Id"] for row in answer.rows] == ids


@pytest.mark.parametrize("fault", [name for name in OF_SALESFORCE if name != "expired session"])
def test_a_read_gives_up_after_a_few_tries(org, emulator, fault):
    emulator.faults.add(OF_SALESFORCE[fault](path=COMPOSITE, times=None))
    with pytest.raises(Exception, match=r"Salesforce|salesforce"):
        org.read([keys()])
    assert 4 <= emulator.calls.counts("salesforce", "POST", COMPOSITE) <= 16


# -- what the org hides -------------------------------------------------------------------------

OPTED_OUT = "HasOptedOutOfEmail"


@pytest.fixture
def contact(side):
    account = side.org.insert("Account", {"Name": "Shop", "Industry": "Retail"})
    return side.org.insert("Contact", {"LastName": "Doe", "AccountId": account})


@pytest.mark.usefixtures("contact")
def test_a_hidden_field_stops_a_question_that_needs_it(org, side):
    side.org.hide_field("Contact", OPTED_OUT)
    with pytest.raises(AccessDenied, match=OPTED_OUT) as caught:
        org.read([Select("Contact", ("Id", OPTED_OUT))])
    assert "Trustpilot_Connector" in caught.value.next_step
    assert "Contact" in caught.value.message


def test_an_optional_question_goes_on_without_a_hidden_field(org, side, contact):
    side.org.hide_field("Contact", OPTED_OUT)
    (answer,) = org.read([Select("Contact", ("Id", OPTED_OUT, "LastName"), optional=True)])
    assert answer.rows == ({"Id": contact, "LastName": "Doe"},)
    assert answer.missing_fields == (OPTED_OUT,)
    assert not answer.missing_object


def test_a_hidden_field_of_a_parent_is_left_out_too(org, side, contact):
    side.org.hide_field("Account", "Industry")
    fields = ("Id", "Account.Name", "Account.Industry", "Nowhere__r.Name", "Nothing__c")
    (answer,) = org.read([Select("Contact", fields, optional=True)])
    assert answer.rows == ({"Id": contact, "Account": {"Name": "Shop"}},)
    assert answer.missing_fields == ("Account.Industry", "Nowhere__r.Name", "Nothing__c")


@pytest.mark.usefixtures("contact")
def test_an_object_is_described_once(org, side, emulator):
    side.org.hide_field("Contact", OPTED_OUT)
    select = Select("Contact", ("Id", OPTED_OUT), optional=True)
    for _ in range(3):
        org.read([select, select])
    assert emulator.calls.counts("salesforce", "GET", "*/describe") == 1
    assert emulator.calls.counts("salesforce", "POST", COMPOSITE) == 5  # 1 refused, 2 mended, 2


@pytest.mark.usefixtures("contact")
def test_a_hidden_condition_has_no_answer(org, side):
    side.org.hide_field("Contact", OPTED_OUT)
    where = (Condition(OPTED_OUT, "=", False),)  # noqa: FBT003 -- a value to compare with
    (answer,) = org.read([Select("Contact", ("Id",), where, optional=True)])
    assert answer.rows == ()
    assert answer.missing_fields == (OPTED_OUT,)


def either(*fields):
    return AnyOf(tuple(Condition(field, "!=", None) for field in fields))


def test_any_of_several_conditions_finds_what_fulfils_one(org, side):
    for name, email in (("Doe", "doe@example.com"), ("Roe", None), ("Poe", None)):
        side.org.insert("Contact", {"LastName": name, "Email": email})
    where = (AnyOf((Condition("Email", "!=", None), Condition("LastName", "=", "Poe"))),)
    (answer,) = org.read([Select("Contact", ("LastName",), where, order_by=("LastName",))])
    assert [row["LastName"] for row in answer.rows] == ["Doe", "Poe"]


def test_a_hidden_alternative_leaves_the_others(org, side, contact):
    side.org.hide_field("Contact", OPTED_OUT)
    where = (either(OPTED_OUT, "LastName"),)
    (answer,) = org.read([Select("Contact", ("Id",), where, optional=True)])
    assert answer.rows == ({"Id": contact},)
    assert answer.missing_fields == (OPTED_OUT,)


@pytest.mark.usefixtures("contact")
def test_alternatives_that_are_all_hidden_have_no_answer(org, side):
    side.org.hide_field("Contact", OPTED_OUT)
    where = (either(OPTED_OUT, "Nothing__c"),)
    (answer,) = org.read([Select("Contact", ("Id",), where, optional=True)])
    assert (answer.rows, answer.missing_fields) == ((), (OPTED_OUT, "Nothing__c"))


def test_a_hidden_alternative_stops_a_question_that_needs_it(org, side):
    side.org.hide_field("Contact", OPTED_OUT)
    with pytest.raises(AccessDenied, match=OPTED_OUT):
        org.read([Select("Contact", ("Id",), (either(OPTED_OUT, "LastName"),))])


@pytest.mark.usefixtures("contact")
def test_a_question_of_which_nothing_is_visible_has_no_answer(org):
    (answer,) = org.read([Select("Contact", ("Nothing__c",), optional=True)])
    assert (answer.rows, answer.missing_fields) == ((), ("Nothing__c",))


def test_a_missing_object_stops_a_question_that_needs_it(org, side):
    side.org.hide_object("Order")
    with pytest.raises(AccessDenied, match="Order"):
        org.read([Select("Order", ("Id",))])


def test_an_optional_question_may_ask_for_an_object_that_is_missing(org, side, contact):
    side.org.hide_object("Order")
    order, person = org.read([Select("Order", ("Id",), optional=True), Select("Contact", ("Id",))])
    assert order.missing_object
    assert order.rows == ()
    assert [row["Id"] for row in person.rows] == [contact]


# -- any text -----------------------------------------------------------------------------------


@given(text=st.text(min_size=1, max_size=60).map(str.strip).filter(lambda text: text.strip("\0 ")))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # rows of one org add up
)
def test_any_text_finds_exactly_itself(org, text):
    (written,) = org.upsert(ISSUE, "Key__c", [{"Key__c": text, "Code__c": "X"}])
    (answer,) = org.read([Select(ISSUE, ("Id",), (Condition("Key__c", "=", text),))])
    assert [row["Id"] for row in answer.rows] == [written.id]


def test_an_unknown_error_of_the_org_is_no_empty_answer(org, emulator):
    body = [{"errorCode": "SOMETHING_NEW", "message": "no"}]
    emulator.faults.add(Fault("salesforce", path=COMPOSITE, status=409, body=body))
    with pytest.raises(VendorError, match="SOMETHING_NEW"):
        org.read([keys()])
