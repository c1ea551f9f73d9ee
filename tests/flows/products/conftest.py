"""A shop whose products are pushed: `push()` is one command, as a new process would do it."""

from __future__ import annotations

from itertools import count

import pytest

from connector.emulator.doors import InProcessDoor
from connector.flows.engine import RunRequest, push_products
from connector.wiring import Transports, connect, run_policy


@pytest.fixture
def unit_id(world):
    """The one business unit of the shop."""
    return world.business_unit_id


@pytest.fixture
def push(emulator, settings, reporter, clock):
    """Push as a process of its own would; raises what the engine raises."""
    numbers = count(1)

    def once(*, dry_run=False, settings=settings, wanted=None, door=None):
        carrier = door or InProcessDoor(emulator)
        world = connect(settings, reporter, Transports(carrier, carrier, clock))
        request = RunRequest(f"push-{next(numbers)}", dry_run=dry_run)
        return push_products(world, run_policy(settings), request, wanted or settings.products)

    return once


@pytest.fixture
def catalogue(emulator, unit_id):
    """What Trustpilot holds, by SKU."""

    def held(unit=unit_id):
        return {each["sku"]: each for each in emulator.trustpilot.catalogues.of(unit)}

    return held


@pytest.fixture
def sell(emulator):
    """Add a product to the org and return its id."""

    def add(sku, **fields):
        row = {
            "Name": f"Product {sku}",
            "StockKeepingUnit": sku,
            "DisplayUrl": f"https://shop.example/{sku}",
            "IsActive": True,
        }
        return emulator.org.insert("Product2", {**row, **fields})

    return add


@pytest.fixture
def many(sell):
    """Add so many products to the org: SKU-00000 and so on."""

    def add(number):
        for each in range(number):
            sell(f"SKU-{each:05d}")

    return add


@pytest.fixture
def many_goods(many):
    """Products for two batches."""
    many(150)


@pytest.fixture
def both(emulator, configured):
    """Settings with a second business unit, and without rules, which would have to choose."""
    emulator.trustpilot.add_business_unit("other.example")
    unit = "  - name: other\n    domain: other.example\nreviews:\n"
    return configured(lambda text: text.replace("reviews:\n", unit).split("invitations:\n")[0])


@pytest.fixture
def posts(emulator):
    """How many batches were sent."""
    return lambda: emulator.calls.counts("trustpilot", "POST", "*/products")


@pytest.fixture
def issues(emulator):
    """The open issues as (code, record, message)."""

    def found():
        rows = emulator.org.query(
            "SELECT Code__c, Record__c, Message__c FROM Trustpilot_Issue__c "
            "WHERE Status__c = 'Open' ORDER BY Key__c"
        )
        return [(row["Code__c"], row["Record__c"], row["Message__c"]) for row in rows]

    return found
