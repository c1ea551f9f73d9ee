"""Single reviews are fetched by id and stored as they are now; a hint is believed no further."""

import pytest

from connector.core.terms.reviews import ReviewType
from connector.emulator.doors import InProcessDoor
from connector.emulator.faults import Fault, truncated_json
from connector.emulator.world import seed
from connector.flows.engine import RunRequest, refresh
from connector.wiring import Transports, connect, run_policy

SERVICE, PRODUCT = ReviewType.SERVICE, ReviewType.PRODUCT
REVIEW = "SELECT Stars__c, Missing_Since__c FROM Trustpilot_Review__c WHERE External_Id__c = '{}'"


@pytest.fixture
def world(bare):
    """A business unit without any review."""
    return seed(bare, service_reviews=0, product_reviews=0, people=3)


@pytest.fixture
def refreshed(emulator, settings, clock, reporter):
    """Refresh reviews: `refreshed((SERVICE, id), ...)`; returns the report."""

    def some(*wanted, dry_run=False):
        door = InProcessDoor(emulator)
        both = connect(settings, reporter, Transports(door, door, clock))
        return refresh(both, run_policy(settings), RunRequest("r", dry_run=dry_run), wanted)

    return some


def test_a_review_of_each_kind_comes_in_by_its_id(refreshed, write, stored):
    service, product = write(stars=2), write("product", stars=3)
    report = refreshed((SERVICE, service), (PRODUCT, product))
    assert (stored(service)["Stars__c"], stored(product)["Stars__c"]) == (2, 3)
    assert report.count("reviews_new") == 2
    assert stored(service)["Business_Unit__c"]


def test_an_edit_is_stored_at_once_and_the_same_id_twice_is_one_fetch(
    refreshed, write, stored, emulator
):
    review_id = write(stars=2)
    refreshed((SERVICE, review_id))
    emulator.trustpilot.edit_review(review_id, stars=5)
    emulator.calls.clear()
    refreshed((SERVICE, review_id), (SERVICE, review_id))
    fetched = [call for call in emulator.calls.all() if call.path.endswith(review_id)]
    assert stored(review_id)["Stars__c"] == 5
    assert len(fetched) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_review_that_is_gone_is_marked_and_nothing_else_changes(
    refreshed, write, soql, emulator, status
):
    emulator.switches.gone_status = status
    review_id = write(stars=2)
    refreshed((SERVICE, review_id))
    emulator.trustpilot.service.remove(review_id)
    report = refreshed((SERVICE, review_id))
    (row,) = soql(REVIEW, review_id)
    assert row["Stars__c"] == 2
    assert row["Missing_Since__c"] is not None
    assert report.count("reviews_missing") == 1


def test_an_unknown_id_is_no_harm(refreshed, soql):
    report = refreshed((SERVICE, "0" * 24))
    assert report.failures == ()
    assert soql("SELECT Id FROM Trustpilot_Review__c") == []


def test_a_review_of_a_unit_that_is_not_configured_is_said_and_not_stored(
    refreshed, emulator, soql
):
    state = emulator.trustpilot
    other = state.add_business_unit("other.example")
    review_id = state.add_service_review(other.id, createdAt=emulator.clock.now())["id"]
    report = refreshed((SERVICE, review_id))
    assert soql("SELECT Id FROM Trustpilot_Review__c") == []
    assert report.flows[0].notes == (f"Review {review_id} is of no business unit of this run.",)


def test_one_that_cannot_be_fetched_does_not_stop_the_others(refreshed, write, stored, emulator):
    broken, sound = write(stars=1), write(stars=4)
    emulator.faults.add(Fault("trustpilot", path=f"*{broken}", status=500, times=None))
    report = refreshed((SERVICE, broken), (SERVICE, sound))
    assert stored(sound)["Stars__c"] == 4
    assert len(report.failures) == 1


def test_an_answer_that_breaks_off_once_is_asked_for_again(refreshed, write, stored, emulator):
    review_id = write(stars=4)
    emulator.faults.add(truncated_json(vendor="trustpilot", path="*/private/reviews/*"))
    refreshed((SERVICE, review_id))
    assert stored(review_id)["Stars__c"] == 4


def test_a_dry_refresh_writes_nothing(refreshed, write, soql):
    report = refreshed((SERVICE, write(stars=4)), dry_run=True)
    assert soql("SELECT Id FROM Trustpilot_Review__c") == []
    assert [action.what for action in report.flows[0].actions] == ["store review"]
