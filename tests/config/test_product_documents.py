"""The shipped document of products can be used, and a wrong one is refused at its place."""

import re

import pytest

from connector.config import locations
from connector.config.products import read_product_mapping
from connector.core.products.mapping import PriceSource, ProductField
from connector.core.terms.errors import ConfigurationError
from connector.core.terms.records import Condition

SOUND = """\
where:
  IsActive: true
fields:
  sku: StockKeepingUnit
  title: Name
  link: DisplayUrl
  description: {from: Description, transform: truncate 500}
  price: {from: PricebookEntry, pricebook: standard}
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "product.yaml"
        path.write_text(text, encoding="utf-8")
        return read_product_mapping(path)

    return read


@pytest.fixture
def problems_of(read):
    def find(text):
        with pytest.raises(ConfigurationError) as refusal:
            read(text)
        return refusal.value.problems

    return find


def test_the_shipped_document_sends_active_products_by_their_sku():
    mapping = read_product_mapping(locations.mappings() / "product.yaml")
    assert ProductField("sku", "StockKeepingUnit") in mapping.fields
    assert mapping.where == (Condition("IsActive", "=", value=True),)


def test_every_line_that_the_shipped_document_shows_switched_off_can_be_switched_on(read):
    text = (locations.mappings() / "product.yaml").read_text(encoding="utf-8")
    shown = re.sub(r"^  # ", "  ", text, flags=re.MULTILINE)
    assert shown != text
    assert len(read(shown).fields) > len(read(text).fields)


def test_a_document_becomes_fields_conditions_and_a_price_book(read):
    mapping = read(SOUND)
    assert [each.target for each in mapping.fields] == ["sku", "title", "link", "description"]
    assert mapping.price == PriceSource("standard")


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("IsActive: true", [("IsActive", "=", True)]),
        ("Family: Camping", [("Family", "=", "Camping")]),
        ("Family: [Camping, Bags]", [("Family", "in", ("Camping", "Bags"))]),
        ("Family: {not: [Camping, Bags]}", [("Family", "!=", "Camping"), ("Family", "!=", "Bags")]),
        ('DisplayUrl: {not: ""}', [("DisplayUrl", "!=", None)]),
        ("Parent__r.Weight__c: 7", [("Parent__r.Weight__c", "=", 7)]),
    ],
)
def test_conditions_are_what_the_org_is_asked(written, asked, read):
    mapping = read(SOUND.replace("IsActive: true", written))
    assert mapping.where == tuple(Condition(*each) for each in asked)


def test_without_conditions_every_product_is_meant(read):
    assert read(SOUND.replace("where:\n  IsActive: true\n", "")).where == ()
    assert read(SOUND.replace("where:\n  IsActive: true\n", "where:\n")).where == ()


@pytest.mark.parametrize(
    "row",
    [
        ("  title: Name", "  titlee: Name", (5, 3),
         "`titlee` is not a field of Trustpilot's catalogue.", "Did you mean `title`?"),
        ("  title: Name", "  title: Name\n  color: Color__c", (6, 3), "`color` is not a field", ""),
        ("  title: Name\n", "", (3, 1), "`title` is missing", "Add `title: FIELD`."),
        ("  link: DisplayUrl\n", "", (3, 1), "`link` is missing", ""),
        ("  sku: StockKeepingUnit", "  sku: {constant: A}", (4, 8), "its own SKU", "Write a field"),
        ("Name", "Name; DROP", (5, 10), "is not a field, such as", ""),
        ("Name", "{from: Name, constant: A}", (5, 10), "either a field of Product2 or a", ""),
        ("Name", "{constant: A, transform: upper}", (5, 10), "A constant takes no transform", ""),
        ("Name", "{from: Name, transform: upperr}", (5, 34), "is not a transform", "`upper`?"),
        ("Name", "{from: Name, transform: join}", (5, 34), "`join` takes a list", ""),
        ("Name", "{from: Name, typ: A}", (5, 23), "`typ` is not a key", ""),
        ("Name", "7", (5, 10), "says nothing about the field", ""),
        ("pricebook: standard", "currency: EUR", (8, 10), "does not say which price book", ""),
        ("  title: Name", "  title: {from: PricebookEntry, pricebook: standard}", (5, 10),
         "Only `price` comes from a price book", ""),
        ("from: PricebookEntry", "from: UnitPrice", (8, 10), "gives prices as they are", ""),
        ("price: {from: PricebookEntry, pricebook: standard}",
         "price: {from: Price__c, currency: EUR}", (8, 10), "chooses among the entries", ""),
        ("IsActive: true", "IsActive: {not: true, is: false}", (2, 13), "{not: VALUE}", ""),
        ("IsActive: true", "IsActive: []", (2, 13), "one entry at least", ""),
        ("IsActive: true", "Is Active: true", (2, 3), "is not a field, such as", ""),
        ("where:\n", "wheree:\n", (1, 1), "`wheree` is not a key", "Did you mean `where`?"),
    ],
    ids=lambda row: row[1].strip(),
)  # fmt: skip
def test_a_wrong_document_is_refused_at_its_place(row, problems_of):
    old, new, place, message, hint = row
    assert old in SOUND
    found = problems_of(SOUND.replace(old, new, 1))
    assert [(each.line, each.column) for each in found] == [place], found
    assert message in found[0].message
    assert hint in found[0].hint


def test_all_mistakes_are_told_at_once(problems_of):
    text = SOUND.replace("title: Name", "titlee: Name").replace("truncate 500", "trunc 500")
    assert len(problems_of(text)) == 2


@pytest.mark.parametrize("text", ["", "- a\n", "fields: 7\n", "fields:\n", "fields: {}\n"])
def test_what_is_no_document_is_refused(text, problems_of):
    assert problems_of(text)


SECTION = "products: {mapping: mappings/product.yaml}\n"


def test_without_the_section_no_product_goes_anywhere(load, sound):
    assert load(sound).products is None


def test_the_section_names_the_document_and_the_business_units(load, sound):
    assert load(sound + SECTION).products.units == ()
    named = SECTION.replace("}", ", business_units: [shop]}")
    assert load(sound + named).products.units == ("shop",)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("products: {mapping: mappings/productt.yaml}\n", "no such mapping document"),
        ("products: {}\n", "`mapping` is missing"),
        ("products: {mapping: mappings/product.yaml, business_units: [shp]}\n", "`shp` is not a"),
        ("products: {mappings: mappings/product.yaml}\n", "`mappings` is not a key"),
    ],
)
def test_a_wrong_section_is_refused(section, message, problems_of_configuration):
    assert any(message in each.message for each in problems_of_configuration(section))


@pytest.fixture
def problems_of_configuration(load, sound):
    def find(section):
        with pytest.raises(ConfigurationError) as refusal:
            load(sound + section)
        return refusal.value.problems

    return find


def test_a_document_beside_the_configuration_replaces_the_shipped_one(load, sound, tmp_path):
    (tmp_path / "mappings").mkdir()
    wrong = SOUND.replace("title", "titlee")
    (tmp_path / "mappings" / "product.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refusal:
        load(sound + SECTION)
    assert {each.file for each in refusal.value.problems} == {
        str(tmp_path / "mappings" / "product.yaml")
    }
