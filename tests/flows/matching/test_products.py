"""The product of a review is the one with exactly its SKU, whatever the org lets us see."""

import pytest


@pytest.fixture
def product(org):
    """The id of a product by its SKU, as the org spells it."""
    ids = {
        row["StockKeepingUnit"]: row["Id"]
        for row in org.query("SELECT Id, StockKeepingUnit FROM Product2")
    }
    return ids.__getitem__


@pytest.mark.parametrize("sku", ["STOVE-01", "stove-01", "LAMP/USB-C", "GIFT 25", "CUP-ÆBLE"])
def test_a_sku_finds_its_product_with_capitals_and_signs(sku, matched, review, product):
    assert matched(review(sku=sku)) == ("None", {"Product": product(sku)})


def test_a_sku_in_other_capitals_finds_nothing(matched, review):
    assert matched(review(sku="Stove-01")) == ("None", {})


def test_a_hidden_sku_leaves_the_product_code(matched, review, product, org):
    wanted = product("STOVE-01")
    org.hide_field("Product2", "StockKeepingUnit")
    assert matched(review(sku="STOVE-01")) == ("None", {"Product": wanted})


def test_two_products_of_one_sku_are_not_linked(matched, review, org):
    org.insert("Product2", {"Name": "Again", "StockKeepingUnit": "STOVE-01"})
    assert matched(review(sku="STOVE-01")) == ("None", {})
