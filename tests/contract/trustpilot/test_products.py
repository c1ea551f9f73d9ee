"""The product catalogue: batch upsert by SKU, the list with its pages, and no delete."""

import pytest

STOVE = {"sku": "STOVE-01", "title": "Stove", "link": "https://shop.example/stove"}


def push(client, *products, **more):
    path = f"/private/business-units/{client.unit.id}/products"
    return client.call("POST", path, json={"products": list(products), **more})


def listed(client, **params):
    answer = client.get(f"/private/business-units/{client.unit.id}/products", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def skus(client, **params):
    return [each["sku"] for each in listed(client, **params)["products"]]


def test_a_product_gets_an_id_and_images_in_several_sizes(client):
    image = "https://shop.example/stove.jpg"
    (made,) = push(client, {**STOVE, "imageLink": image, "price": "99.95"}).json()["products"]
    assert (made["sku"], made["price"]) == ("STOVE-01", "99.95")
    assert len(made["id"]) == 24
    assert {"type", "url"} == set(made["processedImages"][0])


def test_the_list_adds_trustpilots_own_fields_and_says_whether_it_is_the_last_page(client):
    push(client, STOVE)
    page = listed(client)
    assert page["isLastPage"] is True
    assert page["products"][0]["businessUnitId"] == client.unit.id
    assert page["products"][0]["attributes"] == []


def test_a_second_push_changes_the_product_and_keeps_its_id(client):
    (first,) = push(client, STOVE).json()["products"]
    (second,) = push(client, {**STOVE, "title": "Big stove"}).json()["products"]
    assert (second["id"], second["title"]) == (first["id"], "Big stove")
    assert skus(client) == ["STOVE-01"]


def test_skus_in_other_capitals_are_other_products(client):
    push(client, STOVE, {**STOVE, "sku": "stove-01"})
    assert skus(client) == ["STOVE-01", "stove-01"]


@pytest.mark.parametrize(("switch", "brand"), [(False, "Trail"), (True, None)])
def test_a_field_that_is_not_sent_stays_or_goes(client, switch, brand):
    client.switches.upsert_replaces_products = switch
    push(client, {**STOVE, "brand": "Trail"})
    (made,) = push(client, STOVE).json()["products"]
    assert made["brand"] == brand


def test_variation_attributes_come_back_as_they_were_sent(client):
    own = [{"key": "Voltage", "value": "230"}]
    sent = {"color": "red", "customVariationAttributes": own}
    push(client, {**STOVE, "variationAttributes": sent})
    (held,) = listed(client)["products"]
    assert held["variationAttributes"]["color"] == "red"
    assert held["variationAttributes"]["customVariationAttributes"] == own


def test_one_word_makes_the_sku_the_id_of_google_merchant_center(client):
    push(client, STOVE, skuSameAsGoogleMerchantCenterProductId=True)
    assert listed(client)["products"][0]["googleMerchantCenterProductId"] == "STOVE-01"


def test_the_list_is_narrowed_by_skus_and_by_group_and_cut_into_pages(client):
    push(client, *({**STOVE, "sku": f"S{n}", "groupId": f"G{n % 2}"} for n in range(5)))
    assert skus(client, skus="S1,S3") == ["S1", "S3"]
    assert skus(client, skus=["S1", "S3"]) == ["S1", "S3"]
    assert skus(client, groupId="G1") == ["S1", "S3"]
    assert skus(client, page=2, perPage=2) == ["S2", "S3"]
    assert [listed(client, page=n, perPage=2)["isLastPage"] for n in (1, 2, 3)] == [
        False,
        False,
        True,
    ]


def test_every_business_unit_has_a_catalogue_of_its_own(client):
    other = client.state.add_business_unit("other.example")
    push(client, STOVE)
    assert client.get(f"/private/business-units/{other.id}/products").json()["products"] == []


@pytest.mark.parametrize(
    "products",
    [
        pytest.param([{"title": "No SKU"}], id="no sku"),
        pytest.param([{**STOVE, "sku": " "}], id="blank sku"),
        pytest.param([{**STOVE, "price": 99.95}], id="a price that is a number"),
        pytest.param(["STOVE-01"], id="a product that is text"),
        pytest.param([], id="no products"),
        pytest.param("STOVE-01", id="no list"),
        pytest.param([{**STOVE, "variationAttributes": []}], id="attributes that are a list"),
        pytest.param(
            [{**STOVE, "variationAttributes": {"customVariationAttributes": [7]}}], id="own"
        ),
    ],
)
def test_a_wrong_product_refuses_the_whole_batch(client, products):
    body = {"products": [{**STOVE, "sku": "GOOD"}, *products] if products else products}
    path = f"/private/business-units/{client.unit.id}/products"
    if not isinstance(products, list):
        body = {"products": products}
    assert client.call("POST", path, json=body).status_code == 400
    assert skus(client) == []


@pytest.mark.parametrize("status", [400, 413])
def test_too_many_products_in_a_call_are_refused_where_there_is_a_maximum(client, status):
    client.switches.products_per_call = 1
    client.switches.too_many_products_status = status
    assert push(client, STOVE, {**STOVE, "sku": "B"}).status_code == status
    assert push(client, STOVE).ok


def test_a_product_that_trustpilot_takes_from_nobody_is_refused_with_a_reason(client):
    client.state.catalogues.refused["STOVE-01"] = "Not allowed here."
    answer = push(client, STOVE)
    assert (answer.status_code, "Not allowed here." in answer.text) == (400, True)


def test_the_catalogue_needs_a_token_and_a_business_unit_of_ones_own(client):
    path = f"/private/business-units/{client.unit.id}/products"
    client.state.application = client.state.add_application("k", "s", unit_ids=frozenset())
    client.sign_in()
    assert client.get(path).status_code == 403
    client.headers.clear()
    assert client.get(path).status_code == 401


def test_no_call_takes_a_product_away(client):
    path = f"/private/business-units/{client.unit.id}/products"
    assert client.call("DELETE", path).status_code == 405
