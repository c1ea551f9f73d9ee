"""What goes to Trustpilot's catalogue: each product as it should be, less what is there already."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.mapping.transforms import parse_transform
from connector.core.products.mapping import (
    PriceSource,
    ProductField,
    ProductMapping,
)
from connector.core.products.plan import (
    AMBIGUOUS,
    INCOMPLETE,
    REFUSED,
    count,
    offers,
    plan_push,
    refused,
)

MAPPING = ProductMapping(
    fields=(
        ProductField("sku", "StockKeepingUnit"),
        ProductField("title", "Name"),
        ProductField("link", "DisplayUrl"),
        ProductField("imageLink", "Image__c"),
        ProductField("price", "Price__c"),
        ProductField("currency", constant="EUR"),
        ProductField("brand", "Brand__r.Name"),
        ProductField("description", "Description"),
    )
)


def product(sku="STOVE-01", number=1, **fields):
    return {
        "Id": f"01t{number:015d}",
        "StockKeepingUnit": sku,
        "Name": "Stove",
        "DisplayUrl": f"https://shop.example/{number}",
        **fields,
    }


def only(*rows, prices=(), mapping=MAPPING):
    (offer,) = offers(mapping, rows, prices).offers
    return dict(offer.item)


def test_a_product_takes_fields_parents_and_constants_as_text():
    item = only(product(Brand__r={"Name": "Trail"}, Price__c=99.9, Image__c="http://i.example/a"))
    assert item == {
        "sku": "STOVE-01",
        "title": "Stove",
        "link": "https://shop.example/1",
        "imageLink": "http://i.example/a",
        "price": "99.90",
        "currency": "EUR",
        "brand": "Trail",
    }


@pytest.mark.parametrize(
    ("given_price", "sent"),
    [(5, "5.00"), (5.0, "5.00"), (0.125, "0.125"), ("7.5", "7.50"), ("7,50", None),
     ("free", None), (-1, None), ("NaN", None), (None, None), (1e16, "10000000000000000.00")],
)  # fmt: skip
def test_a_price_is_text_with_cents_and_what_is_no_amount_is_left_out(given_price, sent):
    assert only(product(Price__c=given_price)).get("price") == sent


def test_text_is_cleaned_and_only_a_description_keeps_its_lines():
    item = only(product(Name=" Big\n stove\x00 ", Description="One\r\nTwo\x07"))
    assert (item["title"], item["description"]) == ("Big stove", "One\nTwo")


def test_a_transform_shortens_before_it_is_sent():
    mapping = ProductMapping(
        (*MAPPING.fields[:1], ProductField("title", "Name", "", parse_transform("truncate 8")),
         MAPPING.fields[2])
    )  # fmt: skip
    assert only(product(Name="Folding stove"), mapping=mapping)["title"] == "Folding…"


@pytest.mark.parametrize("link", ["ftp://shop.example", "shop.example/1", "https://a b.example"])
def test_a_product_without_a_usable_link_is_not_sent_and_one_issue_names_the_sku(link):
    found = offers(MAPPING, [product(DisplayUrl=link), product("TENT", 2)])
    assert [each.sku for each in found.offers] == ["TENT"]
    (issue,) = found.issues
    assert (issue.code, "STOVE-01" in issue.message) == (INCOMPLETE, True)
    assert found.counts["products_incomplete"] == 1


def test_thousands_of_incomplete_products_are_one_issue():
    found = offers(MAPPING, [product(f"S{n}", n, Name=None) for n in range(3000)])
    (issue,) = found.issues
    assert issue.message.startswith("3000 product(s)")
    assert "S0, S1, S10, S100, S1000 and 2995 more" in issue.message


def test_an_unusable_image_is_left_out_and_told():
    found = offers(MAPPING, [product(Image__c="not an address")])
    assert "imageLink" not in found.offers[0].item
    assert found.notes == ("1 product(s) go without their unusable imageLink: SKU STOVE-01.",)


def test_a_link_may_be_longer_than_an_address_in_salesforce():
    link = "https://shop.example/" + "a" * 500
    assert only(product(DisplayUrl=link))["link"] == link


def test_of_two_products_with_one_sku_neither_is_sent():
    found = offers(MAPPING, [product(number=2), product(number=1), product("TENT", 3)])
    assert [each.sku for each in found.offers] == ["TENT"]
    (issue,) = found.issues
    assert (issue.code, issue.record) == (AMBIGUOUS, product(number=1)["Id"])
    assert found.counts["products_ambiguous"] == 2


def test_skus_that_differ_only_in_capitals_are_two_products():
    found = offers(MAPPING, [product("stove-01"), product("STOVE-01", 2)])
    assert [each.sku for each in found.offers] == ["STOVE-01", "stove-01"]
    assert found.issues == ()


@pytest.mark.parametrize("sku", [None, "", "  "])
def test_a_product_without_sku_is_counted_and_no_issue(sku):
    found = offers(MAPPING, [product(sku), product(sku, 2)])
    assert (found.offers, found.issues) == ((), ())
    assert found.counts["products_without_sku"] == 2


def priced(*entries):
    """Entries of a price book for products by their numbers."""
    return [
        {"Id": "01u", "Product2Id": product(number=number)["Id"], "UnitPrice": price}
        for number, price in entries
    ]


BOOKED = ProductMapping(MAPPING.fields[:3], price=PriceSource("standard"))


def test_a_price_book_gives_the_price():
    assert only(product(), prices=priced((1, 39.5)), mapping=BOOKED)["price"] == "39.50"


def test_several_prices_of_one_product_are_none_and_are_told():
    found = offers(BOOKED, [product()], priced((1, 39.5), (1, 45.0)))
    assert "price" not in found.offers[0].item
    assert "several prices" in found.notes[0]


@pytest.mark.parametrize("amount", [None, "", "free"])
def test_an_entry_without_an_amount_gives_no_price(amount):
    found = offers(BOOKED, [product()], priced((1, amount)))
    assert (found.offers[0].item.get("price"), found.notes) == (None, ())


def held_by_trustpilot(*rows):
    return {each.sku: dict(each.item) for each in offers(MAPPING, rows).offers}


def test_what_trustpilot_adds_is_not_compared():
    wanted = offers(MAPPING, [product()]).offers
    held = {"STOVE-01": {**wanted[0].item, "id": "1", "mpn": "x", "groupId": "y"}}
    assert plan_push(wanted, held).changes == ()


def test_a_change_names_the_fields_that_differ():
    held = held_by_trustpilot(product(Price__c=10))
    wanted = offers(MAPPING, [product(Price__c=12, Name="New stove")]).offers
    (change,) = plan_push(wanted, held).changes
    assert (change.is_new, change.fields) == (False, ("title", "price"))


def test_new_and_changed_products_are_counted_apart():
    held = held_by_trustpilot(product(Price__c=10))
    wanted = offers(MAPPING, [product(Price__c=12), product("TENT", 2), product("MAT", 3)]).offers
    counts = count(plan_push(wanted, held).changes)
    assert counts == {"products_created": 2, "products_changed": 1}


def test_a_product_that_trustpilot_refuses_is_an_issue_of_its_business_unit():
    (offer,) = offers(MAPPING, [product("S" * 300)]).offers
    issue = refused(offer, "u1", "shop", "no image")
    assert (issue.code, issue.business_unit_id) == (REFUSED, "u1")
    assert issue.record == f"u1:{offer.record}"
    assert issue.message.endswith("… is not in the catalogue of shop: no image")


def test_the_same_amount_written_otherwise_is_no_change():
    held = held_by_trustpilot(product(Price__c=10))
    held["STOVE-01"]["price"] = "10"
    assert plan_push(offers(MAPPING, [product(Price__c=10)]).offers, held).unchanged == 1


def test_a_sku_in_other_capitals_at_trustpilot_is_another_product():
    held = held_by_trustpilot(product("stove-01"))
    (change,) = plan_push(offers(MAPPING, [product("STOVE-01")]).offers, held).changes
    assert change.is_new


def test_a_field_that_became_empty_is_no_change():
    held = held_by_trustpilot(product(Description="Old"))
    assert plan_push(offers(MAPPING, [product()]).offers, held).changes == ()


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10),
    st.sampled_from(["https://shop.example/x", "A-1", "a-1", "9.90", " A-1 ", {"Name": "x"}]),
)  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(("StockKeepingUnit", "Name", "Price__c", "Image__c", "Brand__r"), VALUES)
        | {"DisplayUrl": st.one_of(VALUES, st.just("https://shop.example/x"))}
    ),
    max_size=5,
).map(lambda rows: [{**row, "Id": str(number)} for number, row in enumerate(rows)])


@given(ROWS)
def test_pushing_what_trustpilot_holds_pushes_nothing(rows):
    wanted = offers(MAPPING, rows).offers
    held = {each.sku: each.item for each in wanted}
    assert plan_push(wanted, held).changes == ()
    assert {each.offer.sku for each in plan_push(wanted, {}).changes} == set(held)


@given(ROWS, st.randoms())
def test_every_product_is_accounted_for_whatever_the_order_of_the_org(rows, random):
    found = offers(MAPPING, rows)
    words = ("products_without_sku", "products_ambiguous", "products_incomplete")
    assert len(found.offers) + sum(found.counts[word] for word in words) == len(rows)
    assert all(all(each.item.values()) for each in found.offers)
    shuffled = random.sample(rows, len(rows))
    again = offers(MAPPING, shuffled)
    assert (again.offers, again.issues) == (found.offers, found.issues)
