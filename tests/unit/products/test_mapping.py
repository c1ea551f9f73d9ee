"""Which products and prices are asked for, and which fields the catalogue has."""

import pytest

from connector.core.products.mapping import (
    CUSTOM,
    TRUSTPILOT_FIELDS,
    PriceSource,
    ProductField,
    ProductMapping,
    is_catalogue_field,
)
from connector.core.terms.records import Condition

ACTIVE = Condition("IsActive", "=", value=True)
FIELDS = (
    ProductField("sku", "StockKeepingUnit"),
    ProductField("mpn", "stockkeepingunit"),
    ProductField("title", "Name"),
    ProductField("brand", constant="Example"),
)


def test_every_source_is_asked_for_once_and_constants_never():
    (products,) = ProductMapping(FIELDS, (ACTIVE,)).selects()
    assert [field.lower() for field in products.fields] == ["id", "stockkeepingunit", "name"]
    assert (products.object, products.where) == ("Product2", (ACTIVE,))
    assert products.order_by == ("Id",)


def test_prices_are_asked_for_where_price_books_say_them():
    source = PriceSource("standard")
    assert ProductMapping(FIELDS, price=source).selects()[1:] == (source.select(),)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (PriceSource("standard"), [Condition("Pricebook2.IsStandard", "=", value=True), ACTIVE]),
        (PriceSource("Web"), [Condition("Pricebook2.Name", "=", "Web"), ACTIVE]),
        (
            PriceSource("Web", "EUR"),
            [
                Condition("Pricebook2.Name", "=", "Web"),
                ACTIVE,
                Condition("CurrencyIsoCode", "=", "EUR"),
            ],
        ),
    ],
)
def test_only_prices_in_use_of_the_one_book_are_asked_for(source, expected):
    asked = source.select()
    assert (asked.object, list(asked.where)) == ("PricebookEntry", expected)


@pytest.mark.parametrize("name", [*TRUSTPILOT_FIELDS, f"{CUSTOM}Voltage"])
def test_the_catalogue_has_its_fields_and_attributes_of_the_shops_own(name):
    assert is_catalogue_field(name)


@pytest.mark.parametrize(
    "name", ["", "name", "Sku", "color", "variationAttributes", CUSTOM, f"{CUSTOM} "]
)
def test_the_catalogue_has_no_other_field(name):
    assert not is_catalogue_field(name)
