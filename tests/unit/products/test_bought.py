"""Which products are asked about: from lines, from the ledger, each once, as they are spelled."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.products.bought import (
    NO_PRODUCTS,
    Products,
    line_select,
    products_of,
    stored_products,
)
from connector.core.rules.grammar import ProductSource

BY_SKU = ProductSource("OrderItem", "Product2.StockKeepingUnit")
INLINE = ProductSource(
    "OrderItem",
    "Product2.StockKeepingUnit",
    inline=True,
    fields=(("name", "Product2.Name"), ("productUrl", "Product2.DisplayUrl")),
)


def line(sku, **product):
    return {"Id": "802", "OrderId": "801", "Product2": {"StockKeepingUnit": sku, **product}}


def test_each_sku_is_asked_about_once_in_its_own_spelling():
    lines = [line("STOVE-01"), line("stove-01"), line("STOVE-01"), line(" TENT ")]
    assert products_of(BY_SKU, lines) == Products(("STOVE-01", "stove-01", "TENT"))


@pytest.mark.parametrize("sku", [None, "", "  "])
def test_a_line_without_a_sku_counts_for_nothing(sku):
    assert products_of(BY_SKU, [line(sku), {"Id": "802"}, {"Product2": None}]) == NO_PRODUCTS
    assert not NO_PRODUCTS


def test_products_travel_whole_where_the_rule_says_so():
    lines = [line("TENT", Name="Tent", DisplayUrl=None), line("TENT", Name="Other")]
    assert products_of(INLINE, lines).inline == ({"sku": "TENT", "name": "Tent"},)
    assert products_of(BY_SKU, lines).described == ({"sku": "TENT"},)


def test_the_question_asks_for_all_fields_that_any_rule_needs():
    select = line_select("OrderItem", [BY_SKU, INLINE], ["801A", "801A", "801B"])
    assert select.fields == (
        "Id",
        "OrderId",
        "Product2.StockKeepingUnit",
        "Product2.Name",
        "Product2.DisplayUrl",
    )
    assert select.where[0].value == ("801A", "801B")
    assert select.optional


@given(
    st.lists(st.text("ABC-1/ æ", min_size=1).map(str.strip).filter(bool), max_size=8, unique=True)
)
def test_skus_that_the_ledger_remembers_are_read_back(skus):
    assert stored_products(Products(tuple(skus)).text, "") == Products(tuple(skus))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (json.dumps([{"sku": "A", "name": "Tent"}, {"sku": "A"}, {"sku": "B", "gtin": 5}]), "AB"),
        (json.dumps([{"name": "no sku"}, 5, None, {"sku": " "}]), "X"),
        ("{", "X"),
        ("null", "X"),
        ("[" * 100_000, "X"),
        ("", "X"),
    ],
)
def test_products_that_cannot_be_read_count_as_not_there(text, found):
    assert stored_products("X, X\nX", text).skus == tuple(found)


def test_whole_products_on_the_invitation_keep_their_words():
    products = stored_products("", json.dumps([{"sku": "A", "name": "Tent", "price": 5}]))
    assert products.inline == ({"sku": "A", "name": "Tent"},)
