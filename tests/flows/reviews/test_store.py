"""What becomes of a batch of reviews, also of one that cannot be dealt with."""

from datetime import timedelta

import pytest

from connector.core.terms.errors import ConnectorError
from connector.core.terms.reviews import Review, ReviewPage, ReviewType
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault
from connector.emulator.world import seed
from connector.flows.reviews.listing import Listing
from connector.flows.reviews.store import ReviewStore
from connector.flows.run.context import RunContext
from connector.flows.run.opening import read_opening, resolve_units
from connector.flows.run.tally import Tally
from connector.wiring import Transports, connect, run_policy

COMPOSITE = "*/composite"
MANY = 1_700
"""So many reviews are compared at once."""


@pytest.fixture
def world(bare):
    """A business without a review."""
    return seed(bare, service_reviews=0, product_reviews=0, people=3)


@pytest.fixture
def context(emulator, settings, reporter, clock):
    """A run that has been opened and has done nothing yet."""
    door = InProcessDoor(emulator)
    both = connect(settings, reporter, Transports(door, door, clock))
    policy, opening = run_policy(settings), read_opening(both.org)
    return RunContext(
        run_id="run",
        now=both.org.now(),
        dry_run=False,
        org=both.org,
        trustpilot=both.trustpilot,
        reporter=reporter,
        policy=policy,
        opening=opening,
        units=resolve_units(both.org, both.trustpilot, policy, opening, dry_run=False),
        new_iv=lambda: bytes(16),
    )


@pytest.fixture
def store(context):
    """The store of this run."""
    return ReviewStore(context, Tally("reviews_in"))


@pytest.fixture
def listing(context):
    """Make a listing of the last day."""
    (unit,) = context.units
    start = context.now - timedelta(days=1)
    return lambda: Listing(unit, ReviewType.SERVICE, start, context.now)


@pytest.fixture
def reviews(context):
    """Make a page of reviews by their ids: `reviews("a", "b", text="Fine")`."""
    (unit,) = context.units

    def make(*names, **fields):
        usual = {"stars": 5, "text": "Fine", **fields}
        return ReviewPage(
            tuple(Review(name, ReviewType.SERVICE, unit.id, context.now, **usual) for name in names)
        )

    return make


@pytest.fixture
def held(soql):
    """The reviews of the org: their texts by id."""
    query = "SELECT External_Id__c, Text__c FROM Trustpilot_Review__c"
    return lambda: {row["External_Id__c"]: row["Text__c"] for row in soql(query)}


@pytest.mark.parametrize("calls_before", [0, 1])
def test_a_batch_that_fails_is_dropped_and_spoils_its_listing(  # noqa: PLR0913, PLR0917 -- fixtures
    calls_before, store, listing, reviews, emulator, held
):
    mine, other = listing(), listing()
    store.take(mine, reviews("a", "b"))
    emulator.faults.add(Fault("salesforce", status=403, skip=calls_before, times=None))
    with pytest.raises(ConnectorError):
        store.flush()
    emulator.faults.clear()
    emulator.calls.clear()

    store.flush()

    assert (mine.spoiled, other.spoiled) == (True, False)
    assert emulator.calls.counts("salesforce") == 0
    assert held() == {}


def test_what_comes_after_a_batch_that_failed_is_stored(store, listing, reviews, emulator, held):
    store.take(listing(), reviews("a"))
    emulator.faults.add(Fault("salesforce", status=403, times=None))
    with pytest.raises(ConnectorError):
        store.flush()
    emulator.faults.clear()
    later = listing()

    store.take(later, reviews("b"))
    store.flush()

    assert held() == {"b": "Fine"}
    assert not later.spoiled


def test_reviews_that_could_not_be_connected_are_written_all_the_same(
    store, listing, reviews, emulator, soql
):
    first, second = listing(), listing()
    store.take(first, reviews(*(f"a{number}" for number in range(MANY)), reference_number="1"))
    page = reviews(*(f"b{number}" for number in range(MANY)), reference_number="2")
    emulator.faults.add(Fault("salesforce", path=COMPOSITE, status=403, skip=1, times=None))
    with pytest.raises(ConnectorError):
        store.take(second, page)
    emulator.faults.clear()

    store.flush()

    assert first.spoiled
    assert second.spoiled
    assert store.tally.counts["reviews_new"] == 2 * MANY
    tried = "SELECT Id FROM Trustpilot_Review__c WHERE Match_Tried_At__c != null"
    assert soql(tried) == []


def test_of_a_review_that_comes_twice_the_later_is_written_in_the_place_of_the_first(
    store, listing, reviews, held
):
    first, second = listing(), listing()
    store.take(first, reviews("b", "a", text="Before"))
    store.take(second, reviews("b", text="After"))

    store.flush()

    assert [each.what for each in store.tally.actions] == ["store review"] * 2
    assert [each.record for each in store.tally.actions] == ["b", "a"]
    assert held() == {"a": "Before", "b": "After"}
    assert [sum(each["new"] for each in one.days.values()) for one in (first, second)] == [1, 1]
