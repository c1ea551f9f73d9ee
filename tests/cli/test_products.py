"""`connector products` over real HTTPS: the catalogue at Trustpilot, from the command line."""

import json

import pytest

from connector.emulator.world.catalogue import products

GOODS = len(products())


@pytest.fixture
def catalogue(desk):
    """The SKUs in Trustpilot's catalogue."""
    held = desk.emulator.trustpilot.catalogues.of
    return lambda: {each["sku"] for each in held(desk.world.business_unit_id)}


def test_a_dry_run_lists_the_skus_and_the_push_sends_them_once(desk, catalogue):
    dry = desk.type("products", "push", "--dry-run")
    assert dry.exit_code == 0
    assert "would create product TENT-2P-GRN (unit shop)" in dry.stdout
    assert catalogue() == set()

    done = desk.type("products", "push", "--json")
    assert done.exit_code == 0
    (line,) = done.stdout.splitlines()
    counts = json.loads(line)["flows"]["products_push"]["counts"]
    assert counts["products_created"] == GOODS == len(catalogue())

    again = desk.type("products", "push")
    assert f"{GOODS} products read, {GOODS} unchanged" in again.stdout
    assert "API calls: " in again.stdout


def test_a_changed_product_is_named_with_its_fields(desk):
    desk.type("products", "push")
    (row,) = desk.emulator.org.query("SELECT Id FROM Product2 WHERE Name = 'Wool Hat'")
    desk.emulator.org.update("Product2", row["Id"], {"Name": "Woollen Hat"})
    dry = desk.type("products", "push", "--business-unit", "shop", "--dry-run", "--json")
    assert json.loads(dry.stdout)["actions"] == [
        {
            "flow": "products_push",
            "what": "change product",
            "record": "HAT-WOOL",
            "unit": "shop",
            "fields": "title",
        }
    ]


def test_without_the_section_the_command_says_how_to_add_it_and_asks_nobody(desk):
    desk.write(desk.text.replace("products:\n  mapping: mappings/product.yaml\n", ""))
    desk.emulator.calls.clear()
    done = desk.type("products", "push")
    assert done.exit_code == 2
    assert "Add `products: {mapping: mappings/product.yaml}`" in done.stderr
    assert desk.emulator.calls.all() == []


def test_an_unknown_business_unit_is_refused_with_the_closest_name(desk):
    desk.emulator.calls.clear()
    done = desk.type("products", "push", "--business-unit", "shp")
    assert done.exit_code == 2
    assert "Did you mean `shop`?" in done.stderr
    assert desk.emulator.calls.all() == []


def test_a_wrong_document_is_refused_by_validate_at_its_place(desk):
    folder = desk.folder / "mappings"
    folder.mkdir()
    text = "fields:\n  sku: StockKeepingUnit\n  titlee: Name\n  link: DisplayUrl\n"
    (folder / "product.yaml").write_text(text, encoding="utf-8")
    done = desk.type("validate")
    assert done.exit_code == 2
    assert "product.yaml:3:3: `titlee` is not a field of Trustpilot's catalogue." in done.stderr
