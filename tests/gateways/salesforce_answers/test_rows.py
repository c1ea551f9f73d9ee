"""Rows out of and into answers of every shape."""

from __future__ import annotations

import json

import pytest

from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    RequestRefused,
    VendorAnswerUnreadable,
    VendorUnreachable,
)
from connector.core.terms.records import Condition, Select

CONTACTS = Select("Contact", ("Id",))
KEY = "External_Id__c"
LOCKED = [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain", "fields": []}]
HTML = "<html><body>We are down for maintenance, Ann</body></html>"


# -- reading ------------------------------------------------------------------------------------


def test_a_locked_part_of_a_read_is_asked_again_alone(org, vendor):
    locked = (400, "UNABLE_TO_LOCK_ROW", "unable")
    vendor.will(
        vendor.composite(vendor.page({"Id": "1"}), locked),
        vendor.composite(vendor.page({"Id": "2"})),
    )
    answers = org.read([CONTACTS, Select("Case", ("Id",))])
    assert [answer.rows[0]["Id"] for answer in answers] == ["1", "2"]
    assert [len(body["compositeRequest"]) for body in vendor.bodies()] == [2, 1]


def test_a_part_that_stays_unavailable_ends_the_read(org, vendor):
    vendor.will(*[vendor.composite((503, "SERVER_UNAVAILABLE", "busy"))] * 4)
    with pytest.raises(VendorUnreachable) as caught:
        org.read([CONTACTS])
    assert not caught.value.maybe_processed
    assert len(vendor.calls) == 4


def test_a_part_that_is_unavailable_once_is_asked_again(org, vendor):
    vendor.will(
        vendor.composite((503, "SERVER_UNAVAILABLE", "busy")),
        vendor.composite(vendor.page({"Id": "1"})),
    )
    (answer,) = org.read([CONTACTS])
    assert answer.rows == ({"Id": "1"},)


def test_a_part_over_the_daily_cap_stops_the_run(org, vendor):
    vendor.will(
        vendor.composite(vendor.page(), (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit"))
    )
    with pytest.raises(AllowanceExhausted):
        org.read([CONTACTS, CONTACTS])


def test_a_malformed_query_is_told_without_its_values(org, vendor):
    echo = "\nSELECT Id FROM Contact WHERE Name = 'Ann'\n^\nERROR at Row:1:Column:1\nunexpected"
    vendor.will(vendor.composite((400, "MALFORMED_QUERY", echo)))
    with pytest.raises(RequestRefused, match="MALFORMED_QUERY: unexpected") as caught:
        org.read([Select("Contact", ("Id",), (Condition("Name", "=", "Ann"),))])
    assert "Ann" not in str(caught.value)


def test_a_missing_part_is_no_empty_answer(org, vendor):
    vendor.will(vendor.composite(vendor.page()))
    with pytest.raises(VendorAnswerUnreadable):
        org.read([CONTACTS, CONTACTS])


def test_a_page_that_is_not_the_last_must_name_the_next(org, vendor):
    vendor.will(vendor.composite(vendor.page({"Id": "1"}, done=False)))
    with pytest.raises(VendorAnswerUnreadable):
        org.read([CONTACTS])


def test_a_page_that_names_itself_as_the_next_ends_the_read(org, vendor):
    path = "/services/data/v66.0/query/0r8x-200"
    again = vendor.reply(vendor.page({"Id": "2"}, done=False, nextRecordsUrl=path))
    vendor.will(
        vendor.composite(vendor.page({"Id": "1"}, done=False, nextRecordsUrl=path)), again, again
    )
    with pytest.raises(VendorAnswerUnreadable):
        org.read([CONTACTS])


def test_a_locator_that_died_starts_the_query_again_without_doubles(org, vendor):
    path = "/services/data/v66.0/query/0r8x-1"
    first = vendor.composite(vendor.page({"Id": "1"}, done=False, nextRecordsUrl=path))
    dead = vendor.reply(
        [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}], 400
    )
    vendor.will(first, dead, first, vendor.reply(vendor.page({"Id": "2"})))
    (answer,) = org.read([CONTACTS])
    assert [row["Id"] for row in answer.rows] == ["1", "2"]


def test_a_locator_that_always_dies_is_given_up(org, vendor):
    path = "/services/data/v66.0/query/0r8x-1"
    first = vendor.composite(vendor.page({"Id": "1"}, done=False, nextRecordsUrl=path))
    dead = vendor.reply(
        [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}], 400
    )
    vendor.will(*[first, dead] * 4, first)
    with pytest.raises(RequestRefused, match="INVALID_QUERY_LOCATOR"):
        org.read([CONTACTS])


def long_list(**more):
    ids = tuple(f"003{i:012d}AAA" for i in range(500))
    return Select("Contact", ("Id", "Name"), (Condition("Id", "in", ids),), **more)


def test_a_question_in_pieces_is_joined_in_its_order_and_cut_to_its_limit(org, vendor):
    vendor.will(
        vendor.composite(
            vendor.page({"Id": "1", "Name": "bob"}, {"Id": "2", "Name": None}),
            vendor.page(
                {"Id": "3", "Name": "Ann"}, {"Id": "2", "Name": None}, {"Id": "4", "Name": "cy"}
            ),
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
        vendor.composite(
            vendor.page(
                {"Id": "4", "Account": {"Name": None}}, {"Id": "2", "Account": {"Name": "b"}}
            ),
            vendor.page({"Id": "3", "Account": None}, {"Id": "1", "Account": {"Name": "A"}}),
        )
    )
    (answer,) = org.read([long_list(order_by=order)])
    assert "".join(row["Id"] for row in answer.rows) == ids


def test_an_empty_in_list_costs_no_call(org, vendor):
    (answer,) = org.read([Select("Contact", ("Id",), (Condition("Id", "in", ()),))])
    assert answer.rows == ()
    assert vendor.calls == []


# -- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["insert", "upsert", "update"])
def test_no_rows_cost_no_call(org, vendor, call):
    arguments = {"insert": ("T__c", []), "upsert": ("T__c", KEY, []), "update": ("T__c", [])}
    assert getattr(org, call)(*arguments[call]) == []
    assert vendor.sent == []


def test_a_row_that_fails_without_a_reason_still_fails(do, vendor):
    vendor.will(vendor.reply([{"success": False}]))
    (result,) = do("insert")
    assert result.error.code == "UNKNOWN_EXCEPTION"


def test_only_a_row_that_says_success_is_one(do, vendor):
    vendor.will(vendor.reply([{"id": "a00000000000001AAA"}]))
    (result,) = do("insert")
    assert not result.ok


def test_a_short_id_is_returned_long(do, vendor):
    vendor.will(vendor.created("0017e00001W4GYR"))
    (result,) = do("insert")
    assert result.id == "0017e00001W4GYRAA3"
    assert result.created


@pytest.mark.parametrize("call", ["insert", "upsert", "update"])
def test_a_row_that_stays_locked_is_given_up_after_four_times(do, vendor, clock, call):
    vendor.will(*[vendor.reply([{"success": False, "errors": LOCKED}])] * 4)
    (result,) = do(call)
    assert result.error.code == "UNABLE_TO_LOCK_ROW"
    assert len(vendor.calls) == 4
    assert len(clock.slept) == 3


def test_the_loser_of_a_race_on_the_key_asks_again(do, vendor):
    message = f"duplicate value found: {KEY} duplicates value on record with id: a00000000000001"
    race = [{"statusCode": "DUPLICATE_VALUE", "message": message, "fields": []}]
    won = {"id": "a00000000000001AAA", "success": True, "errors": [], "created": False}
    vendor.will(vendor.reply([{"success": False, "errors": race}]), vendor.reply([won]))
    (result,) = do("upsert")
    assert result.ok
    assert not result.created


def test_a_duplicate_is_the_answer_to_an_insert(do, vendor):
    message = f"duplicate value found: {KEY} duplicates value on record with id: a00000000000001"
    race = [{"statusCode": "DUPLICATE_VALUE", "message": message, "fields": []}]
    vendor.will(vendor.reply([{"success": False, "errors": race}]))
    (result,) = do("insert")
    assert result.error.code == "DUPLICATE_VALUE"
    assert len(vendor.calls) == 1


def test_a_missing_object_on_write_is_a_matter_of_permission(do, vendor):
    vendor.will(vendor.reply([{"errorCode": "NOT_FOUND", "message": "does not exist"}], 404))
    with pytest.raises(AccessDenied) as caught:
        do("upsert")
    assert "Trustpilot_Connector" in caught.value.next_step


def test_a_bad_request_that_is_not_the_orgs_is_not_cut_in_halves(org, vendor):
    vendor.will(vendor.reply(HTML, 400))
    with pytest.raises(RequestRefused):
        org.insert("Thing__c", [{"Name": "x"}, {"Name": "y"}])
    assert len(vendor.calls) == 1


def test_a_row_that_the_org_cannot_read_is_found_and_the_others_are_written(org, vendor):
    """Whichever call holds the row named bad is refused as a whole."""
    unreadable = vendor.reply([{"errorCode": "JSON_PARSER_ERROR", "message": "at [line:1]"}], 400)

    def answer(request):
        names = [record["Name"] for record in json.loads(request.body)["records"]]
        written.extend([] if "bad" in names else names)
        good = vendor.reply(
            [{"id": f"a{name:0>17}", "success": True, "errors": []} for name in names]
        )
        return unreadable if "bad" in names else good

    written = []
    vendor.in_the_org = answer
    names = [str(i) for i in range(200)]
    names[77] = "bad"
    results = org.insert("Thing__c", [{"Name": name} for name in names])
    assert [i for i, result in enumerate(results) if not result.ok] == [77]
    assert results[77].error.code == "JSON_PARSER_ERROR"
    assert written == [name for name in names if name != "bad"]  # in order, none twice
    assert len(vendor.calls) < 20
