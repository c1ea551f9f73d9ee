"""One seeded world for all tests that only look at it, and the parts it is made of."""

import itertools
from datetime import UTC, datetime

import pytest

from connector.emulator.app import Emulator
from connector.emulator.clock import EmulatorClock
from connector.emulator.world import seed
from connector.emulator.world.business import Business
from connector.emulator.world.reviews.product import product_reviews
from connector.emulator.world.reviews.service import service_reviews
from connector.emulator.world.reviews.writing import Company, Invitee, Writing

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
COMPANY = Company(unit_id="b" * 24, user_id="c" * 24, user_name="Ada Agent")


@pytest.fixture(scope="session")
def now():
    return NOW


@pytest.fixture(scope="session")
def new_emulator():
    """A function that makes an empty emulator whose clock stands still at `now`."""
    return lambda: Emulator(clock=EmulatorClock(frozen_at=NOW))


@pytest.fixture(scope="session")
def seeded(new_emulator):
    emulator = new_emulator()
    return emulator, seed(emulator)


@pytest.fixture(scope="session")
def emulator(seeded):
    """An emulator with the default world; look at it, do not change it."""
    return seeded[0]


@pytest.fixture(scope="session")
def world(seeded):
    return seeded[1]


@pytest.fixture(scope="session")
def query(emulator):
    """A function that answers SOQL from the seeded org; each `{}` takes a value, unquoted."""

    def ask(soql, *values):
        return emulator.salesforce.org.query(soql.format(*values))

    return ask


@pytest.fixture(scope="session")
def service(emulator, world):
    """The private JSON of all seeded service reviews, in order of creation."""
    state = emulator.trustpilot
    kept = state.service.of_unit(world.business_unit_id, Everything())
    return [state.service_review(review["id"]) for review in kept]


@pytest.fixture(scope="session")
def product(emulator, world):
    """The private JSON of all seeded product reviews, in order of creation."""
    state = emulator.trustpilot
    kept = state.product.of_unit(world.business_unit_id, newest_first=False)
    return [state.product_review(review["id"]) for review in kept]


class Everything:
    """Bounds without an end."""

    def slice(self, times):
        return slice(0, len(times))


@pytest.fixture(scope="session")
def written():
    """A function that yields pure service reviews: no emulator behind them."""

    def write(*, seed=7, count=240, days=60, now=NOW):
        return service_reviews(seed, COMPANY, Writing(count, days, now), guests(now))

    return write


@pytest.fixture(scope="session")
def written_about_products():
    """A function that yields pure product reviews."""

    def write(*, seed=7, count=60, now=NOW):
        business = Business.of(seed, 60, now, 20)
        writing = Writing(count, 60, now)
        return product_reviews(seed, COMPANY, writing, guests(now), business.products)

    return write


def guests(now):
    """Twenty invitees, one per customer of a small business."""
    people = [one for one in Business.of(7, 60, now, 40).people if one.email]
    numbers = itertools.count(1)
    return [
        Invitee(one.email, one.display_name, f"{next(numbers):08d}", one.language, now)
        for one in people[:20]
    ]
