"""What goes wrong on the way: only bad products are kept back, the next push mends the rest."""

from contextlib import suppress
from dataclasses import replace

import pytest

from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import ConnectorError
from connector.emulator.faults import (
    Fault,
    drop_after,
    drop_before,
    html_page,
    too_many_requests,
    truncated_json,
    unreadable_json,
)
from connector.emulator.world.catalogue import products
from connector.report.run.report import code_of

GOODS = len(products())
PRODUCTS = "*/products"


@pytest.fixture
def refused(emulator):
    """The SKUs that Trustpilot takes from nobody, with its reasons."""
    return emulator.trustpilot.catalogues.refused


def test_a_bad_product_is_found_by_halving_and_the_others_are_sent(
    push, refused, catalogue, issues, posts
):
    refused["STOVE-01"] = "The title is not allowed."
    report = push()
    assert set(catalogue()) == {each.sku for each in products()} - {"STOVE-01"}
    ((code, _, message),) = issues()
    assert (code, "SKU STOVE-01" in message) == ("product_refused", True)
    assert "The title is not allowed" in message
    assert (report.count("products_created"), report.count("products_refused")) == (GOODS - 1, 1)
    assert code_of(report) is ExitCode.NEEDS_A_LOOK
    assert posts() <= 10


def test_the_issue_of_a_refused_product_names_business_unit_and_record(
    push, refused, issues, soql, unit_id
):
    refused["STOVE-01"] = "No."
    push()
    (row,) = soql("SELECT Id FROM Product2 WHERE Name = 'Folding Stove'")
    ((_, record, _),) = issues()
    assert record == f"{unit_id}:{row['Id']}"


def test_a_refused_product_is_tried_again_and_its_issue_closed(push, refused, catalogue, issues):
    refused["STOVE-01"] = "No."
    push()
    refused.clear()
    assert code_of(push()) is ExitCode.DONE
    assert "STOVE-01" in catalogue()
    assert issues() == []


@pytest.mark.parametrize("bad", [["CUP-ÆBLE"], ["BAG-DAY-20", "stove-01"], ["SKU-00150"]])
def test_wherever_the_bad_ones_stand_exactly_they_are_kept_back(
    bad, push, refused, many, catalogue
):
    many(160)
    refused.update(dict.fromkeys(bad, "No."))
    report = push()
    assert report.count("products_refused") == len(bad)
    assert len(catalogue()) == GOODS + 160 - len(bad)


def test_a_push_stops_where_trustpilot_refuses_everything(push, emulator, many, posts):
    many(500)
    body = {"details": "Products are switched off."}
    emulator.faults.add(
        Fault("trustpilot", "POST", path=PRODUCTS, status=400, body=body, times=None)
    )
    report = push()
    (failure,) = report.failures
    assert "Products are switched off" in failure.message
    assert code_of(report) is ExitCode.UNREACHABLE
    assert posts() < 50


@pytest.mark.parametrize("status", [400, 413])
def test_batches_get_smaller_where_trustpilot_has_a_maximum(
    status, push, emulator, many, catalogue
):
    emulator.switches.products_per_call = 30
    emulator.switches.too_many_products_status = status
    many(400)
    report = push()
    assert (len(catalogue()), report.count("products_refused")) == (GOODS + 400, 0)
    assert emulator.calls.counts("trustpilot", "POST", PRODUCTS) <= (20 if status == 413 else 30)


@pytest.mark.parametrize("replaces", [False, True])
def test_a_changed_product_keeps_all_its_fields(replaces, push, emulator, catalogue, soql):
    emulator.switches.upsert_replaces_products = replaces
    push()
    (row,) = soql("SELECT Id FROM Product2 WHERE Name = 'Wool Hat'")
    emulator.org.update("Product2", row["Id"], {"Name": "Woollen Hat"})
    push()
    hat = catalogue()["HAT-WOOL"]
    assert (hat["title"], hat["mpn"]) == ("Woollen Hat", "HAT-WOOL")
    assert push().count("products_unchanged") == GOODS


def test_a_product_that_the_answer_does_not_name_is_an_issue(push, emulator, issues):
    skus = [each.sku for each in products() if each.sku != "HAT-WOOL"]
    body = {"products": [{"sku": sku} for sku in skus]}
    emulator.faults.add(Fault("trustpilot", "POST", path=PRODUCTS, status=200, body=body))
    report = push()
    ((code, _, message),) = issues()
    assert (code, "HAT-WOOL" in message) == ("product_refused", True)
    assert report.count("products_created") == GOODS - 1


TROUBLE = {
    "401": (Fault("trustpilot", "*", PRODUCTS, status=401, body={}, times=None), 4),
    "403": (Fault("trustpilot", "*", PRODUCTS, status=403, body={}, times=None), 4),
    "403 on the push": (Fault("trustpilot", "POST", PRODUCTS, status=403, times=None), 4),
    "429": (too_many_requests(path=PRODUCTS, times=None), 3),
    "429 on the push": (too_many_requests(path=PRODUCTS, method="POST", times=None), 3),
    "404": (Fault("trustpilot", "POST", PRODUCTS, status=404), 5),
    "500": (Fault("trustpilot", "POST", PRODUCTS, status=500, times=None), 5),
    "no answer": (drop_after(path=PRODUCTS, method="POST", times=None), 5),
    "html": (html_page(200, path=PRODUCTS, method="POST"), 5),
    "empty": (Fault("trustpilot", "POST", PRODUCTS, status=200, body=""), 5),
    "cut": (unreadable_json(path=PRODUCTS, method="POST"), 5),
    "html list": (html_page(200, path=PRODUCTS, method="GET", times=None), 5),
}


@pytest.mark.parametrize(("fault", "code"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_has_its_exit_code_and_the_next_push_mends_it(
    fault, code, push, emulator, catalogue
):
    emulator.faults.add(fault)
    assert code_of(push()) == code
    emulator.faults.clear()
    assert code_of(push()) is ExitCode.DONE
    assert len(catalogue()) == GOODS


def test_one_business_unit_in_trouble_does_not_stop_the_other(push, both, emulator, unit_id):
    emulator.faults.add(Fault("trustpilot", "*", f"*{unit_id}/products", status=403, times=None))
    report = push(settings=both)
    assert code_of(report) is ExitCode.SIGN_IN
    assert report.count("products_created") == GOODS


def test_an_issue_of_a_business_unit_that_was_not_looked_at_stays_open(push, both, refused, issues):
    refused["STOVE-01"] = "No."
    push(settings=both)
    assert len(issues()) == 2
    refused.clear()
    push(settings=both, wanted=replace(both.products, units=("other",)))
    assert len(issues()) == 1
    push(settings=both)
    assert issues() == []


def test_a_hidden_field_is_told_as_a_missing_permission(push, emulator, posts):
    emulator.org.hide_field("Product2", "DisplayUrl")
    assert code_of(push()) is ExitCode.SIGN_IN
    assert posts() == 0


FAULTS = {
    "dropped before": drop_before(vendor="*"),
    "dropped after": drop_after(vendor="*"),
    "500": Fault("*", status=500, body={}),
    "truncated": truncated_json(vendor="*"),
    "dead from here on": drop_before(vendor="*", times=None),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("at", range(9))
def test_something_goes_wrong_at_each_call_and_the_next_push_mends_it(
    fault, at, push, emulator, many
):
    many(150)
    emulator.faults.add(replace(fault, skip=at))
    with suppress(ConnectorError):
        push()
    emulator.faults.clear()
    assert code_of(push()) is ExitCode.DONE
    assert push().count("products_unchanged") == GOODS + 150


@pytest.mark.usefixtures("many_goods")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(9))
def test_a_killed_push_loses_nothing(at, after, push, dying_door, killed):
    with suppress(killed):
        push(door=dying_door(at, after=after))
    assert code_of(push()) is ExitCode.DONE
    assert push().count("products_unchanged") == GOODS + 150
