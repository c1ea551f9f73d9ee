"""The world repeats itself, leaves the clock alone, and grows."""

import itertools
import time
import tracemalloc
from datetime import timedelta

import pytest

from connector.emulator.salesforce.rows.errors import ApiError
from connector.emulator.world import seed
from connector.emulator.world.business import Business

SMALL = {"service_reviews": 30, "product_reviews": 10, "people": 20, "days": 20}


def snapshot(emulator, world):
    """Everything a client could see of a world."""
    state, org = emulator.trustpilot, emulator.salesforce.org
    reviews = [state.service_review(one) for one in sorted(state.service._by_id)]  # noqa: SLF001 - the state lists ids nowhere else
    products = [state.product_review(one) for one in sorted(state.product.reviews)]
    rows = {
        sobject: org.query(f"SELECT FIELDS(ALL) FROM {sobject} ORDER BY Id LIMIT 200")  # noqa: S608 - an object's name
        for sobject in ("Account", "Contact", "Opportunity", "Order", "OrderItem", "Case")
    }
    return world, reviews, products, rows


def test_the_same_seed_gives_the_same_world(new_emulator):
    first, second = new_emulator(), new_emulator()

    assert snapshot(first, seed(first, **SMALL)) == snapshot(second, seed(second, **SMALL))


def test_another_seed_gives_another_world(written):
    one = [review["id"] for review in written(seed=7)]
    other = [review["id"] for review in written(seed=8)]

    assert not set(one) & set(other)


def test_only_times_depend_on_the_day_it_is_seeded(written, now):
    a_week = timedelta(days=7)
    today, later = list(written(now=now)), list(written(now=now + a_week))

    assert [r["id"] for r in today] == [r["id"] for r in later]
    assert [r["text"] for r in today] == [r["text"] for r in later]
    assert all(b["createdAt"] - a["createdAt"] == a_week for a, b in zip(today, later, strict=True))


def test_more_customers_do_not_change_the_first_ones(now):
    few, many = Business.of(7, 60, now, 20), Business.of(7, 60, now, 200)

    assert many.people[:20] == few.people


def test_the_clock_stands_where_it_stood(new_emulator, now):
    emulator = new_emulator()
    seed(emulator, **SMALL)

    assert emulator.clock.now() == now


def test_the_clock_is_given_back_even_when_the_org_refuses_a_change(new_emulator, now):
    emulator = new_emulator()
    emulator.salesforce.org.hide_object("Case")

    with pytest.raises(ApiError, match="NOT_FOUND"):
        seed(emulator, **SMALL)
    assert emulator.clock.now() == now


@pytest.mark.parametrize("people", [0, 1, 10])
def test_a_small_world_is_a_world(new_emulator, people):
    emulator = new_emulator()
    world = seed(emulator, service_reviews=3, product_reviews=2, people=people, days=0.5)

    assert len(emulator.trustpilot.product.reviews) == 2
    assert emulator.trustpilot.service.stars(world.business_unit_id).total() == 3


def test_a_world_without_reviews_is_a_world(new_emulator):
    emulator = new_emulator()
    world = seed(emulator, service_reviews=0, product_reviews=0, people=5)

    assert emulator.trustpilot.service.stars(world.business_unit_id).total() == 0


def test_twenty_thousand_reviews_are_seeded_in_a_few_seconds(new_emulator):
    emulator = new_emulator()
    started = time.monotonic()
    world = seed(emulator, service_reviews=20_000, product_reviews=500)

    assert emulator.trustpilot.service.stars(world.business_unit_id).total() == 20_000
    assert time.monotonic() - started < 20  # a few seconds, and room for a busy machine


def test_half_a_million_reviews_are_made_one_by_one(written):
    many = written(count=500_000)
    tracemalloc.start()
    try:
        for _ in itertools.islice(many, 3_000):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 2_000_000  # bytes: a handful of reviews, not thousands


def test_ids_of_many_reviews_are_all_different(written):
    assert len({review["id"] for review in written(count=20_000)}) == 20_000
