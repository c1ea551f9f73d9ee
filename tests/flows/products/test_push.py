"""A push brings the catalogue in line with the org's products, and sends only what changed."""

from dataclasses import replace

import pytest

from connector.core.products.mapping import PriceSource
from connector.core.run.exit_codes import ExitCode
from connector.core.terms.errors import SafetyStop
from connector.core.terms.records import Condition
from connector.emulator.doors import InProcessDoor
from connector.emulator.world.catalogue import products
from connector.report.run.report import code_of

GOODS = len(products())


def test_every_active_product_is_in_the_catalogue_with_its_fields(push, catalogue):
    report = push()
    assert code_of(report) is ExitCode.DONE
    assert report.count("products_created") == GOODS
    held = catalogue()
    assert len(held) == GOODS
    tent = held["TENT-2P-GRN"]
    assert (tent["title"], tent["mpn"]) == ("Two-Person Tent, Green", "TENT-2P-GRN")
    assert tent["link"] == "https://www.example.com/products/TENT-2P-GRN"
    assert held["STOVE-01"]["title"] != held["stove-01"]["title"]


def test_a_second_push_posts_nothing(push, posts, catalogue):
    push()
    before, sent = catalogue(), posts()
    report = push()
    assert (posts(), report.count("products_unchanged")) == (sent, GOODS)
    assert not report.did_something
    assert catalogue() == before


def test_only_what_changed_is_sent(push, soql, emulator, catalogue, writes):
    push()
    emulator.calls.clear()
    (row,) = soql("SELECT Id FROM Product2 WHERE Name = 'Wool Hat'")
    emulator.org.update("Product2", row["Id"], {"Name": "Woollen Hat"})
    report = push()
    assert report.count("products_changed") == 1
    assert report.count("products_unchanged") == GOODS - 1
    assert catalogue()["HAT-WOOL"]["title"] == "Woollen Hat"
    assert len(writes("trustpilot")) == 1


def test_an_inactive_product_is_not_sent_and_stays_where_it_is(push, soql, emulator, catalogue):
    push()
    (row,) = soql("SELECT Id FROM Product2 WHERE Name = 'Wool Hat'")
    emulator.org.update("Product2", row["Id"], {"IsActive": False, "Name": "Gone"})
    assert push().count("products_read") == GOODS - 1
    assert catalogue()["HAT-WOOL"]["title"] == "Wool Hat"


def test_a_dry_run_names_what_it_would_do_and_writes_to_neither_side(push, emulator, sell, writes):
    push()
    sell("NEW")
    hat = emulator.org.query("SELECT Id FROM Product2 WHERE Name = 'Wool Hat'")[0]["Id"]
    emulator.org.update("Product2", hat, {"Name": "Woollen Hat", "Description": "Warm"})
    emulator.calls.clear()
    report = push(dry_run=True)
    (flow,) = report.flows
    assert [(each.what, each.record, dict(each.facts)) for each in flow.actions] == [
        ("change product", "HAT-WOOL", {"unit": "shop", "fields": "title description"}),
        ("create product", "NEW", {"unit": "shop"}),
    ]
    assert writes("trustpilot") == writes("salesforce") == []


def test_five_thousand_products_cost_one_list_and_fifty_batches(
    push, emulator, many, catalogue, reporter
):
    many(5000 - GOODS)
    report = push()
    assert len(catalogue()) == 5000
    counts = emulator.calls.counts
    assert counts("trustpilot", "GET", "*/products") == 1
    assert counts("trustpilot", "POST", "*/products") == 50
    assert report.calls["products_push"] == {"Salesforce": 3, "Trustpilot": 52}
    steps = [(done, total) for what, done, total in reporter.steps if what == "products of shop"]
    assert (steps[0], steps[-1]) == ((100, 5000), (5000, 5000))

    again = push()
    assert again.calls["products_push"] == {"Salesforce": 3, "Trustpilot": 2}
    assert again.count("products_unchanged") == 5000


def test_products_with_one_sku_are_an_issue_until_one_of_them_goes(
    push, sell, issues, catalogue, emulator
):
    first, second = sell("TWICE"), sell("TWICE")
    report = push()
    ((code, record, message),) = issues()
    assert (code, record) == ("ambiguous_sku", min(first, second))
    assert "TWICE" in message
    assert code_of(report) is ExitCode.NEEDS_A_LOOK
    assert "TWICE" not in catalogue()

    emulator.org.update("Product2", second, {"IsActive": False})
    assert code_of(push()) is ExitCode.DONE
    assert issues() == []
    assert "TWICE" in catalogue()


def test_products_without_sku_are_counted_and_those_without_link_are_one_issue(
    push, sell, issues, catalogue
):
    sell(None)
    sell("NOWHERE", DisplayUrl=None)
    sell("FTP", DisplayUrl="ftp://shop.example/x")
    report = push()
    assert report.count("products_without_sku") == 1
    ((code, _, message),) = issues()
    assert code == "products_incomplete"
    assert "SKU FTP, NOWHERE" in message
    assert len(catalogue()) == GOODS


@pytest.fixture
def by_price_book(settings):
    """The usual mapping with prices from a price book."""

    def wanted(name):
        mapping = replace(settings.products.mapping, price=PriceSource(name))
        return replace(settings.products, mapping=mapping)

    return wanted


def test_a_price_book_gives_prices_in_the_same_call(push, by_price_book, catalogue):
    report = push(wanted=by_price_book("Shop Prices"))
    assert catalogue()["MAT-SELF-180"]["price"] == "49.90"
    assert report.calls["products_push"]["Salesforce"] == 1


def test_a_product_without_an_entry_in_the_price_book_goes_without_price(
    push, by_price_book, catalogue
):
    push(wanted=by_price_book("standard"))
    assert catalogue()["MAT-SELF-180"]["price"] is None


def test_conditions_of_the_document_choose_the_products(push, settings, catalogue):
    where = (Condition("Family", "in", ("Camping",)), Condition("Name", "!=", "Folding Stove"))
    mapping = replace(settings.products.mapping, where=where)
    push(wanted=replace(settings.products, mapping=mapping))
    assert "TENT-2P-GRN" in catalogue()
    assert {"STOVE-01", "HAT-WOOL"} & set(catalogue()) == set()


def test_a_document_may_ask_in_any_capitals(push, settings, catalogue):
    fields = tuple(
        replace(each, source=each.source.lower()) for each in settings.products.mapping.fields
    )
    mapping = replace(settings.products.mapping, fields=fields)
    push(wanted=replace(settings.products, mapping=mapping))
    assert catalogue()["HAT-WOOL"]["title"] == "Wool Hat"


@pytest.mark.parametrize(
    ("units", "filled"), [((), [False, True]), (("other",), [True])], ids=["all", "one"]
)
def test_each_wanted_business_unit_gets_the_products(units, filled, emulator, both, push):
    push(settings=both, wanted=replace(both.products, units=units))
    known = emulator.trustpilot.units.values()
    held = [each for each in known if len(emulator.trustpilot.catalogues.of(each.id)) == GOODS]
    assert [each.domain == "other.example" for each in held] == filled


def test_another_org_is_left_alone(push, configured, emulator, posts):
    pinned = emulator.salesforce.settings.org_id
    other = configured(lambda text: text.replace(pinned, "00D000000000062EAA"))
    with pytest.raises(SafetyStop):
        push(settings=other)
    assert posts() == 0


def test_two_pushes_at_once_end_with_the_same_catalogue(push, emulator, catalogue):
    class Overtaken(InProcessDoor):
        """Lets another push do everything between this one's look and its first batch."""

        def send(self, request, *args, **options):
            if request.method == "POST" and request.url.endswith("/products") and not catalogue():
                push()
            return super().send(request, *args, **options)

    report = push(door=Overtaken(emulator))
    assert report.failures == ()
    assert len(catalogue()) == GOODS
