"""The catalogue gateway: what it reads and sends, and every way in which the vendor misbehaves."""

import pytest

from connector.core.products.mapping import CUSTOM, TRUSTPILOT_FIELDS
from connector.core.terms.errors import (
    AccessDenied,
    AllowanceExhausted,
    NotFound,
    RequestRefused,
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
    unreadable_json,
)

PRODUCTS = "*/products"
STOVE = {"sku": "STOVE-01", "title": "Stove", "link": "https://shop.example/stove"}
EVERYTHING = {**{name: f"the {name}" for name in TRUSTPILOT_FIELDS}, f"{CUSTOM}Voltage": "230"}


@pytest.fixture
def posts(emulator):
    """How many batches were sent."""
    return lambda: emulator.calls.counts("trustpilot", "POST", PRODUCTS)


@pytest.fixture
def pushed(trustpilot, unit, emulator):
    """Push a product while something is wrong."""

    def push(fault):
        emulator.faults.add(fault)
        return trustpilot.push_products(unit.id, [STOVE])

    return push


def test_every_field_comes_back_as_it_was_sent(trustpilot, unit):
    assert trustpilot.push_products(unit.id, [EVERYTHING]) == {EVERYTHING["sku"]}
    held = trustpilot.products(unit.id, [EVERYTHING["sku"]])[EVERYTHING["sku"]]
    assert {name: held[name] for name in EVERYTHING} == EVERYTHING


def test_what_the_catalogue_does_not_hold_is_not_in_the_answer(trustpilot, unit):
    trustpilot.push_products(unit.id, [STOVE])
    assert set(trustpilot.products(unit.id, ["STOVE-01", "stove-01", "a,b"])) == {"STOVE-01"}


def test_nothing_is_asked_where_nothing_is_wanted(trustpilot, unit, emulator):
    assert trustpilot.products(unit.id, []) == {}
    assert emulator.calls.all() == []


@pytest.fixture
def played(trustpilot, unit, emulator):
    """Let the list be answered by these bodies, one after another, and read some SKUs."""

    def play(*bodies, skus=("A", "B")):
        trustpilot.now()
        for body in bodies:
            fault = Fault("trustpilot", path=PRODUCTS, status=200, body=body)
            emulator.faults.add(fault)
        return trustpilot.products(unit.id, skus)

    return play


def listed(*skus, **more):
    return {"products": [{"sku": sku} for sku in skus], **more}


def test_pages_are_read_until_the_last_one(played):
    assert set(played(listed("A", isLastPage=False), listed("B", isLastPage=True))) == {"A", "B"}


def test_reading_ends_when_every_sku_is_found(played, emulator):
    played(listed("A", "B", isLastPage=False))
    assert emulator.calls.counts("trustpilot", "GET", PRODUCTS) == 1


@pytest.mark.parametrize("word", [{}, {"isLastPage": None}, {"isLastPage": "no"}])
def test_a_short_page_is_the_last_one_where_trustpilot_does_not_say(word, played, emulator):
    assert set(played(listed("A", **word))) == {"A"}
    assert emulator.calls.counts("trustpilot", "GET", PRODUCTS) == 1


def test_an_empty_page_is_the_last_one_whatever_it_says(played):
    assert played(listed(isLastPage=False)) == {}


def test_a_page_that_comes_again_is_an_error_and_no_endless_loop(played):
    with pytest.raises(VendorAnswerUnreadable, match="leads back"):
        played(listed("A", isLastPage=False), listed("A", isLastPage=False))


def test_the_end_of_paging_is_an_error_and_not_the_end_of_the_list(trustpilot, unit, emulator):
    body = {"details": "Pagination limit exceeded."}
    emulator.faults.add(Fault("trustpilot", path=PRODUCTS, status=400, body=body))
    with pytest.raises(RequestRefused, match="no more products"):
        trustpilot.products(unit.id, ["A"])


@pytest.mark.parametrize(
    "odd",
    [{"sku": None}, {"sku": 7, "title": []}, {}, None, "A", {"sku": "A", "title": {"en": "x"}}],
)
def test_an_odd_product_does_not_stop_the_list(odd, played):
    found = played({"products": [odd, {"sku": "B", "price": 9.5}], "isLastPage": True})
    assert found["B"] == {"sku": "B", "price": "9.5"}


@pytest.mark.parametrize("body", [{}, [], {"products": None}, {"products": {}}, "null", ""])
def test_a_list_that_is_none_is_unreadable(body, trustpilot, unit, emulator):
    fault = Fault("trustpilot", path=PRODUCTS, status=200, body=body, times=None)
    emulator.faults.add(fault)
    with pytest.raises(VendorAnswerUnreadable):
        trustpilot.products(unit.id, ["A"])
    with pytest.raises(VendorAnswerUnreadable):
        trustpilot.push_products(unit.id, [STOVE])


REPEATED = {
    "drop before": drop_before(path=PRODUCTS),
    "drop after": drop_after(path=PRODUCTS),
    "truncated": truncated_json(path=PRODUCTS),
    "500": Fault("trustpilot", path=PRODUCTS, status=500, body={}),
    "html 502": html_page(502, path=PRODUCTS),
    "429": too_many_requests(1, path=PRODUCTS),
    "expired token": expired_session(vendor="trustpilot", path=PRODUCTS),
}


@pytest.mark.parametrize("fault", REPEATED.values(), ids=REPEATED)
def test_a_push_is_repeated_because_it_says_the_same_thing_twice(
    fault, trustpilot, unit, emulator, posts
):
    emulator.faults.add(fault)
    assert trustpilot.push_products(unit.id, [STOVE]) == {"STOVE-01"}
    assert posts() == 2
    assert len(emulator.trustpilot.catalogues.of(unit.id)) == 1


FINAL = {
    "400": (Fault("*", path=PRODUCTS, status=400, body={"details": "no"}), RequestRefused),
    "413": (Fault("*", path=PRODUCTS, status=413), RequestRefused),
    "403": (Fault("*", path=PRODUCTS, status=403, body={}), AccessDenied),
    "html 403": (html_page(403, path=PRODUCTS), AccessDenied),
    "404": (Fault("*", path=PRODUCTS, status=404), NotFound),
    "html 200": (html_page(200, path=PRODUCTS), VendorAnswerUnreadable),
    "cut": (unreadable_json(path=PRODUCTS), VendorAnswerUnreadable),
}


@pytest.mark.parametrize(("fault", "error"), FINAL.values(), ids=FINAL)
def test_a_clear_answer_is_not_asked_for_again(fault, error, pushed, posts):
    with pytest.raises(error):
        pushed(fault)
    assert posts() == 1


LASTING = {
    "500": (Fault("*", path=PRODUCTS, status=500, times=None), VendorUnreachable),
    "no answer": (drop_after(path=PRODUCTS, times=None), VendorUnreachable),
    "429": (too_many_requests(path=PRODUCTS, times=None), AllowanceExhausted),
}


@pytest.mark.parametrize(("fault", "error"), LASTING.values(), ids=LASTING)
def test_trouble_that_lasts_is_told_after_the_last_attempt(fault, error, pushed):
    with pytest.raises(error):
        pushed(fault)


def test_an_id_of_google_is_never_assumed(trustpilot, unit):
    trustpilot.push_products(unit.id, [STOVE])
    held = trustpilot.products(unit.id, ["STOVE-01"])["STOVE-01"]
    assert "googleMerchantCenterProductId" not in held
